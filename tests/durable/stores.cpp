// What every once::Store must do: docs/stores.md.
#include "stores.hpp"

#include <algorithm>
#include <thread>

#include <asio/post.hpp>

namespace once::test {

TEST_P(Stores, RaiseTheEpochAtEveryStart) {
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    const auto store = storage_->open();
    const std::uint64_t epoch = store->recover().epoch;
    EXPECT_GT(epoch, last);
    last = epoch;
  }
}

TEST_P(Stores, KeepSessions) {
  {
    const auto store = storage_->open();
    EXPECT_TRUE(store->recover().sessions.empty());
    EXPECT_EQ(keep(*store, 0x8000000000000007, "first"), Errc::ok);
    EXPECT_EQ(keep(*store, 8, "second"), Errc::ok);
    EXPECT_EQ(keep(*store, 8, "second again"), Errc::ok);
  }
  const Store::Recovery recovery = storage_->open()->recover();
  ASSERT_EQ(recovery.sessions.size(), 2u);
  for (const Store::SessionRow& session : recovery.sessions) {
    EXPECT_EQ(as_text(session.row.view()), session.id == 8 ? "second again" : "first") << session.id;
  }
}

TEST_P(Stores, CommitWritesAndOutcomeTogether) {
  {
    const auto store = storage_->open();
    store->recover();
    ASSERT_EQ(keep(*store, 7), Errc::ok);
    EXPECT_EQ(run(*store, {7, 1}, 11, "one"), Errc::ok);
    EXPECT_EQ(run(*store, {7, 2}, 22, "two"), Errc::ok);
    EXPECT_EQ(storage_->written(*store), (std::vector{11, 22}));
  }
  const auto store = storage_->open();
  const Store::Recovery recovery = store->recover();
  EXPECT_EQ(outcome_of(recovery, {7, 1}), "one");
  EXPECT_EQ(outcome_of(recovery, {7, 2}), "two");
  EXPECT_EQ(storage_->written(*store), (std::vector{11, 22}));
}

TEST_P(Stores, KeepTheOutcomeOfWhatIsRolledBack) {
  const auto store = storage_->open();
  store->recover();
  ASSERT_EQ(keep(*store, 7), Errc::ok);
  EXPECT_EQ(run(*store, {7, 1}, 11, "raised", Effect::Writes::RollBack), Errc::ok);
  EXPECT_EQ(run(*store, {7, 2}, 22, "two"), Errc::ok);
  EXPECT_EQ(storage_->written(*store), (std::vector{22}));
  EXPECT_EQ(outcome_of(storage_->open()->recover(), {7, 1}), "raised");
}

TEST_P(Stores, KeepNothingOfWhatDidNotBegin) {
  const auto store = storage_->open();
  store->recover();
  ASSERT_EQ(keep(*store, 7), Errc::ok);
  EXPECT_EQ(run(*store, {7, 1}, 11, "", Effect::Writes::RollBack), Errc::ok);
  EXPECT_TRUE(storage_->written(*store).empty());
  EXPECT_EQ(outcome_of(storage_->open()->recover(), {7, 1}), std::nullopt);
}

TEST_P(Stores, CommitNothingWithoutTheSession) {
  const auto store = storage_->open();
  store->recover();
  EXPECT_EQ(run(*store, {7, 1}, 11), Errc::session_lost);
  ASSERT_EQ(keep(*store, 7), Errc::ok);
  store->forget_session(7);
  EXPECT_EQ(run(*store, {7, 2}, 22), Errc::session_lost);
  EXPECT_TRUE(storage_->written(*store).empty());
}

TEST_P(Stores, ForgetOutcomesAndSessions) {
  {
    const auto store = storage_->open();
    store->recover();
    for (const SessionId session : {7u, 8u}) {
      ASSERT_EQ(keep(*store, session), Errc::ok);
      ASSERT_EQ(run(*store, {session, 1}, 1, "one"), Errc::ok);
      ASSERT_EQ(run(*store, {session, 2}, 2, "two"), Errc::ok);
    }
    store->forget_outcome({7, 1});
    store->forget_session(8);
  }
  const Store::Recovery recovery = storage_->open()->recover();
  ASSERT_EQ(recovery.sessions.size(), 1u);
  EXPECT_EQ(recovery.sessions[0].id, 7u);
  ASSERT_EQ(recovery.outcomes.size(), 1u);
  EXPECT_EQ(outcome_of(recovery, {7, 2}), "two");
}

