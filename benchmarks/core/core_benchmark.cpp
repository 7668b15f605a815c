// What the protocol costs without I/O: a client core and a server core that hand each other their messages. A
// call is a request, its reply, and everything that the cores do about them; like a transport, the benchmark
// copies each message once, from header and body into one buffer.
#include <cstdlib>
#include <vector>

#include <benchmark/benchmark.h>

#include <once/base/crc32c.hpp>

#include "allocation_count.hpp"
#include "core/client_core.hpp"
#include "core/server_core.hpp"

namespace {

using namespace once;
using namespace once::core;

class Exchange {
 public:
  explicit Exchange(std::size_t body_size) : server_(server_config(), now_), client_(client_config(), now_) {
    Buffer body;
    body.resize(body_size);
    std::fill_n(body.data(), body_size, std::uint8_t{0x5A});
    body_ = std::move(body).freeze();
    path_.message_max = 1 << 20;
    client_.connected(now_, path_);
  }

  /// Runs `count` calls, all in flight together.
  void run(std::size_t count, Semantics semantics) {
    CallRequest request;
    request.semantics = semantics;
    request.operation = 1;
    request.object_key = key_;
    request.body = body_;
    for (std::size_t i = 0; i < count; ++i) {
      if (!client_.start(now_, request)) std::abort();
    }
    now_ += std::chrono::microseconds{10};
    std::size_t done = 0;
    while (done < count) {
      while (client_.poll_transmit(now_, out_)) {
        server_.receive(now_, path_, whole());
        serve();
      }
      while (client_.poll_completion(completion_)) ++done;
    }
  }

 private:
  static ServerConfig server_config() {
    ServerConfig config;
    config.epoch = {0, 1};
    config.secret = {1, 2};
    return config;
  }
  static ClientConfig client_config() {
    ClientConfig config;
    config.instance = {1, 2};
    config.seed = 3;
    return config;
  }
  Slice whole() {
    Buffer message{out_.header.size() + out_.body.size()};
    message.append(out_.header);
    message.append(out_.body);
    return std::move(message).freeze();
  }
  void serve() {
    while (server_.poll_arrival(now_, arrival_)) {
      if (!server_.start(now_, arrival_.call, 256)) std::abort();
      server_.reply(now_, arrival_.call, ReplyStatus::Value, std::move(arrival_.body), false);
    }
    while (server_.poll_transmit(out_)) client_.receive(now_, path_, whole());
  }

  Time now_{std::chrono::seconds{1000}};
  Path path_;
  ServerCore server_;
  ClientCore client_;
  Slice key_ = Slice::borrowed(as_bytes("account"));
  Slice body_;
  Transmit out_;
  Arrival arrival_;
  CallCompletion completion_;
};

void measure(benchmark::State& state, Semantics semantics) {
  const auto body_size = static_cast<std::size_t>(state.range(0));
  const auto in_flight = static_cast<std::size_t>(state.range(1));
  Exchange exchange{body_size};
  for (int i = 0; i < 1000; ++i) exchange.run(in_flight, semantics);
  const std::uint64_t before = testing::allocations().count;
  std::uint64_t calls = 0;
  for (auto _ : state) {
    exchange.run(in_flight, semantics);
    calls += in_flight;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(calls));
  state.counters["allocations_per_call"] =
      static_cast<double>(testing::allocations().count - before) / static_cast<double>(calls);
}

void at_most_once(benchmark::State& state) {
  measure(state, Semantics::AtMostOnce);
}
void at_least_once(benchmark::State& state) {
  measure(state, Semantics::AtLeastOnce);
}
BENCHMARK(at_most_once)->Args({0, 1})->Args({0, 16})->Args({0, 64})->Args({256, 1})->Args({16384, 1});
BENCHMARK(at_least_once)->Args({0, 1})->Args({0, 16});

void checksum(benchmark::State& state) {
  const std::vector<std::uint8_t> octets(static_cast<std::size_t>(state.range(0)), 0x5A);
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(octets));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(104)->Arg(1200)->Arg(65536);

}  // namespace

BENCHMARK_MAIN();
