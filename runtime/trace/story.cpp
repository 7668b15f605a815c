#include "trace/story.hpp"

#include <algorithm>
#include <set>

#include <once/trace/text.hpp>

namespace once::trace {
namespace {

constexpr std::uint8_t kRequest = 0x02;
constexpr std::uint8_t kHello = 0x01;

bool is_message(TraceStep step) {
  return step >= TraceStep::Sent && step <= TraceStep::Damaged;
}

/// Only who calls tells this.
bool tells_client(const TraceEvent& event) {
  return (event.step >= TraceStep::CallBegan && event.step <= TraceStep::CallEnded) ||
         (event.step == TraceStep::Sent && event.message == kHello);
}

bool is_of_life(TraceStep step) {
  return step <= TraceStep::Note || step == TraceStep::Connected || step == TraceStep::Disconnected;
}

bool is_executing(TraceStep step) {
  return step >= TraceStep::ExecutionBegan;
}

bool acknowledges(const TraceEvent& event, const CallName& name) {
  if (!is_message(event.step) || event.id.session != name.id.session || name.free_series) return false;
  if (name.id.sequence <= event.acknowledged_through) return true;
  const Sequence beyond = name.id.sequence - event.acknowledged_through - 1;
  return beyond < 64 && (event.acknowledged_beyond >> beyond & 1U) != 0;
}

}  // namespace

std::optional<CallName> name_of(const TraceEvent& event) {
  if (event.id.sequence == 0) return std::nullopt;
  return CallName{event.id, event.semantics && is_free_series(*event.semantics)};
}

std::string Call::title() const {
  if (!names.empty()) return to_text(names.back().id, names.back().free_series);
  return host + "#" + std::to_string(number);
}

Story::Story(const std::vector<TraceEvent>& events) : events_(events) {
  for (const TraceEvent& event : events_) {
    is_client_[event.host] = is_client_[event.host] || tells_client(event);
    const bool up = event.message < 0x80;
    if (event.step == TraceStep::Received) (up ? servers_tell_ : clients_tell_) = true;
    if (event.step == TraceStep::Sent) (up ? clients_send_ : servers_send_) = true;
  }
  gather_calls();
  match();
}

// --- Calls

/// kNowhere for an event of no call.
std::size_t Story::call_of(const TraceEvent& event, std::size_t life) {
  const auto name = name_of(event);
  if (event.call != 0) {
    const auto [found, is_new] = by_number_.try_emplace({event.host, life, event.call}, calls_.size());
    if (is_new) {
      calls_.emplace_back();
      calls_.back().host = event.host;
      calls_.back().number = event.call;
    }
    return found->second;
  }
  if (!name) return kNowhere;
  const auto [found, is_new] = by_name_.try_emplace(*name, calls_.size());
  if (is_new) {
    calls_.emplace_back();
    calls_.back().names.push_back(*name);
  }
  return found->second;
}

void Story::count(Call& call, const TraceEvent& event) const {
  if (call.operation.empty()) call.operation = event.operation;
  if (event.semantics) call.semantics = event.semantics;
  const bool is_request = event.message == kRequest;
  switch (event.step) {
    case TraceStep::CallBegan: call.began = event.at; break;
    case TraceStep::CallEnded:
      call.ended = event.at;
      call.outcome = event.outcome;
      call.reason = event.reason;
      break;
    case TraceStep::Sent: call.requests_sent += is_request ? 1 : 0; break;
    case TraceStep::Received: call.requests_received += is_request ? 1 : 0; break;
    case TraceStep::ExecutionBegan: ++call.executions; break;
    case TraceStep::Kept: ++call.kept; break;
    default: break;
  }
  if (event.verdict || is_executing(event.step)) call.has_server = true;
}

void Story::gather_calls() {
  std::map<std::string, std::size_t> lives;
  // A server may tell of a number at the same time as its client says whose it is.
  for (const TraceEvent& event : events_) {
    if (event.step == TraceStep::Started) ++lives[event.host];
    if (event.step != TraceStep::CallBound) continue;
    const std::size_t call = call_of(event, lives[event.host]);
    const auto name = name_of(event);
    if (call == kNowhere || !name || !by_name_.try_emplace(*name, call).second) continue;
    calls_[call].names.push_back(*name);
  }
  lives.clear();
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i].step == TraceStep::Started) ++lives[events_[i].host];
    const std::size_t call = call_of(events_[i], lives[events_[i].host]);
    if (call == kNowhere) continue;
    calls_[call].events.push_back(i);
    count(calls_[call], events_[i]);
  }
}

