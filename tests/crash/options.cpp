#include "options.hpp"

#include <cstdlib>
#include <random>

#include <CLI/CLI.hpp>

#include "planted.hpp"

namespace crash {

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Kills a server of exactly-once calls (kill -9) at chosen points of a call, starts it again, and "
      "checks\n"
      "that every call that was answered is in the database once, with that answer, and every other one at\n"
      "most once. Server and clients are processes of their own. The exit status is 1 if something was\n"
      "violated, or if less than a tenth of the kills, of ten or more, fell between begin and commit, or\n"
      "between commit and reply; then the run's folder is kept, and can be judged again.",
      "crash"};
  app.add_option("--kills", options.kills, "How often the server is killed")
      ->check(CLI::Range(0u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--calls", options.calls, "How many transfers are made at least")->capture_default_str();
  app.add_option("--proxy", options.proxy,
                 "A process between clients and server, mild or harsh: it loses, copies, delays and damages "
                 "datagrams and moves their senders to other ports; it cuts, closes and delays connections")
      ->check(CLI::IsMember({"none", "mild", "harsh"}))
      ->capture_default_str();
  app.add_option("--transport", options.transport, "udp or tcp")
      ->check(CLI::IsMember({"udp", "tcp"}))
      ->capture_default_str();
  app.add_option("--seed", options.seed,
                 "Draws where the kills are aimed at; else it is drawn, too, and shown");
  app.add_option(
         "--planted", options.planted,
         "A bug in the server (outcome-later, answer-early, stale-read), in clients (call-again), or in "
         "clients that are killed (new-number, tell-early); the exit status is then 0 if it was found")
      ->check(CLI::IsMember(planted_names()))
      ->capture_default_str();
  app.add_flag(
      "--namespaces", options.namespaces,
      "Clients and servers in network namespaces of their own; meanwhile the clients' address changes, their "
      "link goes down and up, routes and MTU change. Status 77 if this machine does not allow it");
  app.add_flag("--kill-clients", options.kill_clients,
               "Kill the clients, too: they have names and outboxes, and make their calls again");
  app.add_option("--judge", options.judge, "Start nothing, and judge the run whose folder this is");
  app.add_flag("--json", options.json, "Print the figures as JSON instead of a table");

  const auto inner = "";  // an option group without a name is not shown by --help
  app.add_option("--role", options.role)->group(inner);
  app.add_option("--address", options.address)->group(inner);
  app.add_option("--network", options.network)->group(inner);
  app.add_option("--upstream", options.upstream)->group(inner);
  app.add_option("--database", options.database)->group(inner);
  app.add_option("--log", options.log)->group(inner);
  app.add_option("--journals", options.journals)->group(inner);
  app.add_option("--uses", options.uses)->group(inner);
  app.add_option("--life", options.life)->group(inner);
  app.add_option("--client", options.client)->group(inner);
  app.add_option("--outbox", options.outbox)->group(inner);

  try {
    app.parse(argc, argv);
    if (options.seed == 0) options.seed = std::random_device{}();
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    std::exit(status == 0 ? 0 : 2);
  }
  return options;
}

std::string command_of(const Options& options) {
  std::string command = "--transport " + options.transport + " --kills " + std::to_string(options.kills) +
                        " --seed " + std::to_string(options.seed);
  if (options.calls != 0) command += " --calls " + std::to_string(options.calls);
  if (options.namespaces) command += " --namespaces";
  if (options.proxy != "none") command += " --proxy " + options.proxy;
  if (options.kill_clients) command += " --kill-clients";
  if (options.planted != "none") command += " --planted " + options.planted;
  return command;
}

std::vector<std::string> words_for(const Options& options, const std::string& role) {
  std::vector<std::string> words{"--role",      role,
                                 "--planted",   options.planted,
                                 "--transport", options.transport,
                                 "--seed",      std::to_string(options.seed),
                                 "--proxy",     options.proxy,
                                 "--address",   options.address,
                                 "--upstream",  options.upstream,
                                 "--database",  options.database,
                                 "--log",       options.log,
                                 "--journals",  options.journals,
                                 "--uses",      options.uses,
                                 "--life",      std::to_string(options.life),
                                 "--client",    std::to_string(options.client)};
  if (!options.network.empty()) words.insert(words.end(), {"--network", options.network});
  if (!options.outbox.empty()) words.insert(words.end(), {"--outbox", options.outbox});
  return words;
}

}  // namespace crash
