#include "harness.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <random>
#include <sqlite3.h>
#include <stdexcept>
#include <thread>
#include <vector>

#include "plan.hpp"
#include "process.hpp"

namespace crash {
namespace {

using demo::Point;
using demo::Process;
using demo::Step;

constexpr std::uint32_t kClients = 2;
/// Between two kills the server makes up to so many steps undisturbed.
constexpr std::uint32_t kStepsMax = 40;
/// About so often the server is killed for each kill of a client.
constexpr std::uint32_t kServerKillsPerClientKill = 2;
/// A kill follows the line that it waits for by up to so much: it should fall within the windows, not at their edge.
constexpr std::chrono::microseconds kLateMax{500};

/// Two fifths each for the two windows that matter most.
constexpr std::array kAims{Point::Written, Point::Written, Point::Committed, Point::Committed,
                           Point::Written, Point::Written, Point::Committed, Point::Committed,
                           Point::Arrived, Point::Answered};

class Harness {
 public:
  explicit Harness(Options options) : options_(std::move(options)), random_(options_.seed) {
    options_.address = options_.transport + "://127.0.0.1:0";
    start_server();
    for (std::uint32_t number = 0; number < kClients; ++number) {
      clients_.emplace_back();
      start_client(clients_.back(), number);
    }
  }

  void kill_all() {
    while (options_.life < options_.kills) {
      for (std::uint32_t steps = draw(kStepsMax); steps > 0; --steps) read_step();
      const Point aim = kAims.at(draw(kAims.size() - 1));
      while (read_step().point != aim) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds{draw(kLateMax.count())});
      kill_server();
      if (options_.kill_clients && draw(kServerKillsPerClientKill - 1) == 0) kill_client(draw(kClients - 1));
    }
  }
  /// The clients end their calls, and then the server ends, too.
  void finish() {
    for (const Client& client : clients_) client.process->ask_to_end();
    while (!clients_.empty()) read();
    server_->ask_to_end();
    read_rest();
    if (server_->wait() != 0) throw std::runtime_error("the server failed");
  }
  History& history() { return history_; }

 private:
  struct Client {
    std::unique_ptr<Process> process;
    std::uint32_t lives = 0;
  };

  template <class Number>
  std::uint32_t draw(Number most) {
    return std::uniform_int_distribution<std::uint32_t>{0, static_cast<std::uint32_t>(most)}(random_);
  }
  void start_server() {
    history_.lives.emplace_back();
    server_ = std::make_unique<Process>(words_for(options_, "server"));
    options_.address = expect_line(*server_, "the server");  // the real one, with its port
  }
  void start_client(Client& client, std::uint32_t number) {
    Options options = options_;
    options.client = number;
    options.life = client.lives++;
    if (options_.kill_clients) {
      const auto folder = std::filesystem::path{options_.database}.parent_path();
      options.outbox = folder / ("client" + std::to_string(number) + ".db");
    }
    client.process = std::make_unique<Process>(words_for(options, "client"));
    expect_line(*client.process, "a client");  // it is ready to be asked to end
  }
  void kill_client(std::uint32_t number) {
    Client& client = clients_.at(number);
    client.process->kill_now();
    while (const auto line = client.process->read_line()) note_end(*line);
    ++history_.client_kills;
    start_client(client, number);
  }
  void kill_server() {
    server_->kill_now();
    read_rest();
    ++options_.life;
    start_server();
  }
  /// All that the server has said before its end.
  void read_rest() {
    while (const auto line = server_->read_line()) note_step(*line);
  }
  Step note_step(const std::string& line) {
    const auto step = demo::parse_step(line);
    if (!step) throw std::runtime_error("the server said: " + line);
    history_.note(*step);
    return *step;
  }

  /// Reads a line of whoever has one; a step, if it is the server's.
  std::optional<Step> read() {
    std::vector<Process*> processes;
    for (const Client& client : clients_) processes.push_back(client.process.get());
    processes.push_back(server_.get());
    Process& ready = Process::first_ready(processes);
    if (&ready == server_.get()) return note_step(expect_line(ready, "the server"));
    if (const auto line = ready.read_line()) {
      note_end(*line);
    } else {
      if (ready.wait() != 0 || options_.life < options_.kills) throw std::runtime_error("a client failed");
      std::erase_if(clients_, [&](const Client& client) { return client.process.get() == &ready; });
    }
    return std::nullopt;
  }
  void note_end(const std::string& line) {
    const auto ended = parse_ended(line);
    if (!ended) throw std::runtime_error("a client said: " + line);
    history_.ended.push_back(*ended);
  }
  Step read_step() {
    for (;;) {
      if (const auto step = read()) return *step;
    }
  }

  Options options_;
  std::mt19937_64 random_;
  History history_;
  std::unique_ptr<Process> server_;
  std::vector<Client> clients_;
};

void read_log(const std::string& log, History& history) {
  std::ifstream in{log};
  for (Execution one; in >> one.life >> one.id.session >> one.id.sequence >> one.number;) {
    history.executions.push_back(one);
  }
}

/// Behind the server's back.
void read_database(const std::string& file, History& history) {
  sqlite3* connection = nullptr;
  const auto select = [&](const char* text, const auto& visit) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(connection, text, -1, &statement, nullptr);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
      code = sqlite3_step(statement);
      if (code == SQLITE_ROW) visit([&](int column) { return sqlite3_column_int64(statement, column); });
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) throw std::runtime_error(file + ": " + sqlite3_errmsg(connection));
  };
  const std::unique_ptr<sqlite3*, void (*)(sqlite3**)> closing{&connection,
                                                               [](sqlite3** open) { sqlite3_close(*open); }};
  if (sqlite3_open(file.c_str(), &connection) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(connection));
  select("SELECT id, number, balance, session, sequence, life FROM transfer", [&](const auto& column) {
    const auto natural = [&](int index) { return static_cast<std::uint64_t>(column(index)); };
    history.book.push_back({column(0),
                            static_cast<std::uint32_t>(column(1)),
                            column(2),
                            {natural(3), natural(4)},
                            static_cast<std::uint32_t>(column(5))});
  });
  select("SELECT cents FROM account ORDER BY number",
         [&](const auto& column) { history.balances.push_back(column(0)); });
}

}  // namespace

History run(Options options, const std::filesystem::path& folder) {
  options.database = folder / "bank.db";
  options.log = folder / "executions.log";
  Harness harness{options};
  harness.kill_all();
  harness.finish();
  read_log(options.log, harness.history());
  read_database(options.database, harness.history());
  return std::move(harness.history());
}

}  // namespace crash
