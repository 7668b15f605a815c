// What calls and sessions cost in memory: nothing allocated per call in steady state, little kept per
// session.
#include <gtest/gtest.h>

#include "allocation_count.hpp"
#include "core/client_core.hpp"
#include "core/octets.hpp"
#include "core/server_core.hpp"
#include "core/wire.hpp"

namespace once::core {
namespace {

using once::testing::allocations;

/// A client and a server that hand each other their messages at once; the harness itself allocates nothing.
class Loop {
 public:
  Loop() : server_(server_config(), now_), client_(client_config(), now_) {
    path_.message_max = 60'000;
    client_.connected(now_, path_);
  }
  void run(std::size_t calls, Semantics semantics) {
    for (std::size_t i = 0; i < calls; ++i) {
      CallRequest request;
      request.semantics = semantics;
      request.object_key = Slice::borrowed(as_bytes("account"));
      request.body = body_;
      request.deadline = now_ + std::chrono::seconds{10};
      ASSERT_TRUE(client_.start(now_, std::move(request)));
    }
    std::size_t done = 0;
    while (done < calls) {
      now_ += std::chrono::microseconds{10};
      while (client_.poll_transmit(now_, out_)) exchange();
      while (client_.poll_completion(completion_)) ++done;
    }
  }

 private:
  static ServerConfig server_config() {
    ServerConfig config;
    config.epoch = {0, 1};
    config.secret = {1, 2};
    return config;
  }
  static ClientConfig client_config() {
    ClientConfig config;
    config.instance = {1, 2};
    return config;
  }
  Slice whole() const {
    Buffer message{out_.header.size() + out_.body.size()};
    message.append(out_.header);
    message.append(out_.body);
    return std::move(message).freeze();
  }
  void exchange() {
    server_.receive(now_, path_, whole());
    while (server_.poll_arrival(now_, arrival_)) {
      if (!server_.start(now_, arrival_.call, 1000)) continue;
      server_.reply(now_, arrival_.call, ReplyStatus::Value, std::move(arrival_.body), false);
    }
    while (server_.poll_transmit(out_)) client_.receive(now_, path_, whole());
  }

  Time now_{std::chrono::seconds{1000}};
  Path path_;
  ServerCore server_;
  ClientCore client_;
  Slice body_ = Slice::copy_of(as_bytes("some arguments"));
  Transmit out_;
  Arrival arrival_;
  CallCompletion completion_;
};

class SteadyState : public ::testing::TestWithParam<Semantics> {};

TEST_P(SteadyState, CallsAllocateNothing) {
  Loop loop;
  for (int i = 0; i < 50; ++i) loop.run(100, GetParam());
  const std::uint64_t before = allocations().count;
  for (int i = 0; i < 50; ++i) loop.run(100, GetParam());
  EXPECT_EQ(allocations().count - before, 0u);
}

std::string name_of(const ::testing::TestParamInfo<Semantics>& semantics) {
  switch (semantics.param) {
    case Semantics::Maybe: return "Maybe";
    case Semantics::AtLeastOnce: return "AtLeastOnce";
    default: return "AtMostOnce";
  }
}
INSTANTIATE_TEST_SUITE_P(Semantics, SteadyState,
                         ::testing::Values(Semantics::Maybe, Semantics::AtLeastOnce, Semantics::AtMostOnce),
                         name_of);

TEST(IdleSessions, CostLessThanHalfAKilobyteEach) {
  constexpr std::uint64_t kSessions = 100'000;
  Time now{std::chrono::seconds{1000}};
  ServerConfig config;
  config.secret = {1, 2};
  ServerCore server{config, now};
  Path path;
  path.validated = true;
  Bytes octets;
  Transmit out;
  Hello hello;
  hello.window_max = 64;
  hello.message_max = 1000;
  const std::uint64_t before = allocations().octets;
  for (std::uint64_t i = 0; i < kSessions; ++i) {
    hello.nonce = i + 1;
    hello.instance = {1, i};
    write(hello, octets);
    server.receive(now, path, Slice::borrowed(octets));
    while (server.poll_transmit(out)) continue;
  }
  ASSERT_EQ(server.sessions(), kSessions);
  // Everything that was ever allocated, so what growing indexes gave back counts as well.
  EXPECT_LT((allocations().octets - before) / kSessions, 512u);
  now += std::chrono::hours{1};
  server.timeout(now);
  EXPECT_EQ(server.sessions(), 0u);
}

}  // namespace
}  // namespace once::core
