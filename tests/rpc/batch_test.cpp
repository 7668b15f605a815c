// What is asked for together goes out together, and nothing waits for what may take long.
#include <vector>

#include "raw.hpp"
#include "wrapped_network.hpp"

namespace raw {
namespace {

/// Time passes only when a test says so.
class HandClock final : public once::Clock {
 public:
  once::Time now() const override { return now_; }
  std::unique_ptr<once::Timer> make_timer(asio::any_io_executor executor,
                                          std::weak_ptr<once::EventHandler> handler) override {
    return once::steady_clock()->make_timer(std::move(executor), std::move(handler));
  }
  void call_at(asio::any_io_executor executor, once::Time when, std::function<void()> function) override {
    once::steady_clock()->call_at(std::move(executor), when, std::move(function));
  }
  void pass(once::Duration time) { now_ += time; }

 private:
  once::Time now_ = std::chrono::steady_clock::now();
};

/// Datagrams take time to be sent.
class HandNetwork final : public WrappedNetwork {
 public:
  using Datagrams = once::Result<std::unique_ptr<once::DatagramSocket>>;

  HandNetwork(std::shared_ptr<HandClock> clock, const once::Duration& sends_take)
      : clock_(std::move(clock)), takes_(sends_take) {}
  Datagrams bind_datagram(asio::any_io_executor executor, const once::Address& local, bool shared) override {
    return slow(WrappedNetwork::bind_datagram(std::move(executor), local, shared));
  }
  Datagrams connect_datagram(asio::any_io_executor executor, const once::Address& peer) override {
    return slow(WrappedNetwork::connect_datagram(std::move(executor), peer));
  }

 private:
  class Socket final : public WrappedDatagramSocket {
   public:
    Socket(std::unique_ptr<once::DatagramSocket> real, std::shared_ptr<HandClock> clock,
           const once::Duration& takes)
        : WrappedDatagramSocket(std::move(real)), clock_(std::move(clock)), takes_(takes) {}
    std::error_code send(const once::Address& to, std::span<const once::ByteView> pieces) override {
      clock_->pass(takes_);
      return WrappedDatagramSocket::send(to, pieces);
    }

   private:
    const std::shared_ptr<HandClock> clock_;
    const once::Duration& takes_;
  };

  Datagrams slow(Datagrams real) {
    if (!real) return real;
    return std::unique_ptr<once::DatagramSocket>{std::make_unique<Socket>(std::move(*real), clock_, takes_)};
  }

  const std::shared_ptr<HandClock> clock_;
  const once::Duration& takes_;
};

/// Client and server on one loop, in the test's own thread: what each of them does at a time is always the same.
class Batches : public testing::Test {
 protected:
  static constexpr std::size_t kPlaces = 32;

  /// Calls again whenever it has an answer, until all calls have been made.
  struct Place final : once::PendingCall {
    void complete(once::RawOutcome outcome, once::CompletedIn) override {
      EXPECT_TRUE(executed(outcome)) << outcome.text;
      ++test->answered;
      test->clock->pass(test->handler_takes);
      start();
    }
    void start() {
      if (test->left == 0) return;
      --test->left;
      test->remote.start(kEcho, "", *this, {.deadline = 1min});
    }
    Batches* test = nullptr;
  };

  Batches() {
    server.activate("object", object);
    server.listen("udp://127.0.0.1:0");
    remote = stub(client, server.reference_to("object"));
    for (Place& place : places) place.test = this;
    let_all_be_answered(1, 1);  // and a session be made
  }

  void let_all_be_answered(std::size_t calls, std::size_t count) {
    left = calls;
    const std::size_t all = answered + calls;
    for (std::size_t i = 0; i < count; ++i) places[i].start();
    while (answered < all) io.run_one();
  }
  once::Environment environment() {
    once::Environment made{io};
    made.clock = clock;
    made.network = std::make_shared<HandNetwork>(clock, sends_take);
    return made;
  }
  once::Environment counted() {
    once::Environment made = environment();
    made.network = both_ways;
    return made;
  }
  /// Datagrams.
  std::uint64_t asked() const { return server.statistics().datagrams; }
  std::uint64_t said() const { return both_ways->counters().datagrams - asked(); }

