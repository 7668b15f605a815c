// How long one codec takes to encode and to decode four values, without any call around it: one line of JSON
// for each. Encoding goes into a Buffer that is reused; decoding into a new object every time, and into the
// object of the time before.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <once/base/buffer.hpp>
#include <once/codec/cdr.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

#include "bench.once.hpp"
#include "data.hpp"

namespace {

using Codec = PEERBENCH_CODEC;
using Clock = std::chrono::steady_clock;

/// Makes the compiler believe that somebody looks at `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

/// Nanoseconds for one run of `work`: the fastest of seven batches of about 40 ms, since nothing but
/// disturbance makes a batch slower than another.
template <class Work>
double time_ns(Work work) {
  using namespace std::chrono_literals;
  const auto batch = [&](std::uint64_t runs) {
    const Clock::time_point begin = Clock::now();
    for (std::uint64_t run = 0; run < runs; ++run) work();
    return Clock::now() - begin;
  };
  std::uint64_t runs = 1;
  while (batch(runs) < 5ms) runs *= 2;
  runs *= 8;
  auto fastest = Clock::duration::max();
  for (int i = 0; i < 7; ++i) fastest = std::min(fastest, batch(runs));
  return std::chrono::duration<double, std::nano>(fastest).count() / static_cast<double>(runs);
}

template <class T>
bool decode_into(T& value, once::ByteView octets) {
  return Codec::decode_with(Codec::kOrder, octets, [&](auto& decoder) {
    decode(decoder, value);
    return bool{decoder.finish()};
  });
}

template <class T>
void encode_into(once::Buffer& buffer, const T& value) {
  buffer.clear();
  Codec::Encoder encoder{buffer};
  encode(encoder, value);
  if (!encoder.finish()) std::abort();
}

double rounded(double value) {
  return static_cast<double>(static_cast<std::int64_t>(value * 10 + 0.5)) / 10;
}

template <class T>
void measure(std::string_view name, const T& value) {
  once::Buffer buffer;
  encode_into(buffer, value);
  T reused{};
  if (!decode_into(reused, buffer.view()) || reused != value) {
    std::fprintf(stderr, "%.*s: what is decoded is not what was encoded\n", static_cast<int>(name.size()),
                 name.data());
    std::exit(1);
  }

  nlohmann::ordered_json line;
  line["codec"] = "once_" PEERBENCH_CODEC_NAME;
  line["case"] = name;
  line["encode_ns"] = rounded(time_ns([&] {
    encode_into(buffer, value);
    keep(buffer);
  }));
  line["decode_ns"] = rounded(time_ns([&] {
    T fresh{};
    decode_into(fresh, buffer.view());
    keep(fresh);
  }));
  line["encoded_bytes"] = buffer.size();
  line["decode_reuse_ns"] = rounded(time_ns([&] {
    decode_into(reused, buffer.view());
    keep(reused);
  }));
  std::cout << line << std::endl;
}

/// Integers over the whole range: the states of a linear congruential generator.
std::vector<std::int32_t> make_longs(std::size_t count) {
  std::vector<std::int32_t> longs(count);
  std::uint32_t state = 12'345;
  for (std::int32_t& value : longs) {
    state = state * 1'664'525u + 1'013'904'223u;
    value = static_cast<std::int32_t>(state);
  }
  return longs;
}

std::vector<double> make_doubles(std::size_t count) {
  std::vector<double> doubles(count);
  for (std::size_t i = 0; i < count; ++i) doubles[i] = 0.1 * static_cast<double>(i) - 7.5;
  return doubles;
}

}  // namespace

int main() {
  measure("persons100", peerbench::make_persons(100));
  measure("bytes64k", peerbench::make_bytes(65'536));
  measure("longs4096", make_longs(4'096));
  measure("doubles4096", make_doubles(4'096));
}
