// Steps and packets as events.
#include "call_trace.hpp"

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

#include <once/trace/text.hpp>

#include "event_queue.hpp"
#include "rpc/host_trace.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

constexpr std::uint8_t kRequest = 0x02, kPathResponse = 0x07;

/// Takes what the runtime would say of a message.
class Catcher final : public Tracer {
 public:
  void on_event(const TraceEvent& event) override { caught.push_back(event); }
  std::vector<TraceEvent> caught;
};

template <class Tell>
std::vector<TraceEvent> caught_from(const std::string& host, Tell&& tell) {
  const auto catcher = std::make_shared<Catcher>();
  tell(detail::HostTrace{catcher, host});
  return std::move(catcher->caught);
}

std::string host_name(std::uint16_t host, bool is_server) {
  return (is_server ? "server-" : "client-") + std::to_string(host);
}

std::uint64_t number_of(std::uint64_t call) {
  return call & 0xffffffffU;
}

struct Meaning {
  TraceStep step;
  const char* text;
};

/// Nothing for steps that are told elsewhere, or only matter to the judge.
std::optional<Meaning> meaning_of(Step step) {
  switch (step) {
    case Step::Issued: return Meaning{TraceStep::CallBegan, ""};
    case Step::NotStarted:
    case Step::Completed: return Meaning{TraceStep::CallEnded, ""};
    case Step::Repeated: return Meaning{TraceStep::Note, "it is called again under its key"};
    case Step::CancelAsked: return Meaning{TraceStep::Note, "its caller cancels"};
    case Step::Refused: return Meaning{TraceStep::Refused, ""};
    case Step::NotBegun: return Meaning{TraceStep::Refused, "given up before it began"};
    case Step::Executing: return Meaning{TraceStep::ExecutionBegan, ""};
    case Step::Replied: return Meaning{TraceStep::ExecutionEnded, "it answers"};
    case Step::Abandoned: return Meaning{TraceStep::Abandoned, ""};
    case Step::Connected: return Meaning{TraceStep::Connected, ""};
    case Step::Disconnected: return Meaning{TraceStep::Disconnected, ""};
    case Step::Crashed: return Meaning{TraceStep::Crashed, ""};
    case Step::Revived: return Meaning{TraceStep::Started, ""};
    case Step::Paused: return Meaning{TraceStep::Note, "is stopped for a while"};
    case Step::Moved: return Meaning{TraceStep::Note, "has another port"};
    case Step::Partitioned: return Meaning{TraceStep::Note, "is cut off"};
    case Step::Draining: return Meaning{TraceStep::ShuttingDown, ""};
    case Step::Misbehaved: return Meaning{TraceStep::Note, "breaks the protocol"};
    default: return std::nullopt;
  }
}

}  // namespace

TraceEvent CallTrace::event(Time at, TraceStep step, std::uint16_t host, bool is_server) const {
  TraceEvent event;
  event.at = Time{at - kOrigin};
  event.step = step;
  event.host = host_name(host, is_server);
  return event;
}

void CallTrace::name(TraceEvent& event, std::uint16_t host, bool is_server, std::uint64_t call) const {
  const auto known = calls_.find(call);
  if (known == calls_.end()) return;
  event.semantics = known->second.semantics;
  event.operation = "call-" + std::to_string(number_of(call));
  if (!is_server) {
    event.call = number_of(call);
    event.id = known->second.id;
  } else if (const auto arrived = arrived_as_.find({host, call}); arrived != arrived_as_.end()) {
    event.id = arrived->second;
  }
}

void CallTrace::note(Time at, Step step, std::uint16_t host, bool is_server, std::uint64_t call,
                     std::uint64_t detail) {
  if (step == Step::Issued) {
    calls_[call] = {{}, static_cast<Semantics>(detail), host};
  } else if (step == Step::Arrived) {
    if (const auto sent = sent_as_.find({call, detail}); sent != sent_as_.end()) {
      arrived_as_[{host, call}] = sent->second;
    }
  }
  const auto meaning = meaning_of(step);
  if (!meaning) return;
  TraceEvent told = event(at, meaning->step, host, is_server);
  told.text = meaning->text;
  name(told, host, is_server, call);
  if (step == Step::Completed) {
    told.outcome = static_cast<OutcomeKind>(detail >> 16);
    told.reason = static_cast<Errc>(detail & 0xffff);
  } else if (step == Step::NotStarted) {
    told.outcome = OutcomeKind::NotSent;
    told.reason = static_cast<Errc>(detail);
  } else if (step == Step::Refused) {
    told.reason = static_cast<Errc>(detail);
  }
  write(told);
}

