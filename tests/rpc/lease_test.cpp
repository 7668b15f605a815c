// Leases of sessions after a pause of the server's process: what arrived meanwhile counts first.
#include <algorithm>
#include <vector>

#include "raw.hpp"

namespace raw {
namespace {

/// Time that passes when the test says so. Whoever has a timer that is due is called by the test's thread.
class ManualClock final : public once::Clock {
 public:
  once::Time now() const override { return once::Time{once::Duration{now_.load()}}; }
  std::unique_ptr<once::Timer> make_timer(asio::any_io_executor,
                                          std::weak_ptr<once::EventHandler> handler) override {
    return std::make_unique<OneShot>(*this, std::move(handler));
  }
  void call_at(asio::any_io_executor, once::Time, std::function<void()>) override {}  // nobody sleeps here

  void advance(once::Duration time) {
    now_ += time.count();
    const auto timers = timers_;
    for (OneShot* timer : timers) timer->expire();
  }

 private:
  class OneShot final : public once::Timer {
   public:
    OneShot(ManualClock& clock, std::weak_ptr<once::EventHandler> handler)
        : clock_(clock), handler_(std::move(handler)) {
      clock_.timers_.push_back(this);
    }
    ~OneShot() override { std::erase(clock_.timers_, this); }
    void set(once::Time when) override { when_ = when; }
    void expire() {
      if (when_ > clock_.now()) return;
      when_ = once::kNever;
      if (const auto handler = handler_.lock()) handler->on_event(once::Event::Expired);
    }

   private:
    ManualClock& clock_;
    const std::weak_ptr<once::EventHandler> handler_;
    once::Time when_ = once::kNever;
  };

  std::atomic<once::Duration::rep> now_{once::Duration{1h}.count()};
  std::vector<OneShot*> timers_;
};

class Lease : public testing::TestWithParam<const char*> {};

TEST_P(Lease, IsJudgedAfterWhatArrivedDuringAPause) {
  constexpr int kClients = 150;  // more datagrams than are read at once, fewer than a socket holds
  const auto clock = std::make_shared<ManualClock>();
  asio::io_context server_io;
  once::Environment environment{server_io};
  environment.clock = clock;
  const auto object = std::make_shared<Object>();
  const auto until_idle = [&] {
    server_io.restart();
    server_io.poll();
  };
  once::Server server{environment};
  server.activate("object", object);
  server.listen(GetParam());

  // Every client has a session. Their loop never runs: they send what they send once.
  asio::io_context io;
  std::vector<Pending> pending(kClients);
  std::vector<std::unique_ptr<once::Client>> clients;
  std::vector<Stub> stubs;
  std::thread thread{[&, work = asio::make_work_guard(server_io)] { server_io.run(); }};
  for (int i = 0; i <= kClients; ++i) {
    clients.push_back(std::make_unique<once::Client>(io));
    stubs.push_back(stub(*clients.back(), server.reference_to("object")));
    EXPECT_TRUE(executed(stubs.back().call(kEcho, "")));
  }
  server_io.stop();
  thread.join();
  until_idle();
  ASSERT_EQ(server.statistics().sessions, kClients + 1u);

  // The server stands still for longer than a lease. All clients but the last one call it meanwhile.
  for (std::size_t i = 0; i < kClients; ++i) stubs[i].start(kEcho, "", pending[i]);
  clock->advance(61s);
  until_idle();
  EXPECT_EQ(object->calls, 2 * kClients + 1);
  clock->advance(1s);
  EXPECT_EQ(server.statistics().sessions, std::size_t{kClients});
  EXPECT_EQ(server.statistics().sessions_expired, 1u);

  // The others end with their leases, too.
  clock->advance(61s);
  EXPECT_EQ(server.statistics().sessions, 0u);
}

INSTANTIATE_TEST_SUITE_P(Transports, Lease, testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0"));

}  // namespace
}  // namespace raw
