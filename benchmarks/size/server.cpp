// A server of the bank, as small as they come: what a program carries that links the runtime statically.
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>

#include <asio/io_context.hpp>

#include <once/once.hpp>

#include "bank.once.hpp"

namespace {

class Account final : public bank::Account::Servant {
 public:
  bank::Cents balance(once::Call&) override { return balance_; }
  bank::Cents deposit(once::Call&, std::uint32_t, bank::Cents amount) override { return balance_ += amount; }
  bank::Cents deposit_at_least_once(once::Call&, std::uint32_t, bank::Cents amount) override {
    return balance_ += amount;
  }
  void deposit_maybe(once::Call&, std::uint32_t, bank::Cents amount) override { balance_ += amount; }

 private:
  bank::Cents balance_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bank_server ENDPOINT\n";
    return 2;
  }
  try {
    asio::io_context io;
    once::Server server{io};
    server.activate("account", std::make_shared<Account>());
    server.listen(argv[1]);
    io.run();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
