// Calls that wait for executors: whose turn it is where, when executors come and go.
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

using Strand = asio::strand<asio::thread_pool::executor_type>;

/// A strand that a test can hold up.
struct HeldStrand {
  explicit HeldStrand(asio::thread_pool& pool) : strand(asio::make_strand(pool)) {}
  void hold() {
    held.emplace();
    go_on.emplace();
    asio::post(strand, [this] {
      held->open();
      go_on->wait();
    });
    held->wait();
  }
  /// Returns when everything has run that is on the strand by now.
  void let_finish() {
    go_on->open();
    Latch done;
    asio::post(strand, [&] { done.open(); });
    done.wait();
  }

  Strand strand;
  std::optional<Latch> held, go_on;
};

class Turns : public testing::Test {
 protected:
  static constexpr once::Duration kInterval = 2s;  // longer than slow machines take

  Turns() {
    server.emplace(environment, once::ServerOptions{.limits = {.queue_interval = kInterval}});
    server->activate("plain", std::make_shared<Object>());
    server->listen("tcp://127.0.0.1:0");
  }
  ~Turns() override { pool.join(); }

  Stub to(const char* key) { return stub(client, server->reference_to(key)); }
  /// Returns when the server's loop has put off what has been called so far.
  void let_loop_read() { ASSERT_TRUE(executed(to("plain").call(kEcho, ""))); }

  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  asio::thread_pool pool{2};
  HeldStrand first{pool}, second{pool};
  LoopThread loop, client_loop;
  once::Environment environment = [this] {
    once::Environment made{loop.io};
    made.clock = clock;
    return made;
  }();
  std::optional<once::Server> server;
  once::Client client{client_loop.io};
};

TEST_F(Turns, OfAStrandAreNotForCallsOfAnother) {
  auto object = std::make_shared<Object>();
  bool on_its_strand = false;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    on_its_strand = second.strand.running_in_this_thread();
    std::move(respond).value({}, false);
  });
  server->activate("second", object, {.executor = second.strand});
  Latch asked, answer;
  server->set_locator(
      [&, located = std::make_shared<Object>()](const once::ObjectKey&) {
        if (first.strand.running_in_this_thread()) {
          asked.open();
          answer.wait();
        }
        return located;
      },
      {.executor = first.strand});
  // The only call of the first strand is too late when its turn comes.
  first.hold();
  second.hold();
  Pending late, called;
  to("located").start(kWork, "", late);
  let_loop_read();
  clock->put_forward(11s);
  first.go_on->open();
  asked.wait();
  // While the lock is free another strand's comes.
  to("second").start(kWork, "", called);
  let_loop_read();
  answer.open();
  first.let_finish();
  second.let_finish();
  EXPECT_EQ(late.get().code, once::Errc::deadline_exceeded);
  EXPECT_TRUE(executed(called.get()));
  EXPECT_TRUE(on_its_strand);
}

TEST_F(Turns, AreWhereTheObjectIsActivatedNow) {
  auto object = std::make_shared<Object>();
  bool on_second = false, on_loop = false;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    on_second = second.strand.running_in_this_thread();
    on_loop = loop.io.get_executor().running_in_this_thread();
    std::move(respond).value({}, false);
  });
  first.hold();
  server->activate("moved", object, {.executor = first.strand});
  server->activate("settled", object, {.executor = first.strand});
  Pending moved, settled;
  to("moved").start(kWork, "", moved);
  let_loop_read();
  server->activate("moved", object, {.executor = second.strand});
  first.let_finish();
  EXPECT_TRUE(executed(moved.get()));
  EXPECT_TRUE(on_second);
  HeldStrand third{pool};
  third.hold();
  server->activate("settled", object, {.executor = third.strand});
  to("settled").start(kWork, "", settled);
  let_loop_read();
  server->activate("settled", object);
  third.let_finish();
  EXPECT_TRUE(executed(settled.get()));
  EXPECT_TRUE(on_loop);
}

TEST_F(Turns, OfAnExecutorAreNoMoreThanTheCallsThatWait) {
  asio::io_context late;
  server->activate("late", std::make_shared<Object>(), {.executor = late.get_executor()});
  const Stub object = to("late");
  for (int i = 0; i < 20; ++i) {
    Pending given_up;
    const std::uint64_t id = object.start(kWork, "", given_up);
    let_loop_read();
    object.channel->cancel(id);
    EXPECT_EQ(given_up.get().code, once::Errc::cancelled);
  }
  Pending first_of_two, second_of_two;
  object.start(kWork, "", first_of_two);
  object.start(kWork, "", second_of_two);
  let_loop_read();
  EXPECT_EQ(late.poll(), 2u);
  EXPECT_TRUE(executed(first_of_two.get()));
  EXPECT_TRUE(executed(second_of_two.get()));
}

TEST_F(Turns, OfAnExecutorAreCutBackForAWhileAndNotForWhatAnotherWas) {
  constexpr std::size_t kCrowd = 20, kEach = 8;
  server->activate("first", std::make_shared<Object>(), {.executor = first.strand});
  server->activate("second", std::make_shared<Object>(), {.executor = second.strand});
  second.hold();
  once::ClientOptions options;
  options.limits.retry_percent = options.limits.retry_reserve = 0;
  std::vector<std::unique_ptr<once::Client>> crowd;
  for (std::size_t i = 0; i < kCrowd; ++i) {
    crowd.push_back(std::make_unique<once::Client>(client_loop.io, options));
  }
  // All that the crowd asks for waits for so long. How many were refused in the end.
  std::array<std::vector<Pending>, 2> pending{std::vector<Pending>(kCrowd * kEach),
                                              std::vector<Pending>(kCrowd * kEach)};
  const auto ask = [&](std::vector<Pending>& calls, once::Duration wait) {
    first.hold();
    for (std::size_t i = 0; i < calls.size(); ++i) {
      stub(*crowd[i / kEach], server->reference_to("first")).start(kLook, "", calls[i]);
    }
    for (const auto& one : crowd) {
      EXPECT_TRUE(executed(stub(*one, server->reference_to("plain")).call(kEcho, "")));
    }
    clock->put_forward(wait);
    first.let_finish();
    return server->statistics().shed;
  };
  const auto stood = ask(pending[0], 2 * kInterval);
  EXPECT_GT(stood, 0u);
  // A moment in which nothing waits is not the end of that: calls go as soon as they have waited too long.
  const auto shed = ask(pending[1], 10ms);
  EXPECT_GT(shed, stood);
  // Calls that have waited for more than the target, but in no queue that has stood for long.
  std::array<Pending, 2> others;
  for (Pending& call : others) {
    stub(*crowd.back(), server->reference_to("second")).start(kLook, "", call);
  }
  ASSERT_TRUE(executed(stub(*crowd.back(), server->reference_to("plain")).call(kEcho, "")));
  clock->put_forward(10ms);
  second.let_finish();
  for (Pending& call : others) EXPECT_TRUE(executed(call.get()));
  EXPECT_EQ(server->statistics().shed, shed);
  // The outcomes of the crowd's calls may be on their way: they are written into `pending`.
  for (auto& calls : pending) {
    for (Pending& call : calls) call.get();
  }
}

}  // namespace
}  // namespace raw
