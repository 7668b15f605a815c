// Objects that are decoded into a second time: arguments by skeletons, results where the application says so.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <once/rpc/recycle.hpp>

#include "loopback.hpp"
#include "plain.once.hpp"
#include "shop.hpp"

namespace once::test {
namespace {

/// Remembers where its arguments were, and makes its result of what it returned before.
class Asked final : public Plain::Servant {
 public:
  Pair swap(Call&, const Pair&) override { return {}; }
  Answer ask(Call&, const std::vector<Pair>& pairs) override {
    place = pairs.data();
    seen = pairs;
    if (again != nullptr) std::exchange(again, nullptr)->ask({{7, "in"}});
    still = pairs;
    return Answer::yes;
  }

  const Pair* place = nullptr;
  std::vector<Pair> seen;
  std::vector<Pair> still;
  Plain::Stub* again = nullptr;
};

class Reuse : public testing::TestWithParam<CodecId> {
 protected:
  asio::io_context io_;
  std::shared_ptr<Asked> servant_ = std::make_shared<Asked>();
  std::shared_ptr<Loopback> channel_ = std::make_shared<Loopback>(io_, servant_, GetParam());
  Plain::Stub stub_{channel_, ObjectRef{}};
};

TEST_P(Reuse, OfArgumentsShowsNothingOfTheCallBefore) {
  (void)stub_.ask({{1, "one"}, {2, "two"}, {3, "tree"}});
  const Pair* const place = servant_->place;
  const std::vector<Pair> in_the_way(3);  // where a heap would have put the next ones
  for (const std::vector<Pair>& pairs :
       {std::vector<Pair>{{4, "four"}}, std::vector<Pair>{}, std::vector<Pair>{{5, ""}, {6, "six"}}}) {
    (void)stub_.ask(pairs);
    EXPECT_EQ(servant_->seen, pairs);
    EXPECT_EQ(servant_->place, place);
  }
}

TEST_P(Reuse, LeavesTheArgumentsOfACallAloneThatIsStillServed) {
  servant_->again = &stub_;
  const std::vector<Pair> outer = {{1, "out"}, {2, "out"}};
  (void)stub_.ask(outer);
  EXPECT_EQ(servant_->seen, (std::vector<Pair>{{7, "in"}}));
  EXPECT_EQ(servant_->still, outer);
}

TEST_P(Reuse, TakesArgumentsThatWereRefusedForNoneThatWereSent) {
  channel_->tamper_with_call = [](OutgoingCall& call) {
    call.body = call.body.part(0, call.body.size() - 1);
  };
  EXPECT_FALSE(stub_.try_ask({{1, "one"}, {2, "two"}}));
  channel_->tamper_with_call = nullptr;
  (void)stub_.ask({{3, "3"}});
  EXPECT_EQ(servant_->seen, (std::vector<Pair>{{3, "3"}}));
}

INSTANTIATE_TEST_SUITE_P(Codecs, Reuse, testing::Values(CodecId::Cdr, CodecId::Xdr));

struct KeptOperation {
  struct Arguments {
    Bytes octets;
  };
  static constexpr bool kReusesArguments = true;
};

TEST(Arguments, ThatTookTooMuchMemoryAreNotKept) {
  using Object = detail::ArgumentsObject<KeptOperation>;
  const auto size_after = [](std::size_t octets) {
    {
      Object object{CodecId::Cdr};
      (*object).octets.resize(octets);
      object.add_memory(octets);
    }
    return (*Object{CodecId::Cdr}).octets.capacity();
  };
  constexpr std::size_t kHalf = detail::kArgumentsKeptMax / 2;
  EXPECT_EQ(size_after(kHalf), kHalf);
  EXPECT_EQ(size_after(kHalf + 1), 0u);  // together with what was taken before
  EXPECT_EQ(size_after(2 * kHalf + 1), 0u);
  EXPECT_EQ(size_after(kHalf), kHalf);
  EXPECT_EQ((*Object{CodecId::Protobuf}).octets.capacity(), 0u);  // absent fields would show what was there
}

TEST(Results, AreMadeOfWhatTheApplicationGivesBack) {
  asio::io_context io;
  const shop::Counter::Stub stub{std::make_shared<Loopback>(io, std::make_shared<ShopCounter>()),
                                 ObjectRef{}};
  std::vector<std::uint8_t> first = stub.dump(5'000);
  const std::uint8_t* const place = first.data();
  once::recycle(std::move(first));
  const std::vector<std::uint8_t> second = stub.dump(4'000);
  EXPECT_EQ(second.data(), place);
  EXPECT_EQ(second, std::vector<std::uint8_t>(4'000, 0x5a));
  EXPECT_NE(stub.dump(3'000).data(), place);  // once
}

/// Makes its result of one that it returned before.
class Dumper final : public ShopCounter {
 public:
  std::vector<std::uint8_t> dump(Call&, std::uint64_t size) override {
    auto result = once::recycled<std::vector<std::uint8_t>>();
    result.reserve(kRoom);
    result.assign(static_cast<std::size_t>(size), 1);
    return result;
  }
  static constexpr std::size_t kRoom = 100'000;
};

TEST(Results, ThatAServantReturnsGoToTheNextWhoWantsOne) {
  asio::io_context io;
  const shop::Counter::Stub stub{std::make_shared<Loopback>(io, std::make_shared<Dumper>()), ObjectRef{}};
  EXPECT_GE(stub.dump(5'000).capacity(), Dumper::kRoom);  // here the stub, on the same thread
}

TEST(Results, OfAServantComeBackToItIfItHadThemFromHere) {
  using Text = std::vector<std::string>;
  Text lent = once::recycled<Text>();
  EXPECT_TRUE(lent.empty());
  lent.assign(3, "text");
  const std::string* const place = lent.data();
  detail::take_back(lent);
  lent = once::recycled<Text>();
  EXPECT_EQ(lent.data(), place);
  detail::take_back(lent);
  Text own(2);
  detail::take_back(own);  // nobody asked for it
  EXPECT_EQ(own.size(), 2u);
  EXPECT_EQ(once::recycled<Text>().data(), place);
}

}  // namespace
}  // namespace once::test
