// Making an object callable: under a key, on an executor, for some time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <asio/any_io_executor.hpp>

#include <once/rpc/object_ref.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/servant.hpp>

namespace once {

/// Names an object in its server; octets.
using ObjectKey = std::string;

struct ActivationOptions {
  /// Where the servant runs; none: on the loop that read the request, so it must not block. On a strand the
  /// calls of one object run one by one, on a bare pool side by side.
  asio::any_io_executor executor{};
};

/// Finds the servant of a key that is not activated; nullptr if there is none. Called on any loop, and where its
/// servants have an executor there as well, when it has time for the call; under no lock.
using Locator = std::function<std::shared_ptr<Servant>(const ObjectKey&)>;

namespace detail {

class ActivationEnd {
 public:
  virtual ~ActivationEnd() = default;
};

/// A servant class that says which interface it serves, as generated ones do.
template <class S>
concept TypedServant = requires {
  typename S::Interface;
};

}  // namespace detail

/// A reference to an object whose interface only the caller knows: it becomes the Ref that is asked for.
struct UntypedRef : ObjectRef {
  template <class I>
  operator Ref<I>() const {
    return Ref<I>{static_cast<const ObjectRef&>(*this)};
  }
};

/// An object of a client, callable by servers that are given its reference, for as long as this lives and,
/// while the client does not call, its loop runs. The reference has no endpoint: it works over the
/// connections that the client itself has made.
template <class I = void>
class Activation {
 public:
  Activation() = default;
  Activation(Ref<I> reference, std::unique_ptr<detail::ActivationEnd> end)
      : reference_(std::move(reference)), end_(std::move(end)) {}

  /// Of a servant whose interface only the caller knows.
  Activation(Activation<void> untyped);

  const Ref<I>& ref() const { return reference_; }
  operator const Ref<I>&() const { return reference_; }

 private:
  Ref<I> reference_;
  std::unique_ptr<detail::ActivationEnd> end_;
};

/// The same for a servant whose interface is not known to the compiler.
template <>
class Activation<void> {
 public:
  Activation() = default;
  Activation(ObjectRef reference, std::unique_ptr<detail::ActivationEnd> end)
      : reference_(std::move(reference)), end_(std::move(end)) {}

  const ObjectRef& ref() const { return reference_; }
  operator const ObjectRef&() const { return reference_; }

 private:
  template <class I>
  friend class Activation;

  ObjectRef reference_;
  std::unique_ptr<detail::ActivationEnd> end_;
};

template <class I>
Activation<I>::Activation(Activation<void> untyped)
    : reference_(std::move(untyped.reference_)), end_(std::move(untyped.end_)) {}

}  // namespace once
