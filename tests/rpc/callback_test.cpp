// Objects of a client, called by the server over the client's own connection.
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

/// "call_back" calls `echo` of the client's object whose key is the argument, and returns what that returned.
void call_back(once::Request& request, once::Responder respond) {
  once::ObjectRef target;
  target.key = text(request.body());
  const auto outcome = request.channel_to(target)->call(outgoing(target, kEcho, bytes("to " + target.key)));
  std::move(respond).value(bytes(executed(outcome) ? text(outcome.body) : outcome.text), false);
}

class Callbacks : public testing::TestWithParam<const char*> {
 protected:
  Callbacks() {
    object->on(kCallBack, call_back);
    server.activate("object", object);
    server.activate("pooled", object, {.executor = pool.get_executor()});
    listen(server, GetParam());
  }
  ~Callbacks() override { pool.join(); }

  LoopThread loop;
  asio::thread_pool pool{2};
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server{loop.io};
};

TEST_P(Callbacks, AreServedByTheThreadThatIsBlockedInItsCall) {
  once::Client client;
  auto mine = std::make_shared<Object>();
  std::thread::id ran_on;
  mine->on(kEcho, [&](once::Request& request, once::Responder respond) {
    ran_on = std::this_thread::get_id();
    std::move(respond).value(once::Slice::copy_of(request.body().view()), false);
  });
  const auto activation = client.activate(mine);
  for (const char* key : {"object", "pooled"}) {
    const auto outcome = stub(client, server.reference_to(key)).call(kCallBack, activation.ref().key);
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(text(outcome.body), "to " + activation.ref().key);
    EXPECT_EQ(ran_on, std::this_thread::get_id());
  }
  EXPECT_EQ(mine->calls, 2);
}

TEST_P(Callbacks, RunOnTheExecutorThatTheyWereActivatedWith) {
  once::Client client;
  asio::thread_pool own{1};
  auto mine = std::make_shared<Object>();
  std::thread::id ran_on;
  mine->on(kEcho, [&](once::Request& request, once::Responder respond) {
    ran_on = std::this_thread::get_id();
    std::move(respond).value(once::Slice::copy_of(request.body().view()), false);
  });
  const auto activation = client.activate(mine, {.executor = own.get_executor()});
  const auto outcome = stub(client, server.reference_to("object")).call(kCallBack, activation.ref().key);
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  own.join();
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_EQ(mine->calls, 1);
}

TEST_P(Callbacks, AreServedByTheLoopWhileNobodyCalls) {
  LoopThread client_loop;
  once::Client client{client_loop.io};
  auto mine = std::make_shared<Object>();
  const auto activation = client.activate(mine);
  // Keep the channel to the client, and call later, from a thread of the test.
  once::ChannelPointer back;
  once::ObjectRef target;
  target.key = activation.ref().key;
  object->on(kWork, [&](once::Request& request, once::Responder respond) {
    back = request.channel_to(target);
    std::move(respond).value({}, false);
  });
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kWork, "")));
  const auto outcome = back->call(outgoing(target, kEcho, bytes("later")));
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "later");
  Pending asynchronous;
  back->start(outgoing(target, kEcho, bytes("and later")), asynchronous);
  EXPECT_EQ(text(asynchronous.get().body), "and later");
}

TEST_P(Callbacks, NestUpToTheLimitAndNoDeeper) {
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  auto mine = std::make_shared<Object>();
  int depth = 0, deepest = 0;
  once::RawOutcome refused;
  // The callback calls the server again, which calls back again, …
  mine->on(kEcho, [&](once::Request&, once::Responder respond) {
    deepest = std::max(deepest, ++depth);
    auto outcome = remote.call(kCallBack, "callback-1");
    if (!executed(outcome)) refused = outcome;
    --depth;
    std::move(respond).value({}, false);
  });
  const auto activation = client.activate(mine);
  ASSERT_EQ(activation.ref().key, "callback-1");
  const auto outcome = remote.call(kCallBack, "callback-1");
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(deepest, 8);
  EXPECT_EQ(refused.kind, once::OutcomeKind::NotSent);
  EXPECT_EQ(refused.code, once::Errc::nesting);
}

TEST_P(Callbacks, EndWithTheirActivation) {
  once::Client client;
  std::string key;
  {
    const auto activation = client.activate(std::make_shared<Object>());
    key = activation.ref().key;
    ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kCallBack, key)));
  }
  const auto outcome = stub(client, server.reference_to("object")).call(kCallBack, key);
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_NE(text(outcome.body).find("no such object"), std::string::npos) << text(outcome.body);
}

TEST_P(Callbacks, MayKeepStubsOfTheirClientAndEndWithIt) {
  std::weak_ptr<Object> watched;
  std::optional<once::Client> client{std::in_place};
  auto mine = std::make_shared<Object>();
  watched = mine;
  mine->on(kEcho, [kept = stub(*client, server.reference_to("object"))](
                      once::Request&, once::Responder respond) { std::move(respond).value({}, false); });
  const auto activation = client->activate(std::move(mine));
  const auto outcome = stub(*client, server.reference_to("object")).call(kCallBack, activation.ref().key);
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  client.reset();
  EXPECT_TRUE(watched.expired());
}

