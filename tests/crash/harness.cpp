#include "harness.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kills/lines.hpp"
#include "kills/places.hpp"
#include "kills/process.hpp"
#include "kills/watched_store.hpp"
#include "lan.hpp"
#include "record.hpp"

namespace crash {
namespace {

using demo::Point;
using demo::Process;

constexpr std::uint32_t kClients = 2;
constexpr const char* kLoopback = "127.0.0.1";
/// Between two kills the server makes up to so many steps undisturbed.
constexpr std::uint32_t kStepsMax = 40;
/// About so often the server is killed for each kill of a client.
constexpr std::uint32_t kServerKillsPerClientKill = 2;

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
    if (options_.namespaces) make_lan();
    options_.address = address_at(lan_ && options_.proxy == "none" ? Lan::kHost : kLoopback);
    options_.database = database_in(folder);
    options_.log = executions_in(folder);
    options_.journals = journals_in(folder);
    std::filesystem::create_directory(options_.journals);
    options_.uses = uses_in(folder);
    start_server();
    clients_address_ = options_.address;
    if (options_.proxy != "none") start_proxy();
    for (std::uint32_t number = 0; number < kClients; ++number) {
      clients_[number] = {};
      start_client(number);
    }
    if (lan_) {
      lan_->begin_changes(options_.seed,
                          [this](const std::string& what) { record_.write("network " + what); });
    }
  }

