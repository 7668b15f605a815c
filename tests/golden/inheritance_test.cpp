// Interfaces that inherit, over several ways, and two generated headers in one program.
#include <gtest/gtest.h>

#include "keywords.once.hpp"
#include "plain.once.hpp"
#include "shop.hpp"
#include "types.once.hpp"
#include "unions.once.hpp"

namespace once::test {
namespace {

TEST(Inheritance, ServantsAreAllOfTheirInterfaces) {
  const ShopCounter counter;
  EXPECT_EQ(counter.interface_id(), "IDL:shop/Counter:1.0");
  for (const std::string_view id : {shop::Counter::interface_id, shop::Shelf::interface_id,
                                    shop::Scale::interface_id, shop::Named::interface_id}) {
    EXPECT_TRUE(counter.is_a(id)) << id;
  }
  EXPECT_FALSE(counter.is_a(shop::Watcher::interface_id));
}

TEST(Inheritance, ADiamondHasOneBase) {
  const auto counter = std::make_shared<ShopCounter>();
  const std::shared_ptr<shop::Named::Servant> over_shelf = std::shared_ptr<shop::Shelf::Servant>{counter};
  const std::shared_ptr<shop::Named::Servant> over_scale = std::shared_ptr<shop::Scale::Servant>{counter};
  EXPECT_EQ(over_shelf, over_scale);
}

TEST(Inheritance, StubsConvertToTheirBases) {
  Shop shop;
  const shop::Shelf::Stub shelf = shop.counter;
  const shop::Named::Stub over_shelf = shelf;
  const shop::Named::Stub over_scale = shop::Scale::Stub{shop.counter};
  over_shelf.name("renamed");
  EXPECT_EQ(over_scale.name(), "renamed");
  EXPECT_EQ(shelf.find("milk").price, 99u);
  static_assert(!std::is_convertible_v<shop::Named::Stub, shop::Shelf::Stub>);
  static_assert(!std::is_convertible_v<shop::Watcher::Stub, shop::Named::Stub>);
}

TEST(Inheritance, ReferencesConvertToTheirBases) {
  Shop shop;
  const shop::Counter::Ref counter = shop.counter.ref();
  const shop::Named::Ref named = counter;
  EXPECT_EQ(named.data(), counter.data());
  EXPECT_EQ(named.key(), "till");
  static_assert(!std::is_convertible_v<shop::Named::Ref, shop::Counter::Ref>);
}

TEST(Inheritance, InheritedOperationsKeepTheirInterface) {
  Shop shop;
  (void)shop.counter.weigh();
  EXPECT_EQ(shop.channel->seen[0]->interface_id, "IDL:shop/Scale:1.0");
  const shop::Scale::Stub scale = shop.counter;
  (void)scale.weigh();
  EXPECT_EQ(shop.channel->seen[0]->id, shop.channel->seen[1]->id);
  EXPECT_EQ(shop.channel->seen[0]->fingerprint, shop.channel->seen[1]->fingerprint);
}

/// Operations, parameters and types that are called as C++ would not have it.
class Oddly final : public namespace_::typename_::Servant {
 public:
  namespace_::typename_::DeleteResult delete_(Call&, const namespace_::class_& call_,
                                              namespace_::operator_ token_,
                                              const std::vector<namespace_::typename_::Stub_>& request,
                                              std::int32_t result_) override {
    if (request.size() > 1) throw namespace_::virtual_{"many", 5};
    return {call_, result_ + static_cast<std::int32_t>(token_)};
  }
  std::int32_t in_(Call&, std::int32_t encoder_, std::int32_t arguments_) override {
    return encoder_ - arguments_;
  }
  void prepare(Call&) override {}
  void target(Call&, const std::string&) override {}
  bool explicit_(Call&) override { return explicitly_; }
  void explicit_(Call&, bool value) override { explicitly_ = value; }

 private:
  bool explicitly_ = false;
};

TEST(Keywords, AreOrdinaryNamesWithAnUnderscore) {
  asio::io_context io;
  const auto channel = std::make_shared<Loopback>(io, std::make_shared<Oddly>());
  const namespace_::typename_::Stub stub{channel, ObjectRef{}};
  const auto result = stub.delete_({1, 2, "x"}, namespace_::operator_::and_, {}, 40);
  EXPECT_EQ(result.result.delete_, 2);
  EXPECT_EQ(result.result_, 41);
  EXPECT_EQ(stub.in_(5, 3), 2);
  stub.explicit_(true);
  EXPECT_TRUE(*stub.try_explicit());
  const auto raised = stub.try_delete({}, namespace_::operator_::new_, {{}, {}}, 0);
  ASSERT_NE(raised.exception<namespace_::virtual_>(), nullptr);
  EXPECT_EQ(raised.exception<namespace_::virtual_>()->raise_, 5);
  EXPECT_EQ(raised.exception<namespace_::virtual_>()->what_, "many");
}

TEST(Scopes, ASameNameMeansWhatItMeansInTheIdl) {
  outer::inner::Paint paint;
  paint.mixed.hue = 3;
  paint.plain = outer::inner::Color::red;
  const Answer global = Answer::yes;
  const unions::Answer nested;
  EXPECT_EQ(to_string(global), "yes");
  EXPECT_EQ(nested.value(), 0);
}

}  // namespace
}  // namespace once::test
