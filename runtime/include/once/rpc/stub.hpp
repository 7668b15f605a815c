// What generated stubs are made of. A stub is a small value: the channel, the object, the call options. Each
// of its operations has one way to encode its arguments and one to understand what comes back; op, try_op and
// async_op are those two around Channel::call() and Channel::start().
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <once/base/assert.hpp>
#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/rpc/channel.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/operation.hpp>
#include <once/rpc/outcome.hpp>
#include <once/rpc/recycle.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/values.hpp>

namespace once {

/// The base of every generated I::Stub, and all of its state. A stub may be copied freely; copies share the
/// channel. One object is for one thread at a time; the channel below is for all.
class StubBase {
 protected:
  StubBase(ChannelPointer channel, ObjectRef target, CallOptions options)
      : channel_(std::move(channel)),
        target_(std::make_shared<const ObjectRef>(std::move(target))),
        options_(std::move(options)) {
    ONCE_ASSERT(channel_ != nullptr);
  }

  const ObjectRef& target() const { return *target_; }
  void set_options(CallOptions options) { options_ = std::move(options); }

  /// A call of Op's operation on this stub's object. The arguments are encoded here and now; an error in them
  /// is kept in the call. The call refers to the stub until it is sent.
  template <class Op, class CodecList, class... Arguments>
  OutgoingCall prepare(const Arguments&... arguments) const {
    OutgoingCall call;
    call.operation = &Op::kOperation;
    call.target = target_.get();
    call.options = options_;
    Body body;
    call.error = detail::encode_body(CodecList{}, channel_->codec(), body,
                                     [&](auto& encoder) { Op::encode_arguments(encoder, arguments...); });
    call.body = std::move(body.octets);
    call.little_endian = body.little_endian;
    return call;
  }
  /// Sends, waits, and reads with the calling thread.
  RawOutcome call(OutgoingCall call) const;
  /// Sends, and completes `token` with finish(what came back).
  template <class T, class Token>
  auto start(OutgoingCall call, Outcome<T> (*finish)(RawOutcome), Token&& token) const;

 private:
  ChannelPointer channel_;
  std::shared_ptr<const ObjectRef> target_;
  CallOptions options_;
};

/// A stub of an interface that inherits from I: converts to I::Stub.
template <class S, class I>
concept DerivedStub = std::derived_from<S, StubBase> && InheritsFrom<typename S::Interface, I>;

namespace detail {

/// How a call ends whose arguments could not be encoded. Nothing was handed to the channel.
inline RawOutcome not_sent(const OutgoingCall& call) {
  const Errc code = call.error == Errc::no_encoding ? Errc::no_encoding : Errc::bad_argument;
  RawOutcome outcome;
  outcome.kind = OutcomeKind::NotSent;
  outcome.code = code;
  outcome.text.append(call.operation->name).append(" on ").append(shown(*call.target)).append(": ");
  outcome.text.append(outcome.code.message());
  if (code == Errc::bad_argument) outcome.text.append(": ").append(make_error_code(call.error).message());
  return outcome;
}

/// Memory out of the calling thread's cache of message blocks: what is allocated and released at the rate of
/// calls costs nothing in steady state.
template <class T>
class BlockAllocator {
 public:
  using value_type = T;

  BlockAllocator() = default;
  template <class U>
  BlockAllocator(const BlockAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t) && sizeof(Block) % alignof(std::max_align_t) == 0);
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length{};
    return reinterpret_cast<T*>(take_block(count * sizeof(T))->data());
  }
  void deallocate(T* place, std::size_t) noexcept { drop_block(reinterpret_cast<Block*>(place) - 1); }

  template <class U>
  bool operator==(const BlockAllocator<U>&) const noexcept {
    return true;
  }
};
template <>
class BlockAllocator<void> {
 public:
  using value_type = void;

  BlockAllocator() = default;
  template <class U>
  BlockAllocator(const BlockAllocator<U>&) noexcept {}

  template <class U>
  bool operator==(const BlockAllocator<U>&) const noexcept {
    return true;
  }
};

/// What a cancellation slot and the call that it belongs to have in common. A slot must be filled before the
/// call starts, when its number is not known yet, and the call may end on another thread before start()
/// returns; so the number is published here, and whoever comes second cancels. Cancelling twice, or late,
/// does no harm.
class Cancellation {
 public:
  explicit Cancellation(ChannelPointer channel) : channel_(std::move(channel)) {}

  void started(std::uint64_t call) {
    call_ = call;
    started_.store(true);
    if (requested_.load()) channel_->cancel(call_);
  }
  void request() {
    requested_.store(true);
    if (started_.load()) channel_->cancel(call_);
  }
  bool requested() const { return requested_.load(); }

