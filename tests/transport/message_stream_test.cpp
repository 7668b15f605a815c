#include "transport/message_stream.hpp"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include "transport/datagram_port.hpp"

namespace once::transport {
namespace {

std::error_code would_block() {
  return std::make_error_code(std::errc::operation_would_block);
}

/// Takes as much as a test allows, and keeps it.
class ScriptedStream final : public StreamSocket {
 public:
  std::size_t takes = 0;
  bool broken = false;
  std::string sent;
  std::deque<std::string> incoming;
  int reads = 0;

  Address local() const override { return {}; }
  Address peer() const override { return {}; }
  void async_wait(Event, std::weak_ptr<EventHandler>) override {}
  void cancel_waits() override {}
  bool wait(Interest, Duration) override { return false; }
  std::error_code connected() override { return {}; }
  void shutdown() override {}
  std::unique_ptr<StreamSocket> move_to(asio::any_io_executor) override { return nullptr; }

  Result<std::size_t> send(std::span<const ByteView> pieces) override {
    if (broken) return Unexpected{std::make_error_code(std::errc::broken_pipe)};
    if (takes == 0) return Unexpected{would_block()};
    std::size_t count = 0;
    for (const ByteView piece : pieces) {
      const std::size_t part = std::min(takes, piece.size());
      sent += as_text(piece.first(part));
      takes -= part;
      count += part;
    }
    return count;
  }
  Result<std::size_t> receive(MutableByteView into, Duration) override {
    ++reads;
    if (incoming.empty()) return Unexpected{would_block()};
    std::string& front = incoming.front();
    const std::size_t count = std::min(into.size(), front.size());
    std::copy_n(front.data(), count, reinterpret_cast<char*>(into.data()));
    front.erase(0, count);
    if (front.empty()) incoming.pop_front();
    return count;
  }
};

/// Messages of four octets.
FrontFrame four(ByteView octets, std::size_t) {
  return octets.size() < 4 ? FrontFrame{FrontFrame::Kind::Incomplete, 4}
                           : FrontFrame{FrontFrame::Kind::Message, 4};
}

struct Fixture {
  Fixture() : stream(std::unique_ptr<StreamSocket>(socket), &four, 4) {}
  ScriptedStream* socket = new ScriptedStream;
  MessageStream stream;
};

std::vector<std::uint8_t> header(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(MessageStream, QueuesWhatIsNotTakenWithoutCopyingTheBody) {
  for (std::size_t takes = 0; takes <= 12; ++takes) {
    Fixture test;
    test.socket->takes = takes;
    const Slice body = Slice::copy_of(as_bytes("body"));
    ASSERT_TRUE(test.stream.send(header("head"), body));
    ASSERT_TRUE(test.stream.send(header("more"), {}));
    EXPECT_EQ(test.stream.queued_octets(), 12 - takes);
    EXPECT_EQ(body.unique(), takes >= 8) << takes;  // shared, not copied, while it waits
    while (test.stream.queued_octets() > 0) {
      test.socket->takes = 3;
      ASSERT_TRUE(test.stream.flush());
    }
    EXPECT_EQ(test.socket->sent, "headbodymore");
    EXPECT_TRUE(body.unique());
  }
}

TEST(MessageStream, KeepsOrderInALongQueue) {
  Fixture test;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const std::string text = std::to_string(1000 + i);
    expected += text + "+";
    ASSERT_TRUE(test.stream.send(header(text), Slice::copy_of(as_bytes("+"))));
    if (i % 3 == 0) {
      test.socket->takes = 7;
      ASSERT_TRUE(test.stream.flush());
    }
  }
  test.socket->takes = 10'000;
  ASSERT_TRUE(test.stream.flush());
  EXPECT_EQ(test.socket->sent, expected);
}

TEST(MessageStream, TellsThatTheConnectionIsBroken) {
  Fixture test;
  ASSERT_TRUE(test.stream.send(header("head"), {}));
  test.socket->broken = true;
  EXPECT_FALSE(test.stream.flush());
  Fixture other;
  other.socket->broken = true;
  EXPECT_FALSE(other.stream.send(header("head"), {}));
}

TEST(MessageStream, DoesNotReadAgainAfterAReadThatLeftRoom) {
  Fixture test;
  test.socket->incoming = {"aaaabbbbcc", "ccdddd"};
  Slice message;
  std::string got;
  while (test.stream.receive(message, Duration{0}) == StreamState::Open) got += as_text(message.view());
  EXPECT_EQ(got, "aaaabbbb");
  EXPECT_EQ(test.socket->reads, 1);
  EXPECT_EQ(test.stream.partial_octets(), 2u);
  while (test.stream.receive(message, Duration{0}) == StreamState::Open) got += as_text(message.view());
  EXPECT_EQ(got, "aaaabbbbccccdddd");
  EXPECT_EQ(test.socket->reads, 2);
}

/// A datagram socket that is full or not.
class ScriptedDatagrams final : public DatagramSocket {
 public:
  bool full = false;
  std::vector<std::string> sent;

  Address local() const override { return {}; }
  void async_wait(Event, std::weak_ptr<EventHandler>) override {}
  void cancel_waits() override {}
  bool wait(Interest, Duration) override { return false; }
  std::error_code receive(Address&, Slice&, Duration) override { return would_block(); }
  std::error_code send(const Address&, std::span<const ByteView> pieces) override {
    if (full) return would_block();
    sent.emplace_back();
    for (const ByteView piece : pieces) sent.back() += as_text(piece);
    return {};
  }
};

TEST(DatagramPort, QueuesAFewAndLosesTheRest) {
  auto* const socket = new ScriptedDatagrams;
  DatagramPort port{std::unique_ptr<DatagramSocket>(socket)};
  socket->full = true;
  int kept = 0;
  while (!port.send({}, header("h"), Slice::copy_of(as_bytes(std::to_string(kept))))) ++kept;
  EXPECT_EQ(kept, 256);
  EXPECT_TRUE(port.has_queued());
  socket->full = false;
  port.flush();
  EXPECT_FALSE(port.has_queued());
  ASSERT_EQ(socket->sent.size(), 256u);
  for (int i = 0; i < kept; ++i)
    EXPECT_EQ(socket->sent[static_cast<std::size_t>(i)], "h" + std::to_string(i));
}

TEST(DatagramPort, LosesOneAtATimeWhileTheSystemTakesNothing) {
  auto* const socket = new ScriptedDatagrams;
  DatagramPort port{std::unique_ptr<DatagramSocket>(socket)};
  socket->full = true;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(port.send({}, header(std::to_string(i)), {}));
  port.flush();
  EXPECT_TRUE(port.has_queued());
  socket->full = false;
  port.flush();
  EXPECT_EQ(socket->sent, (std::vector<std::string>{"1", "2"}));
  socket->full = true;
  EXPECT_FALSE(port.send({}, header("3"), {}));
  port.flush();
  EXPECT_FALSE(port.has_queued());
}

}  // namespace
}  // namespace once::transport
