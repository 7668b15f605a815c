#include <array>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/rpc/fault_injector.hpp>

#include "transport/fault_plan.hpp"

namespace once {
namespace {

using namespace std::chrono_literals;

class Line {
 public:
  explicit Line(const Faults& faults) : injector_(std::make_shared<FaultInjector>(Environment{io_}, faults)) {
    const Address any = *parse_address("127.0.0.1", 0);
    receiver_ = std::move(*posix_network()->bind_datagram(io_.get_executor(), any, false));
    sender_ = std::move(*injector_->connect_datagram(io_.get_executor(), receiver_->local()));
  }

  void send(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string text = std::to_string(i);
      const ByteView piece = as_bytes(text);
      ASSERT_FALSE(sender_->send({}, std::span{&piece, 1}));
      collect();
    }
  }
  /// What has arrived, in order.
  const std::vector<int>& arrived() {
    collect();
    return arrived_;
  }
  void wait(Duration time) { (void)sender_->wait({.readable = true}, time); }
  FaultCounters counters() const { return injector_->counters(); }
  FaultInjector& injector() { return *injector_; }
  asio::io_context& io() { return io_; }
  DatagramSocket& sender() { return *sender_; }
  DatagramSocket& receiver() { return *receiver_; }

 private:
  void collect() {
    Address from;
    Slice datagram;
    while (!receiver_->receive(from, datagram, Duration{0})) {
      arrived_.push_back(std::stoi(std::string{as_text(datagram.view())}));
    }
  }

  asio::io_context io_;
  std::shared_ptr<FaultInjector> injector_;
  std::unique_ptr<DatagramSocket> receiver_, sender_;
  std::vector<int> arrived_;
};

TEST(FaultInjector, DoesNothingUnlessToldTo) {
  Line line{{}};
  line.send(100);
  EXPECT_EQ(line.arrived().size(), 100u);
  EXPECT_EQ(line.counters(), (FaultCounters{.datagrams = 100, .delivered = 100}));
}

TEST(FaultInjector, GivesTheSameFaultsForTheSameSeedAndOthersForAnother) {
  Faults faults{.seed = 7, .loss = 0.3, .duplication = 0.2, .reordering = 0.1, .delay = 0.1};
  faults.delay_min = faults.delay_max = 1ns;
  const auto run = [&](std::uint64_t seed) {
    faults.seed = seed;
    Line line{faults};
    line.send(1000);
    line.wait(1ms);
    FaultCounters counters = line.counters();
    EXPECT_EQ(counters.delivered, counters.datagrams - counters.lost + counters.duplicated);
    EXPECT_EQ(line.arrived().size(), counters.delivered);
    return std::pair{counters, line.arrived()};
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7).first, run(8).first);
  const FaultCounters counters = run(7).first;
  EXPECT_NEAR(static_cast<double>(counters.lost), 300, 60);
  EXPECT_NEAR(static_cast<double>(counters.duplicated), 200, 50);
}

TEST(FaultInjector, HoldsADatagramBackUntilAnotherHasPassed) {
  Faults faults{.seed = 1, .reordering = 0.5};
  faults.delay_max = 1h;
  Line line{faults};
  line.send(200);
  const auto& arrived = line.arrived();
  EXPECT_GT(line.counters().reordered, 50u);
  EXPECT_FALSE(std::is_sorted(arrived.begin(), arrived.end()));
  EXPECT_GE(arrived.size(), 180u);
}

TEST(FaultInjector, LetsEverythingPassOnceItIsStopped) {
  Line line{{.loss = 1}};
  line.send(10);
  EXPECT_TRUE(line.arrived().empty());
  line.injector().stop();
  line.send(10);
  EXPECT_EQ(line.arrived().size(), 10u);
}

struct Reader final : EventHandler {
  explicit Reader(DatagramSocket& from) : socket(from) {}
  void on_event(Event) override {
    Address from;
    Slice datagram;
    while (!socket.receive(from, datagram, Duration{0})) ++received;
  }
  DatagramSocket& socket;
  int received = 0;
};

TEST(FaultInjector, DelaysInBothDirectionsWhereALoopRuns) {
  Faults faults{.delay = 1};
  faults.delay_min = faults.delay_max = 1ms;
  Line line{faults};
  const auto reader = std::make_shared<Reader>(line.sender());
  const std::string text = "1";
  const ByteView piece = as_bytes(text);
  // Towards the sender: the wait ends when the delay does.
  ASSERT_FALSE(line.receiver().send(line.sender().local(), std::span{&piece, 1}));
  while (reader->received == 0) {
    line.sender().async_wait(Event::Readable, reader);
    line.io().restart();
    line.io().run_one();
  }
  // From the sender: by the timer alone.
  line.send(1);
  while (line.arrived().empty()) {
    line.io().restart();
    line.io().run_one();
  }
  EXPECT_EQ(line.counters().delayed, 2u);
}

TEST(FaultInjector, CutsAConnectionAfterExactlySoManyOctets) {
  asio::io_context io;
  const auto network = posix_network();
  for (std::uint64_t limit = 0; limit <= 12; ++limit) {
    FaultInjector injector{Environment{io}, {.cuts = {{.sent = limit}}}};
    const auto listener =
        std::move(*network->listen(io.get_executor(), *parse_address("127.0.0.1", 0), false));
    const auto near = std::move(*injector.connect_stream(io.get_executor(), listener->local()));
    ASSERT_TRUE(listener->wait({.readable = true}, 5s));
    const auto far = std::move(*listener->accept());
    ASSERT_TRUE(near->wait({.writable = true}, 5s));
    ASSERT_FALSE(near->connected());
    const std::array<ByteView, 2> pieces{as_bytes("abcd"), as_bytes("efgh")};
    (void)near->send(pieces);
    if (limit < 8) {
      EXPECT_FALSE(near->send(pieces));
    } else {
      (void)near->send(pieces);
    }
    std::string got;
    std::array<std::uint8_t, 100> room{};
    while (got.size() < std::min<std::uint64_t>(limit, 16)) {
      const auto count = far->receive(room, 5s);
      ASSERT_TRUE(count);
      got += as_text(ByteView{room}.first(*count));
    }
    EXPECT_EQ(got, std::string{"abcdefghabcdefgh"}.substr(0, limit));
    EXPECT_EQ(*far->receive(room, 5s), 0u);
    EXPECT_EQ(injector.counters().connections_cut, 1u);
  }
}

TEST(FaultDice, IsTheSameEverywhere) {
  transport::FaultDice dice{1, 0};
  EXPECT_EQ(dice.next(), transport::FaultDice(1, 0).next());
  EXPECT_NE(dice.next(), transport::FaultDice(1, 0).next());
  EXPECT_FALSE(dice.chance(0));
  EXPECT_TRUE(dice.chance(1));
  EXPECT_EQ(dice.between(5, 5), 5u);
}

}  // namespace
}  // namespace once
