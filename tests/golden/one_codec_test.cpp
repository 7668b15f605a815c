// Code that was generated for one codec, on a channel that uses another.
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/xdr.hpp>

#include "loopback.hpp"
#include "plain.once.hpp"

namespace once::test {
namespace {

struct PlainServant final : Plain::Servant {
  Pair swap(Call&, const Pair& both) override { return {-both.first, both.second}; }
  Answer ask(Call&, const std::vector<Pair>& pairs) override {
    return pairs.empty() ? Answer::no : Answer::yes;
  }
};

TEST(OneCodec, IsEnoughForItself) {
  asio::io_context io;
  const auto channel = std::make_shared<Loopback>(io, std::make_shared<PlainServant>(), CodecId::Xdr);
  const Plain::Stub plain{channel, ObjectRef{}};
  EXPECT_EQ(plain.swap({3, "x"}), (Pair{-3, "x"}));
  EXPECT_EQ(plain.ask({}), Answer::no);
}

TEST(OneCodec, DoesForAnysOfTypesThatAreDescribedOnRequest) {
  const Any any{Pair{3, "x"}};
  Buffer buffer;
  XdrEncoder encoder{buffer};
  encode(encoder, any);
  ASSERT_TRUE(encoder.finish());
  XdrDecoder decoder{buffer.view()};
  Any again;
  decode(decoder, again);
  ASSERT_TRUE(decoder.finish());
  EXPECT_EQ(again.get_if<Pair>(), (Pair{3, "x"}));
}

TEST(OneCodec, EndsCallsInAnotherAsNotSent) {
  asio::io_context io;
  const auto channel = std::make_shared<Loopback>(io, std::make_shared<PlainServant>(), CodecId::Cdr);
  const Outcome<Pair> outcome = Plain::Stub{channel, ObjectRef{"", {}, "plain"}}.try_swap({3, "x"});
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code(), Errc::no_encoding);
}

TEST(OneCodec, RefusesRequestsInAnother) {
  asio::io_context io;
  const auto servant = std::make_shared<PlainServant>();
  const auto channel = std::make_shared<Loopback>(io, servant, CodecId::Xdr);
  channel->claimed_codec = CodecId::Protobuf;
  const Outcome<Pair> outcome = Plain::Stub{channel, ObjectRef{}}.try_swap({3, "x"});
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotExecuted);
  EXPECT_EQ(outcome.code(), Errc::unsupported);
}

}  // namespace
}  // namespace once::test
