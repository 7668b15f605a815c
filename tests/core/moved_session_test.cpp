// What a server does with a session's messages from an address that has not shown that it receives (V16).
#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

class MovedSession : public ::testing::Test {
 protected:
  MovedSession() {
    desk.path.validated = false;
    desk.deliver(ServerDesk::message(desk.hello()));
    Hello again = desk.hello();
    again.cookie = desk.last().cookie.cookie;
    desk.deliver(ServerDesk::message(again));
    desk.session = desk.last().welcome.session;
    home = desk.path;
    desk.run(1, std::string(10'000, 'r'));
  }
  void go_to(std::uint16_t port) { desk.path.port = port; }
  std::uint16_t port() const {
    Path path;
    return desk.server->path_of(desk.session, path) ? path.port : std::uint16_t{0};
  }
  /// Of the challenge that a PROBE gets from where the client is.
  std::uint64_t cookie() {
    desk.probe(1);
    ONCE_ASSERT(desk.answered(MessageType::PathChallenge));
    return desk.last().challenge.cookie;
  }
  SessionMessage response(std::uint64_t cookie) {
    SessionMessage message = desk.header(MessageType::PathResponse);
    message.cookie = cookie;
    return message;
  }
  void respond(std::uint64_t cookie) { desk.say(response(cookie)); }

  ServerDesk desk;
  Path home;
};

TEST(PathResponse, IsAMessageOfItsSessionWithACookie) {
  SessionMessage message;
  message.type = MessageType::PathResponse;
  message.session = 0x0102030405060708;
  message.counter = 9;
  message.expected = {1, 2};
  message.cookie = 0x4142434445464748;
  Bytes octets;
  write(message, {}, octets);
  EXPECT_EQ(octets.size(), 72u);
  EXPECT_EQ(octets[7], 0x07);
  EXPECT_EQ(load<std::uint64_t>(octets.data() + 64), message.cookie);
  Prefix prefix;
  SessionMessage in;
  ASSERT_EQ(read_prefix(octets, prefix), Errc::ok);
  ASSERT_EQ(read(octets, prefix, in), Errc::ok);
  EXPECT_EQ(in.session, message.session);
  EXPECT_EQ(in.counter, message.counter);
  EXPECT_EQ(in.expected, message.expected);
  EXPECT_EQ(in.cookie, message.cookie);
  octets.resize(kSessionSize);
  seal(octets, MessageType::PathResponse, 0, 0);
  ASSERT_EQ(read_prefix(octets, prefix), Errc::ok);
  EXPECT_EQ(read(octets, prefix, in), Errc::truncated);
}

TEST_F(MovedSession, IsNotJudgedButChallengedWithLessThanCame) {
  go_to(4001);
  const ServerCounters before = desk.counters();
  for (const MessageType type : {MessageType::Request, MessageType::Cancel, MessageType::Probe}) {
    for (const Semantics semantics : {Semantics::AtMostOnce, Semantics::AtLeastOnce}) {
      for (const Sequence number :
           {Sequence{1}, Sequence{2}, Sequence{100}}) {  // done, new, beyond the window
        SessionMessage message = desk.header(type, number);
        message.semantics = semantics;
        desk.say(message, "", "");
        ASSERT_TRUE(desk.answered(MessageType::PathChallenge));
        EXPECT_EQ(desk.last().size, kPathChallengeSize);
        EXPECT_LE(desk.last().size, kCallSize);
        EXPECT_EQ(desk.last().to, desk.path);
        EXPECT_EQ(desk.last().challenge.session, desk.session);
        EXPECT_EQ(desk.last().challenge.counter, message.counter);
        EXPECT_NE(desk.last().challenge.cookie, 0u);
      }
    }
  }
  EXPECT_EQ(desk.counters().challenged, before.challenged + 18);
  EXPECT_EQ(desk.counters().fresh, before.fresh);
  EXPECT_EQ(desk.counters().replay, before.replay);
  EXPECT_EQ(desk.arrivals.size(), 1u);
  EXPECT_EQ(port(), home.port);
}

TEST_F(MovedSession, IsWhereItsClientShowsThatItReceives) {
  go_to(4001);
  respond(cookie());
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(port(), 4001);
  EXPECT_EQ(desk.counters().moved, 1u);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().to.port, 4001);
  // The address before has to be shown again.
  go_to(home.port);
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::PathChallenge));
}

TEST_F(MovedSession, IsAcknowledgedAndEndedFromAnywhere) {
  go_to(4001);
  ASSERT_EQ(desk.server->records(), 1u);
  desk.ack(1);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->records(), 0u);
  EXPECT_EQ(port(), home.port);
  desk.say(desk.header(MessageType::Bye));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.server->sessions(), 0u);
}

TEST_F(MovedSession, AppliesTheAcknowledgementOfWhatItChallenges) {
  go_to(4001);
  desk.acknowledgement = {1, 0};
  desk.request(2);
  EXPECT_TRUE(desk.answered(MessageType::PathChallenge));
  EXPECT_EQ(desk.server->records(), 0u);
}

