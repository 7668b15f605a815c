// Request, Responder and Call as servants see them.
#include "rpc/server_call.hpp"

#include <utility>

#include <once/rpc/channel.hpp>

namespace once {
namespace detail {

void ServerCall::begin(std::shared_ptr<CallHost> host, core::Arrival&& arrival,
                       std::shared_ptr<Servant> servant, asio::any_io_executor executor,
                       const Operation* operation) {
  host_ = std::move(host);
  servant_ = std::move(servant);
  executor_ = std::move(executor);
  operation_ = operation;
  handle_ = arrival.call;
  from_ = arrival.from;
  answer_ = Answer{};
  request_.state_ = this;
  request_.id_ = arrival.id;
  request_.deadline_ = arrival.deadline;
  request_.cancelled_.store(false, std::memory_order_relaxed);
  request_.object_key_.assign(as_text(arrival.object_key.view()));
  request_.operation_ = arrival.operation;
  request_.fingerprint_ = arrival.fingerprint;
  request_.semantics_ = arrival.semantics;
  request_.codec_ = static_cast<CodecId>(arrival.codec);
  request_.little_endian_ = arrival.little_endian;
  request_.body_ = std::move(arrival.body);
  holders_.store(2, std::memory_order_relaxed);
}

std::shared_ptr<Servant> ServerCall::clear() {
  executor_ = {};
  answer_.body = Slice{};
  request_.body_ = Slice{};
  host_.reset();
  return std::exchange(servant_, nullptr);
}

void ServerCall::give(ServerCall& call, Answer answer) {
  call.answer_ = std::move(answer);
  // The call may be recycled, and its host with it, before answered() returns.
  const std::shared_ptr<CallHost> host = call.host_;
  host->answered(call);
}

}  // namespace detail

using detail::Answer;
using detail::ServerCall;

std::string Call::peer() const {
  return state_->host().peer_of(state_->from());
}

std::string Call::principal() const {
  return {};
}  // no transport of this version authenticates

asio::any_io_executor Call::executor() const {
  return state_->executor() ? state_->executor() : state_->host().environment().executor;
}

std::shared_ptr<Channel> Call::channel_to(const ObjectRef& reference) const {
  return state_->host().channel_to(*state_, reference);
}

void Call::start_sleep(Duration time, std::function<void(std::error_code)> wake) const {
  const Environment& environment = state_->host().environment();
  environment.clock->call_at(environment.executor, environment.clock->now() + time,
                             [wake = std::move(wake)] { wake({}); });
}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (state_ != nullptr) std::move(*this).failed();
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

Responder::~Responder() {
  if (state_ != nullptr) std::move(*this).failed();
}

void Responder::value(Slice body, bool little_endian) && {
  ONCE_ASSERT(state_ != nullptr);
  ServerCall::give(*std::exchange(state_, nullptr),
                   {Answer::Kind::Value, little_endian, Errc::ok, {}, std::move(body)});
}

void Responder::user_exception(Slice body, bool little_endian) && {
  ONCE_ASSERT(state_ != nullptr);
  ServerCall::give(*std::exchange(state_, nullptr),
                   {Answer::Kind::UserException, little_endian, Errc::ok, {}, std::move(body)});
}

void Responder::failed(Errc reason) && {
  ONCE_ASSERT(state_ != nullptr);
  ServerCall::give(*std::exchange(state_, nullptr), {Answer::Kind::Failed, false, reason, {}, {}});
}

void Responder::refuse(Errc reason, std::chrono::milliseconds retry_after) && {
  ONCE_ASSERT(state_ != nullptr);
  ServerCall::give(*std::exchange(state_, nullptr), {Answer::Kind::Refused, false, reason, retry_after, {}});
}

}  // namespace once
