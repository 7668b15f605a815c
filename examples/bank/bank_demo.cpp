// The bank demonstration: for every way to call and every transport a server process and a client process, a
// bad network between them, and a table of what came of it. --help tells the rest.
#include <filesystem>
#include <functional>
#include <iostream>
#include <set>
#include <stdexcept>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "durable_row.hpp"
#include "kills/lines.hpp"
#include "kills/process.hpp"
#include "kills/workplace.hpp"
#include "options.hpp"
#include "roles.hpp"
#include "row.hpp"

namespace {

using demo::Options;
using demo::Process;
using demo::Row;

/// The line under which a run shows what it is doing; only on a terminal.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}
  ~Progress() { show(""); }
  void show(const std::string& text) const {
    if (shown_) std::cerr << "\r\033[K" << text << std::flush;
  }

 private:
  bool shown_;
};

/// What the servant wrote: a line with the number of the payment for every time that it really ran. Returns
/// how many different payments there were.
std::uint64_t read_log(const std::filesystem::path& log, Row& row) {
  const std::vector<std::string> executions = demo::read_lines(log);
  const std::set<std::string> payments{executions.begin(), executions.end()};
  row.executed = executions.size();
  row.each_once = row.executed == row.calls && payments.size() == row.calls;
  return payments.size();
}

/// A row whose account lives in its server's memory.
Row run_row(const Options& started, const std::function<void(const std::string&)>& show) {
  Row row;
  Options options = started;
  Process server{words_for(options, "server")};
  options.address = expect_line(server, "the server");  // the real one, with its port

  Process client{words_for(options, "client")};
  nlohmann::json told_by_client;
  std::uint64_t ended = 0;
  for (std::string line = expect_line(client, "the client");; line = expect_line(client, "the client")) {
    if (line.starts_with('{')) {
      told_by_client = nlohmann::json::parse(line);
      break;
    }
    show(std::to_string(++ended) + " of " + std::to_string(options.calls) + " payments");
  }
  if (client.wait() != 0) throw std::runtime_error("the client failed");

  server.ask_to_end();
  const auto told_by_server = nlohmann::json::parse(expect_line(server, "the server"));
  if (server.wait() != 0) throw std::runtime_error("the server failed");

  row.calls = told_by_client.at("calls");
  row.expected = row.calls * demo::kAmount;
  row.requests_sent = told_by_client.at("requests_sent");
  row.replayed = told_by_server.at("replayed");
  row.balance = told_by_server.at("balance");
  row.duplicates = told_by_server.at("requests").get<std::uint64_t>() - read_log(options.log, row);
  return row;
}

int demonstrate(const Options& options) {
  const demo::Workplace workplace{"bank_demo"};
  std::vector<Row> rows;
  {
    const Progress progress{isatty(STDERR_FILENO) != 0};
    for (const std::string transport : {"udp", "tcp"}) {
      if (options.transport != "both" && options.transport != transport) continue;
      for (const std::string semantics : {"maybe", "at-least-once", "at-most-once", "exactly-once"}) {
        if (options.semantics != "all" && options.semantics != semantics) continue;
        Options row = options;
        row.transport = transport;
        row.semantics = semantics;
        const std::string name = std::string{semantics}.append(" over ").append(transport);
        row.log = workplace / (name + ".log");
        row.database = workplace / (name + ".db");
        row.address = transport + "://127.0.0.1:0";
        const auto show = [&](const std::string& text) {
          progress.show(std::string{name}.append(": ").append(text));
        };
        rows.push_back(semantics == "exactly-once" ? run_durable_row(row, show) : run_row(row, show));
        rows.back().semantics = semantics;
        rows.back().transport = transport;
      }
    }
  }
  if (options.json) {
    print_json(std::cout, rows);
  } else {
    print_table(std::cout, rows, isatty(STDOUT_FILENO) != 0);
  }
  for (const Row& row : rows) {
    const bool must_be_right = row.semantics == "at-most-once" || row.semantics == "exactly-once";
    if (must_be_right && !row.right()) return 1;
  }
  return 0;
}

}  // namespace

int demo::run(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  try {
    if (options.role == "server") {
      return options.semantics == "exactly-once" ? run_durable_server(options) : run_server(options);
    }
    if (options.role == "client") return run_client(options);
    return demonstrate(options);
  } catch (const std::exception& error) {
    std::cerr << "bank_demo" << (options.role.empty() ? "" : " (" + options.role + ")") << ": "
              << error.what() << '\n';
    return 2;
  }
}
