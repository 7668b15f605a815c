// Connections that are of no use to anybody: silent, slow, talking nonsense, or too many.
#include <core/wire.hpp>
#include <dirent.h>
#include <sys/resource.h>

#include <once/base/crc32c.hpp>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

class Connections : public testing::Test {
 protected:
  explicit Connections(once::Limits limits = {}) : server(environment(), {.limits = limits}) {
    object->on(kWork, [this](once::Request&, once::Responder respond) {  // on the loop: it stands still
      begun.open();
      go_on.wait();
      std::move(respond).value({}, false);
    });
    server.activate("object", object);
    server.listen("tcp://127.0.0.1:0");
  }

  once::Environment environment() {
    once::Environment made{loop.io};
    made.clock = clock;
    return made;
  }
  std::unique_ptr<once::StreamSocket> connect() { return raw::connect(io, server); }
  static void send(once::StreamSocket& socket, std::string_view octets) {
    const once::ByteView piece = once::as_bytes(octets);
    ASSERT_TRUE(socket.send(std::span{&piece, 1}));
  }

  const std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  LoopThread loop;
  asio::io_context io;
  Latch begun, go_on;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server;
};

class ImpatientServer : public Connections {
 protected:
  ImpatientServer() : Connections({.header_timeout = 30ms}) {}
};

TEST_F(ImpatientServer, ClosesConnectionsThatSayNothingOrNotEnough) {
  const auto silent = connect();
  const auto slow = connect();
  send(*slow, std::string_view{"\0\0\0pOn", 6});  // the beginning of a message
  EXPECT_TRUE(ends(*silent));
  EXPECT_TRUE(ends(*slow));
  // Who has said something whole may be silent for longer.
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_TRUE(ends(*connect()));
  ASSERT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_EQ(client.statistics().connections, 1u);
}

TEST_F(Connections, ThatTalkNonsenseAreClosed) {
  const auto alien = connect();
  send(*alien, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(ends(*alien));
  const auto greedy = connect();
  send(*greedy, std::string_view{"\xff\xff\xff\xffOn\1\2\0\0\0\x70\1\2\3\4", 16});  // a message of 4 GiB
  EXPECT_TRUE(ends(*greedy));
  once::Client client;
  EXPECT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
  EXPECT_EQ(server.statistics().malformed, 2u);
}

class SmallServer : public Connections {
 protected:
  SmallServer() : Connections({.connections_max = 3}) {}
};

TEST_F(SmallServer, ClosesWhatIsTooMuch) {
  std::vector<std::unique_ptr<once::StreamSocket>> few;
  for (int i = 0; i < 3; ++i) few.push_back(connect());
  EXPECT_TRUE(ends(*connect()));
  few.clear();
  while (server.statistics().connections > 0) std::this_thread::yield();
  once::Client client;
  EXPECT_TRUE(executed(stub(client, server.reference_to("object")).call(kEcho, "")));
}

/// The lowest limit at which no further descriptor can be opened.
rlim_t open_descriptors() {
  rlim_t highest = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* const entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') highest = std::max<rlim_t>(highest, std::stoul(entry->d_name));
  }
  ::closedir(folder);
  return highest + 1;
}

TEST_F(Connections, WaitWhileDescriptorsHaveRunOut) {
  LoopThread client_loop;
  once::Client client{client_loop.io};
  Pending pending;
  stub(client, server.reference_to("object")).start(kWork, "", pending);
  begun.wait();
  const auto waiting = connect();  // by the system; the loop stands still
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  // Numbers below the highest may be free: they are filled first.
  std::vector<std::unique_ptr<once::DatagramSocket>> fillers;
  const rlim_t highest = open_descriptors();
  rlimit low = limit;
  low.rlim_cur = highest;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  const once::Address any = *once::parse_address("127.0.0.1", 0);
  while (true) {
    auto filler = once::posix_network()->bind_datagram(io.get_executor(), any, false);
    if (!filler) break;
    fillers.push_back(std::move(*filler));
  }
  go_on.open();
  while (server.statistics().accept_pauses == 0) std::this_thread::yield();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  while (server.statistics().connections_accepted < 2) std::this_thread::yield();
  EXPECT_TRUE(executed(pending.get()));
  EXPECT_LT(server.statistics().accept_pauses, 100u);
}

/// Messages by hand: of a client that does not keep the rules.
class Rogue {
 public:
  explicit Rogue(const once::Server& server) : server_(server) {}

  void open_session(once::StreamSocket& socket) {
    once::core::Hello hello;
    hello.nonce = 1;
    hello.instance = {2, 3};
    hello.window_max = 64;
    hello.message_max = 1u << 20;
    std::vector<std::uint8_t> header;
    once::core::write(hello, header);
    send(socket, header, {});
    std::array<std::uint8_t, 4096> room{};
    ASSERT_TRUE(socket.wait({.readable = true}, 20s));
    const auto count = socket.receive(room, once::Duration{0});
    ASSERT_TRUE(count);
    const once::ByteView message = once::ByteView{room}.first(*count);
    once::core::Prefix prefix;
    ASSERT_EQ(once::core::read_prefix(message, prefix), once::Errc::ok);
    ASSERT_EQ(once::core::read(message, prefix, welcome_), once::Errc::ok);
  }
  /// Makes `socket` the session's path: older messages change nothing about that.
  void stay_at(once::StreamSocket& socket) {
    once::core::SessionMessage message = next();
    message.counter = moved_ += 1u << 30;
    send(socket, message, {});
  }
  /// Sends the next request, which need not be answered.
  void begin(once::StreamSocket& socket, const once::Operation& operation, std::string_view body) {
    ++sequence_;
    request(socket, operation, body);
  }
  /// Sends the next request, when the last one has been answered.
  void call(once::StreamSocket& socket, const once::Operation& operation, std::string_view body) {
    ++sequence_;
    request(socket, operation, body);
    while (server_.statistics().executed < sequence_) std::this_thread::yield();
  }
  /// Asks for its reply again.
  void repeat(once::StreamSocket& socket, const once::Operation& operation, std::string_view body) {
    const std::uint64_t replays = server_.statistics().replay;
    request(socket, operation, body);
    while (server_.statistics().replay == replays) std::this_thread::yield();
  }

