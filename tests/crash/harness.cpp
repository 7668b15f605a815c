#include "harness.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "kills/lines.hpp"
#include "kills/process.hpp"
#include "kills/watched_store.hpp"
#include "record.hpp"

namespace crash {
namespace {

using demo::Point;
using demo::Process;

constexpr std::uint32_t kClients = 2;
/// Between two kills the server makes up to so many steps undisturbed.
constexpr std::uint32_t kStepsMax = 40;
/// About so often the server is killed for each kill of a client.
constexpr std::uint32_t kServerKillsPerClientKill = 2;
/// A kill follows the line that it waits for by up to so much: half as much again as the server stays at each point, so
/// that it falls within the windows, at their edges, and now and then past them.
constexpr std::chrono::microseconds kLateMax{1'500};

/// Two fifths each for the two windows that matter most.
constexpr std::array kAims{Point::Written, Point::Written, Point::Committed, Point::Committed,
                           Point::Written, Point::Written, Point::Committed, Point::Committed,
                           Point::Arrived, Point::Answered};
constexpr std::array kClientAims{Deed::Called, Deed::Ended, Deed::Forgot};

class Harness {
 public:
  Harness(Options options, const std::filesystem::path& folder)
      : options_(std::move(options)), folder_(folder), record_(record_in(folder)), random_(options_.seed) {
    record_.write("run " + command_of(options_));
    options_.address = options_.transport + "://127.0.0.1:0";
    options_.database = database_in(folder);
    options_.log = executions_in(folder);
    start_server();
    for (std::uint32_t number = 0; number < kClients; ++number) {
      clients_[number] = {};
      start_client(number);
    }
  }

  void kill_all() {
    while (options_.life < options_.kills) {
      for (std::uint32_t steps = draw(kStepsMax); steps > 0;) {
        if (read().step) --steps;
      }
      const Point aim = deal(aims_, kAims);
      while (read().step != aim) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds{draw(kLateMax.count())});
      kill_server();
      if (options_.kill_clients && draw(kServerKillsPerClientKill - 1) == 0) {
        kill_client(draw(kClients - 1), deal(client_aims_, kClientAims));
      }
    }
  }
  /// The clients end their calls, and then the server ends, too.
  void finish() {
    for (const auto& [number, client] : clients_) client.process->ask_to_end();
    while (!clients_.empty()) read();
    server_->ask_to_end();
    read_rest();
    if (server_->wait() != 0) throw std::runtime_error("the server failed");
  }

 private:
  struct Client {
    std::unique_ptr<Process> process;
    std::uint32_t lives = 0;
  };
  /// A line, by what it tells.
  struct Said {
    std::optional<Point> step;            // of the server
    std::optional<std::uint32_t> client;  // or who did …
    std::optional<Deed> deed;             // … what; nothing: it has ended
  };

  template <class Number>
  std::uint32_t draw(Number most) {
    return std::uniform_int_distribution<std::uint32_t>{0, static_cast<std::uint32_t>(most)}(random_);
  }
  /// Each of them as often as the others, in an order that is drawn.
  template <class Aim, std::size_t kCount>
  Aim deal(std::vector<Aim>& deck, const std::array<Aim, kCount>& all) {
    if (deck.empty()) {
      deck.assign(all.begin(), all.end());
      std::shuffle(deck.begin(), deck.end(), random_);
    }
    const Aim aim = deck.back();
    deck.pop_back();
    return aim;
  }
  void start_server() {
    record_.write("server begins");
    server_ = std::make_unique<Process>(words_for(options_, "server"));
    options_.address = expect_line(*server_, "the server");  // the real one, with its port
  }
  void start_client(std::uint32_t number) {
    Client& client = clients_.at(number);
    Options options = options_;
    options.client = number;
    options.life = client.lives++;
    if (options_.kill_clients) options.outbox = folder_ / ("client" + std::to_string(number) + ".db");
    client.process = std::make_unique<Process>(words_for(options, "client"));
    expect_line(*client.process, "a client");  // it is ready to be asked to end
  }
  void kill_client(std::uint32_t number, Deed aim) {
    for (Said said = read(); said.client != number || said.deed != aim;) said = read();
    Client& client = clients_.at(number);
    client.process->kill_now();
    while (const auto line = client.process->read_line()) note_client(number, *line);
    record_.write("client " + std::to_string(number) + " killed");
    start_client(number);
  }
  void kill_server() {
    server_->kill_now();
    read_rest();
    for (const once::RequestId& id : kept_in(folder_)) {
      record_.write("server kept " + std::to_string(id.session) + ' ' + std::to_string(id.sequence));
    }
    ++options_.life;
    start_server();
  }
  /// All that the server has said before its end.
  void read_rest() {
    while (const auto line = server_->read_line()) note_server(*line);
  }

  /// Reads a line of whoever has one.
  Said read() {
    std::vector<Process*> processes;
    for (const auto& [number, client] : clients_) processes.push_back(client.process.get());
    processes.push_back(server_.get());
    Process& ready = Process::first_ready(processes);
    if (&ready == server_.get()) return note_server(expect_line(ready, "the server"));
    const auto client = std::find_if(clients_.begin(), clients_.end(),
                                     [&](const auto& one) { return one.second.process.get() == &ready; });
    const std::uint32_t number = client->first;
    if (const auto line = ready.read_line()) return note_client(number, *line);
    if (ready.wait() != 0 || options_.life < options_.kills) throw std::runtime_error("a client failed");
    clients_.erase(client);
    return {{}, number, {}};
  }
  Said note_server(const std::string& line) {
    const auto step = demo::parse_step(line);
    if (!step) throw std::runtime_error("the server said: " + line);
    record_.write("server " + line);
    return {step->point, {}, {}};
  }
  Said note_client(std::uint32_t number, const std::string& line) {
    const auto deed = parse_deed(line);
    if (!deed) throw std::runtime_error("a client said: " + line);
    record_.write("client " + std::to_string(number) + ' ' + line);
    return {{}, number, deed};
  }

  Options options_;
  const std::filesystem::path folder_;
  demo::Log record_;
  std::mt19937_64 random_;
  std::vector<Point> aims_;
  std::vector<Deed> client_aims_;
  std::unique_ptr<Process> server_;
  std::map<std::uint32_t, Client> clients_;
};

}  // namespace

void run(Options options, const std::filesystem::path& folder) {
  Harness harness{std::move(options), folder};
  harness.kill_all();
  harness.finish();
}

}  // namespace crash
