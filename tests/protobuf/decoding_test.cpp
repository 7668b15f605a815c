// What decoding must get right, octet by octet (Protocol Buffers, "Encoding").
#include <gtest/gtest.h>

#include "octets.hpp"
#include "rules.once.pb.hpp"

namespace once::test {
namespace {

using rules::Everything;

TEST(ProtobufDecoding, SkipsFieldsThatItDoesNotKnow) {
  // Field 100 as varint, fixed64, block, group (with a field inside), fixed32; then number = 5.
  const std::string octets_with_unknown =
      octets({0xa0, 6, 0xff, 1}) + octets({0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8}) + octets({0xa2, 6, 2, 9, 9}) +
      octets({0xa3, 6, 8, 1, 0xa4, 6}) + octets({0xa5, 6, 1, 2, 3, 4}) + octets({8, 5});
  EXPECT_EQ(decoded<Everything>(octets_with_unknown).number, 5);
}

TEST(ProtobufDecoding, SkipsFieldsOfAnotherWireType) {
  EXPECT_EQ(decoded<Everything>(octets({8, 5, 13, 1, 2, 3, 4})).number, 5);     // number as fixed32
  EXPECT_EQ(decoded<Everything>(octets({0x10, 7})).text, "");                   // text as varint
  EXPECT_FALSE(decoded<Everything>(octets({0x60, 7})).maybe_text.has_value());  // and no empty optional
}

TEST(ProtobufDecoding, GivesWhatIsMissingItsDefault) {
  Everything value;
  value.number = 1;
  value.text = "text";
  value.paint = rules::Color::green;
  value.height = rules::Level::high;
  value.numbers = {1, 2};
  value.octets = {1};
  value.hash = {1, 2, 3};
  value.pair = {4, 5};
  value.maybe_text = "x";
  value.pages = {{"y"}};
  ASSERT_EQ(decode_into(value, ""), Errc::ok);
  EXPECT_EQ(value, Everything{});
  EXPECT_EQ(value.height, rules::Level::low);  // has no zero: its first
}

TEST(ProtobufDecoding, TakesNumbersPackedOrNot) {
  const std::vector<std::int32_t> wanted = {1, 2, 3};
  EXPECT_EQ(decoded<Everything>(octets({0x42, 3, 1, 2, 3})).numbers, wanted);
  EXPECT_EQ(decoded<Everything>(octets({0x40, 1, 0x40, 2, 0x40, 3})).numbers, wanted);
  EXPECT_EQ(decoded<Everything>(octets({0x42, 2, 1, 2, 0x40, 3})).numbers, wanted);
  EXPECT_EQ(decoded<Everything>(octets({0x58, 4, 0x58, 5})).pair, (std::array<std::int32_t, 2>{4, 5}));
}

TEST(ProtobufDecoding, LetsTheLastOneWin) {
  EXPECT_EQ(decoded<Everything>(octets({8, 1, 8, 2})).number, 2);
  EXPECT_EQ(decoded<Everything>(octets({0x12, 1, 'a', 0x12, 1, 'b'})).text, "b");
}

TEST(ProtobufDecoding, MergesMessagesThatComeTwice) {
  const auto message = decoded<newer::Message>(octets({0x1a, 2, 8, 5, 0x1a, 3, 0x12, 1, 7}));
  EXPECT_EQ(message.within.a, 5);
  EXPECT_EQ(message.within.added, std::vector<std::int32_t>{7});
}

TEST(ProtobufDecoding, RefusesWhatIsCutShort) {
  for (const std::string& cut :
       {octets({8}), octets({8, 0x80}), octets({0x12}), octets({0x12, 5, 'a'}), octets({0x42, 2, 1}),
        octets({0xa0}), octets({0x42, 1, 0x80}), octets({0xa5, 6, 1, 2})}) {
    EXPECT_EQ(decoding_error<Everything>(cut), Errc::truncated);
  }
  EXPECT_EQ(decoding_error<newer::Message>(octets({0x1a, 9, 8, 5})), Errc::truncated);
}

TEST(ProtobufDecoding, RefusesWhatIsNoMessage) {
  EXPECT_EQ(decoding_error<Everything>(octets({0, 0})), Errc::invalid_value);           // field 0
  EXPECT_EQ(decoding_error<Everything>(octets({0xa4, 6, 8, 1})), Errc::invalid_value);  // the end of no group
  EXPECT_EQ(decoding_error<Everything>(octets({0x0f, 1})), Errc::invalid_value);        // wire type 7
  EXPECT_EQ(decoding_error<Everything>(std::string(1, 8) + std::string(11, '\xff')), Errc::invalid_value);
}

TEST(ProtobufDecoding, RefusesNumbersThatTheTypeDoesNotHave) {
  EXPECT_EQ(decoding_error<Everything>(octets({0x18, 0x80, 2})), Errc::invalid_value);        // octet 256
  EXPECT_EQ(decoding_error<Everything>(octets({0x20, 0x80, 0x80, 2})), Errc::invalid_value);  // short 32768
  EXPECT_EQ(decoding_error<Everything>(octets({0x28, 0x80, 2})), Errc::invalid_value);        // char 256
  EXPECT_EQ(decoding_error<Everything>(octets({0x30, 2})), Errc::invalid_value);              // Color 2
  EXPECT_EQ(decoding_error<Everything>(octets({0x38, 0})), Errc::invalid_value);              // Level 0
  EXPECT_EQ(
      decoded<Everything>(octets({0x20, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})).middle,
      -1);
}

TEST(ProtobufDecoding, RefusesWhatIsNoText) {
  EXPECT_EQ(decoding_error<Everything>(octets({0x12, 1, 0xff})), Errc::invalid_text);
  EXPECT_EQ(decoding_error<Everything>(octets({0x12, 1, 0})), Errc::invalid_text);
  EXPECT_EQ(decoding_error<Everything>(octets({0x62, 2, 0xc3, 0x28})), Errc::invalid_text);
  Everything value;
  value.text = std::string{"\xff"};
  EXPECT_EQ(encoding_error(value), Errc::invalid_text);
}

TEST(ProtobufDecoding, HoldsBoundsInBothDirections) {
  EXPECT_EQ(decoding_error<Everything>(octets({0x12, 6, 'a', 'b', 'c', 'd', 'e', 'f'})),
            Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x42, 5, 1, 2, 3, 4, 5})), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x4a, 4, 1, 2, 3, 4})), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x62, 3, 'a', 'b', 'c'})), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x6a, 3, 'a', 'b', 'c'})), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x6a, 0, 0x6a, 0, 0x6a, 0})), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<Everything>(octets({0x72, 5, 0x0a, 3, 'a', 'b', 'c'})), Errc::limit_exceeded);
  const auto expect_too_large = [](auto change) {
    Everything value;
    change(value);
    EXPECT_EQ(encoding_error(value), Errc::limit_exceeded);
  };
  expect_too_large([](Everything& value) { value.text = "sixsix"; });
  expect_too_large([](Everything& value) { value.numbers.resize(5); });
  expect_too_large([](Everything& value) { value.octets.resize(4); });
  expect_too_large([](Everything& value) { value.maybe_text = "abc"; });
  expect_too_large([](Everything& value) { value.words = {"abc"}; });
  expect_too_large([](Everything& value) { value.pages = {{"abc"}}; });
}

