// The server that is measured: one object for each variant of the operations, echoing what comes.
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include <asio/signal_set.hpp>

#include <once/once.hpp>

#include "echo.hpp"
#include "options.hpp"

namespace {

void serve(const peerbench::ServerOptions& options) {
  once::Loops loops{options.threads};
  once::Server server{loops};
  const auto executions = std::make_shared<peerbench::Executions>();
  server.activate("at-most-once",
                  std::make_shared<peerbench::Echo<peerbench::AtMostOnce>>(executions, options.reuse));
  server.activate("at-least-once",
                  std::make_shared<peerbench::Echo<peerbench::AtLeastOnce>>(executions, options.reuse));
  server.activate("tally", executions);
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
