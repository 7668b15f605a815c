#include "adapter/object_adapter.hpp"

#include <array>

#include <asio/system_executor.hpp>
#include <gtest/gtest.h>

namespace once::adapter {
namespace {

struct Nothing final : Servant {
  std::string_view interface_id() const noexcept override { return "IDL:Nothing:1.0"; }
  bool is_a(std::string_view) const noexcept override { return false; }
  const Operation* find_operation(std::uint32_t) const noexcept override { return nullptr; }
  void dispatch(Request&, Responder) noexcept override {}
};

std::shared_ptr<Servant> servant() {
  return std::make_shared<Nothing>();
}

/// As a dispatcher looks: without users' code first.
Place look(const ObjectAdapter& adapter, std::string_view key) {
  Place place;
  if (!adapter.find(key, place)) adapter.locate(key, place);
  return place;
}

TEST(ObjectAdapter, FindsWhatIsActivatedUntilItIsNot) {
  ObjectAdapter adapter;
  const auto alice = servant();
  adapter.activate("alice", alice, asio::system_executor{});
  EXPECT_EQ(look(adapter, "alice").servant, alice);
  EXPECT_TRUE(look(adapter, "alice").executor);
  EXPECT_EQ(look(adapter, "bob").servant, nullptr);
  EXPECT_EQ(adapter.size(), 1u);
  EXPECT_TRUE(adapter.deactivate("alice"));
  EXPECT_FALSE(adapter.deactivate("alice"));
  EXPECT_EQ(look(adapter, "alice").servant, nullptr);
}

TEST(ObjectAdapter, ReplacesTheServantOfAKey) {
  ObjectAdapter adapter;
  adapter.activate("key", servant(), {});
  const auto second = servant();
  adapter.activate("key", second, {});
  EXPECT_EQ(look(adapter, "key").servant, second);
  EXPECT_EQ(adapter.size(), 1u);
}

TEST(ObjectAdapter, AsksTheLocatorBeforeTheDefaultServant) {
  ObjectAdapter adapter;
  const auto active = servant(), located = servant(), fallback = servant();
  adapter.activate("active", active, {});
  adapter.set_default_servant(fallback, {});
  Place place;
  EXPECT_TRUE(adapter.find("other", place));  // nobody's code is needed
  EXPECT_EQ(place.servant, fallback);
  int asked = 0;
  adapter.set_locator(
      [&](const ObjectKey& key) -> std::shared_ptr<Servant> {
        ++asked;
        return key == "located" ? located : nullptr;
      },
      {});
  EXPECT_FALSE(adapter.find("other", place));
  EXPECT_EQ(look(adapter, "active").servant, active);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(look(adapter, "located").servant, located);
  EXPECT_EQ(look(adapter, "other").servant, fallback);
  EXPECT_EQ(asked, 2);
  adapter.set_locator(nullptr, {});
  adapter.set_default_servant(nullptr, {});
  EXPECT_EQ(look(adapter, "other").servant, nullptr);
}

/// A servant whose end uses the adapter.
struct Clinging final : Servant {
  explicit Clinging(ObjectAdapter& its_adapter) : adapter(its_adapter) {}
  ~Clinging() override { adapter.deactivate("active"); }
  std::string_view interface_id() const noexcept override { return "IDL:Clinging:1.0"; }
  bool is_a(std::string_view) const noexcept override { return false; }
  const Operation* find_operation(std::uint32_t) const noexcept override { return nullptr; }
  void dispatch(Request&, Responder) noexcept override {}

  ObjectAdapter& adapter;
};

TEST(ObjectAdapter, LetsGoOfEverythingUnderNoLock) {
  ObjectAdapter adapter;
  std::array<std::weak_ptr<Servant>, 3> watched;
  const auto make = [&](std::size_t i) {
    std::shared_ptr<Servant> made = std::make_shared<Clinging>(adapter);
    watched[i] = made;
    return made;
  };
  adapter.activate("active", make(0), asio::system_executor{});
  adapter.set_default_servant(make(1), asio::system_executor{});
  adapter.set_locator([located = make(2)](const ObjectKey&) { return located; }, asio::system_executor{});
  adapter.clear();
  for (const auto& gone : watched) EXPECT_TRUE(gone.expired());
  EXPECT_EQ(adapter.size(), 0u);
  EXPECT_EQ(look(adapter, "active").servant, nullptr);
  EXPECT_FALSE(look(adapter, "active").executor);
}

TEST(ObjectAdapter, ALocatorMayUseTheAdapter) {
  ObjectAdapter adapter;
  auto made = servant();
  adapter.set_locator(
      [&](const ObjectKey& key) {
        adapter.activate(key, made, {});
        return made;
      },
      {});
  EXPECT_EQ(look(adapter, "new").servant, made);
  Place place;
  EXPECT_TRUE(adapter.find("new", place));
}

}  // namespace
}  // namespace once::adapter
