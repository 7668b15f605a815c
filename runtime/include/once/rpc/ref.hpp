// A typed object reference: an ObjectRef whose interface the compiler knows. It is data (endpoints, key,
// interface id), may be nil, travels as an argument or a result, and becomes a stub by Client::stub() or
// Call::stub(). Generated code names it I::Ref.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <once/rpc/object_ref.hpp>

namespace once {

/// True if J inherits from I in the IDL. Both are generated interface names; J must be complete.
template <class J, class I>
concept InheritsFrom = !std::same_as<I, J> && std::is_base_of_v<I, J>;

template <class I>
class Ref {
 public:
  using Interface = I;

  /// Nil.
  Ref() = default;
  /// Whether the object really has the interface I is known only when it is called.
  explicit Ref(ObjectRef data) : data_(std::move(data)) {}
  /// A reference to a derived interface is one to its bases.
  template <InheritsFrom<I> J>
  Ref(const Ref<J>& derived) : data_(derived.data()) {}

  const ObjectRef& data() const { return data_; }
  const std::string& key() const { return data_.key; }
  bool is_nil() const { return data_.is_nil(); }
  explicit operator bool() const { return !is_nil(); }

  bool operator==(const Ref&) const = default;

 private:
  ObjectRef data_;
};

/// The stringified form, as of its ObjectRef.
template <class I>
std::string to_string(const Ref<I>& reference) {
  return to_string(reference.data());
}

}  // namespace once