TEST_F(MovedSession, IsKeptByWhatItChallengesAndByTheProof) {
  const auto lease = desk.config.limits.lease;
  go_to(4001);
  desk.now += lease - 1s;
  const std::uint64_t cookie_of_then = cookie();
  desk.now += lease - 1s;
  desk.expire();
  ASSERT_EQ(desk.server->sessions(), 1u);
  respond(cookie_of_then);  // too late for that, yet heard
  desk.now += lease - 1s;
  desk.expire();
  EXPECT_EQ(desk.server->sessions(), 1u);
  EXPECT_EQ(port(), home.port);
}

TEST_F(MovedSession, GoesNowhereWithAnotherCookie) {
  go_to(4001);
  const std::uint64_t right = cookie();
  const auto stays = [&](std::uint64_t cookie) {
    respond(cookie);
    return desk.silent() && port() == home.port;
  };
  EXPECT_TRUE(stays(0));
  EXPECT_TRUE(stays(right ^ 1));
  // Of another address.
  go_to(4002);
  EXPECT_TRUE(stays(right));
  go_to(4001);
  desk.path.address[3] = 7;
  EXPECT_TRUE(stays(right));
  desk.path.address[3] = 0;
  // Of a HELLO.
  Hello hello = desk.hello();
  hello.nonce = 0;
  hello.instance = {desk.session, 0};
  desk.deliver(ServerDesk::message(hello));
  EXPECT_TRUE(stays(desk.last().cookie.cookie));
  // Old.
  desk.now += 61s;
  EXPECT_TRUE(stays(right));
  desk.now -= 31s;  // the next time slot: still good
  EXPECT_FALSE(stays(right));
}

TEST_F(MovedSession, GoesNowhereWithTheCookieOfAnotherSession) {
  const SessionId first = desk.session;
  go_to(4001);
  const std::uint64_t right = cookie();
  desk.path = home;
  desk.path.validated = true;
  desk.open(2);
  desk.path.validated = false;
  go_to(4001);
  respond(right);
  EXPECT_EQ(port(), home.port);
  EXPECT_NE(cookie(), right);
  desk.session = first;
  respond(right);
  EXPECT_EQ(port(), 4001);
}

TEST_F(MovedSession, IsNotTakenBackByACopyOfAnEarlierProof) {
  go_to(4001);
  const SessionMessage first = response(cookie());
  desk.say(first);
  go_to(4002);
  respond(cookie());
  ASSERT_EQ(port(), 4002);
  go_to(4001);
  desk.say(first);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(port(), 4002);
  EXPECT_EQ(desk.counters().moved, 2u);
}

TEST_F(MovedSession, GoesAlsoIfWhatWasSentLaterOvertakesTheProof) {
  go_to(4001);
  const SessionMessage proof = response(cookie());
  desk.request(2);
  ASSERT_TRUE(desk.answered(MessageType::PathChallenge));
  desk.ack(0);
  desk.say(proof);
  EXPECT_EQ(port(), 4001);
}

TEST_F(MovedSession, NeedsNoProofOverAStream) {
  go_to(4001);
  desk.path.link = 9;
  desk.path.validated = true;
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().to, desk.path);
  // What the stream has shown says nothing about datagrams.
  desk.path.link = 1;
  desk.path.validated = false;
  desk.request(1);
  EXPECT_TRUE(desk.answered(MessageType::PathChallenge));
}

TEST_F(MovedSession, NeedsNoProofAtAnotherSocketOfTheServer) {
  desk.path.link = 2;
  desk.request(1);
  ASSERT_TRUE(desk.answered(MessageType::Reply));
  EXPECT_EQ(desk.last().to.link, 2u);
}

TEST_F(MovedSession, AnswersThatNeedNoSessionAreAsEver) {
  go_to(4001);
  SessionMessage message = desk.header(MessageType::Probe, 1);
  message.expected.random ^= 1;
  desk.say(message);
  EXPECT_TRUE(desk.answered(MessageType::WrongEpoch));
  message = desk.header(MessageType::Probe, 1);
  message.session ^= 0x100;
  desk.say(message);
  EXPECT_TRUE(desk.answered(MessageType::NoSession));
  message = response(1);
  message.expected.random ^= 1;
  desk.say(message);
  EXPECT_TRUE(desk.silent());
}

TEST_F(MovedSession, IsWhereTheNewestHelloCameFromUntilItIsUsed) {
  go_to(4001);
  desk.deliver(ServerDesk::message(desk.hello(2)));
  Hello hello = desk.hello(2);
  hello.cookie = desk.last().cookie.cookie;
  desk.deliver(ServerDesk::message(hello));
  desk.session = desk.last().welcome.session;
  // The WELCOME is lost, the client moves, and asks again.
  go_to(4002);
  hello.cookie = 0;
  desk.deliver(ServerDesk::message(hello));
  hello.cookie = desk.last().cookie.cookie;
  desk.deliver(ServerDesk::message(hello));
  ASSERT_EQ(desk.last().welcome.session, desk.session);
  desk.request(1);
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.arrivals.size(), 2u);
  // A copy of that HELLO takes it nowhere any more.
  go_to(4003);
  respond(cookie());
  go_to(4002);
  desk.deliver(ServerDesk::message(hello));
  EXPECT_TRUE(desk.answered(MessageType::Welcome));
  EXPECT_EQ(port(), 4003);
}

}  // namespace
}  // namespace once::core::testing