 private:
  ChannelPointer channel_;
  std::uint64_t call_ = 0;
  std::atomic<bool> started_{false};
  std::atomic<bool> requested_{false};
};

/// One asynchronous call: what the channel completes, with the handler behind it. It owns itself from start()
/// until the handler is invoked; its memory is released before that.
template <class T, class Handler>
class AsyncCall final : public PendingCall {
 public:
  using Finish = Outcome<T> (*)(RawOutcome);

  static void start(Handler handler, const ChannelPointer& channel, const ObjectRef& target,
                    OutgoingCall call, Finish finish) {
    call.target = &target;
    Owner self = create(std::move(handler), *channel, finish);
    if (call.error != Errc::ok) {
      self.release()->complete(not_sent(call), CompletedIn::Initiation);
      return;
    }
    auto slot = asio::get_associated_cancellation_slot(self->handler_);
    std::shared_ptr<Cancellation> cancellation;
    if (slot.is_connected()) {
      cancellation = std::allocate_shared<Cancellation>(BlockAllocator<Cancellation>{}, channel);
      self->cancellation_ = cancellation;
      slot.assign([cancellation](asio::cancellation_type) {
        std::shared_ptr<Cancellation>(cancellation)->request();  // a copy: the slot may be cleared meanwhile
      });
    }
    // From here on the call may end, and be gone, at any time.
    const std::uint64_t number = channel->start(std::move(call), *self.release());
    if (cancellation != nullptr) cancellation->started(number);
  }

  void complete(RawOutcome outcome, CompletedIn where) override {
    outcome_ = std::move(outcome);
    const auto channel_work = std::move(channel_work_);  // from now on only the handler's loop has work
    // Not inside whoever cancels, either: that may be in the middle of something.
    const bool apart =
        where == CompletedIn::Initiation || (cancellation_ != nullptr && cancellation_->requested());
    if constexpr (kHasExecutor) {
      const auto executor = handler_work_.get_executor();
      if (apart) {
        asio::post(executor, Completion{Owner{this}});
      } else {
        asio::dispatch(executor, Completion{Owner{this}});
      }
    } else if (apart) {
      asio::post(channel_work.get_executor(), Completion{Owner{this}});
    } else if (where == CompletedIn::AnyThread) {
      asio::dispatch(channel_work.get_executor(), Completion{Owner{this}});
    } else {
      invoke(Owner{this});
    }
  }

 private:
  using Executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
  /// Else it runs where the channel's events do.
  static constexpr bool kHasExecutor =
      !std::is_same_v<Executor, asio::any_io_executor> ||
      !std::is_same_v<asio::associated_executor_t<Handler, asio::system_executor>, asio::system_executor>;
  using HandlerAllocator = asio::associated_allocator_t<Handler, BlockAllocator<void>>;
  using Allocator = typename std::allocator_traits<HandlerAllocator>::template rebind_alloc<AsyncCall>;
  using AllocatorTraits = std::allocator_traits<Allocator>;

  struct Destroy {
    void operator()(AsyncCall* call) const noexcept {
      Allocator allocator{call->allocator_};
      call->~AsyncCall();
      AllocatorTraits::deallocate(allocator, call, 1);
    }
  };
  using Owner = std::unique_ptr<AsyncCall, Destroy>;

  /// What runs on the handler's executor. Dropped without running, when the executor is shut down, it
  /// releases the call and the handler.
  struct Completion {
    Owner call;

    using allocator_type = HandlerAllocator;
    allocator_type get_allocator() const noexcept { return HandlerAllocator{call->allocator_}; }

    void operator()() { invoke(std::move(call)); }
  };

  AsyncCall(Handler&& handler, Channel& channel, Finish finish, const Allocator& allocator)
      : handler_(std::move(handler)),
        handler_work_(handler_, channel),
        channel_work_(channel.executor()),
        finish_(finish),
        allocator_(allocator) {}
  ~AsyncCall() = default;

  static Owner create(Handler&& handler, Channel& channel, Finish finish) {
    Allocator allocator{asio::get_associated_allocator(handler, BlockAllocator<void>{})};
    AsyncCall* const place = AllocatorTraits::allocate(allocator, 1);
    try {
      return Owner{new (place) AsyncCall{std::move(handler), channel, finish, allocator}};
    } catch (...) {
      AllocatorTraits::deallocate(allocator, place, 1);
      throw;
    }
  }

