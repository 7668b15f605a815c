// A synchronous null call in steady state takes no memory from the heap, on neither side. Every `new` of the
// process is counted.
#include "counted_new.hpp"
#include "raw.hpp"

namespace raw {
namespace {

class Allocations : public testing::TestWithParam<const char*> {};

TEST_P(Allocations, AreNoneForANullCallInSteadyState) {
  LoopThread loop;
  once::Server server{loop.io};
  server.activate("object", std::make_shared<Object>());
  server.listen(GetParam());
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  const auto calls = [&](int count) {
    for (int i = 0; i < count; ++i) {
      if (!executed(remote.call(kEcho, ""))) return false;
    }
    return true;
  };
  ASSERT_TRUE(calls(2000));
  // Something may still grow once in a while (a timer, a queue): the least of a few rounds counts.
  constexpr int kCalls = 500;
  long least = kCalls;
  for (int round = 0; round < 5; ++round) {
    const long before = allocations();
    ASSERT_TRUE(calls(kCalls));
    least = std::min(least, allocations() - before);
  }
  EXPECT_EQ(least, 0);
}

INSTANTIATE_TEST_SUITE_P(Transports, Allocations, testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0"));

}  // namespace
}  // namespace raw
