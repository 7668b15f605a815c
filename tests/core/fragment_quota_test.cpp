// What bounds the memory and the work of messages in fragments, at their senders and their receivers.
#include <gtest/gtest.h>

#include "fragment_desk.hpp"

namespace once::core::testing {
namespace {

TEST(Quota, TransferThatFindsNoRoomIsRefusedAndTriedAgain) {
  FragmentLimits limits;
  limits.reassembly_bytes_max = 1'500'000;
  FragmentDesk desk{{}, limits};
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  ASSERT_TRUE(desk.send(desk.client, 2, 1'000'000));
  desk.run_for(20ms);
  EXPECT_LE(desk.server.layer.reassembly_bytes(), limits.reassembly_bytes_max);
  EXPECT_GT(desk.server.layer.counters().refused, 0u);
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
  EXPECT_LT(desk.server.layer.counters().refused, 200u);
}

TEST(Quota, OfASessionHoldsOneMessageOfTheLargestSize) {
  FragmentLimits limits;
  limits.message_max = 500'000;
  FragmentDesk desk{{}, limits};
  ASSERT_TRUE(desk.send(desk.client, 1, 500'000));
  ASSERT_TRUE(desk.send(desk.client, 2, 500'000));
  desk.run_for(20ms);
  EXPECT_LT(desk.server.layer.reassembly_bytes(), 600'000u);
  EXPECT_GT(desk.server.layer.counters().refused, 0u);
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
}

TEST(Quota, MessagesThatASenderHasNoRoomForAreNotTaken) {
  FragmentLimits limits;
  limits.sending_bytes_max = 1'500'000;
  FragmentDesk desk{limits};
  EXPECT_TRUE(desk.send(desk.client, 1, 1'000'000));
  EXPECT_FALSE(desk.send(desk.client, 2, 1'000'000));
  EXPECT_EQ(desk.client.layer.counters().not_taken, 1u);
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  desk.run_for(10s);
  EXPECT_TRUE(desk.send(desk.client, 2, 1'000'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1min));
}

TEST(Quota, OneSessionCannotTakeTheRoomOfAll) {
  FragmentLimits limits;
  limits.message_max = 100'000;
  FragmentDesk desk{{}, limits};
  desk.server.owner.sessions.insert(4711);
  desk.fate = [](const Datagram&) { return FragmentDesk::Fate{}; };
  std::size_t taken = 0;
  for (Sequence number = 1; number <= 20; ++number) {
    taken += desk.send(desk.server, number, 100'000) ? 1 : 0;
    ASSERT_LE(desk.server.layer.sending_bytes(), limits.transfers_max * (limits.message_max + kHeaderMax));
  }
  EXPECT_GE(taken, limits.transfers_max);
  for (Sequence number = 21; number <= 1'000; ++number) desk.send(desk.server, number, 1'200);
  EXPECT_LE(desk.server.layer.counters().transfers, limits.session_messages_max);
  EXPECT_TRUE(desk.send(desk.server, large_message(Side::Server, 1, 100'000, 4711)));
}

TEST(Quota, WorkForManyMessagesGrowsWithTheirNumber) {
  FragmentDesk desk;
  for (Sequence number = 1; number <= 256; ++number) ASSERT_TRUE(desk.send(desk.client, number, 20'000));
  desk.client.owner.asked = 0;
  ASSERT_TRUE(desk.run_until_received(desk.server, 256, 1min));
  // Whoever waits for its turn is not looked at for each fragment: only what takes turns is, a few times each.
  EXPECT_LT(desk.client.owner.asked, 256u * 19u * 20u);
}

TEST(Quota, WhatIsKnownOfIdlePeersIsBounded) {
  FragmentDesk desk;
  for (SessionId session = 1; session <= 3'000; ++session) {
    desk.client.owner.sessions.insert(session);
    desk.server.owner.sessions.insert(session);
    desk.send(desk.client, large_message(Side::Client, 1, 3'000, session));
  }
  ASSERT_TRUE(desk.run_until_received(desk.server, 3'000, 1min));
  desk.run_for(10s);
  EXPECT_LE(desk.client.layer.peers(), 1'024u);
  EXPECT_LE(desk.server.layer.peers(), 1'024u);
}

TEST(Quota, PeerWithATransferIsNotIdleHoweverLongItWas) {
  constexpr std::size_t kIdlePeers = 1'024;
  FragmentDesk desk;
  for (SessionId session = 1; session <= kIdlePeers; ++session) {
    desk.client.owner.sessions.insert(session);
    desk.server.owner.sessions.insert(session);
    desk.send(desk.client, large_message(Side::Client, 1, 3'000, session));
  }
  ASSERT_TRUE(desk.run_until_received(desk.server, kIdlePeers, 1min));
  desk.run_for(10s);
  ASSERT_EQ(desk.client.layer.peers(), kIdlePeers);
  // One peer more comes to rest between the beginning of a transfer to the oldest and its first fragment.
  Fragment stranger = first_fragment();
  stranger.session = kIdlePeers + 1;
  desk.client.owner.sessions.insert(stranger.session);
  desk.client.owner.unwanted.insert(stranger.number);
  desk.client.layer.receive(desk.now, desk.client.owner.path,
                            fragment_of(stranger, 0x11, Side::Server).octets);
  ASSERT_TRUE(desk.send(desk.client, large_message(Side::Client, 2, 3'000, 1)));
  EXPECT_TRUE(desk.run_until_received(desk.server, kIdlePeers + 1, 1min));
}

}  // namespace
}  // namespace once::core::testing
