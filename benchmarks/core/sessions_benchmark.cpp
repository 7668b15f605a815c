// What sessions cost a server: its memory while they are idle, and the time of a call while calls come from all of
// them at random. Servers with so many sessions each take turns: cores alone, of which only what they do is timed, and
// whole servers that are called over TCP, one call at a time, by a thread that does nothing else, all on
// one processor.
//
//   sessions_benchmark [ROUNDS [SESSIONS...]]     prints a line of JSON for each number of sessions
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sched.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <once/base/crc32c.hpp>
#include <once/once.hpp>

#include "core/server_core.hpp"
#include "core/wire.hpp"

namespace {

using namespace once;
using namespace once::core;

constexpr std::size_t kBatch = 1'000;  // messages that are prepared together
constexpr std::size_t kBatchesPerRound = 100;
constexpr std::size_t kCallsPerRound = 5'000;  // over TCP
constexpr std::string_view kKey = "account";

std::size_t resident_octets() {
  std::size_t all = 0, resident = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &all, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "sessions_benchmark: %s\n", what);
  std::exit(1);
}

using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::duration time, std::size_t calls) {
  return std::chrono::duration<double, std::nano>(time).count() / double(calls);
}

/// What the clients of many sessions say and hear.
class Clients {
 public:
  explicit Clients(std::size_t sessions) : calls_(sessions) { ids_.reserve(sessions); }

  Slice hello() {
    Hello hello;
    hello.nonce = ++hellos_;
    hello.instance = {1, hellos_};
    hello.window_max = 64;
    hello.message_max = 60'000;
    write(hello, octets_);
    return Slice::copy_of(octets_);
  }
  void welcomed(ByteView message) {
    Prefix prefix;
    Welcome welcome;
    require(read_prefix(message, prefix) == Errc::ok && prefix.type == MessageType::Welcome &&
                read(message, prefix, welcome) == Errc::ok,
            "no WELCOME");
    ids_.push_back(welcome.session);
    epoch_ = welcome.epoch;
  }
  /// In the session that chance chooses.
  Slice request() {
    chance_ = chance_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    const std::size_t who = (chance_ >> 33U) % ids_.size();
    SessionMessage request;
    request.type = MessageType::Request;
    request.session = ids_[who];
    request.acknowledgement.through = calls_[who];
    request.sequence = request.counter = ++calls_[who];
    request.expected = epoch_;
    request.attempt = 1;
    request.operation = 1;
    write(request, as_bytes(kKey), octets_);
    return Slice::copy_of(octets_);
  }

 private:
  std::vector<SessionId> ids_;
  std::vector<std::uint64_t> calls_;  // made so far, of each
  Epoch epoch_;
  std::vector<std::uint8_t> octets_;
  std::uint64_t hellos_ = 0;
  std::uint64_t chance_ = 1;
};

/// A server's core and nothing else.
class Core {
 public:
  explicit Core(std::size_t sessions) : server_(config(), kNow), clients_(sessions) {
    path_.validated = true;
    path_.message_max = 60'000;
    batch_.reserve(kBatch);
    const std::size_t before = resident_octets();
    for (std::size_t i = 0; i < sessions; ++i) {
      server_.receive(kNow, path_, clients_.hello());
      require(server_.poll_transmit(out_), "no answer to HELLO");
      clients_.welcomed(out_.header);
    }
    require(server_.sessions() == sessions, "not every session was opened");
    resident_ = resident_octets() - before;
  }

  /// Nanoseconds of a call.
  double round() {
    Clock::duration taken{0};
    for (std::size_t i = 0; i < kBatchesPerRound; ++i) {
      batch_.clear();
      for (std::size_t k = 0; k < kBatch; ++k) batch_.push_back(clients_.request());
      called_ += kBatch;
      const auto begin = Clock::now();
      for (const Slice& request : batch_) serve(request);
      taken += Clock::now() - begin;
    }
    require(server_.counters().executed == called_, "not every call was executed");
    return nanoseconds(taken, kBatch * kBatchesPerRound);
  }

  std::size_t resident() const { return resident_; }

 private:
  static constexpr Time kNow{std::chrono::seconds{1000}};

  static ServerConfig config() {
    ServerConfig config;
    config.epoch = {0, 1};
    config.secret = {1, 2};
    return config;
  }
  void serve(const Slice& request) {
    server_.receive(kNow, path_, request);
    while (server_.poll_arrival(kNow, arrival_)) {
      if (server_.start(kNow, arrival_.call, 256)) {
        server_.reply(kNow, arrival_.call, ReplyStatus::Value, {}, false);
      }
    }
    while (server_.poll_transmit(out_)) continue;
  }