  /// As many transfers as were asked for, and until everything has happened to the network once.
  void make_calls() {
    while (calls_ < options_.calls || (lan_ && lan_->rounds() == 0)) read();
  }
  void kill_all() {
    while (options_.life < options_.kills) {
      for (std::uint32_t steps = draw(kStepsMax); steps > 0;) {
        if (read().step) --steps;
      }
      reach(deal(aims_, kAims));
      be_late();
      kill_server();
      if (options_.kill_clients && draw(kServerKillsPerClientKill - 1) == 0) {
        kill_client(draw(kClients - 1), deal(client_aims_, kClientAims));
      }
    }
  }
  /// The clients end their calls, and then the server ends, too.
  void finish() {
    if (lan_) lan_->end_changes();
    for (const auto& [number, client] : clients_) client.process->ask_to_end();
    while (!clients_.empty()) read();
    if (proxy_) end_proxy();
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

  enum class Whose : std::uint8_t { All, Servers };

  std::string address_at(const std::string& host) const { return options_.transport + "://" + host + ":0"; }
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
  /// Reads until the server is at that point of a call. Outside of transactions it shall have no other call to work on,
  /// which would tell where the kill fell: so its clients wait for as long as it has one.
  void reach(Point aim) {
    if (aim == Point::Written || aim == Point::Committed) {
      while (read().step != aim) {
      }
    } else {
      while (read(has_all_at(Point::Answered) ? Whose::All : Whose::Servers).step != aim ||
             !has_all_at(aim)) {
      }
    }
  }
  /// Or answered.
  bool has_all_at(Point point) const {
    return std::all_of(steps_.begin(), steps_.end(), [point](const auto& step) {
      return step.second == point || step.second == Point::Answered;
    });
  }
  /// Half of the kills find the server at the point that they are aimed at, a quarter when it has just gone on, and a
  /// quarter when somebody has come to the next point: within the windows, at their edges, and past them.
  void be_late() {
    constexpr std::uint32_t kQuarters = 4;
    const std::uint32_t quarter = draw(kQuarters - 1);
    if (quarter == 0) let_speaker_go();
    if (quarter == 1) read();
  }
  /// Who told the last line waits for that.
  void let_speaker_go() {
    if (Process* const speaker = std::exchange(speaker_, nullptr)) speaker->let_go();
  }
  /// It does not go on from where it is.
  void kill(Process& process) {
    if (speaker_ == &process) speaker_ = nullptr;
    process.kill_now();
  }
  void start_server() {
    record_.write("server begins");
    steps_.clear();
    server_ = std::make_unique<Process>(words_for(options_, "server"));
    options_.address = expect_line(*server_, "the server");  // the real one, with its port
  }
  void make_lan() {
    lan_ = std::make_unique<Lan>();
    if (!lan_->has_netem()) {
      std::cerr << "crash: this kernel has no netem (or tc is missing); --proxy loses and delays, too\n";
    }
  }
  /// It stays where it is while servers come and go.
  void start_proxy() {
    Options options = options_;
    options.upstream = options_.address;
    options.address = address_at(lan_ ? Lan::kHost : kLoopback);
    proxy_ = std::make_unique<Process>(words_for(options, "proxy"));
    clients_address_ = expect_line(*proxy_, "the proxy");
  }
  void end_proxy() {
    proxy_->ask_to_end();
    record_.write("proxy " + expect_line(*proxy_, "the proxy"));
    if (proxy_->wait() != 0) throw std::runtime_error("the proxy failed");
  }
  void start_client(std::uint32_t number) {
    Client& client = clients_.at(number);
    Options options = options_;
    options.address = clients_address_;
    if (lan_) options.network = lan_->clients_network();
    options.client = number;
    options.life = client.lives++;
    if (options_.kill_clients) options.outbox = folder_ / ("client" + std::to_string(number) + ".db");
    client.process = std::make_unique<Process>(words_for(options, "client"));
    expect_line(*client.process, "a client");  // it is ready to be asked to end
  }
  void kill_client(std::uint32_t number, Deed aim) {
    for (Said said = read(); said.client != number || said.deed != aim;) said = read();
    Client& client = clients_.at(number);
    kill(*client.process);
    while (const auto line = client.process->read_line()) note_client(number, *line);
    record_.write("client " + std::to_string(number) + " killed");
    start_client(number);
  }
  void kill_server() {
    kill(*server_);
    read_rest();
    for (const once::RequestId& id : kept_in(folder_)) {
      record_.write("server kept " + std::to_string(id.session) + ' ' + std::to_string(id.sequence));
    }
    ++options_.life;
    start_server();
  }
  /// All that the server says before its end.
  void read_rest() {
    while (const auto line = server_->read_line()) {
      note_server(*line);
      server_->let_go();
    }
  }

  /// Reads a line of whoever has one, and who then waits: until the next line is read, or for its end.
  Said read(Whose whose = Whose::All) {
    let_speaker_go();
    std::vector<Process*> processes{server_.get()};
    if (whose == Whose::All) {
      for (const auto& [number, client] : clients_) processes.insert(processes.begin(), client.process.get());
    }
    Process& ready = Process::first_ready(processes);
    speaker_ = &ready;
    if (&ready == server_.get()) return note_server(expect_line(ready, "the server"));
    const auto client = std::find_if(clients_.begin(), clients_.end(),
                                     [&](const auto& one) { return one.second.process.get() == &ready; });
    const std::uint32_t number = client->first;
    if (const auto line = ready.read_line()) return note_client(number, *line);
    speaker_ = nullptr;
    if (ready.wait() != 0 || options_.life < options_.kills) throw std::runtime_error("a client failed");
    clients_.erase(client);
    return {{}, number, {}};
  }
  Said note_server(const std::string& line) {
    const auto step = demo::parse_step(line);
    if (!step) throw std::runtime_error("the server said: " + line);
    record_.write("server " + line);
    Point& point = steps_[step->id];
    point = std::max(point, step->point);  // bugs tell of a point twice
    return {step->point, {}, {}};
  }
  Said note_client(std::uint32_t number, const std::string& line) {
    const auto deed = parse_deed(line);
    if (!deed) throw std::runtime_error("a client said: " + line);
    record_.write("client " + std::to_string(number) + ' ' + line);
    if (deed == Deed::Ended) ++calls_;
    return {{}, number, deed};
  }

  Options options_;
  const std::filesystem::path folder_;
  demo::Log record_;
  std::unique_ptr<Lan> lan_;  // or none: the traffic is on loopback
  std::mt19937_64 random_;
  std::vector<Point> aims_;
  std::vector<Deed> client_aims_;
  std::unique_ptr<Process> server_;
  demo::Steps steps_;  // of its life
  std::map<std::uint32_t, Client> clients_;
  std::string clients_address_;     // where they find the server, or the proxy
  std::unique_ptr<Process> proxy_;  // or none
  std::uint32_t calls_ = 0;         // that have ended
  Process* speaker_ = nullptr;      // told the last line, and waits; or nobody does
};

}  // namespace

void run(Options options, const std::filesystem::path& folder) {
  Harness harness{std::move(options), folder};
  harness.kill_all();
  harness.make_calls();
  harness.finish();
}

}  // namespace crash
