// The seam between generated stubs and the machinery: a stub encodes, a channel carries, the stub decodes.
// Above this line everything is typed, below it everything is bytes.
//
// A Channel is one client's way to one server. Stubs share it; it may be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include <asio/any_io_executor.hpp>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>
#include <once/base/time.hpp>
#include <once/rpc/operation.hpp>

namespace once {

enum class CodecId : std::uint8_t;
struct ObjectRef;

/// What a caller may say about its calls: `alice.with({.deadline = 2s})`.
struct CallOptions {
  /// From now; overrides the IDL's @deadline_ms and the client's default.
  std::optional<Duration> deadline{};
  /// Names one call of an exactly-once operation for good: made again under the same key, also by a later life of
  /// the program, it is the same call, and runs once (once/rpc/outbox.hpp).
  std::string key{};
};

/// Which call of its lasting session one with a key is.
struct CallPlace {
  Sequence sequence = 0;
  std::uint64_t given_in = 0;  // the client's incarnation that gave it
  bool repeated = false;
};

/// An encoded request on its way into a channel.
struct OutgoingCall {
  const Operation* operation = nullptr;
  const ObjectRef* target = nullptr;  // the stub's; valid until call() or start() returns
  CallOptions options;
  CallPlace place{};
  Slice body;
  bool little_endian = false;
  Errc error = Errc::ok;  // the arguments could not be encoded: the call ends as NotSent with this code
};

/// What came back, still encoded.
struct RawOutcome {
  OutcomeKind kind = OutcomeKind::Unknown;
  std::error_code code;  // why, if there is neither a value nor a user exception
  bool user_exception =
      false;  // Executed, and `body` holds a repository id (string) and the exception's members
  CodecId codec{};
  bool little_endian = false;
  Slice body;
  std::chrono::milliseconds retry_after{0};
  std::string text;  // the sentence for people; empty unless the call failed

  bool has_reply() const { return kind == OutcomeKind::Executed && !code; }
};

/// Where an asynchronous call is completed.
enum class CompletedIn : std::uint8_t {
  Initiation,  // inside start(), or whatever else a caller is inside of: the handler is posted
  AnyThread,   // the handler is dispatched to its executor
  Executor,  // on the channel's executor, inside nothing else: a handler without an executor of its own runs at once
};

/// Whoever waits for an asynchronous call. Lives until complete() is called, exactly once.
class PendingCall {
 public:
  /// Never called under a lock of the runtime. Handlers never run inside the function that initiates the call.
  virtual void complete(RawOutcome outcome, CompletedIn where) = 0;

 protected:
  ~PendingCall() = default;
};

class Channel {
 public:
  virtual ~Channel() = default;

  /// The codec that arguments for this channel are encoded with.
  virtual CodecId codec() const = 0;
  /// Where handlers without an executor of their own run.
  virtual asio::any_io_executor executor() = 0;

  /// Sends, waits, and reads with the calling thread.
  virtual RawOutcome call(OutgoingCall call) = 0;
  /// Sends; `pending` is completed later, from any thread. The result names the call for cancel().
  virtual std::uint64_t start(OutgoingCall call, PendingCall& pending) = 0;
  /// Ends the call early, if it has not ended: its PendingCall is completed as core::ClientCore::cancel says.
  /// Any thread; a call that has ended is ignored.
  virtual void cancel(std::uint64_t call) = 0;
};

using ChannelPointer = std::shared_ptr<Channel>;

}  // namespace once
