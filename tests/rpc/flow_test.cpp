// What happens when somebody is slow: servants that block, peers that do not read, servers that end.
#include <sys/resource.h>

#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

class Flow : public testing::TestWithParam<const char*> {
 protected:
  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
};

TEST_P(Flow, AServantThatBlocksInItsOwnExecutorDisturbsNobody) {
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);

  asio::thread_pool pool{1};
  Latch begun, go_on;
  auto slow = std::make_shared<Object>();
  slow->on(kWork, [&](once::Request&, once::Responder respond) {
    begun.open();
    go_on.wait();
    std::move(respond).value(bytes("done"), false);
  });
  server.activate("slow", slow, {.executor = pool.get_executor()});
  server.activate("object", object);
  listen(server, GetParam());

  LoopThread client_loop;
  once::Client waiting{client_loop.io};
  Pending pending;
  stub(waiting, server.reference_to("slow")).start(kWork, "", pending);
  begun.wait();
  // 1,000 sessions call the same loop while it blocks.
  asio::io_context io;
  std::vector<std::unique_ptr<once::Client>> clients;
  for (int i = 0; i < 1000; ++i) {
    clients.push_back(std::make_unique<once::Client>(io));
    ASSERT_TRUE(executed(stub(*clients.back(), server.reference_to("object")).call(kEcho, "")));
  }
  EXPECT_EQ(server.statistics().sessions, 1001u);
  if (GetParam()[0] == 'u') {
    // Copies of the request that runs are answered WORKING.
    const Stub busy = stub(*clients.front(), server.reference_to("object"));
    while (server.statistics().in_progress == 0) ASSERT_TRUE(executed(busy.call(kEcho, "")));
  }
  go_on.open();
  EXPECT_EQ(text(pending.get().body), "done");
  EXPECT_EQ(slow->calls, 1);
  pool.join();
}

TEST_P(Flow, ACallThatTakesLongHoldsUpNoneOfTheSameClient) {
  std::optional<once::Responder> slow;
  Latch begun;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    slow.emplace(std::move(respond));
    begun.open();
  });
  server.activate("object", object);
  listen(server, GetParam());
  LoopThread client_loop;
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  Pending pending;
  remote.start(kWork, "", pending);
  begun.wait();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_EQ(client.statistics().sessions, 2u);
  asio::post(loop.io, [&] { std::move(*slow).value(bytes("done"), false); });
  EXPECT_EQ(text(pending.get().body), "done");
}

TEST_P(Flow, ACallThatWaitedTooLongInItsExecutorNeverBegins) {
  asio::thread_pool pool{1};
  Latch begun, go_on;
  std::vector<std::string> ran;
  auto slow = std::make_shared<Object>();
  slow->on(kWork, [&](once::Request&, once::Responder respond) {
    begun.open();
    go_on.wait();
    std::move(respond).value({}, false);
  });
  slow->on(kEcho, [&](once::Request& request, once::Responder respond) {
    ran.push_back(text(request.body()));
    std::move(respond).value({}, false);
  });
  server.activate("slow", slow, {.executor = pool.get_executor()});
  listen(server, GetParam());
  LoopThread client_loop;
  once::Client client, waiting{client_loop.io};
  Pending first;
  stub(waiting, server.reference_to("slow")).start(kWork, "", first);
  begun.wait();
  // Both wait behind the first call; when the second one's caller has given up, the first one's budget is
  // gone at the server, too.
  const Stub remote = stub(client, server.reference_to("slow"));
  EXPECT_FALSE(executed(remote.call(kEcho, "one", {.deadline = 50ms})));
  EXPECT_FALSE(executed(remote.call(kEcho, "two", {.deadline = 50ms})));
  go_on.open();
  EXPECT_TRUE(executed(first.get()));
  pool.join();
  EXPECT_EQ(std::count(ran.begin(), ran.end(), "one"), 0);
}

TEST_P(Flow, ShutdownLetsRunningCallsFinishAndRefusesNewOnes) {
  asio::thread_pool pool{1};
  Latch begun, go_on;
  auto slow = std::make_shared<Object>();
  slow->on(kWork, [&](once::Request&, once::Responder respond) {
    begun.open();
    go_on.wait();
    std::move(respond).value(bytes("finished"), false);
  });
  server.activate("slow", slow, {.executor = pool.get_executor()});
  listen(server, GetParam());
  LoopThread client_loop;
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("slow"));
  Pending pending;
  remote.start(kWork, "", pending);
  begun.wait();

  std::promise<std::error_code> ended;
  server.async_shutdown(10s, [&](std::error_code error) { ended.set_value(error); });
  const auto refused = remote.call(kEcho, "");
  EXPECT_EQ(refused.kind, once::OutcomeKind::NotExecuted);
  EXPECT_EQ(refused.code, once::Errc::shutting_down);
  go_on.open();
  EXPECT_EQ(text(pending.get().body), "finished");
  EXPECT_FALSE(ended.get_future().get());
  pool.join();

  once::Client late;
  const auto gone = stub(late, server.reference_to("slow")).call(kEcho, "", {.deadline = 100ms});
  EXPECT_EQ(gone.kind, once::OutcomeKind::NotSent) << gone.text;
}

