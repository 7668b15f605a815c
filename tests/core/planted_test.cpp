// With a fault planted, the promise is seen to break: the tests and the simulator that look for it can fail.
#include <gtest/gtest.h>

#include "core/planted_bugs.hpp"
#include "server_desk.hpp"

namespace once::core::testing {
namespace {

class Planted {
 public:
  explicit Planted(Bug bug) : bug_(bug) { plant(bug_, true); }
  ~Planted() { plant(bug_, false); }
  Planted(const Planted&) = delete;
  Planted& operator=(const Planted&) = delete;

 private:
  Bug bug_;
};

/// How often one at-most-once call runs on a network that copies everything.
int executions_of_one_call() {
  Pair pair;
  pair.fate = [](const Packet&) { return Pair::Fate{1ms, 2ms}; };
  const CallKey call = pair.start();
  EXPECT_TRUE(pair.run_until_done(call));
  pair.run_for(1s);
  return pair.executions();
}

TEST(PlantedBug, WithoutOneACallRunsOnce) {
  EXPECT_EQ(executions_of_one_call(), 1);
}

TEST(PlantedBug, FilterOffRunsCopies) {
  const Planted bug{Bug::FilterOff};
  EXPECT_GT(executions_of_one_call(), 1);
}

TEST(PlantedBug, RefusalNotRecordedLetsACopyRun) {
  const Planted bug{Bug::RefusalNotRecorded};
  ServerDesk desk;
  desk.open();
  desk.request(1);
  desk.refuse(0, Errc::overloaded);
  EXPECT_TRUE(desk.answered(MessageType::NotExecuted));
  desk.request(1);
  EXPECT_TRUE(desk.start(1));  // told "not executed", and now it runs
}

TEST(PlantedBug, StaleAsNewRunsAgain) {
  const Planted bug{Bug::StaleAsNew};
  ServerDesk desk;
  desk.open();
  desk.run(1);
  desk.ack(1);
  desk.run(1);
  EXPECT_EQ(desk.executions, 2);
}

TEST(PlantedBug, MarkAssignedRunsAgain) {
  const Planted bug{Bug::MarkAssigned};
  ServerDesk desk;
  desk.open();
  desk.run(1);
  desk.ack(1);
  desk.acknowledgement = {};  // an overtaken header
  desk.run(1);
  EXPECT_EQ(desk.executions, 2);
}

TEST(PlantedBug, BitmapAssignedRunsAgain) {
  const Planted bug{Bug::BitmapAssigned};
  ServerDesk desk;
  desk.open();
  desk.run(2);
  desk.ack(0, 0b10);
  desk.acknowledgement = {};  // an overtaken header
  desk.run(2);
  EXPECT_EQ(desk.executions, 2);
}

}  // namespace
}  // namespace once::core::testing
