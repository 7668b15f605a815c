// How sessions come and go: handshake, cookies, versions, limits, leases, goodbye, new lives of either side.
#include <set>

#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

// --- The handshake at the server

TEST(Handshake, CookieIsAskedOfAnUnprovenAddressAndNothingIsKept) {
  ServerDesk desk;
  desk.path.validated = false;
  desk.deliver(ServerDesk::message(desk.hello()));
  ASSERT_TRUE(desk.answered(MessageType::Cookie));
  EXPECT_LE(desk.last().size, kHelloSize);
  EXPECT_EQ(desk.last().cookie.nonce, 1u);
  EXPECT_EQ(desk.server->sessions(), 0u);

  Hello again = desk.hello();
  again.cookie = desk.last().cookie.cookie;
  desk.deliver(ServerDesk::message(again));
  ASSERT_TRUE(desk.answered(MessageType::Welcome));
  EXPECT_LE(desk.last().size, kHelloSize);
  EXPECT_EQ(desk.server->sessions(), 1u);
}

TEST(Handshake, CookieIsBoundToAddressInstanceNonceAndTime) {
  ServerDesk desk;
  desk.path.validated = false;
  desk.deliver(ServerDesk::message(desk.hello()));
  const std::uint64_t cookie = desk.last().cookie.cookie;
  const Path right = desk.path;
  const auto is_refused = [&](Hello hello) {
    hello.cookie = cookie;
    desk.deliver(ServerDesk::message(hello));
    return desk.answered(MessageType::Cookie);
  };
  desk.path.port = 4001;
  EXPECT_TRUE(is_refused(desk.hello()));
  desk.path = right;
  desk.path.address[15] = 9;
  EXPECT_TRUE(is_refused(desk.hello()));
  desk.path = right;
  EXPECT_TRUE(is_refused(desk.hello(2)));
  EXPECT_TRUE(is_refused(desk.hello(1, 2)));
  desk.now += 61s;
  EXPECT_TRUE(is_refused(desk.hello()));
  desk.now -= 31s;  // the next time slot: still good
  EXPECT_FALSE(is_refused(desk.hello()));
}

TEST(Handshake, CopyOfAHelloGetsTheSameSessionWhileItLives) {
  ServerDesk desk;
  const SessionId first = desk.open();
  EXPECT_EQ(desk.open(), first);
  EXPECT_EQ(desk.server->sessions(), 1u);
  desk.say(desk.header(MessageType::Bye));
  EXPECT_NE(desk.open(), first);
}

TEST(Handshake, NewNonceGetsANewSession) {
  ServerDesk desk;
  const SessionId first = desk.open(1);
  EXPECT_NE(desk.open(2), first);
  EXPECT_EQ(desk.server->sessions(), 2u);
}

TEST(Handshake, SessionIdsNameTheLoopAndNeverRepeat) {
  ServerDesk desk;
  std::set<SessionId> seen;
  for (std::uint64_t nonce = 1; nonce <= 10'000; ++nonce) {
    const SessionId id = desk.open(nonce);
    EXPECT_EQ(id & 0xFF, 5u);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST(Handshake, HelloOfAForeignPrincipalDoesNotReachTheSession) {
  ServerDesk desk;
  desk.open();
  desk.path.principal = 3;
  desk.deliver(ServerDesk::message(desk.hello()));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().wrong_principal, 1u);
}

TEST(Handshake, UnknownVersionIsToldTheSupportedRange) {
  ServerDesk desk;
  Bytes octets;
  write(desk.hello(77), octets);
  octets[6] = 9;
  reseal(octets);
  desk.deliver(Slice::copy_of(octets));
  ASSERT_TRUE(desk.answered(MessageType::Versions));
  EXPECT_EQ(desk.last().versions.nonce, 77u);
  EXPECT_EQ(desk.last().versions.version_max, kVersion);
  EXPECT_LE(desk.last().size, octets.size());
  EXPECT_EQ(desk.counters().bad_version, 1u);
}

TEST(Handshake, UnknownVersionOfAnythingElseIsDropped) {
  ServerDesk desk;
  desk.open();
  Bytes octets;
  write(desk.header(MessageType::Probe, 1), {}, octets);
  octets[6] = 2;
  reseal(octets);
  desk.deliver(Slice::copy_of(octets));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().bad_version, 1u);
}

