// Session ids, cookies and keyed hashes, all from SipHash under keys of their own.
#include "core/server/secrets.hpp"

#include "core/octets.hpp"

namespace once::core {
namespace {

constexpr std::chrono::seconds kCookieSlot{30};

SipKey derived(const SipKey& secret, std::uint64_t purpose) {
  return {siphash(secret, {purpose, 0}), siphash(secret, {purpose, 1})};
}

std::uint64_t slot_of(Time now) {
  return static_cast<std::uint64_t>(now.time_since_epoch() / kCookieSlot);
}

/// A permutation of 56-bit numbers: a Feistel network of two halves of 28 bits.
std::uint64_t permute(const SipKey& key, std::uint64_t number) {
  constexpr std::uint64_t kHalf = (std::uint64_t{1} << 28) - 1;
  std::uint64_t left = number >> 28 & kHalf;
  std::uint64_t right = number & kHalf;
  for (std::uint64_t round = 0; round < 6; ++round) {
    const std::uint64_t mixed = left ^ (siphash(key, {round, right}) & kHalf);
    left = right;
    right = mixed;
  }
  return left << 28 | right;
}

}  // namespace

Secrets::Secrets(const std::array<std::uint64_t, 2>& secret, std::uint8_t loop)
    : id_key_(derived(secret, 1 | std::uint64_t{loop} << 8)),  // else one loop's ids would tell the others'
      cookie_key_(derived(secret, 2)),
      hash_key_(derived(secret, 3)),
      path_key_(derived(secret, 4)),
      loop_(loop) {}

SessionId Secrets::next_session_id() {
  for (;;) {
    const SessionId id = permute(id_key_, sessions_given_++) << 8 | loop_;
    if (id != 0) return id;
  }
}

std::uint64_t Secrets::cookie(Time now, const Path& from, const ClientInstance& instance,
                              std::uint64_t nonce) const {
  return cookie_of_slot(slot_of(now), from, instance, nonce);
}

bool Secrets::accepts(std::uint64_t cookie, Time now, const Path& from, const ClientInstance& instance,
                      std::uint64_t nonce) const {
  if (cookie == 0) return false;
  const std::uint64_t slot = slot_of(now);
  return cookie == cookie_of_slot(slot, from, instance, nonce) ||
         cookie == cookie_of_slot(slot - 1, from, instance, nonce);
}

std::uint64_t Secrets::cookie_of_slot(std::uint64_t slot, const Path& from, const ClientInstance& instance,
                                      std::uint64_t nonce) const {
  const std::uint64_t cookie = siphash(cookie_key_, {slot, load<std::uint64_t>(from.address.data()),
                                                     load<std::uint64_t>(from.address.data() + 8), from.port,
                                                     instance.high, instance.low, nonce});
  return cookie != 0 ? cookie : 1;
}

std::uint64_t Secrets::path_cookie(Time now, const Path& from, SessionId session) const {
  return path_cookie_of_slot(slot_of(now), from, session);
}

bool Secrets::accepts_path(std::uint64_t cookie, Time now, const Path& from, SessionId session) const {
  if (cookie == 0) return false;
  const std::uint64_t slot = slot_of(now);
  return cookie == path_cookie_of_slot(slot, from, session) ||
         cookie == path_cookie_of_slot(slot - 1, from, session);
}

std::uint64_t Secrets::path_cookie_of_slot(std::uint64_t slot, const Path& from, SessionId session) const {
  const std::uint64_t cookie =
      siphash(path_key_, {slot, load<std::uint64_t>(from.address.data()),
                          load<std::uint64_t>(from.address.data() + 8), from.port, session});
  return cookie != 0 ? cookie : 1;
}

std::uint64_t Secrets::hash(const ClientInstance& instance) const {
  return siphash(hash_key_, {instance.high, instance.low});
}

std::uint64_t Secrets::hash(const ClientInstance& instance, std::uint64_t nonce) const {
  return siphash(hash_key_, {instance.high, instance.low, nonce});
}

}  // namespace once::core
