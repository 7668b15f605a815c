#include <iostream>
#include <memory>
#include <string>

#include <asio/io_context.hpp>

#include <once/once.hpp>

#include "hello.once.hpp"

class English final : public hello::Greeter::Servant {
 public:
  std::string greet(once::Call&, const std::string& name) override {
    ++greetings_;
    return "Hello, " + name + "!";
  }
  std::uint32_t count(once::Call&) override { return greetings_; }

 private:
  std::uint32_t greetings_ = 0;
};

int main() {
  asio::io_context io;
  once::Server server{io};
  server.activate("greeter", std::make_shared<English>());
  server.listen("udp://127.0.0.1:7000");
  server.listen("tcp://127.0.0.1:7000");
  std::cout << "ready" << std::endl;
  io.run();
}
