// The sessions of a server: found by id, by the HELLO that made them, and by the end of their lease. What is
// kept for an idle session is this fixed part alone.
#pragma once

#include <cstdint>
#include <utility>

#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/path.hpp"
#include "core/server/secrets.hpp"
#include "core/slab.hpp"

namespace once::core {

/// What a session knows of a number of its window, in two bits. Refusals stick without a record; a record is
/// kept for a refusal that has a reason to tell.
enum class NumberState : std::uint8_t {
  Unseen = 0,
  Recorded = 1,         // there is a full record
  RefusedOverload = 2,  // refused, for want of room
  RefusedGivenUp = 3,   // refused, cancelled or out of time: nobody waits for the reason
};

/// A session's fixed part. The window's masks are relative to the mark: bit i is number mark + 1 + i.
struct Session {
  SessionId id = 0;
  std::uint64_t nonce = 0;
  Sequence mark = 0;               // acknowledged_through
  std::uint64_t acknowledged = 0;  // finished at the client, beyond the mark
  std::uint64_t state_low = 0;     // the two bits of NumberState
  std::uint64_t state_high = 0;
  std::uint64_t newest_counter = 0;
  std::uint64_t path_counter = 0;  // of the newest message that came from where the session is
  std::uint64_t made_in = 0;       // the incarnation of the client that it was made for
  Time lease_until;
  Path path;                      // where its client has shown to be; path.principal is bound at HELLO
  std::uint64_t reply_bytes = 0;  // kept and set aside
  std::uint32_t place = kNone;    // its own
  std::uint32_t client = kNone;
  std::uint32_t records = kNone;  // head of the list of its records
  std::uint32_t older = kNone;    // neighbours in the order of leases
  std::uint32_t newer = kNone;
  std::uint32_t message_max = 0;  // octets of the largest body that the client takes
  std::uint8_t window = 0;        // what answers grant now
  std::uint8_t window_held = 0;   // the largest grant ever: what the client may still use
  std::uint8_t window_floor = 0;  // what it started with, and shrinks to
  std::uint8_t window_max = 0;
  std::uint8_t window_peak = 0;     // the widest use since the grant was last looked at
  std::uint8_t window_age = 0;      // new requests since then
  bool lasting = false;             // it outlives its client, and has a lease of another length
  bool has_path = true;             // false: only an earlier server knew where its client is
  bool stored = false;              // there is a row of it in the store
  bool kept = true;                 // false: its newest row is not there yet, and the WELCOME waits
  bool row_under_way = false;       // to the store
  bool row_is_behind = false;       // what is under way does not say all
  std::uint16_t hello_attempt = 0;  // of the newest HELLO, for the WELCOME that waits
  std::uint32_t heard = 0;          // of a lasting session: when, as its row has it; seconds of uptime

  NumberState state_of(Sequence number) const {
    const std::uint64_t bit = number - mark - 1;
    return static_cast<NumberState>((state_low >> bit & 1) | (state_high >> bit & 1) << 1);
  }
  /// Answers to a message from there may go there.
  bool is_proven(const Path& from) const {
    return from.validated || (has_path && from.is_as_proven_as(path));
  }
  void set_state(Sequence number, NumberState state) {
    const std::uint64_t bit = number - mark - 1;
    const auto value = static_cast<std::uint64_t>(state);
    state_low = (state_low & ~(std::uint64_t{1} << bit)) | (value & 1) << bit;
    state_high = (state_high & ~(std::uint64_t{1} << bit)) | (value >> 1) << bit;
  }
  /// A new request has `number`: the grant doubles when three quarters of it are in use, and halves when less
  /// than a quarter was in use for a while. What was granted once stays usable.
  void follow_use(Sequence number);
  bool is_acknowledged(Sequence number) const {
    return number <= mark || (number - mark <= 64 && (acknowledged >> (number - mark - 1) & 1) != 0);
  }
};
static_assert(sizeof(Session) <= 256, "a million idle sessions must be affordable");

/// A client instance: what it is charged for, over all its sessions and beyond them.
struct Client {
  ClientInstance instance;
  std::uint32_t sessions = 0;
  std::uint32_t running = 0;  // orphans included
  std::uint32_t queued = 0;
  std::uint64_t request_bytes = 0;
};

class SessionTable {
 public:
  explicit SessionTable(const Secrets& secrets) : secrets_(secrets) {}

  /// nullptr if there is none. The pointers stay valid until erase().
  Session* find(SessionId id);
  /// The session that this HELLO, or a copy of it, has made.
  Session* find(const ClientInstance& instance, std::uint64_t nonce);
  Session& create(SessionId id, const ClientInstance& instance, std::uint64_t nonce, Time lease_until,
                  bool lasting = false);
  /// Its records must be gone or handed to detach.
  void erase(Session& session);

  /// The lease runs until `until`.
  void renew(Session& session, Time until);
  /// The session whose lease ends first, nullptr if there is none.
  Session* oldest() { return const_cast<Session*>(std::as_const(*this).oldest()); }
  const Session* oldest() const;

  Session& at(std::uint32_t place) { return sessions_[place]; }
  Client& client(std::uint32_t place) { return clients_[place]; }
  const Client& client(std::uint32_t place) const { return clients_[place]; }
  void start_running(std::uint32_t client) { ++clients_[client].running; }
  void end_running(std::uint32_t client);

  std::size_t size() const { return sessions_.taken(); }

 private:
  static std::uint64_t hash(SessionId id) { return id >> 8; }  // the ids are random already
  std::uint32_t client_of(const ClientInstance& instance);
  void drop_client_if_unused(std::uint32_t place);
  /// The order of leases. They mostly begin in the order in which they end, which makes link() quick; those of
  /// lasting sessions have a length, and so an order, of their own.
  struct Order {
    std::uint32_t oldest = kNone;
    std::uint32_t newest = kNone;
  };
  Order& order_of(const Session& session) { return session.lasting ? lasting_ : ordinary_; }
  void link(Session& session);
  void unlink(Session& session);

  const Secrets& secrets_;
  Slab<Session> sessions_;
  Slab<Client> clients_;
  HashIndex by_id_;
  HashIndex by_hello_;
  HashIndex by_instance_;
  Order ordinary_;
  Order lasting_;
};

}  // namespace once::core
