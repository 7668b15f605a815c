// Maybe calls over connections that their peer does not read: what waits to be sent is bounded.
#include "raw.hpp"

namespace raw {
namespace {

constexpr int kCalls = 64;  // of 1 MiB: more than the system's buffers and the queue take

/// Calls until all have been called; returns how many were sent. The others must say that the queue is full.
int tell_often(const Stub& remote) {
  const std::string large(1u << 20, 'x');
  int sent = 0;
  for (int i = 0; i < kCalls; ++i) {
    const auto outcome = remote.call(kTell, large);
    if (outcome.kind == once::OutcomeKind::Sent) {
      ++sent;
    } else {
      EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent) << outcome.text;
      EXPECT_EQ(outcome.code, once::Errc::queue_full) << outcome.text;
    }
  }
  return sent;
}

TEST(SendQueue, OfAClientTakesNoMaybeCallsBeyondItsLimit) {
  LoopThread loop;
  once::Server server{loop.io};
  Latch begun, go_on;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&](once::Request&, once::Responder respond) {  // on the loop: nothing is read meanwhile
    begun.open();
    go_on.wait();
    std::move(respond).value({}, false);
  });
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  LoopThread client_loop;
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  Pending blocked;
  remote.start(kWork, "", blocked, {.deadline = 60s});
  begun.wait();
  const int sent = tell_often(remote);
  EXPECT_LT(sent, kCalls);
  // Asynchronous calls are no way around it.
  Pending also_full;
  remote.start(kTell, "", also_full);
  EXPECT_EQ(also_full.get().code, once::Errc::queue_full);
  // The server reads again: what was sent arrives, and there is room.
  go_on.open();
  ASSERT_TRUE(executed(blocked.get()));
  while (object->calls < 1 + sent) std::this_thread::yield();
  EXPECT_EQ(remote.call(kTell, "").kind, once::OutcomeKind::Sent);
}

TEST(SendQueue, OfAServerTakesNoMaybeCallbacksBeyondItsLimit) {
  LoopThread loop;
  once::Server server{loop.io};
  auto object = std::make_shared<Object>();
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  asio::io_context io;  // of a client that reads nothing unless it runs
  once::Client client{io};
  auto mine = std::make_shared<Object>();
  const auto activation = client.activate(mine);
  Stub back;
  back.target.key = activation.ref().key;
  object->on(kWork, [&](once::Request& request, once::Responder respond) {
    back.channel = request.channel_to(back.target);
    std::move(respond).value({}, false);
  });
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kWork, "")));
  // The first callback waits for a session, which only a client that reads can give.
  Pending first;
  back.start(kEcho, "", first);
  while (mine->calls == 0) io.run_one();
  ASSERT_TRUE(executed(first.get()));
  const int sent = tell_often(back);
  EXPECT_LT(sent, kCalls);
  Pending also_full;
  back.start(kTell, "", also_full);
  EXPECT_EQ(also_full.get().code, once::Errc::queue_full);
  while (mine->calls < 1 + sent) io.run_one();
  EXPECT_EQ(back.call(kTell, "").kind, once::OutcomeKind::Sent);
}

}  // namespace
}  // namespace raw
