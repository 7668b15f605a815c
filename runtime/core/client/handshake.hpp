// A client's way to a session: HELLO, perhaps COOKIE and HELLO again, WELCOME. Every new session has a nonce
// of its own, and nothing but an answer with the outstanding nonce counts.
#pragma once

#include <cstdint>
#include <optional>

#include "core/client_core.hpp"
#include "core/planted_bugs.hpp"
#include "core/rtt_estimator.hpp"
#include "core/wire.hpp"

namespace once::core {

class Handshake {
 public:
  explicit Handshake(const ClientConfig& config) : config_(config) {}

  bool outstanding() const { return nonce_ != 0; }
  /// Asks for a new session, under a fresh nonce; the HELLO is due at `first`.
  void begin(Time first, std::uint64_t nonce);
  /// There is a new path: the HELLO goes again, without a cookie that belongs to the old one.
  void restart(Time now);
  void end() { nonce_ = 0; }

  /// kNever if nothing is outstanding.
  Time due() const { return nonce_ != 0 ? send_at_ : kNever; }
  /// Writes the HELLO that is due. `timeout`: until the next, given how many went before.
  void transmit(Time now, const RttEstimator& rtt, double jitter, std::vector<std::uint8_t>& header);

  /// True if an answer with this nonce counts.
  bool expects(std::uint64_t nonce) const {
    return nonce_ != 0 && (nonce == nonce_ || planted(Bug::WelcomeWithoutNonce));
  }
  /// The server wants to see its cookie.
  void take_cookie(Time now, std::uint64_t cookie);
  /// When the attempt that an answer echoes was sent.
  std::optional<Time> sent_at(std::uint16_t attempt) const { return attempts_.sent_at(attempt); }

 private:
  const ClientConfig& config_;
  std::uint64_t nonce_ = 0;
  std::uint64_t cookie_ = 0;
  Attempts attempts_;
  unsigned backoff_ = 0;
  Time send_at_ = kNever;
  bool may_prompt_ = false;  // a cookie may send the next HELLO before its time
  bool prompted_ = false;    // it has
};

}  // namespace once::core
