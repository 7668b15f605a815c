// A10, A11 and F9 by hand: very many sessions, calls that are cancelled as soon as they are made, and numbers at the
// ends of what their fields hold.
#include "figures.hpp"
#include "heap.hpp"
#include "messages.hpp"

namespace once::core::testing {
namespace {

using attacks::figure;
using attacks::Heap;

// --- A10

constexpr std::size_t kSessions = 100'000 / ONCE_TEST_STRIDE;

std::size_t open_many(ServerCore& server, Time now, std::uint64_t from) {
  Path path;
  path.validated = true;
  Hello hello;
  hello.window_max = 64;
  hello.message_max = 1000;
  Bytes octets;
  Transmit out;
  for (std::uint64_t i = 0; i < kSessions; ++i) {
    hello.nonce = from + i + 1;
    hello.instance = {1, from + i};
    write(hello, octets);
    server.receive(now, path, Slice::borrowed(octets));
    while (server.poll_transmit(out)) continue;
  }
  return server.sessions();
}

TEST(A10IdleSessions, CostLittleAndGiveEverythingBack) {
  Time now{std::chrono::seconds{1000}};
  ServerConfig config;
  config.secret = {1, 2};
  ServerCore server{config, now};
  const Heap heap;
  for (std::uint64_t round = 0; round < 3; ++round) {
    ASSERT_EQ(open_many(server, now, round * kSessions), kSessions);
    const auto used = heap.held();
    EXPECT_LE(heap.peak() / static_cast<std::ptrdiff_t>(kSessions), 2048);
    now += std::chrono::hours{1};
    server.timeout(now);
    EXPECT_EQ(server.sessions(), 0u);
    const auto left = heap.held();
    EXPECT_LE(left * 100, used);
    figure("octets_of_an_idle_session", used / static_cast<std::ptrdiff_t>(kSessions));
    figure("octets_after_expiry", left);
  }
}

TEST(A10IdleSessions, GiveBackWhatFewOthersLeave) {
  Time now{std::chrono::seconds{1000}};
  ServerConfig config;
  config.secret = {1, 2};
  ServerCore server{config, now};
  const Heap heap;
  open_many(server, now, 0);
  const auto used = heap.held();
  now += config.limits.lease / 2;
  ServerDesk desk;  // its HELLO, for this server
  server.receive(now, desk.path, ServerDesk::message(desk.hello(1u << 30, 1u << 30)));
  now += config.limits.lease * 3 / 4;
  server.timeout(now);
  EXPECT_EQ(server.sessions(), 1u);
  if (Heap::sees_everything()) {
    EXPECT_LE(heap.held() * 100, used);
  }
}

// --- A11

/// A client that makes a call, cancels it, says that it has finished it, and makes the next.
TEST(A11RapidCancel, SlotsStayTakenUntilTheServantsEnd) {
  ServerDesk desk;
  desk.open();
  const std::size_t limit = desk.config.limits.running_per_client_max;
  const Sequence calls = 10'000;
  std::size_t running = 0, running_max = 0, refused = 0;
  std::deque<std::size_t> ended;
  for (Sequence number = 1; number <= calls; ++number) {
    const std::size_t before = desk.arrivals.size();
    desk.request(number);
    if (desk.arrivals.size() > before && desk.start(desk.arrivals.size() - 1)) {
      running_max = std::max(running_max, ++running);
      ended.push_back(desk.arrivals.size() - 1);
    } else {
      ++refused;
    }
    desk.cancel(number);
    desk.ack(number);
    if (number % 100 == 0 && running > 0) {  // the servants are slow
      desk.reply(ended.front());
      ended.pop_front();
      --running;
    }
  }
  EXPECT_EQ(running_max, limit);
  EXPECT_EQ(desk.executions, static_cast<int>(calls - refused));
  EXPECT_LE(desk.executions, static_cast<int>(limit + calls / 100));
  EXPECT_LE(desk.server->records(), limit);
  figure("running_at_most", running_max);
  figure("refused_of_10000", refused);
  while (!ended.empty()) {
    desk.reply(ended.front());
    ended.pop_front();
  }
  EXPECT_EQ(desk.server->records(), 0u);
}

/// Ending the session and beginning another one frees no slot either.
TEST(A11RapidCancel, NewSessionsBringNoNewSlots) {
  ServerDesk desk;
  int running = 0;
  for (std::uint64_t session = 1; session <= 1000; ++session) {
    desk.open(session);
    desk.acknowledgement = {};
    desk.counter = 0;
    desk.request(1);
    if (!desk.arrivals.empty() && desk.start(desk.arrivals.size() - 1)) ++running;
    desk.say(desk.header(MessageType::Bye));
  }
  EXPECT_EQ(running, static_cast<int>(desk.config.limits.running_per_client_max));
}

// --- F9

TEST(F09Edges, ACounterAtItsEndIsTheNewest) {
  ServerDesk desk;
  desk.open();
  SessionMessage last = desk.header(MessageType::Ack);
  last.counter = ~std::uint64_t{0};
  desk.say(last);
  const Path before = desk.path;
  desk.path.port = 4001;
  desk.request(1);  // an older counter: it moves the session nowhere
  EXPECT_TRUE(desk.silent());
  Path path;
  ASSERT_TRUE(desk.server->path_of(desk.session, path));
  EXPECT_EQ(path.port, before.port);
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST(F09Edges, NumbersFarBeyondTheWindowAreDropped) {
  ServerDesk desk;
  desk.open();
  const std::uint64_t window = desk.config.limits.window_initial;
  for (const Sequence number : {window + 1, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1,
                                (std::uint64_t{1} << 63) + 1, ~std::uint64_t{0}}) {
    desk.request(number);
    EXPECT_TRUE(desk.silent());
  }
  EXPECT_EQ(desk.counters().over_window, 5u);
  EXPECT_TRUE(desk.arrivals.empty());
  desk.request(window);
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST(F09Edges, AMarkAtTheEndFinishesEverything) {
  ServerDesk desk;
  desk.open();
  desk.run(1);
  desk.ack(~std::uint64_t{0}, ~std::uint64_t{0});
  EXPECT_EQ(desk.server->records(), 0u);
  desk.acknowledgement = {};
  for (const Sequence number :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    desk.request(number);
    EXPECT_TRUE(desk.silent());
  }
  EXPECT_EQ(desk.arrivals.size(), 1u);  // the first
}

/// A window that lies across 2^32, and one that ends with the numbers.
TEST(F09Edges, WindowsWorkEverywhere) {
  for (const Sequence mark :
       {(std::uint64_t{1} << 32) - 4, (std::uint64_t{1} << 63) - 4, ~std::uint64_t{0} - 8}) {
    ServerDesk desk;
    desk.open();
    desk.ack(mark);
    for (Sequence number = mark + 8; number > mark; --number) {
      desk.run(number);
      desk.request(number);
      EXPECT_TRUE(desk.answered(MessageType::Reply));
    }
    EXPECT_EQ(desk.executions, 8);
    desk.ack(mark, 0xFF);
    EXPECT_EQ(desk.server->records(), 0u);
    desk.request(mark + 1);
    EXPECT_TRUE(desk.silent());
    desk.request(mark);
    EXPECT_TRUE(desk.silent());
    EXPECT_EQ(desk.executions, 8);
  }
}

TEST(F09Edges, AttemptsAndBudgetsAtTheirEndsAreEchoedAndKept) {
  ServerDesk desk;
  desk.open();
  SessionMessage request = desk.header(MessageType::Request, 1);
  request.attempt = 0xFFFF;
  request.budget_ms = kBudgetUnlimited - 1;  // 49 days
  desk.say(request);
  ASSERT_EQ(desk.arrivals.size(), 1u);
  EXPECT_EQ(desk.arrivals[0].deadline, desk.now + std::chrono::milliseconds{kBudgetUnlimited - 1});
  ASSERT_TRUE(desk.start());
  desk.reply();
  EXPECT_EQ(desk.last().answer.attempt, 0xFFFF);
}

}  // namespace
}  // namespace once::core::testing