TEST_P(Callbacks, FailWhenTheClientHasGone) {
  once::ChannelPointer back;
  once::ObjectRef target;
  target.key = "callback-1";
  object->on(kWork, [&](once::Request& request, once::Responder respond) {
    back = request.channel_to(target);
    std::move(respond).value({}, false);
  });
  {
    once::Client client;
    const auto activation = client.activate(std::make_shared<Object>());
    ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kWork, "")));
  }
  // The goodbye has been sent; whether it has been read yet, the call must end, and say that it did not run.
  const auto outcome = back->call(outgoing(target, kEcho, bytes("?"), {.deadline = 2s}));
  EXPECT_FALSE(executed(outcome));
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent) << outcome.text;
}

class LateCallbacks : public testing::TestWithParam<const char*> {
 protected:
  LateCallbacks() {
    server_environment.clock = clock;
    client_environment.clock = clock;
  }
  /// Until the client's loop has taken what has come for it: handlers that are posted one by one wait for
  /// sockets too.
  void let_client_read() {
    for (int i = 0; i < 3; ++i) {
      Latch latch;
      asio::post(client_loop.io, [&] { latch.open(); });
      latch.wait();
    }
  }

  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  LoopThread loop, client_loop;
  once::Environment server_environment{loop.io}, client_environment{client_loop.io};
};

TEST_P(LateCallbacks, AreServedLongAfterTheClientsLastCall) {
  once::Server server{server_environment};
  once::ChannelPointer back;
  once::ObjectRef target;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&](once::Request& request, once::Responder respond) {
    back = request.channel_to(target);
    std::move(respond).value({}, false);
  });
  server.activate("object", object);
  listen(server, GetParam());
  once::Client client{client_environment};
  std::optional activation{client.activate(std::make_shared<Object>())};
  target.key = activation->ref().key;
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kWork, "")));
  for (std::uint64_t i = 1; i <= 20; ++i) {
    clock->put_forward(15s);
    while (server.statistics().unseen < i) std::this_thread::yield();  // the client has asked
    let_client_read();
  }
  const auto outcome = back->call(outgoing(target, kEcho, bytes("later")));
  EXPECT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(server.statistics().sessions_expired, 0u);
  // Without an object to call, nothing is kept.
  activation.reset();
  clock->put_forward(61s);
  while (server.statistics().sessions_expired == 0) std::this_thread::yield();
}

/// A server whose one thread runs a servant that is not the loop's, but waits for a callback there.
class BlockedLoop : public testing::TestWithParam<const char*> {
 protected:
  BlockedLoop() {
    stranded->on(kCallBack, call_back);
    // Works for longer than a turn.
    plain->on(kWork, [](once::Request&, once::Responder respond) {
      const auto end = std::chrono::steady_clock::now() + 1ms;
      while (std::chrono::steady_clock::now() < end) {
      }
      std::move(respond).value({}, false);
    });
    server.activate("stranded", stranded, {.executor = asio::make_strand(loop.io)});
    server.activate("plain", plain);
    listen(server, GetParam());
  }

  const once::CallOptions soon{.deadline = 3s};
  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> stranded = std::make_shared<Object>(), plain = std::make_shared<Object>();
};

TEST_P(BlockedLoop, RunsWhatTheCallbackCalls) {
  once::Client client;
  const Stub remote = stub(client, server.reference_to("plain"));
  auto mine = std::make_shared<Object>();
  mine->on(kEcho, [&](once::Request&, once::Responder respond) {
    const bool once = executed(remote.call(kWork, "", soon));
    const bool twice = executed(remote.call(kWork, "", soon));
    std::move(respond).value(bytes(once && twice ? "both" : "not both"), false);
  });
  const auto activation = client.activate(mine);
  const auto outcome = stub(client, server.reference_to("stranded")).call(kCallBack, activation.ref().key);
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "both");
}

TEST_P(BlockedLoop, RunsWhatHadArrivedBefore) {
  LoopThread client_loop;
  once::Client client{client_loop.io};
  asio::thread_pool pool{1};
  Pending slow, waiting, calls_back;
  auto mine = std::make_shared<Object>();
  mine->on(kEcho, [&](once::Request&, once::Responder respond) {
    std::move(respond).value(bytes(executed(waiting.get()) ? "answered" : "not answered"), false);
  });
  const auto activation = client.activate(mine, {.executor = pool.get_executor()});
  const Stub remote = stub(client, server.reference_to("plain"));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  // They are read together: the last one waits for the loop's next turn when the servant blocks the loop.
  Latch go_on;
  asio::post(loop.io, [&] { go_on.wait(); });
  stub(client, server.reference_to("stranded")).start(kCallBack, activation.ref().key, calls_back);
  remote.start(kWork, "", slow);
  remote.start(kEcho, "", waiting, soon);
  go_on.open();
  const auto outcome = calls_back.get();
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "answered");
  EXPECT_TRUE(executed(slow.get()));
  pool.join();
}

INSTANTIATE_TEST_SUITE_P(Transports, BlockedLoop,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));
INSTANTIATE_TEST_SUITE_P(Transports, LateCallbacks,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));
INSTANTIATE_TEST_SUITE_P(Transports, Callbacks,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));

}  // namespace
}  // namespace raw
