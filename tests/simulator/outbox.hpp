// What a client with a lasting session keeps through its crashes: the numbers of its calls, as an outbox would, and
// which of them are open. Its calls are made again, in the next life too, until their outcome is final.
#pragma once

#include <cstdint>
#include <map>

#include "core/client_core.hpp"
#include "oracle.hpp"
#include "random.hpp"

namespace once::simulator {

class Outbox {
 public:
  struct Call {
    Sequence sequence = 0;
    std::uint64_t given_in = 0;
    CallPlan plan;
  };

  explicit Outbox(Random random) : random_(random) { renew(); }

  /// A life of the client begins.
  void begin_life() { ++incarnation_; }
  std::uint64_t incarnation() const { return incarnation_; }

  /// The session is lost: another one, with numbers of its own.
  void renew() {
    instance_ = {random_.next(), random_.next()};
    nonce_ = random_.next();
    next_ = 1;
    entered_ = false;
    open_.clear();
  }
  const ClientInstance& instance() const { return instance_; }
  core::LastingSession session() const {
    core::LastingSession session{nonce_, oldest() - 1, 0};
    std::uint64_t open = 0;
    for (const auto& [call, entry] : open_) open |= bit(entry.sequence);
    for (Sequence number = oldest(); number < next_; ++number) session.bitmap |= bit(number) & ~open;
    return session;
  }
  /// From now on what is numbered may have been sent; before, no life could send anything.
  void enter() {
    if (entered_) return;
    entered_ = true;
    for (auto& [call, entry] : open_) entry.given_in = incarnation_;
  }
  bool entered() const { return entered_; }

  bool has_room() const { return next_ - oldest() < 64; }
  const Call& add(CallId call, const CallPlan& plan) { return open_[call] = {next_++, incarnation_, plan}; }
  const Call* find(CallId call) const {
    const auto found = open_.find(call);
    return found != open_.end() ? &found->second : nullptr;
  }
  void forget(CallId call) { open_.erase(call); }
  const std::map<CallId, Call>& open() const { return open_; }

 private:
  Sequence oldest() const {
    Sequence oldest = next_;
    for (const auto& [call, entry] : open_) oldest = std::min(oldest, entry.sequence);
    return oldest;
  }
  std::uint64_t bit(Sequence number) const { return std::uint64_t{1} << (number - oldest()); }

  Random random_;
  std::uint64_t incarnation_ = 0;
  ClientInstance instance_;
  std::uint64_t nonce_ = 0;
  Sequence next_ = 1;
  bool entered_ = false;
  std::map<CallId, Call> open_;
};

}  // namespace once::simulator
