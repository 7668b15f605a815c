// What all encoders and decoders have in common: the cursor over the octets, the sticky error, the depth.
//
// The error is sticky so that generated code needs no check between fields: the first error is kept with the
// offset where it was found; after it a decoder reads zeros and empty values, an encoder writes nothing.
// finish() tells. Nothing here throws but std::bad_alloc.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/error.hpp>
#include <once/base/result.hpp>
#include <once/codec/codec.hpp>

namespace once {

namespace detail {

/// Depth of nesting; see Nesting.
class Depth {
 public:
  bool enter() { return ++levels_ <= kDepthMax; }
  void leave() { --levels_; }
  std::uint32_t levels() const { return levels_; }
  void start_at(std::uint32_t levels) { levels_ = levels; }

 private:
  std::uint32_t levels_ = 0;
};

/// Writes at the end of a Buffer. While it works it owns the Buffer's spare room, and the Buffer's size means
/// nothing: nobody else may touch the Buffer between construction and finish().
class EncoderBase {
 public:
  explicit EncoderBase(Buffer& buffer)
      : buffer_(buffer), start_(buffer.size()), begin_(buffer.data() + start_), next_(begin_), end_(begin_) {}
  EncoderBase(const EncoderBase&) = delete;
  EncoderBase& operator=(const EncoderBase&) = delete;

  bool ok() const { return error_ == Errc::ok; }
  Errc error() const { return error_; }
  /// Where the first error was found, in octets from the position at construction.
  std::size_t error_offset() const { return error_offset_; }
  /// Octets written since construction.
  std::size_t position() const { return static_cast<std::size_t>(next_ - begin_); }

  /// Records an error; only the first one counts.
  void fail(Errc code);

  /// Makes room for `octets` more at once, to save growing bit by bit. Never needed for correctness.
  void reserve(std::size_t octets) {
    if (room() < octets) [[unlikely]] grow(octets);
  }

  /// Gives the Buffer back: it ends with what was written, or is as it was before if there was an error.
  Result<void> finish();

 protected:
  ~EncoderBase() = default;

  std::size_t room() const { return static_cast<std::size_t>(end_ - next_); }
  /// Room for `octets` at the cursor, which moves behind them; nullptr after an error.
  std::uint8_t* take(std::size_t octets) {
    if (room() < octets) [[unlikely]] {
      if (!grow(octets)) return nullptr;
    }
    return std::exchange(next_, next_ + octets);
  }

 private:
  template <class Coder>
  friend class ::once::Nesting;

  bool grow(std::size_t octets);

 protected:
  Buffer& buffer_;
  std::size_t start_;    // the Buffer's size at construction
  std::uint8_t* begin_;  // that place in the Buffer
  std::uint8_t* next_;
  std::uint8_t* end_;

 private:
  std::size_t error_offset_ = 0;
  Depth depth_;
  Errc error_ = Errc::ok;
};
}  // namespace detail
}  // namespace once
