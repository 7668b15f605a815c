// Messages that claim more than they hold, or nest deeper than a stack is: an error, and no memory for the
// claim.
#include <array>
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include <once/codec/box.hpp>
#include <once/codec/external.hpp>
#include <once/codec/map.hpp>

#include "allocations.hpp"
#include "vector_types.hpp"

namespace codec_test {
namespace {

/// Decodes without the copy that decode_all() makes, and measures.
template <class C, class T>
Decoded decode_measured(once::ByteView bytes, T& value, std::size_t& peak) {
  const Allocations allocations;
  typename C::Decoder decoder{bytes};
  decode(decoder, value);
  (void)decoder.finish();
  peak = allocations.peak();
  return {decoder.error(), decoder.error_offset()};
}

/// `count` words of 4 octets.
once::Bytes words(std::size_t count, std::uint32_t word) {
  once::Bytes bytes(count * 4);
  for (std::size_t i = 0; i < count; ++i) once::detail::store<std::endian::big>(bytes.data() + i * 4, word);
  return bytes;
}

/// struct Tree { sequence<Tree> children; }
struct Tree {
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};
template <once::EncoderType E>
void encode(E& encoder, const Tree& tree) {
  const once::Nesting nesting{encoder};
  if (nesting) encode(encoder, tree.children);
}
template <once::DecoderType D>
void decode(D& decoder, Tree& tree) {
  const once::Nesting nesting{decoder};
  if (nesting) decode(decoder, tree.children);
}

/// A list of that many nodes, encoded.
once::Bytes xdr_list(std::size_t nodes) {
  once::Bytes bytes;
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::uint8_t node[] = {0, 0, 0, 1, 0, 0, 0, 7};
    bytes.insert(bytes.end(), std::begin(node), std::end(node));
  }
  bytes.resize(bytes.size() + 4);
  return bytes;
}

TEST(Bombs, ListsOfAMillionNodesAreReadWrittenCopiedComparedAndDestroyedInLoops) {
  const once::Bytes bytes = xdr_list(1'000'000 / ONCE_TEST_STRIDE);
  XdrList list;
  ASSERT_EQ(decode_all<XdrCoders>(bytes, list), Decoded{});
  EXPECT_EQ(encoded<XdrCoders>(list), bytes);

  XdrList copy = list;
  EXPECT_TRUE(copy == list);
  XdrNode* last = &*copy.head;
  while (last->next) last = &*last->next;
  last->v = 8;
  EXPECT_FALSE(copy == list);
  last->v = 7;
  last->next.emplace().v = 7;
  EXPECT_FALSE(copy == list);
  EXPECT_FALSE(list == copy);

  list.head = *copy.head->next;  // by value: the rest of the list
  EXPECT_TRUE(list.head == copy.head->next);
  copy.head = std::move(copy.head->next);
  EXPECT_TRUE(list == copy);
}

TEST(Bombs, AListThatEndsEarlyIsTruncated) {
  once::Bytes bytes = xdr_list(1'000'000 / ONCE_TEST_STRIDE);
  bytes.resize(bytes.size() - 4);
  XdrList list;
  EXPECT_EQ(decode_all<XdrCoders>(bytes, list), (Decoded{once::Errc::truncated, bytes.size()}));
}

TEST(Bombs, CdrNodesNestedAHundredThousandDeepAreADepthError) {
  CdrNode node;
  EXPECT_EQ(decode_all<CdrBig>(words(200'000, 1), node).error, once::Errc::limit_exceeded);
}

TEST(Bombs, TheDeepestAllowedValueGoesBothWays) {
  Tree tree;
  for (std::uint32_t i = 1; i < once::kDepthMax; ++i) {
    Tree parent;
    parent.children.push_back(std::move(tree));
    tree = std::move(parent);
  }
  Tree again;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(tree), again), Decoded{});
  EXPECT_EQ(again, tree);

  Tree parent;
  parent.children.push_back(tree);
  once::Errc error{};
  encoded<CdrBig>(parent, &error);
  EXPECT_EQ(error, once::Errc::limit_exceeded);
}

TEST(Bombs, CountsThatMultiplyBeyondTheMessageTakeNoMoreMemoryThanTheMessage) {
  constexpr std::size_t kMessage = 65'536;
  std::size_t peak = 0;
  std::vector<std::vector<std::int32_t>> nested;

  // 2^20 times 2^20: refused at the first count.
  EXPECT_EQ((decode_measured<XdrCoders>(words(kMessage / 4, 1U << 20), nested, peak)),
            (Decoded{once::Errc::truncated, 0}));
  EXPECT_EQ(peak, 0U);

  // An outer count that the message could just hold, inner counts of 2^27: refused at the first of those.
  once::Bytes bytes = words(kMessage / 4, 1U << 27);
  once::detail::store<std::endian::big>(bytes.data(), static_cast<std::uint32_t>(kMessage / 4 - 1));
  EXPECT_EQ((decode_measured<XdrCoders>(bytes, nested, peak)), (Decoded{once::Errc::truncated, 4}));
  EXPECT_LE(peak, kMessage);
  nested = {};
  EXPECT_EQ((decode_measured<CdrBig>(bytes, nested, peak)), (Decoded{once::Errc::truncated, 4}));
  EXPECT_LE(peak, kMessage);
}

TEST(Bombs, ClaimsOnEveryLevelOfATreeShareOneAllowance) {
  constexpr std::size_t kMessage = 65'536;
  // Each level claims as many children as octets are left for.
  once::Bytes bytes = words(kMessage / 4, 0);
  for (std::size_t i = 0; i < kMessage / 4; ++i) {
    once::detail::store<std::endian::big>(bytes.data() + i * 4,
                                          static_cast<std::uint32_t>(kMessage / 4 - 1 - i));
  }
  std::size_t peak = 0;
  Tree tree;
  EXPECT_EQ((decode_measured<XdrCoders>(bytes, tree, peak).error), once::Errc::limit_exceeded);
  EXPECT_LE(peak, kMessage + once::kDepthMax * sizeof(Tree));
}

TEST(Bombs, AnHonestSequenceDecodesWholeWhateverTheAllowance) {
  // 20,000 empty strings take 80,000 octets, and 640,000 in memory.
  const std::vector<std::string> strings(20'000);
  std::vector<std::string> again;
  std::size_t peak = 0;
  const once::Bytes bytes = encoded<XdrCoders>(strings);
  EXPECT_EQ((decode_measured<XdrCoders>(bytes, again, peak)), Decoded{});
  EXPECT_EQ(again, strings);
}

TEST(Bombs, ElementsWithoutOctetsAreLimitedInNumber) {
  static_assert(once::kOctetsMin<once::XdrDecoder, Void> == 0);
  std::vector<Void> empties(3);
  std::vector<Void> again;
  EXPECT_EQ(decode_all<XdrCoders>(encoded<XdrCoders>(empties), again), Decoded{});
  EXPECT_EQ(again.size(), 3U);

  again.clear();
  std::size_t peak = 0;
  EXPECT_EQ((decode_measured<XdrCoders>(words(1, 0xffffffff), again, peak)),
            (Decoded{once::Errc::limit_exceeded, 0}));
  EXPECT_EQ(peak, 0U);

  // The limit is the message's, not the sequence's.
  std::vector<std::vector<Void>> sequences(3, std::vector<Void>(once::kEmptyElementsMax / 2));
  std::vector<std::vector<Void>> sequences_again;
  EXPECT_EQ(decode_all<CdrBig>(encoded<CdrBig>(sequences), sequences_again).error,
            once::Errc::limit_exceeded);

  // Arrays without octets count as well.
  auto array = std::make_unique<std::array<Void, once::kEmptyElementsMax + 1>>();
  EXPECT_EQ(decode_all<CdrBig>({}, *array).error, once::Errc::limit_exceeded);
}

/// Large, and encoded in one octet if there is nothing in it.
struct Wide {
  std::optional<std::array<std::uint8_t, 65'536>> data;
};
template <once::DecoderType D>
void decode(D& decoder, Wide& wide) {
  decode(decoder, wide.data);
}
struct OutsideWide {
  once::External<Wide> wide;
};
template <once::DecoderType D>
void decode(D& decoder, OutsideWide& value) {
  if (value.wide.charge_to(decoder)) decode(decoder, *value.wide);
}

TEST(Bombs, LargeElementsOfFewOctetsTakeMemoryInProportionToTheMessage) {
  const auto expect_refused = [](const once::Bytes& bytes, auto value) {
    std::size_t peak = 0;
    EXPECT_EQ((decode_measured<CdrBig>(bytes, value, peak).error), once::Errc::limit_exceeded);
    EXPECT_LE(peak, 3 * (once::kMemoryMin + once::kMemoryPerOctet * bytes.size()));
  };
  once::Bytes nothing(4 + 4'000);  // so many elements without anything in them
  once::detail::store<std::endian::big>(nothing.data(), std::uint32_t{4'000});
  expect_refused(nothing, std::vector<Wide>{});
  expect_refused(nothing, std::vector<OutsideWide>{});
  once::Bytes nodes(8'000);  // nothing, and another node
  for (std::size_t i = 1; i < nodes.size(); i += 2) nodes[i] = 1;
  expect_refused(nodes, ListNode<Wide>{});
}

TEST(Bombs, MapsTakeMemoryInProportionToTheMessage) {
  once::Bytes bytes(4 + 500 * 8);
  once::detail::store<std::endian::big>(bytes.data(), std::uint32_t{500});
  for (std::size_t i = 0; i < 500; ++i) {
    once::detail::store<std::endian::big>(bytes.data() + 4 + i * 8, static_cast<std::uint32_t>(i));
  }
  std::map<std::uint32_t, Wide> map;
  std::size_t peak = 0;
  EXPECT_EQ((decode_measured<CdrBig>(bytes, map, peak).error), once::Errc::limit_exceeded);
  EXPECT_LE(peak, 3 * (once::kMemoryMin + once::kMemoryPerOctet * bytes.size()));
}

TEST(Bombs, CountsOfStringsAndOctetsAreCheckedBeforeMemoryIsTaken) {
  std::size_t peak = 0;
  for (const std::uint32_t claim : {0xffffffffU, 0x7fffffffU, 0x00100000U, 9U}) {
    const once::Bytes bytes = words(3, claim);
    std::string text;
    EXPECT_EQ((decode_measured<XdrCoders>(bytes, text, peak).error), once::Errc::truncated);
    EXPECT_EQ(peak, 0U);
    EXPECT_EQ((decode_measured<CdrBig>(bytes, text, peak).error), once::Errc::truncated);
    EXPECT_EQ(peak, 0U);
    once::Bytes octets;
    EXPECT_EQ((decode_measured<XdrCoders>(bytes, octets, peak).error), once::Errc::truncated);
    EXPECT_EQ(peak, 0U);
    std::vector<bool> flags;
    EXPECT_EQ((decode_measured<CdrBig>(bytes, flags, peak).error), once::Errc::truncated);
    EXPECT_EQ(peak, 0U);
    std::vector<double> doubles;
    EXPECT_EQ((decode_measured<CdrBig>(bytes, doubles, peak).error), once::Errc::truncated);
    EXPECT_EQ(peak, 0U);
  }
}

}  // namespace
}  // namespace codec_test