 private:
  void request(once::StreamSocket& socket, const once::Operation& operation, std::string_view body) const {
    once::core::SessionMessage message = next();
    message.type = once::core::MessageType::Request;
    message.sequence = sequence_;
    message.acknowledgement.through = sequence_ - 1;
    message.counter = sequence_;
    message.operation = operation.id;
    message.fingerprint = operation.fingerprint;
    message.semantics = operation.semantics;
    message.codec = 2;
    message.body_length = static_cast<std::uint32_t>(body.size());
    message.body_checksum = once::crc32c(once::as_bytes(body));
    send(socket, message, once::as_bytes(body));
  }
  once::core::SessionMessage next() const {
    once::core::SessionMessage message;
    message.session = welcome_.session;
    message.expected = welcome_.epoch;
    message.acknowledgement.through = sequence_;
    return message;
  }
  static void send(once::StreamSocket& socket, const once::core::SessionMessage& message,
                   once::ByteView body) {
    std::vector<std::uint8_t> header;
    const bool is_request = message.type == once::core::MessageType::Request;
    once::core::write(message, once::as_bytes(is_request ? "object" : ""), header);
    send(socket, header, body);
  }
  static void send(once::StreamSocket& socket, once::ByteView header, once::ByteView body) {
    std::vector<std::uint8_t> octets{header.begin(), header.end()};
    octets.insert(octets.end(), body.begin(), body.end());
    for (once::ByteView rest{octets}; !rest.empty();) {
      ASSERT_TRUE(socket.wait({.writable = true}, 20s));
      const std::array<once::ByteView, 1> pieces{rest};
      const auto sent = socket.send(pieces);
      ASSERT_TRUE(sent);
      rest = rest.subspan(*sent);
    }
  }

  const once::Server& server_;
  once::core::Welcome welcome_;
  once::Sequence sequence_ = 0;
  std::uint64_t moved_ = 0;
};

TEST_F(Connections, ThatAreNotReadFromBoundWhatOtherPathsMakeTheServerQueueForThem) {
  constexpr std::uint64_t kCallsMax = 2'000;  // more than the system itself takes
  constexpr std::size_t kReply = 64u << 10;
  Rogue rogue{server};
  const auto unread = connect();
  rogue.open_session(*unread);
  rogue.stay_at(*unread);
  // Requests come by another connection, and their answers go to the one that nobody reads.
  const auto other = connect();
  const std::string body(kReply, 'x');
  std::uint64_t calls = 0, dropped = 0;
  rogue.call(*other, kEcho, body);
  for (calls = 1; dropped < 10 && calls < kCallsMax; ++calls) {
    rogue.repeat(*other, kEcho, body);
    dropped = server.statistics().answers_dropped;
  }
  EXPECT_EQ(dropped, 10u);

  // Read after all, it brings what was kept, and then again what is asked for.
  std::vector<std::uint8_t> room(1u << 20);
  const auto read = [&](std::uint64_t answers) {
    for (std::size_t octets = 0; octets < answers * kReply;) {
      ASSERT_TRUE(unread->wait({.readable = true}, 20s));
      const auto count = unread->receive(room, once::Duration{0});
      ASSERT_TRUE(count);
      octets += *count;
    }
  };
  read(calls - dropped);
  rogue.call(*other, kEcho, body);
  read(1);
  EXPECT_EQ(server.statistics().answers_dropped, dropped);
}

/// A session on a connection that takes nothing more, since nobody reads from it.
class HeldUpConnection : public Connections {
 protected:
  HeldUpConnection() {
    rogue.open_session(*unread);
    rogue.stay_at(*unread);
    rogue.call(*other, kEcho, body);
  }
  void fill() {
    while (server.statistics().answers_dropped == 0) rogue.repeat(*other, kEcho, body);
  }
  /// The server's loop has done what it had to do.
  void let_loop_work() {
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(executed(stub(honest, server.reference_to("object")).call(kEcho, "")));
    }
  }

  const std::string body = std::string(64u << 10, 'x');
  Rogue rogue{server};
  const std::unique_ptr<once::StreamSocket> unread = connect(), other = connect();
  once::Client honest{io};
};

TEST_F(HeldUpConnection, HoldsUpNoCallsOfASessionThatHasLeftIt) {
  fill();
  rogue.begin(*other, kTell, "");
  let_loop_work();
  EXPECT_EQ(server.statistics().queued, 1u);
  rogue.stay_at(*other);
  for (int i = 0; i < 100 && server.statistics().queued > 0; ++i) let_loop_work();
  EXPECT_EQ(server.statistics().queued, 0u);
}

TEST_F(HeldUpConnection, IsNotBlamedForTheServersOwnPause) {
  send(*unread, std::string_view{"\0\0\0pOn", 6});  // the beginning of a message
  fill();
  clock->put_forward(30s);
  let_loop_work();
  EXPECT_EQ(server.statistics().connections_closed, 0u);
}

}  // namespace
}  // namespace raw