TEST(ProtobufDecoding, WantsArraysWholeOrNotAtAll) {
  EXPECT_EQ(decoding_error<Everything>(octets({0x5a, 1, 4})), Errc::invalid_value);
  EXPECT_EQ(decoding_error<Everything>(octets({0x5a, 3, 4, 5, 6})), Errc::invalid_value);
  EXPECT_EQ(decoding_error<Everything>(octets({0x52, 2, 4, 5})), Errc::invalid_value);
  EXPECT_EQ(decoded<Everything>(octets({0x5a, 2, 4, 5})).pair, (std::array<std::int32_t, 2>{4, 5}));
  EXPECT_EQ(decoded<Everything>(octets({0x52, 3, 7, 8, 9})).hash, (std::array<std::uint8_t, 3>{7, 8, 9}));
}

/// A tree of `depth` levels.
std::string tree_octets(int depth) {
  std::string inner;
  for (int i = 1; i < depth; ++i) {
    std::string length;
    for (std::size_t rest = inner.size();; rest >>= 7) {
      length.push_back(static_cast<char>(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest));
      if (rest <= 0x7f) break;
    }
    inner = "\x12" + length + inner;
  }
  return inner;
}

TEST(ProtobufDecoding, LimitsHowDeepValuesNest) {
  EXPECT_EQ(decoding_error<rules::Tree>(tree_octets(64)), Errc::ok);
  EXPECT_EQ(decoding_error<rules::Tree>(tree_octets(65)), Errc::limit_exceeded);
  rules::Tree tree;
  for (int i = 1; i < 64; ++i) tree = rules::Tree{"", {tree}};
  EXPECT_EQ(encoding_error(tree), Errc::ok);
  EXPECT_EQ(encoding_error(rules::Tree{"", {tree}}), Errc::limit_exceeded);
}

