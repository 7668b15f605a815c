// What a server derives from its secret: session ids that nobody can guess, cookies that need no state, and
// the hashes of keys that a peer chooses.
#pragma once

#include <array>
#include <cstdint>

#include <once/base/ids.hpp>
#include <once/base/time.hpp>

#include "core/path.hpp"
#include "core/siphash.hpp"

namespace once::core {

class Secrets {
 public:
  Secrets(const std::array<std::uint64_t, 2>& secret, std::uint8_t loop);

  /// A session id that was never given before: 56 bits that only the secret foretells, then the loop. A keyed
  /// permutation of a counter, so ids cannot meet before 2^56 of them have been given.
  SessionId next_session_id();
  /// For Bug::SessionIdAgain.
  void begin_ids_again() { sessions_given_ = 0; }

  /// Shows that whoever sends it back has received what was sent to `from`. Covers the address, the instance,
  /// the nonce and a coarse time; never 0.
  std::uint64_t cookie(Time now, const Path& from, const ClientInstance& instance, std::uint64_t nonce) const;
  /// True for a cookie of the present or the previous time slot.
  bool accepts(std::uint64_t cookie, Time now, const Path& from, const ClientInstance& instance,
               std::uint64_t nonce) const;

  /// The same for a session whose client may be at `from`, unlike any cookie of a HELLO.
  std::uint64_t path_cookie(Time now, const Path& from, SessionId session) const;
  bool accepts_path(std::uint64_t cookie, Time now, const Path& from, SessionId session) const;

  std::uint64_t hash(const ClientInstance& instance) const;
  std::uint64_t hash(const ClientInstance& instance, std::uint64_t nonce) const;

 private:
  std::uint64_t cookie_of_slot(std::uint64_t slot, const Path& from, const ClientInstance& instance,
                               std::uint64_t nonce) const;

  std::uint64_t path_cookie_of_slot(std::uint64_t slot, const Path& from, SessionId session) const;

  SipKey id_key_;
  SipKey cookie_key_;
  SipKey hash_key_;
  SipKey path_key_;
  std::uint64_t sessions_given_ = 0;
  std::uint8_t loop_;
};

}  // namespace once::core
