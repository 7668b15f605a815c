// Keeps the books and compares.
#include "ledger.hpp"

#include <algorithm>

#include "network.hpp"

namespace once::simulator {

void ServerLedger::received(const core::Path& from, std::size_t octets, bool proven) {
  ++may_send_;
  Address& address = addresses_[key_of(from)];
  address.in += octets;
  address.proven = address.proven || proven || from.validated;
}

void ServerLedger::spoke(CallId call) {
  if (++sent_ > may_send_) {
    throw Violation{"S10 no answer to an answer",
                    "the server has sent " + std::to_string(sent_) + " messages on " +
                        std::to_string(may_send_) + " occasions",
                    call};
  }
}

void ServerLedger::sent(const core::Path& to, std::size_t octets, std::size_t size_max, CallId call) {
  if (size_max != 0 && octets > size_max) {
    throw Violation{
        "S9 memory",
        "a message of " + std::to_string(octets) + " octets on a path for " + std::to_string(size_max), call};
  }
  Address& address = addresses_[key_of(to)];
  address.out += octets;
  if (!address.proven && address.out > address.in) {
    throw Violation{"S8 no amplification",
                    std::to_string(address.out) + " octets to an address that sent " +
                        std::to_string(address.in) + " and has not shown that it receives",
                    call};
  }
}

void ServerLedger::begun(const ClientInstance& client) {
  const std::uint32_t running = ++running_[{client.high, client.low}];
  if (running <= limits_.running_per_client_max) return;
  throw Violation{"S9 memory",
                  std::to_string(running) + " servants run for one client, allowed are " +
                      std::to_string(limits_.running_per_client_max),
                  0};
}

void ServerLedger::heard(SessionId session, std::uint64_t counter, Time until) {
  Lease& lease = leases_[session];
  if (counter > lease.counter) lease = {counter, until, true};
}

void ServerLedger::read(SessionId session, std::uint64_t counter) {
  Lease& lease = leases_[session];
  if (counter < lease.counter) return;
  lease.counter = counter;
  lease.unread = false;
}

void ServerLedger::forget_sessions(const core::ServerCore& core, bool expired, Time now) {
  std::erase_if(leases_, [&](const auto& entry) {
    core::Path path;
    if (core.path_of(entry.first, path)) return false;
    if (expired && (entry.second.until > now || entry.second.unread)) {
      throw Violation{"S7 records stay", "a session is expired although its lease has been renewed", 0};
    }
    return true;
  });
}

void ServerLedger::check_memory(const core::Fragments& fragments) {
  // One message may always be on its way, whatever the limit.
  const core::FragmentLimits& limits = fragments.limits();
  const std::size_t one = std::size_t{limits.message_max} * 9 / 8 + 70'000;
  // A session has one message of the largest size under reassembly, and so many on their way.
  const std::size_t arriving_max = fragments.peers() * one;
  const std::size_t leaving_max =
      fragments.peers() * limits.transfers_max * (std::size_t{limits.message_max} + core::kHeaderMax);
  if (fragments.reassembly_bytes() > std::min(std::max(limits.reassembly_bytes_max, one), arriving_max) ||
      fragments.sending_bytes() > std::min(std::max(limits.sending_bytes_max, one), leaving_max)) {
    throw Violation{"S9 memory",
                    std::to_string(fragments.reassembly_bytes()) + " octets arrive in fragments, " +
                        std::to_string(fragments.sending_bytes()) + " leave",
                    0};
  }
}

bool ServerLedger::is_proven(const core::Path& path) const {
  const auto address = addresses_.find(key_of(path));
  return address != addresses_.end() && address->second.proven;
}

void ServerLedger::check_memory(const core::ServerCore& core, std::size_t running) const {
  const std::size_t records_max = core.sessions() * limits_.window_max + running;
  if (core.records() > records_max) {
    throw Violation{"S9 memory",
                    std::to_string(core.records()) + " records; " + std::to_string(core.sessions()) +
                        " sessions and " + std::to_string(running) + " running calls allow " +
                        std::to_string(records_max),
                    0};
  }
  if (core.reply_bytes() > limits_.reply_bytes_max) {
    throw Violation{"S9 memory",
                    std::to_string(core.reply_bytes()) + " reply octets kept, allowed are " +
                        std::to_string(limits_.reply_bytes_max),
                    0};
  }
  // One request may always come, whatever its size.
  if (core.queued() > limits_.queued_max ||
      (core.queued() > 1 && core.request_bytes() > limits_.request_bytes_max)) {
    throw Violation{"S9 memory",
                    std::to_string(core.queued()) + " requests wait, with those that run " +
                        std::to_string(core.request_bytes()) + " octets",
                    0};
  }
  if (core.sessions() > limits_.sessions_max) throw Violation{"S9 memory", "more sessions than allowed", 0};
}

}  // namespace once::simulator