  static void invoke(Owner call) {
    if (call->cancellation_ != nullptr) asio::get_associated_cancellation_slot(call->handler_).clear();
    Outcome<T> outcome = call->finish_(std::move(call->outcome_));
    Handler handler{std::move(call->handler_)};
    [[maybe_unused]] const auto handler_work = std::move(call->handler_work_);
    call.reset();
    std::move(handler)(std::move(outcome));
  }

  /// Keeps the handler's own loop running.
  struct HandlerWork : asio::executor_work_guard<Executor> {
    HandlerWork(const Handler& handler, Channel& channel)
        : asio::executor_work_guard<Executor>(asio::get_associated_executor(handler, channel.executor())) {}
  };
  struct NoWork {
    NoWork(const Handler&, Channel&) {}
  };

  Handler handler_;
  std::conditional_t<kHasExecutor, HandlerWork, NoWork> handler_work_;
  asio::executor_work_guard<asio::any_io_executor> channel_work_;
  Finish finish_;
  Allocator allocator_;
  std::shared_ptr<Cancellation> cancellation_;
  RawOutcome outcome_;
};

/// Starts calls for asio::async_initiate; a token may keep it, and start the call later.
template <class T>
struct StartCall {
  template <class Handler>
  void operator()(Handler&& handler, const ChannelPointer& channel,
                  const std::shared_ptr<const ObjectRef>& target, OutgoingCall call,
                  Outcome<T> (*finish)(RawOutcome)) const {
    AsyncCall<T, std::decay_t<Handler>>::start(std::forward<Handler>(handler), channel, *target,
                                               std::move(call), finish);
  }
};

}  // namespace detail

inline RawOutcome StubBase::call(OutgoingCall call) const {
  return call.error == Errc::ok ? channel_->call(std::move(call)) : detail::not_sent(call);
}

template <class T, class Token>
auto StubBase::start(OutgoingCall call, Outcome<T> (*finish)(RawOutcome), Token&& token) const {
  return asio::async_initiate<Token, void(Outcome<T>)>(detail::StartCall<T>{}, token, channel_, target_,
                                                       std::move(call), finish);
}

namespace detail {

/// The user exception in `raw`, which must be one of E; nullptr, and the reason in `error`, if it is not, or
/// does not decode.
template <class... E, class CodecList>
std::shared_ptr<const UserException> decode_exception(Raises<E...>, CodecList codecs, const RawOutcome& raw,
                                                      Errc& error) {
  std::shared_ptr<const UserException> result;
  error = decode_body(codecs, raw.codec, raw.little_endian, raw.body, [&](auto& decoder) {
    const auto raised = decode_raised(decoder);
    [[maybe_unused]] const auto decode_as = [&]<class Exception>(std::type_identity<Exception>) {
      if (raised.repository_id != Exception::kRepositoryId) return false;
      auto exception = std::make_shared<Exception>();
      decode_members(decoder, raised, *exception);
      result = std::move(exception);
      return true;
    };
    if (!(decode_as(std::type_identity<E>{}) || ...)) decoder.fail(Errc::invalid_value);
  });
  if (error != Errc::ok) result.reset();
  return result;
}

/// What a reply that cannot be understood is to the caller: the call ran.
inline Failure bad_reply(const Operation& operation, Errc reason) {
  Failure failure;
  failure.kind = OutcomeKind::Executed;
  failure.code = Errc::bad_reply;
  failure.text.append(operation.name).append(": ").append(failure.code.message()).append(": ");
  failure.text.append(make_error_code(reason).message());
  return failure;
}

/// Understands what came back from a call of Op's operation.
template <class Op, class CodecList>
Outcome<typename Op::Result> finish_call(RawOutcome raw) {
  using Result = typename Op::Result;
  if (!raw.has_reply()) {
    if constexpr (std::is_void_v<Result>) {
      if (raw.kind == OutcomeKind::Sent && !raw.code) return Outcome<void>::sent();
    }
    return Failure{raw.kind, raw.code, std::move(raw.text), raw.retry_after};
  }
  Errc error = Errc::ok;
  if (raw.user_exception) {
    auto exception = decode_exception(typename Op::Raises{}, CodecList{}, raw, error);
    if (exception != nullptr) return exception;
  } else if constexpr (std::is_void_v<Result>) {
    error = decode_body(CodecList{}, raw.codec, raw.little_endian, raw.body, [](auto&) {});
    if (error == Errc::ok) return {};
  } else {
    Result result = take_recycled<Result>(raw.codec);
    error = decode_body(CodecList{}, raw.codec, raw.little_endian, raw.body,
                        [&](auto& decoder) { Op::decode_result(decoder, result); });
    if (error == Errc::ok) return result;
  }
  return bad_reply(Op::kOperation, error);
}

}  // namespace detail
}  // namespace once