TEST(ProtobufDecoding, LimitsTheMemoryThatSmallMessagesTake) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += octets({0x0a, 0});
  EXPECT_EQ(decoded<rules::Larges>(many).all.size(), 1000u);  // 8 MB out of 2 KB
  while (many.size() < 100'000) many += many;
  EXPECT_EQ(decoding_error<rules::Larges>(many), Errc::limit_exceeded);
}

TEST(ProtobufDecoding, LimitsTheMemoryOfExternalMembers) {
  const auto many = [](const std::string& one) {
    std::string all;
    for (int i = 0; i < 20'000; ++i) all += one;
    return all;
  };
  // Those that do not come take none.
  EXPECT_EQ(decoded<rules::Pages>(many(octets({0x0a, 0}))).all.size(), 20'000U);
  EXPECT_EQ(decoded<rules::Sheets>(many(octets({0x0a, 0}))).all.size(), 20'000U);
  EXPECT_EQ(decoding_error<rules::Pages>(many(octets({0x0a, 2, 0x0a, 0}))), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<rules::Sheets>(many(octets({0x0a, 2, 0x1a, 0}))), Errc::limit_exceeded);
  EXPECT_EQ(decoding_error<rules::Sheets>(many(octets({0x0a, 2, 8, 1}))), Errc::limit_exceeded);
}

TEST(ProtobufUnions, TakeTheLabelFromTheArmIfNoneCame) {
  const auto answer = decoded<rules::Answer>(octets({0x1a, 2, 'h', 'i'}));
  EXPECT_EQ(answer._d(), 3);
  EXPECT_EQ(answer.text(), "hi");
  EXPECT_EQ(decoded<rules::Answer>(""), rules::Answer{});
}

TEST(ProtobufUnions, GiveAnArmThatDidNotComeItsDefault) {
  const auto answer = decoded<rules::Answer>(octets({8, 3}));
  EXPECT_EQ(answer._d(), 3);
  EXPECT_EQ(answer.text(), "");
  EXPECT_EQ(decoded<rules::Answer>(octets({8, 99})).flag(), false);
  EXPECT_EQ(decoded<rules::Partly>(octets({8, 1})).height(), rules::Level::low);
}

TEST(ProtobufUnions, KeepWhichLabelOfAnArmItIs) {
  rules::Answer answer;
  answer.number(5, 2);
  EXPECT_EQ(encoded(answer), octets({8, 2, 0x10, 5}));
  EXPECT_EQ(decoded<rules::Answer>(encoded(answer)), answer);
  EXPECT_EQ(decoded<rules::Answer>(octets({0x10, 5, 8, 2})), answer);  // in whatever order
}

TEST(ProtobufUnions, MayBeWithoutData) {
  rules::Partly partly;
  partly._d(false);
  EXPECT_EQ(encoded(partly), octets({8, 0}));
  EXPECT_EQ(decoded<rules::Partly>(octets({8, 0})), partly);
}

TEST(ProtobufUnions, RefuseALabelOfAnotherArm) {
  EXPECT_EQ(decoding_error<rules::Answer>(octets({8, 1, 0x1a, 2, 'h', 'i'})), Errc::invalid_value);
  EXPECT_EQ(decoding_error<rules::Partly>(octets({8, 0, 0x10, 3})), Errc::invalid_value);
}

TEST(ProtobufUnions, LetTheLastArmWin) {
  const auto answer = decoded<rules::Answer>(octets({0x10, 5, 0x1a, 1, 'x'}));
  EXPECT_EQ(answer._d(), 3);
  EXPECT_EQ(answer.text(), "x");
}

TEST(ProtobufUnions, ContainThemselvesThroughExternalMembers) {
  rules::Term two;
  two.number(2);
  rules::Term sum;
  sum.added({rules::Level::high, two, {}});
  // discriminator = 0; added = {height = high, left = {discriminator = 1; number = 2}, right = {…; number =
  // 0}}
  EXPECT_EQ(encoded(sum), octets({8, 0, 0x12, 14, 8, 7, 0x12, 4, 8, 1, 0x18, 2, 0x1a, 4, 8, 1, 0x18, 0}));
  EXPECT_TRUE(decoded<rules::Term>(encoded(sum)) == sum);
  // What is missing is as new, which ends.
  EXPECT_TRUE(decoded<rules::Term>("") == rules::Term{});
  EXPECT_TRUE(decoded<rules::Sum>("") == rules::Sum{});
  EXPECT_EQ(decoded<rules::Term>(octets({8, 0})).added().left->_d(), 1);
}

}  // namespace
}  // namespace once::test
