// Reads a Protocol Buffers message, field by field. Fields that the reader's side does not know, or knows by
// another wire type, are skipped, as the format asks for.
//
// The error is sticky: after it there is no further field. Nothing is believed before it is checked: a length
// against what is left of the message around it, and what elements take in memory against the message's size.
#pragma once

#include <cstddef>
#include <cstdint>

#include <google/protobuf/io/coded_stream.h>

#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/codec/codec.hpp>
#include <once/protobuf/sinks.hpp>

namespace once::protobuf {

class Reader {
 public:
  explicit Reader(ByteView message);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool ok() const { return error_ == Errc::ok; }
  /// The first error: truncated, limit_exceeded, invalid_value, invalid_text.
  Errc error() const { return error_; }
  bool fail(Errc code) {
    if (ok()) error_ = code;
    return false;
  }

  /// The tag of the next field; 0 at the end of the message that is open, and after an error.
  std::uint32_t next_tag();
  /// Passes over the field whose tag has just been read.
  void skip(std::uint32_t tag);
  /// True if the tag's wire type is `type`; else the field is passed over.
  bool expect(std::uint32_t tag, WireType type) {
    if (WireFormat::GetTagWireType(tag) == type) return true;
    skip(tag);
    return false;
  }

  std::uint64_t varint();
  std::uint32_t fixed32();
  std::uint64_t fixed64();
  /// What carries its length. It lies in the message.
  ByteView block();
  /// Opens what carries its length as a message of its own, which `content()` reads to its end.
  template <class Content>
  void delimited(Content content) {
    const int outer = open();
    if (!ok()) return;
    content();
    close(outer);
  }
  /// Octets that are left of what is open.
  std::size_t remaining() const { return static_cast<std::size_t>(in_.BytesUntilLimit()); }

  /// Before an element of that size comes into being: it may take much more than its two octets. See
  /// kMemoryMin.
  bool take_memory(std::size_t octets) {
    if (octets > memory_left_) return fail(Errc::limit_exceeded);
    memory_left_ -= octets;
    return true;
  }

  /// For Nesting. False after an error, too: zeros are read then, and may stand for more of the same.
  bool enter() { return ++depth_ <= kDepthMax ? ok() : fail(Errc::limit_exceeded); }
  void leave() { --depth_; }

 private:
  int open();
  void close(int outer);
  bool fail_to_read() { return fail(remaining() == 0 ? Errc::truncated : Errc::invalid_value); }

  google::protobuf::io::CodedInputStream in_;
  std::size_t memory_left_;
  std::uint32_t depth_ = 0;
  Errc error_ = Errc::ok;
};

/// The number of the tag's field.
inline int number_of(std::uint32_t tag) {
  return WireFormat::GetTagFieldNumber(tag);
}

}  // namespace once::protobuf
