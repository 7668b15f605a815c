// Cuts a stream of octets into messages. It knows no wire format: a function given by the caller tells how
// long the message at the front is. Memory grows to a message's size only after its length has been seen and
// accepted; a message is a Slice of the memory that the socket was read into.
#pragma once

#include <cstddef>
#include <cstdint>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>

namespace once::transport {

/// What stands at the front of a stream.
struct FrontFrame {
  enum class Kind : std::uint8_t { Message, Incomplete, Malformed };
  Kind kind = Kind::Malformed;
  std::size_t size = 0;  // Message: its octets; Incomplete: how many octets are needed before asking again
};

/// Looks at the front of a stream; a message longer than `length_max` is Malformed.
using FrameFinder = FrontFrame (*)(ByteView octets, std::size_t length_max);

class StreamSplitter {
 public:
  StreamSplitter(FrameFinder find, std::size_t length_max) : find_(find), length_max_(length_max) {}

  /// Where to read the next octets to. To be called only after next() has returned Incomplete.
  MutableByteView room();
  /// `count` octets have been written to the front of room(); 0 gives unused memory back.
  void commit(std::size_t count);
  /// The next whole message; Malformed is final: where the next message begins cannot be known.
  FrontFrame::Kind next(Slice& message) {
    return rest_.empty() ? FrontFrame::Kind::Incomplete : cut(message);
  }
  /// Octets have been read that next() has not looked at.
  bool has_rest() const { return !rest_.empty(); }
  /// Octets of a message that has begun and is not complete.
  std::size_t partial_octets() const { return partial_.size(); }

 private:
  FrontFrame::Kind cut(Slice& message);

  FrameFinder find_;
  std::size_t length_max_;
  Slice rest_;              // read, not yet cut
  Buffer partial_;          // the beginning of a message whose rest is still to come
  std::size_t wanted_ = 0;  // octets that partial_ must have before asking again
  std::size_t room_offset_ = 0;
  std::size_t read_size_ = kReadMin;
  std::uint32_t small_in_a_row_ = 0;  // reads

  static constexpr std::size_t kReadMin = 4096;
  static constexpr std::size_t kReadMax = 262'144;
  static constexpr std::uint32_t kSmallAgain = 16;  // small reads until little is read at a time
};

}  // namespace once::transport
