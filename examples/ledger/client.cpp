#include <chrono>
#include <iostream>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "ledger.once.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: client PAYMENT    pays 50.00 from alice to bob, once for each PAYMENT\n";
    return 2;
  }
  const std::string payment = argv[1];
  once::durable::Outbox outbox{"till.db"};
  once::Client client{{.name = "till-7", .outbox = &outbox}};
  const auto alice = client.stub<ledger::Account>("once://127.0.0.1:7001/alice?transport=udp");

  const auto outcome =
      alice.with({.deadline = std::chrono::minutes{1}, .key = payment}).try_transfer("bob", 5'000);
  if (outcome) {
    std::cout << "paid; " << *outcome << " cents are left\n";
  } else {
    std::cout << "not paid: " << outcome.text() << '\n';
  }
  if (outcome.final()) outbox.forget(payment);  // else: run this again, with the same number
  return outcome ? 0 : 1;
}
