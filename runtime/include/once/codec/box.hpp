// An optional value on the heap: what `@optional T` and XDR's `T *` are where T contains itself. A Box is
// used like std::optional, and is a value: a copy of it is a copy of all that is in it.
//
// A list is a structure with a Box of its own type, its link. Generated code names it,
//     struct Entry { …; once::Box<Entry> next; static constexpr auto once_link = &Entry::next; };
// and then lists of any length are copied, compared, destroyed, encoded and decoded in a loop. Other
// recursion (trees, types that contain each other) goes as deep into the stack as the values nest.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <utility>

#include <once/codec/coder.hpp>
#include <once/codec/values.hpp>

namespace once {

template <class T>
class Box;

namespace detail {

/// A structure that names its link.
template <class T>
concept Linked = requires {
  { T::once_link } -> std::convertible_to<Box<T> T::*>;
};

/// The link of the node that this thread copies or compares at present: the loop over the list follows it,
/// so that the node's own copy constructor and operator== leave it out.
inline constinit thread_local const void* left_out_link = nullptr;

class LeaveOut {
 public:
  explicit LeaveOut(const void* link) : before_(std::exchange(left_out_link, link)) {}
  ~LeaveOut() { left_out_link = before_; }
  LeaveOut(const LeaveOut&) = delete;
  LeaveOut& operator=(const LeaveOut&) = delete;

 private:
  const void* before_;
};

}  // namespace detail

template <class T>
class Box {
 public:
  Box() noexcept {}
  Box(std::nullopt_t) noexcept {}
  Box(const T& value) : value_(copy_of(value)) {}
  Box(T&& value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) {
    if (other.value_ != nullptr && detail::left_out_link != &other) value_ = copy_of(*other.value_);
  }
  Box(Box&& other) noexcept : value_(std::move(other.value_)) {}
  Box& operator=(const Box& other) { return *this = Box{other}; }
  Box& operator=(Box&& other) noexcept {
    // What was here may hold `other`: it goes last.
    Box before;
    before.value_ = std::exchange(value_, std::move(other.value_));
    return *this;
  }
  ~Box() { reset(); }

  bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  /// The value, of which there must be one; value() throws std::bad_optional_access if there is none.
  // clang's analyzer loses sight of the value on its way through emplace().
  T& operator*() noexcept { return *value_; }  // NOLINT(clang-analyzer-cplusplus.Move)
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_.get(); }
  const T* operator->() const noexcept { return value_.get(); }
  T& value() { return value_ != nullptr ? *value_ : throw std::bad_optional_access{}; }
  const T& value() const { return value_ != nullptr ? *value_ : throw std::bad_optional_access{}; }

  T& emplace(T value = T{}) {
    *this = Box{std::move(value)};
    return *value_;
  }
  void reset() noexcept {
    if constexpr (detail::Linked<T>) {
      std::unique_ptr<T> node = std::move(value_);
      while (node != nullptr) node = std::move(((*node).*T::once_link).value_);
    } else {
      value_.reset();
    }
  }

  friend bool operator==(const Box& a, const Box& b) {
    if (detail::left_out_link == &a) return true;
    const T* left = a.value_.get();
    const T* right = b.value_.get();
    if constexpr (detail::Linked<T>) {
      while (left != nullptr && right != nullptr) {
        const Box& link = (*left).*T::once_link;
        const detail::LeaveOut others_only{&link};
        if (!(*left == *right)) return false;
        left = link.value_.get();
        right = ((*right).*T::once_link).value_.get();
      }
      return left == right;  // both at the end
    } else {
      return left == nullptr || right == nullptr ? left == right : *left == *right;
    }
  }

 private:
  static std::unique_ptr<T> copy_of(const T& value) {
    if constexpr (detail::Linked<T>) {
      Box list;
      Box* end = &list;
      for (const T* node = &value; node != nullptr;) {
        const Box& link = (*node).*T::once_link;
        const detail::LeaveOut others_only{&link};
        end->value_ = std::make_unique<T>(*node);
        end = &((*end->value_).*T::once_link);
        node = link.value_.get();
      }
      return std::move(list.value_);
    } else {
      return std::make_unique<T>(value);
    }
  }

  std::unique_ptr<T> value_;
};

template <class Coder, class T>
inline constexpr std::size_t kOctetsMin<Coder, Box<T>> = Coder::kFlagOctets;

template <EncoderType E, class T, class EncodeElement>
void encode_optional(E& encoder, const Box<T>& value, EncodeElement encode_element) {
  encoder.value(value.has_value());
  if (value) encode_element(encoder, *value);
}
template <DecoderType D, class T, class DecodeElement>
void decode_optional(D& decoder, Box<T>& value, DecodeElement decode_element) {
  if (!decoder.template value<bool>()) {
    value.reset();
    return;
  }
  if (!value) {
    if (!decoder.take_memory(sizeof(T))) return;
    value.emplace();
  }
  decode_element(decoder, *value);
}
template <EncoderType E, class T>
void encode(E& encoder, const Box<T>& value) {
  encode_optional(encoder, value, detail::EncodeElement{});
}
template <DecoderType D, class T>
void decode(D& decoder, Box<T>& value) {
  decode_optional(decoder, value, detail::DecodeElement{});
}

// A list whose link is the last of its members has nodes that stand one behind the other on the wire:
//     for (const Entry* node = &value; node != nullptr; node = once::encode_link(encoder, node->next)) …

/// Writes whether there is another node; returns it, or nullptr.
template <EncoderType E, class T>
const T* encode_link(E& encoder, const Box<T>& link) {
  encoder.value(link.has_value());
  return link && encoder.ok() ? &*link : nullptr;
}
/// Reads whether there is another node; returns where it is to be read to, or nullptr.
template <DecoderType D, class T>
T* decode_link(D& decoder, Box<T>& link) {
  if (!decoder.template value<bool>()) {
    link.reset();
    return nullptr;
  }
  if (!link) {
    if (!decoder.take_memory(sizeof(T))) return nullptr;
    link.emplace();
  }
  return &*link;
}

}  // namespace once