/// Calls that may share a commit: some are kept, and others, next to them, fail in each of the ways there are.
TEST_P(Stores, LetNoCallSpoilItsNeighbours) {
  constexpr int kCalls = 40;
  std::vector<Answer> answers(kCalls);
  const auto store = storage_->open();
  store->recover();
  ASSERT_EQ(keep(*store, 7), Errc::ok);
  std::mutex gate;
  gate.lock();  // until all are waiting
  asio::post(store->executor(), [&gate] { const std::lock_guard pass{gate}; });
  for (int i = 0; i < kCalls; ++i) {
    const SessionId session = i % 4 == 3 ? 8 : 7;  // which is not kept
    store->run(
        {session, static_cast<Sequence>(i + 1)},
        [&, i](Transaction& transaction) {
          storage_->write(transaction, i);
          return Effect{i % 4 == 0 ? Effect::Writes::Keep : Effect::Writes::RollBack,
                        i % 4 == 2 ? Slice{} : row(std::to_string(i))};
        },
        answers[static_cast<std::size_t>(i)].receiver());
  }
  gate.unlock();
  std::vector<int> kept;
  for (int i = 0; i < kCalls; ++i) {
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), i % 4 == 3 ? Errc::session_lost : Errc::ok) << i;
    if (i % 4 == 0) kept.push_back(i);
  }
  EXPECT_EQ(storage_->written(*store), kept);
  const Store::Recovery recovery = storage_->open()->recover();
  for (int i = 0; i < kCalls; ++i) {
    const auto expected = i % 4 < 2 ? std::optional{std::to_string(i)} : std::nullopt;
    EXPECT_EQ(outcome_of(recovery, {i % 4 == 3 ? 8u : 7u, static_cast<Sequence>(i + 1)}), expected) << i;
  }
}

/// A call that runs twice is a server's bug: whatever becomes of the second, it is not kept beside the first.
TEST_P(Stores, KeepOneOutcomeForEachCall) {
  {
    const auto store = storage_->open();
    store->recover();
    ASSERT_EQ(keep(*store, 7), Errc::ok);
    ASSERT_EQ(run(*store, {7, 1}, 11, "first"), Errc::ok);
    EXPECT_NE(run(*store, {7, 1}, 22, "second"), Errc::ok);
  }
  const auto store = storage_->open();
  const Store::Recovery recovery = store->recover();
  EXPECT_EQ(recovery.outcomes.size(), 1u);
  EXPECT_EQ(outcome_of(recovery, {7, 1}), "first");
  EXPECT_EQ(storage_->written(*store), (std::vector{11}));
}

TEST_P(Stores, KeepNothingNewWithoutRoom) {
  {
    const auto store = storage_->open();
    store->recover();
    ASSERT_EQ(keep(*store, 7), Errc::ok);
    ASSERT_EQ(run(*store, {7, 1}, 11, "one"), Errc::ok);
  }
  {
    const auto store = storage_->open_without_room();
    store->recover();
    EXPECT_EQ(keep(*store, 8), Errc::overloaded);
    EXPECT_EQ(run(*store, {7, 2}, 22), Errc::overloaded);
    EXPECT_EQ(run(*store, {7, 3}, 33), Errc::overloaded) << "it has not stopped";
  }
  const auto store = storage_->open();
  const Store::Recovery recovery = store->recover();
  EXPECT_EQ(recovery.sessions.size(), 1u);
  EXPECT_EQ(recovery.outcomes.size(), 1u);
  EXPECT_EQ(storage_->written(*store), (std::vector{11}));
}

/// Whoever calls the store may hold a lock that its answers need.
TEST_P(Stores, NeverCallBackFromWithin) {
  static thread_local bool calling = false;
  const auto store = storage_->open();
  store->recover();
  int within = 0;
  Answer kept;
  Answer ran;
  calling = true;
  store->keep_session(7, row("session"), [&, receiver = kept.receiver()](Errc error) {
    if (calling) ++within;
    receiver(error);
  });
  store->run(
      {7, 1},
      [&](Transaction&) {
        if (calling) ++within;
        return Effect{Effect::Writes::Keep, row("one")};
      },
      [&, receiver = ran.receiver()](Errc error) {
        if (calling) ++within;
        receiver(error);
      });
  calling = false;
  EXPECT_EQ(kept.get(), Errc::ok);
  EXPECT_EQ(ran.get(), Errc::ok);
  EXPECT_EQ(within, 0);
}

