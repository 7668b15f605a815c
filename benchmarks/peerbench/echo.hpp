// The servant that is measured.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include <once/once.hpp>

#include "bench.once.hpp"

namespace peerbench {

/// Counts what has run, on any loop.
class Executions final : public Tally::Servant {
 public:
  void add() { count_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t executions(once::Call&) override { return count_; }

 private:
  std::atomic<std::uint64_t> count_{0};
};

/// Gives back what it gets, for either interface. `reuse`: in objects that were results before.
template <class Interface>
class Echo final : public Interface::Servant {
 public:
  explicit Echo(std::shared_ptr<Executions> executions = std::make_shared<Executions>(), bool reuse = false)
      : executions_(std::move(executions)), reuse_(reuse) {}

  void null(once::Call&) override { executions_->add(); }
  Payload echo_bytes(once::Call&, const Payload& data) override {
    executions_->add();
    return copy(data);
  }
  Persons echo_persons(once::Call&, const Persons& persons) override {
    executions_->add();
    return copy(persons);
  }

 private:
  template <class T>
  T copy(const T& value) const {
    if (!reuse_) return value;
    T result = once::recycled<T>();
    result = value;
    return result;
  }

  const std::shared_ptr<Executions> executions_;
  const bool reuse_;
};

}  // namespace peerbench
