// Ways that seem to stand and bring nothing: addresses where nobody answers, sockets that send into the void,
// connections that are only slow.
#include "raw.hpp"
#include "shifted_clock.hpp"
#include "wrapped_network.hpp"

namespace raw {
namespace {

using once::Address;
using once::TransportKind;

/// Sockets that send nothing any more once it is said, as if their address had gone. New ones do.
class MovingNetwork final : public WrappedNetwork {
 public:
  once::Result<std::unique_ptr<once::DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                                       const Address& peer) override {
    auto socket = WrappedNetwork::connect_datagram(std::move(executor), peer);
    if (!socket) return socket;
    return std::unique_ptr<once::DatagramSocket>{
        std::make_unique<Socket>(std::move(*socket), *this, ++opened)};
  }

  std::atomic<int> opened{0};
  std::atomic<int> gone{0};  // so many of the first ones

 private:
  class Socket final : public WrappedDatagramSocket {
   public:
    Socket(std::unique_ptr<once::DatagramSocket> real, const MovingNetwork& network, int number)
        : WrappedDatagramSocket(std::move(real)), network_(network), number_(number) {}
    std::error_code send(const Address& to, std::span<const once::ByteView> pieces) override {
      if (number_ <= network_.gone) return std::make_error_code(std::errc::network_unreachable);
      return WrappedDatagramSocket::send(to, pieces);
    }

   private:
    const MovingNetwork& network_;
    const int number_;
  };
};

/// Connections that take and bring a little at a time, and every time most of the patience passes.
class SlowNetwork final : public WrappedNetwork {
 public:
  SlowNetwork(std::shared_ptr<ShiftedClock> clock, once::Duration pause)
      : clock_(std::move(clock)), pause_(pause) {}
  once::Result<std::unique_ptr<once::StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                                   const Address& peer) override {
    auto socket = WrappedNetwork::connect_stream(std::move(executor), peer);
    if (!socket) return socket;
    return std::unique_ptr<once::StreamSocket>{std::make_unique<Socket>(std::move(*socket), *this)};
  }

 private:
  class Socket final : public WrappedStreamSocket {
   public:
    Socket(std::unique_ptr<once::StreamSocket> real, const SlowNetwork& network)
        : WrappedStreamSocket(std::move(real)), network_(network) {}
    once::Result<std::size_t> send(std::span<const once::ByteView> pieces) override {
      std::size_t size = 0;
      for (const once::ByteView piece : pieces) size += piece.size();
      if (size <= kLittle) return real().send(pieces);
      if (std::exchange(full_, !full_)) return once::Unexpected{would_block()};
      network_.clock_->put_forward(network_.pause_);
      const once::ByteView first = pieces[0].size() > 0 ? pieces[0] : pieces[1];
      const once::ByteView little = first.first(std::min(kLittle, first.size()));
      return real().send(std::span{&little, 1});
    }
    once::Result<std::size_t> receive(once::MutableByteView into, once::Duration patience) override {
      const auto count = real().receive(into.first(std::min(kLittle, into.size())), patience);
      if (count && *count == kLittle) network_.clock_->put_forward(network_.pause_);
      return count;
    }
    std::unique_ptr<once::StreamSocket> move_to(asio::any_io_executor executor) override {
      return std::make_unique<Socket>(real().move_to(std::move(executor)), network_);
    }

   private:
    static constexpr std::size_t kLittle = 2048;
    static std::error_code would_block() { return std::make_error_code(std::errc::operation_would_block); }

    const SlowNetwork& network_;
    bool full_ = false;  // takes nothing at every second time
  };

  const std::shared_ptr<ShiftedClock> clock_;
  const once::Duration pause_;
};

class Silence : public testing::Test {
 protected:
  Silence() {
    server.activate("object", object);
    server.listen("udp://127.0.0.1:0");
    server.listen("tcp://127.0.0.1:0");
  }
  once::Endpoint endpoint(TransportKind transport) const {
    return server.endpoints()[transport == TransportKind::Udp ? 0 : 1];
  }
  static once::Endpoint at(TransportKind transport, const Address& address) {
    return {transport, "127.0.0.1", address.port};
  }
  static once::ObjectRef object_at(std::vector<once::Endpoint> endpoints) {
    return {std::string{kInterface}, std::move(endpoints), "object"};
  }

  LoopThread loop;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server{loop.io, {.limits = {.lease = 10h}}};  // clocks are put forward
  asio::io_context io;
  const Address any = *once::parse_address("127.0.0.1", 0);
};