  Path path_;
  ServerCore server_;
  Clients clients_;
  std::vector<Slice> batch_;
  Transmit out_;
  Arrival arrival_;
  std::uint64_t called_ = 0;
  std::size_t resident_ = 0;
};

class Account final : public Servant {
 public:
  std::string_view interface_id() const noexcept override { return "IDL:Account:1.0"; }
  bool is_a(std::string_view id) const noexcept override { return id == interface_id(); }
  const Operation* find_operation(std::uint32_t) const noexcept override { return &operation_; }
  void dispatch(Request&, Responder respond) noexcept override { std::move(respond).value({}, false); }

 private:
  Operation operation_ = [] {
    Operation made;
    made.interface_id = "IDL:Account:1.0";
    made.name = "look";
    made.id = 1;
    made.semantics = Semantics::AtMostOnce;
    return made;
  }();
};

/// A whole server, and a connection to it that all its sessions share.
class OverTcp {
 public:
  explicit OverTcp(std::size_t sessions) : server_(io_, options()), clients_(sessions) {
    server_.activate(std::string{kKey}, std::make_shared<Account>());
    server_.listen("tcp://127.0.0.1:0");
    thread_ = std::thread{[this] { io_.run(); }};
    const auto network = posix_network();
    const Address to = parse_address("127.0.0.1", server_.endpoints().front().port).value();
    socket_ = std::move(network->connect_stream(io_.get_executor(), to).value());
    require(socket_->wait({.writable = true}, std::chrono::seconds{5}) && !socket_->connected(),
            "no connection");
    for (std::size_t i = 0; i < sessions; ++i) clients_.welcomed(ask(clients_.hello()));
    require(server_.statistics().sessions == sessions, "not every session was opened");
  }
  ~OverTcp() {
    io_.stop();
    thread_.join();
  }
  OverTcp(const OverTcp&) = delete;
  OverTcp& operator=(const OverTcp&) = delete;

  /// Nanoseconds of a call.
  double round() {
    std::vector<Slice> batch;
    for (std::size_t i = 0; i < kCallsPerRound; ++i) batch.push_back(clients_.request());
    const auto begin = Clock::now();
    for (const Slice& request : batch) ask(request);
    const auto taken = Clock::now() - begin;
    called_ += kCallsPerRound;
    require(server_.statistics().executed == called_, "not every call was executed");
    return nanoseconds(taken, kCallsPerRound);
  }

 private:
  static ServerOptions options() {
    ServerOptions options;
    options.limits.lease = std::chrono::hours{1};
    return options;
  }
  /// The answer, which is one message.
  ByteView ask(const Slice& message) {
    require(socket_->send(std::array{message.view()}).value_or(0) == message.size(), "not sent");
    const std::size_t size = socket_->receive(room_, std::chrono::seconds{10}).value_or(0);
    require(next_frame(ByteView{room_}.first(size), room_.size()).size == size, "no answer");
    return ByteView{room_}.first(size);
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  Server server_;
  Clients clients_;
  std::thread thread_;
  std::unique_ptr<StreamSocket> socket_;
  std::array<std::uint8_t, 4096> room_{};
  std::uint64_t called_ = 0;
};

/// All threads from now on run where this one does: waking another processor would take longer than a call.
void stay_on_one_processor() {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &only);
  require(::sched_setaffinity(0, sizeof only, &only) == 0, "cannot stay on one processor");
}

/// The times of each one's rounds, in turns, as JSON lists.
template <class Many>
std::vector<std::string> times_of(const Many& contestants, std::size_t rounds) {
  std::vector<std::string> times(contestants.size());
  for (const auto& one : contestants) one->round();  // warm
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < contestants.size(); ++i) {
      times[i] += (round > 0 ? "," : "") + std::to_string(contestants[i]->round());
    }
  }
  return times;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 15;
  std::vector<std::size_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoul(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {1'000, 10'000, 100'000, 1'000'000};
  std::vector<std::size_t> resident;
  std::vector<std::string> in_core, over_tcp;
  {
    std::vector<std::unique_ptr<Core>> cores;
    for (const std::size_t size : sizes) cores.push_back(std::make_unique<Core>(size));
    for (const auto& core : cores) resident.push_back(core->resident());
    in_core = times_of(cores, rounds);
  }
  {
    stay_on_one_processor();
    std::vector<std::unique_ptr<OverTcp>> servers;
    for (const std::size_t size : sizes) servers.push_back(std::make_unique<OverTcp>(size));
    over_tcp = times_of(servers, rounds);
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::printf("{\"sessions\":%zu,\"resident_octets\":%zu,\"core_ns\":[%s],\"call_ns\":[%s]}\n", sizes[i],
                resident[i], in_core[i].c_str(), over_tcp[i].c_str());
  }
}
