#include <iostream>

#include <once/once.hpp>

#include "hello.once.hpp"

int main() {
  once::Client client;
  auto greeter = client.stub<hello::Greeter>("once://127.0.0.1:7000/greeter?transport=udp");
  try {
    std::cout << greeter.greet("World") << '\n';
    std::cout << greeter.count() << " greeting so far\n";
  } catch (const once::SystemError& error) {
    std::cerr << error.what() << '\n';  // names the operation and the address, and says whether it ran
    return 1;
  }
}
