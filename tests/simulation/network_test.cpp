// The network of a simulated world: each of its faults happens when it is asked for, and only then.
#include "counter.hpp"

namespace sim {
namespace {

using once::simulation::Direction;
using once::simulation::Faults;
using once::simulation::Summary;

Summary seen_with(const Faults& faults, const char* transport, std::uint32_t calls = 20) {
  return once::simulation::run({.seeds = 20, .faults = faults}, [transport, calls](World& world) {
    auto& tally = world.make<Tally>();
    world.host("server", server_of(tally, transport));
    world.host("client", client_of(tally, calls, transport));
  });
}

TEST(SimulatedNetwork, DoesNothingWrongUnasked) {
  for (const char* const transport : {"udp", "tcp"}) {
    const Summary seen = seen_with({}, transport);
    EXPECT_EQ(seen.lost + seen.copied + seen.damaged + seen.late + seen.cut + seen.refused + seen.resets, 0u);
    EXPECT_EQ(seen.partitions + seen.pauses + seen.crashes, 0u);
  }
}

TEST(SimulatedNetwork, LosesCopiesDamagesAndDelaysDatagrams) {
  EXPECT_GT(seen_with({.loss = 0.5}, "udp").lost, 50u);
  EXPECT_GT(seen_with({.copies = 0.5}, "udp").copied, 50u);
  EXPECT_GT(seen_with({.reordering = 0.5}, "udp").late, 50u);
  EXPECT_GT(seen_with({.damage = 0.5}, "udp").damaged, 50u);
}

TEST(SimulatedNetwork, CutsAndRefusesConnections) {
  EXPECT_GT(seen_with({.cuts = 0.2}, "tcp").cut, 20u);
  EXPECT_GT(seen_with({.cuts = 0.2}, "tcp").resets, 20u);
  const Summary refusing = seen_with({.refusals = 0.9}, "tcp");
  EXPECT_GT(refusing.refused, 5u);
  EXPECT_GE(refusing.connections, 15u);
}

TEST(SimulatedNetwork, PartsHostsAndLetsThemStandStill) {
  EXPECT_GT(seen_with({.partitions = 10}, "udp", 100).partitions, 10u);
  EXPECT_GT(seen_with({.pauses = 10}, "udp", 100).pauses, 10u);
}

TEST(SimulatedNetwork, HasConnectionsThatMoveOneOctetAtATime) {
  const auto events = [](double small) { return seen_with({.small_pieces = small}, "tcp").events; };
  EXPECT_GT(events(1), 2 * events(0));
}

TEST(SimulatedNetwork, KeepsPartedHostsApartInOneDirectionOrBoth) {
  for (const auto direction : {Direction::OneWay, Direction::Both}) {
    for (const char* const transport : {"udp", "tcp"}) {
      once::simulation::run({.seeds = 3, .faults = once::simulation::none()}, [&](World& world) {
        auto& tally = world.make<Tally>();
        auto& answered_at = world.make<Duration>(0);
        auto& server = world.host("server", server_of(tally, transport));
        auto& client = world.host("client", [&, transport](Host& host) -> asio::awaitable<void> {
          once::Client caller{host};
          const auto counter = caller.stub<Counter>(url(transport), {.deadline = 1min});
          co_await host.sleep(1s);
          EXPECT_TRUE(co_await counter.async_add(1, asio::use_awaitable));
          answered_at = world.now();
        });
        // Requests arrive, and answers do not; or neither.
        world.at(500ms,
                 [&world, &server, &client, direction] { world.partition(server, client, 2s, direction); });
        world.check("parted", [&world, &tally] { return world.now() > 2500ms || tally.answered == 0; });
        world.finally("answered late", [&] { return answered_at > 2500ms; });
        world.finally("once", [&] { return tally.times[1] == 1; });
      });
    }
  }
}

/// Nobody listens: the operating system says so, in time.
TEST(SimulatedNetwork, RefusesWhereNobodyListens) {
  once::simulation::run({.seeds = 3, .faults = once::simulation::none()}, [](World& world) {
    world.host("server", [](Host&) -> asio::awaitable<void> { co_return; });
    world.host("client", [](Host& host) -> asio::awaitable<void> {
      once::Client client{host};
      const once::Time began = host.now();
      const auto refused = client.stub<Counter>(url("tcp"));
      const auto outcome = co_await refused.async_add(1, asio::use_awaitable);
      EXPECT_EQ(outcome.kind(), once::OutcomeKind::NotSent);
      EXPECT_LT(host.now() - began, 1s);
      const auto elsewhere = client.stub<Counter>("once://elsewhere:1/counter");
      const auto unknown = co_await elsewhere.async_add(1, asio::use_awaitable);
      EXPECT_EQ(unknown.code(), once::Errc::unknown_host);
    });
  });
}

}  // namespace
}  // namespace sim
