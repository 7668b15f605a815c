// Two versions of the same types: either reads what the other writes.
#include <gtest/gtest.h>

#include "octets.hpp"
#include "rules.once.pb.hpp"

namespace once::test {
namespace {

TEST(ProtobufEvolution, AnOlderSideReadsWhatANewerOneWrites) {
  newer::Message sent;
  sent.name = "name";
  sent.within.a = 7;
  sent.within.added = {1, 2, 3};
  sent.added = 2.5;
  sent.more.resize(2);
  const auto message = decoded<older::Message>(encoded(sent));
  EXPECT_EQ(message, (older::Message{"name", 0, {7}}));
}

TEST(ProtobufEvolution, ANewerSideReadsWhatAnOlderOneWrites) {
  const auto message = decoded<newer::Message>(encoded(older::Message{"name", 5, {7}}));
  EXPECT_EQ(message, (newer::Message{"name", {7, {}}, 0, {}}));
}

TEST(ProtobufEvolution, ExceptionsGrowToo) {
  Buffer buffer;
  ProtobufEncoder encoder{buffer};
  encode_raised(encoder, newer::Bad{"so", 5});
  ASSERT_TRUE(encoder.finish().has_value());
  ProtobufDecoder decoder{buffer.view()};
  const auto raised = decode_raised(decoder);
  EXPECT_EQ(raised.repository_id, "IDL:newer/Bad:1.0");
  older::Bad bad;
  decode_members(decoder, raised, bad);
  EXPECT_TRUE(decoder.ok());
  EXPECT_EQ(bad.why, "so");
}

}  // namespace
}  // namespace once::test
