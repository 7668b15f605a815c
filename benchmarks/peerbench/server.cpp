// The server that is measured: one object for each variant of the operations, echoing what comes.
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include <asio/signal_set.hpp>

#include <once/once.hpp>

#include "bench.once.hpp"
#include "options.hpp"

namespace {

template <class Interface>
class Echo final : public Interface::Servant {
 public:
  void null(once::Call&) override {}
  peerbench::Payload echo_bytes(once::Call&, const peerbench::Payload& data) override { return data; }
  peerbench::Persons echo_persons(once::Call&, const peerbench::Persons& persons) override { return persons; }
};

void serve(const peerbench::ServerOptions& options) {
  once::Loops loops{options.threads};
  once::Server server{loops};
  server.activate("at-most-once", std::make_shared<Echo<peerbench::AtMostOnce>>());
  server.activate("at-least-once", std::make_shared<Echo<peerbench::AtLeastOnce>>());
  server.listen(
      std::string{peerbench::kTransport} + "://" + options.host + ":" + std::to_string(options.port),
      {.threading = options.threading});

  asio::signal_set stop{loops[0], SIGTERM, SIGINT};
  stop.async_wait([&](std::error_code, int) { loops.stop(); });
  std::cout << "READY" << std::endl;
  loops.run();
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = peerbench::parse_server_options(argc, argv, exit_code);
  if (!options) return exit_code;
  peerbench::raise_descriptor_limit();
  try {
    serve(*options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