/// The packet's call has the number that is in it.
void CallTrace::bind(Time at, const Packet& packet) {
  const auto call = calls_.find(packet.call);
  const auto sent =
      caught_from("", [&](const detail::HostTrace& trace) { trace.received(at, packet.from, packet.bytes); });
  if (call == calls_.end() || sent.empty() || sent.front().message != kRequest) return;
  sent_as_[{packet.call, sent.front().id.sequence}] = sent.front().id;
  if (call->second.id.session == sent.front().id.session) return;  // a rogue changes numbers as it likes
  call->second.id = sent.front().id;
  TraceEvent bound = event(at, TraceStep::CallBound, packet.client, false);
  name(bound, packet.client, false, packet.call);
  bound.epoch = sent.front().expected;
  write(bound);
}

void CallTrace::sent(Time at, const Packet& packet) {
  const bool up = packet.direction == Direction::Up;
  if (up) bind(at, packet);
  core::Transmit message;
  message.to = packet.from;
  message.header.assign(packet.bytes.view().begin(), packet.bytes.view().end());
  const std::string host = up ? host_name(packet.client, false) : host_name(host_of(packet.from), true);
  for (TraceEvent& told :
       caught_from(host, [&](const detail::HostTrace& trace) { trace.sent(at, message); })) {
    told.at = Time{at - kOrigin};
    told.peer = up ? host_name(packet.to_host, true) : host_name(packet.to_host, false);
    write(told);
  }
}

void CallTrace::received(Time at, std::uint16_t host, const Packet& packet) {
  const bool up = packet.direction == Direction::Up;
  for (TraceEvent& told : caught_from(host_name(host, up), [&](const detail::HostTrace& trace) {
         trace.received(at, packet.from, packet.bytes);
       })) {
    const bool is_judged = told.message >= kRequest && told.message <= kPathResponse;
    if (up && is_judged) continue;
    told.at = Time{at - kOrigin};
    told.peer.clear();
    write(told);
  }
}

void CallTrace::judged(Time at, std::uint16_t host, core::ServerCore& core) {
  for (TraceEvent& told :
       caught_from(host_name(host, true), [&](const detail::HostTrace& trace) { trace.told(at, core); })) {
    told.at = Time{at - kOrigin};
    told.peer.clear();
    write(told);
  }
}

void CallTrace::broken(Time at, const Violation& violation) {
  TraceEvent told = event(at, TraceStep::Note, 0, true);
  if (!last_host_.empty()) told.host = last_host_;
  told.text = violation.invariant + ": " + violation.text;
  if (const auto known = calls_.find(violation.call); known != calls_.end()) {
    told.id = known->second.id;
    told.semantics = known->second.semantics;
  }
  write(told);
}

std::string CallTrace::name_of(std::uint64_t call) const {
  const auto known = calls_.find(call);
  if (known == calls_.end()) return {};
  const Known& about = known->second;
  if (about.id == RequestId{}) return host_name(about.client, false) + "#" + std::to_string(number_of(call));
  return trace::to_text(about.id, is_free_series(about.semantics));
}

void CallTrace::write(const TraceEvent& event) {
  out_ << trace::to_line(event) << "\n";
  last_host_ = event.host;
}

bool write_trace(std::uint64_t seed, const Knobs& knobs, const std::string& path) {
  std::ofstream out{path};
  out << "# once trace 1 of the simulator's seed " << seed << "\n";
  CallTrace trace{out};
  World world{seed, knobs, Trace::Keep::Nothing};
  world.tell(trace);
  bool kept = true;
  try {
    world.run();
  } catch (const Violation& violation) {
    kept = false;
    trace.broken(world.now(), violation);
    std::cout << "seed " << seed << " breaks " << violation.invariant << ": " << violation.text << "\n";
    if (const std::string call = trace.name_of(violation.call); !call.empty()) {
      std::cout << "once explain " << path << " " << call << "\n"
                << "once chart " << path << " " << call << " -o run.svg\n";
    }
  }
  out.flush();
  if (!out) throw std::runtime_error{path + ": cannot be written"};
  return kept;
}

}  // namespace once::simulator
