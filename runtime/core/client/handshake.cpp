// HELLO and its retransmission.
#include "core/client/handshake.hpp"

namespace once::core {

void Handshake::begin(Time first, std::uint64_t nonce) {
  nonce_ = nonce != 0 ? nonce : 1;
  attempts_ = Attempts{};
  restart(first);
}

void Handshake::restart(Time now) {
  cookie_ = 0;
  backoff_ = 0;
  send_at_ = now;
}

void Handshake::transmit(Time now, const RttEstimator& rtt, double jitter,
                         std::vector<std::uint8_t>& header) {
  Hello hello;
  hello.nonce = nonce_;
  hello.instance = config_.instance;
  hello.cookie = cookie_;
  hello.window_max = config_.limits.window_max;
  hello.message_max = config_.limits.message_max;
  hello.attempt = attempts_.add(now);
  write(hello, header);
  send_at_ = now + std::chrono::duration_cast<Duration>(jitter * rtt.rto(backoff_++));
}

void Handshake::take_cookie(Time now, std::uint64_t cookie) {
  // The first cookie is sent back at once. If a server goes on asking, the timer sets the pace.
  if (cookie_ == 0) send_at_ = now;
  cookie_ = cookie;
}

}  // namespace once::core
