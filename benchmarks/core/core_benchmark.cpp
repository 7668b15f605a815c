// What the protocol costs without I/O: calls between two cores, and checksums.
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include <once/base/crc32c.hpp>

#include "allocation_count.hpp"
#include "exchange.hpp"

namespace {

using namespace once;
using namespace once::core;

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
