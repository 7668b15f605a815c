// Every vector cut at every length and with every single bit flipped: no crash, no read past the end (the
// address sanitizer watches), and either an error or a value that encodes to the same octets.
//
// The one exception: CDR says that alignment gaps are undefined, so a decoder takes them as they come, and
// the encoder writes zeros. A difference is accepted only in an octet that the decoder demonstrably ignores.
#include <cstdio>

#include <gtest/gtest.h>

#include "vector_table.hpp"

namespace codec_test {
namespace {

/// True if `sent` differs from its canonical form only in octets that do not matter.
bool differs_in_gaps_only(const TypeUnderTest& type, const once::Bytes& sent, const once::Bytes& canonical) {
  if (sent.size() != canonical.size()) return false;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if (sent[i] == canonical[i]) continue;
    if (canonical[i] != 0) return false;
    once::Bytes filled = canonical;
    filled[i] = 0xff;
    if (type.recode(filled) != canonical) return false;
  }
  return true;
}

struct Tally {
  std::size_t inputs = 0;
  std::size_t refused = 0;
  std::size_t gaps = 0;
};

void feed(const Vector& vector, const once::Bytes& input, Tally& tally) {
  const TypeUnderTest& type = *type_of(vector);
  ++tally.inputs;
  const std::optional<once::Bytes> again = type.recode(input);
  if (!again) {
    ++tally.refused;
    return;
  }
  if (*again == input) return;
  ++tally.gaps;
  EXPECT_EQ(vector.codec, "cdr") << vector.name << ": " << to_hex(input) << " became " << to_hex(*again);
  EXPECT_TRUE(differs_in_gaps_only(type, input, *again))
      << vector.name << ": " << to_hex(input) << " became " << to_hex(*again);
}

template <class Mutate>
Tally for_all_vectors(Mutate mutate) {
  Tally tally;
  for (const char* file : {"xdr.json", "cdr.json", "reject.json"}) {
    for (const Vector& vector : read_vectors(file)) {
      if (vector.codec != "xdr" && vector.codec != "cdr") continue;
      if (!is_not_implemented(vector)) mutate(vector, tally);
    }
  }
  return tally;
}

TEST(Mutations, EveryCutIsAnError) {
  const Tally tally = for_all_vectors([](const Vector& vector, Tally& sum) {
    for (std::size_t size = 0; size < vector.wire.size(); ++size) {
      const once::Bytes cut(vector.wire.begin(), vector.wire.begin() + static_cast<std::ptrdiff_t>(size));
      feed(vector, cut, sum);
    }
  });
  std::printf("%zu cuts, %zu refused\n", tally.inputs, tally.refused);
  // A prefix of a value is never a value, but for the two inputs of reject.json that have octets too many.
  EXPECT_LE(tally.inputs - tally.refused, 2U);
  EXPECT_EQ(tally.gaps, 0U);
}

TEST(Mutations, EveryFlippedBitIsAnErrorOrAnotherValue) {
  const Tally tally = for_all_vectors([](const Vector& vector, Tally& sum) {
    for (std::size_t bit = 0; bit < vector.wire.size() * 8; ++bit) {
      once::Bytes flipped = vector.wire;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
      feed(vector, flipped, sum);
    }
  });
  std::printf("%zu flips: %zu refused, %zu in CDR's alignment gaps, %zu other values\n", tally.inputs,
              tally.refused, tally.gaps, tally.inputs - tally.refused - tally.gaps);
  EXPECT_GT(tally.refused, 0U);
  EXPECT_GT(tally.gaps, 0U);
}

}  // namespace
}  // namespace codec_test
