// A value that is always there, and is kept on the heap: what `@external T` is, so that T may contain itself
// through it. It is used like a pointer that is never null, and is a value: copying copies all that is in it.
// On the wire it is a T.
#pragma once

#include <memory>
#include <utility>

namespace once {

/// A new one, and one that was moved from, is a T{}, and takes no memory until it is written to.
template <class T>
class External {
 public:
  External() noexcept {}
  External(const T& value) : value_(std::make_unique<T>(value)) {}
  External(T&& value) : value_(std::make_unique<T>(std::move(value))) {}
  External(const External& other)
      : value_(other.value_ != nullptr ? std::make_unique<T>(*other.value_) : nullptr) {}
  External(External&& other) noexcept : value_(std::move(other.value_)) {}
  External& operator=(const External& other) { return *this = External{other}; }
  External& operator=(External&& other) noexcept {
    // What was here may hold `other`: it goes last.
    const std::unique_ptr<T> before = std::exchange(value_, std::move(other.value_));
    return *this;
  }
  ~External() = default;

  T& operator*() {
    if (value_ == nullptr) value_ = std::make_unique<T>();
    return *value_;
  }
  const T& operator*() const { return value_ != nullptr ? *value_ : initial(); }
  T* operator->() { return &**this; }
  /// Before the value is decoded into. False, and an error, if it has no memory yet, and `decoder` grants
  /// none.
  template <class Decoder>
  bool charge_to(Decoder& decoder) const {
    return value_ != nullptr || decoder.take_memory(sizeof(T));
  }
  const T* operator->() const { return &**this; }

  friend bool operator==(const External& a, const External& b) { return a.value_ == b.value_ || *a == *b; }

 private:
  static const T& initial() {
    static const T value{};
    return value;
  }

  std::unique_ptr<T> value_;
};

}  // namespace once
