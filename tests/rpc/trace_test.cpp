// What clients and servers tell a tracer.
#include <algorithm>

#include <asio/thread_pool.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

using once::TraceEvent;
using once::TraceStep;

class Collector final : public once::Tracer {
 public:
  void on_event(const TraceEvent& event) override {
    const std::lock_guard lock{mutex_};
    events_.push_back(event);
  }
  std::vector<TraceEvent> events() const {
    const std::lock_guard lock{mutex_};
    return events_;
  }
  /// What `host` told about the one call that was made, in order.
  std::vector<TraceEvent> of_call(const std::string& host) const {
    std::vector<TraceEvent> found = events();
    std::erase_if(found, [&](const TraceEvent& event) {
      return event.host != host || (event.call == 0 && event.id.sequence == 0);
    });
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TraceEvent> events_;
};

std::vector<TraceStep> steps(const std::vector<TraceEvent>& events) {
  std::vector<TraceStep> steps;
  for (const TraceEvent& event : events) steps.push_back(event.step);
  return steps;
}

class TracedCall : public testing::TestWithParam<const char*> {
 protected:
  std::shared_ptr<Collector> tracer = std::make_shared<Collector>();
  std::shared_ptr<Object> object = std::make_shared<Object>();
};

TEST_P(TracedCall, IsToldAtBothEnds) {
  LoopThread loop;
  std::optional<once::Server> server{std::in_place, loop.io,
                                     once::ServerOptions{.tracer = tracer, .trace_name = "server"}};
  server->activate("object", object);
  server->listen(GetParam());
  {
    once::Client client{once::ClientOptions{.tracer = tracer, .trace_name = "client"}};
    ASSERT_TRUE(executed(stub(client, server->reference_to("object")).call(kEcho, "hello")));
  }
  server.reset();

  const std::vector<TraceEvent> client = tracer->of_call("client");
  const std::vector<TraceEvent> server_side = tracer->of_call("server");
  using enum TraceStep;
  ASSERT_EQ(steps(client), (std::vector{CallBegan, CallBound, Sent, Received, CallEnded}));
  ASSERT_EQ(steps(server_side), (std::vector{Received, ExecutionBegan, ExecutionEnded, Sent}));
  EXPECT_EQ(client[0].operation, "echo");
  EXPECT_EQ(client[0].deadline, 10s);
  EXPECT_EQ(client[0].call, 1U);
  EXPECT_EQ(client[1].id, server_side[0].id);
  EXPECT_EQ(once::message_name(client[2].message), "REQUEST");
  EXPECT_EQ(client[2].attempt, 1);
  EXPECT_EQ(client[2].packet, server_side[0].packet);
  EXPECT_EQ(server_side[0].verdict, once::Verdict::New);
  EXPECT_EQ(server_side[0].octets, client[2].octets);
  EXPECT_EQ(server_side[2].text, "value");
  EXPECT_EQ(client[3].epoch, client[1].epoch);
  EXPECT_EQ(client[4].outcome, once::OutcomeKind::Executed);
  EXPECT_EQ(client[4].id, client[1].id);

  const std::vector<TraceEvent> all = tracer->events();
  const auto started = std::find_if(all.begin(), all.end(), [](const TraceEvent& event) {
    return event.step == Started && event.host == "server";
  });
  ASSERT_NE(started, all.end());
  EXPECT_EQ(started->epoch, client[1].epoch);
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const TraceEvent& event) { return event.step == SessionOpened; }),
            1);
  EXPECT_EQ(all.back().step, Stopped);
}

TEST_P(TracedCall, ToAnObjectThatIsNotThereIsToldAsRefused) {
  LoopThread loop;
  once::Server server{loop.io, {.tracer = tracer, .trace_name = "server"}};
  server.listen(GetParam());
  once::Client client{once::ClientOptions{.tracer = tracer, .trace_name = "client"}};
  EXPECT_EQ(stub(client, server.reference_to("object")).call(kEcho, "").kind, once::OutcomeKind::NotExecuted);
  using enum TraceStep;
  const std::vector<TraceEvent> server_side = tracer->of_call("server");
  ASSERT_EQ(steps(server_side), (std::vector{Received, Refused, Sent}));
  EXPECT_EQ(server_side[1].reason, once::Errc::no_such_object);
  const TraceEvent end = tracer->of_call("client").back();
  EXPECT_EQ(end.outcome, once::OutcomeKind::NotExecuted);
  EXPECT_EQ(end.reason, once::Errc::no_such_object);
}

