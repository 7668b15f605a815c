// A server in virtual time that is asked for more than it can do: what it gets done, and what becomes of the rest.
#include <algorithm>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

constexpr Duration kWork = 200us;

/// One servant that takes 200 us for a call, and clients that do not wait for answers unless they say so. Calls are
/// at least once, so that no window stands before the queue.
class Load : public ::testing::Test {
 protected:
  struct Counts {
    std::uint64_t made = 0, executed = 0, refused = 0, late = 0;
    std::vector<Duration> took;  // from arrival to reply
    std::vector<std::uint64_t> by_client;
    Duration quantile(double share) {
      std::sort(took.begin(), took.end());
      return took.empty() ? Duration{0}
                          : took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
    }
    std::uint64_t capacity = 0;  // what one servant could have run
  };

  void open(std::size_t clients) {
    desk.takes_arrivals = false;
    for (std::size_t i = 0; i < clients; ++i) sessions.push_back(desk.open(i + 1, i + 1));
  }
  /// `factor` times what the servant can do, from the clients from `first` on, while those before call when they have
  /// been answered. `budget`: of each call.
  Counts run(double factor, Duration time, std::size_t first = 0,
             std::uint32_t budget_ms = kBudgetUnlimited) {
    counts = Counts{};
    counts.by_client.resize(sessions.size());
    counts.capacity = static_cast<std::uint64_t>(time / kWork);
    const Time end = desk.now + time;
    callers = first;
    budget = budget_ms;
    for (std::size_t client = 0; client < first; ++client) ask(client);
    Time due = desk.now + gap(factor);
    std::size_t turn = first;
    while (desk.now < end) {
      serve();
      desk.now = std::min(due, running ? free_at : due);
      if (running && free_at <= desk.now) finish();
      for (; due <= desk.now; due += gap(factor)) {
        ask(turn);
        if (++turn == sessions.size()) turn = first;
      }
    }
    callers = 0;
    return counts;
  }

 private:
  Duration gap(double factor) {  // between half and one and a half times the mean
    dice = dice * 6364136223846793005 + 1442695040888963407;
    const double share = 0.5 + static_cast<double>(dice >> 11) * 0x1p-53;
    return std::chrono::duration_cast<Duration>(kWork / factor * share);
  }
  void ask(std::size_t client) {
    ++counts.made;
    desk.session = sessions[client];
    SessionMessage message = desk.header(MessageType::Request, ++number);
    message.semantics = Semantics::AtLeastOnce;
    message.budget_ms = budget;
    asked[number] = {client, desk.now};
    desk.say(message);
    note_refusals();
  }
  void note_refusals() {
    std::vector<std::size_t> again;
    for (const Sent& sent : desk.sent) {
      if (sent.type != MessageType::NotExecuted) continue;
      ++counts.refused;
      const std::size_t client = asked.at(sent.answer.sequence).first;
      if (client < callers) again.push_back(client);
      asked.erase(sent.answer.sequence);
    }
    for (const std::size_t client : again) ask(client);
  }
  void serve() {
    while (!running) {
      current = desk.next();
      const bool one = current != 0;
      note_refusals();
      if (!one) return;
      running = desk.start(desk.arrivals.size() - 1);
      note_refusals();
      free_at = desk.now + kWork;
    }
  }
  void finish() {
    running = false;
    desk.reply(desk.arrivals.size() - 1);
    const auto [client, at] = asked.at(current);
    asked.erase(current);
    ++counts.executed;
    ++counts.by_client[client];
    counts.took.push_back(desk.now - at);
    if (budget != kBudgetUnlimited && desk.now - at > std::chrono::milliseconds{budget} + kWork)
      ++counts.late;
    if (client < callers) ask(client);
    desk.arrivals.clear();
  }

 protected:
  ServerDesk desk;
  std::vector<SessionId> sessions;

 private:
  Counts counts;
  std::map<Sequence, std::pair<std::size_t, Time>> asked;
  std::uint64_t dice = 7;
  Sequence number = 0, current = 0;
  bool running = false;
  Time free_at{};
  std::size_t callers = 0;
  std::uint32_t budget = kBudgetUnlimited;
};

