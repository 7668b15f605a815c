// Many threads on one channel: who leads, who follows, and what runs inside what.
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

#include "raw.hpp"

namespace raw {
namespace {

class Threads : public testing::TestWithParam<const char*> {
 protected:
  Threads() {
    server.activate("object", object);
    listen(server, GetParam());
  }

  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
};

/// Starts itself again until it has been completed often enough.
class Chain final : public once::PendingCall {
 public:
  Chain(const Stub& remote, int length) : remote_(remote), left_(length) {}
  void start() { remote_.start(kEcho, "async", *this); }
  void complete(once::RawOutcome outcome, once::CompletedIn) override {
    if (!executed(outcome) || text(outcome.body) != "async") {
      ++errors;
      ADD_FAILURE() << outcome.text;
    }
    if (--left_ > 0) {
      start();
    } else {
      done.open();
    }
  }
  std::atomic<int> errors{0};
  Latch done;

 private:
  const Stub& remote_;
  int left_;
};

void call_often(const Stub& remote, int thread, int calls, std::atomic<int>& errors) {
  for (int i = 0; i < calls; ++i) {
    const std::string sent = std::to_string(thread) + "/" + std::to_string(i);
    const auto outcome = remote.call(kEcho, sent);
    if (!executed(outcome) || text(outcome.body) != sent) {
      ++errors;
      ADD_FAILURE() << outcome.text;
    }
  }
}

TEST_P(Threads, ShareAChannelBesideARunningLoop) {
  constexpr int kThreads = 8, kCalls = 100, kChains = 64, kLength = 5;
  LoopThread client_loop;
  once::Client client{client_loop.io};
  const Stub remote = stub(client, server.reference_to("object"));
  std::atomic<int> errors{0};
  {
    std::vector<std::unique_ptr<Chain>> chains;
    for (int i = 0; i < kChains; ++i) chains.push_back(std::make_unique<Chain>(remote, kLength));
    for (const auto& chain : chains) chain->start();
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < kThreads; ++t)
        threads.emplace_back([&, t] { call_often(remote, t, kCalls, errors); });
    }
    for (const auto& chain : chains) {
      chain->done.wait();
      errors += chain->errors;
    }
  }
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(object->calls, kThreads * kCalls + kChains * kLength);
}

TEST_P(Threads, ShareAChannelWithoutALoop) {
  constexpr int kThreads = 8, kCalls = 100;
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  std::atomic<int> errors{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] { call_often(remote, t, kCalls, errors); });
  }
  EXPECT_EQ(errors, 0);
  EXPECT_EQ(object->calls, kThreads * kCalls);
}

TEST_P(Threads, CallSynchronouslyInsideAHandlerOfTheirOwnLoop) {
  asio::io_context io;
  once::Client client{io};
  const Stub remote = stub(client, server.reference_to("object"));
  Pending other;
  std::string inside;
  asio::post(io, [&] {
    remote.start(kEcho, "other", other);
    inside = text(remote.call(kEcho, "inside").body);
  });
  io.run();
  EXPECT_EQ(inside, "inside");
  EXPECT_EQ(text(other.get().body), "other");
}

TEST_P(Threads, ServantsCallOtherServersFromTheirLoop) {
  LoopThread front_loop;
  once::Server front{front_loop.io};
  const auto target = server.reference_to("object");
  auto relay = std::make_shared<Object>();
  relay->on(kWork, [target](once::Request& request, once::Responder respond) {
    const auto outcome = request.channel_to(target)->call(
        outgoing(target, kEcho, once::Slice::copy_of(request.body().view())));
    std::move(respond).value(outcome.body, false);
  });
  front.activate("relay", relay);
  listen(front, GetParam());
  once::Client client;
  const auto outcome = stub(client, front.reference_to("relay")).call(kWork, "through");
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "through");
}

INSTANTIATE_TEST_SUITE_P(Transports, Threads,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));

}  // namespace
}  // namespace raw