TEST_F(Silence, OfAnAddressMakesClientsTryTheNext) {
  // A datagram socket that nobody reads, and a listener that takes connections and nothing more.
  const auto deaf_port = std::move(*once::posix_network()->bind_datagram(io.get_executor(), any, false));
  const auto deaf_listener = std::move(*once::posix_network()->listen(io.get_executor(), any, false));
  for (const auto& deaf :
       {at(TransportKind::Udp, deaf_port->local()), at(TransportKind::Tcp, deaf_listener->local())}) {
    for (const TransportKind good : {TransportKind::Udp, TransportKind::Tcp}) {
      once::Client client{io, {.limits = {.connect_timeout = 100ms}}};
      const Stub remote = stub(client, object_at({deaf, endpoint(good)}));
      const auto outcome = remote.call(kEcho, "next", {.deadline = 30s});
      EXPECT_TRUE(executed(outcome)) << outcome.text;
    }
  }
  EXPECT_EQ(object->calls, 4);
}

TEST_F(Silence, IsNotWaitedForWhereAHostSaysThatNobodyListens) {
  auto port = std::move(*once::posix_network()->bind_datagram(io.get_executor(), any, false));
  const once::Endpoint closed = at(TransportKind::Udp, port->local());
  port.reset();
  once::Client client{io, {.limits = {.connect_timeout = 1h}}};
  const auto outcome =
      stub(client, object_at({closed, endpoint(TransportKind::Udp)})).call(kEcho, "", {.deadline = 30s});
  EXPECT_TRUE(executed(outcome)) << outcome.text;
}

TEST_F(Silence, OfALinkThatWasGoodMakesANewOne) {
  once::Environment environment{io};
  const auto network = std::make_shared<MovingNetwork>();
  environment.network = network;
  once::Client client{environment, {.limits = {.connect_timeout = 100ms}}};
  const Stub remote = stub(client, object_at({endpoint(TransportKind::Udp)}));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  ASSERT_EQ(network->opened, 1);
  network->gone = 1;
  const auto outcome = remote.call(kEcho, "", {.deadline = 30s});
  EXPECT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(network->opened, 2);
  // Nor do asynchronous calls wait for ever, or for another's time.
  network->gone = 2;
  Pending pending;
  remote.start(kEcho, "", pending, {.deadline = 30s});
  io.run();
  EXPECT_TRUE(executed(pending.get()));
  EXPECT_EQ(network->opened, 3);
}

TEST_F(Silence, IsNotWaitedForWhereTheSystemSaysThatNothingCanBeSent) {
  once::Environment environment{io};
  const auto network = std::make_shared<MovingNetwork>();
  environment.network = network;
  once::Client client{environment, {.limits = {.connect_timeout = 1h}}};
  const Stub remote = stub(client, object_at({endpoint(TransportKind::Udp)}));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  network->gone = 1;
  EXPECT_TRUE(executed(remote.call(kEcho, "", {.deadline = 30s})));
  EXPECT_EQ(network->opened, 2);
  network->gone = 2;
  Pending pending;
  remote.start(kEcho, "", pending, {.deadline = 30s});
  io.run();
  EXPECT_TRUE(executed(pending.get()));
  EXPECT_EQ(network->opened, 3);
}

TEST_F(Silence, OfEverySocketIsTriedSeldom) {
  once::Environment environment{io};
  const auto network = std::make_shared<MovingNetwork>();
  environment.network = network;
  once::Client client{environment,
                      {.limits = {.connect_timeout = 1h, .reconnect_min = 1h, .reconnect_max = 1h}}};
  const Stub remote = stub(client, object_at({endpoint(TransportKind::Udp)}));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  network->gone = 1'000;
  EXPECT_FALSE(executed(remote.call(kEcho, "", {.deadline = 200ms})));
  EXPECT_EQ(network->opened, 3);  // the first time at once, and the next one only an hour after the second
}

TEST_F(Silence, IsNotWhenMuchTakesLong) {
  once::Environment environment{io};
  const auto clock = std::make_shared<ShiftedClock>();
  environment.clock = clock;
  environment.network = std::make_shared<SlowNetwork>(clock, 2s);
  once::Client client{environment, {.limits = {.connect_timeout = 5s}}};
  const Stub remote = stub(client, object_at({endpoint(TransportKind::Tcp)}));
  const std::string large(50'000, 'x');
  const auto outcome = remote.call(kEcho, large, {.deadline = 1h});
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), large);
  EXPECT_EQ(client.statistics().connections, 1u);
  EXPECT_EQ(client.statistics().connections_lost, 0u);
}

}  // namespace
}  // namespace raw
