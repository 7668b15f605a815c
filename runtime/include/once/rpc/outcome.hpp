// How a call ended, as a type: a value, an exception that the IDL declares, or a failure that says whether
// the call ran. The same for synchronous, future, callback and coroutine calls.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include <once/base/assert.hpp>
#include <once/base/error.hpp>

namespace once {

/// Neither a value nor a user exception.
struct Failure {
  OutcomeKind kind = OutcomeKind::Unknown;
  std::error_code code;
  std::string text;  // the whole sentence: the operation, where, what happened
  std::chrono::milliseconds retry_after{0};
};

namespace detail {

/// All of Outcome that does not depend on whether there is a value to hold. Value is T, or std::monostate for
/// void.
template <class Value>
class OutcomeState {
 public:
  /// The call ended as it should: it ran and here are its results, or, for a maybe call, it went out.
  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  /// The exception that the servant raised, if it is an E; nullptr otherwise. Lives as long as the Outcome.
  template <std::derived_from<UserException> E = UserException>
  const E* exception() const {
    const auto* const exception = std::get_if<1>(&state_);
    return exception != nullptr ? dynamic_cast<const E*>(exception->get()) : nullptr;
  }

  OutcomeKind kind() const {
    if (const Failure* const failure = std::get_if<2>(&state_)) return failure->kind;
    return sent_only_ ? OutcomeKind::Sent : OutcomeKind::Executed;
  }
  Completion completion() const { return completion_of(kind()); }
  /// It did not run and never will. What is called again is another call, under the same key too.
  bool may_call_again() const { return kind() == OutcomeKind::NotSent || kind() == OutcomeKind::NotExecuted; }
  /// Nobody will ever know more: to call again under the same key tells nothing new. False, too, where nothing has
  /// become known of the call that the key stands for: key_collision, outbox_failed, no_outbox.
  bool final() const {
    const std::error_code why = code();
    const auto is_any_of = [&](auto... codes) { return ((why == make_error_code(codes)) || ...); };
    if (kind() == OutcomeKind::Unknown) return is_any_of(Errc::session_lost, Errc::protocol_error);
    return !is_any_of(Errc::key_collision, Errc::outbox_failed, Errc::no_outbox);
  }
  /// Why it failed; no error for a value or a user exception.
  std::error_code code() const {
    const Failure* const failure = std::get_if<2>(&state_);
    return failure != nullptr ? failure->code : std::error_code{};
  }
  /// The sentence for people; a user exception's repository id; empty for a value.
  std::string_view text() const {
    if (const Failure* const failure = std::get_if<2>(&state_)) return failure->text;
    if (const UserException* const raised = exception()) return raised->repository_id();
    return {};
  }
  /// How long the server asks to be left alone; 0 if it said nothing.
  std::chrono::milliseconds retry_after() const {
    const Failure* const failure = std::get_if<2>(&state_);
    return failure != nullptr ? failure->retry_after : std::chrono::milliseconds{0};
  }

 protected:
  explicit OutcomeState(Value value) : state_(std::in_place_index<0>, std::move(value)) {}
  explicit OutcomeState(std::shared_ptr<const UserException> exception)
      : state_(std::in_place_index<1>, std::move(exception)) {
    ONCE_ASSERT(std::get<1>(state_) != nullptr);
  }
  explicit OutcomeState(Failure failure) : state_(std::in_place_index<2>, std::move(failure)) {}

  /// Throws the user exception by its own type, or a SystemError; returns if there is a value.
  void throw_unless_value() const {
    if (has_value()) return;
    if (const UserException* const raised = exception()) raised->raise();
    const Failure& failure = std::get<2>(state_);
    throw SystemError{failure.kind, failure.code, failure.text, failure.retry_after};
  }

  std::variant<Value, std::shared_ptr<const UserException>, Failure> state_;
  bool sent_only_ = false;
};

}  // namespace detail

template <class T>
class [[nodiscard]] Outcome : public detail::OutcomeState<T> {
  using State = detail::OutcomeState<T>;

 public:
  Outcome(T value) : State(std::move(value)) {}
  Outcome(std::shared_ptr<const UserException> exception) : State(std::move(exception)) {}
  Outcome(Failure failure) : State(std::move(failure)) {}

  /// The value; throws the user exception by its own type, or a SystemError.
  T& value() & {
    this->throw_unless_value();
    return std::get<0>(this->state_);
  }
  const T& value() const& {
    this->throw_unless_value();
    return std::get<0>(this->state_);
  }
  T value() && {
    this->throw_unless_value();
    return std::get<0>(std::move(this->state_));
  }

  /// The value, which must be there.
  T& operator*() & {
    ONCE_ASSERT(this->has_value());
    return std::get<0>(this->state_);
  }
  const T& operator*() const& {
    ONCE_ASSERT(this->has_value());
    return std::get<0>(this->state_);
  }
  T operator*() && {
    ONCE_ASSERT(this->has_value());
    return std::get<0>(std::move(this->state_));
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
};

template <>
class [[nodiscard]] Outcome<void> : public detail::OutcomeState<std::monostate> {
  using State = detail::OutcomeState<std::monostate>;

 public:
  /// It ran.
  Outcome() : State(std::monostate{}) {}
  Outcome(std::shared_ptr<const UserException> exception) : State(std::move(exception)) {}
  Outcome(Failure failure) : State(std::move(failure)) {}
  /// A maybe call went out.
  static Outcome sent() {
    Outcome outcome;
    outcome.sent_only_ = true;
    return outcome;
  }

  /// Throws the user exception by its own type, or a SystemError, if there is one.
  void value() const { throw_unless_value(); }
};

}  // namespace once
