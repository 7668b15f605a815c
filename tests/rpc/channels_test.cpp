// The channels of a client: who waits while they are made, and how many there are.
#include <asio/thread_pool.hpp>

#include "raw.hpp"
#include "wrapped_network.hpp"

namespace raw {
namespace {

/// Knows one name, "slow.example", and looks it up until it is told to end.
class SlowNames final : public WrappedNetwork {
 public:
  once::Result<std::vector<once::Address>> resolve(const std::string& host, std::uint16_t port) override {
    if (host != "slow.example") return WrappedNetwork::resolve(host, port);
    begun.open();
    go_on.wait();
    return once::Unexpected{make_error_code(once::Errc::unknown_host)};
  }

  Latch begun, go_on;
};

class Channels : public testing::Test {
 protected:
  Channels() {
    environment.network = names;
    object->on(kWork, [](once::Request& request, once::Responder respond) {
      (void)request.channel_to(*once::parse_object_ref(text(request.body())));
      std::move(respond).value({}, false);
    });
  }
  void listen(once::Server& server) {
    server.activate("object", object);
    server.activate("pooled", object, {.executor = pool.get_executor()});
    server.listen("tcp://127.0.0.1:0");
  }
  ~Channels() override { pool.join(); }

  const std::shared_ptr<SlowNames> names = std::make_shared<SlowNames>();
  const std::string slow = "once://slow.example:7000/object";
  LoopThread loop;
  asio::thread_pool pool{1};
  once::Environment environment{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
};

TEST_F(Channels, AreMadeWhileANameIsLookedUpForAnother) {
  once::Server server{loop.io};
  listen(server);
  once::Client client{environment};
  auto slow_one = std::async(std::launch::async, [&] { return stub(client, slow); });
  names->begun.wait();
  auto other = std::async(std::launch::async, [&] {
    const auto outcome = stub(client, server.reference_to("object")).call(kEcho, "");
    return executed(outcome) && client.statistics().requests_sent == 1;
  });
  // So long only if it fails.
  const bool in_time = other.wait_for(20s) == std::future_status::ready;
  EXPECT_TRUE(in_time);
  names->go_on.open();
  EXPECT_TRUE(other.get());
  EXPECT_EQ(slow_one.get().channel, client.channel_to(*once::parse_object_ref(slow)));
}

TEST_F(Channels, OfAServersLoopAreMadeWhileANameIsLookedUpForAnother) {
  once::Server server{environment};
  listen(server);
  asio::io_context io;
  once::Client client{io};
  Pending slow_one;
  stub(client, server.reference_to("pooled")).start(kWork, slow, slow_one);
  std::thread runner{[&] { io.run(); }};
  names->begun.wait();
  const auto outcome =
      stub(client, server.reference_to("object")).call(kWork, "once://127.0.0.1:7000/x", {.deadline = 20s});
  EXPECT_TRUE(executed(outcome)) << outcome.text;
  names->go_on.open();
  EXPECT_TRUE(executed(slow_one.get()));
  runner.join();
}

TEST_F(Channels, GoInTheOrderOfTheirLastUseWhenThereAreTooMany) {
  once::Server server{loop.io};
  listen(server);
  once::Client client{loop.io, {.limits = {.channels_max = 3}}};
  const auto channel_to = [&](const std::string& host) {
    once::ObjectRef reference = server.reference_to("object");
    reference.endpoints[0].host = host;
    return client.channel_to(reference);
  };
  const once::ChannelPointer held = channel_to("127.0.0.1");
  const std::weak_ptr<once::Channel> second = channel_to("127.0.0.2");
  const std::weak_ptr<once::Channel> third = channel_to("127.0.0.3");
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_EQ(channel_to("127.0.0.2"), second.lock());
  channel_to("127.0.0.4");
  EXPECT_TRUE(third.expired());
  EXPECT_FALSE(second.expired());
  for (int i = 5; i < 20; ++i) channel_to("127.0.0." + std::to_string(i));
  EXPECT_TRUE(second.expired());
  EXPECT_EQ(channel_to("127.0.0.1"), held);
}

TEST_F(Channels, ThatGoTakeLeaveAndAreStillCounted) {
  once::Server server{loop.io};
  listen(server);
  once::Client client{loop.io, {.limits = {.channels_max = 1}}};
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  stub(client, "once://127.0.0.2:7000/x");
  while (server.statistics().sessions_ended == 0) std::this_thread::yield();
  EXPECT_EQ(client.statistics().requests_sent, 1u);
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_EQ(client.statistics().requests_sent, 2u);
}

}  // namespace
}  // namespace raw
