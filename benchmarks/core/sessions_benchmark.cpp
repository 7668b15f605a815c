// What sessions cost a server's core: its memory while they are idle, and the time of a call while calls come from
// all of them at random. Cores with so many sessions each take turns; only what the server does is timed.
//
//   sessions_benchmark [ROUNDS [SESSIONS...]]     prints a line of JSON for each number of sessions
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <once/base/crc32c.hpp>

#include "core/server_core.hpp"
#include "core/wire.hpp"

namespace {

using namespace once;
using namespace once::core;

constexpr std::size_t kBatch = 1'000;  // calls that are timed together
constexpr std::size_t kBatchesPerRound = 100;

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

class Crowd {
 public:
  explicit Crowd(std::size_t sessions) : server_(config(), kNow) {
    path_.validated = true;
    path_.message_max = 60'000;
    ids_.reserve(sessions);
    calls_.resize(sessions);
    batch_.reserve(kBatch);
    const std::size_t before = resident_octets();
    for (std::size_t i = 0; i < sessions; ++i) open(i + 1);
    require(server_.sessions() == sessions, "not every session was opened");
    resident_ = resident_octets() - before;
  }

  /// Nanoseconds of a call.
  double round() {
    std::chrono::steady_clock::duration taken{0};
    for (std::size_t i = 0; i < kBatchesPerRound; ++i) {
      prepare();
      const auto begin = std::chrono::steady_clock::now();
      for (const Slice& request : batch_) serve(request);
      taken += std::chrono::steady_clock::now() - begin;
    }
    require(server_.counters().executed == called_, "not every call was executed");
    return std::chrono::duration<double, std::nano>(taken).count() / double(kBatch * kBatchesPerRound);
  }

  std::size_t sessions() const { return ids_.size(); }
  std::size_t resident() const { return resident_; }

 private:
  static constexpr Time kNow{std::chrono::seconds{1000}};

  static ServerConfig config() {
    ServerConfig config;
    config.epoch = {0, 1};
    config.secret = {1, 2};
    return config;
  }

  void open(std::uint64_t nonce) {
    Hello hello;
    hello.nonce = nonce;
    hello.instance = {1, nonce};
    hello.window_max = 64;
    hello.message_max = 60'000;
    write(hello, octets_);
    server_.receive(kNow, path_, Slice::borrowed(octets_));
    require(server_.poll_transmit(out_), "no answer to HELLO");
    Prefix prefix;
    Welcome welcome;
    require(read_prefix(out_.header, prefix) == Errc::ok && prefix.type == MessageType::Welcome &&
                read(ByteView{out_.header}, prefix, welcome) == Errc::ok,
            "no WELCOME");
    ids_.push_back(welcome.session);
  }

  /// The next requests, each in the session that chance chose.
  void prepare() {
    batch_.clear();
    for (std::size_t i = 0; i < kBatch; ++i) {
      chance_ = chance_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      const std::size_t who = (chance_ >> 33U) % ids_.size();
      SessionMessage request;
      request.type = MessageType::Request;
      request.session = ids_[who];
      request.acknowledgement.through = calls_[who];
      request.sequence = request.counter = ++calls_[who];
      request.expected = {0, 1};
      request.attempt = 1;
      request.operation = 1;
      write(request, as_bytes("account"), octets_);
      batch_.push_back(Slice::copy_of(octets_));
    }
    called_ += kBatch;
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
  std::vector<SessionId> ids_;
  std::vector<std::uint64_t> calls_;  // made so far, of each
  std::vector<Slice> batch_;
  std::vector<std::uint8_t> octets_;
  Transmit out_;
  Arrival arrival_;
  std::uint64_t chance_ = 1;
  std::uint64_t called_ = 0;
  std::size_t resident_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 15;
  std::vector<std::size_t> sizes;
  for (int i = 2; i < argc; ++i) sizes.push_back(std::strtoul(argv[i], nullptr, 10));
  if (sizes.empty()) sizes = {1'000, 10'000, 100'000, 1'000'000};
  std::vector<std::unique_ptr<Crowd>> crowds;
  for (const std::size_t size : sizes) crowds.push_back(std::make_unique<Crowd>(size));
  std::vector<std::string> times(crowds.size());
  for (const auto& crowd : crowds) crowd->round();  // warm
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < crowds.size(); ++i) {
      times[i] += (round > 0 ? "," : "") + std::to_string(crowds[i]->round());
    }
  }
  for (std::size_t i = 0; i < crowds.size(); ++i) {
    std::printf("{\"sessions\":%zu,\"resident_octets\":%zu,\"call_ns\":[%s]}\n", crowds[i]->sessions(),
                crowds[i]->resident(), times[i].c_str());
  }
}
