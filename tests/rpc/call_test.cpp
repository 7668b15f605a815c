// Remote calls over real sockets on loopback.
#include "raw.hpp"

namespace raw {
namespace {

/// Every transport and address family that calls must work over.
class Calls : public testing::TestWithParam<const char*> {
 protected:
  Calls() {
    server.activate("object", object);
    listen(server, GetParam());
  }

  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
};

TEST_P(Calls, ReturnWhatTheServantAnswered) {
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  const auto outcome = remote.call(kEcho, "hello");
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "hello");
  EXPECT_EQ(object->calls, 1);
}

TEST_P(Calls, CompleteAsynchronouslyOnTheUsersLoop) {
  asio::io_context io;
  once::Client client{io};
  const Stub remote = stub(client, server.reference_to("object"));
  Pending first, second;
  remote.start(kEcho, "one", first);
  remote.start(kEcho, "two", second);
  io.run();  // ends by itself when nothing is left to do
  EXPECT_EQ(text(first.get().body), "one");
  EXPECT_EQ(text(second.get().body), "two");
}

INSTANTIATE_TEST_SUITE_P(Transports, Calls,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0", "udp://[::1]:0", "tcp://[::1]:0"));

}  // namespace
}  // namespace raw
