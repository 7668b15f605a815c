// A client of the harness: some transfers at a time until SIGTERM, each with a line that says how it ended. Each
// line of a call waits for an octet on standard input, as in kills/gate.hpp, and the other calls go on. A client that may
// be killed has a name and an outbox, and its transfers have keys: its next life makes them again. Meanwhile it calls
// registers, and waits for nobody there.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/signal_set.hpp>
#include <asio/use_awaitable.hpp>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "history.hpp"
#include "kills/lines.hpp"
#include "lan.hpp"
#include "options.hpp"
#include "plan.hpp"
#include "planted.hpp"
#include "register_user.hpp"
#include "transfers.once.hpp"

namespace crash {
namespace {

using namespace std::chrono_literals;

constexpr int kAtATime = 4;
constexpr auto kPatience = 2min;    // longer than any run keeps a call waiting
constexpr auto kImpatience = 25ms;  // ends some calls in the middle of a crash, and others not
/// So many calls later a key is forgotten.
constexpr std::size_t kForgetLater = 8;

/// Little waiting: the server is soon back, and round trips are short.
once::Limits limits() {
  once::Limits limits;
  limits.rto_first = limits.rto_first_loopback = 20ms;
  limits.rto_min = limits.rto_min_loopback;
  limits.rto_max = limits.rto_max_loopback = 100ms;
  limits.connect_timeout = 1s;
  limits.reconnect_min = 5ms;
  limits.reconnect_max = 25ms;
  return limits;
}

std::uint32_t first_number(const Options& options) {
  return options.client * kNumbersPerClient + options.life * kNumbersPerLife;
}

std::string url(const std::string& address, const once::ObjectKey& object) {
  const auto endpoint = once::parse_endpoint(address);
  if (!endpoint) throw std::runtime_error("cannot read the address " + address);
  return to_string(once::ObjectRef{{}, {*endpoint}, object});
}

class Payer {
 public:
  Payer(asio::io_context& io, const Options& options, std::function<void()> ended)
      : io_(io),
        ended_(std::move(ended)),
        answers_(io, ::dup(STDIN_FILENO)),
        outbox_(options.outbox.empty() ? nullptr : std::make_unique<once::durable::Outbox>(options.outbox)),
        planted_(outbox_ ? plant(options.planted, *outbox_, options.life) : nullptr),
        client_(io, client_options(options, outbox())),
        bank_(client_.stub<Bank>(url(options.address, "bank"))),
        next_(first_number(options)) {
    if (outbox_ == nullptr) return;
    for (const std::string& key : outbox_->keys())
      unfinished_.push_back(static_cast<std::uint32_t>(std::stoul(key)));
  }

  void start() {
    for (int i = 0; i < kAtATime; ++i) {
      ++working_;
      asio::co_spawn(io_, work(), [this](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
        if (--working_ == 0) ended_();
      });
    }
  }
  /// No new calls.
  void stop() { stopping_ = true; }
  once::Client& client() { return client_; }

 private:
  once::Outbox* outbox() { return planted_ ? planted_.get() : outbox_.get(); }
  static once::ClientOptions client_options(const Options& options, once::Outbox* outbox) {
    once::ClientOptions client{.limits = limits()};
    if (outbox != nullptr) {
      client.name = "client-" + std::to_string(options.client);
      client.outbox = outbox;
    }
    return client;
  }

  /// What an earlier life has left unfinished comes first.
  asio::awaitable<void> work() {
    while (!unfinished_.empty() || !stopping_) {
      std::uint32_t number = next_;
      if (unfinished_.empty()) {
        ++next_;
      } else {
        number = unfinished_.back();
        unfinished_.pop_back();
      }
      co_await transfer(number);
    }
  }
  asio::awaitable<void> transfer(std::uint32_t number) {
    once::CallOptions options{.deadline =
                                  transfer_of(number).impatient ? once::Duration{kImpatience} : kPatience};
    if (outbox_ != nullptr) options.key = std::to_string(number);
    for (;;) {
      Bank::Stub bank = bank_.with(options);
      co_await say(kCalled, number);
      const once::Outcome<Receipt> outcome = co_await bank.async_transfer(number, asio::use_awaitable);
      const bool never_resolved =
          outcome.kind() == once::OutcomeKind::Unknown && options.deadline == kPatience;
      if (never_resolved) {
        std::cerr << "transfer " << number << ": " << outcome.text() << '\n';
      } else if (outbox_ != nullptr &&
                 !outcome.final()) {  // the same statement again, and with more patience
        options.deadline = kPatience;
        continue;
      }
      co_await say(to_string(ended(number, outcome)));
      if (outbox_ != nullptr) co_await forget_later(number);
      co_return;
    }
  }
  /// What has been answered is asked again by the next life, until its key is forgotten.
  asio::awaitable<void> forget_later(std::uint32_t number) {
    to_forget_.push_back(number);
    if (to_forget_.size() <= kForgetLater) co_return;
    const std::uint32_t first = to_forget_.front();
    to_forget_.pop_front();
    outbox()->forget(std::to_string(first));
    co_await say(kForgot, first);
  }
  asio::awaitable<void> say(std::string_view word, std::uint32_t number) {
    return say(std::string{word} + ' ' + std::to_string(number));
  }
  /// Then waits for the answer, while the client's other calls go on: lines are answered in their order, and asio
  /// hands out octets in the order in which they were waited for.
  asio::awaitable<void> say(std::string line) {
    demo::write_line(STDOUT_FILENO, std::move(line));
    char octet = 0;
    std::error_code ended;  // the harness: nobody is waited for
    co_await answers_.async_read_some(asio::buffer(&octet, 1),
                                      asio::redirect_error(asio::use_awaitable, ended));
  }
  static Ended ended(std::uint32_t number, const once::Outcome<Receipt>& outcome) {
    Ended end{number, How::Unknown, 0, 0};
    if (outcome) {
      end = {number, How::Value, outcome->row, outcome->balance};
    } else if (outcome.exception<Insufficient>() != nullptr) {
      end.how = How::Raised;
    } else if (outcome.kind() == once::OutcomeKind::Executed) {
      end.how = How::Failed;
    } else if (outcome.may_call_again()) {
      end.how = How::NotExecuted;
    }
    return end;
  }

  asio::io_context& io_;
  const std::function<void()> ended_;  // called when the last call has ended after stop()
  asio::posix::stream_descriptor answers_;
  const std::unique_ptr<once::durable::Outbox> outbox_;
  const std::unique_ptr<once::Outbox> planted_;
  once::Client client_;
  Bank::Stub bank_;
  std::uint32_t next_;
  std::vector<std::uint32_t> unfinished_;
  std::deque<std::uint32_t> to_forget_;
  int working_ = 0;
  bool stopping_ = false;
};

}  // namespace

int run_client(const Options& options) {
  if (!options.network.empty()) join_network(options.network);
  asio::io_context io;
  int busy = 2;
  const auto ended = [&] {
    if (--busy == 0) io.stop();
  };
  Payer payer{io, options, ended};
  RegisterUser registers{io,
                         payer.client().stub<Registers>(url(options.address, "registers")),
                         {options.uses, first_number(options), calls_again(options.planted), ended}};
  payer.start();
  registers.start();
  asio::signal_set stop{io, SIGTERM};
  stop.async_wait([&](std::error_code, int) {
    payer.stop();
    registers.stop();
  });
  demo::write_line(STDOUT_FILENO, "ready");
  io.run();
  return 0;
}

}  // namespace crash
