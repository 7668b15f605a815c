// Result<T>: a value, or an error that a peer, a network or bad input caused. Its names are those of
// std::expected.
#pragma once

#include <system_error>
#include <utility>
#include <variant>

#include <once/base/assert.hpp>

namespace once {

/// Wraps an error on its way into a Result: `return Unexpected{Errc::truncated};`
template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E = std::error_code>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  template <class G>
  Result(Unexpected<G> unexpected) : state_(std::in_place_index<1>, std::move(unexpected.error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    ONCE_ASSERT(has_value());
    return std::get<0>(state_);
  }
  const T& value() const& {
    ONCE_ASSERT(has_value());
    return std::get<0>(state_);
  }
  T&& value() && {
    ONCE_ASSERT(has_value());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const E& error() const {
    ONCE_ASSERT(!has_value());
    return std::get<1>(state_);
  }
  template <class U>
  T value_or(U&& other) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  template <class G>
  Result(Unexpected<G> unexpected) : error_(std::move(unexpected.error)), failed_(true) {}

  bool has_value() const { return !failed_; }
  explicit operator bool() const { return has_value(); }
  const E& error() const {
    ONCE_ASSERT(failed_);
    return error_;
  }

 private:
  E error_{};
  bool failed_ = false;
};

}  // namespace once
