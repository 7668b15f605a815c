// How fast the codecs are, beside the machine's own limits: a memcpy of the same octets, and a loop written
// by hand for exactly this message, which checks bounds and nothing else.
//
//   codec_benchmark [--benchmark_filter=persons] [--benchmark_repetitions=15]
//                   [--benchmark_enable_random_interleaving=true]
//
// The last table has the medians over the repetitions, and their ratio to the limit of the same run: the loop
// written by hand where there is one, else the memcpy.
//
// encode: into a Buffer that has the room. decode: into a new object. decode_reuse: into the object of the
// time before. The cases are those of the marshalling benchmark that other systems are measured with.
#include <algorithm>
#include <cstdint>
#include <iomanip>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <once/codec/cdr.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

namespace persons {

struct Person {
  std::string name;
  std::string place;
  std::int32_t year = 0;
};

template <once::EncoderType E>
void encode(E& encoder, const Person& value) {
  encode(encoder, value.name);
  encode(encoder, value.place);
  encode(encoder, value.year);
}
template <once::DecoderType D>
void decode(D& decoder, Person& value) {
  decode(decoder, value.name);
  decode(decoder, value.place);
  decode(decoder, value.year);
}

}  // namespace persons

template <class Coder>
inline constexpr std::size_t once::kOctetsMin<Coder, persons::Person> =
    once::kOctetsMin<Coder, std::string> + once::kOctetsMin<Coder, std::string> +
    once::kOctetsMin<Coder, std::int32_t>;

