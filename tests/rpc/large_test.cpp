// Requests and replies of up to 16 MiB over UDP, on good lines and bad ones.
#include "raw.hpp"

namespace raw {
namespace {

constexpr std::size_t kLargest = 16u << 20;
const once::CallOptions kPatient{.deadline = 120s};

/// Octets that are different at every place.
std::string pattern(std::size_t size) {
  std::string octets(size, '\0');
  std::uint64_t random = size;
  for (char& octet : octets) {
    random = random * 6364136223846793005 + 1442695040888963407;
    octet = static_cast<char>(random >> 56);
  }
  return octets;
}

struct Line {
  double loss = 0;
  std::uint32_t datagram = 60'000;
};

/// A server on a loop of its own, and the environment of a client behind a bad line.
class Large : public testing::Test {
 protected:
  explicit Large(const Line& line = {}) {
    limits.datagram_max_loopback = line.datagram;
    server.emplace(loop.io, once::ServerOptions{.limits = limits});
    server->activate("object", object);
    server->listen("udp://127.0.0.1:0");
    if (line.loss > 0) {
      once::Faults faults;
      faults.loss = line.loss;
      environment.network = std::make_shared<once::FaultInjector>(environment, faults);
    }
    client.emplace(environment, once::ClientOptions{.limits = limits});
  }
  Stub remote() { return stub(*client, server->reference_to("object")); }
  std::uint64_t largest_datagram() const {
    return std::max(client->statistics().datagram_largest, server->statistics().datagram_largest);
  }

  LoopThread loop;
  asio::io_context io;
  once::Environment environment{io};
  once::Limits limits;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  std::optional<once::Server> server;
  std::optional<once::Client> client;
};

void expect_echo(const once::RawOutcome& outcome, const std::string& sent) {
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_TRUE(text(outcome.body) == sent);  // not EXPECT_EQ, which would print them
}

TEST_F(Large, CallOfSixteenMebibytesIsEchoedOverUdp) {
  const std::string sent = pattern(kLargest);
  expect_echo(remote().call(kEcho, sent, kPatient), sent);
  EXPECT_EQ(object->calls, 1);
  EXPECT_LE(largest_datagram(), 60'000u);
}

TEST_F(Large, CallBeyondTheLimitIsNotSent) {
  const auto outcome = remote().call(kEcho, std::string(kLargest + 1, 'x'), kPatient);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code, once::Errc::message_too_large);
  EXPECT_EQ(object->calls, 0);
}

TEST_F(Large, ReplyBeyondTheLimitIsLost) {
  object->on(kWork, [](once::Request&, once::Responder respond) {
    std::move(respond).value(bytes(std::string(kLargest + 1, 'x')), false);
  });
  const auto outcome = remote().call(kWork, "", kPatient);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::ReplyLost);
  EXPECT_EQ(outcome.code, once::Errc::reply_too_large);
}

TEST_F(Large, EveryKindOfCallMayBeLarge) {
  const std::string sent = pattern(500'000);
  expect_echo(remote().call(kLook, sent, kPatient), sent);
  Latch told;
  object->on(kTell, [&](once::Request& request, once::Responder) {
    if (text(request.body()) == sent) told.open();
  });
  LoopThread client_loop;
  once::Client looping{client_loop.io};
  EXPECT_EQ(stub(looping, server->reference_to("object")).call(kTell, sent, kPatient).kind,
            once::OutcomeKind::Sent);
  told.wait();
}

TEST_F(Large, MaybeCallOfAClientThatNobodyRunsHasArrivedWhenItReturns) {
  const std::string sent = pattern(2'000'000);
  Latch told;
  object->on(kTell, [&](once::Request& request, once::Responder) {
    if (text(request.body()) == sent) told.open();
  });
  EXPECT_EQ(remote().call(kTell, sent, kPatient).kind, once::OutcomeKind::Sent);
  told.wait();
}

TEST_F(Large, CallbacksMayBeLargeInBothDirections) {
  const std::string sent = pattern(2'000'000);
  object->on(kCallBack, [](once::Request& request, once::Responder respond) {
    once::ObjectRef target;
    target.key = "callback-1";
    const auto outcome = request.channel_to(target)->call(
        outgoing(target, kEcho, once::Slice::copy_of(request.body().view()), kPatient));
    std::move(respond).value(executed(outcome) ? outcome.body : bytes(outcome.text), false);
  });
  auto mine = std::make_shared<Object>();
  const auto activation = client->activate(mine);
  ASSERT_EQ(activation.ref().key, "callback-1");
  expect_echo(remote().call(kCallBack, sent, kPatient), sent);
  EXPECT_EQ(mine->calls, 1);
}

class LargeOnABadLine : public Large {
 protected:
  LargeOnABadLine() : Large({.loss = 0.2}) {}
};

TEST_F(LargeOnABadLine, CallOfSixteenMebibytesIsEchoedAndRunsOnce) {
  const std::string sent = pattern(kLargest);
  expect_echo(remote().call(kEcho, sent, kPatient), sent);
  EXPECT_EQ(object->calls, 1);
  EXPECT_LE(largest_datagram(), 60'000u);
  EXPECT_GT(client->statistics().fragments_lost, 20u);
}

/// That they overtake it shows in virtual time (tests/core).
TEST_F(LargeOnABadLine, SmallCallsGoBesideALargeOne) {
  LoopThread client_loop;
  once::Environment elsewhere{client_loop.io};
  elsewhere.network = environment.network;
  once::Client looping{elsewhere};
  const Stub target = stub(looping, server->reference_to("object"));
  const std::string sent = pattern(kLargest);
  // Before there is a session the large one would fill the queue of those that wait for it.
  expect_echo(target.call(kEcho, "first", kPatient), "first");
  Pending large;
  target.start(kEcho, sent, large, kPatient);
  int beside = 1;
  for (int i = 0; i < 50; ++i) {
    const auto outcome = target.call(kEcho, "small", kPatient);
    ASSERT_TRUE(executed(outcome)) << outcome.text;
    ++beside;
  }
  expect_echo(large.get(), sent);
  EXPECT_EQ(object->calls, beside + 1);
}

class LargeInSmallPieces : public Large {
 protected:
  LargeInSmallPieces() : Large({.loss = 0.2, .datagram = 1'200}) {}
};

TEST_F(LargeInSmallPieces, CallsOfManySizesAreEchoedAndRunOnce) {
  int calls = 0;
  for (const std::size_t size : {1u, 1'000u, 1'096u, 1'097u, 1'200u, 2'400u, 5'000u, 70'000u, 1'000'000u}) {
    const std::string sent = pattern(size);
    expect_echo(remote().call(kEcho, sent, kPatient), sent);
    EXPECT_EQ(object->calls, ++calls) << size;
  }
  EXPECT_LE(largest_datagram(), 1'200u);
}

}  // namespace
}  // namespace raw
