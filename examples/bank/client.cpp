// A row's client: many payments at a time, through the fault injector.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include <once/once.hpp>

#include "bank.once.hpp"
#include "roles.hpp"

namespace demo {
namespace {

using namespace std::chrono_literals;

/// What the network does wrong: everything scales with the share of lost datagrams.
once::Faults faults_of(const Options& options) {
  once::Faults faults;
  faults.seed = options.seed;
  faults.loss = options.loss;
  faults.duplication = options.loss / 2;
  faults.reordering = options.loss / 2;
  faults.delay = options.loss;
  faults.delay_min = 1ms;
  faults.delay_max = 10ms;
  faults.cut = options.loss / 2;  // of a piece, which may hold many calls
  return faults;
}

/// Patience for a bad line, and little waiting: the demonstration has loopback round trips and some hundred
/// calls.
once::ClientOptions client_options(const Options& options) {
  once::ClientOptions client;
  client.codec = options.codec == "xdr" ? once::CodecId::Xdr : once::CodecId::Cdr;
  client.limits.deadline = 60s;
  if (options.loss > 0 || options.kills > 0) {
    client.limits.rto_first_loopback = 20ms;
    client.limits.rto_max_loopback = 200ms;
    client.limits.reconnect_min = 5ms;
    client.limits.reconnect_max = 50ms;
  } else {
    client.limits.rto_first_loopback = 5s;  // nothing gets lost: never ask twice, however busy the machine is
    client.limits.rto_min_loopback = 5s;
    client.limits.rto_max_loopback = 5s;
  }
  return client;
}

/// Calls that are made together share a commit: so few of them that there are several commits for each kill. And over
/// TCP they share a piece of data: so few that some hundred calls meet some cuts.
int payments_at_a_time(const Options& options) {
  if (options.semantics == "maybe") return 1;
  if (options.kills == 0) return options.transport == "tcp" ? 4 : 16;
  return static_cast<int>(std::clamp<std::uint32_t>(options.calls / (2 * options.kills), 1, 16));
}

class Payer {
 public:
  Payer(asio::io_context& io, const Options& options)
      : io_(io),
        calls_(options.calls),
        semantics_(options.semantics),
        at_a_time_(payments_at_a_time(options)),
        bad_line_(bad_line(io, options), client_options(options)),
        good_line_(io, client_options(on_a_good_line(options))),
        account_(bad_line_.stub<bank::Account>(url(options))),
        durable_account_(bad_line_.stub<bank::DurableAccount>(url(options))),
        auditor_(good_line_.stub<bank::Account>(url(options))) {}

  /// Makes all payments, some at a time, and waits for what is still on its way.
  asio::awaitable<void> pay_all() {
    asio::steady_timer all_done{io_, asio::steady_timer::time_point::max()};
    int working = at_a_time_;
    for (int i = 0; i < at_a_time_; ++i) {
      asio::co_spawn(io_, work(), [&](const std::exception_ptr& error) {
        if (error) failed_ = error;
        if (--working == 0) all_done.cancel();
      });
    }
    std::error_code cancelled;
    co_await all_done.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (failed_) std::rethrow_exception(failed_);
    if (semantics_ == "maybe") co_await wait_for_stragglers();
  }

  std::uint64_t requests_sent() const { return bad_line_.statistics().requests_sent; }

 private:
  static once::Environment bad_line(asio::io_context& io, const Options& options) {
    once::Environment environment{io};
    if (options.loss > 0) {
      environment.network = std::make_shared<once::FaultInjector>(environment, faults_of(options));
    }
    return environment;
  }
  static Options on_a_good_line(Options options) {
    options.loss = 0;
    return options;
  }
  /// "udp://127.0.0.1:7000" as the object's reference.
  static std::string url(const Options& options) {
    const auto endpoint = once::parse_endpoint(options.address);
    if (!endpoint) throw std::runtime_error("cannot read the address " + options.address);
    return to_string(once::ObjectRef{{}, {*endpoint}, "account"});
  }

  asio::awaitable<void> work() {
    while (next_ < calls_) {
      const std::uint32_t payment = next_++;
      const bank::Cents balance = co_await pay(payment);
      std::cout << payment << ' ' << balance << std::endl;
      if (++paid_ % 32 != 0) continue;
      // Nobody answers a maybe call; a question now and then keeps the client from flooding the server's
      // socket.
      if (semantics_ == "maybe") (void)co_await auditor_.async_balance(asio::use_awaitable);
    }
  }

  /// Returns the balance that was answered; 0: nobody answered.
  asio::awaitable<bank::Cents> pay(std::uint32_t payment) {
    if (semantics_ == "maybe") {
      (void)co_await account_.async_deposit_maybe(payment, kAmount, asio::use_awaitable);
      co_return 0;
    }
    for (;;) {
      const once::Outcome<bank::Cents> outcome = co_await call(payment);
      if (outcome) co_return *outcome;
      if (!outcome.may_call_again()) {
        std::cerr << "payment " << payment << ": " << to_string(outcome.kind()) << ": " << outcome.text()
                  << '\n';
        co_return 0;
      }
    }
  }
  asio::awaitable<once::Outcome<bank::Cents>> call(std::uint32_t payment) {
    if (semantics_ == "at-least-once") {
      co_return co_await account_.async_deposit_at_least_once(payment, kAmount, asio::use_awaitable);
    }
    if (semantics_ == "exactly-once") {
      co_return co_await durable_account_.async_deposit(payment, kAmount, asio::use_awaitable);
    }
    co_return co_await account_.async_deposit(payment, kAmount, asio::use_awaitable);
  }

  /// What was sent last may still be on its way when nobody waits for an answer.
  asio::awaitable<void> wait_for_stragglers() {
    asio::steady_timer timer{io_};
    for (int round = 0; round < 20; ++round) {
      const bank::Cents balance = (co_await auditor_.async_balance(asio::use_awaitable)).value();
      if (balance >= calls_ * kAmount) co_return;
      timer.expires_after(10ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  asio::io_context& io_;
  std::uint32_t calls_;
  std::string semantics_;
  int at_a_time_;
  once::Client bad_line_;
  once::Client good_line_;  // for questions that are not part of the demonstration
  bank::Account::Stub account_;
  bank::DurableAccount::Stub durable_account_;
  bank::Account::Stub auditor_;
  std::uint32_t next_ = 0;
  std::uint32_t paid_ = 0;
  std::exception_ptr failed_;
};

}  // namespace

int run_client(const Options& options) {
  asio::io_context io;
  Payer payer{io, options};
  std::exception_ptr failed;
  asio::co_spawn(io, payer.pay_all(), [&](const std::exception_ptr& error) {
    failed = error;
    io.stop();
  });
  io.run();
  if (failed) std::rethrow_exception(failed);
  std::cout << nlohmann::json{{"calls", options.calls}, {"requests_sent", payer.requests_sent()}}
            << std::endl;
  return 0;
}

}  // namespace demo