TEST(Handshake, HelloWithoutACommonVersionIsToldTheSupportedRange) {
  ServerDesk desk;
  Hello hello = desk.hello();
  hello.version_min = 2;
  hello.version_max = 3;
  desk.deliver(ServerDesk::message(hello));
  EXPECT_TRUE(desk.answered(MessageType::Versions));
  EXPECT_EQ(desk.server->sessions(), 0u);
}

TEST(Handshake, TooManySessionsAreRefused) {
  ServerLimits limits;
  limits.sessions_max = 2;
  ServerDesk desk{limits};
  desk.open(1);
  desk.open(2);
  desk.deliver(ServerDesk::message(desk.hello(3)));
  ASSERT_TRUE(desk.answered(MessageType::Refused));
  EXPECT_EQ(desk.last().refused.reason, Errc::overloaded);
  EXPECT_EQ(desk.last().refused.retry_after_ms, 50u);
}

TEST(Handshake, ShortHelloIsMalformed) {
  ServerDesk desk;
  Bytes octets;
  write(desk.hello(), octets);
  octets.resize(64);
  store<std::uint32_t>(octets.data(), 64);
  store<std::uint16_t>(octets.data() + 10, 64);
  reseal(octets);
  desk.deliver(Slice::copy_of(octets));
  EXPECT_TRUE(desk.silent());  // an answer might be larger
  EXPECT_EQ(desk.counters().malformed, 1u);
}

TEST(Handshake, SpoofedHellosLeaveNothingBehind) {
  ServerDesk desk;
  desk.path.validated = false;
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    desk.path.address[14] = static_cast<std::uint8_t>(i);
    desk.deliver(ServerDesk::message(desk.hello(i + 1, i)));
    ASSERT_TRUE(desk.answered(MessageType::Cookie));
  }
  EXPECT_EQ(desk.server->sessions(), 0u);
  EXPECT_EQ(desk.server->records(), 0u);
  EXPECT_EQ(desk.counters().cookies, 100'000u);
}

// --- Leases

TEST(Lease, EndsTheSessionAndItsQueuedCallsAndOrphansItsRunningOnes) {
  ServerDesk desk;
  desk.open();
  desk.run(1);
  desk.request(2);
  desk.request(3);
  ASSERT_TRUE(desk.start(2));
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 60s);
  desk.now += 60s;
  desk.expire();
  EXPECT_EQ(desk.server->sessions(), 0u);
  EXPECT_EQ(desk.counters().sessions_expired, 1u);
  EXPECT_EQ(desk.server->records(), 1u);
  EXPECT_EQ(desk.server->reply_bytes(), 0u);
  ASSERT_EQ(desk.abandoned.size(), 1u);
  EXPECT_EQ(desk.abandoned[0].reason, Abandoned::Reason::SessionEnded);
  EXPECT_FALSE(desk.start(1));
  desk.reply(2);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->records(), 0u);
  EXPECT_EQ(desk.server->next_timeout(), kNever);
}

TEST(Lease, IsRenewedByANewerMessageOnly) {
  ServerDesk desk;
  desk.open();
  SessionMessage first = desk.header(MessageType::Probe, 1);
  desk.now += 10s;
  desk.say(first);
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 60s);
  desk.now += 10s;
  desk.say(first);  // a copy, replayed
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 50s);
  desk.now += 10s;
  desk.probe(1);
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 60s);
}

