// Random values of every type through every codec and byte order, and back. Seeded: a failure names the seed,
// and ONCE_ROUND_TRIPS=n in the environment runs n values instead of the default.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "vector_types.hpp"

namespace codec_test {

/// All basic types, alone and in all containers, and containers in containers.
struct Everything {
  bool boolean = false;
  char character = 0;
  std::int8_t int8 = 0;
  std::uint8_t octet = 0;
  std::int16_t int16 = 0;
  std::uint16_t uint16 = 0;
  std::int32_t int32 = 0;
  std::uint32_t uint32 = 0;
  std::int64_t int64 = 0;
  std::uint64_t uint64 = 0;
  float real = 0;
  double wide = 0;
  once::Float128 widest = 0;
  std::string text;
  CdrColor color;
  once::Bytes octets;
  std::vector<bool> booleans;
  std::vector<char> characters;
  std::vector<std::int8_t> int8s;
  std::vector<std::int16_t> int16s;
  std::vector<std::uint32_t> uint32s;
  std::vector<std::int64_t> int64s;
  std::vector<float> reals;
  std::vector<double> wides;
  std::vector<once::Float128> widests;
  std::vector<std::string> texts;
  std::vector<CdrColor> colors;
  std::vector<std::vector<std::uint16_t>> nested;
  std::vector<Person> persons;
  std::vector<std::array<std::uint8_t, 3>> octet_arrays;
  std::vector<std::optional<bool>> flags;
  std::array<std::uint8_t, 5> octet_array{};
  std::array<bool, 3> boolean_array{};
  std::array<std::int16_t, 3> int16_array{};
  std::array<std::array<double, 2>, 2> matrix{};
  std::array<std::string, 2> text_array;
  std::optional<std::int64_t> maybe_number;
  std::optional<Person> maybe_person;
  std::optional<std::vector<std::int32_t>> maybe_numbers;

  static constexpr auto kFields =
      std::tuple{field("", &Everything::boolean),       field("", &Everything::character),
                 field("", &Everything::int8),          field("", &Everything::octet),
                 field("", &Everything::int16),         field("", &Everything::uint16),
                 field("", &Everything::int32),         field("", &Everything::uint32),
                 field("", &Everything::int64),         field("", &Everything::uint64),
                 field("", &Everything::real),          field("", &Everything::wide),
                 field("", &Everything::widest),        field("", &Everything::text),
                 field("", &Everything::color),         field("", &Everything::octets),
                 field("", &Everything::booleans),      field("", &Everything::characters),
                 field("", &Everything::int8s),         field("", &Everything::int16s),
                 field("", &Everything::uint32s),       field("", &Everything::int64s),
                 field("", &Everything::reals),         field("", &Everything::wides),
                 field("", &Everything::widests),       field("", &Everything::texts),
                 field("", &Everything::colors),        field("", &Everything::nested),
                 field("", &Everything::persons),       field("", &Everything::octet_arrays),
                 field("", &Everything::flags),         field("", &Everything::octet_array),
                 field("", &Everything::boolean_array), field("", &Everything::int16_array),
                 field("", &Everything::matrix),        field("", &Everything::text_array),
                 field("", &Everything::maybe_number),  field("", &Everything::maybe_person),
                 field("", &Everything::maybe_numbers)};
  bool operator==(const Everything&) const = default;
};

namespace {

/// Random values: few elements, all bit patterns but for floats that are not numbers, which no value equals.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  template <std::integral T>
  void fill(T& value) {
    value = static_cast<T>(engine_());
  }
  void fill(bool& value) { value = engine_() % 2 == 1; }
  void fill(float& value) { fill_real<std::uint32_t>(value); }
  void fill(double& value) { fill_real<std::uint64_t>(value); }
  void fill(once::Float128& value) {
    do {
      value = std::bit_cast<once::Float128>(std::array{engine_(), engine_()});
    } while (!(value == value));
  }
  void fill(std::string& text) {
    text.clear();
    for (std::size_t left = size(40); left != 0; --left) append_character(text);
  }
  void fill(CdrColor& color) { color.value = static_cast<std::int32_t>(engine_() % 3); }
  void fill(std::vector<bool>& values) {
    values.resize(size(20));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = engine_() % 2 == 1;
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(size(20));
    for (T& value : values) fill(value);
  }
  template <class T, std::size_t n>
  void fill(std::array<T, n>& values) {
    for (T& value : values) fill(value);
  }
  template <class T>
  void fill(std::optional<T>& value) {
    value.reset();
    if (engine_() % 2 == 0) fill(value.emplace());
  }
  template <HasFields S>
  void fill(S& value) {
    for_each_field(value, [this](std::string_view, auto& member) { this->fill(member); });
  }

