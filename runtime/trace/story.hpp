// What a trace says, put together: which events are one call's, and which message that arrived is which that was sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <once/rpc/trace.hpp>

namespace once::trace {

inline constexpr std::size_t kNowhere = ~std::size_t{0};

/// A RequestId with the series of its number.
struct CallName {
  RequestId id;
  bool free_series = false;
  auto operator<=>(const CallName&) const = default;
};
/// Nothing for an event that is of no call, or does not say of which.
std::optional<CallName> name_of(const TraceEvent& event);

struct Call {
  std::string host;          // its client; empty: not in the trace
  std::uint64_t number = 0;  // of that host's
  std::vector<CallName> names;
  std::vector<std::size_t> events;  // indices, by time
  std::string operation;
  std::optional<Semantics> semantics{};
  std::optional<OutcomeKind> outcome{};
  Errc reason = Errc::ok;
  std::size_t requests_sent = 0, requests_received = 0, executions = 0, kept = 0;
  std::optional<Time> began{}, ended{};
  bool has_server = false;  // a server's events are among them

  /// "5f0c00000000a203:3", or "client#4" of a call that never got a number.
  std::string title() const;
  /// An exactly-once call may begin again after a crash, but only one outcome of it may be kept.
  bool ran_too_often() const {
    if (!semantics || is_free_series(*semantics)) return false;
    return (*semantics == Semantics::ExactlyOnce ? kept : executions) > 1;
  }
};

/// A message on its way.
struct Flight {
  std::size_t sent = kNowhere;
  std::vector<std::size_t> received;
  bool known_lost = false;
};

class Story {
 public:
  /// `events` by time; they outlive the story.
  explicit Story(const std::vector<TraceEvent>& events);

  const TraceEvent& event(std::size_t index) const { return events_[index]; }
  std::size_t size() const { return events_.size(); }
  const std::vector<Call>& calls() const { return calls_; }
  const std::vector<Flight>& flights() const { return flights_; }
  /// Of a message that was sent, or received; nullptr for other events.
  const Flight* flight_of(std::size_t index) const;
  /// It was sent and arrived nowhere, although those whom it could have reached tell what they receive.
  bool is_lost(const Flight& flight) const;
  /// The first fragment of this message has arrived before it.
  bool came_in_fragments(std::size_t received) const;
  /// Somebody tells of messages that go the same way as this one.
  bool senders_tell(const TraceEvent& event) const {
    return event.message < 0x80 ? clients_send_ : servers_send_;
  }
  /// Calls whose title is `text`, or one of whose names begins so: "5f0c:3", "5f0c00000000a203:3", "client#4".
  std::vector<std::size_t> find(std::string_view text) const;
  /// Its own events, and what else tells its story: the lives of its hosts meanwhile, and the first message that said
  /// that its number is finished.
  std::vector<std::size_t> events_around(const Call& call) const;
  bool is_client(const std::string& host) const;
  /// In the order in which they are drawn: clients, then servers.
  std::vector<std::string> hosts(const std::vector<std::size_t>& of) const;

 private:
  using FlightKey =
      std::tuple<std::uint8_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint16_t, bool>;

  static FlightKey key_of(const TraceEvent& event);
  void gather_calls();
  std::size_t call_of(const TraceEvent& event, std::size_t life);
  void count(Call& call, const TraceEvent& event) const;
  void match();
  Flight* arrival_of(const TraceEvent& event, std::vector<std::size_t>& candidates);

  const std::vector<TraceEvent>& events_;
  std::vector<Call> calls_;
  std::map<CallName, std::size_t> by_name_;
  std::map<std::tuple<std::string, std::size_t, std::uint64_t>, std::size_t> by_number_;
  std::vector<Flight> flights_;
  std::vector<std::size_t> flight_by_event_;
  std::map<std::string, bool> is_client_;             // of every host
  bool servers_tell_ = false, clients_tell_ = false;  // of what they receive
  bool servers_send_ = false, clients_send_ = false;
};

}  // namespace once::trace
