// The two passes in which a value becomes a Protocol Buffers message. Messages carry their length in front,
// so it has to be known before the first octet is written:
//
//   Sizer   adds up the octets, checks bounds, text and enumerators, and notes the length of everything that
//           carries one, in the order in which it begins
//   Writer  writes, into a block of just that size, and takes the lengths from the notes
//
// Both offer the same functions, so one template per type serves for both. ProtobufEncoder runs them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/base/result.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/text.hpp>

namespace once::protobuf {

using WireFormat = google::protobuf::internal::WireFormatLite;
using WireType = WireFormat::WireType;

/// How long a message may be: the library's own limit.
inline constexpr std::size_t kMessageMax = 0x7fffffff;

/// Whether a field that holds nothing but zeros is left out.
enum class Presence : std::uint8_t { Implicit, Explicit };

/// The lengths that a Sizer notes and a Writer takes, in the memory of message blocks.
class Lengths {
 public:
  std::size_t count() const { return octets_.size() / sizeof(std::uint32_t); }
  /// Room for one more.
  void append() { octets_.extend(sizeof(std::uint32_t)); }
  void drop_from(std::size_t index) { octets_.resize(index * sizeof(std::uint32_t)); }
  void set(std::size_t index, std::uint32_t length) {
    std::memcpy(octets_.data() + index * sizeof length, &length, sizeof length);
  }
  std::uint32_t operator[](std::size_t index) const {
    std::uint32_t length = 0;
    std::memcpy(&length, octets_.data() + index * sizeof length, sizeof length);
    return length;
  }

 private:
  Buffer octets_;
};

class Sizer {
 public:
  explicit Sizer(Lengths& lengths) : lengths_(lengths) {}

  bool ok() const { return error_ == Errc::ok; }
  Errc error() const { return error_; }
  /// Records an error; only the first one counts. Always false, to be returned.
  bool fail(Errc code) {
    if (ok()) error_ = code;
    return false;
  }
  std::size_t octets() const { return octets_; }

  void tag(int number, WireType type) {
    octets_ += google::protobuf::io::CodedOutputStream::VarintSize32(WireFormat::MakeTag(number, type));
  }
  void varint(std::uint64_t value) {
    octets_ += google::protobuf::io::CodedOutputStream::VarintSize64(value);
  }
  void fixed(std::uint32_t) { octets_ += 4; }
  void fixed(std::uint64_t) { octets_ += 8; }
  /// What carries its length: the length, then the octets.
  void block(ByteView octets) { block_of(octets.size()); }
  void text(std::string_view text) {
    if (!once::detail::is_text(as_bytes(text).data(), text.size())) fail(Errc::invalid_text);
    block_of(text.size());
  }
  void bound(std::size_t size, std::size_t most) {
    if (size > most) fail(Errc::limit_exceeded);
  }
  void known(bool is_known) {
    if (!is_known) fail(Errc::invalid_value);
  }
  /// A field of its own length whose content is what `content()` writes.
  template <class Content>
  void delimited(int number, Presence presence, Content content) {
    if (!ok()) return;
    const std::size_t index = lengths_.count();
    lengths_.append();
    const std::size_t begin = octets_;
    content();
    const std::size_t length = octets_ - begin;
    if (length > kMessageMax) fail(Errc::limit_exceeded);
    lengths_.set(index, static_cast<std::uint32_t>(length));
    if (length == 0 && presence == Presence::Implicit) {
      lengths_.drop_from(index + 1);  // of what is inside, which is left out with it
    } else {
      tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
      varint(length);
    }
  }

  /// For Nesting. False after an error, too: nothing will be written, so that nothing need be measured.
  bool enter() { return ++depth_ <= kDepthMax ? error_ == Errc::ok : fail(Errc::limit_exceeded); }
  void leave() { --depth_; }

 private:
  void block_of(std::size_t size) {
    varint(size);
    octets_ += size;
  }

  Lengths& lengths_;
  std::size_t octets_ = 0;
  std::uint32_t depth_ = 0;
  Errc error_ = Errc::ok;
};

/// Writes what a Sizer has measured and found right.
class Writer {
 public:
  Writer(std::uint8_t* place, const Lengths& lengths) : next_(place), lengths_(lengths) {}

  void tag(int number, WireType type) { next_ = WireFormat::WriteTagToArray(number, type, next_); }
  void varint(std::uint64_t value) {
    next_ = google::protobuf::io::CodedOutputStream::WriteVarint64ToArray(value, next_);
  }
  void fixed(std::uint32_t value) {
    next_ = google::protobuf::io::CodedOutputStream::WriteLittleEndian32ToArray(value, next_);
  }
  void fixed(std::uint64_t value) {
    next_ = google::protobuf::io::CodedOutputStream::WriteLittleEndian64ToArray(value, next_);
  }
  void block(ByteView octets) {
    varint(octets.size());
    if (octets.empty()) return;
    std::memcpy(next_, octets.data(), octets.size());
    next_ += octets.size();
  }
  void text(std::string_view text) { block(as_bytes(text)); }
  void bound(std::size_t, std::size_t) {}
  void known(bool) {}
  template <class Content>
  void delimited(int number, Presence presence, Content content) {
    const std::uint32_t length = lengths_[taken_++];
    if (length == 0 && presence == Presence::Implicit) return;
    tag(number, WireFormat::WIRETYPE_LENGTH_DELIMITED);
    varint(length);
    content();
  }
  const std::uint8_t* end() const { return next_; }

  /// For Nesting.
  bool enter() { return true; }
  void leave() {}

 private:
  std::uint8_t* next_;
  const Lengths& lengths_;
  std::size_t taken_ = 0;
};

template <class T>
concept Sink = OneOf<T, Sizer, Writer>;

}  // namespace once::protobuf