TEST_P(Stores, ServeSeveralThreads) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 100;  // of each
  std::vector<std::vector<Answer>> answers(kThreads);
  std::vector<std::vector<int>> ran(kThreads);
  const auto store = storage_->open();
  store->recover();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    auto& own_answers = answers[static_cast<std::size_t>(thread)];
    auto& own_ran = ran[static_cast<std::size_t>(thread)];
    own_answers.resize(kCalls);
    threads.emplace_back([&, this, thread] {
      const SessionId session = 10 + static_cast<SessionId>(thread);
      EXPECT_EQ(keep(*store, session), Errc::ok);
      for (int i = 0; i < kCalls; ++i) {
        store->run(
            {session, static_cast<Sequence>(i + 1)},
            [&, this, i](Transaction& transaction) {
              own_ran.push_back(i);
              storage_->write(transaction, i);
              return Effect{Effect::Writes::Keep, row("kept")};
            },
            own_answers[static_cast<std::size_t>(i)].receiver());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (auto& own : answers) {
    for (Answer& answer : own) EXPECT_EQ(answer.get(), Errc::ok);
  }
  for (const auto& own : ran) {
    EXPECT_EQ(own.size(), static_cast<std::size_t>(kCalls));
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
  }
  EXPECT_EQ(storage_->written(*store).size(), static_cast<std::size_t>(kThreads * kCalls));
}

/// What the earlier server was told is kept is what the later one finds, and nothing comes afterwards.
TEST_P(Stores, AreTakenOverUnderLoad) {
  constexpr int kCalls = 300;
  std::vector<Answer> answers(kCalls);
  const auto old = storage_->open();
  old->recover();
  ASSERT_EQ(keep(*old, 7), Errc::ok);
  run_all(*old, answers);
  const auto store = storage_->open();
  const Store::Recovery recovery = store->recover();
  for (int i = 0; i < kCalls; ++i) {
    const Errc answer = answers[static_cast<std::size_t>(i)].get();
    const bool found = outcome_of(recovery, {7, static_cast<Sequence>(i + 1)}).has_value();
    if (answer != Errc::store_failed) {  // else only this tells what was kept
      EXPECT_EQ(found, answer == Errc::ok) << i;
    }
  }
  EXPECT_EQ(storage_->written(*store).size(), recovery.outcomes.size());
}

/// A server that was taken for dead, and wakes up.
TEST_P(Stores, AreFenced) {
  const auto old = storage_->open();
  old->recover();
  ASSERT_EQ(keep(*old, 7), Errc::ok);
  ASSERT_EQ(run(*old, {7, 1}, 11), Errc::ok);
  const auto store = storage_->open();
  store->recover();
  EXPECT_EQ(run(*old, {7, 2}, 22), Errc::store_failed);
  EXPECT_EQ(keep(*old, 9), Errc::store_failed);
  EXPECT_EQ(run(*store, {7, 2}, 33), Errc::ok);
  EXPECT_EQ(run(*old, {7, 3}, 44), Errc::store_failed) << "it has stopped";
  EXPECT_EQ(keep(*old, 7, "woken up"), Errc::store_failed);
  EXPECT_EQ(storage_->written(*store), (std::vector{11, 33}));
}

TEST_P(Stores, AnswerEachCallOnceInItsOrder) {
  constexpr int kCalls = 500;
  std::vector<Answer> answers(kCalls);
  std::vector<int> ran;
  {
    const auto store = storage_->open();
    store->recover();
    ASSERT_EQ(keep(*store, 7), Errc::ok);
    run_all(*store, answers, [&](int value) { ran.push_back(value); });
    for (Answer& answer : answers) EXPECT_EQ(answer.get(), Errc::ok);
    EXPECT_EQ(storage_->written(*store).size(), static_cast<std::size_t>(kCalls));
  }
  for (const Answer& answer : answers) EXPECT_EQ(answer.count(), 1u);
  EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
}

/// Whatever was answered "ok" is there after the store has gone, and whatever was not is not.
TEST_P(Stores, EndWithAnAnswerForEveryCall) {
  constexpr int kCalls = 200;
  std::vector<Answer> answers(kCalls);
  {
    const auto store = storage_->open();
    store->recover();
    ASSERT_EQ(keep(*store, 7), Errc::ok);
    run_all(*store, answers);
  }
  std::size_t kept = 0;
  for (Answer& answer : answers) {
    ASSERT_EQ(answer.count(), 1u);
    if (answer.get() == Errc::ok) ++kept;
  }
  const auto store = storage_->open();
  EXPECT_EQ(store->recover().outcomes.size(), kept);
  EXPECT_EQ(storage_->written(*store).size(), kept);
}

}  // namespace once::test
