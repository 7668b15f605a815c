// A channel whose server is a servant in the same program: what a stub encodes, the skeleton decodes, and the
// other way round. Requests and answers are the runtime's own; there is no protocol between them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <once/codec/codec.hpp>
#include <once/rpc/channel.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/servant.hpp>

#include "core/server_core.hpp"
#include "rpc/server_call.hpp"

namespace once::test {

class Loopback final : public Channel, public detail::CallHost {
 public:
  /// When a call is completed that start() has started.
  enum class Answers { InsideStart, Later, Never };

  Loopback(asio::io_context& io, std::shared_ptr<Servant> servant, CodecId codec_id = CodecId::Cdr)
      : io_(io), environment_(io), servant_(std::move(servant)), codec_(codec_id) {}

  Answers answers = Answers::Later;
  std::function<void(OutgoingCall&)> tamper_with_call;   // sees each call before the servant
  std::function<void(RawOutcome&)> tamper_with_outcome;  // sees each outcome before the stub
  std::vector<const Operation*> seen;
  CallOptions last_options;
  std::optional<CodecId> claimed_codec;  // what the request says instead of the truth
  int cancelled = 0;

  // Channel.
  CodecId codec() const override { return codec_; }
  asio::any_io_executor executor() override { return io_.get_executor(); }
  RawOutcome call(OutgoingCall outgoing) override {
    Running& running = begin(std::move(outgoing));
    dispatch(running);
    io_.restart();
    while (!running.done && io_.run_one() != 0) {
    }
    return std::move(running.outcome);
  }
  std::uint64_t start(OutgoingCall outgoing, PendingCall& pending) override {
    Running& running = begin(std::move(outgoing));
    const std::uint64_t number = running_.size();
    running.pending = &pending;
    switch (answers) {
      case Answers::InsideStart: dispatch_in(running, CompletedIn::Initiation); break;
      case Answers::Later:
        asio::post(io_, [this, &running] { dispatch_in(running, CompletedIn::Executor); });
        break;
      case Answers::Never: break;
    }
    return number;
  }
  void cancel(std::uint64_t number) override {
    ++cancelled;
    Running& running = *running_.at(number - 1);
    if (running.done) return;
    RawOutcome outcome;
    outcome.kind = OutcomeKind::Unknown;
    outcome.code = Errc::cancelled;
    outcome.text = "cancelled";
    finish(running, std::move(outcome));
  }

  // CallHost.
  void answered(detail::ServerCall& call) override {
    for (const auto& running : running_) {
      if (&running->server_call == &call && !running->done)
        finish(*running, outcome_of(call.answer(), *running));
    }
  }
  void let_go(detail::ServerCall&) override {}
  void run_next(core::Lane) override {}
  void refuse_next(core::Lane) override {}
  const Environment& environment() const override { return environment_; }
  std::string peer_of(const core::Path&) const override { return "loopback"; }
  ChannelPointer channel_to(detail::ServerCall&, const ObjectRef&) override { return nullptr; }

 private:
  struct Running {
    detail::ServerCall server_call;
    const Operation* operation = nullptr;
    PendingCall* pending = nullptr;
    CompletedIn where = CompletedIn::AnyThread;
    bool done = false;
    RawOutcome outcome;
  };

  Running& begin(OutgoingCall outgoing) {
    seen.push_back(outgoing.operation);
    last_options = outgoing.options;
    if (tamper_with_call) tamper_with_call(outgoing);
    Running& running = *running_.emplace_back(std::make_unique<Running>());
    running.operation = servant_->find_operation(outgoing.operation->id);
    core::Arrival arrival;
    arrival.id = {1, running_.size()};
    arrival.semantics = outgoing.operation->semantics;
    arrival.codec = static_cast<std::uint8_t>(claimed_codec.value_or(codec_));
    arrival.little_endian = outgoing.little_endian;
    arrival.operation = outgoing.operation->id;
    arrival.fingerprint = outgoing.operation->fingerprint;
    arrival.object_key = Slice::copy_of(as_bytes(outgoing.target->key));
    arrival.body = std::move(outgoing.body);
    const std::shared_ptr<CallHost> host{std::shared_ptr<void>(), this};  // the test keeps the channel
    running.server_call.begin(host, std::move(arrival), {servant_, io_.get_executor()}, running.operation, 0);
    return running;
  }
  void dispatch(Running& running) {
    servant_->dispatch(running.server_call.request(), running.server_call.make_responder());
  }
  void dispatch_in(Running& running, CompletedIn where) {
    running.where = where;
    dispatch(running);
    running.where = CompletedIn::AnyThread;
  }
  RawOutcome outcome_of(detail::Answer& answer, const Running& running) const {
    RawOutcome outcome;
    outcome.codec = codec_;
    outcome.little_endian = answer.little_endian;
    outcome.kind =
        answer.kind == detail::Answer::Kind::Refused ? OutcomeKind::NotExecuted : OutcomeKind::Executed;
    outcome.user_exception = answer.kind == detail::Answer::Kind::UserException;
    outcome.body = std::move(answer.body);
    outcome.retry_after = answer.retry_after;
    if (answer.reason != Errc::ok) {
      outcome.code = answer.reason;
      outcome.text = outcome.code.message();
    }
    if (running.operation != nullptr && running.operation->semantics == Semantics::Maybe) {
      outcome = RawOutcome{};
      outcome.kind = OutcomeKind::Sent;
    }
    return outcome;
  }
  void finish(Running& running, RawOutcome outcome) {
    running.done = true;
    if (tamper_with_outcome) tamper_with_outcome(outcome);
    if (running.pending != nullptr) {
      running.pending->complete(std::move(outcome), running.where);
    } else {
      running.outcome = std::move(outcome);
    }
  }

  asio::io_context& io_;
  Environment environment_;
  std::shared_ptr<Servant> servant_;
  CodecId codec_;
  std::vector<std::unique_ptr<Running>> running_;
};

}  // namespace once::test
