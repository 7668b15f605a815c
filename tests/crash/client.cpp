// A client of the harness: some transfers at a time until SIGTERM, each with a line that says how it ended.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/use_awaitable.hpp>

#include <once/once.hpp>

#include "history.hpp"
#include "options.hpp"
#include "plan.hpp"
#include "transfers.once.hpp"

namespace crash {
namespace {

using namespace std::chrono_literals;

constexpr int kAtATime = 4;
constexpr auto kPatience = 5min;    // longer than any run keeps a call waiting
constexpr auto kImpatience = 25ms;  // ends some calls in the middle of a crash, and others not

/// Little waiting: the server is soon back, and round trips are short.
once::Limits limits() {
  once::Limits limits;
  limits.rto_first_loopback = 20ms;
  limits.rto_max_loopback = 100ms;
  limits.reconnect_min = 5ms;
  limits.reconnect_max = 25ms;
  return limits;
}

std::string url(const std::string& address) {
  const auto endpoint = once::parse_endpoint(address);
  if (!endpoint) throw std::runtime_error("cannot read the address " + address);
  return to_string(once::ObjectRef{{}, {*endpoint}, "bank"});
}

class Payer {
 public:
  Payer(asio::io_context& io, const Options& options)
      : io_(io),
        client_(io, {.limits = limits()}),
        bank_(client_.stub<Bank>(url(options.address))),
        next_(options.client * kNumbersPerClient) {}

  void start() {
    for (int i = 0; i < kAtATime; ++i) {
      ++working_;
      asio::co_spawn(io_, work(), [this](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
        if (--working_ == 0) io_.stop();
      });
    }
  }
  /// No new calls; run() ends with the last of those that are on their way.
  void stop() { stopping_ = true; }

 private:
  asio::awaitable<void> work() {
    while (!stopping_) {
      const std::uint32_t number = next_++;
      const once::Duration patience = transfer_of(number).impatient ? once::Duration{kImpatience} : kPatience;
      Bank::Stub bank = bank_.with({.deadline = patience});
      const once::Outcome<Receipt> outcome = co_await bank.async_transfer(number, asio::use_awaitable);
      std::cout << to_string(ended(number, outcome)) << std::endl;
    }
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
  once::Client client_;
  Bank::Stub bank_;
  std::uint32_t next_;
  int working_ = 0;
  bool stopping_ = false;
};

}  // namespace

int run_client(const Options& options) {
  asio::io_context io;
  Payer payer{io, options};
  payer.start();
  asio::signal_set stop{io, SIGTERM};
  stop.async_wait([&](std::error_code, int) { payer.stop(); });
  io.run();
  return 0;
}

}  // namespace crash