  asio::io_context io;
  const std::shared_ptr<HandClock> clock = std::make_shared<HandClock>();
  once::Duration handler_takes{0}, sends_take{0};
  const std::shared_ptr<once::FaultInjector> both_ways =
      std::make_shared<once::FaultInjector>(environment(), once::Faults{});
  std::size_t left = 0, answered = 0;
  std::array<Place, kPlaces> places;
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server{counted()};
  once::Client client{environment()};
  Stub remote;
};

TEST_F(Batches, OfCallsAndAnswersGoTogether) {
  let_all_be_answered(100 * kPlaces, kPlaces);
  const std::uint64_t asked_before = asked(), said_before = said();
  let_all_be_answered(100 * kPlaces, kPlaces);
  EXPECT_LE(asked() - asked_before, 100 + kPlaces);  // the first call of each place is made alone
  EXPECT_LE(said() - said_before, 100 + kPlaces);
  EXPECT_EQ(server.statistics().executed, answered);
}

TEST_F(Batches, AreNotEndedByASlowNetwork) {
  sends_take = 100us;
  bool first = true;
  object->on(kEcho, [&](once::Request&, once::Responder respond) {
    if (std::exchange(first, false)) clock->pass(1ms);  // the servant may be slow, from then on
    std::move(respond).value({}, false);
  });
  let_all_be_answered(100 * kPlaces, kPlaces);
  const std::uint64_t asked_before = asked(), said_before = said();
  let_all_be_answered(100 * kPlaces, kPlaces);
  EXPECT_LE(asked() - asked_before, 100 + kPlaces);
  EXPECT_LE(said() - said_before, 100 + kPlaces);
}

TEST_F(Batches, OfCallsDoNotWaitForHandlersThatTakeLong) {
  handler_takes = 100us;
  const std::uint64_t before = asked();
  let_all_be_answered(10 * kPlaces, kPlaces);
  EXPECT_GE(asked() - before, 9 * kPlaces);
}

TEST_F(Batches, OfAnswersDoNotWaitForServantsThatMayTakeLong) {
  std::uint64_t said_meanwhile = 0;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    said_meanwhile = said();
    clock->pass(1s);
    std::move(respond).value({}, false);
  });
  for (int round = 0; round < 2; ++round) {
    const std::uint64_t before = said();
    const std::size_t all = answered + 2;
    remote.start(kEcho, "", places[0], {.deadline = 1min});
    remote.start(kWork, "", places[1], {.deadline = 1min});
    while (answered < all) io.run_one();
    EXPECT_EQ(said_meanwhile, before + 1);
  }
}

TEST_F(Batches, OfAnswersDoNotWaitForManyServants) {
  object->on(kEcho, [&](once::Request&, once::Responder respond) {
    clock->pass(5us);
    std::move(respond).value({}, false);
  });
  let_all_be_answered(kPlaces, kPlaces);
  const std::uint64_t before = said();
  let_all_be_answered(kPlaces, kPlaces);
  EXPECT_GE(said() - before, kPlaces / 10);
  EXPECT_LE(said() - before, kPlaces / 9 + 2);
}

TEST_F(Batches, OfServantsEndInTimeForWhatComesMeanwhile) {
  const once::Address to = *once::parse_address("127.0.0.1", server.endpoints().front().port);
  const auto stranger = std::move(*once::posix_network()->connect_datagram(io.get_executor(), to));
  std::uint64_t known = 0;
  std::vector<bool> has_been_read;
  object->on(kEcho, [&](once::Request&, once::Responder respond) {
    if (has_been_read.empty()) {
      known = asked();
      const std::array<std::uint8_t, 1> noise{};
      EXPECT_FALSE(stranger->send(to, std::array{once::ByteView{noise}}));
    }
    has_been_read.push_back(asked() > known);
    clock->pass(30us);
    std::move(respond).value({}, false);
  });
  let_all_be_answered(kPlaces, kPlaces);
  // Four servants make a turn, and one turn may have been due before the datagram was seen to have come.
  EXPECT_TRUE(has_been_read.at(8));
}

}  // namespace
}  // namespace raw
