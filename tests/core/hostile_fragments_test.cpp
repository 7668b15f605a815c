// What comes from somebody who does not keep to the rules: fragments that contradict each other, that nobody
// asked for, that cost memory, or that are damaged.
#include <gtest/gtest.h>

#include "fragment_desk.hpp"

namespace once::core::testing {
namespace {

class HostileFragments : public ::testing::Test {
 protected:
  HostileFragments() {
    desk.fate = [](const Datagram&) { return FragmentDesk::Fate{}; };
  }
  const FragmentCounters& counters() const { return desk.server.layer.counters(); }
  TransferStatus last_status() const { return desk.sent.back().ack().status; }
  FragmentDesk desk;
  std::uint64_t transfers = 100;
};

TEST_F(HostileFragments, ThatContradictTheirTransferDropItAsAWhole) {
  const auto contradict = [&](auto change) {
    Fragment first = first_fragment();
    first.transfer = ++transfers;
    desk.deliver(fragment_of(first));
    ASSERT_GT(desk.server.layer.reassembly_bytes(), 0u);
    Fragment other = first;
    other.index = 1;
    change(other);
    desk.deliver(fragment_of(other));
    EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
    EXPECT_EQ(last_status(), TransferStatus::Broken);
    desk.deliver(fragment_of(first));  // and it stays dropped
    EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
    EXPECT_EQ(last_status(), TransferStatus::Broken);
  };
  contradict([](Fragment& other) { other.whole_length = 10'001; });
  contradict([](Fragment& other) { other.fragment_size = 1'001; });
  contradict([](Fragment& other) { other.number = 2; });
  contradict([](Fragment& other) { other.semantics = Semantics::AtLeastOnce; });
  EXPECT_EQ(counters().contradictions, 4u);
}

TEST_F(HostileFragments, ThatOverlapWithOtherOctetsDropTheirTransfer) {
  desk.deliver(fragment_of(first_fragment(), 0x11));
  desk.deliver(fragment_of(first_fragment(), 0x11));  // a copy is none
  EXPECT_EQ(counters().copies, 1u);
  EXPECT_GT(desk.server.layer.reassembly_bytes(), 0u);
  desk.deliver(fragment_of(first_fragment(), 0x12));
  EXPECT_EQ(counters().contradictions, 1u);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
}

TEST_F(HostileFragments, WithoutASessionTakeNoMemoryAndGetNoAnswer) {
  Fragment stranger = first_fragment();
  stranger.session = 4711;
  desk.deliver(fragment_of(stranger));
  Bytes probe;
  write_probe({4711, 1}, Side::Client, 1'400, probe);
  desk.deliver({true, Slice::copy_of(probe)});
  EXPECT_EQ(desk.sent.size(), 0u);
  EXPECT_EQ(desk.server.layer.peers(), 0u);
  EXPECT_EQ(counters().not_admitted, 2u);
}

TEST_F(HostileFragments, OfAnotherPrincipalAreDropped) {
  Path other = desk.server.owner.path;
  other.principal = 5;
  EXPECT_TRUE(desk.server.layer.receive(desk.now, other, fragment_of(first_fragment()).octets));
  EXPECT_EQ(desk.server.layer.peers(), 0u);
  EXPECT_EQ(counters().not_admitted, 1u);
}

TEST_F(HostileFragments, OfAMessageBeyondTheLimitAreDropped) {
  Fragment huge = first_fragment();
  huge.whole_length = (16u << 20) + 65'536 + 1;
  desk.deliver(fragment_of(huge));
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  EXPECT_EQ(desk.sent.size(), 0u);
}

TEST_F(HostileFragments, ThatBeginTransferAfterTransferStayWithinTheQuotaOfTheirSession) {
  for (std::uint64_t transfer = 1; transfer <= 10'000; ++transfer) {
    Fragment first = first_fragment();
    first.transfer = transfer;
    first.whole_length = 16u << 20;
    desk.deliver(fragment_of(first));
    ASSERT_LE(desk.server.layer.reassembly_bytes(), (16u << 20) + 65'536 + 40'000);
  }
  EXPECT_EQ(counters().refused, 9'999u);
  desk.run_for(11s);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);  // none of them goes on
  EXPECT_EQ(counters().stalled, 1u);
}

TEST_F(HostileFragments, OfManySessionsStayWithinTheQuotaOfTheServer) {
  for (SessionId session = 1; session <= 200; ++session) {
    desk.server.owner.sessions.insert(session);
    Fragment first = first_fragment();
    first.session = session;
    first.whole_length = 16u << 20;
    desk.deliver(fragment_of(first));
    ASSERT_LE(desk.server.layer.reassembly_bytes(), 256u << 20);
  }
  EXPECT_GT(counters().refused, 100u);
  desk.run_for(11s);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
}

TEST_F(HostileFragments, ThatMakeSomethingElseThanARequestNeverReachTheCore) {
  for (const MessageType type : {MessageType::Hello, MessageType::FragmentUp, MessageType::Reply}) {
    Fragment fragment = first_fragment();
    fragment.transfer = ++transfers;
    fragment.whole_length = 64;
    Bytes inner(64, 0);
    store(inner.data(), std::uint32_t{64});
    store(inner.data() + 4, kMagic);
    inner[6] = kVersion;
    inner[7] = static_cast<std::uint8_t>(type);
    Bytes message;
    write(fragment, Side::Client, crc32c(inner), message);
    message.insert(message.end(), inner.begin(), inner.end());
    desk.deliver({true, Slice::copy_of(message)});
  }
  EXPECT_EQ(desk.server.received.size(), 0u);
  EXPECT_EQ(counters().malformed, 3u);
}

TEST_F(HostileFragments, AreAnsweredWithLessThanTheyAre) {
  for (std::uint32_t index = 0; index < 10; index += 2) {
    Fragment fragment = first_fragment();
    fragment.index = index;
    fragment.order = index + 1;
    const Datagram datagram = fragment_of(fragment);
    const std::size_t before = desk.octets_sent;
    desk.deliver(datagram);
    EXPECT_LE(desk.octets_sent - before, datagram.octets.size());
  }
}

TEST_F(HostileFragments, AreNotAnsweredWithMoreHoweverManyAreMissing) {
  Fragment fragment = first_fragment();
  fragment.fragment_size = kFragmentSizeMin;
  fragment.whole_length = 2'000 * kFragmentSizeMin + 1;
  for (const std::uint32_t index : {1'000u, 1'010u, 2'000u}) {  // the last one has one octet
    fragment.index = index;
    ++fragment.order;
    const Datagram datagram = fragment_of(fragment);
    const std::size_t before = desk.octets_sent;
    desk.deliver(datagram);
    EXPECT_GT(desk.octets_sent, before);
    EXPECT_LE(desk.octets_sent - before, datagram.octets.size());
  }
}

TEST_F(HostileFragments, ThatTrickleInDoNotHoldTheirMemory) {
  Fragment trickle = first_fragment();
  trickle.whole_length = 16u << 20;
  for (int i = 0; i < 12; ++i) {  // one new fragment every five seconds: it never stalls
    desk.deliver(fragment_of(trickle));
    ++trickle.index;
    ++trickle.order;
    desk.run_for(5s);
    if (desk.server.layer.reassembly_bytes() == 0) break;
  }
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  EXPECT_LE(trickle.index, 4u);
  EXPECT_EQ(counters().stalled, 1u);
}

TEST_F(HostileFragments, AreChargedWhatTheirMemoryReallyCosts) {
  Fragment first = first_fragment();
  desk.deliver(fragment_of(first));
  Buffer buffer;
  buffer.resize(first.whole_length);
  EXPECT_GE(desk.server.layer.reassembly_bytes(), std::move(buffer).freeze().footprint());
}

TEST_F(HostileFragments, AcknowledgementsOfWhatWasNeverSentChangeNothing) {
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  const Fragment sent =
      desk.sent[0].kind() == FragmentKind::Fragment ? desk.sent[0].fragment() : desk.sent[1].fragment();
  FragmentAck ack;
  ack.session = kFragmentSession;
  ack.transfer = sent.transfer;
  ack.began = 1;
  const auto deliver = [&](const FragmentAck& forged) {
    Bytes message;
    write(forged, Side::Server, message);
    desk.deliver({false, Slice::copy_of(message)});
  };
  ack.echo_order = 1'000'000;  // nothing has this order
  ack.cumulative = 5;
  deliver(ack);
  ack.echo_order = sent.order;
  ack.cumulative = 800;  // nothing has been sent that far
  deliver(ack);
  ack.cumulative = 1;
  ack.began = 0;  // nothing was begun
  deliver(ack);
  ack.began = 1'000'000;  // with a fragment that was never sent
  deliver(ack);
  EXPECT_EQ(desk.sent.size(),
            desk.client.layer.counters().fragments_sent + desk.client.layer.counters().path_probes);
  EXPECT_EQ(desk.client.layer.sending_bytes(), joined(large_message(Side::Client, 1, 1'000'000)).size());
}

TEST_F(HostileFragments, AcknowledgementsFromElsewhereAndAnswersToNoProbeChangeNothing) {
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  const auto fragments = desk.sent_of(FragmentKind::Fragment);
  const std::size_t sent = desk.sent.size();
  FragmentAck ack;
  ack.session = kFragmentSession;
  ack.transfer = fragments[0].fragment().transfer;
  ack.began = ack.echo_order = fragments[0].fragment().order;
  ack.status = TransferStatus::Complete;
  Bytes message;
  write(ack, Side::Server, message);
  Path other = desk.client.owner.path;
  other.principal = 5;
  desk.client.layer.receive(desk.now, other, Slice::copy_of(message));
  Path elsewhere = desk.client.owner.path;
  elsewhere.port = 4711;
  desk.client.layer.receive(desk.now, elsewhere, Slice::copy_of(message));
  for (const std::uint32_t probe : {0u, 2u, 0xFFFFFFFFu}) {
    write_answer({kFragmentSession, probe}, Side::Server, message);
    desk.client.layer.receive(desk.now, desk.client.owner.path, Slice::copy_of(message));
  }
  desk.drain(desk.client);
  EXPECT_EQ(desk.sent.size(), sent);
  EXPECT_GT(desk.client.layer.sending_bytes(), 1'000'000u);
  desk.run_for(5s);
  EXPECT_LE(desk.sent_of(FragmentKind::Fragment).back().octets.size(), 1'200u);
}

/// Fragments, acknowledgements and probes of both sides, changed at random and sealed again, so that they pass
/// the checksums: the layers stay up, within their quotas, and come to rest.
TEST(FragmentRobustness, DamagedMessagesChangeNoBound) {
  std::uint64_t random = 4711;
  const auto draw = [&](std::uint64_t bound) {
    random = random * 6364136223846793005 + 1442695040888963407;
    return (random >> 33) % bound;
  };
  std::size_t arrived = 0;
  for (int round = 0; round < 60; ++round) {
    FragmentDesk desk;
    desk.fate = [&](const Datagram& datagram) {
      if (draw(4) == 0) {
        Bytes changed{datagram.octets.data(), datagram.octets.data() + datagram.octets.size()};
        const std::uint64_t flips = 1 + draw(3);
        for (std::uint64_t i = 0; i < flips; ++i) {
          const std::size_t at = draw(3) != 0 ? 16 + draw(64) : draw(changed.size());
          if (at < changed.size()) changed[at] ^= static_cast<std::uint8_t>(1u << draw(8));
        }
        if (changed.size() >= 80 && changed[7] % 0x80 == 0x20 && draw(2) == 0) {
          store(changed.data() + 68, crc32c(ByteView{changed}.subspan(80)));
        }
        if (load<std::uint16_t>(changed.data() + 10) <= changed.size()) reseal(changed);
        Fragments& layer = datagram.to_server ? desk.server.layer : desk.client.layer;
        layer.receive(desk.now, desk.server.owner.path, Slice::copy_of(changed));
        desk.drain(datagram.to_server ? desk.server : desk.client);
      }
      return draw(10) == 0 ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
    };
    std::vector<Transmit> messages;
    for (Sequence number = 1; number <= 3; ++number) {
      messages.push_back(large_message(Side::Client, number, 5'000 + draw(60'000)));
      desk.send(desk.client, messages.back());
      desk.send(desk.server, number, 5'000 + draw(60'000));
    }
    for (int i = 0; i < 100; ++i) {
      desk.run_for(10ms);
      ASSERT_LE(desk.server.layer.reassembly_bytes(), (16u << 20) + 65'536 + 40'000);
      ASSERT_LE(desk.client.layer.reassembly_bytes(), (16u << 20) + 65'536 + 40'000);
    }
    arrived += desk.server.received.size();
    desk.fate = [](const Datagram&) { return FragmentDesk::Fate{1ms}; };
    desk.run_for(5min);
    EXPECT_EQ(desk.server.layer.reassembly_bytes() + desk.client.layer.reassembly_bytes(), 0u);
    EXPECT_EQ(desk.server.layer.sending_bytes() + desk.client.layer.sending_bytes(), 0u);
  }
  EXPECT_GT(arrived, 60u);  // most get through all the same
}

}  // namespace
}  // namespace once::core::testing
