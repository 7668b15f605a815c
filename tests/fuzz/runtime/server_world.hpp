// A server core with its fragment layer, in virtual time, and the judge over it. It is spoken to by clients that keep no
// rule; whatever they say, these hold (docs/testing.md, "What is checked, and where"):
//   S1  a number inside a window runs once in a life of the server; an outcome that a store keeps is never run again
//   S2  what the server has said did not run never runs, and had not run; what it says ran had run
//   S3  a reply is that of an execution of its own request
//   S8  who has shown no address gets no more octets than it sent
//   S9  sessions, records, reply octets and reassemblies keep within their limits, and all are gone when leases are
//   T   a timer that has fired is set to a later time
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/fragments/fragments.hpp"
#include "core/server/rows.hpp"
#include "core/server_core.hpp"
#include "harness.hpp"
#include "sealing.hpp"

namespace once::fuzz {

class ServerWorld {
 public:
  static constexpr std::size_t kClients = 3;

  /// A call that has arrived, until its servant has answered.
  struct Held {
    core::Arrival arrival;
    bool running = false;
  };
  struct KnownSession {
    SessionId id;
    std::size_t client;
  };

  /// `tiny`: limits that a few messages reach. `durable`: with a store.
  ServerWorld(bool tiny, bool durable);

  void deliver(std::size_t client, const Slice& message);
  /// Takes the message apart; `order` and `leave_out` say how its fragments come.
  void deliver_in_fragments(std::size_t client, const Bytes& message, std::uint8_t order,
                            std::uint8_t leave_out);
  /// Time passes, timer by timer.
  void pass(Duration time);
  void start(std::size_t index, std::uint32_t reply_max);
  void reply(std::size_t index, core::ReplyStatus status, std::size_t size);
  void refuse(std::size_t index, Errc reason);
  /// A new life of the server, from what its store has.
  void restart();
  void drain();
  void refuse_durable(Errc reason);
  /// Servants answer, nobody says anything any more: nothing is left.
  void come_to_rest();

  std::vector<Held> held;
  std::vector<KnownSession> sessions{{1, 0}};  // and one that never was
  std::array<std::uint64_t, kClients> cookies{};
  std::array<std::uint64_t, kClients> path_cookies{};
  core::ServerConfig config;
  bool keeps_rows = true;  // false: the store has no room

 private:
  struct History {
    bool ran = false;
    bool refused = false;
    bool committed = false;
  };

  void make_server();
  void settle();
  void take_answers(std::size_t answered_client, std::size_t answered_octets);
  void judge_answer(const core::Transmit& message, const core::Answer& answer);
  void check_limits() const;
  History& history(const RequestId& id) { return windowed_[id]; }

  core::FragmentLimits fragment_limits_;
  Time now_{std::chrono::seconds{1000}};
  Time started_ = now_;
  std::array<core::Path, kClients> paths_;
  std::optional<core::ServerCore> server_;
  std::optional<core::Fragments> fragments_;
  std::map<RequestId, History> windowed_;
  std::set<RequestId> ran_free_;
  std::map<SessionId, Slice> stored_sessions_;
  std::map<RequestId, Slice> stored_outcomes_;
  std::uint64_t transfers_ = 0;
  std::uint64_t orders_ = 0;
};

/// What a servant answers a request with.
Slice reply_body(const RequestId& id, std::size_t size);

}  // namespace once::fuzz
