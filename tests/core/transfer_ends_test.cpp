// When a transfer ends, begins again or goes on: silence, deadlines, refusals, another way to the peer; and
// that a maybe call never arrives twice.
#include <gtest/gtest.h>

#include "fragment_desk.hpp"

namespace once::core::testing {
namespace {

FragmentDesk::Fate lost(const Datagram&) {
  return {};
}
FragmentDesk::Fate arrives(const Datagram&) {
  return {1ms};
}

Transmit maybe_call(Sequence number, std::size_t size, std::uint32_t budget_ms = kBudgetUnlimited) {
  return large_message(Side::Client, number, size, kFragmentSession, Semantics::Maybe, budget_ms);
}

class Transfers : public ::testing::Test {
 protected:
  const FragmentCounters& sender() const { return desk.client.layer.counters(); }
  std::vector<Fragment> fragments() const {
    std::vector<Fragment> result;
    for (const Datagram& datagram : desk.sent_of(FragmentKind::Fragment))
      result.push_back(datagram.fragment());
    return result;
  }
  void say(FragmentAck ack, TransferStatus status = TransferStatus::GoingOn) {
    ack.session = kFragmentSession;
    ack.status = status;
    Bytes message;
    write(ack, Side::Server, message);
    desk.deliver({false, Slice::copy_of(message)});
  }
  /// The client's next message, of five fragments, all of which are on the way and never arrive.
  FragmentAck begin_lost(const Transmit& message) {
    desk.fate = lost;
    const std::size_t before = fragments().size();
    EXPECT_TRUE(desk.send(desk.client, message));
    EXPECT_EQ(fragments().size(), before + 5);
    FragmentAck ack;
    ack.transfer = fragments()[before].transfer;
    ack.echo_order = fragments()[before].order;
    return ack;
  }
  FragmentDesk desk;
};

// --- Silence and deadlines

TEST_F(Transfers, EndWhenNothingIsHeardOfThePeer) {
  for (const Side side : {Side::Client, Side::Server}) {
    FragmentDesk silent;
    FragmentDesk::End& from = side == Side::Client ? silent.client : silent.server;
    for (Sequence number = 1; number <= 6; ++number) silent.send(from, number, 1'000'000);
    silent.run_for(10ms);
    silent.fate = lost;
    silent.run_for(25s);  // a cable may have been out for so long
    EXPECT_GT(from.layer.sending_bytes(), 6'000'000u);
    silent.run_for(10s);
    EXPECT_EQ(from.layer.sending_bytes(), 0u);
    EXPECT_EQ(from.layer.counters().given_up, 6u);
    const std::size_t sent = silent.sent.size();
    silent.run_for(1h);
    EXPECT_EQ(silent.sent.size(), sent);
  }
}

TEST_F(Transfers, GoOnForAsLongAsThePeerIsHeardOf) {
  FragmentLimits full;
  full.reassembly_bytes_max = 1'000;
  FragmentDesk refusing{{}, full};
  Fragment other = first_fragment();  // fills the server's quota, again and again
  refusing.server.owner.sessions.insert(other.session = 4711);
  for (int i = 0; i < 12; ++i) {
    ++other.transfer;
    other.oldest = other.transfer;
    refusing.deliver(fragment_of(other));
    if (i == 0) {
      ASSERT_TRUE(refusing.send(refusing.client, 1, 50'000));
    }
    refusing.run_for(5s);
  }
  EXPECT_GT(refusing.client.layer.sending_bytes(), 0u);
  ASSERT_TRUE(refusing.run_until_received(refusing.server, 1, 1min));
}

TEST_F(Transfers, OfMaybeCallsEndAtTheirDeadlines) {
  desk.fate = lost;
  for (Sequence number = 1; number <= 6; ++number) {
    ASSERT_TRUE(desk.send(desk.client, maybe_call(number, 1'000'000, 5'000)));
  }
  desk.run_for(4'900ms);
  EXPECT_GT(desk.client.layer.sending_bytes(), 6'000'000u);
  desk.run_for(3s);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
  EXPECT_EQ(sender().unwanted, 6u);
}

TEST_F(Transfers, TellHowOldTheirMessageIsEvenIfItsReceiverHasForgottenTheBeginning) {
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  desk.run_for(10ms);
  desk.fate = lost;
  desk.run_for(12s);
  desk.fate = arrives;
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  EXPECT_EQ(desk.server.layer.counters().stalled, 1u);
  EXPECT_GE(desk.server.took[0], 12s);
  EXPECT_LE(desk.server.took[0], 20s);
}

TEST_F(Transfers, LeaveNothingBehindWhenTheirLinkIsLost) {
  for (SessionId session : {kFragmentSession, SessionId{4711}}) {
    desk.client.owner.sessions.insert(session);
    desk.server.owner.sessions.insert(session);
    ASSERT_TRUE(desk.send(desk.client, large_message(Side::Client, 1, 1'000'000, session)));
    ASSERT_TRUE(desk.send(desk.server, large_message(Side::Server, 1, 1'000'000, session)));
  }
  desk.run_for(5ms);
  desk.client.layer.link_lost();
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
  EXPECT_EQ(desk.client.layer.reassembly_bytes(), 0u);
  EXPECT_EQ(desk.client.layer.peers(), 0u);
  EXPECT_EQ(desk.client.layer.next_timeout(), kNever);
  // Over the next one everything goes as ever.
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
}

// --- Another epoch

TEST_F(Transfers, OfAnotherEpochIsNotTakenForTheOneThatHasJustArrived) {
  ASSERT_TRUE(desk.send(desk.client, 1, 5'000));
  while (sender().completed == 0) desk.run_for(1ms);
  EXPECT_TRUE(desk.send(desk.client, 1, 5'000));  // the same: nothing is sent
  EXPECT_EQ(sender().transfers, 1u);
  Transmit resumed = large_message(Side::Client, 1, 5'000);
  SessionMessage request;
  request.type = MessageType::Request;
  request.session = kFragmentSession;
  request.sequence = 1;
  request.expected = {1, 2};
  request.body_length = 5'000;
  request.body_checksum = crc32c(resumed.body);
  write(request, {}, resumed.header);
  ASSERT_TRUE(desk.send(desk.client, resumed));
  ASSERT_TRUE(desk.run_until_received(desk.server, 2, 1s));
  expect_same(desk.server.received[1], resumed);
}

// --- Maybe calls

TEST_F(Transfers, OfAMaybeCallIsNotRepeatedWhenAllOfItMayHaveArrived) {
  desk.fate = [&](const Datagram& datagram) {
    const bool is_last = datagram.kind() == FragmentKind::Fragment && datagram.fragment().index == 4;
    return is_last ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
  };
  ASSERT_TRUE(desk.send(desk.client, maybe_call(1, 5'000)));
  desk.run_for(15s);  // the receiver forgets what it had
  EXPECT_EQ(desk.server.layer.counters().stalled, 1u);
  desk.fate = arrives;
  desk.run_for(1min);
  EXPECT_EQ(desk.server.received.size(), 0u);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
}

TEST_F(Transfers, OfAMaybeCallIsRepeatedWhenItCannotHaveArrived) {
  const Transmit message = maybe_call(1, 1'000'000);
  ASSERT_TRUE(desk.send(desk.client, message));
  desk.run_for(10ms);
  desk.fate = lost;
  desk.run_for(15s);
  EXPECT_EQ(desk.server.layer.counters().stalled, 1u);
  desk.fate = arrives;
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  expect_same(desk.server.received[0], message);
  desk.run_for(1min);
  EXPECT_EQ(desk.server.received.size(), 1u);
}

TEST_F(Transfers, OfAMaybeCallThatIsRefusedIsTriedAgain) {
  FragmentAck ack = begin_lost(maybe_call(1, 5'000));
  desk.fate = arrives;
  say(ack, TransferStatus::Refused);
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1s));
}

TEST_F(Transfers, OfAMaybeCallThatIsRefusedAfterItWasBegunIsOver) {
  FragmentAck ack = begin_lost(maybe_call(1, 5'000));
  ack.began = ack.echo_order;
  ack.cumulative = 1;
  say(ack);
  EXPECT_GT(desk.client.layer.sending_bytes(), 0u);
  say(ack, TransferStatus::Refused);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
}

// --- Reordering

TEST_F(Transfers, HearOfAReassemblyThatBeganWithALaterFragment) {
  FragmentAck ack = begin_lost(large_message(Side::Client, 1, 5'000));
  ack.began = ack.echo_order + 1;
  ack.cumulative = 2;
  say(ack);
  desk.run_for(30ms);
  // The first two have arrived, and are not sent again.
  const auto sent = fragments();
  ASSERT_GT(sent.size(), 5u);
  for (std::size_t i = 5; i < sent.size(); ++i) EXPECT_GE(sent[i].index, 2u);
  EXPECT_EQ(sender().restarted, 0u);
}

// --- Another way to the peer

TEST_F(Transfers, KeepWhatHasArrivedWhenThePathChanges) {
  for (const Side side : {Side::Client, Side::Server}) {
    FragmentDesk moving;
    FragmentDesk::End& from = side == Side::Client ? moving.client : moving.server;
    FragmentDesk::End& to = side == Side::Client ? moving.server : moving.client;
    const Transmit message = large_message(side, 1, 1'000'000);
    ASSERT_TRUE(moving.send(from, message));
    for (std::uint16_t port = 1; port <= 5; ++port) {
      moving.run_for(4ms);
      from.owner.path.port = port;
      from.layer.timeout(moving.now);
      moving.drain(from);
    }
    ASSERT_TRUE(moving.run_until_received(to, 1, 1min));
    expect_same(to.received[0], message);
    EXPECT_EQ(from.layer.counters().restarted, 0u);
    EXPECT_LT(from.layer.counters().fragments_sent, 893u + 200u);
  }
}

TEST_F(Transfers, BeginAnewOnAPathThatIsTooNarrowForTheirFragments) {
  desk.client.owner.path.message_max = 60'000;
  desk.client.owner.path.local = true;
  const Transmit message = large_message(Side::Client, 1, 1'000'000);
  ASSERT_TRUE(desk.send(desk.client, message));
  desk.client.owner.path.message_max = 1'200;
  desk.client.owner.path.local = false;
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  expect_same(desk.server.received[0], message);
  EXPECT_EQ(sender().restarted, 1u);
}

TEST_F(Transfers, OfAMaybeCallThatMayHaveArrivedIsNotBegunAnewOnANarrowPath) {
  desk.client.owner.path.message_max = 6'000;
  desk.fate = lost;
  ASSERT_TRUE(desk.send(desk.client, maybe_call(1, 10'000)));
  EXPECT_EQ(fragments().size(), 2u);
  desk.client.owner.path.message_max = 1'200;
  desk.fate = arrives;
  desk.run_for(1min);
  EXPECT_EQ(desk.server.received.size(), 0u);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
}

TEST_F(Transfers, OfAMaybeCallArriveOnceWhenThePathChanges) {
  ASSERT_TRUE(desk.send(desk.client, maybe_call(1, 500'000)));
  desk.run_for(10ms);
  desk.client.owner.path.port = 4711;
  desk.run_for(1min);
  EXPECT_EQ(desk.server.received.size(), 1u);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
}

}  // namespace
}  // namespace once::core::testing
