#include "options.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

namespace demo {

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Books payments over a bad network, and counts.\n\n"
      "For each way to call (maybe, at least once, at most once) a server and a client are started as "
      "processes of\n"
      "their own. The client pays through a fault injector that loses, repeats, delays and reorders "
      "datagrams (UDP)\n"
      "or cuts connections in the middle of a call (TCP). How often each payment was really booked is read "
      "from the\n"
      "log that the servant writes. The exit status is 1 if at most once was ever wrong.",
      "bank_demo"};
  app.add_option("--seed", options.seed, "Seed of the fault injector: the same seed draws the same faults")
      ->capture_default_str();
  app.add_option("--loss", options.loss, "Share of datagrams that are lost, each way; 0 is a good network")
      ->check(CLI::Range(0.0, 0.5))
      ->capture_default_str();
  app.add_option("--calls", options.calls, "Payments in each row")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--transport", options.transport, "udp, tcp, or both")
      ->check(CLI::IsMember({"udp", "tcp", "both"}))
      ->capture_default_str();
  app.add_option("--codec", options.codec, "How arguments are encoded: cdr or xdr")
      ->check(CLI::IsMember({"cdr", "xdr"}))
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print the rows as a JSON array instead of a table");

  const auto inner = "";  // an option group without a name is not shown by --help
  app.add_option("--role", options.role)->group(inner);
  app.add_option("--semantics", options.semantics)->group(inner);
  app.add_option("--address", options.address)->group(inner);
  app.add_option("--log", options.log)->group(inner);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    std::exit(status == 0 ? 0 : 2);
  }
  return options;
}

std::vector<std::string> words_for(const Options& options, const std::string& role) {
  return {"--role",      role,
          "--seed",      std::to_string(options.seed),
          "--loss",      std::to_string(options.loss),
          "--calls",     std::to_string(options.calls),
          "--codec",     options.codec,
          "--transport", options.transport,
          "--semantics", options.semantics,
          "--address",   options.address,
          "--log",       options.log};
}

}  // namespace demo
