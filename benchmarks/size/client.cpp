// A client of the bank, as small as they come: what a program carries that links the runtime statically.
#include <cstdlib>
#include <exception>
#include <iostream>

#include <once/once.hpp>

#include "bank.once.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bank_client REFERENCE CENTS\n";
    return 2;
  }
  try {
    once::Client client;
    const auto account = client.stub<bank::Account>(argv[1]);
    std::cout << account.deposit(1, std::strtoull(argv[2], nullptr, 10)) << "\n";
  } catch (const bank::LimitExceeded& refusal) {
    std::cerr << "not more than " << refusal.limit << "\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
