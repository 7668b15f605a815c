// A1, A4, A9, A11 and F11 against a real server: spoofed datagrams, randomness, connections that hardly speak, calls
// that are cancelled at once, servants that fail.
#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "figures.hpp"
#include "heap.hpp"
#include "hooks.hpp"
#include "messages.hpp"

namespace raw {
namespace {

namespace core = once::core;
using attacks::figure;

// --- A1

TEST(A01ReflectionOverSockets, NoMessageTypeGetsMoreThanItSends) {
  LoopThread loop;
  once::Server server{loop.io};
  server.listen("udp://127.0.0.1:0");
  const std::uint16_t port = server.endpoints().front().port;
  BareSocket attacker;
  std::size_t in = 0, out = 0;
  core::Hello last;
  last.nonce = 1u << 20;
  last.instance = {8, 9};
  last.window_max = 64;
  last.message_max = 1 << 20;
  for (const core::testing::Forgery& forgery : core::testing::forgeries(0x1234567800, {5, 5})) {
    attacker.send(port, forgery.octets);
    // A HELLO of the test's own, which is answered by a COOKIE of its nonce: behind all that was said before.
    ++last.nonce;
    attacker.send(port, core::testing::bytes_of(last));
    const auto is_last = [&](const once::Slice& answer) {
      core::Prefix prefix;
      core::Cookie cookie;
      return core::read_prefix(answer.view(), prefix) == once::Errc::ok &&
             prefix.type == core::MessageType::Cookie &&
             core::read(answer.view(), prefix, cookie) == once::Errc::ok && cookie.nonce == last.nonce;
    };
    std::size_t answered = 0;
    for (bool done = false; !done;) {
      core::BundleReader bundle{attacker.receive(20s)};
      once::Slice answer;
      ASSERT_TRUE(bundle.next(answer));
      do {
        done = is_last(answer);
        if (!done) answered += answer.size();
      } while (bundle.next(answer));
    }
    EXPECT_LE(answered, forgery.octets.size()) << forgery.layout << " of type " << int{forgery.octets[7]};
    in += forgery.octets.size();
    out += answered;
  }
  EXPECT_GT(out, 0u);
  EXPECT_EQ(server.statistics().sessions, 0u);
  figure("octets_sent", in);
  figure("octets_that_came_back", out);
}

// --- A4

/// Counts up from a seed: a random source that a test can foretell.
class Foretold final : public once::RandomSource {
 public:
  explicit Foretold(std::uint64_t seed) : next_(seed) {}
  void fill(once::MutableByteView octets) override {
    drawn += octets.size();
    for (std::uint8_t& octet : octets) {
      next_ = next_ * 6364136223846793005 + 1442695040888963407;
      octet = static_cast<std::uint8_t>(next_ >> 56);
    }
  }
  std::atomic<std::size_t> drawn{0};

