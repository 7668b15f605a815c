#include "options.hpp"

#include <cstdlib>

#include <CLI/CLI.hpp>

namespace demo {

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Books payments over a bad network, and counts.\n\n"
      "For each way to call (maybe, at least once, at most once, exactly once) a server and a client are "
      "started as\n"
      "processes of their own. The client pays through a fault injector that loses, repeats, delays and "
      "reorders\n"
      "datagrams (UDP) or cuts connections in the middle of a call (TCP). How often each payment was really "
      "booked is\n"
      "read from the log that the servant writes, or, for exactly once, from the bank's database. The exit "
      "status is 1\n"
      "if at most once or exactly once was ever wrong.\n\n"
      "bank_demo --semantics exactly-once --kills 20\n"
      "  kills the server's process (kill -9) 20 times during the run and starts it again; the client just "
      "goes on.\n"
      "  The table tells where in a call the kills fell.",
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
  app.add_option("--semantics", options.semantics, "maybe, at-least-once, at-most-once, exactly-once, or all")
      ->check(CLI::IsMember({"maybe", "at-least-once", "at-most-once", "exactly-once", "all"}))
      ->capture_default_str();
  app.add_option("--kills", options.kills,
                 "How often the server is killed; only exactly once survives it: --semantics exactly-once")
      ->check(CLI::Range(0u, 100'000u))
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print the rows as a JSON array instead of a table");

  const auto inner = "";  // an option group without a name is not shown by --help
  app.add_option("--role", options.role)->group(inner);
  app.add_option("--address", options.address)->group(inner);
  app.add_option("--log", options.log)->group(inner);
  app.add_option("--database", options.database)->group(inner);
  app.add_option("--life", options.life)->group(inner);

  try {
    app.parse(argc, argv);
    if (options.kills > 0 && options.semantics != "exactly-once") {
      throw CLI::ValidationError{
          "--kills", "only exactly-once payments outlive their server: add --semantics exactly-once"};
    }
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
          "--log",       options.log,
          "--kills",     std::to_string(options.kills),
          "--database",  options.database,
          "--life",      std::to_string(options.life)};
}

}  // namespace demo
