#include "transport/datagram_port.hpp"

#include <algorithm>
#include <array>

namespace once::transport {

std::error_code DatagramPort::send_now(const Address& to, const std::vector<std::uint8_t>& header,
                                       const Slice& body) {
  const std::array<ByteView, 2> pieces{ByteView{header}, body.view()};
  const std::error_code error = socket_->send(to, std::span{pieces}.first(body.empty() ? 1 : 2));
  if (!error) largest_ = std::max(largest_, header.size() + body.size());
  return error;
}

std::error_code DatagramPort::send(const Address& to, const std::vector<std::uint8_t>& header,
                                   const Slice& body) {
  if (count_ == 0) {
    const std::error_code error = send_now(to, header, body);
    if (error != std::errc::operation_would_block) return error;
  }
  if (count_ == kQueueMax) return std::make_error_code(std::errc::operation_would_block);
  if (ring_.empty()) ring_.resize(kQueueMax);
  Queued& entry = ring_[(first_ + count_) % kQueueMax];
  entry.to = to;
  entry.header = header;
  entry.body = body;
  ++count_;
  return {};
}

void DatagramPort::flush() {
  bool taken = true;
  for (std::size_t tried = 0; count_ > 0 && taken; ++tried) {
    Queued& entry = ring_[first_];
    taken = send_now(entry.to, entry.header, entry.body) != std::errc::operation_would_block;
    if (!taken && tried > 0) return;
    entry.body = Slice{};
    first_ = (first_ + 1) % kQueueMax;
    --count_;
  }
}

}  // namespace once::transport
