// Calls that end on another thread while they are being started and cancelled.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include "bank.once.hpp"

namespace once::test {
namespace {

/// Ends each call at once, on a thread of its own; or leaves it to cancel().
class OtherThread final : public Channel {
 public:
  explicit OtherThread(asio::io_context& io) : io_(io), thread_([this] { run(); }) {}
  ~OtherThread() override {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  std::atomic<bool> answers = true;

  CodecId codec() const override { return CodecId::Cdr; }
  asio::any_io_executor executor() override { return io_.get_executor(); }
  RawOutcome call(OutgoingCall) override { return {}; }
  std::uint64_t start(OutgoingCall, PendingCall& pending) override {
    const std::lock_guard lock{mutex_};
    pending_ = &pending;
    wake_.notify_one();
    return ++number_;
  }
  void cancel(std::uint64_t number) override {
    PendingCall* pending = nullptr;
    {
      const std::lock_guard lock{mutex_};
      if (number == number_) pending = std::exchange(pending_, nullptr);
    }
    if (pending != nullptr) end(*pending, Errc::cancelled);
  }

 private:
  static void end(PendingCall& pending, Errc reason) {
    RawOutcome outcome;
    outcome.code = reason;
    pending.complete(std::move(outcome), CompletedIn::AnyThread);
  }
  void run() {
    std::unique_lock lock{mutex_};
    for (;;) {
      wake_.wait(lock, [&] { return stopped_ || (answers && pending_ != nullptr); });
      if (stopped_) return;
      PendingCall& pending = *std::exchange(pending_, nullptr);
      lock.unlock();
      end(pending, Errc::connection_lost);
      lock.lock();
    }
  }

  asio::io_context& io_;
  std::mutex mutex_;
  std::condition_variable wake_;
  PendingCall* pending_ = nullptr;
  std::uint64_t number_ = 0;
  bool stopped_ = false;
  std::thread thread_;
};

constexpr int kRounds = 2'000;

TEST(Threads, CallsEndOnceWhileTheyAreCancelled) {
  asio::io_context io;
  OtherThread channel{io};
  const bank::Account::Stub account{ChannelPointer{std::shared_ptr<void>(), &channel}, ObjectRef{}};
  int completed = 0;
  for (int i = 0; i < kRounds; ++i) {
    asio::cancellation_signal signal;
    account.async_balance(
        asio::bind_cancellation_slot(signal.slot(), [&](const Outcome<bank::Cents>& outcome) {
          EXPECT_FALSE(outcome);
          ++completed;
        }));
    signal.emit(asio::cancellation_type::terminal);
    io.restart();
    io.run();
  }
  EXPECT_EQ(completed, kRounds);
}

TEST(Threads, ACallThatNobodyAnswersEndsByItsCancellation) {
  asio::io_context io;
  OtherThread channel{io};
  channel.answers = false;
  const bank::Account::Stub account{ChannelPointer{std::shared_ptr<void>(), &channel}, ObjectRef{}};
  int completed = 0;
  for (int i = 0; i < kRounds; ++i) {
    asio::cancellation_signal signal;
    account.async_balance(
        asio::bind_cancellation_slot(signal.slot(), [&](const Outcome<bank::Cents>& outcome) {
          EXPECT_EQ(outcome.code(), Errc::cancelled);
          ++completed;
        }));
    signal.emit(asio::cancellation_type::terminal);
    io.restart();
    io.run();
  }
  EXPECT_EQ(completed, kRounds);
}

TEST(Threads, HandlersRunOnTheirOwnLoopAndNotOnTheChannels) {
  asio::io_context io;
  OtherThread channel{io};
  const bank::Account::Stub account{ChannelPointer{std::shared_ptr<void>(), &channel}, ObjectRef{}};
  int completed = 0;
  for (int i = 0; i < kRounds; ++i) {
    account.async_balance([&, here = std::this_thread::get_id()](const Outcome<bank::Cents>&) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      ++completed;
    });
    io.restart();
    io.run();
  }
  EXPECT_EQ(completed, kRounds);
}

}  // namespace
}  // namespace once::test
