// Fragments into octets, and what is said about them.
#include "core/fragments/reassembly.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace once::core {

std::size_t Reassembly::cost_of(const Fragment& first) {
  return sizeof(Reassembly) + detail::block_capacity(first.whole_length) +
         (first.count() + 63) / 64 * sizeof(std::uint64_t);
}

std::size_t Reassembly::cost_of_largest(std::size_t whole_length_max) {
  Fragment smallest;
  smallest.whole_length = static_cast<std::uint32_t>(whole_length_max);
  smallest.fragment_size = kFragmentSizeMin;
  return cost_of(smallest);
}

Reassembly::Reassembly(Time now, const Fragment& first)
    : first_(first),
      have_((first.count() + 63) / 64),
      missing_(first.count()),
      began_at_(now),
      progress_at_(now) {
  octets_.resize(first.whole_length);
  first_.payload = {};
}

Time Reassembly::expires(Duration stall, std::uint32_t rate_min) const {
  const std::chrono::duration<double> paid{static_cast<double>(received_) / rate_min};
  return stall + std::min(progress_at_, began_at_ + std::chrono::duration_cast<Duration>(paid));
}

Reassembly::Result Reassembly::put(Time now, const Fragment& fragment) {
  if (fragment.whole_length != first_.whole_length || fragment.fragment_size != first_.fragment_size ||
      fragment.number != first_.number || fragment.semantics != first_.semantics) {
    return Result::Contradiction;
  }
  echo_order_ = fragment.order;
  echo_index_ = fragment.index;
  const std::size_t room = (kFragmentHeaderSize + fragment.payload.size() - kFragmentAckSize) / 8;
  words_max_ = static_cast<std::uint8_t>(std::min(room, kAckWordsMax));
  std::uint8_t* const place = octets_.data() + fragment.offset();
  if (has(fragment.index)) {
    wants_ack_ = true;
    return std::memcmp(place, fragment.payload.data(), fragment.payload.size()) == 0 ? Result::Copy
                                                                                     : Result::Contradiction;
  }
  std::memcpy(place, fragment.payload.data(), fragment.payload.size());
  have_[fragment.index / 64] |= std::uint64_t{1} << (fragment.index % 64);
  progress_at_ = now;
  received_ += fragment.payload.size();
  end_ = std::max(end_, fragment.index + 1);
  while (cumulative_ < end_ && has(cumulative_)) ++cumulative_;
  wants_ack_ = fragment.ask || one_unanswered_ || cumulative_ < end_;
  one_unanswered_ = !wants_ack_;
  return --missing_ == 0 ? Result::Complete : Result::Progress;
}

void Reassembly::write_ack(FragmentAck& out) {
  wants_ack_ = one_unanswered_ = false;
  out = FragmentAck{};
  out.session = first_.session;
  out.transfer = first_.transfer;
  out.began = first_.order;
  out.echo_order = echo_order_;
  out.echo_index = echo_index_;
  out.cumulative = cumulative_;
  // What has come beyond the first that is missing: the words of `have_`, shifted to begin behind it.
  const std::uint32_t begin = cumulative_ + 1;
  const unsigned shift = begin % 64;
  for (std::uint32_t word = begin / 64; 64 * word < end_ && out.words < words_max_; ++word) {
    std::uint64_t bits = have_[word] >> shift;
    if (shift != 0 && word + 1 < have_.size()) bits |= have_[word + 1] << (64 - shift);
    out.bitmap[out.words++] = bits;
  }
}

}  // namespace once::core
