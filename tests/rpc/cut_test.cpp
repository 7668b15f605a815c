// Connections that are cut in the middle of a call, at every octet; and lines that lose, repeat and reorder.
#include "raw.hpp"

namespace raw {
namespace {

class Cut : public testing::Test {
 protected:
  Cut() {
    object->on(kAdd, [this](once::Request& request, once::Responder respond) {
      std::move(respond).value(bytes(text(request.body()) + "=" + std::to_string(++sum)), false);
    });
    server.activate("object", object);
    server.listen("tcp://127.0.0.1:0");
  }

  /// One call over a connection that is cut there; the next connections are left alone.
  once::FaultCounters call_over(once::Faults::Cut where) {
    asio::io_context io;
    once::Environment environment{io};
    once::Faults faults;
    faults.cuts = {where};
    const auto injector = std::make_shared<once::FaultInjector>(environment, faults);
    environment.network = injector;
    once::Client client{environment};
    const int before = sum;
    const auto outcome = stub(client, server.reference_to("object")).call(kAdd, "value");
    EXPECT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(text(outcome.body), "value=" + std::to_string(before + 1));
    EXPECT_EQ(sum, before + 1);
    return injector->counters();
  }

  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
  std::atomic<int> sum{0};
};

TEST_F(Cut, AtEveryOctetOfARequestItRunsOnce) {
  // Handshake and request: until the connection is long enough for both.
  std::uint64_t octets = 0;
  while (call_over({.sent = octets}).connections_cut > 0) ++octets;
  EXPECT_GT(octets, 128u + 104u);
}

TEST_F(Cut, AtEveryOctetOfAReplyItRunsOnceAndTheReplyComes) {
  std::uint64_t octets = 0;
  while (call_over({.received = octets}).connections_cut > 0) ++octets;
  EXPECT_GT(octets, 64u + 88u);
  EXPECT_GT(server.statistics().replay,
            50u);  // the reply that was lost is sent again, for each of its octets
}

TEST_F(Cut, AtRandomAgainAndAgainEveryCallRunsOnce) {
  asio::io_context io;
  once::Environment environment{io};
  once::Faults faults;
  faults.seed = 11;
  faults.cut = 0.05;
  const auto injector = std::make_shared<once::FaultInjector>(environment, faults);
  environment.network = injector;
  once::Client client{environment};
  const Stub remote = stub(client, server.reference_to("object"));
  constexpr int kCalls = 200;
  for (int i = 1; i <= kCalls; ++i) {
    const auto outcome = remote.call(kAdd, "");
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(text(outcome.body), "=" + std::to_string(i));
  }
  EXPECT_EQ(sum, kCalls);
  EXPECT_GT(injector->counters().connections_cut, 0u);
}

TEST(BadLine, EveryCallRunsOnceOverDatagrams) {
  LoopThread loop;
  once::Server server{loop.io};
  auto object = std::make_shared<Object>();
  std::atomic<int> sum{0};
  object->on(kAdd, [&](once::Request&, once::Responder respond) {
    std::move(respond).value(bytes(std::to_string(++sum)), false);
  });
  server.activate("object", object);
  server.listen("udp://127.0.0.1:0");
  asio::io_context io;
  once::Environment environment{io};
  once::Faults faults;
  faults.seed = 5;
  faults.loss = 0.3;
  faults.duplication = 0.2;
  faults.reordering = 0.1;
  faults.delay = 0.1;
  const auto injector = std::make_shared<once::FaultInjector>(environment, faults);
  environment.network = injector;
  once::Client client{environment};
  const Stub remote = stub(client, server.reference_to("object"));
  constexpr int kCalls = 50;
  for (int i = 1; i <= kCalls; ++i) {
    const auto outcome = remote.call(kAdd, "", {.deadline = 60s});
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(text(outcome.body), std::to_string(i));
  }
  EXPECT_EQ(sum, kCalls);
  const auto counters = injector->counters();
  EXPECT_GT(counters.lost, 0u);
  EXPECT_GT(counters.duplicated, 0u);
  EXPECT_GT(server.statistics().duplicates(), 0u);
  EXPECT_GT(client.statistics().retransmissions, 0u);
}

}  // namespace
}  // namespace raw
