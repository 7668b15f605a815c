// Request, Responder and Call as servants see them.
#include "rpc/server_call.hpp"

#include <thread>
#include <utility>

#include <once/rpc/channel.hpp>

namespace once {
namespace detail {
namespace {

core::ReplyStatus status_of(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::Value: return core::ReplyStatus::Value;
    case Answer::Kind::UserException: return core::ReplyStatus::UserException;
    default: return core::ReplyStatus::ServantFailed;
  }
}

thread_local ServerCall::AnswerHere* answer_here = nullptr;

}  // namespace

ServerCall::AnswerHere::AnswerHere(ServerCall& call)
    : call_(call), outer_(std::exchange(answer_here, this)) {}

ServerCall::AnswerHere::~AnswerHere() {
  answer_here = outer_;
}

void ServerCall::begin(const std::shared_ptr<CallHost>& host, core::Arrival&& arrival, adapter::Place&& place,
                       const Operation* operation, std::size_t reply_promised) {
  host_ = host;
  servant_ = std::move(place.servant);
  if (place.executor) executor_ = std::move(place.executor);
  operation_ = operation;
  handle_ = arrival.call;
  from_ = arrival.from;
  digest_ = arrival.digest;
  mark_ = arrival.mark;
  reply_promised_ = reply_promised;
  said_.store(Said::Nothing, std::memory_order_relaxed);
  request_.state_ = this;
  request_.id_ = arrival.id;
  request_.deadline_ = arrival.deadline;
  request_.cancelled_.store(false, std::memory_order_relaxed);
  if (const auto key = as_text(arrival.object_key.view()); request_.object_key_ != key) {
    request_.object_key_ = key;  // often it is still the one of the call before
  }
  request_.operation_ = arrival.operation;
  request_.fingerprint_ = arrival.fingerprint;
  request_.semantics_ = arrival.semantics;
  request_.codec_ = static_cast<CodecId>(arrival.codec);
  request_.little_endian_ = arrival.little_endian;
  request_.body_ = std::move(arrival.body);
  holders_.store(arrival.semantics == Semantics::ExactlyOnce ? 3 : 2, std::memory_order_relaxed);
}

std::shared_ptr<Servant> ServerCall::clear() {
  if (executor_) executor_ = {};
  answer_ = Answer{};
  request_.body_ = Slice{};
  host_.reset();
  return std::exchange(servant_, nullptr);
}

void ServerCall::open_transaction(Transaction& transaction) {
  request_.transaction_ = &transaction;
}

bool ServerCall::close_transaction() {
  request_.transaction_ = nullptr;
  Said said = Said::Nothing;
  if (said_.compare_exchange_strong(said, Said::TooLate)) return false;
  while (said_.load() == Said::Speaking) std::this_thread::yield();  // another thread moves an answer in
  return true;
}

core::OutcomeRow ServerCall::outcome() const {
  core::OutcomeRow row;
  row.id = request_.request_id();
  row.mark = mark_;
  row.digest = digest_;
  row.codec = static_cast<std::uint8_t>(request_.codec());
  row.status = status_of(answer_.kind);
  row.little_endian = answer_.little_endian;
  row.reason = answer_.reason;
  row.body = answer_.body;
  row.beyond_promise = block_capacity(row.body.size()) > reply_promised_;
  return row;
}

void ServerCall::give(ServerCall& call, Answer answer) {
  if (call.request_.semantics() == Semantics::ExactlyOnce) {
    const std::shared_ptr<CallHost> host = call.host_;
    Said said = Said::Nothing;
    if (call.said_.compare_exchange_strong(said, Said::Speaking)) {
      call.answer_ = std::move(answer);
      call.said_.store(Said::Said);
    }
    if (call.release()) host->let_go(call);
    return;
  }
  call.answer_ = std::move(answer);
  if (answer_here != nullptr && &answer_here->call_ == &call) {
    answer_here->answered_ = true;
    return;
  }
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