 private:
  std::uint64_t next_;
};

once::Environment with(asio::io_context& io, const std::shared_ptr<once::RandomSource>& random) {
  once::Environment environment{io};
  environment.random = random;
  return environment;
}

/// What a new server tells the same client: its epoch and the session's id.
core::Welcome welcome_of(std::uint64_t seed) {
  LoopThread loop;
  const auto random = std::make_shared<Foretold>(seed);
  once::Server server{with(loop.io, random)};
  server.listen("tcp://127.0.0.1:0");
  EXPECT_GE(random->drawn, 24u);  // of the epoch and of the secret
  asio::io_context io;
  const auto to = once::Address::v4({127, 0, 0, 1}, server.endpoints().front().port);
  auto socket = std::move(*once::posix_network()->connect_stream(io.get_executor(), to));
  socket->wait({.writable = true}, 20s);
  const once::Bytes hello = core::testing::forged_hellos().front().octets;
  const once::ByteView piece{hello};
  EXPECT_TRUE(socket->send(std::span{&piece, 1}));
  socket->wait({.readable = true}, 20s);
  std::array<std::uint8_t, 4096> room{};
  const auto count = socket->receive(room, 0ms);
  core::Welcome welcome;
  core::Prefix prefix;
  if (count) {
    const once::ByteView message = once::ByteView{room}.first(*count);
    EXPECT_EQ(read_prefix(message, prefix), once::Errc::ok);
    EXPECT_EQ(read(message, prefix, welcome), once::Errc::ok);
  }
  return welcome;
}

TEST(A04Randomness, IdsOfServersComeFromTheEnvironmentAlone) {
  const core::Welcome first = welcome_of(1), again = welcome_of(1), other = welcome_of(2);
  EXPECT_EQ(first.session, again.session);
  EXPECT_EQ(first.epoch.random, again.epoch.random);
  EXPECT_NE(first.session, other.session);
  EXPECT_NE(first.epoch.random, other.epoch.random);
}

core::Hello hello_of(std::uint64_t seed) {
  BareSocket server;
  LoopThread loop;
  once::Client client{with(loop.io, std::make_shared<Foretold>(seed))};
  Pending pending;
  stub(client, url_of(server.port())).start(kTell, "", pending, {.deadline = 1ms});
  const once::Slice datagram = server.receive(20s);
  core::Prefix prefix;
  core::Hello hello;
  EXPECT_EQ(core::read_prefix(datagram, prefix), once::Errc::ok);
  EXPECT_EQ(core::read(datagram, prefix, hello), once::Errc::ok);
  pending.get();
  return hello;
}

TEST(A04Randomness, NoncesAndInstancesOfClientsComeFromTheEnvironmentAlone) {
  const core::Hello first = hello_of(1), again = hello_of(1), other = hello_of(2);
  EXPECT_EQ(first.nonce, again.nonce);
  EXPECT_EQ(first.instance, again.instance);
  EXPECT_NE(first.nonce, other.nonce);
  EXPECT_NE(first.instance.high, other.instance.high);
  EXPECT_NE(first.instance.low, other.instance.low);
}

TEST(A04Randomness, IsTheSystemsWhereNobodySaysOtherwise) {
  asio::io_context io;
  EXPECT_EQ(once::Environment{io}.random, once::system_random());
  std::array<std::uint8_t, 32> one{}, two{};
  once::system_random()->fill(one);
  once::system_random()->fill(two);
  EXPECT_NE(one, two);
}

/// How long somebody's calls took.
class Latencies {
 public:
  void call(const Stub& remote) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(executed(remote.call(kEcho, "honest")));
    took_.push_back(std::chrono::steady_clock::now() - begin);
  }
  double p99_in_microseconds() {
    const auto place = took_.begin() + static_cast<std::ptrdiff_t>(took_.size() * 99 / 100);
    std::nth_element(took_.begin(), place, took_.end());
    return std::chrono::duration<double, std::micro>{*place}.count();
  }

