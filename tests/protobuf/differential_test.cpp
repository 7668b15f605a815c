// Random values against protoc's own code, generated from the exported .proto: what it encodes Once decodes,
// and what Once encodes from that has the same octets, and so the same meaning to it.
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "octets.hpp"
#include "random_message.hpp"
#include "wire.once.pb.hpp"
#include "wire.pb.h"

namespace once::test {
namespace {

constexpr std::uint64_t kValues = 1000;

template <class Ours, class Theirs>
struct Pair {
  using Once = Ours;
  using Protoc = Theirs;
};

template <class T>
class AgainstProtoc : public testing::Test {};

/// A value that is no variable: clang 14 crashes on variables that hold arrays of arrays of strings.
template <class Both>
std::unique_ptr<typename Both::Once> on_heap() {
  return std::make_unique<typename Both::Once>();
}

using Types =
    testing::Types<Pair<wire::Numbers, theirs::wire::Numbers>, Pair<wire::Derived, theirs::wire::Derived>,
                   Pair<wire::Lists, theirs::wire::Lists>, Pair<wire::Options, theirs::wire::Options>,
                   Pair<wire::ByNumber, theirs::wire::ByNumber>, Pair<wire::ByName, theirs::wire::ByName>,
                   Pair<wire::Choices, theirs::wire::Choices>, Pair<wire::Tree, theirs::wire::Tree>,
                   Pair<wire::Empty, theirs::wire::Empty>>;
TYPED_TEST_SUITE(AgainstProtoc, Types);

TYPED_TEST(AgainstProtoc, ValuesComeOutAsTheyWentInBothWays) {
  for (std::uint64_t seed = 0; seed < kValues; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    typename TypeParam::Protoc sent;
    RandomMessage{seed}.fill(sent);
    const std::string octets = sent.SerializeAsString();

    const auto held = on_heap<TypeParam>();
    auto& value = *held;
    ASSERT_EQ(decode_into(value, octets), Errc::ok) << sent.DebugString();
    const std::string ours = encoded(value);
    typename TypeParam::Protoc back;
    ASSERT_TRUE(back.ParseFromString(ours));
    ASSERT_EQ(ours, octets) << sent.DebugString() << "\nbecame\n" << back.DebugString();
    ASSERT_EQ(back.SerializeAsString(), octets);

    // Over a value that was there before: nothing of it is left.
    ASSERT_EQ(decode_into(value, octets), Errc::ok);
    ASSERT_EQ(encoded(value), octets);
  }
}

TYPED_TEST(AgainstProtoc, WhatIsDamagedIsRefusedOrTakenAndNeverMore) {
  std::mt19937 random{7};
  for (std::uint64_t seed = 0; seed < kValues; ++seed) {
    typename TypeParam::Protoc sent;
    RandomMessage{seed}.fill(sent);
    std::string octets = sent.SerializeAsString();
    if (octets.empty()) continue;
    octets[random() % octets.size()] = static_cast<char>(random());
    if (random() % 4 == 0) octets.resize(random() % octets.size());
    const auto held = on_heap<TypeParam>();
    auto& value = *held;
    if (decode_into(value, octets) != Errc::ok) continue;
    // What is taken is a value that can be sent again, and is the same to both.
    const std::string ours = encoded(value);
    typename TypeParam::Protoc back;
    ASSERT_TRUE(back.ParseFromString(ours)) << seed;
    const auto more = on_heap<TypeParam>();
    auto& again = *more;
    ASSERT_EQ(decode_into(again, back.SerializeAsString()), Errc::ok) << seed;
    ASSERT_EQ(encoded(again), ours) << seed;
  }
}

TYPED_TEST(AgainstProtoc, ZeroIsZeroToBoth) {
  const auto held = on_heap<TypeParam>();
  auto& value = *held;
  EXPECT_EQ(decode_into(value, ""), Errc::ok);
  typename TypeParam::Protoc back;
  ASSERT_TRUE(back.ParseFromString(encoded(value)));
  const auto more = on_heap<TypeParam>();
  auto& again = *more;
  EXPECT_EQ(decode_into(again, back.SerializeAsString()), Errc::ok);
  EXPECT_EQ(encoded(again), encoded(value));
}

}  // namespace
}  // namespace once::test
