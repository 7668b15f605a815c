// The seam between the server and generated skeletons: one primitive, dispatch(request, respond), that every
// servant implements and that logging, metrics or authorization wrap.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <asio/any_io_executor.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>
#include <once/rpc/operation.hpp>
#include <once/rpc/ref.hpp>

namespace once {

enum class CodecId : std::uint8_t;
class Channel;
class Transaction;  // once/rpc/store.hpp
namespace detail {
class ServerCall;  // rpc/server_call.hpp: the pooled state behind Request and Responder
}

/// What a servant may ask about the call that it serves. Valid until the servant function returns, or its
/// coroutine ends. Its members may be called from the servant's thread.
class Call {
 public:
  RequestId request_id() const { return id_; }
  /// On the server's clock.
  Time deadline() const { return deadline_; }
  /// True once the caller has cancelled the call. Of an @orphan(cancel) operation also once nobody waits for
  /// the reply any more: the caller has given up, or is gone.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  /// "udp://127.0.0.1:50000": where the request came from.
  std::string peer() const;
  /// Who the transport has authenticated; empty: nobody.
  std::string principal() const;
  const std::string& object_key() const { return object_key_; }
  /// The executor that the servant runs on: the loop's, or the one it was activated with.
  asio::any_io_executor executor() const;
  /// A channel back to the caller, inside its own connection, for references that it passed.
  std::shared_ptr<Channel> channel_to(const ObjectRef& reference) const;
  /// `call.stub(reference)`: a stub of a typed reference, for callbacks and for other servers alike.
  template <class I>
  typename I::Stub stub(const Ref<I>& reference) const {
    return typename I::Stub{channel_to(reference.data()), reference.data()};
  }
  /// On the server's clock, which is virtual on a simulated host. Signature: void(std::error_code).
  template <class Token>
  auto async_sleep(Duration time, Token&& token) const {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, Duration period) {
          using Handler = decltype(handler);
          auto kept = std::make_shared<Handler>(std::move(handler));
          const auto run_on = asio::get_associated_executor(*kept, executor());
          // The guard keeps the handler's loop alive while the timer counts on the server's.
          start_sleep(period, [kept, work = asio::make_work_guard(run_on)](std::error_code error) {
            asio::dispatch(work.get_executor(), [kept, error]() mutable { std::move (*kept)(error); });
          });
        },
        token, time);
  }

 protected:
  friend class detail::ServerCall;
  void start_sleep(Duration time, std::function<void(std::error_code)> wake) const;
  Call() = default;
  ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  detail::ServerCall* state_ = nullptr;
  RequestId id_;
  Time deadline_ = kNever;
  std::atomic<bool> cancelled_{false};
  std::string object_key_;
};

/// A request as a skeleton sees it: a Call and its bytes. Lives as long as the Responder that came with it.
class Request : public Call {
 public:
  std::uint32_t operation() const { return operation_; }
  std::uint32_t fingerprint() const { return fingerprint_; }
  Semantics semantics() const { return semantics_; }
  CodecId codec() const { return codec_; }
  bool little_endian() const { return little_endian_; }
  const Slice& body() const { return body_; }
  /// Of an exactly-once operation: what the servant writes in, until dispatch() returns. Else nullptr.
  Transaction* transaction() const { return transaction_; }

 protected:
  friend class detail::ServerCall;
  Transaction* transaction_ = nullptr;
  std::uint32_t operation_ = 0;
  std::uint32_t fingerprint_ = 0;
  Semantics semantics_ = Semantics::AtMostOnce;
  CodecId codec_{};
  bool little_endian_ = false;
  Slice body_;
};

/// An answer as a value: `respond(once::refuse(once::Errc::forbidden))`.
struct Refusal {
  Errc reason = Errc::forbidden;
  std::chrono::milliseconds retry_after{0};
};
inline Refusal refuse(Errc reason, std::chrono::milliseconds retry_after = std::chrono::milliseconds{0}) {
  return {reason, retry_after};
}

/// The one answer to a request: move-only, consumed by answering; dropped unused it answers that the servant
/// failed. May be used on any thread. For oneway requests every answer is accepted and goes nowhere.
class Responder {
 public:
  Responder() = default;
  Responder(Responder&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  explicit operator bool() const { return state_ != nullptr; }

  /// The encoded results, in the request's codec.
  void value(Slice body, bool little_endian) &&;
  /// The encoded repository id and members of an exception that the IDL declares for this operation.
  void user_exception(Slice body, bool little_endian) &&;
  /// The servant began, and failed in a way that the IDL does not declare.
  void failed(Errc reason = Errc::servant_failed) &&;
  /// The servant did not begin and never will: NotExecuted, recorded.
  void refuse(Errc reason, std::chrono::milliseconds retry_after = std::chrono::milliseconds{0}) &&;
  void operator()(Refusal refusal) { std::move(*this).refuse(refusal.reason, refusal.retry_after); }

 private:
  friend class detail::ServerCall;
  explicit Responder(detail::ServerCall* state) : state_(state) {}
  detail::ServerCall* state_ = nullptr;
};

/// The base of all servants. Users derive from a generated I::Servant or I::CoServant, never from this.
class Servant {
 public:
  virtual ~Servant() = default;

  /// The repository id of the most derived interface.
  virtual std::string_view interface_id() const noexcept = 0;
  /// True if the servant's interface is, or inherits from, that one.
  virtual bool is_a(std::string_view interface_id) const noexcept = 0;
  /// The operation of that number, own or inherited; nullptr if there is none.
  virtual const Operation* find_operation(std::uint32_t id) const noexcept = 0;
  /// Decodes, calls, answers. Never throws; called only for operations that find_operation knows, with the
  /// fingerprint and semantics already compared.
  /// An exactly-once operation is to be answered before this returns: what is answered later is ignored.
  virtual void dispatch(Request& request, Responder respond) noexcept = 0;
  /// True if some operation, own or inherited, is exactly-once: the server must have a store.
  virtual bool needs_store() const noexcept { return false; }
};

}  // namespace once
