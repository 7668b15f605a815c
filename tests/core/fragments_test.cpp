// Messages in fragments, in virtual time: what loss, copies, reordering and forgetfulness do to them.
#include <gtest/gtest.h>

#include "fragment_desk.hpp"

namespace once::core::testing {
namespace {

/// A network that loses, copies and reorders by chance, the same way for the same seed.
std::function<FragmentDesk::Fate(const Datagram&)> rough(std::uint64_t seed, unsigned loss_percent,
                                                         unsigned copies_percent, unsigned late_percent) {
  return [=, random = seed](const Datagram&) mutable {
    const auto draw = [&](unsigned bound) {
      random = random * 6364136223846793005 + 1442695040888963407;
      return static_cast<unsigned>((random >> 33) % bound);
    };
    FragmentDesk::Fate fate;
    if (draw(100) >= loss_percent) {
      fate.push_back(1ms + std::chrono::microseconds{draw(100) < late_percent ? draw(10'000) : 0u});
    }
    while (draw(100) < copies_percent) fate.push_back(std::chrono::microseconds{500 + draw(20'000)});
    return fate;
  };
}

TEST(Fragments, MessageArrivesAsItWasWhichOneDatagramCannotCarry) {
  for (const Side side : {Side::Client, Side::Server}) {
    FragmentDesk desk;
    FragmentDesk::End& from = side == Side::Client ? desk.client : desk.server;
    FragmentDesk::End& to = side == Side::Client ? desk.server : desk.client;
    const Transmit message = large_message(side, 1, 100'000);
    ASSERT_TRUE(desk.send(from, message));
    ASSERT_TRUE(desk.run_until_received(to, 1, 10s));
    expect_same(to.received[0], message);
    desk.run_for(10s);
    EXPECT_EQ(to.received.size(), 1u);
    EXPECT_EQ(from.layer.counters().completed, 1u);
    EXPECT_EQ(from.layer.counters().fragments_lost, 0u);
    EXPECT_EQ(from.layer.sending_bytes(), 0u);
    EXPECT_EQ(to.layer.reassembly_bytes(), 0u);
    EXPECT_EQ(from.layer.next_timeout(), kNever);
    EXPECT_EQ(to.layer.next_timeout(), kNever);
  }
}

TEST(Fragments, SmallMessageIsLeftToTheCore) {
  FragmentDesk desk;
  EXPECT_FALSE(desk.send(desk.client, 1, 1'000));
  EXPECT_EQ(desk.sent.size(), 0u);
  EXPECT_EQ(desk.client.beside.size(), 1u);
}

TEST(Fragments, PathThatIsTooNarrowForThemIsLeftAlone) {
  FragmentDesk desk;
  desk.client.owner.path.message_max = desk.server.owner.path.message_max = 143;
  EXPECT_TRUE(desk.send(desk.client, 1, 1'000));  // it is lost: there is no way to send it
  desk.run_for(1s);
  EXPECT_EQ(desk.sent.size(), 0u);
  desk.client.owner.path.message_max = desk.server.owner.path.message_max = 144;
  ASSERT_TRUE(desk.send(desk.client, 2, 1'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
}

TEST(Fragments, EverySizeAroundABoundaryArrives) {
  const std::size_t header = large_message(Side::Client, 1, 0).header.size();
  const std::size_t payload = (1'200 - kFragmentHeaderSize) / 8 * 8;
  for (const std::size_t whole : {1'201ul, 2 * payload - 1, 2 * payload, 2 * payload + 1, 3 * payload,
                                  64 * payload + 1, 65 * payload, 66 * payload, 130 * payload + 7}) {
    FragmentDesk desk;
    const Transmit message = large_message(Side::Client, whole, whole - header);
    ASSERT_TRUE(desk.send(desk.client, message));
    ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s)) << whole;
    expect_same(desk.server.received[0], message);
  }
}

TEST(Fragments, HeaderThatDoesNotFitADatagramIsTakenApartAsWell) {
  FragmentDesk desk;
  Transmit message = large_message(Side::Client, 1, 5'000);
  SessionMessage request;
  request.type = MessageType::Request;
  request.session = kFragmentSession;
  request.sequence = 1;
  request.body_length = 5'000;
  const std::string key(4'000, 'k');
  write(request, as_bytes(key), message.header);
  ASSERT_TRUE(desk.send(desk.client, message));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  expect_same(desk.server.received[0], message);
}

TEST(Fragments, ArriveUnderEveryLossCopiesAndReordering) {
  for (unsigned loss = 0; loss <= 50; loss += 10) {
    for (const unsigned copies : {0u, 30u}) {
      for (const unsigned late : {0u, 40u}) {
        FragmentDesk desk;
        desk.fate = rough(loss + copies + late + 1, loss, copies, late);
        const Transmit message = large_message(Side::Client, 1, 300'000);
        ASSERT_TRUE(desk.send(desk.client, message));
        ASSERT_TRUE(desk.run_until_received(desk.server, 1)) << loss << " " << copies << " " << late;
        expect_same(desk.server.received[0], message);
        desk.run_for(5min);
        EXPECT_EQ(desk.server.received.size(), 1u);
        // Where half of everything is lost, a reassembly may stall for too long.
        EXPECT_TRUE(loss == 50 || desk.client.layer.counters().restarted == 0)
            << loss << " " << copies << " " << late;
        EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
        EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
      }
    }
  }
}

TEST(Fragments, AnySingleLossIsRepairedWithoutWaitingForATimerUnlessItIsTheLast) {
  constexpr std::uint32_t kFragments = 30;
  constexpr std::size_t kSize = kFragments * 1'120 - 112;
  for (std::uint32_t lost = 0; lost < kFragments; ++lost) {
    FragmentDesk desk;
    bool done = false;
    desk.fate = [&](const Datagram& datagram) {
      if (datagram.kind() == FragmentKind::Fragment && datagram.fragment().index == lost &&
          !std::exchange(done, true)) {
        return FragmentDesk::Fate{};
      }
      return FragmentDesk::Fate{1ms};
    };
    const Transmit message = large_message(Side::Client, 1, kSize);
    ASSERT_TRUE(desk.send(desk.client, message));
    ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
    expect_same(desk.server.received[0], message);
    EXPECT_EQ(desk.sent_of(FragmentKind::Fragment).size(), kFragments + 1) << lost;
    EXPECT_EQ(desk.client.layer.counters().timeouts, lost == kFragments - 1 ? 1u : 0u) << lost;
  }
}

TEST(Fragments, AnySingleLostAcknowledgementIsRepaired) {
  for (std::size_t lost = 0; lost < 20; ++lost) {
    FragmentDesk desk;
    std::size_t acks = 0;
    desk.fate = [&](const Datagram& datagram) {
      const bool is_ack = datagram.kind() == FragmentKind::Ack;
      return is_ack && acks++ == lost ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms};
    };
    ASSERT_TRUE(desk.send(desk.client, 1, 35'000));
    ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
    desk.run_for(10s);
    EXPECT_EQ(desk.client.layer.counters().completed, 1u) << lost;
    EXPECT_EQ(desk.server.received.size(), 1u);
  }
}

TEST(Fragments, SixteenMebibytesArriveUnderTwentyPercentLoss) {
  FragmentDesk desk;
  desk.client.owner.path.message_max = desk.server.owner.path.message_max = 60'000;
  desk.client.owner.path.local = desk.server.owner.path.local = true;
  desk.fate = rough(5, 20, 0, 0);
  const Transmit message = large_message(Side::Client, 1, 16u << 20);
  ASSERT_TRUE(desk.send(desk.client, message));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1));
  expect_same(desk.server.received[0], message);
  EXPECT_LE(desk.largest, 60'000u);
  // What is lost is sent again, and little else.
  EXPECT_LT(desk.client.layer.counters().fragments_sent, 281 * 14 / 10);
}

TEST(Fragments, MessagesTakeTurnsAndAreNotMixedUp) {
  FragmentDesk desk;
  desk.fate = rough(3, 20, 10, 20);
  std::vector<Transmit> messages;
  for (Sequence number = 1; number <= 20; ++number) {
    messages.push_back(large_message(Side::Client, number, 20'000 + 1'000 * number));
    ASSERT_TRUE(desk.send(desk.client, messages.back()));
  }
  ASSERT_TRUE(desk.run_until_received(desk.server, 20));
  for (const Slice& received : desk.server.received) {
    Prefix prefix;
    SessionMessage request;
    ASSERT_EQ(read_prefix(received, prefix), Errc::ok);
    ASSERT_EQ(read(received, prefix, request), Errc::ok);
    expect_same(received, messages[request.sequence - 1]);
  }
  desk.run_for(1min);
  EXPECT_EQ(desk.server.received.size(), 20u);
}

TEST(Fragments, NoMoreTransfersAreUnderWayThanAgreed) {
  FragmentDesk desk;
  for (Sequence number = 1; number <= 20; ++number) desk.send(desk.client, number, 20'000);
  ASSERT_TRUE(desk.run_until_received(desk.server, 20));
  EXPECT_EQ(desk.server.layer.counters().refused, 0u);
}

// --- The same message again

TEST(Fragments, MessageThatIsUnderWayIsNotBegunAgain) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  const std::size_t sent = desk.sent.size();
  EXPECT_TRUE(desk.send(desk.client, 1, 100'000));
  EXPECT_EQ(desk.sent.size(), sent);
  ASSERT_TRUE(desk.run_until_received(desk.server, 1));
  desk.run_for(10s);
  EXPECT_EQ(desk.server.received.size(), 1u);
  EXPECT_EQ(desk.client.layer.counters().transfers, 1u);
}

TEST(Fragments, ReplyThatIsUnderWayAndIsAskedForAgainIsAnsweredWithWorking) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.server, 1, 100'000));
  EXPECT_FALSE(desk.send(desk.server, 1, 100'000));
  Transmit lost = large_message(Side::Server, 1, 0);
  lost.header[7] = static_cast<std::uint8_t>(MessageType::ReplyLost);
  EXPECT_FALSE(desk.send(desk.server, lost));
  ASSERT_EQ(desk.server.beside.size(), 2u);
  for (const Slice& beside : desk.server.beside) {
    Prefix prefix;
    Answer answer;
    ASSERT_EQ(read_prefix(beside, prefix), Errc::ok);
    ASSERT_EQ(read(beside, prefix, answer), Errc::ok);
    EXPECT_EQ(answer.type, MessageType::Working);
    EXPECT_EQ(answer.sequence, 1u);
  }
}

TEST(Fragments, RequestOfAnotherEpochTakesThePlaceOfTheOldOne) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 100'000));
  Transmit resumed = large_message(Side::Client, 1, 100'000);
  SessionMessage request;
  request.type = MessageType::Request;
  request.session = kFragmentSession;
  request.sequence = 1;
  request.expected = {1, 2};
  request.body_length = 100'000;
  request.body_checksum = crc32c(resumed.body);
  write(request, {}, resumed.header);
  ASSERT_TRUE(desk.send(desk.client, resumed));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1));
  desk.run_for(10s);
  ASSERT_EQ(desk.server.received.size(), 1u);
  expect_same(desk.server.received[0], resumed);
}

// --- Ends

TEST(Fragments, TransferEndsWhenItsSenderWantsItNoMore) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  desk.run_for(5ms);
  EXPECT_GT(desk.server.layer.reassembly_bytes(), 0u);
  desk.client.owner.unwanted.insert(1);
  desk.run_for(100ms);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
  const std::size_t sent = desk.sent.size();
  // The next transfer tells the receiver that the first is over.
  ASSERT_TRUE(desk.send(desk.client, 2, 5'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 10s));
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  EXPECT_LT(desk.sent.size(), sent + 20);
}

TEST(Fragments, TransferEndsWhenItsReceiverWantsItNoMore) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.server, 1, 1'000'000));
  desk.run_for(5ms);
  desk.client.owner.unwanted.insert(1);
  desk.run_for(1s);
  EXPECT_EQ(desk.server.layer.sending_bytes(), 0u);
  EXPECT_EQ(desk.client.layer.reassembly_bytes(), 0u);
  EXPECT_EQ(desk.server.layer.counters().unwanted, 1u);
}

TEST(Fragments, NothingIsLeftOfASessionThatHasEnded) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 1'000'000));
  desk.run_for(5ms);
  desk.client.owner.sessions.clear();
  desk.server.owner.sessions.clear();
  desk.run_for(10s);
  EXPECT_EQ(desk.client.layer.peers() + desk.server.layer.peers(), 0u);
  EXPECT_EQ(desk.client.layer.sending_bytes(), 0u);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  EXPECT_EQ(desk.client.layer.next_timeout(), kNever);
}

TEST(Fragments, LateCopyOfACompleteTransferIsAnsweredAndNotReassembledAnew) {
  FragmentDesk desk;
  ASSERT_TRUE(desk.send(desk.client, 1, 50'000));
  ASSERT_TRUE(desk.run_until_received(desk.server, 1));
  desk.run_for(1s);
  const auto fragments = desk.sent_of(FragmentKind::Fragment);
  const std::size_t sent = desk.sent.size();
  for (const Datagram& fragment : fragments) desk.deliver(fragment);
  EXPECT_EQ(desk.server.received.size(), 1u);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  ASSERT_GT(desk.sent.size(), sent);
  for (std::size_t i = sent; i < desk.sent.size(); ++i) {
    EXPECT_EQ(desk.sent[i].ack().status, TransferStatus::Complete);
  }
}

TEST(Fragments, ReceiverThatHasForgottenWhatItHadIsSentEverything) {
  FragmentDesk desk;
  bool dead = false;
  desk.fate = [&](const Datagram&) { return dead ? FragmentDesk::Fate{} : FragmentDesk::Fate{1ms}; };
  const Transmit message = large_message(Side::Client, 1, 1'000'000);
  ASSERT_TRUE(desk.send(desk.client, message));
  desk.run_for(10ms);
  dead = true;
  desk.run_for(15s);  // beyond the time for which a reassembly may stall
  EXPECT_EQ(desk.server.layer.counters().stalled, 1u);
  EXPECT_EQ(desk.server.layer.reassembly_bytes(), 0u);
  dead = false;
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  expect_same(desk.server.received[0], message);
}

// --- Flow

TEST(Flow, BurstsStaySmallOnALongWay) {
  FragmentDesk desk;
  desk.fate = [](const Datagram&) { return FragmentDesk::Fate{25ms}; };
  ASSERT_TRUE(desk.send(desk.client, 1, 4'000'000));
  std::map<Time, std::size_t> at;
  desk.run_for(100ms);  // the first flight may be sent as one
  const auto inner = desk.fate;
  desk.fate = [&](const Datagram& datagram) {
    if (datagram.to_server) ++at[desk.now];
    return inner(datagram);
  };
  ASSERT_TRUE(desk.run_until_received(desk.server, 1, 1min));
  std::size_t largest = 0;
  for (const auto& [time, count] : at) largest = std::max(largest, count);
  EXPECT_GE(at.size(), 100u);
  // Four, or what the pace allows in a millisecond if that is more.
  EXPECT_LE(largest, 30u);
}

TEST(Flow, WindowOpensUpToTheFlightLimitAndLossHalvesIt) {
  CongestionWindow window{1'000, 100'000, 2};
  EXPECT_EQ(window.window(), 10'000u);
  const auto round = [&] {
    std::size_t sent = 0;
    for (; window.has_room(1'000); sent += 1'000) window.sent(1'000);
    for (std::size_t left = sent; left > 0; left -= 1'000) window.acknowledged(1'000);
  };
  for (int i = 0; i < 20; ++i) round();
  EXPECT_EQ(window.window(), 100'000u);
  window.lost(10, 20);
  EXPECT_EQ(window.window(), 50'000u);
  window.lost(15, 25);  // of the same round trip
  EXPECT_EQ(window.window(), 50'000u);
  window.lost(21, 30);
  EXPECT_EQ(window.window(), 25'000u);
  window.timed_out(40);
  EXPECT_EQ(window.window(), 2'000u);
  for (int i = 0; i < 5; ++i) round();
  EXPECT_GT(window.window(), 12'000u);  // slow start, up to half of what it was
  const std::size_t before = window.window();
  round();
  EXPECT_LE(window.window(), before + 1'000);  // then one datagram per round trip
}

TEST(Flow, WindowThatIsNotUsedDoesNotGrow) {
  CongestionWindow window{1'000, 1'000'000, 2};
  for (int i = 0; i < 100; ++i) {
    window.sent(1'000);
    window.acknowledged(1'000);
  }
  EXPECT_EQ(window.window(), 10'000u);
}

}  // namespace
}  // namespace once::core::testing
