#include "rpc/call_outcome.hpp"

#include <charconv>
#include <utility>

#include <once/codec/print.hpp>
#include <once/rpc/object_ref.hpp>

namespace once::detail {
namespace {

std::string begin_text(const CallInfo& info, const ChannelInfo& channel) {
  std::string text{info.operation->name};
  text += " on ";
  // The key as a reference writes it: "once:///key" without its scheme.
  ObjectRef key;
  key.key = as_text(info.key.view());
  text += shortened(channel.where + to_string(key).substr(std::string_view{"once://"}.size()));
  text += ": ";
  return text;
}

std::string times(std::uint32_t count) {
  if (count == 1) return "once";
  return std::to_string(count) + " times";
}

void append_reason(std::string& text, const core::CallCompletion& completion, const CallInfo& info,
                   const ChannelInfo& channel) {
  const auto add_problem = [&] {
    if (!channel.last_problem.empty()) text += "; " + channel.last_problem;
  };
  switch (completion.reason) {
    case Errc::deadline_exceeded:
      if (completion.kind == OutcomeKind::NotExecuted) break;
      text += "no answer within " + to_text(info.deadline);
      text += completion.sent == 0 ? " (not sent)" : " (sent " + times(completion.sent) + ")";
      add_problem();
      return;
    case Errc::unreachable:
      text += "nobody answers at the address";
      add_problem();
      text += "; is the server running there?";
      return;
    case Errc::unknown_host:
      text += "no such host";
      add_problem();
      text += "; check the name in the reference";
      return;
    case Errc::overloaded:
      text += make_error_code(completion.reason).message();
      if (completion.retry_after.count() > 0) {
        text += "; try again in " + to_text(completion.retry_after);
      }
      return;
    case Errc::refused_after_sending:
      text += "the server refused it (" + make_error_code(completion.server_reason).message() +
              "), but copies of it may still run";
      return;
    default: break;
  }
  text += make_error_code(completion.reason).message();
}

}  // namespace

std::string place_of(const std::vector<Endpoint>& endpoints) {
  ObjectRef reference;
  reference.endpoints = {endpoints.front()};
  return to_string(reference);
}

std::string describe(const std::vector<Endpoint>& endpoints) {
  Endpoint shown = endpoints.front();
  shown.transport = TransportKind::Tcp;  // texts are shorter without "?transport="
  std::string text = place_of({shown});
  text.pop_back();  // the slash before the key
  return text;
}

std::string to_text(Duration time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  if (ms < 1000) return std::to_string(ms) + " ms";
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + " s";
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, static_cast<double>(ms) / 1000,
                                    std::chars_format::fixed, ms % 100 == 0 ? 1 : 3);
  return std::string(text, result.ptr) + " s";
}

Duration deadline_of(const OutgoingCall& call, const Limits& limits) {
  if (call.options.deadline) return *call.options.deadline;
  if (call.operation->deadline_ms != 0) return std::chrono::milliseconds{call.operation->deadline_ms};
  return limits.deadline;
}

core::CallRequest make_request(OutgoingCall&& call, const CallInfo& info, CodecId codec, Time now,
                               std::uintptr_t token) {
  core::CallRequest request;
  request.semantics = call.operation->semantics;
  request.codec = static_cast<std::uint8_t>(codec);
  request.little_endian = call.little_endian;
  request.operation = call.operation->id;
  request.fingerprint = call.operation->fingerprint;
  request.object_key = info.key;
  request.body = std::move(call.body);
  request.deadline = info.deadline < kNever - now ? now + info.deadline : kNever;
  request.token = token;
  request.sequence = call.place.sequence;
  request.given_in = call.place.given_in;
  request.repeated = call.place.repeated;
  return request;
}

RawOutcome not_sent(Errc reason, const CallInfo& info, const ChannelInfo& channel) {
  core::CallCompletion completion;
  completion.kind = OutcomeKind::NotSent;
  completion.reason = reason;
  return make_outcome(std::move(completion), info, channel);
}

RawOutcome not_sent(Errc reason, const OutgoingCall& call, const std::vector<Endpoint>& endpoints) {
  return not_sent(reason, {call.operation, Slice::copy_of(as_bytes(call.target->key)), {}},
                  {describe(endpoints), {}});
}

RawOutcome make_outcome(core::CallCompletion&& completion, const CallInfo& info, const ChannelInfo& channel) {
  RawOutcome outcome;
  outcome.kind = completion.kind;
  outcome.codec = static_cast<CodecId>(completion.codec);
  outcome.little_endian = completion.little_endian;
  outcome.retry_after = completion.retry_after;
  outcome.body = std::move(completion.body);
  if (completion.kind == OutcomeKind::Executed) {
    outcome.user_exception = completion.status == core::ReplyStatus::UserException;
    if (completion.status == core::ReplyStatus::ServantFailed && completion.reason == Errc::ok) {
      completion.reason = Errc::servant_failed;
    }
  }
  if (completion.reason == Errc::ok) return outcome;
  outcome.code = completion.reason;
  outcome.text = begin_text(info, channel);
  append_reason(outcome.text, completion, info, channel);
  return outcome;
}

}  // namespace once::detail
