// A4: replies and requests of somebody who sees nothing and guesses.
#include <set>

#include <gtest/gtest.h>

#include "client_desk.hpp"
#include "figures.hpp"
#include "messages.hpp"

namespace once::core::testing {
namespace {

using attacks::by_day;
using attacks::figure;

std::uint64_t next(std::uint64_t& random) {
  random = random * 6364136223846793005 + 1442695040888963407;
  return random ^ random >> 31;
}

/// Says everything that a client's call could be ended with, but for the session: that is guessed.
TEST(A04Guesses, NoReplyIsAcceptedWithoutTheSession) {
  const std::size_t count = by_day(10'000'000);
  ClientDesk desk;
  desk.connect();
  const CallKey call = desk.start();
  desk.welcome(8, 0x51'0505'0505'0505'05);
  ASSERT_FALSE(desk.outcome(call));
  std::uint64_t random = 1;
  for (std::size_t i = 0; i < count; ++i) {
    Answer answer;
    answer.type = static_cast<MessageType>(0x90 + i % 8);
    answer.semantics = Semantics::AtMostOnce;
    answer.session = next(random);
    answer.sequence = 1;
    answer.attempt = 1;
    answer.epoch = answer.expected = desk.epoch;
    std::array<std::uint8_t, kAnswerSize> octets{};
    write(answer, octets.data());
    desk.client->receive(desk.now, desk.path, Slice::borrowed(octets));
  }
  desk.poll();
  EXPECT_FALSE(desk.outcome(call));
  EXPECT_TRUE(desk.sent.empty() ||
              desk.sent.front().type == MessageType::Request);  // nothing but its own request
  Answer right;
  right.type = MessageType::ReplyLost;
  right.session = desk.session;
  right.sequence = 1;
  right.attempt = 1;
  right.epoch = right.expected = desk.epoch;
  desk.deliver(right);
  EXPECT_TRUE(desk.outcome(call));  // the guesses were wrong in nothing else
  figure("replies_guessed", count);
  figure("odds_of_a_guess", 1.0 / static_cast<double>(std::uint64_t{1} << 56));
}

TEST(A04Guesses, NoHandshakeIsAcceptedWithoutTheNonce) {
  const std::size_t count = by_day(1'000'000);
  ClientDesk desk;
  desk.connect();
  desk.start();
  std::uint64_t random = 2;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::uint8_t, kServerHeaderMax> octets{};
    std::size_t size = 0;
    const std::uint64_t nonce = next(random);
    switch (i % 4) {
      case 0: {
        Welcome welcome;
        welcome.nonce = nonce;
        welcome.session = 5;
        welcome.window = 8;
        welcome.lease_ms = 60'000;
        size = write(welcome, octets.data());
        break;
      }
      case 1: size = write(Cookie{nonce, 1, 1}, octets.data()); break;
      case 2: size = write(Refused{nonce, Errc::forbidden, 1, 0}, octets.data()); break;
      default: size = write(Versions{nonce, 9, 9}, octets.data()); break;
    }
    desk.client->receive(desk.now, desk.path, Slice::borrowed(ByteView{octets}.first(size)));
  }
  desk.poll();
  EXPECT_EQ(desk.client->session(), 0u);
  EXPECT_TRUE(desk.done.empty());
  desk.welcome();
  EXPECT_NE(desk.client->session(), 0u);
  figure("handshakes_guessed", count);
}

TEST(A04Guesses, NoRequestRunsWithoutTheSession) {
  const std::size_t count = by_day(10'000'000);
  ServerDesk desk;
  desk.open();
  std::uint64_t random = 3;
  SessionMessage message = desk.header(MessageType::Request, 1);
  Slice right = ServerDesk::message(message, "key", "body");
  Bytes octets{right.data(), right.data() + right.size()};
  Transmit out;
  for (std::size_t i = 0; i < count; ++i) {
    store(octets.data() + 16, next(random) << 8 | desk.config.loop);
    reseal(octets);
    desk.server->receive(desk.now, desk.path, Slice::borrowed(octets));
    while (desk.server->poll_transmit(out)) continue;
  }
  desk.poll();
  EXPECT_TRUE(desk.arrivals.empty());
  EXPECT_EQ(desk.counters().no_session, count);
  desk.deliver(right);
  EXPECT_EQ(desk.arrivals.size(), 1u);
  figure("requests_guessed", count);
}

TEST(A04Guesses, NoCookieIsGuessed) {
  const std::size_t count = by_day(1'000'000);
  ServerDesk desk;
  desk.path.validated = false;
  Hello hello = desk.hello();
  std::uint64_t random = 4;
  Transmit out;
  for (std::size_t i = 0; i < count; ++i) {
    hello.cookie = next(random);
    desk.server->receive(desk.now, desk.path, Slice::copy_of(bytes_of(hello)));
    while (desk.server->poll_transmit(out)) continue;
  }
  EXPECT_EQ(desk.server->sessions(), 0u);
  figure("cookies_guessed", count);
}

/// Ids that are told to an attacker foretell none: neither their order nor their bits.
TEST(A04Guesses, SessionIdsThatAreKnownForetellNoOthers) {
  ServerDesk desk;
  constexpr int kSessions = 10'000;
  std::array<int, 56> ones{};
  std::set<std::uint64_t> steps;
  std::uint64_t previous = 0;
  for (int i = 0; i < kSessions; ++i) {
    const std::uint64_t id = desk.open(static_cast<std::uint64_t>(i) + 1) >> 8;
    for (std::size_t bit = 0; bit < 56; ++bit) ones[bit] += static_cast<int>(id >> bit & 1);
    steps.insert(id - previous);
    previous = id;
  }
  EXPECT_EQ(steps.size(), std::size_t{kSessions});
  for (const int count : ones) EXPECT_NEAR(count, kSessions / 2, 300);  // six deviations
}

}  // namespace
}  // namespace once::core::testing