TEST_P(Flow, ShutdownEndsAtItsGraceWhileACallStillRuns) {
  asio::thread_pool pool{1};
  Latch begun, go_on;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    begun.open();
    go_on.wait();
    std::move(respond).value({}, false);
  });
  server.activate("slow", object, {.executor = pool.get_executor()});
  listen(server, GetParam());
  LoopThread client_loop;
  once::Client client{client_loop.io};
  Pending pending;
  stub(client, server.reference_to("slow")).start(kWork, "", pending, {.deadline = 500ms});
  begun.wait();
  auto ended = server.async_shutdown(10ms, asio::use_future);
  EXPECT_THROW(ended.get(), std::system_error);  // timed_out
  go_on.open();
  EXPECT_EQ(pending.get().kind, once::OutcomeKind::Unknown);
  pool.join();
}

INSTANTIATE_TEST_SUITE_P(Transports, Flow,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));

TEST(BackPressure, AServerStopsReadingFromWhoDoesNotTakeItsReplies) {
  constexpr std::size_t kReply = 4u << 20;
  constexpr int kCalls = 8;  // a session's first window
  LoopThread loop;
  once::Server server{loop.io};
  auto object = std::make_shared<Object>();
  object->on(kWork, [](once::Request&, once::Responder respond) {
    once::Buffer large;
    large.resize(kReply);
    std::fill_n(large.data(), kReply, std::uint8_t{7});
    std::move(respond).value(std::move(large).freeze(), false);
  });
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  // A client whose loop does not run: it sends, and reads nothing.
  asio::io_context io;
  once::Client lazy{io};
  const Stub remote = stub(lazy, server.reference_to("object"));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  std::array<Pending, kCalls> pending;
  for (Pending& call : pending) remote.start(kWork, "", call);
  // Others are served as before, and when they have been, the server has left the lazy one's requests alone.
  once::Client other;
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(executed(stub(other, server.reference_to("object")).call(kEcho, "")));
  EXPECT_LT(object->calls, 101 + kCalls);
  io.run();
  for (Pending& call : pending) {
    const auto outcome = call.get();
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(outcome.body.size(), kReply);
  }
  EXPECT_EQ(object->calls, 101 + kCalls);
}

/// A client that sends, and reads nothing until its loop runs; a server that has more for it than it takes.
class LazyClient : public testing::Test {
 protected:
  static constexpr int kCalls = 130;
  static constexpr once::Duration kInterval = 5s;

  LazyClient() {
    environment.clock = clock;
    large->on(kWork, [](once::Request&, once::Responder respond) {
      once::Buffer body;
      body.resize(8u << 20);
      std::fill_n(body.data(), body.size(), std::uint8_t{7});
      std::move(respond).value(std::move(body).freeze(), false);
    });
    // Longer than a turn: the loop reads more before it runs the next call.
    large->on(kTell, [](once::Request&, once::Responder) {
      const auto end = std::chrono::steady_clock::now() + 1ms;
      while (std::chrono::steady_clock::now() < end) {
      }
    });
    // However slow the machine is, the calls of this test take less.
    server.emplace(environment, once::ServerOptions{.limits = {.queue_interval = kInterval}});
    server->activate("large", large);
    server->activate("object", object);
    server->listen("tcp://127.0.0.1:0");
  }
  Stub to(once::Client& client, const char* key) { return stub(client, server->reference_to(key)); }
  /// The calls of the lazy client whose servants could run have run.
  void let_finish() {
    once::Client other;
    for (int i = 0; i < 2 * kCalls; ++i) {
      ASSERT_TRUE(executed(to(other, "large").call(kEcho, "")));
    }
  }
  void tell_often(const char* key, int calls = kCalls) {
    for (int i = 0; i < calls; ++i) {
      EXPECT_EQ(to(lazy, key).call(kTell, "").kind, once::OutcomeKind::Sent);
    }
  }
  /// The lazy client takes what there is for it, and what waited for that has run.
  void read() {
    io.run();
    EXPECT_TRUE(executed(answer.get()));
    while (object->calls < kCalls && server->statistics().queued > 0) std::this_thread::yield();
  }

  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  const std::shared_ptr<Object> large = std::make_shared<Object>(), object = std::make_shared<Object>();
  LoopThread loop;
  once::Environment environment{loop.io};
  std::optional<once::Server> server;
  asio::io_context io;
  once::Client lazy{io};
  Pending answer;
};

TEST_F(LazyClient, IsNotRefusedWhatWaitedForItToRead) {
  ASSERT_TRUE(executed(to(lazy, "large").call(kEcho, "")));
  Latch go_on;
  asio::post(loop.io, [&] { go_on.wait(); });
  tell_often("large", 20);
  to(lazy, "large").start(kWork, "", answer);
  tell_often("object");
  go_on.open();
  let_finish();
  EXPECT_EQ(object->calls, 0);
  EXPECT_EQ(server->statistics().queued, std::size_t{kCalls});
  clock->put_forward(kInterval + 1s);
  read();
  EXPECT_EQ(object->calls, kCalls);
  EXPECT_EQ(server->statistics().shed, 0u);
}

