// Servers with several loops: sessions stay with theirs, whatever socket their messages come in by.
#include <core/client_core.hpp>
#include <core/path.hpp>
#include <core/wire.hpp>

#include "raw.hpp"

namespace raw {
namespace {

/// A server with three loops and their threads.
class LoopsTest : public testing::Test {
 protected:
  LoopsTest() {
    object->on(kAdd, [this](once::Request&, once::Responder respond) {
      std::move(respond).value(bytes(std::to_string(++sum)), false);
    });
    server.activate("object", object);
  }
  void run() {
    runner = std::thread([this] { loops.run(); });
  }
  ~LoopsTest() override {
    loops.stop();
    if (runner.joinable()) runner.join();
  }

  once::Loops loops{3};
  std::shared_ptr<Object> object = std::make_shared<Object>();
  std::atomic<int> sum{0};
  once::Server server{loops};
  std::thread runner;
};

TEST_F(LoopsTest, ServeManyClientsOverBothTransports) {
  server.listen("udp://127.0.0.1:0");
  server.listen("tcp://127.0.0.1:0");
  run();
  asio::io_context io;
  for (int i = 0; i < 20; ++i) {
    once::Client client{io, {.transport = i % 2 == 0 ? once::TransportKind::Udp : once::TransportKind::Tcp}};
    const Stub remote = stub(client, server.reference_to("object"));
    for (int n = 0; n < 10; ++n) ASSERT_TRUE(executed(remote.call(kAdd, "")));
  }
  EXPECT_EQ(sum, 200);
  EXPECT_EQ(server.statistics().executed, 200u);
}

TEST_F(LoopsTest, AConnectionIsHandedToTheLoopOfItsSession) {
  server.listen("tcp://127.0.0.1:0");
  run();
  CutClient cut;  // the next connection is accepted by whichever loop
  const Stub remote = stub(cut.client, server.reference_to("object"));
  constexpr int kCalls = 60;
  for (int i = 1; i <= kCalls; ++i) {
    const auto outcome = remote.call(kAdd, "");
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    EXPECT_EQ(text(outcome.body), std::to_string(i));
  }
  EXPECT_EQ(sum, kCalls);
  EXPECT_GT(server.statistics().handed_over, 0u);
}

TEST_F(LoopsTest, ADatagramIsHandedToTheLoopOfItsSession) {
  server.listen("udp://127.0.0.1:0");
  run();
  // A client that changes its port for every call: a new flow, and perhaps another loop's socket.
  asio::io_context io;
  const once::Address to = *once::parse_address("127.0.0.1", server.endpoints().front().port);
  const auto clock = once::steady_clock();
  once::core::ClientConfig config;
  config.instance = {1, 2};
  config.seed = 99;
  once::core::ClientCore core{config, clock->now()};
  std::uint32_t link = 0;
  constexpr int kCalls = 30;
  for (int i = 1; i <= kCalls; ++i) {
    const auto socket = std::move(*once::posix_network()->connect_datagram(io.get_executor(), to));
    once::core::Path path;
    path.link = ++link;
    path.address = to.octets;
    path.port = to.port;
    core.connected(clock->now(), path);
    once::core::CallRequest request;
    request.operation = kAdd.id;
    request.fingerprint = kAdd.fingerprint;
    request.codec = 2;
    request.object_key = bytes("object");
    request.deadline = clock->now() + 10s;
    ASSERT_TRUE(core.start(clock->now(), std::move(request)));
    once::core::CallCompletion completion;
    while (!core.poll_completion(completion)) {
      once::core::Transmit out;
      while (core.poll_transmit(clock->now(), out)) {
        const std::array<once::ByteView, 2> pieces{once::ByteView{out.header}, out.body.view()};
        ASSERT_FALSE(socket->send(to, pieces));
      }
      once::Address from;
      once::Slice datagram;
      if (!socket->receive(from, datagram, 10ms)) core.receive(clock->now(), path, datagram);
      if (core.next_timeout() <= clock->now()) core.timeout(clock->now());
    }
    ASSERT_EQ(completion.kind, once::OutcomeKind::Executed);
    EXPECT_EQ(text(completion.body), std::to_string(i));
    core.disconnected(clock->now());
  }
  EXPECT_EQ(sum, kCalls);
  EXPECT_GT(server.statistics().handed_over, 0u);
  EXPECT_EQ(server.statistics().sessions, 1u);
}

TEST_F(LoopsTest, ShutDownTogether) {
  server.listen("udp://127.0.0.1:0");
  server.listen("tcp://127.0.0.1:0");
  run();
  std::promise<std::error_code> ended;
  server.async_shutdown(5s, [&](std::error_code error) { ended.set_value(error); });
  EXPECT_FALSE(ended.get_future().get());
  runner.join();  // the loops have nothing left to do
}

// --- Bounds

TEST(BoundsOfLoops, AreSharesOfTheServers) {
  constexpr std::size_t kMax = 6;
  constexpr int kClients = 40;
  once::Loops loops{3};
  once::ServerOptions options;
  options.limits.sessions_max = kMax;
  once::Server server{loops, options};
  auto object = std::make_shared<Object>();
  server.activate("object", object);
  server.listen("udp://127.0.0.1:0");
  std::thread runner{[&] { loops.run(); }};
  {
    // More clients than the server may have, of which chance gives some loops more than others.
    LoopThread client_loop;
    std::vector<Pending> pending(kClients);
    std::vector<std::unique_ptr<once::Client>> clients;
    for (Pending& call : pending) {
      clients.push_back(std::make_unique<once::Client>(client_loop.io));
      stub(*clients.back(), server.reference_to("object")).start(kEcho, "", call, {.deadline = 200ms});
    }
    for (Pending& call : pending) (void)call.get();
    EXPECT_GT(object->calls, 0);
    EXPECT_LE(object->calls, static_cast<int>(kMax));
    EXPECT_LE(server.statistics().sessions, kMax);
  }
  loops.stop();
  runner.join();
}

/// Two loops that run when the test says so, and messages for the second one's sessions that reach the first.
class HandOver : public testing::Test {
 protected:
  static constexpr std::uint64_t kMax = 1024;  // on their way to a loop

