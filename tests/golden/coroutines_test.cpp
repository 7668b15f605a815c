// Servants whose functions are coroutines: the same calls, with a suspension in between.
#include <stdexcept>

#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "interfaces.once.co.hpp"
#include "loopback.hpp"

namespace once::test {
namespace {

/// Lets others run, once.
asio::awaitable<void> pause() {
  asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::seconds{0}};
  co_await timer.async_wait(asio::use_awaitable);
}

class SlowShelf final : public shop::Shelf::CoServant {
 public:
  using FindResult = shop::Shelf::FindResult;
  using SwapResult = shop::Shelf::SwapResult;
  using Slot = shop::Shelf::Slot;
  using Slots = shop::Shelf::Slots;
  using Place = shop::Shelf::Place;

  asio::awaitable<std::string> name(Call& call) override {
    co_await pause();
    co_return call.object_key();
  }
  asio::awaitable<void> name(Call&, const std::string& value) override {
    co_await pause();
    written_ = value;
  }
  asio::awaitable<std::uint32_t> changes(Call&) override { co_return 0; }
  asio::awaitable<void> put(Call& call, const shop::Shelf::Slot& where, const std::string& what) override {
    co_await pause();
    if (what == "occupied") throw shop::Shelf::Occupied{where};
    if (what == "broken") throw std::runtime_error{"broken"};
    if (what == "cancelled" && !call.cancelled()) throw Cancelled{};
    written_ = what;
  }
  asio::awaitable<FindResult> find(Call&, const std::string& what) override {
    co_await pause();
    co_return FindResult{true, {}, what.size()};
  }
  asio::awaitable<Slots> single(Call&) override { co_return Slots(101); }
  asio::awaitable<Slot> move(Call&, const Slot& where, std::int16_t) override { co_return where; }
  asio::awaitable<SwapResult> swap(Call&, shop::Cents, shop::Cents, const Place&) override {
    co_return SwapResult{};
  }

  std::string written_;
};

struct CoShelf {
  asio::io_context io;
  std::shared_ptr<SlowShelf> servant = std::make_shared<SlowShelf>();
  std::shared_ptr<Loopback> channel = std::make_shared<Loopback>(io, servant);
  shop::Shelf::Stub shelf{channel, ObjectRef{"", {}, "shelf"}};
};

TEST(CoServants, ReturnResults) {
  CoShelf test;
  EXPECT_EQ(test.shelf.name(), "shelf");
  EXPECT_EQ(test.shelf.find("four").price, 4u);
  test.shelf.name("longer than the small buffer is");
  EXPECT_EQ(test.servant->written_, "longer than the small buffer is");
}

TEST(CoServants, RaiseUserExceptions) {
  CoShelf test;
  const Outcome<void> outcome = test.shelf.try_put({9, {}, {}}, "occupied");
  ASSERT_NE(outcome.exception<shop::Shelf::Occupied>(), nullptr);
  EXPECT_EQ(outcome.exception<shop::Shelf::Occupied>()->by.row, 9);
}

TEST(CoServants, HideWhatTheIdlDoesNotDeclare) {
  CoShelf test;
  EXPECT_EQ(test.shelf.try_put({}, "broken").code(), Errc::servant_failed);
  EXPECT_EQ(test.shelf.try_put({}, "cancelled").code(), Errc::cancelled);
  EXPECT_EQ(test.shelf.try_single().code(), Errc::servant_failed);  // one more than its bound
}

TEST(CoServants, RefuseWhatDoesNotDecode) {
  CoShelf test;
  test.channel->tamper_with_call = [](OutgoingCall& call) {
    call.body = call.body.part(0, call.body.size() - 1);
  };
  EXPECT_EQ(test.shelf.try_find("four").kind(), OutcomeKind::NotExecuted);
}

TEST(CoServants, AnswerWhenTheirExecutorIsShutDown) {
  auto io = std::make_unique<asio::io_context>();
  const auto servant = std::make_shared<SlowShelf>();
  const auto channel = std::make_shared<Loopback>(*io, servant);
  channel->answers = Loopback::Answers::InsideStart;
  const shop::Shelf::Stub shelf{channel, ObjectRef{}};
  std::vector<Errc> answered;
  channel->tamper_with_outcome = [&](RawOutcome& outcome) {
    answered.push_back(static_cast<Errc>(outcome.code.value()));
  };
  shelf.async_name([](const Outcome<std::string>&) { FAIL(); });
  EXPECT_TRUE(answered.empty());
  io.reset();  // drops the frame; the Responder in it answers
  EXPECT_EQ(answered, std::vector<Errc>{Errc::servant_failed});
}

TEST(CoServants, AreAllOfTheirInterfaces) {
  SlowShelf servant;
  EXPECT_TRUE(servant.is_a(shop::Named::interface_id));
  EXPECT_EQ(servant.interface_id(), shop::Shelf::interface_id);
}

}  // namespace
}  // namespace once::test