namespace {

using persons::Person;

std::vector<Person> persons100() {
  static const char* const kGiven[] = {"Ada",     "Bjarne", "Grace",    "Alan",
                                       "Barbara", "Edsger", "Margaret", "Dennis"};
  static const char* const kFamily[] = {"Lovelace",  "Stroustrup",  "Hopperson",  "Turingham",
                                        "Liskovska", "Dijkstrasen", "Hamiltonian"};
  static const char* const kPlaces[] = {"London",      "Aarhus",    "New York City", "Cambridge",
                                        "Los Angeles", "Rotterdam", "Boston",        "Bronxville"};
  std::vector<Person> persons(100);
  for (std::size_t i = 0; i < persons.size(); ++i) {
    persons[i].name = std::string{kGiven[i % 8]} + ' ' + kFamily[i % 7];
    persons[i].place = kPlaces[i / 3 % 8];
    persons[i].year = 1815 + static_cast<std::int32_t>(i * 37 % 200);
  }
  return persons;
}

once::Bytes bytes64k() {
  once::Bytes bytes(65'536);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 131 + (i >> 8));
  return bytes;
}

std::vector<std::int32_t> longs4096() {
  std::vector<std::int32_t> longs(4096);
  std::uint32_t x = 12345;
  for (std::int32_t& value : longs) value = static_cast<std::int32_t>(x = x * 1664525 + 1013904223);
  return longs;
}

std::vector<double> doubles4096() {
  std::vector<double> doubles(4096);
  for (std::size_t i = 0; i < doubles.size(); ++i) doubles[i] = 0.1 * static_cast<double>(i) - 7.5;
  return doubles;
}

// Once's codecs.

struct Xdr {
  using Encoder = once::XdrEncoder;
  using Decoder = once::XdrDecoder;
};
template <std::endian order>
struct CdrIn {
  using Encoder = once::CdrEncoder<order>;
  using Decoder = once::CdrDecoder<order>;
};

template <class C, auto make>
void encode_case(benchmark::State& state) {
  const auto value = make();
  once::Buffer buffer{262'144};
  for (auto _ : state) {
    buffer.clear();
    typename C::Encoder encoder{buffer};
    encode(encoder, value);
    if (!encoder.finish()) state.SkipWithError("does not encode");
    benchmark::DoNotOptimize(buffer.data());
    benchmark::ClobberMemory();
  }
  state.counters["octets"] = static_cast<double>(buffer.size());
}

template <class C, auto make, bool reuse>
void decode_case(benchmark::State& state) {
  using Value = decltype(make());
  once::Buffer buffer;
  typename C::Encoder encoder{buffer};
  encode(encoder, make());
  if (!encoder.finish()) state.SkipWithError("does not encode");
  Value reused;
  for (auto _ : state) {
    Value fresh;
    Value& value = reuse ? reused : fresh;
    typename C::Decoder decoder{buffer.view()};
    decode(decoder, value);
    if (!decoder.finish()) state.SkipWithError("does not decode");
    benchmark::DoNotOptimize(value.data());
    benchmark::ClobberMemory();
  }
}

// The limits.

/// A memcpy of as many octets as CDR takes for the value.
template <auto make>
void memcpy_case(benchmark::State& state) {
  once::Buffer source;
  once::CdrEncoder<std::endian::native> encoder{source};
  encode(encoder, make());
  if (!encoder.finish()) state.SkipWithError("does not encode");
  once::Bytes copy(source.size());
  for (auto _ : state) {
    std::memcpy(copy.data(), source.data(), source.size());
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
}

/// XDR of 100 persons, written for nothing else: bounds are checked, text is not.
namespace by_hand {

std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

std::uint8_t* put(std::uint8_t* place, std::uint32_t word) {
  word = __builtin_bswap32(word);
  std::memcpy(place, &word, 4);
  return place + 4;
}
std::uint8_t* put(std::uint8_t* place, const std::string& text) {
  place = put(place, static_cast<std::uint32_t>(text.size()));
  std::memset(place + text.size() / 4 * 4, 0, 4);
  std::memcpy(place, text.data(), text.size());
  return place + padded(text.size());
}
std::size_t encode(once::Bytes& out, const std::vector<Person>& persons) {
  std::uint8_t* place = put(out.data(), static_cast<std::uint32_t>(persons.size()));
  const std::uint8_t* const end = out.data() + out.size();
  for (const Person& person : persons) {
    if (static_cast<std::size_t>(end - place) < person.name.size() + person.place.size() + 20) return 0;
    place = put(put(put(place, person.name), person.place), static_cast<std::uint32_t>(person.year));
  }
  return static_cast<std::size_t>(place - out.data());
}

struct Reader {
  const std::uint8_t* place;
  const std::uint8_t* end;

  bool get(std::uint32_t& word) {
    if (end - place < 4) return false;
    std::memcpy(&word, place, 4);
    word = __builtin_bswap32(word);
    place += 4;
    return true;
  }
  bool get(std::string& text) {
    std::uint32_t size = 0;
    if (!get(size) || static_cast<std::size_t>(end - place) < padded(size)) return false;
    text.assign(reinterpret_cast<const char*>(place), size);
    place += padded(size);
    return true;
  }
};
bool decode(once::ByteView bytes, std::vector<Person>& persons) {
  Reader reader{bytes.data(), bytes.data() + bytes.size()};
  std::uint32_t count = 0;
  if (!reader.get(count) || count > bytes.size() / 12) return false;
  persons.resize(count);
  for (Person& person : persons) {
    std::uint32_t year = 0;
    if (!reader.get(person.name) || !reader.get(person.place) || !reader.get(year)) return false;
    person.year = static_cast<std::int32_t>(year);
  }
  return true;
}

void encode_case(benchmark::State& state) {
  const auto value = persons100();
  once::Bytes out(65'536);
  for (auto _ : state) {
    benchmark::DoNotOptimize(by_hand::encode(out, value));
    benchmark::ClobberMemory();
  }
}
template <bool reuse>
void decode_case(benchmark::State& state) {
  once::Bytes bytes(65'536);
  bytes.resize(by_hand::encode(bytes, persons100()));
  std::vector<Person> reused;
  for (auto _ : state) {
    std::vector<Person> fresh;
    std::vector<Person>& value = reuse ? reused : fresh;
    if (!by_hand::decode(bytes, value)) state.SkipWithError("does not decode");
    benchmark::DoNotOptimize(value.data());
    benchmark::ClobberMemory();
  }
}

}  // namespace by_hand

template <class C, auto make>
void add_codec(const std::string& name) {
  benchmark::RegisterBenchmark((name + "/encode").c_str(), encode_case<C, make>);
  benchmark::RegisterBenchmark((name + "/decode").c_str(), decode_case<C, make, false>);
  benchmark::RegisterBenchmark((name + "/decode_reuse").c_str(), decode_case<C, make, true>);
}
template <auto make>
void add_case(const std::string& name) {
  benchmark::RegisterBenchmark((name + "/memcpy").c_str(), memcpy_case<make>);
  add_codec<Xdr, make>(name + "/xdr");
  add_codec<CdrIn<std::endian::little>, make>(name + "/cdr_little");
  add_codec<CdrIn<std::endian::big>, make>(name + "/cdr_big");
}

/// The usual report, and behind it the ratios.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
    }
  }
  void Finalize() override {
    auto& out = GetOutputStream();
    out << "\nmedians, ns, beside the limit\n" << std::fixed;
    for (const auto& [name, times] : times_) {
      const std::string limit = limit_of(name);
      if (limit.empty()) continue;
      const double ratio = median(times) / median(times_.at(limit));
      out << std::left << std::setw(36) << name << std::right << std::setprecision(0) << std::setw(8)
          << median(times) << std::setprecision(2) << std::setw(8) << ratio << "  x " << limit << "\n";
    }
  }

 private:
  /// Empty for a limit itself, and if it was not measured.
  std::string limit_of(const std::string& name) const {
    const std::string kind = name.substr(0, name.find('/'));
    for (const std::string& limit : {kind + "/by_hand" + name.substr(name.rfind('/')), kind + "/memcpy"}) {
      if (limit == name) return "";
      if (times_.contains(limit)) return limit;
    }
    return "";
  }
  static double median(std::vector<double> times) {
    std::ranges::sort(times);
    return times[times.size() / 2];
  }

  std::map<std::string, std::vector<double>> times_;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RegisterBenchmark("persons100/by_hand/encode", by_hand::encode_case);
  benchmark::RegisterBenchmark("persons100/by_hand/decode", by_hand::decode_case<false>);
  benchmark::RegisterBenchmark("persons100/by_hand/decode_reuse", by_hand::decode_case<true>);
  add_case<persons100>("persons100");
  add_case<bytes64k>("bytes64k");
  add_case<longs4096>("longs4096");
  add_case<doubles4096>("doubles4096");
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return 0;
}
