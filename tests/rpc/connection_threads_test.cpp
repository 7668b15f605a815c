// Connections with a thread of their own: what runs where, when threads end, and who reads where there is none.
#include <filesystem>
#include <pthread.h>

#include <asio/thread_pool.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"
#include "wrapped_network.hpp"

namespace raw {
namespace {

constexpr const char* kAnyPort = "threads+tcp://127.0.0.1:0";

/// Of this process, those that sanitizers may have among them.
std::size_t threads_of_process() {
  const std::filesystem::directory_iterator tasks{"/proc/self/task"};
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

class ThreadPerConnection : public testing::Test {
 protected:
  explicit ThreadPerConnection(once::Limits limits = {}) {
    environment.clock = clock;
    object->on(kWork, [this](once::Request&, once::Responder respond) {
      begun.open();
      go_on.wait();
      std::move(respond).value(bytes("done"), false);
    });
    server.emplace(environment, once::ServerOptions{.limits = limits});
    server->activate("object", object);
    listen(*server, kAnyPort);
  }

  Stub to(once::Client& client) { return stub(client, server->reference_to("object")); }
  /// The server's loop has done what it had to do.
  void let_loop_work() {
    for (int i = 0; i < 3; ++i) {
      Latch done;
      asio::post(loop.io, [&] { done.open(); });
      done.wait();
    }
  }
  void await_threads(std::uint64_t count) {
    while (server->statistics().connection_threads != count) std::this_thread::yield();
  }
  std::unique_ptr<once::StreamSocket> connect() { return raw::connect(io, *server); }

  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  asio::io_context io;  // of clients that do not run it
  LoopThread client_loop;
  Latch begun, go_on;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  LoopThread loop;
  once::Environment environment{loop.io};
  std::optional<once::Server> server;
};

TEST_F(ThreadPerConnection, RunsTheServantsOfItsConnectionAndNoOthers) {
  std::mutex mutex;
  std::map<std::string, std::set<std::thread::id>> ran_on;
  object->on(kAdd, [&](once::Request& request, once::Responder respond) {
    const std::lock_guard lock{mutex};
    ran_on[text(request.body())].insert(std::this_thread::get_id());
    std::move(respond).value({}, false);
  });
  {
    std::vector<std::jthread> callers;
    for (const char* name : {"a", "b", "c", "d"}) {
      callers.emplace_back([&, name] {
        once::Client client;
        for (int i = 0; i < 200; ++i) ASSERT_TRUE(executed(to(client).call(kAdd, name)));
      });
    }
  }
  std::set<std::thread::id> all;
  for (const auto& [name, threads] : ran_on) {
    EXPECT_EQ(threads.size(), 1u) << name;
    all.merge(std::set{threads});
  }
  EXPECT_EQ(ran_on.size(), 4u);
  EXPECT_EQ(all.size(), 4u);
}

TEST_F(ThreadPerConnection, ThatIsHeldUpHoldsUpNoOther) {
  once::Client slow{client_loop.io}, quick;
  std::array<Pending, 8> pending;
  for (Pending& call : pending) to(slow).start(kWork, "", call);
  begun.wait();
  // Calls of the slow one wait, and are nobody else's to run.
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(executed(to(quick).call(kEcho, "", {.deadline = 5s})));
  go_on.open();
  for (Pending& call : pending) EXPECT_TRUE(executed(call.get()));
}

TEST_F(ThreadPerConnection, EndsWithIt) {
  const std::size_t before = threads_of_process();
  for (int i = 0; i < 100; ++i) {
    once::Client client{io};
    ASSERT_TRUE(executed(to(client).call(kEcho, "")));
  }
  for (int i = 0; i < 100; ++i) connect();  // that say nothing
  while (server->statistics().connections_accepted < 200) std::this_thread::yield();
  await_threads(0);
  EXPECT_EQ(server->statistics().connections, 0u);
  // The last one is joined by the next.
  while (threads_of_process() > before + 1) std::this_thread::yield();
}

TEST_F(ThreadPerConnection, EndsWithTheServer) {
  const std::size_t before = threads_of_process();
  once::Client client;
  ASSERT_TRUE(executed(to(client).call(kEcho, "")));
  const auto silent = connect();
  await_threads(2);
  server.reset();
  EXPECT_TRUE(ends(*silent));
  EXPECT_EQ(threads_of_process(), before);
}

TEST_F(ThreadPerConnection, FinishesWhatRunsAtAShutdown) {
  once::Client client{client_loop.io};
  const auto silent = connect();
  Pending pending;
  to(client).start(kWork, "", pending);
  begun.wait();
  std::promise<std::error_code> ended;
  server->async_shutdown(1min, [&](std::error_code error) { ended.set_value(error); });
  go_on.open();
  EXPECT_FALSE(ended.get_future().get());
  EXPECT_EQ(text(pending.get().body), "done");
  await_threads(0);
}

TEST_F(ThreadPerConnection, MayDestroyItsServer) {
  object->on(kAdd, [&](once::Request&, once::Responder respond) {
    server.reset();
    std::move(respond).value({}, false);
    go_on.open();
  });
  once::Client client, other;
  ASSERT_TRUE(executed(to(other).call(kEcho, "")));
  EXPECT_FALSE(executed(to(client).call(kAdd, "", {.deadline = 200ms})));
  go_on.wait();
}

TEST_F(ThreadPerConnection, SendsLargeRepliesWhileItReadsLargeRequests) {
  const std::string large(4u << 20, 'x');
  once::Client client{client_loop.io};
  std::array<Pending, 6> pending;
  for (Pending& call : pending) to(client).start(kEcho, large, call);
  for (Pending& call : pending) EXPECT_EQ(text(call.get().body), large);
}

TEST_F(ThreadPerConnection, StopsReadingFromWhoDoesNotTakeItsReplies) {
  const std::string large(15u << 20, 'x');  // more than the system takes, and the queue
  std::set<std::thread::id> ran_on;
  object->on(kAdd, [&](once::Request&, once::Responder respond) {
    ran_on.insert(std::this_thread::get_id());
    std::move(respond).value(bytes(large), false);
  });
  once::Client lazy{io}, other;
  ASSERT_TRUE(executed(to(lazy).call(kEcho, "")));
  ASSERT_TRUE(executed(to(other).call(kEcho, "")));
  std::array<Pending, 3> pending;
  to(lazy).start(kAdd, "", pending[0]);
  while (server->statistics().executed < 3) std::this_thread::yield();
  const std::uint64_t read = server->statistics().fresh;
  for (std::size_t i = 1; i < pending.size(); ++i) to(lazy).start(kAdd, "", pending[i]);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(executed(to(other).call(kEcho, "")));
  EXPECT_EQ(server->statistics().fresh, read + 100);
  io.run();
  for (Pending& call : pending) EXPECT_EQ(call.get().body.size(), large.size());
  EXPECT_EQ(ran_on.size(), 1u);
}

class ThreadWithALargeQueue : public ThreadPerConnection {
 protected:
  ThreadWithALargeQueue() : ThreadPerConnection({.send_queue_max = 64u << 20}) {}
};

TEST_F(ThreadWithALargeQueue, LeavesWhatIsUnsentToTheLoopWhileAServantKeepsIt) {
  const std::string large(15u << 20, 'x');
  object->on(kAdd,
             [&](once::Request&, once::Responder respond) { std::move(respond).value(bytes(large), false); });
  once::Client client{client_loop.io};
  ASSERT_TRUE(executed(to(client).call(kEcho, "")));
  Pending reply, blocked;
  Latch held;
  asio::post(client_loop.io, [&] { held.wait(); });  // nothing is read meanwhile
  to(client).start(kAdd, "", reply);
  to(client).start(kWork, "", blocked);
  begun.wait();
  held.open();
  EXPECT_EQ(reply.get().body.size(), large.size());
  go_on.open();
  EXPECT_TRUE(executed(blocked.get()));
}

TEST_F(ThreadPerConnection, KeepsTheLeaseOfAClientWhoseServantKeepsIt) {
  once::Client client{client_loop.io}, silent;
  ASSERT_TRUE(executed(to(silent).call(kEcho, "")));
  Pending blocked, unread;
  to(client).start(kWork, "", blocked, {.deadline = 1h});
  begun.wait();
  clock->put_forward(50s);
  to(client).start(kEcho, "", unread, {.deadline = 1h});
  Latch sent;
  asio::post(client_loop.io, [&] { sent.open(); });
  sent.wait();
  // Read by the loop before it judges, and by then nothing had come of the other.
  for (int i = 0; i < 60 && server->statistics().sessions_expired == 0; ++i) {
    clock->put_forward(1s);
    let_loop_work();
  }
  EXPECT_EQ(server->statistics().sessions_expired, 1u);
  EXPECT_EQ(server->statistics().sessions, 1u);
  go_on.open();
  EXPECT_TRUE(executed(blocked.get()));
  EXPECT_TRUE(executed(unread.get()));
}

TEST_F(ThreadPerConnection, PassesOnWhatAHandlerThrows) {
  struct Thrower final : once::PendingCall {
    void complete(once::RawOutcome, once::CompletedIn) override { throw std::runtime_error{"a handler's"}; }
  } thrower;
  once::Client client{client_loop.io};
  auto mine = std::make_shared<Object>();
  const auto activation = client.activate(mine);
  once::ObjectRef target;
  target.key = activation.ref().key;
  once::ChannelPointer back;
  asio::io_context own;
  once::Server strict{own};
  object->on(kAdd, [&](once::Request& request, once::Responder respond) {
    back = request.channel_to(target);
    back->start(outgoing(target, kEcho, bytes("")), thrower);
    std::move(respond).value({}, false);
  });
  strict.activate("object", object);
  listen(strict, kAnyPort);
  Pending pending;
  stub(client, strict.reference_to("object")).start(kAdd, "", pending);
  EXPECT_THROW(own.run(), std::runtime_error);
}

class ImpatientThreads : public ThreadPerConnection {
 protected:
  ImpatientThreads() : ThreadPerConnection({.header_timeout = 30ms, .connection_idle = 10s}) {}
};

TEST_F(ImpatientThreads, EndWithConnectionsThatSayNothingOrNotEnough) {
  const auto silent = connect(), slow = connect();
  const once::ByteView beginning = once::as_bytes(std::string_view{"\0\0\0pOn", 6});
  ASSERT_TRUE(slow->send(std::span{&beginning, 1}));
  EXPECT_TRUE(ends(*silent));
  EXPECT_TRUE(ends(*slow));
  await_threads(0);
}

TEST_F(ImpatientThreads, BlameNobodyForWhatAServantHasKeptThemFromReading) {
  once::Client client{client_loop.io};
  Pending pending;
  to(client).start(kWork, "", pending, {.deadline = 1h});
  begun.wait();
  clock->put_forward(20s);
  let_loop_work();
  go_on.open();
  EXPECT_TRUE(executed(pending.get()));
  clock->put_forward(1s);
  let_loop_work();
  EXPECT_TRUE(executed(to(client).call(kEcho, "")));
  EXPECT_EQ(client.statistics().connections, 1u);
}

class FewThreads : public ThreadPerConnection {
 protected:
  FewThreads() : ThreadPerConnection({.connection_threads_max = 1}) {}
};

TEST_F(FewThreads, LeaveFurtherConnectionsToTheLoop) {
  once::Client first, second;
  for (once::Client* const client : {&first, &second}) ASSERT_TRUE(executed(to(*client).call(kEcho, "")));
  EXPECT_EQ(server->statistics().connection_threads, 1u);
  EXPECT_EQ(server->statistics().threads_refused, 1u);
}

TEST_F(ThreadPerConnection, IsTheLoopWhereTheSystemHasNoThreads) {
  pthread_attr_t usual, huge;
  ASSERT_EQ(::pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(::pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << 50), 0);
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  once::Client client;
  EXPECT_TRUE(executed(to(client).call(kEcho, "")));
  ASSERT_EQ(::pthread_setattr_default_np(&usual), 0);
  EXPECT_EQ(server->statistics().connection_threads, 0u);
  EXPECT_EQ(server->statistics().threads_refused, 1u);
}

TEST(ThreadsOfConnections, AreBlockedAgainAfterTheLoopHasHelpedThem) {
  constexpr int kCallsMade = 100;
  const auto network = std::make_shared<WatchedNetwork>();
  LoopThread loop, client_loop;
  once::Environment environment{loop.io};
  environment.network = network;
  once::Server server{environment};
  asio::thread_pool pool{1};
  server.activate("object", std::make_shared<Object>());
  server.activate("pooled", std::make_shared<Object>(), {.executor = pool.get_executor()});
  listen(server, kAnyPort);
  once::Client client{client_loop.io};
  // The pool sends more than there is room for: what is left the loop sends.
  const std::string large(8u << 20, 'x');
  Pending reply;
  stub(client, server.reference_to("pooled")).start(kEcho, large, reply);
  EXPECT_EQ(reply.get().body.size(), large.size());
  Latch idle;
  asio::post(loop.io, [&] { idle.open(); });
  idle.wait();
  const int before = network->receives;
  for (int i = 0; i < kCallsMade; ++i) {
    ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  }
  EXPECT_LE(network->receives - before, kCallsMade + 20);
  pool.join();
}

TEST(ThreadsOfConnections, AreWaitedForByLeasesWithWhatTheyHaveInHand) {
  const auto network = std::make_shared<WatchedNetwork>();
  const auto clock = std::make_shared<ShiftedClock>();
  std::atomic<bool> holds{false};
  Latch held, go_on;
  network->received = [&] {
    if (!holds.exchange(false)) return;
    held.open();
    go_on.wait();
  };
  LoopThread loop, client_loop;
  once::Environment environment{loop.io};
  environment.network = network;
  environment.clock = clock;
  once::Server server{environment};
  server.activate("object", std::make_shared<Object>());
  listen(server, kAnyPort);
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  holds = true;
  Pending pending;
  remote.start(kEcho, "", pending);
  held.wait();
  clock->put_forward(61s);
  for (int i = 0; i < 10; ++i) {
    Latch looked;
    asio::post(loop.io, [&] { looked.open(); });
    looked.wait();
  }
  go_on.open();
  EXPECT_TRUE(executed(pending.get()));
  EXPECT_EQ(server.statistics().sessions_expired, 0u);
}

TEST(ThreadsOfConnections, AreNotForNetworksThatCannotBlock) {
  struct Simulated final : WrappedNetwork {
    bool can_block() const override { return false; }
  };
  LoopThread loop;
  once::Environment environment{loop.io};
  environment.network = std::make_shared<Simulated>();
  once::Server server{environment};
  server.activate("object", std::make_shared<Object>());
  listen(server, kAnyPort);
  once::Client client;
  EXPECT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_EQ(server.statistics().connection_threads, 0u);
}

TEST(ThreadsOfConnections, MoveWithThemToTheLoopOfTheirSession) {
  constexpr int kCallsMade = 60;
  once::Loops loops{3};
  once::Server server{loops};
  std::atomic<int> sum{0};
  std::atomic<bool> on_loop{false};
  auto object = std::make_shared<Object>();
  object->on(kAdd, [&](once::Request&, once::Responder respond) {
    for (std::size_t i = 0; i < loops.size(); ++i) {
      if (loops[i].get_executor().running_in_this_thread()) on_loop = true;
    }
    std::move(respond).value(bytes(std::to_string(++sum)), false);
  });
  server.activate("object", object);
  listen(server, kAnyPort);
  std::thread runner{[&] { loops.run(); }};
  {
    CutClient cut;  // the next connection is accepted by whichever loop
    const Stub remote = stub(cut.client, server.reference_to("object"));
    for (int i = 1; i <= kCallsMade; ++i) {
      const auto outcome = remote.call(kAdd, "");
      ASSERT_TRUE(executed(outcome)) << outcome.text;
      EXPECT_EQ(text(outcome.body), std::to_string(i));
    }
  }
  EXPECT_GT(server.statistics().handed_over, 0u);
  EXPECT_FALSE(on_loop);
  while (server.statistics().connection_threads > 0) std::this_thread::yield();
  loops.stop();
  runner.join();
}

}  // namespace
}  // namespace raw
