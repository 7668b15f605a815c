// Servers that cannot be reached, or say nothing, for a while: what clients make of it, and how they come
// back.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "raw.hpp"
#include "shifted_clock.hpp"

namespace raw {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A port of the loopback address that connections to it are neither made with nor refused by: a listener
/// whose queue is full.
class SilentPort {
 public:
  SilentPort() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, generic, size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    for (int& filler : fillers_) {
      filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      ::connect(filler, generic, size);
    }
  }
  ~SilentPort() {
    for (const int filler : fillers_) ::close(filler);
    ::close(listener_);
  }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::array<int, 4> fillers_{};
};

class Outage : public testing::Test {
 protected:
  /// A server where the silent port was.
  void begin_to_serve() {
    const std::string endpoint = silent->endpoint();
    silent.reset();
    server.activate("object", object);
    server.listen("tcp://" + endpoint);
  }

  std::optional<SilentPort> silent{std::in_place};
  LoopThread loop;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server{loop.io};
};

TEST_F(Outage, AnAttemptThatIsLongOverSaysNothingAboutALaterCall) {
  asio::io_context io;
  once::Environment environment{io};
  const auto clock = std::make_shared<ShiftedClock>();
  environment.clock = clock;
  once::Client client{environment};
  const Stub remote = stub(client, "once://" + silent->endpoint() + "/object");
  EXPECT_EQ(remote.call(kEcho, "", {.deadline = 20ms}).kind, once::OutcomeKind::NotSent);
  // The time of that attempt is over while nobody looks, and the server is there again.
  clock->put_forward(1min);
  begin_to_serve();
  const auto outcome = remote.call(kEcho, "later");
  EXPECT_TRUE(executed(outcome)) << outcome.text;
}

TEST_F(Outage, AnAttemptThatFailsForNobodySaysNothingAboutALaterCall) {
  asio::io_context io;
  once::Client client{io, {.limits = {.connect_timeout = 40ms}}};
  const Stub remote = stub(client, "once://" + silent->endpoint() + "/object");
  EXPECT_EQ(remote.call(kEcho, "", {.deadline = 20ms}).kind, once::OutcomeKind::NotSent);
  io.run();  // until the attempt has failed
  begin_to_serve();
  const auto outcome = remote.call(kEcho, "later");
  EXPECT_TRUE(executed(outcome)) << outcome.text;
}

}  // namespace
}  // namespace raw
