// The bookkeeping of one transfer's fragments.
#include "core/fragments/outgoing_transfer.hpp"

#include <algorithm>
#include <bit>

#include <once/base/assert.hpp>
#include <once/base/crc32c.hpp>

namespace once::core {

OutgoingTransfer::OutgoingTransfer(const CallName& name, std::vector<std::uint8_t> header, Slice body)
    : name_(name), header_(std::move(header)), body_(std::move(body)) {}

void OutgoingTransfer::begin(std::uint64_t number, std::uint32_t fragment_size) {
  stop();
  number_ = number;
  fragment_size_ = fragment_size;
  count_ = static_cast<std::uint32_t>((size() + fragment_size - 1) / fragment_size);
  pieces_.assign(std::min(count_, kFragmentSpan), Piece{});
}

void OutgoingTransfer::stop() {
  count_ = first_ = unsent_ = arrived_ = 0;
  flying_octets_ = 0;
  began_ = 0;
  pieces_ = {};  // the memory, too: it may wait for long
  lost_.clear();
}

std::optional<std::uint32_t> OutgoingTransfer::next() {
  while (!lost_.empty()) {
    const std::uint32_t index = lost_.front();
    if (in_reach(index) && piece(index).state == State::Lost) return index;
    lost_.pop_front();
  }
  if (unsent_ < count_ && unsent_ - first_ < kFragmentSpan) return unsent_;
  return {};
}

void OutgoingTransfer::send(Time now, std::uint32_t index, std::uint64_t order, Fragment& out) {
  if (index == unsent_) {
    ++unsent_;
  } else {
    lost_.pop_front();
  }
  piece(index) = {order, now, State::Flying};
  flying_octets_ += size_of(index);
  out = Fragment{};
  out.session = name_.session;
  out.number = name_.number;
  out.semantics = name_.semantics;
  out.transfer = number_;
  out.order = order;
  out.whole_length = static_cast<std::uint32_t>(size());
  out.fragment_size = fragment_size_;
  out.index = index;
}

void OutgoingTransfer::write_to(const Fragment& fragment, Side from, std::vector<std::uint8_t>& header,
                                Slice& body) const {
  // The message's header may end within a fragment: its part follows the fragment's own header.
  const std::size_t begin = fragment.offset();
  const std::size_t end = begin + fragment.payload_size();
  const std::size_t in_header = std::min(end, header_.size()) - std::min(begin, header_.size());
  const ByteView head = in_header != 0 ? ByteView{header_}.subspan(begin, in_header) : ByteView{};
  const std::size_t left = end - begin - in_header;
  body = left != 0 ? body_.part(begin + in_header - header_.size(), left) : Slice{};
  write(fragment, from, crc32c(body, crc32c(head)), header);
  header.insert(header.end(), head.begin(), head.end());
}

bool OutgoingTransfer::is_flying(std::uint32_t index, std::uint64_t order) const {
  return in_reach(index) && piece(index).state == State::Flying && piece(index).order == order;
}

std::optional<Time> OutgoingTransfer::sent_at(std::uint32_t index, std::uint64_t order) const {
  if (!is_flying(index, order)) return {};
  return piece(index).sent_at;
}

void OutgoingTransfer::lose(std::uint32_t index) {
  ONCE_ASSERT(in_reach(index) && piece(index).state == State::Flying);
  land(index);
  piece(index).state = State::Lost;
  lost_.push_back(index);
}

std::uint32_t OutgoingTransfer::size_of(std::uint32_t index) const {
  const std::size_t offset = std::size_t{index} * fragment_size_;
  return static_cast<std::uint32_t>(std::min<std::size_t>(fragment_size_, size() - offset));
}

void OutgoingTransfer::land(std::uint32_t index) {
  if (piece(index).state == State::Flying) flying_octets_ -= size_of(index);
}

void OutgoingTransfer::arrive(std::uint32_t index) {
  if (piece(index).state == State::Arrived) return;
  land(index);
  piece(index).state = State::Arrived;
  ++arrived_;
}

OutgoingTransfer::News OutgoingTransfer::acknowledge(const FragmentAck& ack) {
  if (ack.cumulative > unsent_ || ack.began == 0) return News::None;  // never true
  if (began_ == 0) began_ = ack.began;
  if (ack.began != began_) {
    // Of the reassembly before the one that is known of, or of one after it.
    return ack.echo_order < began_ ? News::None : News::Forgotten;
  }
  const std::uint32_t before = arrived_;
  for (; first_ < ack.cumulative; ++first_) {
    arrive(first_);
    piece(first_) = Piece{};
  }
  for (std::uint32_t word = 0; word < ack.words; ++word) {
    for (std::uint64_t bits = ack.bitmap[word]; bits != 0; bits &= bits - 1) {
      const std::uint64_t index = std::uint64_t{ack.cumulative} + 1 + std::uint64_t{64} * word +
                                  static_cast<std::uint32_t>(std::countr_zero(bits));
      if (index >= first_ && index < unsent_) arrive(static_cast<std::uint32_t>(index));
    }
  }
  return arrived_ != before ? News::Progress : News::None;
}

}  // namespace once::core