TEST(Lease, BeginsWithTheHelloThatWasAnsweredLast) {
  ServerDesk desk;
  desk.open();
  desk.now += 50s;
  desk.open();  // its WELCOME was lost
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 60s);
  desk.probe(1);
  desk.now += 10s;
  desk.open();  // a late copy
  EXPECT_EQ(desk.server->next_timeout(), desk.now + 50s);
}

TEST(Lease, IsJudgedOnlyAfterPendingInput) {
  ServerDesk desk;
  desk.open();
  desk.now += 1h;  // the server was suspended; the client's message waited in the socket
  desk.probe(1);
  EXPECT_TRUE(desk.answered(MessageType::Unseen));
  desk.expire();
  EXPECT_EQ(desk.server->sessions(), 1u);
}

TEST(Lease, ExpiresInTheOrderOfTheLatestMessages) {
  ServerDesk desk;
  const SessionId first = desk.open(1);
  desk.now += 1s;
  const SessionId second = desk.open(2);
  desk.now += 1s;
  desk.session = first;
  desk.probe(1);
  desk.now += 59s;
  desk.expire();
  Path path;
  EXPECT_TRUE(desk.server->path_of(first, path));
  EXPECT_FALSE(desk.server->path_of(second, path));
}

TEST(Goodbye, EndsTheSessionAndIsNotAnswered) {
  ServerDesk desk;
  desk.open();
  desk.run(1);
  desk.say(desk.header(MessageType::Bye));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->sessions(), 0u);
  EXPECT_EQ(desk.server->records(), 0u);
  EXPECT_EQ(desk.counters().sessions_ended, 1u);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::NoSession));
}

// --- Limits

TEST(Limits, OrphansOfEndedSessionsCountAgainstTheirClient) {
  ServerLimits limits;
  limits.running_per_client_max = 2;
  ServerDesk desk{limits};
  for (std::uint64_t life = 1; life <= 2; ++life) {
    desk.open(life);
    desk.request(1);
    ASSERT_TRUE(desk.start(life - 1));
    desk.say(desk.header(MessageType::Bye));
  }
  desk.open(3);
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::overloaded);
  desk.reply(0);  // one orphan ends
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));  // the refusal sticks
  desk.request(2);
  EXPECT_TRUE(desk.start(2));
  EXPECT_EQ(desk.counters().orphans, 2u);
}

TEST(Limits, OtherClientsAreNotHeldUpByOne) {
  ServerLimits limits;
  limits.running_per_client_max = 1;
  ServerDesk desk{limits};
  desk.open(1, 1);
  desk.request(1);
  ASSERT_TRUE(desk.start(0));
  desk.open(1, 2);
  desk.request(1);
  EXPECT_TRUE(desk.start(1));
}

TEST(Limits, RunningCallsOfTheServerAreBounded) {
  ServerLimits limits;
  limits.running_max = 1;
  ServerDesk desk{limits};
  desk.open();
  desk.request(1);
  desk.request(2);
  EXPECT_TRUE(desk.start(0));
  EXPECT_FALSE(desk.start(1));
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::overloaded);
  EXPECT_EQ(desk.last().answer.retry_after_ms, 50u);
  EXPECT_EQ(desk.counters().overloaded, 1u);
}

TEST(Limits, QueueIsBounded) {
  ServerLimits limits;
  limits.queued_max = 6;  // of which a lone client may take half
  ServerDesk desk{limits};
  desk.open();
  for (Sequence number = 1; number <= 4; ++number) desk.request(number);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.arrivals.size(), 3u);
}

TEST(Limits, WithoutRoomForARecordTheRefusalSticksAllTheSame) {
  ServerLimits limits;
  limits.records_max = 1;
  ServerDesk desk{limits};
  desk.open();
  desk.request(1);
  desk.request(2);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  desk.ack(1);  // room again
  desk.request(2);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.counters().refused_again, 1u);
  desk.request(3);
  EXPECT_EQ(desk.arrivals.size(), 2u);
}

