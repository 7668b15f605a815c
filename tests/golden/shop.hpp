// A servant for interfaces.idl, and a stub that calls it through a Loopback.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "interfaces.once.hpp"
#include "loopback.hpp"

namespace once::test {

/// Implements the diamond Counter : (Shelf : Named), (Scale : Named).
class ShopCounter : public shop::Counter::Servant {
 public:
  std::string name(Call&) override { return name_; }
  void name(Call&, const std::string& value) override {
    name_ = value;
    ++changes_;
  }
  std::uint32_t changes(Call&) override { return changes_; }

  void put(Call&, const shop::Shelf::Slot& where, const std::string& what) override {
    if (what == "occupied") throw shop::Shelf::Occupied{where};
    if (what == "refused") throw shop::Refused{"no", 7};
    if (what == "undeclared") throw shop::Empty{};
    if (what == "unsendable") throw shop::Refused{std::string(41, 'x'), 0};
    if (what == "cancelled") throw Cancelled{};
    if (what == "broken") throw std::runtime_error{"broken"};
    if (what == "strange") throw 42;
    put_.push_back(what);
  }
  shop::Shelf::FindResult find(Call&, const std::string& what) override {
    return {what == "milk", {3, shop::Shelf::Color::green, {{4, shop::Shelf::Color::red, {}}}}, 99};
  }
  shop::Shelf::Slots single(Call&) override { return shop::Shelf::Slots(slots_); }
  shop::Shelf::Slot move(Call&, const shop::Shelf::Slot& where, std::int16_t by) override {
    shop::Shelf::Slot moved = where;
    moved.row = static_cast<std::uint16_t>(moved.row + by);
    return moved;
  }
  shop::Shelf::SwapResult swap(Call&, shop::Cents left, shop::Cents right,
                               const shop::Shelf::Place& hint) override {
    return {hint, right, left};
  }
  double weigh(Call&) override { return 2.5; }
  double attempt_weigh(Call&) override { return -2.5; }
  void watch(Call&, const shop::Watcher::Ref& who, const std::vector<shop::Watcher::Ref>& others) override {
    watchers_ = others;
    watchers_.push_back(who);
  }
  shop::Watcher::Ref get_watcher(Call&, std::uint32_t index) override {
    return index < watchers_.size() ? watchers_[index] : shop::Watcher::Ref{};
  }
  std::vector<std::uint8_t> dump(Call&, std::uint64_t size) override {
    return std::vector<std::uint8_t>(static_cast<std::size_t>(size), 0x5a);
  }
  shop::Shelf::Slot top(Call&) override { return {}; }

  std::vector<std::string> put_;
  std::size_t slots_ = 2;

 private:
  std::string name_ = "counter";
  std::uint32_t changes_ = 0;
  std::vector<shop::Watcher::Ref> watchers_;
};

struct Shop {
  explicit Shop(CodecId codec = CodecId::Cdr) : channel(std::make_shared<Loopback>(io, servant, codec)) {}

  asio::io_context io;
  std::shared_ptr<ShopCounter> servant = std::make_shared<ShopCounter>();
  std::shared_ptr<Loopback> channel;
  shop::Counter::Stub counter{channel, ObjectRef{"IDL:shop/Counter:1.0", {}, "till"}};
};

}  // namespace once::test
