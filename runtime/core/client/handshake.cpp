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
  hello.name = config_.name;
  hello.incarnation = config_.incarnation;
  hello.lasting = config_.lasting.has_value();
  write(hello, header);
  may_prompt_ = !prompted_;
  prompted_ = false;
  send_at_ = now + std::chrono::duration_cast<Duration>(jitter * rtt.rto(backoff_++));
}

void Handshake::take_cookie(Time now, std::uint64_t cookie) {
  // Sent back at once, since it does not last; but once for each HELLO that the timer sends, which sets the
  // pace if a server goes on asking.
  if (may_prompt_) {
    may_prompt_ = false;
    prompted_ = true;
    send_at_ = now;
  }
  cookie_ = cookie;
}

}  // namespace once::core
