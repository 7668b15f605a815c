// A message that arrives in fragments. Its memory is taken whole when its first fragment comes; from then on a
// fragment costs a copy and a bit. It has to come at a minimal rate, so that memory is not held cheaply.
#pragma once

#include <cstdint>
#include <vector>

#include <once/base/buffer.hpp>
#include <once/base/time.hpp>

#include "core/fragments/fragment_wire.hpp"

namespace once::core {

class Reassembly {
 public:
  /// What a reassembly that begins with this fragment costs, in octets.
  static std::size_t cost_of(const Fragment& first);
  /// Of any message up to `whole_length_max` octets.
  static std::size_t cost_of_largest(std::size_t whole_length_max);

  Reassembly(Time now, const Fragment& first);

  std::uint64_t transfer() const { return first_.transfer; }
  std::size_t cost() const { return cost_of(first_); }
  /// When it is to be dropped if nothing new comes before: `stall` after the last that was new, or when it
  /// falls behind `rate_min` octets per second since it began, and `stall`.
  Time expires(Duration stall, std::uint32_t rate_min) const;

  enum class Result : std::uint8_t { Progress, Copy, Contradiction, Complete };
  /// Takes a fragment of this transfer.
  Result put(Time now, const Fragment& fragment);
  /// True if the fragment put last is to be acknowledged now: its sender waits for that, something before it
  /// is missing, or it is the second since the last acknowledgement.
  bool wants_ack() const { return wants_ack_; }
  /// The acknowledgement of all that has come, as an answer to the latest fragment.
  void write_ack(FragmentAck& out);

  /// The message, when it is complete.
  Slice take() { return std::move(octets_).freeze(); }

 private:
  bool has(std::uint32_t index) const { return (have_[index / 64] >> (index % 64) & 1) != 0; }

  Fragment first_;  // what all others must agree with; its payload is gone
  Buffer octets_;
  std::vector<std::uint64_t> have_;
  std::uint32_t missing_;
  std::uint32_t cumulative_ = 0;  // the first that is missing
  std::uint32_t end_ = 0;         // behind the last that has come
  Time began_at_;
  Time progress_at_;  // something new came last
  std::uint64_t received_ = 0;
  std::uint64_t echo_order_ = 0;
  std::uint32_t echo_index_ = 0;
  std::uint8_t words_max_ = 0;  // of an acknowledgement that is no larger than what it answers
  bool wants_ack_ = false;
  bool one_unanswered_ = false;
};

}  // namespace once::core
