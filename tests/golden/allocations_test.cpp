// A call through generated code allocates nothing in steady state.
#include <memory>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

#include "bank.once.hpp"
#include "counted_new.hpp"

namespace once::test {
namespace {

/// Answers every call with the same reply, when it is told to.
class Echo final : public Channel {
 public:
  explicit Echo(asio::io_context& io) : io_(io) {
    const Bytes balance(8, 1);
    reply_.kind = OutcomeKind::Executed;
    reply_.codec = CodecId::Cdr;
    reply_.body = Slice::copy_of(balance);
  }
  CodecId codec() const override { return CodecId::Cdr; }
  asio::any_io_executor executor() override { return io_.get_executor(); }
  RawOutcome call(OutgoingCall) override { return reply_; }
  std::uint64_t start(OutgoingCall, PendingCall& pending) override {
    pending_ = &pending;
    return 1;
  }
  void cancel(std::uint64_t) override {}
  void answer() { std::exchange(pending_, nullptr)->complete(reply_, CompletedIn::AnyThread); }

 private:
  asio::io_context& io_;
  RawOutcome reply_;
  PendingCall* pending_ = nullptr;
};

TEST(SteadyState, SynchronousCallsAllocateNothing) {
  asio::io_context io;
  const bank::Account::Stub account{std::make_shared<Echo>(io), ObjectRef{}};
  (void)account.deposit(1, 2);
  const long before = allocations();
  for (int i = 0; i < 100; ++i) (void)account.try_deposit(1, 2);
  EXPECT_EQ(allocations() - before, 0);
}

TEST(SteadyState, AsynchronousCallsAllocateNothing) {
  asio::io_context io;
  const auto echo = std::make_shared<Echo>(io);
  const bank::Account::Stub account{echo, ObjectRef{}};
  std::size_t completed = 0;
  long count = 1;
  asio::post(io, [&] {  // on the loop, where answers arrive
    const auto call = [&] {
      account.async_deposit(1, 2,
                            [&](const Outcome<bank::Cents>& outcome) { completed += outcome ? 1u : 0u; });
      echo->answer();
    };
    for (int i = 0; i < 10; ++i) call();
    const long before = allocations();
    for (int i = 0; i < 100; ++i) call();
    count = allocations() - before;
  });
  io.run();
  EXPECT_EQ(completed, 110u);
  EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace once::test
