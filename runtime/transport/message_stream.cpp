#include "transport/message_stream.hpp"

#include <algorithm>
#include <array>

namespace once::transport {
namespace {

bool is_would_block(const std::error_code& error) {
  return error == std::errc::operation_would_block;
}

}  // namespace

void MessageStream::move_to(asio::any_io_executor executor) {
  socket_ = socket_->move_to(std::move(executor));
}

StreamState MessageStream::receive(Slice& message, Duration patience) {
  while (true) {
    switch (splitter_.next(message)) {
      case FrontFrame::Kind::Message: return StreamState::Open;
      case FrontFrame::Kind::Malformed: return StreamState::Malformed;
      case FrontFrame::Kind::Incomplete: break;
    }
    if (std::exchange(drained_, false) && patience == Duration{0}) return StreamState::WouldBlock;
    if (const StreamState state = fill(patience); state != StreamState::Open) return state;
  }
}

StreamState MessageStream::fill(Duration patience) {
  if (splitter_.has_rest()) return StreamState::Open;
  const MutableByteView room = splitter_.room();
  const auto count = socket_->receive(room, patience);
  if (!count) {
    splitter_.commit(0);
    return is_would_block(count.error()) ? StreamState::WouldBlock : StreamState::Closed;
  }
  splitter_.commit(*count);
  if (*count == 0) return StreamState::Closed;
  // A read that left room has emptied the socket: asking again would only cost a system call.
  drained_ = *count < room.size();
  return StreamState::Open;
}

bool MessageStream::send(const std::vector<std::uint8_t>& header, const Slice& body) {
  std::size_t taken = 0;
  if (count_ == 0) {
    const std::array<ByteView, 2> pieces{ByteView{header}, body.view()};
    const auto sent = socket_->send(std::span{pieces}.first(body.empty() ? 1 : 2));
    if (!sent && !is_would_block(sent.error())) return false;
    taken = sent ? *sent : 0;
    if (taken == header.size() + body.size()) return true;
  }
  enqueue(header, body, taken);
  return true;
}

void MessageStream::enqueue(const std::vector<std::uint8_t>& header, const Slice& body, std::size_t taken) {
  if (count_ == ring_.size()) {
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
    first_ = 0;
    ring_.resize(std::max<std::size_t>(8, 2 * ring_.size()));
  }
  Queued& entry = ring_[(first_ + count_) % ring_.size()];
  entry.header = header;
  entry.body = body;
  if (count_ == 0) offset_ = taken;
  ++count_;
  queued_octets_ += header.size() + body.size() - taken;
}

bool MessageStream::flush() {
  while (count_ > 0) {
    std::array<ByteView, 64> pieces{};
    std::size_t used = 0;
    std::size_t skip = offset_;
    for (std::size_t i = 0; i < count_ && used + 2 <= pieces.size(); ++i) {
      const Queued& entry = ring_[(first_ + i) % ring_.size()];
      for (const ByteView part : {ByteView{entry.header}, entry.body.view()}) {
        const std::size_t gone = std::min(skip, part.size());
        skip -= gone;
        if (gone < part.size()) pieces[used++] = part.subspan(gone);
      }
    }
    const auto sent = socket_->send(std::span{pieces}.first(used));
    if (!sent) return is_would_block(sent.error());
    queued_octets_ -= *sent;
    offset_ += *sent;
    while (count_ > 0) {
      Queued& entry = ring_[first_];
      const std::size_t size = entry.header.size() + entry.body.size();
      if (offset_ < size) break;
      offset_ -= size;
      entry.body = Slice{};
      first_ = (first_ + 1) % ring_.size();
      --count_;
    }
  }
  return true;
}

}  // namespace once::transport
