// Values of generated types in an any: in every codec what they are outside of it.
#include <gtest/gtest.h>

#include <once/rpc/type_code.hpp>

#include "anys.once.hpp"
#include "imports.once.hpp"
#include "round_trip.hpp"

namespace once::test {
namespace {

anys::Everything everything() {
  anys::Everything value;
  value.id = "e1";
  value.tint = anys::Color::green;
  value.height = anys::Level::high;
  value.sum = {1, 2, 3};
  value.may = anys::Rights::may_read | anys::Rights::may_write;
  value.set.kind = 5;
  value.set.on = true;
  value.grid[1][2] = -7;
  value.ages = {{"Ada", 36}, {"Bob", -1}};
  value.price = Fixed<5, 2>{"-12.50"};
  value.perhaps = 2.5;
  value.wide = u"grüß";
  value.tiny = -128;
  value.anybody = {"IDL:anys/Channel:1.0", {{TransportKind::Udp, "::1", 7}}, "key"};
  return value;
}

template <class Encoder, class Decoder, class T>
void expect_in_any_with(const T& value) {
  Buffer buffer;
  ASSERT_EQ(encode_all<Encoder>(buffer, Any{value}), Errc::ok);
  Any any;
  ASSERT_EQ(decode_all<Decoder>(buffer.view(), any), Errc::ok);
  EXPECT_EQ(any, Any{value});
  EXPECT_EQ(any.get_if<T>(), value);

  // Behind the type stands the value as it is outside of an any.
  Decoder decoder{buffer.view()};
  TypeCode type;
  decode(decoder, type);
  EXPECT_EQ(type, type_code<T>());
  T bare{};
  decode(decoder, bare);
  EXPECT_TRUE(decoder.finish());
  EXPECT_EQ(bare, value);
}

template <class T>
void expect_in_any(const T& value) {
  expect_in_any_with<XdrEncoder, XdrDecoder>(value);
  expect_in_any_with<CdrEncoder<std::endian::little>, CdrDecoder<std::endian::little>>(value);
  expect_in_any_with<CdrEncoder<std::endian::big>, CdrDecoder<std::endian::big>>(value);
  expect_round_trip(Any{value});
}

anys::Folder folder() {
  anys::Folder inner{{{"file", {}}}};
  return {{{"folder", {inner}}, {"empty", {}}}};
}

static_assert(HasTypeCode<imports::Alone>);
static_assert(!HasTypeCode<imports::Mixed>, "the types of plain.idl have no TypeCodes");
static_assert(!HasTypeCode<imports::Chosen>, "its discriminator has none");

TEST(GeneratedAnys, HoldValuesOfEveryKindOfType) {
  expect_in_any(anys::Everything{});
  expect_in_any(everything());
  expect_in_any(std::vector<anys::Everything>(2, everything()));
  expect_in_any(anys::Color::green);
  expect_in_any(anys::Level::high);
  expect_in_any(anys::Rights::may_write);
}

TEST(GeneratedAnys, HoldTypesThatContainEachOther) {
  expect_in_any(folder());
}

TEST(GeneratedAnys, HoldUnions) {
  anys::Choice choice;
  choice.tint(anys::Color::green, 'b');
  expect_in_any(choice);
  choice.text("three");
  expect_in_any(choice);
  choice.other(Any{folder()}, '\xe9');
  expect_in_any(choice);
  anys::Maybe maybe;
  maybe.where(folder());
  expect_in_any(maybe);
  maybe._d(anys::Level::high);
  expect_in_any(maybe);
}

TEST(GeneratedAnys, AreMembersOfTypes) {
  const anys::Event event{"e", Any{everything()}, type_code<anys::Folder>(), {Any{}, Any{1}, Any{"two"}}};
  expect_round_trip_with<XdrEncoder, XdrDecoder>(event);
  expect_round_trip_with<Cdr::Encoder, CdrDecoder<std::endian::native>>(event);
  expect_in_any(event);
  anys::Event too_many = event;
  too_many.more.emplace_back();
  expect_not_encodable(too_many, Errc::limit_exceeded);
  EXPECT_EQ(to_string(anys::Event{"e", Any{anys::Color::green}, type_code<anys::Folder>(), {}}),
            "{name: \"e\", data: green, expected: Folder, more: []}");
}

TEST(GeneratedAnys, HoldExceptionsBehindTheirRepositoryIds) {
  const Any any{anys::Refused{Any{7}}};
  expect_round_trip(any);
  EXPECT_EQ(any.get_if<anys::Refused>(), anys::Refused{Any{7}});
  EXPECT_EQ(to_string(any), "{reason: 7}");
}

TEST(GeneratedAnys, HoldReferences) {
  const anys::Channel::Ref reference{
      ObjectRef{"IDL:anys/Channel:1.0", {{TransportKind::Tcp, "host", 7}}, "key"}};
  const Any any{reference};
  expect_round_trip(any);
  EXPECT_EQ(any.get_if<anys::Channel::Ref>()->data(), reference.data());
  EXPECT_EQ(any.get_if<ObjectRef>(), reference.data());
  EXPECT_EQ(any.type().name(), "Channel");
}

TEST(GeneratedAnys, PrintWhatTheProgramWouldNotKnow) {
  EXPECT_EQ(to_string(Any{folder()}),
            "{entries: [{name: \"folder\", target: [{entries: [{name: \"file\", target: []}]}]}, "
            "{name: \"empty\", target: []}]}");
}

}  // namespace
}  // namespace once::test
