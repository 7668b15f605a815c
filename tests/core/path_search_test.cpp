// The search for the size of datagrams (RFC 8899), alone and under a transfer.
#include <gtest/gtest.h>

#include "fragment_desk.hpp"

namespace once::core::testing {
namespace {

/// Runs a search on a path that carries up to `passes` octets; what it found, and how many probes it took.
std::pair<std::size_t, int> search(PathSearch& path, std::size_t passes, Time& now) {
  int probes = 0;
  const Time end = now + 5min;
  while (path.due() <= end) {
    now = std::max(now, path.due());
    const std::size_t size = path.next_probe(now, 100ms);
    if (size == 0) continue;
    ++probes;
    if (size <= passes) path.answered(now, path.probe());
  }
  return {path.size(), probes};
}

TEST(PathSearch, BeginsAtTheBaseAndGrowsByAnsweredProbesAlone) {
  PathSearch path{1'200, 1'472};
  EXPECT_EQ(path.size(), 1'200u);
  EXPECT_EQ(path.next_probe(Time{1s}, 100ms), 1'472u);
  EXPECT_EQ(path.size(), 1'200u);
  path.answered(Time{1s}, path.probe() + 1);
  EXPECT_EQ(path.size(), 1'200u);
  path.answered(Time{1s}, path.probe());
  EXPECT_EQ(path.size(), 1'472u);
}

TEST(PathSearch, FindsWhatThePathCarries) {
  for (const std::size_t passes : {1'200u, 1'240u, 1'380u, 1'450u, 1'472u, 4'000u, 8'952u}) {
    PathSearch path{1'200, 8'952};
    Time now{1s};
    const auto [found, probes] = search(path, passes, now);
    EXPECT_LE(found, passes);
    EXPECT_GT(found + 32, passes);
    EXPECT_LE(probes, 3 * 10);
  }
}

TEST(PathSearch, SendsThreeProbesOfASizeAndNotFasterThanOneASecond) {
  PathSearch path{1'200, 1'472};
  Time now{1s};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(path.next_probe(now, 10ms), 1'472u);
    EXPECT_EQ(path.next_probe(now + 999ms, 10ms), 0u);
    now += 1s;
  }
  EXPECT_EQ(path.next_probe(now, 10ms), 1'336u);  // half way
}

TEST(PathSearch, IsTriedAgainAfterTenMinutes) {
  PathSearch path{1'200, 1'472};
  Time now{1s};
  EXPECT_EQ(search(path, 1'200, now).first, 1'200u);
  EXPECT_GE(path.due(), now + 300s);
  now = path.due();
  EXPECT_EQ(search(path, 1'472, now).first, 1'472u);
}

TEST(PathSearch, FallsBackWhenProbesConfirmThatDatagramsVanish) {
  PathSearch path{1'200, 1'472};
  Time now{1s};
  search(path, 1'472, now);
  ASSERT_EQ(path.size(), 1'472u);
  path.suspect(now);
  const std::uint32_t before = path.probe();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(path.next_probe(now, 100ms), 1'472u);
    EXPECT_EQ(path.size(), 1'472u);
    now += 1s;
  }
  EXPECT_EQ(path.next_probe(now, 100ms), 0u);
  EXPECT_EQ(path.probe(), before + 3);
  EXPECT_EQ(path.size(), 1'200u);
}

TEST(PathSearch, StaysWhereItIsWhenAProbeRefutesTheSuspicion) {
  PathSearch path{1'200, 1'472};
  Time now{1s};
  search(path, 1'472, now);
  path.suspect(now);
  EXPECT_EQ(path.next_probe(now, 100ms), 1'472u);
  path.answered(now, path.probe());
  EXPECT_EQ(path.size(), 1'472u);
  EXPECT_EQ(path.next_probe(now + 10s, 100ms), 0u);
}

TEST(PathSearch, TakesTheSystemsWordThatASizeIsTooLarge) {
  PathSearch path{1'200, 8'952};
  EXPECT_EQ(path.next_probe(Time{1s}, 100ms), 8'952u);
  path.too_large(Time{1s}, 8'952);
  EXPECT_EQ(path.next_probe(Time{1s}, 100ms), 5'076u);  // at once, without two more tries
  path.too_large(Time{1s}, 1'000);                      // never below the base
  EXPECT_EQ(path.size(), 1'200u);
}

TEST(PathSearch, AnswerToAProbeOfAnEarlierPathIsNone) {
  PathSearch path{1'200, 1'472, 5};
  EXPECT_EQ(path.next_probe(Time{1s}, 100ms), 1'472u);
  path.answered(Time{1s}, 5);
  EXPECT_EQ(path.size(), 1'200u);
  path.answered(Time{1s}, 6);
  EXPECT_EQ(path.size(), 1'472u);
}

TEST(PathSearch, AnswerThatComesAfterThePathHasChangedIsNone) {
  FragmentDesk desk;
  desk.fate = [](const Datagram& datagram) {
    return datagram.kind() == FragmentKind::Answer ? FragmentDesk::Fate{50ms} : FragmentDesk::Fate{1ms};
  };
  ASSERT_TRUE(desk.send(desk.client, 1, 2'000'000));
  desk.run_for(10ms);
  desk.client.owner.path.port = 4711;
  desk.fate = [](const Datagram& datagram) {
    return datagram.octets.size() > 1'200 ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
  };
  desk.run_for(60ms);
  ASSERT_TRUE(desk.send(desk.client, 2, 100'000));  // in fragments as large as has been found by now
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
  EXPECT_EQ(desk.sent_of(FragmentKind::Answer).size(), 1u);
  for (const Datagram& fragment : desk.sent_of(FragmentKind::Fragment)) {
    EXPECT_LE(fragment.octets.size(), 1'200u);
  }
}

TEST(PathSearch, BaseThatTheSystemRefusesFallsToWhatEveryPathCarries) {
  FragmentDesk desk;
  desk.client.owner.path.local = true;
  desk.client.owner.path.message_max = 60'000;
  desk.system_max = 1'472;
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  EXPECT_LT(desk.refused, 5u);
}

TEST(PathSearch, GrowsUnderATransferAndTheNextOneUsesIt) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  EXPECT_EQ(desk.client.layer.counters().path_probes, 1u);
  desk.sent.clear();
  ASSERT_TRUE(desk.send(desk.client, 2, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 10s));
  EXPECT_EQ(desk.sent_of(FragmentKind::Fragment)[0].octets.size(), 1'472u);
}

TEST(PathSearch, TransferGetsThroughWhenTheSystemRefusesLargeDatagrams) {
  FragmentDesk desk;
  desk.system_max = 1'300;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  EXPECT_LE(desk.largest, 1'300u);
  EXPECT_GT(desk.refused, 0u);
  desk.sent.clear();
  ASSERT_TRUE(desk.send(desk.client, 2, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 10s));
  EXPECT_GT(desk.sent_of(FragmentKind::Fragment)[0].octets.size(), 1'260u);  // found without a lost probe
}

TEST(PathSearch, TransferUnderWayGoesOnWhenTheSystemRefusesItsFragments) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  ASSERT_TRUE(desk.send(desk.client, 2, 1'000'000));
  desk.run_for(5ms);
  EXPECT_EQ(desk.largest, 1'472u);
  desk.system_max = 1'300;
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 10s));
  EXPECT_LT(desk.refused, 5u);
}

TEST(PathSearch, MessageThatWouldFitALargerDatagramGetsThroughWhenThatVanishes) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  desk.fate = [](const Datagram& datagram) {
    return datagram.octets.size() > 1'200 ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
  };
  ASSERT_TRUE(desk.send(desk.client, 2, 1'200));  // with its header more than the base
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
}

TEST(PathSearch, TransferGetsThroughAPathThatHasBecomeNarrower) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  desk.fate = [](const Datagram& datagram) {
    return datagram.octets.size() > 1'300 ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
  };
  ASSERT_TRUE(desk.send(desk.client, 2, 100'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
}

TEST(PathSearch, IsSparedOnOneMachine) {
  FragmentDesk desk;
  desk.client.owner.path.local = true;
  desk.client.owner.path.message_max = 60'000;
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  EXPECT_EQ(desk.client.layer.counters().path_probes, 0u);
  EXPECT_LE(desk.largest, 60'000u);
  EXPECT_GT(desk.largest, 59'900u);
}

}  // namespace
}  // namespace once::core::testing
