// A row's server: one account, and a log of every payment that was really booked.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <string>

#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include <once/once.hpp>

#include "bank.once.hpp"
#include "kills/lines.hpp"
#include "roles.hpp"

namespace demo {
namespace {

class LoggedAccount final : public bank::Account::Servant {
 public:
  /// Appends to the file `log`: a line for every time that a payment runs, written before anybody is
  /// answered.
  explicit LoggedAccount(const std::string& log) : log_(log) {}

  bank::Cents balance(once::Call&) override {
    ++reads_;
    return balance_;
  }
  bank::Cents deposit(once::Call&, std::uint32_t payment, bank::Cents amount) override {
    return book(payment, amount);
  }
  bank::Cents deposit_at_least_once(once::Call&, std::uint32_t payment, bank::Cents amount) override {
    return book(payment, amount);
  }
  void deposit_maybe(once::Call&, std::uint32_t payment, bank::Cents amount) override {
    book(payment, amount);
  }

  bank::Cents final_balance() const { return balance_; }
  std::uint64_t reads() const { return reads_; }

 private:
  bank::Cents book(std::uint32_t payment, bank::Cents amount) {
    constexpr bank::Cents kLimit = 1'000'000'000'000;
    if (amount > kLimit - balance_) throw bank::LimitExceeded{kLimit};
    log_.write(std::to_string(payment));
    return balance_ += amount;
  }

  Log log_;
  bank::Cents balance_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace

int run_server(const Options& options) {
  asio::io_context io;
  once::Server server{io};
  const auto account = std::make_shared<LoggedAccount>(options.log);
  server.activate("account", account);
  server.listen(options.address);
  std::cout << to_string(server.endpoints().front()) << std::endl;

  asio::signal_set stop{io, SIGTERM, SIGINT};
  stop.async_wait(
      [&](std::error_code, int) { server.async_shutdown(std::chrono::seconds{2}, asio::detached); });
  io.run();

  const once::ServerStatistics seen = server.statistics();
  std::cout << nlohmann::json{{"balance", account->final_balance()},
                              {"requests", seen.fresh + seen.duplicates() - account->reads()},
                              {"replayed", seen.replay}}
            << std::endl;
  return 0;
}

}  // namespace demo
