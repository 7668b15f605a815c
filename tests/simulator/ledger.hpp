// The books of one server life: octets and messages in and out, memory. Kept from what passes between the
// network and the core, so they hold whatever the core believes.
//
//   S8   to an address that has not shown that it receives: no more octets than came from it. Showing is: a
//        message from there by somebody who has heard from this server life there. Nor does such an address
//        make a session, or get the answers of one that was made elsewhere.
//   S7   a session lives as long as its lease, which begins anew when a message arrives, read or not
//   S9   memory: records, reply octets and running servants stay within the limits, and go back to nothing
//   S10  no message answers an answer: messages out ≤ messages in + servants ended
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "oracle.hpp"

namespace once::simulator {

class ServerLedger {
 public:
  explicit ServerLedger(const core::ServerLimits& limits) : limits_(limits) {}

  /// `proven`: the sender has heard from this very server life, at this address.
  void received(const core::Path& from, std::size_t octets, bool proven);
  /// The core has said something.
  void spoke(CallId call);
  /// A datagram, or a message on a stream, leaves. `size_max`: what its path is known to carry, 0: anything.
  void sent(const core::Path& to, std::size_t octets, std::size_t size_max, CallId call);
  bool is_proven(const core::Path& path) const;
  /// A servant ended, or the driver refused: one more message may go out unasked.
  void answered() { ++may_send_; }
  /// What an earlier life has promised may be more than the limits allow.
  void restored(std::size_t reply_bytes) { limits_.reply_bytes_max += reply_bytes; }
  void check_memory(const core::ServerCore& core, std::size_t running) const;
  /// A servant of this client begins, or ends.
  void begun(const ClientInstance& client);
  void ended(const ClientInstance& client) { --running_.at({client.high, client.low}); }

  /// A message of a session that the server has: until then, and until it has been read, it must have it. On its own
  /// clock.
  void heard(SessionId session, std::uint64_t counter, Time until);
  /// The core reads a message, whoever it comes from: older ones need not renew the lease from then on.
  void read(SessionId session, std::uint64_t counter);
  /// Sessions have ended; `expired`: by their leases alone.
  void forget_sessions(const core::ServerCore& core, bool expired, Time now);
  static void check_memory(const core::Fragments& fragments);

 private:
  struct Address {
    std::uint64_t in = 0, out = 0;
    bool proven = false;
  };

  struct Lease {
    std::uint64_t counter = 0;
    Time until{};
    bool unread = false;  // the message has come, and the core has not seen it
  };

  core::ServerLimits limits_;
  std::unordered_map<SessionId, Lease> leases_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> running_;  // servants, by client instance
  std::unordered_map<std::uint64_t, Address> addresses_;
  std::uint64_t may_send_ = 0, sent_ = 0;
};

}  // namespace once::simulator
