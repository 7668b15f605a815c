// Events for a tracer. Messages are read here at the offsets that core/wire.hpp and core/fragments/fragment_wire.hpp
// describe: without their checks, since what is wrong with a message must be told, too.
#include "rpc/host_trace.hpp"

#include <array>
#include <optional>

#include "core/fragments/fragment_wire.hpp"
#include "core/octets.hpp"
#include "core/wire.hpp"
#include "rpc/paths.hpp"
#include "rpc/server_call.hpp"

namespace once::detail {
namespace {

using core::MessageType;

std::string peer_text(const core::Path& path) {
  return to_text(path.validated ? TransportKind::Tcp : TransportKind::Udp, address_of(path));
}

std::uint64_t u64(ByteView header, std::size_t at) {
  return core::load<std::uint64_t>(header.data() + at);
}
std::uint16_t u16(ByteView header, std::size_t at) {
  return core::load<std::uint16_t>(header.data() + at);
}

Semantics semantics_at(ByteView header, std::size_t at) {
  return static_cast<Semantics>(header[at] & 3U);
}

/// What a client says in a session.
void read_session_message(ByteView header, TraceEvent& event) {
  if (header.size() < core::kSessionSize) return;
  event.id.session = u64(header, 16);
  event.packet = u64(header, 24);
  event.acknowledged_through = u64(header, 32);
  event.acknowledged_beyond = u64(header, 40);
  event.expected = {u64(header, 48), u64(header, 56)};
  const bool of_call = event.message <= static_cast<std::uint8_t>(MessageType::Probe);
  if (!of_call || header.size() < core::kCallSize) return;
  event.id.sequence = u64(header, 64);
  event.attempt = u16(header, 72);
  event.semantics = semantics_at(header, 74);
}

void read_answer(ByteView header, TraceEvent& event) {
  if (header.size() < core::kAnswerSize) return;
  event.id = {u64(header, 16), u64(header, 24)};
  event.epoch = {u64(header, 32), u64(header, 40)};
  event.attempt = u16(header, 48);
  event.semantics = semantics_at(header, 50);
  event.reason = static_cast<Errc>(u16(header, 52));
  event.expected = {u64(header, 72), u64(header, 80)};
}

/// What makes a session; told apart by its nonce.
void read_handshake(ByteView header, TraceEvent& event) {
  if (header.size() < core::kRefusedSize) return;
  event.packet = u64(header, 16);
  switch (static_cast<MessageType>(event.message)) {
    case MessageType::Hello:
      if (header.size() >= 60) event.attempt = u16(header, 58);
      break;
    case MessageType::Welcome:
      if (header.size() < core::kWelcomeSize) break;
      event.id.session = u64(header, 24);
      event.epoch = {u64(header, 32), u64(header, 40)};
      event.attempt = u16(header, 60);
      break;
    case MessageType::Refused:
      event.reason = static_cast<Errc>(u16(header, 24));
      event.attempt = u16(header, 26);
      break;
    default: break;
  }
}

/// Nothing for a fragment that is not the first.
bool read_fragment(ByteView header, TraceEvent& event) {
  if (header.size() < core::kFragmentHeaderSize) return false;
  event.id = {u64(header, 16), u64(header, 24)};
  event.packet = u64(header, 48);
  event.semantics = semantics_at(header, 72);
  if (core::load<std::uint32_t>(header.data() + 64) != 0) return false;
  event.text = "the first of " + std::to_string(core::load<std::uint32_t>(header.data() + 56)) + " octets";
  return true;
}

/// Nothing for what is not told of.
std::optional<TraceEvent> describe(Time at, TraceStep step, const core::Path& path, ByteView header,
                                   std::size_t octets) {
  const auto type = core::peek_type(header);
  TraceEvent event;
  event.at = at;
  event.step = step;
  event.octets = octets;
  event.peer = peer_text(path);
  if (!type) return event;
  event.message = static_cast<std::uint8_t>(*type);
  switch (*type) {
    case MessageType::Request:
    case MessageType::Cancel:
    case MessageType::Probe:
    case MessageType::Ack:
    case MessageType::Bye: read_session_message(header, event); return event;
    case MessageType::Hello:
    case MessageType::Cookie:
    case MessageType::Welcome:
    case MessageType::Refused:
    case MessageType::Versions: read_handshake(header, event); return event;
    case MessageType::FragmentUp:
    case MessageType::FragmentDown:
      if (!read_fragment(header, event)) return std::nullopt;
      return event;
    default: break;
  }
  if (core::fragment_kind(*type)) return std::nullopt;
  read_answer(header, event);
  return event;
}

/// True for what a server's core judges, and then tells of.
bool is_judged(MessageType type) {
  return type >= MessageType::Request && type <= MessageType::Bye;
}

std::uint64_t drops_of(const core::ServerCore& core) {
  const core::ServerCounters& counters = core.counters();
  return counters.malformed + counters.bad_checksum + counters.bad_version + counters.wrong_principal +
         counters.unexpected;
}

TraceEvent about(Time at, TraceStep step, ServerCall& call) {
  TraceEvent event;
  event.at = at;
  event.step = step;
  event.id = call.request().request_id();
  event.semantics = call.request().semantics();
  event.operation = call.operation().name;
  return event;
}

TraceEvent about(Time at, TraceStep step, const CallRecord& call) {
  TraceEvent event;
  event.at = at;
  event.step = step;
  event.call = call.traced;
  event.id = call.traced_as;
  event.semantics = call.info.operation->semantics;
  event.operation = call.info.operation->name;
  return event;
}

}  // namespace

std::shared_ptr<HostTrace> HostTrace::make(std::shared_ptr<Tracer> tracer, const std::string& name,
                                           std::string_view kind, std::uint64_t life) {
  if (!tracer) return nullptr;
  if (!name.empty()) return std::make_shared<HostTrace>(std::move(tracer), name);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string made{kind};
  made += '-';
  for (int shift = 12; shift >= 0; shift -= 4) made += kDigits[life >> shift & 15U];
  return std::make_shared<HostTrace>(std::move(tracer), std::move(made));
}

void HostTrace::host(Time at, TraceStep step, std::string_view text, const Epoch& epoch) const noexcept {
  tell([&] {
    TraceEvent event;
    event.at = at;
    event.step = step;
    event.text = text;
    event.epoch = epoch;
    return event;
  });
}

void HostTrace::way(Time at, TraceStep step, const core::Path& path, std::string_view text) const noexcept {
  tell([&] {
    TraceEvent event;
    event.at = at;
    event.step = step;
    event.peer = peer_text(path);
    event.text = text;
    return event;
  });
}

// --- Calls

void HostTrace::call_began(Time at, CallRecord& call, Duration deadline) const noexcept {
  call.traced = calls_.fetch_add(1, std::memory_order_relaxed) + 1;
  tell([&] {
    TraceEvent event = about(at, TraceStep::CallBegan, call);
    event.deadline = deadline;
    return event;
  });
}

void HostTrace::call_ended(Time at, const CallRecord& call, const RawOutcome& outcome) const noexcept {
  tell([&] {
    TraceEvent event = about(at, TraceStep::CallEnded, call);
    event.outcome = outcome.kind;
    event.text = outcome.user_exception ? "user exception" : outcome.text;
    if (outcome.code) event.reason = static_cast<Errc>(outcome.code.value());
    return event;
  });
}

void HostTrace::call_refused(Time at, CallRecord& call, const RawOutcome& outcome) const noexcept {
  if (call.traced == 0) call_began(at, call, call.info.deadline);
  call_ended(at, call, outcome);
}

// --- Messages

void HostTrace::bound(Time at, const core::Transmit& message, const core::ClientCore& core) const noexcept {
  tell([&]() -> std::optional<TraceEvent> {
    const auto name = describe(at, TraceStep::Sent, message.to, message.header, 0);
    if (!name || !name->semantics) return std::nullopt;
    const std::uintptr_t token = core.token_of(name->id.session, *name->semantics, name->id.sequence);
    if (token == 0) return std::nullopt;
    CallRecord& call = CallRecord::of(token);
    if (call.traced == 0 || call.traced_as == name->id) return std::nullopt;
    call.traced_as = name->id;
    TraceEvent event = about(at, TraceStep::CallBound, call);
    event.epoch = name->expected;
    return event;
  });
}

void HostTrace::sent(Time at, const core::Transmit& message) const noexcept {
  // Headers of messages without a body may have been joined.
  for (ByteView rest{message.header}; !rest.empty();) {
    const core::Frame front = core::next_frame(rest, rest.size());
    const bool is_last = front.kind != core::Frame::Kind::Message || front.size == rest.size();
    const ByteView header = is_last ? rest : rest.first(front.size);
    const std::size_t octets = header.size() + (is_last ? message.body.size() : 0);
    tell([&] { return describe(at, TraceStep::Sent, message.to, header, octets); });
    rest = rest.subspan(header.size());
  }
}

void HostTrace::received(Time at, const core::Path& from, ByteView message) const noexcept {
  tell([&] { return describe(at, TraceStep::Received, from, message, message.size()); });
}

void HostTrace::dropped(Time at, const core::Path& from, ByteView message) const noexcept {
  tell([&] {
    auto event = describe(at, TraceStep::Received, from, message, message.size());
    if (event) event->text = "dropped: malformed, damaged, or not for this server";
    return event;
  });
}

void HostTrace::told(Time at, core::ServerCore& core) const noexcept {
  core::Told told;
  while (core.poll_told(told)) {
    tell([&] {
      TraceEvent event;
      event.at = at;
      event.id = told.id;
      if (told.what == core::Told::What::Shed) {
        event.step = TraceStep::Refused;
        event.semantics = told.semantics;
        event.reason = told.reason;
        event.text = "it has waited for its servant for too long";
        return event;
      }
      if (told.what != core::Told::What::Judged) {
        event.step =
            told.what == core::Told::What::SessionOpened ? TraceStep::SessionOpened : TraceStep::SessionEnded;
        return event;
      }
      event.step = TraceStep::Received;
      event.message = static_cast<std::uint8_t>(told.type);
      event.verdict = told.verdict;
      event.reason = told.reason;
      event.expected = told.expected;
      event.packet = told.counter;
      event.acknowledged_through = told.acknowledged_through;
      event.acknowledged_beyond = told.acknowledged_beyond;
      event.octets = told.octets;
      event.peer = peer_text(told.from);
      event.attempt = told.attempt;
      if (told.id.sequence != 0) event.semantics = told.semantics;
      return event;
    });
  }
}

// --- Executions

void HostTrace::refused(Time at, const core::Arrival& arrival, Errc reason,
                        std::string_view text) const noexcept {
  tell([&] {
    TraceEvent event;
    event.at = at;
    event.step = TraceStep::Refused;
    event.id = arrival.id;
    event.semantics = arrival.semantics;
    event.reason = reason;
    event.text = text;
    return event;
  });
}

void HostTrace::execution(Time at, TraceStep step, ServerCall& call, Errc reason,
                          std::string_view text) const noexcept {
  tell([&] {
    TraceEvent event = about(at, step, call);
    event.reason = reason;
    event.text = text;
    return event;
  });
}

void HostTrace::answered(Time at, ServerCall& call) const noexcept {
  const Answer& answer = call.answer();
  switch (answer.kind) {
    case Answer::Kind::Value: execution(at, TraceStep::ExecutionEnded, call, Errc::ok, "value"); break;
    case Answer::Kind::UserException:
      execution(at, TraceStep::ExecutionEnded, call, Errc::ok, "user exception");
      break;
    case Answer::Kind::Failed:
      execution(at, TraceStep::ExecutionEnded, call, answer.reason, "the servant failed");
      break;
    case Answer::Kind::Refused: execution(at, TraceStep::Refused, call, answer.reason); break;
    case Answer::Kind::Lost:
      execution(at, TraceStep::Note, call, answer.reason, "nobody knows whether its outcome is on disk");
      break;
    case Answer::Kind::None: break;
  }
}

void deliver(core::ServerCore& core, core::Fragments& fragments, Time at, const core::Path& from,
             const Slice& message, const HostTrace* trace) {
  if (trace == nullptr) return core::deliver(core, fragments, at, from, message);
  const auto type = core::peek_type(message);
  if (type && !is_judged(*type)) trace->received(at, from, message);
  const std::uint64_t drops = drops_of(core);
  core::deliver(core, fragments, at, from, message);
  trace->told(at, core);
  if (drops_of(core) != drops) trace->dropped(at, from, message);
}

}  // namespace once::detail
