// The rare paths of encoders and decoders: growing, failing, finishing.
#include <once/codec/coder.hpp>

namespace once {

bool EncoderBase::fail(Errc code) {
  if (!ok()) return false;
  error_ = code;
  error_offset_ = position();
  begin_ = next_ = end_ = nullptr;  // no room: every further write comes to grow(), which refuses
  return false;
}

bool EncoderBase::grow(std::size_t octets) {
  if (!ok()) return false;
  const std::size_t written = position();
  buffer_.resize(start_ + written);  // what growing keeps
  buffer_.reserve(start_ + written + octets);
  buffer_.resize(start_);
  begin_ = buffer_.data() + start_;
  next_ = begin_ + written;
  end_ = buffer_.data() + buffer_.capacity();
  return true;
}

Result<void> EncoderBase::finish() {
  if (!ok()) return Unexpected{make_error_code(error_)};
  buffer_.resize(start_ + position());
  return {};
}

bool DecoderBase::fail(Errc code, std::size_t octets_back) {
  if (!ok()) return false;
  error_ = code;
  error_offset_ = position() - octets_back;
  next_ = end_ = message_end_;
  return false;
}

Result<void> DecoderBase::finish() {
  if (remaining() != 0) fail(Errc::trailing_bytes);
  if (!ok()) return Unexpected{make_error_code(error_)};
  return {};
}

}  // namespace once
