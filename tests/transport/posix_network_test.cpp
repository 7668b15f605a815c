// The operating system's sockets through the Network seam, on loopback.
#include <array>
#include <sys/resource.h>
#include <thread>
#include <tuple>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/base/error.hpp>
#include <once/rpc/network.hpp>

namespace once {
namespace {

using namespace std::chrono_literals;

struct Flag final : EventHandler {
  void on_event(Event event) override { (event == Event::Readable ? readable : writable) += 1; }
  int readable = 0, writable = 0;
};

class PosixNetwork : public testing::TestWithParam<const char*> {
 protected:
  Address loopback(std::uint16_t port = 0) const { return *parse_address(GetParam(), port); }
  /// Both ends of a connection.
  std::pair<std::unique_ptr<StreamSocket>, std::unique_ptr<StreamSocket>> connect() {
    auto listener = std::move(*network->listen(io.get_executor(), loopback(), false));
    auto near = std::move(*network->connect_stream(io.get_executor(), listener->local()));
    EXPECT_TRUE(listener->wait({.readable = true}, 5s));
    auto far = std::move(*listener->accept());
    EXPECT_TRUE(near->wait({.writable = true}, 5s));
    EXPECT_FALSE(near->connected());
    return {std::move(near), std::move(far)};
  }
  static std::error_code send(DatagramSocket& socket, const Address& to, std::string_view first,
                              std::string_view second) {
    const std::array<ByteView, 2> pieces{as_bytes(first), as_bytes(second)};
    return socket.send(to, pieces);
  }