TEST_F(Load, BeyondCapacityAsMuchGetsDoneAndSoon) {
  open(8);
  Counts idle = run(0.3, 1s);
  EXPECT_EQ(idle.refused, 0u);
  for (const double factor : {3.0, 10.0}) {
    run(factor, 500ms);
    Counts load = run(factor, 2s);
    EXPECT_GE(load.executed, load.capacity * 99 / 100);
    EXPECT_GE(load.refused, (load.made - load.executed) * 95 / 100);
    // A turn of all clients: what is accepted is what has come since the turn before.
    EXPECT_LE(load.quantile(0.5), 2 * 8 * kWork);
    EXPECT_LE(load.quantile(0.99), 4 * 8 * kWork);
    desk.now += 1s;
  }
}

TEST_F(Load, ALoneClientsCallsAreAsQuickAsWhenTheServerIsIdle) {
  open(1);
  Counts idle = run(0.3, 1s);
  run(3, 500ms);
  Counts load = run(3, 2s);
  EXPECT_GE(load.executed, load.capacity * 99 / 100);
  EXPECT_LE(load.quantile(0.99), 3 * idle.quantile(0.99));
}

TEST_F(Load, NothingBeginsThatIsOutOfTime) {
  open(8);
  run(3, 500ms, 0, 8);
  Counts load = run(3, 2s, 0, 8);
  EXPECT_EQ(load.late, 0u);
  EXPECT_GE(load.executed, load.capacity * 99 / 100);
}

TEST_F(Load, OneGreedyClientTakesNothingFromTheOthers) {
  open(100);
  run(3, 1s, 99);
  Counts load = run(3, 4s, 99);
  const std::uint64_t share = load.capacity / 100;
  for (std::size_t client = 0; client < 99; ++client) {
    EXPECT_GE(load.by_client[client], share * 9 / 10) << client;
  }
  EXPECT_LE(load.by_client[99], share * 11 / 10);
}

TEST_F(Load, IsAsUsualSoonAfterAnOverload) {
  open(8);
  Counts usual = run(0.8, 2s);
  run(5, 5s);
  run(0.8, 100ms);
  Counts after = run(0.8, 2s);
  EXPECT_EQ(after.refused, 0u);
  EXPECT_LE(after.quantile(0.99), 2 * usual.quantile(0.99));
}

TEST(ReplayBudget, SpentByClientsThatNeverAcknowledgeIsKeptAndNothingRunsTwice) {
  ServerLimits limits;
  limits.window_initial = 64;
  limits.reply_bytes_max = 1u << 20;
  ServerDesk desk{limits};
  const std::string large(3'900, 'x');
  std::map<RequestId, int> runs;
  std::map<RequestId, MessageType> first_answers;
  std::vector<SessionId> sessions;
  for (std::uint64_t client = 1; client <= 40; ++client) sessions.push_back(desk.open(client, client));
  for (int round = 0; round < 3; ++round) {
    for (const SessionId session : sessions) {
      desk.session = session;
      for (Sequence number = 1; number <= 64; ++number) {
        const std::size_t arrivals = desk.arrivals.size();
        desk.request(number);
        if (desk.arrivals.size() > arrivals && desk.start(arrivals, 4'000)) {
          ++runs[{session, number}];
          desk.reply(arrivals, large);
        }
        ASSERT_EQ(desk.sent.size(), 1u);
        const auto [known, is_first] = first_answers.try_emplace({session, number}, desk.last().type);
        EXPECT_EQ(known->second, desk.last().type);  // whatever was said is said again
        EXPECT_LE(desk.server->reply_bytes(), limits.reply_bytes_max);
      }
    }
  }
  EXPECT_GT(runs.size(), 200u);
  EXPECT_LT(runs.size(), 300u);  // the others were refused
  for (const auto& [id, count] : runs) EXPECT_EQ(count, 1);
  EXPECT_EQ(desk.counters().replies_evicted, 0u);
  EXPECT_EQ(desk.server->records(), runs.size());
  // Who acknowledges makes room.
  desk.session = sessions[0];
  desk.ack(64);
  desk.request(65);
  EXPECT_TRUE(desk.start(desk.arrivals.size() - 1, 4'000));
}

}  // namespace
}  // namespace once::core::testing