 private:
  template <class Word, class T>
  void fill_real(T& value) {
    do {
      value = std::bit_cast<T>(static_cast<Word>(engine_()));
    } while (!(value == value));
  }
  std::size_t size(std::size_t max) { return engine_() % 4 == 0 ? 0 : engine_() % (max + 1); }
  void append_character(std::string& text) {
    static const std::string kOthers[] = {"\xc2\x80", "\xc3\xa9", "\xe0\xa0\x80", "\xe2\x82\xac",
                                          "\xf0\x9d\x84\x9e"};
    if (engine_() % 16 == 0) {
      text += kOthers[engine_() % std::size(kOthers)];
    } else {
      text += static_cast<char>(1 + engine_() % 127);
    }
  }

  std::mt19937_64 engine_;
};

template <class C>
class RoundTrip : public ::testing::Test {};
TYPED_TEST_SUITE(RoundTrip, AllCoders);

TYPED_TEST(RoundTrip, GivesEveryRandomValueBack) {
  const char* const wanted = std::getenv("ONCE_ROUND_TRIPS");
  const std::uint64_t count = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 3'000;
  Everything value;
  Everything reused;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    Random{seed}.fill(value);
    once::Errc error{};
    const once::Bytes bytes = encoded<TypeParam>(value, &error);
    ASSERT_EQ(error, once::Errc::ok) << "seed " << seed;
    ASSERT_GE(bytes.size(), (once::kOctetsMin<typename TypeParam::Decoder, Everything>)) << "seed " << seed;

    // Into a new object, and into one that holds the value before.
    Everything fresh;
    ASSERT_EQ(decode_all<TypeParam>(bytes, fresh), Decoded{}) << "seed " << seed;
    ASSERT_EQ(fresh, value) << "seed " << seed;
    ASSERT_EQ(decode_all<TypeParam>(bytes, reused), Decoded{}) << "seed " << seed;
    ASSERT_EQ(reused, value) << "seed " << seed;
    ASSERT_EQ(encoded<TypeParam>(reused), bytes) << "seed " << seed;
  }
}

TYPED_TEST(RoundTrip, EveryCutOfARandomValueIsAnError) {
  Everything value;
  Everything reused;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Random{seed}.fill(value);
    const once::Bytes bytes = encoded<TypeParam>(value);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Decoded decoded = decode_all<TypeParam>(once::ByteView{bytes}.first(size), reused);
      ASSERT_NE(decoded.error, once::Errc::ok) << "seed " << seed << " size " << size;
      ASSERT_LE(decoded.offset, size);
    }
  }
}

TYPED_TEST(RoundTrip, AFlippedBitOfARandomValueIsAnErrorOrAValueThatEncodesToTheSameSize) {
  Everything value;
  Everything reused;
  Random{7}.fill(value);
  const once::Bytes bytes = encoded<TypeParam>(value);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    once::Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
    if (decode_all<TypeParam>(flipped, reused) != Decoded{}) continue;
    const once::Bytes again = encoded<TypeParam>(reused);
    ASSERT_EQ(again.size(), bytes.size()) << "bit " << bit;
    // XDR has one encoding for a value; CDR differs in gaps, which are written as zeros.
    if (again != flipped) {
      ASSERT_FALSE((std::is_same_v<TypeParam, XdrCoders>)) << "bit " << bit;
      ASSERT_EQ(again, bytes) << "bit " << bit;
    }
  }
}

}  // namespace
}  // namespace codec_test
