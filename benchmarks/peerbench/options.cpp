// The command lines, by CLI11.
#include "options.hpp"

#include <algorithm>
#include <map>
#include <sys/resource.h>

#include <CLI/CLI.hpp>

namespace peerbench {

namespace {

const std::map<std::string, OperationKind> kOperations = {{"null", OperationKind::NullCall},
                                                          {"bytes", OperationKind::BytesEcho},
                                                          {"persons", OperationKind::PersonsEcho}};
const std::map<std::string, Mode> kModes = {
    {"sync", Mode::Sync}, {"pipelined", Mode::Pipelined}, {"idle", Mode::Idle}};
const std::map<std::string, once::CodecId> kCodecs = {{"cdr", once::CodecId::Cdr},
                                                      {"xdr", once::CodecId::Xdr}};
const std::map<std::string, once::Semantics> kSemantics = {{"at-most-once", once::Semantics::AtMostOnce},
                                                           {"at-least-once", once::Semantics::AtLeastOnce}};

const std::map<std::string, once::Threading> kThreadings = {{"loop", once::Threading::Loop},
                                                            {"connection", once::Threading::PerConnection}};

/// An option whose value is one of the words of `choices`, which must outlive the parsing.
template <class T>
void add_choice(CLI::App& app, const std::string& name, T& value, const std::map<std::string, T>& choices,
                const std::string& help) {
  std::string words;
  for (const auto& choice : choices) words += (words.empty() ? "" : "|") + choice.first;
  app.add_option_function<std::string>(
         name, [&](const std::string& word) { value = choices.at(word); }, help)
      ->check(CLI::IsMember(choices).description(""))
      ->option_text(words);
}

template <class T>
std::string_view word_of(const std::map<std::string, T>& choices, T value) {
  return std::ranges::find(choices, value, &std::pair<const std::string, T>::second)->first;
}

/// True if the options are complete.
bool parse(CLI::App& app, int argc, char** argv, int& exit_code) {
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error);
    return false;
  }
}

}  // namespace

std::optional<ServerOptions> parse_server_options(int argc, char** argv, int& exit_code) {
  ServerOptions options;
  CLI::App app{"Serves the benchmark's operations. Prints READY when it takes calls, and ends on SIGTERM."};
  app.add_option("--host", options.host, "address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "port to listen on")->required();
  app.add_option("--threads", options.threads, "event loops, a thread each")
      ->check(CLI::Range(1u, 256u))
      ->capture_default_str();
  app.add_flag("--reuse", options.reuse, "makes results in the objects of the time before");
  add_choice(app, "--threading", options.threading, kThreadings,
             "who reads connections: the loops, or a thread of each one's own (loop)");
  if (!parse(app, argc, argv, exit_code)) return std::nullopt;
  return options;
}

std::optional<ClientOptions> parse_client_options(int argc, char** argv, int& exit_code) {
  ClientOptions options;
  CLI::App app{"Calls one operation under one load, and prints one line of JSON."};
  app.add_option("--host", options.host, "the server's address")->capture_default_str();
  app.add_option("--port", options.port, "the server's port")->required();
  add_choice(app, "--op", options.operation, kOperations, "the operation (null)");
  app.add_option("--size", options.size, "octets of the payload, or number of persons");
  add_choice(app, "--mode", options.mode, kModes, "the load (sync)");
  app.add_option("--inflight", options.inflight, "pipelined: calls on the way on each connection")
      ->check(CLI::Range(1u, 65'536u))
      ->capture_default_str();
  app.add_option("--connections", options.connections, "sync: threads with a connection each")
      ->check(CLI::Range(1u, 65'536u))
      ->capture_default_str();
  app.add_option("--duration", options.duration, "seconds that are measured")->capture_default_str();
  app.add_option("--warmup", options.warmup, "seconds before")->capture_default_str();
  add_choice(app, "--codec", options.codec, kCodecs, "the codec (cdr)");
  add_choice(app, "--semantics", options.semantics, kSemantics,
             "the variant of the operations (at-most-once)");
  app.add_option(
         "--duplicates", options.duplicates,
         "pipelined, UDP: share of the datagrams that travel twice; the report says how often the server "
         "has run the operation")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--reuse", options.reuse, "sync: receives results into the objects of the time before");
  if (!parse(app, argc, argv, exit_code)) return std::nullopt;
  return options;
}

std::string_view to_string(OperationKind operation) {
  return word_of(kOperations, operation);
}
std::string_view to_string(Mode mode) {
  return word_of(kModes, mode);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace peerbench
