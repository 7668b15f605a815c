// Completion tokens: every kind that Asio has, and one of the test's own.
#include <future>
#include <memory>
#include <memory_resource>
#include <optional>
#include <thread>

#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <gtest/gtest.h>

#include "shop.hpp"

namespace once::test {
namespace {

class Tokens : public testing::TestWithParam<Loopback::Answers> {
 protected:
  Tokens() { shop.channel->answers = GetParam(); }
  Shop shop;
};
INSTANTIATE_TEST_SUITE_P(Answers, Tokens,
                         testing::Values(Loopback::Answers::InsideStart, Loopback::Answers::Later),
                         [](const auto& test) {
                           return test.param == Loopback::Answers::Later ? "Later" : "InsideStart";
                         });

TEST_P(Tokens, Lambda) {
  std::optional<double> weight;
  shop.counter.async_weigh([&](const Outcome<double>& outcome) { weight = *outcome; });
  EXPECT_EQ(weight, std::nullopt);  // never inside the initiating function
  shop.io.run();
  EXPECT_EQ(weight, 2.5);
}

TEST_P(Tokens, HandlerThatOnlyMoves) {
  bool done = false;
  shop.counter.async_put({}, "milk", [&done, kept = std::make_unique<int>(1)](Outcome<void> outcome) {
    EXPECT_TRUE(outcome);
    EXPECT_EQ(*kept, 1);
    done = true;
  });
  shop.io.run();
  EXPECT_TRUE(done);
}

TEST_P(Tokens, Future) {
  std::future<Outcome<double>> weight = shop.counter.async_weigh(asio::use_future);
  std::future<Outcome<void>> put = shop.counter.async_put({}, "refused", asio::use_future);
  shop.io.run();
  EXPECT_EQ(*weight.get(), 2.5);
  EXPECT_THROW(put.get().value(), shop::Refused);
}

TEST_P(Tokens, Awaitable) {
  bool done = false;
  asio::co_spawn(
      shop.io,
      [&]() -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        const double weight = (co_await shop.counter.async_weigh(asio::use_awaitable)).value();
        EXPECT_EQ(weight, 2.5);
        auto [found, bytes] = co_await (shop.counter.async_find("milk", asio::use_awaitable) &&
                                        shop.counter.async_dump(2, asio::use_awaitable));
        EXPECT_EQ(found->price, 99u);
        EXPECT_EQ(bytes->size(), 2u);
        done = true;
      },
      [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
      });
  shop.io.run();
  EXPECT_TRUE(done);
}

TEST_P(Tokens, Tuple) {
  double weight = 0;
  asio::co_spawn(
      shop.io,
      [&]() -> asio::awaitable<void> {
        auto [outcome] = co_await shop.counter.async_weigh(asio::experimental::as_tuple(asio::use_awaitable));
        weight = *outcome;
      },
      asio::detached);
  shop.io.run();
  EXPECT_EQ(weight, 2.5);
}

TEST_P(Tokens, DeferredCallsAreSentWhenTheyAreInitiated) {
  std::optional<std::size_t> size;
  {
    // The arguments, the stub and its copy are gone when the call starts.
    auto deferred =
        shop::Counter::Stub{shop.counter}.async_find(std::string("milk"), asio::experimental::deferred);
    EXPECT_TRUE(shop.channel->seen.empty());
    std::move(deferred)([&](const Outcome<shop::Shelf::FindResult>& outcome) { size = outcome->price; });
  }
  EXPECT_EQ(shop.channel->seen.size(), 1u);
  shop.io.run();
  EXPECT_EQ(size, 99u);
}

TEST_P(Tokens, HandlersRunOnTheirExecutor) {
  asio::thread_pool pool{1};
  const auto strand = asio::make_strand(pool);
  std::promise<bool> inside;
  shop.counter.async_weigh(asio::bind_executor(
      strand, [&](const Outcome<double>&) { inside.set_value(strand.running_in_this_thread()); }));
  shop.io.run();
  EXPECT_TRUE(inside.get_future().get());
  pool.join();
}

TEST_P(Tokens, WorkOfTheHandlersLoopIsCounted) {
  asio::io_context handlers;
  bool done = false;
  shop.counter.async_weigh(asio::bind_executor(handlers, [&](const Outcome<double>&) { done = true; }));
  EXPECT_EQ(handlers.poll(), GetParam() == Loopback::Answers::InsideStart ? 1u : 0u);
  EXPECT_EQ(handlers.stopped(), done);
  shop.io.run();
  handlers.run();
  EXPECT_TRUE(done);
}

/// A token of our own: puts the outcome, as text, where it is told.
struct WriteTo {
  std::string* text;
};

}  // namespace
}  // namespace once::test

