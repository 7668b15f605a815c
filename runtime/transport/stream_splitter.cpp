#include "transport/stream_splitter.hpp"

#include <algorithm>
#include <utility>

namespace once::transport {

MutableByteView StreamSplitter::room() {
  ONCE_ASSERT(rest_.empty());
  room_offset_ = partial_.size();
  std::size_t size = std::max(room_offset_ + read_size_, wanted_);
  // A message of known length is read exactly to its end, so that it fills its memory alone; what has no
  // known length yet is read with whatever follows it. Its length is only a claim: new memory is taken for as much
  // again as has come, and used up before more is.
  if (wanted_ > room_offset_ && wanted_ > read_size_) {
    const bool suffices = partial_.capacity() >= std::min(wanted_, room_offset_ + read_size_);
    const std::size_t most =
        suffices ? partial_.capacity() : room_offset_ + std::max(room_offset_, read_size_);
    size = std::min(wanted_, most);
  }
  partial_.reserve_exactly(size);
  partial_.resize(size);
  return partial_.writable().subspan(room_offset_);
}

void StreamSplitter::commit(std::size_t count) {
  const bool filled = room_offset_ + count == partial_.size();
  const std::size_t size = room_offset_ + count;
  if (size == 0) {
    partial_ = Buffer{};
    return;
  }
  if (wanted_ <= read_size_) {
    // A reader that is filled finds more room next time, one that stays nearly empty for a while less.
    small_in_a_row_ = count < read_size_ / 4 ? small_in_a_row_ + 1 : 0;
    if (filled) {
      read_size_ = std::min(read_size_ * 4, kReadMax);
    } else if (small_in_a_row_ >= kSmallAgain) {
      read_size_ = std::max(read_size_ / 4, kReadMin);
      small_in_a_row_ = 0;
    }
  }
  partial_.resize(size);
  if (size >= wanted_) rest_ = std::move(partial_).freeze();
}

FrontFrame::Kind StreamSplitter::cut(Slice& message) {
  const FrontFrame front = find_(rest_.view(), length_max_);
  switch (front.kind) {
    case FrontFrame::Kind::Message:
      ONCE_ASSERT(front.size > 0 && front.size <= rest_.size());
      wanted_ = 0;
      if (front.size == rest_.size()) {
        message = std::exchange(rest_, {});
      } else {
        message = rest_.part(0, front.size);
        rest_ = rest_.part(front.size, rest_.size() - front.size);
      }
      break;
    case FrontFrame::Kind::Incomplete:
      ONCE_ASSERT(front.size > rest_.size());
      wanted_ = front.size;
      if (wanted_ > kReadMax) read_size_ = kReadMin;  // so that little has to be moved of the next one
      partial_ = Buffer{};
      if (wanted_ > read_size_) partial_.reserve_kept(wanted_);  // what is there may be taken for a claim
      partial_.append(rest_.view());
      rest_ = Slice{};
      break;
    case FrontFrame::Kind::Malformed: break;
  }
  return front.kind;
}

}  // namespace once::transport
