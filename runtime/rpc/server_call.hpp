// The state behind a Request and its Responder, pooled by whoever received the request. It has two holders:
// the answer, and the frame that dispatches; an exactly-once call has a third, its Responder, since the
// answer is given when the transaction has ended. When all have let go it is used again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>

#include <once/base/buffer.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/servant.hpp>

#include "adapter/object_adapter.hpp"
#include "core/server_core.hpp"

namespace once::detail {

/// Who receives requests and sends answers: a server's loop, or a client's channel that is called back.
class CallHost {
 public:
  virtual ~CallHost() = default;
  /// The call's answer is there. Any thread; under no lock.
  virtual void answered(ServerCall& call) = 0;
  /// The frame that dispatched has returned after the answer. Any thread; under no lock.
  virtual void let_go(ServerCall& call) = 0;
  /// An executor has time for a call of the lane. Any thread; under no lock.
  virtual void run_next(core::Lane lane) = 0;
  /// It never will have.
  virtual void refuse_next(core::Lane lane) = 0;
  /// Where a call must wait since its client does not take the answers that it has; 0: nowhere. Under the lock.
  virtual core::Lane lane_for_answers_to(const core::Path&) { return 0; }
  virtual const Environment& environment() const = 0;
  virtual std::string peer_of(const core::Path& path) const = 0;
  virtual std::shared_ptr<Channel> channel_to(ServerCall& call, const ObjectRef& reference) = 0;
};

struct Answer {
  /// Lost: nobody here knows what became of the call, and nothing is answered.
  enum class Kind : std::uint8_t { None, Value, UserException, Failed, Refused, Lost };
  Kind kind = Kind::None;
  bool little_endian = false;
  Errc reason = Errc::ok;
  std::chrono::milliseconds retry_after{0};
  Slice body;
};

class ServerCall {
 public:
  /// Sets a pooled call up for `arrival`. `host` is kept until the call ends.
  void begin(const std::shared_ptr<CallHost>& host, core::Arrival&& arrival, adapter::Place&& place,
             const Operation* operation, std::size_t reply_promised);
  /// Forgets everything but its memory. Returns the servant: who drops it may be its last holder, and must
  /// not hold a lock then.
  [[nodiscard]] std::shared_ptr<Servant> clear();

  Request& request() { return request_; }
  Responder make_responder() { return Responder{this}; }
  core::CallHandle handle() const { return handle_; }
  const core::Path& from() const { return from_; }
  const std::shared_ptr<Servant>& servant() const { return servant_; }
  const Operation& operation() const { return *operation_; }
  CallHost& host() const { return *host_; }
  const std::shared_ptr<CallHost>& shared_host() const { return host_; }
  /// None: the loop of the host.
  const asio::any_io_executor& executor() const { return executor_; }
  Answer& answer() { return answer_; }

  void cancel() { request_.cancelled_.store(true, std::memory_order_relaxed); }
  /// True if the servant need not begin any more: cancelled, or the budget is used up.
  bool pointless(Time now) const { return request_.cancelled() || request_.deadline() <= now; }

  /// One of the holders has gone; true for the last one.
  bool release() { return holders_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  /// For as long as this lives the calling thread runs the call's servant, and takes the answer that is given meanwhile
  /// by itself: the host is not told. Not for exactly-once calls.
  class AnswerHere {
   public:
    explicit AnswerHere(ServerCall& call);
    ~AnswerHere();
    AnswerHere(const AnswerHere&) = delete;
    AnswerHere& operator=(const AnswerHere&) = delete;

    bool answered() const { return answered_; }

   private:
    friend class ServerCall;
    const ServerCall& call_;
    AnswerHere* const outer_;
    bool answered_ = false;
  };

  /// Takes the answer: everything that a Responder can say ends here, once.
  static void give(ServerCall& call, Answer answer);

  // An exactly-once call: what is answered between these two is the answer of the transaction.
  void open_transaction(Transaction& transaction);
  /// False if nothing was answered; what comes later is ignored.
  bool close_transaction();
  /// What the store is to keep: the answer that was given.
  core::OutcomeRow outcome() const;

 private:
  struct PooledRequest : Request {
    PooledRequest() = default;
    ~PooledRequest() = default;
  };

  PooledRequest request_;
  std::shared_ptr<CallHost> host_;
  std::shared_ptr<Servant> servant_;
  asio::any_io_executor executor_;
  const Operation* operation_ = nullptr;
  core::CallHandle handle_;
  core::Path from_;
  core::Digest digest_;
  Sequence mark_ = 0;
  std::size_t reply_promised_ = 0;
  enum class Said : std::uint8_t { Nothing, Speaking, Said, TooLate };
  std::atomic<Said> said_{Said::Nothing};  // in a transaction
  Answer answer_;
  std::atomic<int> holders_{0};
};

}  // namespace once::detail