template <class T>
class asio::async_result<once::test::WriteTo, void(once::Outcome<T>)> {
 public:
  using return_type = std::string;
  template <class Initiation, class... Arguments>
  static std::string initiate(Initiation&& initiation, const once::test::WriteTo& token,
                              Arguments&&... arguments) {
    std::forward<Initiation>(initiation)(
        [text = token.text](const once::Outcome<T>& outcome) { *text = std::to_string(*outcome); },
        std::forward<Arguments>(arguments)...);
    return "started";
  }
};

namespace once::test {
namespace {

TEST_P(Tokens, OfTheTestsOwn) {
  std::string text;
  EXPECT_EQ(shop.counter.async_weigh(WriteTo{&text}), "started");
  shop.io.run();
  EXPECT_EQ(text, "2.500000");
}

TEST_P(Tokens, LearnThatArgumentsDoNotFit) {
  OutcomeKind kind = OutcomeKind::Unknown;
  shop.counter.async_put({}, std::string(21, 'x'),
                         [&](const Outcome<void>& outcome) { kind = outcome.kind(); });
  EXPECT_EQ(kind, OutcomeKind::Unknown);
  shop.io.run();
  EXPECT_EQ(kind, OutcomeKind::NotSent);
  EXPECT_TRUE(shop.channel->seen.empty());
}

TEST(Cancellation, EndsTheCall) {
  Shop shop;
  shop.channel->answers = Loopback::Answers::Never;
  asio::cancellation_signal signal;
  std::optional<Errc> code;
  shop.counter.async_weigh(asio::bind_cancellation_slot(signal.slot(), [&](const Outcome<double>& outcome) {
    code = static_cast<Errc>(outcome.code().value());
    EXPECT_FALSE(signal.slot().has_handler());
  }));
  EXPECT_EQ(shop.io.poll(), 0u);
  EXPECT_TRUE(signal.slot().has_handler());
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_EQ(code, std::nullopt);  // not inside whoever cancels
  shop.io.restart();
  shop.io.run();
  EXPECT_EQ(code, Errc::cancelled);
}

TEST(Cancellation, ComesTooLateForWhatHasEnded) {
  Shop shop;
  asio::cancellation_signal signal;
  int completed = 0;
  shop.counter.async_weigh(
      asio::bind_cancellation_slot(signal.slot(), [&](const Outcome<double>&) { ++completed; }));
  shop.io.run();
  signal.emit(asio::cancellation_type::terminal);
  shop.io.restart();
  shop.io.run();
  EXPECT_EQ(completed, 1);
  EXPECT_EQ(shop.channel->cancelled, 0);  // the slot was cleared
}

TEST(Cancellation, OfACoroutineReachesTheCall) {
  Shop shop;
  shop.channel->answers = Loopback::Answers::Never;
  asio::cancellation_signal signal;
  std::optional<Errc> code;
  asio::co_spawn(
      shop.io,
      [&]() -> asio::awaitable<void> {
        const auto outcome = co_await shop.counter.async_weigh(asio::use_awaitable);
        code = static_cast<Errc>(outcome.code().value());
      },
      asio::bind_cancellation_slot(signal.slot(), asio::detached));
  shop.io.poll();
  signal.emit(asio::cancellation_type::terminal);
  shop.io.restart();
  shop.io.run();
  EXPECT_EQ(code, Errc::cancelled);
}

/// Counts what is taken and given back.
class Counted final : public std::pmr::memory_resource {
 public:
  int taken = 0;
  int open = 0;

 private:
  void* do_allocate(std::size_t size, std::size_t alignment) override {
    ++taken;
    ++open;
    return std::pmr::new_delete_resource()->allocate(size, alignment);
  }
  void do_deallocate(void* place, std::size_t size, std::size_t alignment) override {
    --open;
    std::pmr::new_delete_resource()->deallocate(place, size, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

struct AllocatingHandler {
  Counted* counted;
  bool* done;
  using allocator_type = std::pmr::polymorphic_allocator<std::byte>;
  allocator_type get_allocator() const noexcept { return allocator_type{counted}; }
  void operator()(const Outcome<double>& outcome) const {
    EXPECT_EQ(counted->open, 0);  // released before the handler is called
    *done = static_cast<bool>(outcome);
  }
};

TEST(Allocation, UsesTheHandlersAllocator) {
  Shop shop;
  Counted counted;
  bool done = false;
  shop.counter.async_weigh(AllocatingHandler{&counted, &done});
  EXPECT_EQ(counted.open, 1);
  shop.io.run();
  EXPECT_TRUE(done);
  EXPECT_GE(counted.taken, 1);
  EXPECT_EQ(counted.open, 0);
}

TEST(Shutdown, ReleasesHandlersThatWereNeverCalled) {
  const auto kept = std::make_shared<int>(1);
  {
    Shop shop;
    shop.channel->answers = Loopback::Answers::InsideStart;
    shop.counter.async_weigh([kept](const Outcome<double>&) { FAIL(); });
    EXPECT_EQ(kept.use_count(), 2);
  }
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace once::test