TEST(Limits, BodyBeyondTheAgreedLimitIsRefused) {
  ServerLimits limits;
  limits.message_max = 3;
  ServerDesk desk{limits};
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::message_too_large);
}

TEST(Drain, RefusesWhatIsNewAndFinishesWhatRuns) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  ASSERT_TRUE(desk.start());
  desk.server->drain(desk.now);
  EXPECT_FALSE(desk.server->idle());
  desk.request(2);
  ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
  EXPECT_EQ(desk.last().answer.reason, Errc::shutting_down);
  desk.deliver(ServerDesk::message(desk.hello(2)));
  ASSERT_TRUE(desk.answered(MessageType::Refused));
  EXPECT_EQ(desk.last().refused.reason, Errc::shutting_down);
  desk.reply();
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_TRUE(desk.server->idle());
}

// --- The window's grant

TEST(WindowGrant, StartsSmallFollowsUseAndShrinksWhenUnused) {
  ServerDesk desk;
  desk.open();
  EXPECT_EQ(desk.last().welcome.window, 8u);
  std::uint16_t grant = 8;
  for (Sequence number = 1; number <= 60; ++number) {
    desk.run(number);
    grant = desk.last().answer.window;
  }
  EXPECT_EQ(grant, 64);
  for (Sequence number = 61; number <= 1'000; ++number) {
    desk.acknowledgement = {number - 1, 0};
    desk.run(number);
    grant = desk.last().answer.window;
  }
  EXPECT_EQ(grant, 8);
  // What was granted once stays usable: the client may not know better yet.
  desk.request(1'063);
  EXPECT_EQ(desk.counters().over_window, 0u);
}

TEST(WindowGrant, IsNeverMoreThanTheClientAsksFor) {
  ServerDesk desk;
  Hello hello = desk.hello();
  hello.window_max = 2;
  desk.deliver(ServerDesk::message(hello));
  desk.session = desk.last().welcome.session;
  EXPECT_EQ(desk.last().welcome.window, 2u);
  desk.run(1);
  desk.run(2);
  EXPECT_EQ(desk.last().answer.window, 2);
  desk.request(3);
  EXPECT_EQ(desk.counters().over_window, 1u);
}

// --- Two servers, and messages that went astray

TEST(Reflection, ServerNeverAnswersAServersMessage) {
  ServerDesk desk;
  desk.open();
  desk.request(1);
  std::vector<Bytes> messages;
  Bytes octets(kServerHeaderMax);
  for (const MessageType type :
       {MessageType::Reply, MessageType::NotExecuted, MessageType::Working, MessageType::Unseen,
        MessageType::Collision, MessageType::WrongEpoch, MessageType::NoSession}) {
    Answer answer;
    answer.type = type;
    answer.session = desk.session;
    answer.sequence = 1;
    octets.resize(write(answer, octets.data()));
    messages.push_back(octets);
  }
  octets.resize(kServerHeaderMax);
  octets.resize(write(Refused{1, Errc::overloaded, 1, 0}, octets.data()));
  messages.push_back(octets);
  for (const Bytes& message : messages) {
    desk.deliver(Slice::copy_of(message));
    EXPECT_TRUE(desk.silent());
  }
  EXPECT_EQ(desk.counters().unexpected, messages.size());
}

TEST(Reflection, NoAnswerOutsideASessionIsLargerThanWhatItAnswers) {
  ServerDesk desk;
  desk.path.validated = false;
  for (const MessageType type :
       {MessageType::Request, MessageType::Cancel, MessageType::Probe, MessageType::Ack, MessageType::Bye}) {
    for (const bool right_epoch : {true, false}) {
      SessionMessage message = desk.header(type, 1);
      message.session = 99;
      if (!right_epoch) message.expected = {};
      const Slice whole = ServerDesk::message(message);
      desk.deliver(whole);
      for (const Sent& sent : desk.sent) EXPECT_LE(sent.size, whole.size());
    }
  }
}

}  // namespace
}  // namespace once::core::testing
