// Unions: the discriminator fits what is set, in memory and on the wire.
#include <stdexcept>
#include <variant>

#include <gtest/gtest.h>

#include "round_trip.hpp"
// The source, not the header: big-endian CDR is decoded by the library but never written by it.
#include "unions.once.cpp"  // NOLINT(bugprone-suspicious-include)

namespace once::test {
namespace {

using unions::Answer;
using unions::Expression;
using unions::Kind;
using unions::Shape;

TEST(Unions, StartWithTheirFirstArm) {
  EXPECT_EQ(Answer{}._d(), Kind::number);
  EXPECT_EQ(Answer{}.value(), 0);
  EXPECT_EQ(Shape{}._d(), 1);
  EXPECT_EQ(unions::Only{}._d(), 0);
}

TEST(Unions, SetAnArmWithItsLabel) {
  Answer answer;
  answer.words("forty-two");
  EXPECT_EQ(answer._d(), Kind::text);
  EXPECT_EQ(answer.words(), "forty-two");
  answer.words() += "!";
  EXPECT_EQ(answer.words(), "forty-two!");
  EXPECT_THROW((void)answer.value(), std::bad_variant_access);
}

TEST(Unions, TakeAnyLabelOfAnArmAndNoOther) {
  Shape shape;
  shape.radius(2.5, 2);
  EXPECT_EQ(shape._d(), 2);
  EXPECT_THROW(shape.radius(2.5, 3), std::invalid_argument);
  EXPECT_THROW(shape.raw(1, -5), std::invalid_argument);
  EXPECT_EQ(shape.radius(), 2.5);  // as it was
  shape._d(1);
  EXPECT_EQ(shape.radius(), 2.5);
  EXPECT_THROW(shape._d(-5), std::invalid_argument);
  shape.raw(7, 1000);
  EXPECT_EQ(shape._d(), 1000);
  shape.raw(8);
  EXPECT_EQ(shape._d(), 0);
}

TEST(Unions, TakeALabelWithoutData) {
  Answer answer;
  answer._d(Kind::nothing);
  EXPECT_EQ(answer._d(), Kind::nothing);
  EXPECT_THROW((void)answer.value(), std::bad_variant_access);
  EXPECT_THROW(answer._d(Kind::text), std::invalid_argument);
}

TEST(Unions, CompareLabelAndValue) {
  Shape one;
  Shape two;
  EXPECT_EQ(one, two);
  two._d(2);
  EXPECT_FALSE(one == two);
}

TEST(Unions, RoundTrip) {
  Answer answer;
  expect_round_trip(answer);
  answer.words("sixteen octets !");
  expect_round_trip(answer);
  answer._d(Kind::nothing);
  expect_round_trip(answer);

  Shape shape;
  shape.radius(1.5, 2);
  expect_round_trip(shape);
  shape.corners({1, 2, 3, 4});
  expect_round_trip(shape);
  shape.raw(9, -77);
  expect_round_trip(shape);

  unions::Choice choice;
  expect_round_trip(choice);
  choice.code(-1);
  EXPECT_FALSE(choice._d());
  expect_round_trip(choice);

  unions::Letter letter;
  letter.quote(3);
  EXPECT_EQ(letter._d(), '\'');
  expect_round_trip(letter);
  letter.other(4, '\xff');
  expect_round_trip(letter);

  unions::Wide wide;
  wide.said(answer);
  expect_round_trip(wide);

  unions::Only only;
  only.everything("text", 65535);
  expect_round_trip(only);
}

TEST(Unions, RoundTripInsideOthers) {
  Expression sum;
  Expression one;
  one.constant(1);
  Expression product;
  product.product({one, one});
  sum.sum({one, product});
  expect_round_trip(sum);

  unions::Holder holder;
  holder.said.words("x");
  holder.shapes.resize(2);
  holder.chosen.emplace().name("name");
  expect_round_trip(holder);
}

TEST(Unions, BoundsOfArmsHold) {
  Answer answer;
  answer.words("seventeen octets!");
  expect_not_encodable(answer, Errc::limit_exceeded);
  Shape shape;
  shape.corners({1, 2, 3, 4, 5});
  expect_not_encodable(shape, Errc::limit_exceeded);
}

TEST(Unions, LabelsMustExist) {
  expect_not_decodable<Answer>(std::uint32_t{3}, Errc::invalid_value);  // no such enumerator
  expect_not_decodable<Expression>(std::uint8_t{0}, Errc::truncated);
}

TEST(Unions, NestNoDeeperThanAllowed) {
  Expression deep;
  for (std::uint32_t level = 1; level < kDepthMax; ++level) {
    Expression outer;
    outer.sum({deep});
    deep = outer;
  }
  expect_round_trip_with<XdrEncoder, XdrDecoder>(deep);
  Expression deeper;
  deeper.sum({deep});
  expect_not_encodable(deeper, Errc::limit_exceeded);
}

}  // namespace
}  // namespace once::test