 private:
  std::vector<std::chrono::steady_clock::duration> took_;
};

/// Of a server that nobody attacks.
double idle_p99(const Stub& remote) {
  Latencies idle;
  for (int i = 0; i < 1000; ++i) idle.call(remote);
  return idle.p99_in_microseconds();
}

// --- A9

using Socket = std::unique_ptr<once::StreamSocket>;

Socket connect(asio::io_context& io, std::uint16_t port) {
  auto socket = std::move(
      *once::posix_network()->connect_stream(io.get_executor(), once::Address::v4({127, 0, 0, 1}, port)));
  socket->wait({.writable = true}, 20s);
  EXPECT_FALSE(socket->connected());
  return socket;
}

void say(once::StreamSocket& socket, once::ByteView octets) {
  static_cast<void>(socket.send(std::span{&octets, 1}));
}

TEST(A09SlowLoris, ConnectionsThatHardlySpeakAreClosedAndHonestClientsAreServed) {
  const std::size_t count = attacks::by_day(1000, 5);
  LoopThread loop;
  once::Server server{loop.io, {.limits = {.header_timeout = 2s}}};
  server.activate("object", std::make_shared<Object>());
  server.listen("tcp://127.0.0.1:0");
  const std::uint16_t port = server.endpoints().front().port;
  asio::io_context io;
  once::Client honest{io};
  const Stub remote = stub(honest, server.reference_to("object"));
  const double idle = idle_p99(remote);
  Latencies attacked;
  std::vector<Socket> slow;
  const attacks::Heap heap;
  // A header that says that 15 MiB follow, octet by octet, and a little of that.
  const std::array<std::uint8_t, 20> header{0, 0xF0, 0, 0, 'O', 'n', 1, 2, 0, 0, 0, 104, 1, 2, 3, 4};
  for (std::size_t i = 0; i < count; ++i) slow.push_back(connect(io, port));
  for (std::size_t said = 0; said < header.size(); ++said) {
    for (const Socket& socket : slow) say(*socket, once::ByteView{header}.subspan(said, 1));
    attacked.call(remote);
  }
  while (server.statistics().connections_accepted < count + 1) std::this_thread::yield();
  const auto each = heap.peak() / static_cast<std::ptrdiff_t>(count);
  EXPECT_LE(each, 2 * 16 * 1024);  // of both sides
  figure("octets_of_a_connection", each);
  while (server.statistics().connections > 1) attacked.call(remote);
  EXPECT_EQ(server.statistics().connections_closed, count);
  EXPECT_EQ(honest.statistics().connections, 1u);
  figure("connections", count);
  figure("p99_of_honest_calls_to_idle", attacked.p99_in_microseconds() / idle);
}

// --- A11

TEST(A11RapidCancelOverSockets, RunningCallsStayWithinTheLimit) {
  constexpr int kCalls = 2000 / ONCE_TEST_STRIDE;
  for (const std::string transport : {"udp", "tcp"}) {
    LoopThread loop, client_loop;
    once::Server server{loop.io};
    std::mutex mutex;
    std::vector<once::Responder> running;
    std::size_t most = 0;
    const auto object = std::make_shared<Object>();
    object->on(kWork, [&](once::Request&, once::Responder respond) {
      const std::lock_guard lock{mutex};
      running.push_back(std::move(respond));
      most = std::max(most, running.size());
    });
    server.activate("object", object);
    server.listen(transport + "://127.0.0.1:0");
    {
      once::Client client{client_loop.io}, honest{client_loop.io};
      const Stub remote = stub(client, server.reference_to("object"));
      const Stub served = stub(honest, server.reference_to("object"));
      EXPECT_TRUE(executed(remote.call(kEcho, "")));
      const double idle = idle_p99(served);
      Latencies attacked;
      for (int i = 0; i < kCalls; ++i) {
        Pending pending;
        const std::uint64_t call = remote.start(kWork, "", pending);
        remote.channel->cancel(call);
        if (i % 2 == 0) attacked.call(served);
        pending.get();
      }
      figure("p99_of_honest_calls_to_idle_over_" + transport, attacked.p99_in_microseconds() / idle);
      while (server.statistics().in_progress + server.statistics().refused + server.statistics().stale == 0) {
        std::this_thread::yield();
      }
      EXPECT_TRUE(executed(remote.call(kLook, "")) || most == 64u);
    }
    const std::lock_guard lock{mutex};
    EXPECT_LE(most, 64u);
    figure("running_at_most_over_" + transport, most);
    running.clear();
  }
}

// --- F11

TEST(F11Servants, NothingStaysRunningHoweverTheyFail) {
  LoopThread loop;
  once::Server server{loop.io};
  std::mutex mutex;
  std::vector<once::Responder> late;
  const auto object = std::make_shared<Object>();
  object->on(kAdd, [](once::Request&, once::Responder) {});  // drops its answer
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    const std::lock_guard lock{mutex};
    late.push_back(std::move(respond));
  });
  server.wrap([](once::Request& call, once::Responder respond, once::Next next) {
    if (call.operation() == kWatch.id) throw std::runtime_error{"wrapper"};
    next(call, std::move(respond));
  });
  server.activate("object", object);
  server.listen("udp://127.0.0.1:0");
  asio::io_context io;
  {
    once::Client client{io};
    const Stub remote = stub(client, server.reference_to("object"));
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(remote.call(kAdd, "").code, once::Errc::servant_failed);
      EXPECT_EQ(remote.call(kWatch, "").code, once::Errc::servant_failed);
    }
    for (int i = 0; i < 5; ++i) {  // outlive their callers
      const once::RawOutcome outcome = remote.call(kWork, "", {.deadline = 20ms});
      EXPECT_EQ(outcome.kind, once::OutcomeKind::Unknown);
      EXPECT_EQ(outcome.code, once::Errc::deadline_exceeded);
    }
    EXPECT_TRUE(executed(remote.call(kEcho, "")));
    {
      const std::lock_guard lock{mutex};
      ASSERT_EQ(late.size(), 5u);
      late.clear();  // each has ended: failed
    }
    EXPECT_TRUE(executed(remote.call(kEcho, "")));
  }
  while (server.statistics().records > 0) std::this_thread::yield();  // its goodbye has come
  EXPECT_EQ(server.statistics().reply_bytes, 0u);
  figure("records_left", server.statistics().records);
}

}  // namespace
}  // namespace raw