TEST_F(LazyClient, IsWaitedForByExecutors) {
  asio::thread_pool pool{1};
  server->activate("pooled", object, {.executor = pool.get_executor()});
  ASSERT_TRUE(executed(to(lazy, "large").call(kEcho, "")));
  Latch go_on;
  asio::post(pool, [&] { go_on.wait(); });
  tell_often("pooled");
  to(lazy, "large").start(kWork, "", answer);
  let_finish();
  go_on.open();
  Latch done;
  asio::post(pool, [&] { done.open(); });
  done.wait();
  EXPECT_EQ(object->calls, 0);
  read();
  EXPECT_EQ(object->calls, kCalls);
  pool.join();
}

TEST(BackPressure, AClientsQueueIsBounded) {
  LoopThread loop;
  once::Server server{loop.io};
  Latch begun, go_on;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&](once::Request&, once::Responder respond) {  // on the loop: nothing is read meanwhile
    begun.open();
    go_on.wait();
    std::move(respond).value({}, false);
  });
  object->on(kAdd, [](once::Request&, once::Responder respond) { std::move(respond).value({}, false); });
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  LoopThread client_loop;
  once::ClientOptions options;
  options.limits.queued_bytes_max = std::size_t{16} << 20;
  once::Client client{client_loop.io, options};
  const Stub remote = stub(client, server.reference_to("object"));
  Pending blocked;
  remote.start(kWork, "", blocked);
  begun.wait();
  const std::string large(1u << 20, 'x');
  std::vector<std::unique_ptr<Pending>> pending;
  for (int i = 0; i < 64; ++i) {
    pending.push_back(std::make_unique<Pending>());
    remote.start(kAdd, large, *pending.back());
  }
  go_on.open();
  ASSERT_TRUE(executed(blocked.get()));
  int ran = 0, full = 0;
  for (const auto& call : pending) {
    const auto outcome = call->get();
    if (executed(outcome)) {
      ++ran;
    } else {
      EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
      EXPECT_EQ(outcome.code, once::Errc::queue_full);
      ++full;
    }
  }
  EXPECT_GE(ran, 16);
  EXPECT_GT(full, 0);
  EXPECT_EQ(object->calls, 1 + ran);
}

/// A server whose calls of work and watch (@orphan(cancel)) run until the test answers them.
class Orphans : public testing::Test {
 protected:
  struct Running {
    once::Request* request;
    once::Responder respond;
  };

  Orphans() {
    for (const auto* operation : {&kWork, &kWatch}) {
      begun[operation];
      object->on(*operation, [this, operation](once::Request& request, once::Responder respond) {
        begun.at(operation).set_value({&request, std::move(respond)});
      });
    }
    server.activate("object", object);
    server.listen("tcp://127.0.0.1:0");
  }
  Running running(const once::Operation& operation) { return begun.at(&operation).get_future().get(); }

  std::map<const once::Operation*, std::promise<Running>> begun;  // both are there from the beginning
  std::shared_ptr<Object> object = std::make_shared<Object>();
  LoopThread loop;
  once::Server server{loop.io};
  LoopThread client_loop;
  std::array<Pending, 2> pending;
};

TEST_F(Orphans, AreToldIfTheirOperationSaysSo) {
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  remote.start(kWork, "", pending[0], {.deadline = 50ms});
  remote.start(kWatch, "", pending[1], {.deadline = 50ms});
  const Running work = running(kWork), watch = running(kWatch);
  for (auto& call : pending) EXPECT_EQ(call.get().code, once::Errc::deadline_exceeded);
  // The next request says that nobody waits for them.
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_FALSE(work.request->cancelled());
  EXPECT_TRUE(watch.request->cancelled());
}

TEST_F(Orphans, OfASessionThatHasEndedAreToldIfTheirOperationSaysSo) {
  auto client = std::make_unique<once::Client>(client_loop.io);
  const Stub remote = stub(*client, server.reference_to("object"));
  remote.start(kWork, "", pending[0]);
  remote.start(kWatch, "", pending[1]);
  const Running work = running(kWork), watch = running(kWatch);
  client.reset();
  once::Client other;
  const Stub others = stub(other, server.reference_to("object"));
  while (server.statistics().sessions_ended == 0) ASSERT_TRUE(executed(others.call(kEcho, "")));
  EXPECT_TRUE(executed(others.call(kEcho, "")));
  EXPECT_FALSE(work.request->cancelled());
  EXPECT_TRUE(watch.request->cancelled());
}

TEST_F(Orphans, ThatWereCancelledAreAlwaysTold) {
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  const std::array numbers = {remote.start(kWork, "", pending[0]), remote.start(kWatch, "", pending[1])};
  const Running work = running(kWork), watch = running(kWatch);
  for (const auto number : numbers) remote.channel->cancel(number);
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_TRUE(work.request->cancelled());
  EXPECT_TRUE(watch.request->cancelled());
}

}  // namespace
}  // namespace raw