  asio::io_context io;
  std::shared_ptr<Network> network = posix_network();
};

TEST_P(PosixNetwork, GathersDatagramsAndTellsWhereTheyCameFrom) {
  const auto server = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  const auto client = std::move(*network->connect_datagram(io.get_executor(), server->local()));
  Address from;
  Slice datagram;
  EXPECT_EQ(server->receive(from, datagram, Duration{0}), std::errc::operation_would_block);
  ASSERT_FALSE(send(*client, {}, "head", "body"));
  ASSERT_TRUE(server->wait({.readable = true}, 5s));
  ASSERT_FALSE(server->receive(from, datagram, Duration{0}));
  EXPECT_EQ(as_text(datagram.view()), "headbody");
  EXPECT_EQ(from, client->local());
  ASSERT_FALSE(send(*server, from, "back", ""));
  ASSERT_FALSE(client->receive(from, datagram, 5s));
  EXPECT_EQ(as_text(datagram.view()), "back");
  EXPECT_EQ(from, server->local());
}

TEST_P(PosixNetwork, CarriesLargeAndSmallDatagramsInTurn) {
  const auto server = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  const auto client = std::move(*network->connect_datagram(io.get_executor(), server->local()));
  for (const std::size_t size : {1u, 60'000u, 60'000u, 4096u, 4097u, 0u, 10u}) {
    const std::string sent(size, 'x');
    ASSERT_FALSE(send(*client, {}, sent, ""));
    ASSERT_TRUE(server->wait({.readable = true}, 5s));
    Address from;
    Slice datagram;
    ASSERT_FALSE(server->receive(from, datagram, Duration{0}));
    EXPECT_EQ(as_text(datagram.view()), sent);
  }
  EXPECT_EQ(send(*client, {}, std::string(70'000, 'x'), ""), std::errc::message_size);
}

TEST_P(PosixNetwork, WakesForDatagramsThatItHasReadAhead) {
  const auto server = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  const auto client = std::move(*network->connect_datagram(io.get_executor(), server->local()));
  Address from;
  Slice datagram;
  const auto take = [&] { return server->receive(from, datagram, Duration{0}); };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 40; ++i) {
      ASSERT_FALSE(send(*client, {}, std::to_string(i), i % 7 == 3 ? std::string(10'000, 'x') : ""));
    }
    for (int i = 0; i < 40; ++i) {
      const auto woken = std::make_shared<Flag>();
      server->async_wait(Event::Readable, woken);
      if (i % 2 == 0) {
        io.restart();
        while (woken->readable == 0) io.run_one();
      } else {
        server->cancel_waits();
        ASSERT_TRUE(server->wait({.readable = true}, 5s));
      }
      ASSERT_FALSE(take());
      EXPECT_TRUE(as_text(datagram.view()).starts_with(std::to_string(i)));
      EXPECT_EQ(datagram.size() > 10'000, i % 7 == 3);
      EXPECT_EQ(from, client->local());
      io.restart();
      io.poll();
      EXPECT_EQ(woken->readable, i % 2 == 0 ? 1 : 0);
    }
    EXPECT_EQ(take(), std::errc::operation_would_block);
    EXPECT_FALSE(server->wait({.readable = true}, Duration{0}));
  }
}

/// Whoever has emptied a socket is woken by changes alone: they must not be missed, whenever they come.
class EmptiedConnection : public PosixNetwork {
 protected:
  void SetUp() override {
    std::tie(near, far) = connect();
    wait();  // the first wait is another one: the reactor gets to know the socket
    say("hello");
    EXPECT_TRUE(is_woken());
    EXPECT_EQ(hear(), 5u);
  }
  void say(std::string_view text) {
    ASSERT_EQ(near->send(std::array{as_bytes(text)}).value_or(0), text.size());
  }
  void answer() { ASSERT_EQ(far->send(std::array{as_bytes(std::string_view{"hello"})}).value_or(0), 5u); }
  /// The end comes with the last octets; all has been read before, so that it is one in good order.
  void come_to_an_end() {
    answer();
    wait();
    say("again");
    std::array<std::uint8_t, 100> room{};
    ASSERT_EQ(near->receive(room, 5s).value_or(0), 5u);
    near.reset();
    EXPECT_TRUE(is_woken());
    EXPECT_EQ(hear(), 5u);
  }
  std::size_t hear() {
    std::array<std::uint8_t, 100> room{};
    return far->receive(room, Duration{0}).value_or(1000);
  }
  void wait() {
    woken = std::make_shared<Flag>();
    far->async_wait(Event::Readable, woken);
  }
  bool is_woken() {
    io.restart();
    io.run_for(10s);  // until no wait is left
    return woken->readable == 1;
  }

  std::unique_ptr<StreamSocket> near, far;
  std::shared_ptr<Flag> woken;
};

TEST_P(EmptiedConnection, WakesForWhatComesBeforeTheWait) {
  answer();
  say("again");
  wait();
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(hear(), 5u);
}

TEST_P(EmptiedConnection, WakesForTheLatestOfTwoWaits) {
  for (int round = 0; round < 3; ++round) {
    wait();
    const auto first = woken;
    wait();
    say("again");
    EXPECT_TRUE(is_woken());
    EXPECT_EQ(first->readable, 0);
    EXPECT_EQ(hear(), 5u);
    if (round == 1) answer();
  }
}

TEST_P(EmptiedConnection, WakesForWhatComesDuringTheWait) {
  answer();
  wait();
  io.restart();
  io.poll();
  EXPECT_EQ(woken->readable, 0);
  say("again");
  EXPECT_TRUE(is_woken());
}

TEST_P(EmptiedConnection, WakesAgainForWhatNobodyHasRead) {
  answer();
  wait();
  say("again");
  EXPECT_TRUE(is_woken());
  wait();
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(hear(), 5u);
}

TEST_P(EmptiedConnection, WakesForWhatARoomTooSmallHasLeft) {
  say(std::string(150, 'x'));
  wait();
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(hear(), 100u);
  answer();
  wait();
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(hear(), 50u);
}

TEST_P(EmptiedConnection, WakesForAnEndThatCameWithTheLastOctets) {
  come_to_an_end();
  wait();
  EXPECT_TRUE(is_woken());
  EXPECT_EQ(hear(), 0u);
}

TEST_P(EmptiedConnection, WakesForAnEndThatTheAnswerMeets) {
  come_to_an_end();
  answer();
  wait();
  EXPECT_TRUE(is_woken());
}

TEST_P(PosixNetwork, WakesForDatagramsOnceItHasNone) {
  const auto server = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  const auto client = std::move(*network->connect_datagram(io.get_executor(), server->local()));
  Address from;
  Slice datagram;
  for (int round = 0; round < 8; ++round) {
    const bool comes_first = round % 2 == 0;
    const auto woken = std::make_shared<Flag>();
    if (comes_first) {
      ASSERT_FALSE(send(*client, {}, "any", ""));
    }
    server->async_wait(Event::Readable, woken);
    if (!comes_first) {
      io.restart();
      io.poll();
      EXPECT_EQ(woken->readable, 0);
      ASSERT_FALSE(send(*client, {}, "any", ""));
    }
    io.restart();
    io.run_for(10s);
    EXPECT_EQ(woken->readable, 1);
    ASSERT_FALSE(server->receive(from, datagram, Duration{0}));
    if (round % 4 > 1) {
      EXPECT_EQ(server->receive(from, datagram, Duration{0}), std::errc::operation_would_block);
    }
  }
}

TEST_P(PosixNetwork, ReportsThatNobodyListensAsAHint) {
  Address gone;
  {
    const auto closed = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
    gone = closed->local();
  }
  const auto client = std::move(*network->connect_datagram(io.get_executor(), gone));
  ASSERT_FALSE(send(*client, {}, "anybody", ""));
  Address from;
  Slice datagram;
  EXPECT_EQ(client->receive(from, datagram, 5s), std::errc::connection_refused);
  ASSERT_FALSE(send(*client, {}, "anybody", ""));  // and it goes on
}

TEST_P(PosixNetwork, PatienceOfANanosecondEnds) {
  const auto socket = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  Address from;
  Slice datagram;
  EXPECT_EQ(socket->receive(from, datagram, Duration{1}), std::errc::operation_would_block);
}

TEST_P(PosixNetwork, SendsAndReceivesOnAConnection) {
  auto [near, far] = connect();
  EXPECT_EQ(far->peer(), near->local());
  const std::array<ByteView, 2> pieces{as_bytes("head"), as_bytes("body")};
  ASSERT_EQ(*near->send(pieces), 8u);
  std::array<std::uint8_t, 100> room{};
  ASSERT_TRUE(far->wait({.readable = true}, 5s));
  ASSERT_EQ(*far->receive(room, Duration{0}), 8u);
  EXPECT_EQ(as_text(ByteView{room}.first(8)), "headbody");
  const auto nothing = far->receive(room, Duration{0});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error(), std::errc::operation_would_block);
  near->shutdown();
  EXPECT_EQ(*far->receive(room, 5s), 0u);  // the end
}

TEST_P(PosixNetwork, TellsWhenAPeerTakesNoMore) {
  auto [near, far] = connect();
  const std::string much(1u << 20, 'x');
  const ByteView piece = as_bytes(much);
  std::size_t sent = 0;
  while (true) {
    const auto count = near->send(std::span{&piece, 1});
    if (!count) {
      EXPECT_EQ(count.error(), std::errc::operation_would_block);
      break;
    }
    sent += *count;
  }
  EXPECT_FALSE(near->wait({.writable = true}, Duration{0}));
  std::vector<std::uint8_t> room(1u << 20);
  while (sent > 0) sent -= *far->receive(room, 5s);
  EXPECT_TRUE(near->wait({.writable = true}, 5s));
}

TEST_P(PosixNetwork, TellsWhyAConnectionCannotBeMade) {
  Address gone;
  {
    const auto closed = std::move(*network->listen(io.get_executor(), loopback(), false));
    gone = closed->local();
  }
  const auto socket = network->connect_stream(io.get_executor(), gone);
  if (!socket) {
    EXPECT_EQ(socket.error(), std::errc::connection_refused);
    return;
  }
  ASSERT_TRUE((*socket)->wait({.writable = true}, 5s));
  EXPECT_EQ((*socket)->connected(), std::errc::connection_refused);
}

TEST_P(PosixNetwork, TakesAPortOnceUnlessItIsShared) {
  const auto first = std::move(*network->bind_datagram(io.get_executor(), loopback(), false));
  EXPECT_EQ(network->bind_datagram(io.get_executor(), first->local(), false).error(),
            std::errc::address_in_use);
  const auto one = std::move(*network->listen(io.get_executor(), loopback(), true));
  EXPECT_TRUE(network->listen(io.get_executor(), one->local(), true));
  EXPECT_EQ(network->listen(io.get_executor(), one->local(), false).error(), std::errc::address_in_use);
}

TEST_P(PosixNetwork, WakesItsHandlerOnce) {
  auto [near, far] = connect();
  const auto flag = std::make_shared<Flag>();
  far->async_wait(Event::Readable, flag);
  far->async_wait(Event::Writable, flag);
  const ByteView piece = as_bytes("x");
  ASSERT_TRUE(near->send(std::span{&piece, 1}));
  io.run();
  EXPECT_EQ(flag->readable, 1);
  EXPECT_EQ(flag->writable, 1);
}

TEST_P(PosixNetwork, WaitsEndWithTheirSocketAndWithCancel) {
  auto [near, far] = connect();
  const auto flag = std::make_shared<Flag>();
  near->async_wait(Event::Readable, flag);
  far->async_wait(Event::Readable, flag);
  near->cancel_waits();
  far.reset();
  io.run();
  EXPECT_EQ(flag->readable, 0);
}

TEST_P(PosixNetwork, MovesAConnectionToAnotherLoop) {
  asio::io_context other;
  auto [near, far] = connect();
  const auto flag = std::make_shared<Flag>();
  far->async_wait(Event::Readable, flag);
  far = far->move_to(other.get_executor());
  far->async_wait(Event::Readable, flag);
  const ByteView piece = as_bytes("x");
  ASSERT_TRUE(near->send(std::span{&piece, 1}));
  io.run();
  EXPECT_EQ(flag->readable, 0);
  other.run();
  EXPECT_EQ(flag->readable, 1);
}

TEST_P(PosixNetwork, ReportsThatDescriptorsRanOut) {
  const auto listener = std::move(*network->listen(io.get_executor(), loopback(), false));
  const auto client = std::move(*network->connect_stream(io.get_executor(), listener->local()));
  ASSERT_TRUE(listener->wait({.readable = true}, 5s));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit none = limit;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto refused = listener->accept();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), std::errc::too_many_files_open);
  EXPECT_TRUE(listener->accept());  // it has waited
}

INSTANTIATE_TEST_SUITE_P(Families, EmptiedConnection, testing::Values("127.0.0.1", "::1"));
INSTANTIATE_TEST_SUITE_P(Families, PosixNetwork, testing::Values("127.0.0.1", "::1"));

TEST(Resolve, KnowsNumbersAndNames) {
  const auto network = posix_network();
  EXPECT_EQ(network->resolve("127.0.0.1", 7)->front(), *parse_address("127.0.0.1", 7));
  const auto local = network->resolve("localhost", 7);
  ASSERT_TRUE(local);
  EXPECT_TRUE(local->front().is_loopback());
  EXPECT_EQ(local->front().port, 7);
  EXPECT_EQ(network->resolve("no-such-host.invalid", 7).error(), Errc::unknown_host);
}

}  // namespace
}  // namespace once
