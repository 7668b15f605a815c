#include <chrono>
#include <iostream>
#include <string>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "ledger.once.hpp"

constexpr const char* kUsage =
    "usage: client PAYMENT         pays 50.00 from alice to bob: once, however often this is run\n"
    "       client PAYMENT done    forgets PAYMENT: once your own books say what came of it\n";

int main(int argc, char** argv) {
  const bool done = argc == 3 && std::string{argv[2]} == "done";
  if (argc != 2 && !done) {
    std::cerr << kUsage;
    return 2;
  }
  const std::string payment = argv[1];
  once::durable::Outbox outbox{"till.db"};
  if (done) {
    outbox.forget(payment);
    return 0;
  }
  once::Client client{{.name = "till-7", .outbox = &outbox}};
  const auto alice = client.stub<ledger::Account>("once://127.0.0.1:7001/alice?transport=udp");

  const auto outcome =
      alice.with({.deadline = std::chrono::minutes{1}, .key = payment}).try_transfer("bob", 5'000);
  if (outcome) {
    std::cout << "paid; " << *outcome << " cents are left\n";
  } else if (outcome.final()) {
    std::cout << "not paid: " << outcome.text() << '\n';
  } else {
    std::cout << "not known yet, so run this again: " << outcome.text() << '\n';
  }
  return outcome ? 0 : 1;
}