INSTANTIATE_TEST_SUITE_P(Transports, TracedCall, testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0"));

/// Calls that wait together, so that several of them are refused together.
class TracedRefusals : public testing::Test {
 protected:
  TracedRefusals() {
    environment.clock = clock;
    server.emplace(environment, once::ServerOptions{.tracer = tracer, .trace_name = "server"});
    server->listen("udp://127.0.0.1:0");
  }
  Stub to(const char* key) { return stub(client, server->reference_to(key)); }
  long count(TraceStep step, once::Errc reason) const {
    const std::vector<TraceEvent> events = tracer->events();
    return std::count_if(events.begin(), events.end(), [&](const TraceEvent& event) {
      return event.host == "server" && event.step == step && event.reason == reason;
    });
  }

  static constexpr int kCalls = 130;
  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  const std::shared_ptr<Collector> tracer = std::make_shared<Collector>();
  LoopThread loop, client_loop;
  once::Environment environment{loop.io};
  std::optional<once::Server> server;
  once::Client client{client_loop.io};
};

TEST_F(TracedRefusals, ThatAreSentTogetherAreToldOneByOne) {
  auto object = std::make_shared<Object>();
  object->on(kTell, [](once::Request&, once::Responder) {  // longer than a turn: others wait for the next
    const auto end = std::chrono::steady_clock::now() + 1ms;
    while (std::chrono::steady_clock::now() < end) {
    }
  });
  server->activate("object", object);
  ASSERT_TRUE(executed(to("object").call(kEcho, "")));
  Latch go_on;
  asio::post(loop.io, [&] { go_on.wait(); });
  (void)to("object").call(kTell, "");
  std::array<Pending, 4> pending;
  for (Pending& call : pending) to("nobody").start(kWork, "", call);
  go_on.open();
  for (Pending& call : pending) EXPECT_EQ(call.get().code, once::Errc::no_such_object);
  EXPECT_EQ(count(TraceStep::Refused, once::Errc::no_such_object), 4);
  EXPECT_EQ(count(TraceStep::Sent, once::Errc::no_such_object), 4);
}

TEST_F(TracedRefusals, OfCallsThatHaveWaitedTooLongAreTold) {
  asio::thread_pool pool{1};
  server->activate("object", std::make_shared<Object>());
  server->activate("pooled", std::make_shared<Object>(), {.executor = pool.get_executor()});
  Latch go_on;
  asio::post(pool, [&] { go_on.wait(); });
  for (int i = 0; i < kCalls; ++i) (void)to("pooled").call(kTell, "");
  ASSERT_TRUE(executed(to("object").call(kEcho, "")));
  clock->put_forward(200ms);
  go_on.open();
  pool.join();
  const auto shed = static_cast<long>(server->statistics().shed);
  EXPECT_GT(shed, 0);
  EXPECT_EQ(count(TraceStep::Refused, once::Errc::overloaded), shed);
}

TEST(Tracer, IsToldOfCallsThatAreNeverSent) {
  const auto tracer = std::make_shared<Collector>();
  once::Client client{once::ClientOptions{.tracer = tracer}};
  const auto outcome = stub(client, "once://no-such-host.invalid:7000/object").call(kEcho, "");
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
  const std::vector<TraceEvent> events = tracer->events();
  ASSERT_FALSE(events.empty());
  const TraceEvent end = events.back();
  EXPECT_EQ(end.step, TraceStep::CallEnded);
  EXPECT_EQ(end.outcome, once::OutcomeKind::NotSent);
  EXPECT_EQ(end.reason, once::Errc::unknown_host);
  EXPECT_EQ(end.id, once::RequestId{});
  EXPECT_EQ(end.text, outcome.text);
  EXPECT_EQ(end.host.substr(0, 7), "client-");
}

TEST(Tracer, IsToldOfWhatIsNoMessage) {
  const auto tracer = std::make_shared<Collector>();
  LoopThread loop;
  once::Server server{loop.io, {.tracer = tracer}};
  server.activate("object", std::make_shared<Object>());
  server.listen("udp://127.0.0.1:0");
  // Octets with the length and the magic of a message, and nothing right behind them.
  asio::io_context io;
  once::Environment environment{io};
  const auto peer =
      environment.network->resolve("127.0.0.1", server.endpoints().front().port).value().front();
  const auto socket = environment.network->connect_datagram(environment.executor, peer).value();
  std::array<std::uint8_t, 24> noise{0, 0, 0, 24, 0x4F, 0x6E, 1, 2};
  const once::ByteView piece{noise};
  ASSERT_FALSE(socket->send(peer, std::span{&piece, 1}));
  once::Client client;
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  const std::vector<TraceEvent> events = tracer->events();
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const TraceEvent& event) {
    return event.step == TraceStep::Received && event.text.starts_with("dropped");
  }));
}

TEST(Tracer, MayThrow) {
  struct Thrower final : once::Tracer {
    void on_event(const TraceEvent&) override {
      ++told;
      throw std::runtime_error{"no"};
    }
    std::atomic<int> told{0};
  };
  const auto tracer = std::make_shared<Thrower>();
  LoopThread loop;
  once::Server server{loop.io, {.tracer = tracer}};
  server.activate("object", std::make_shared<Object>());
  server.listen("udp://127.0.0.1:0");
  once::Client client{once::ClientOptions{.tracer = tracer}};
  EXPECT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_GT(tracer->told, 9);
}

TEST(Tracer, IsToldOfCallbacks) {
  const auto tracer = std::make_shared<Collector>();
  LoopThread loop;
  once::Server server{loop.io, {.tracer = tracer, .trace_name = "server"}};
  const auto object = std::make_shared<Object>();
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  once::Client client{once::ClientOptions{.tracer = tracer, .trace_name = "client"}};
  const auto listener = client.activate(std::make_shared<Object>());
  object->on(kCallBack, [&](once::Request& request, once::Responder respond) {
    const once::ObjectRef target = listener.ref();
    const auto outcome = request.channel_to(target)->call(outgoing(target, kEcho, bytes("back")));
    EXPECT_TRUE(executed(outcome)) << outcome.text;
    std::move(respond).value(once::Slice::copy_of(outcome.body.view()), false);
  });
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kCallBack, "")));
  const std::vector<TraceEvent> events = tracer->events();
  const auto count = [&](std::string_view host, TraceStep step) {
    return std::count_if(events.begin(), events.end(),
                         [&](const TraceEvent& event) { return event.host == host && event.step == step; });
  };
  for (const TraceStep step : {TraceStep::CallBegan, TraceStep::CallBound, TraceStep::CallEnded,
                               TraceStep::ExecutionBegan, TraceStep::ExecutionEnded}) {
    EXPECT_EQ(count("client", step), 1) << to_string(step);
    EXPECT_EQ(count("server", step), 1) << to_string(step);
  }
}

}  // namespace
}  // namespace raw