  explicit HandOver(once::Limits limits = {}) : server(loops, {.limits = limits}) {}

  static std::vector<std::uint8_t> message_for(std::uint8_t loop) {
    once::core::SessionMessage message;
    message.session = 0x1234567890ABCD00 + loop;
    message.counter = 1;
    std::vector<std::uint8_t> header;
    once::core::write(message, {}, header);
    return header;
  }
  once::Address address() const { return *once::parse_address("127.0.0.1", server.endpoints().front().port); }
  /// A socket whose datagrams come to the first loop.
  std::unique_ptr<once::DatagramSocket> socket_of_first() {
    server.listen("udp://127.0.0.1:0");
    while (true) {
      auto socket = std::move(*once::posix_network()->connect_datagram(io.get_executor(), address()));
      send(*socket, {});
      const auto before = server.statistics().datagrams;
      loops[0].poll();
      if (server.statistics().datagrams > before) return socket;
      loops[1].poll();
    }
  }
  void send(once::DatagramSocket& socket, once::ByteView message) const {
    EXPECT_FALSE(socket.send(address(), {{message}}));
  }

  asio::io_context io;
  once::Loops loops{2};
  once::Server server;
};

TEST_F(HandOver, IsForMessagesWithACorrectHeader) {
  const auto socket = socket_of_first();
  auto message = message_for(1);
  message.back() ^= 1;
  send(*socket, message);
  loops[0].poll();
  EXPECT_EQ(server.statistics().bad_checksum, 1u);
  EXPECT_EQ(server.statistics().handed_over, 0u);
  send(*socket, message_for(1));
  loops[0].poll();
  EXPECT_EQ(server.statistics().handed_over, 1u);
}

TEST_F(HandOver, IsBoundedWhileALoopStandsStill) {
  const auto socket = socket_of_first();
  const auto message = message_for(1);
  for (std::uint64_t i = 0; i < kMax + 100; ++i) {
    send(*socket, message);
    if (i % 32 == 0) loops[0].poll();
  }
  loops[0].poll();
  EXPECT_EQ(server.statistics().handed_over, kMax);
  EXPECT_EQ(server.statistics().hand_overs_dropped, 100u);

  // What the loop has taken makes room.
  loops[1].poll();
  send(*socket, message);
  loops[0].poll();
  EXPECT_EQ(server.statistics().handed_over, kMax + 1);
  EXPECT_EQ(server.statistics().hand_overs_dropped, 100u);
}

class HandOverOfConnections : public HandOver {
 protected:
  HandOverOfConnections() : HandOver(limits()) {}
  static once::Limits limits() {
    once::Limits limits;
    limits.connections_max = 8;
    return limits;
  }
};

TEST_F(HandOverOfConnections, GivesNoLoopMoreThanItsShare) {
  server.listen("tcp://127.0.0.1:0");
  std::vector<std::unique_ptr<once::StreamSocket>> sockets;
  const auto message = message_for(1);
  const std::array<once::ByteView, 1> pieces{once::ByteView{message}};
  // One at a time: no loop has many connections that it has accepted itself.
  for (std::uint64_t i = 1; i <= 20; ++i) {
    sockets.push_back(std::move(*once::posix_network()->connect_stream(io.get_executor(), address())));
    ASSERT_TRUE(sockets.back()->wait({.writable = true}, 5s));
    ASSERT_TRUE(sockets.back()->send(pieces));
    while (server.statistics().connections_accepted < i) {
      loops[0].poll();
      loops[1].poll();
    }
    loops[0].poll();  // reads what has been accepted
    loops[1].poll();
    EXPECT_LE(server.statistics().connections, 4u);
  }
  EXPECT_GT(server.statistics().handed_over, 0u);
  EXPECT_EQ(server.statistics().connections, 4u);
}

}  // namespace
}  // namespace raw