std::vector<std::size_t> Story::find(std::string_view text) const {
  const std::size_t colon = text.find(':');
  const std::string_view session = text.substr(0, colon);
  const std::string_view number = colon == std::string_view::npos ? "" : text.substr(colon);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const bool is_it = calls_[i].title() == text ||
                       std::any_of(calls_[i].names.begin(), calls_[i].names.end(), [&](const CallName& name) {
                         const std::string full = to_text(name.id, name.free_series);
                         return !number.empty() && full.starts_with(session) && full.substr(16) == number;
                       });
    if (is_it) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> Story::events_around(const Call& call) const {
  if (call.events.empty()) return {};
  std::set<std::size_t> chosen{call.events.begin(), call.events.end()};
  std::set<std::string> hosts;
  for (const std::size_t i : call.events) hosts.insert(events_[i].host);
  for (std::size_t i = call.events.front(); i <= call.events.back(); ++i) {
    const TraceEvent& event = events_[i];
    const bool session_ends = event.step == TraceStep::SessionEnded &&
                              std::any_of(call.names.begin(), call.names.end(), [&](const CallName& name) {
                                return name.id.session == event.id.session;
                              });
    if (hosts.contains(event.host) &&
        (session_ends || (is_of_life(event.step) && event.call == 0 && event.id.sequence == 0))) {
      chosen.insert(i);
    }
  }
  for (const CallName& name : call.names) {
    std::size_t said = kNowhere, heard = kNowhere;
    for (std::size_t i = call.events.front(); i <= call.events.back() && heard == kNowhere; ++i) {
      if (!acknowledges(events_[i], name)) continue;
      if (events_[i].step == TraceStep::Sent && said == kNowhere) said = i;
      if (events_[i].step == TraceStep::Received) heard = i;
    }
    const Flight* const flight = heard != kNowhere ? flight_of(heard) : nullptr;
    if (flight != nullptr && flight->sent != kNowhere) said = flight->sent;  // the first that arrived
    if (said != kNowhere) chosen.insert(said);
    if (heard != kNowhere) chosen.insert(heard);
  }
  return {chosen.begin(), chosen.end()};
}

// --- Messages

Story::FlightKey Story::key_of(const TraceEvent& event) {
  return {event.message,     event.packet,  event.id.session,
          event.id.sequence, event.attempt, event.semantics && is_free_series(*event.semantics)};
}

/// The message that this is: the first that has not arrived yet, else, as a copy, the last.
Flight* Story::arrival_of(const TraceEvent& event, std::vector<std::size_t>& candidates) {
  Flight* found = nullptr;
  for (const std::size_t candidate : candidates) {
    Flight& flight = flights_[candidate];
    const TraceEvent& sent = events_[flight.sent];
    if (sent.at > event.at || sent.host == event.host) continue;
    found = &flight;
    if (flight.received.empty()) break;
  }
  return found;
}

void Story::match() {
  flight_by_event_.assign(events_.size(), kNowhere);
  std::map<FlightKey, std::vector<std::size_t>> by_key;
  const auto add = [&](std::size_t event) {
    flight_by_event_[event] = flights_.size();
    flights_.emplace_back();
  };
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (events_[i].step != TraceStep::Sent) continue;
    by_key[key_of(events_[i])].push_back(flights_.size());
    add(i);
    flights_.back().sent = i;
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const TraceStep step = events_[i].step;
    if (step == TraceStep::Sent || !is_message(step)) continue;
    Flight* const flight = arrival_of(events_[i], by_key[key_of(events_[i])]);
    if (step == TraceStep::Received && flight == nullptr) {
      add(i);
      flights_.back().received.push_back(i);
      continue;
    }
    if (flight == nullptr) continue;
    flight_by_event_[i] = static_cast<std::size_t>(flight - flights_.data());
    if (step == TraceStep::Received) flight->received.push_back(i);
    if (step == TraceStep::Lost) flight->known_lost = true;
  }
}

const Flight* Story::flight_of(std::size_t index) const {
  const std::size_t flight = flight_by_event_[index];
  return flight == kNowhere ? nullptr : &flights_[flight];
}

bool Story::is_lost(const Flight& flight) const {
  if (flight.sent == kNowhere || !flight.received.empty()) return false;
  if (flight.known_lost) return true;
  // A fragment's whole message arrives under another name.
  const std::uint8_t type = events_[flight.sent].message;
  return type < 0x80 ? servers_tell_ : clients_tell_;
}

bool Story::came_in_fragments(std::size_t received) const {
  const TraceEvent& whole = events_[received];
  const std::uint8_t fragment = whole.message < 0x80 ? 0x20 : 0xA0;
  for (std::size_t i = received; i-- > 0;) {
    const TraceEvent& event = events_[i];
    if (event.message == fragment && event.id == whole.id && event.host == whole.host) return true;
  }
  return false;
}

// --- Hosts

bool Story::is_client(const std::string& host) const {
  const auto found = is_client_.find(host);
  return found != is_client_.end() && found->second;
}

std::vector<std::string> Story::hosts(const std::vector<std::size_t>& of) const {
  std::vector<std::string> hosts;
  for (const std::size_t i : of) {
    if (std::find(hosts.begin(), hosts.end(), events_[i].host) == hosts.end())
      hosts.push_back(events_[i].host);
  }
  std::stable_partition(hosts.begin(), hosts.end(), [&](const std::string& host) { return is_client(host); });
  return hosts;
}

}  // namespace once::trace
