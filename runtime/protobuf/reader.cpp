// Reading with the library's coded stream.
#include <once/protobuf/reader.hpp>

namespace once::protobuf {

Reader::Reader(ByteView message)
    : in_(message.data(), static_cast<int>(message.size() > kMessageMax ? 0 : message.size())),
      memory_left_(kMemoryMin + message.size() * kMemoryPerOctet) {
  if (message.size() > kMessageMax) fail(Errc::limit_exceeded);
  in_.PushLimit(static_cast<int>(message.size() > kMessageMax ? 0 : message.size()));
}

std::uint32_t Reader::next_tag() {
  if (!ok()) return 0;
  const std::uint32_t tag = in_.ReadTag();
  if (tag == 0 && !in_.ConsumedEntireMessage()) fail_to_read();
  return tag;
}

void Reader::skip(std::uint32_t tag) {
  if (!WireFormat::SkipField(&in_, tag)) fail_to_read();
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  if (!in_.ReadVarint64(&value)) fail_to_read();
  return value;
}

std::uint32_t Reader::fixed32() {
  std::uint32_t value = 0;
  if (!in_.ReadLittleEndian32(&value)) fail(Errc::truncated);
  return value;
}

std::uint64_t Reader::fixed64() {
  std::uint64_t value = 0;
  if (!in_.ReadLittleEndian64(&value)) fail(Errc::truncated);
  return value;
}

ByteView Reader::block() {
  int length = 0;
  if (!in_.ReadVarintSizeAsInt(&length)) {
    fail_to_read();
    return {};
  }
  const void* data = nullptr;
  int available = 0;
  if (length == 0) return {};
  // The stream reads one array: what is there is all there.
  if (length > in_.BytesUntilLimit() || !in_.GetDirectBufferPointer(&data, &available) ||
      available < length) {
    fail(Errc::truncated);
    return {};
  }
  in_.Skip(length);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(length)};
}

int Reader::open() {
  int length = 0;
  if (!in_.ReadVarintSizeAsInt(&length)) {
    fail_to_read();
    return 0;
  }
  if (length > in_.BytesUntilLimit()) {
    fail(Errc::truncated);
    return 0;
  }
  return in_.PushLimit(length);
}

void Reader::close(int outer) {
  if (ok() && in_.BytesUntilLimit() != 0) fail(Errc::invalid_value);
  in_.PopLimit(outer);
}

}  // namespace once::protobuf
