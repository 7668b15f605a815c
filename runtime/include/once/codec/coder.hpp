// What all encoders and decoders have in common: the cursor over the octets, the sticky error, the depth.
//
// The error is sticky so that generated code needs no check between fields: the first error is kept with the
// offset where it was found; after it a decoder reads zeros and empty values, and an encoder writes nothing.
// finish() tells. Nothing here throws but std::bad_alloc.
#pragma once

#include <algorithm>
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
struct EncodedValues;  // what references to value types need to know of a message; see value_type.hpp
struct DecodedValues;
struct ValueAccess;
}  // namespace detail

/// Writes at the end of a Buffer, in the Buffer's spare room: nobody else may touch the Buffer between
/// construction and finish(), and without finish() the Buffer is as it was.
class EncoderBase {
 public:
  EncoderBase(const EncoderBase&) = delete;
  EncoderBase& operator=(const EncoderBase&) = delete;

  bool ok() const { return error_ == Errc::ok; }
  /// The first error: limit_exceeded (a bound, the depth), invalid_value (an enumerator, a union without an
  /// arm), invalid_text.
  Errc error() const { return error_; }
  /// Where the first error was found, in octets from the position at construction.
  std::size_t error_offset() const { return error_offset_; }
  /// Octets written since construction.
  std::size_t position() const { return static_cast<std::size_t>(next_ - begin_); }

  /// Records an error; only the first one counts. Always false, to be returned.
  bool fail(Errc code);

  /// Makes room for `octets` more at once, to save growing bit by bit. Never needed for correctness.
  void reserve(std::size_t octets) {
    if (room() < octets) grow(octets);
  }

  /// Gives the Buffer back: it ends with what was written, or is as it was before if there was an error.
  Result<void> finish();

  /// For Nesting. False after an error, too: nothing is written any more, so that nothing need be visited.
  bool enter() { return ++depth_ <= kDepthMax ? ok() : fail(Errc::limit_exceeded); }
  void leave() { --depth_; }

 protected:
  explicit EncoderBase(Buffer& buffer)
      : buffer_(buffer),
        start_(buffer.size()),
        begin_(buffer.data() + start_),
        next_(begin_),
        end_(buffer.data() + buffer.capacity()) {}
  ~EncoderBase() {
    if (values_ != nullptr) [[unlikely]]
      release(values_);
  }

  /// Room for `octets` at the cursor, which moves behind them; nullptr after an error.
  std::uint8_t* take(std::size_t octets) {
    if (room() < octets) [[unlikely]] {
      if (!grow(octets)) return nullptr;
    }
    return std::exchange(next_, next_ + octets);
  }
  std::size_t room() const { return static_cast<std::size_t>(end_ - next_); }

 private:
  friend struct detail::ValueAccess;
  bool grow(std::size_t octets);
  static void release(detail::EncodedValues* values);

  Buffer& buffer_;
  detail::EncodedValues* values_ = nullptr;  // owned; made by the first value that is not nil
  std::size_t start_;                        // the Buffer's size at construction
  std::uint8_t* begin_;                      // that place in the Buffer's memory
  std::uint8_t* next_;
  std::uint8_t* end_;  // after an error begin_ == next_ == end_ == nullptr
  std::size_t error_offset_ = 0;
  std::uint32_t depth_ = 0;
  Errc error_ = Errc::ok;
};

/// Reads octets that somebody else keeps alive.
class DecoderBase {
 public:
  DecoderBase(const DecoderBase&) = delete;
  DecoderBase& operator=(const DecoderBase&) = delete;

  bool ok() const { return error_ == Errc::ok; }
  /// The first error: truncated, trailing_bytes, limit_exceeded, invalid_value, invalid_text.
  Errc error() const { return error_; }
  /// Where the first error was found: the offset of the first octet of the item that was refused.
  std::size_t error_offset() const { return error_offset_; }
  /// Octets read so far; all of them after an error.
  std::size_t position() const { return static_cast<std::size_t>(next_ - begin_); }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - next_); }

  /// Records an error found in the item that began `octets_back` octets before the cursor; only the first
  /// error counts. Always false, to be returned.
  bool fail(Errc code, std::size_t octets_back = 0);

  /// Records that `text`, which has just been read, is none.
  bool fail_text(ByteView text) {
    return fail(Errc::invalid_text, static_cast<std::size_t>(next_ - text.data()));
  }

  /// The end of a message: an error if there was one, or if octets are left over.
  Result<void> finish();

  /// For Nesting. False after an error, too: zeros are read then, and may stand for more of the same.
  bool enter() { return ++depth_ <= kDepthMax ? ok() : fail(Errc::limit_exceeded); }
  void leave() { --depth_; }

  /// For elements that take no octets: false, and an error, when the message has had kEmptyElementsMax.
  bool take_empty_elements(std::size_t count, std::size_t octets_back = 0) {
    if (count > empty_elements_left_) return fail(Errc::limit_exceeded, octets_back);
    empty_elements_left_ -= static_cast<std::uint32_t>(count);
    return true;
  }

  /// Before memory is taken whose size does not follow from the octets that fill it: for elements, values,
  /// what boxes hold. False, and an error, when the message has had all that it may; see kMemoryMin.
  bool take_memory(std::size_t octets) {
    if (octets > memory_left_) [[unlikely]]
      return fail(Errc::limit_exceeded);
    memory_left_ -= octets;
    return true;
  }

  /// Counts memory that is taken for as many octets of the message as fill it.
  void count_memory(std::size_t octets) { memory_filled_ += octets; }
  /// The memory that has been taken for what was decoded so far, about. Decoding into an object that had the
  /// memory takes none.
  std::size_t memory_taken() const {
    return memory_max(static_cast<std::size_t>(message_end_ - begin_)) - memory_left_ + memory_filled_;
  }

  /// How many octets of memory may be taken for a container whose count is read but whose elements are not:
  /// at most `wanted`, and for all open containers together no more than the larger of 64 KiB and the
  /// message. A loan, which repay_memory() ends when the elements have been read.
  std::size_t borrow_memory(std::size_t wanted) {
    const std::size_t granted = std::min(wanted, memory_to_lend_);
    memory_to_lend_ -= granted;
    return granted;
  }
  void repay_memory(std::size_t granted) { memory_to_lend_ += granted; }

 protected:
  explicit DecoderBase(ByteView bytes)
      : begin_(bytes.data()),
        next_(begin_),
        end_(begin_ + bytes.size()),
        message_end_(end_),
        memory_left_(memory_max(bytes.size())),
        memory_to_lend_(std::max<std::size_t>(bytes.size(), 65'536)) {}
  ~DecoderBase() {
    if (values_ != nullptr) [[unlikely]]
      release(values_, ok());
  }

  /// True inside a value that travels in chunks: what is left of the chunk is less than what is left.
  bool in_chunks() const { return end_ != message_end_; }

  /// The next `octets` octets; nullptr, and an error, if there are not so many.
  const std::uint8_t* take(std::size_t octets) {
    if (remaining() < octets) [[unlikely]] {
      fail(Errc::truncated);
      return nullptr;
    }
    return std::exchange(next_, next_ + octets);
  }
  /// The cursor, for items that are judged as a whole before any of it is consumed; see remaining().
  const std::uint8_t* next() const { return next_; }
  void advance(std::size_t octets) { next_ += octets; }
  /// Judges a count that has just been read, before anything is allocated for it. 0 after an error.
  std::size_t checked_count(std::uint32_t count, std::size_t bound, std::size_t element_octets_min) {
    if (count > bound) [[unlikely]] {
      fail(Errc::limit_exceeded, sizeof count);
      return 0;
    }
    if (element_octets_min == 0) return take_empty_elements(count, sizeof count) ? count : 0;
    if (count > static_cast<std::size_t>(message_end_ - next_) / element_octets_min) [[unlikely]] {
      fail(Errc::truncated, sizeof count);
      return 0;
    }
    return count;
  }

 private:
  friend struct detail::ValueAccess;
  static void release(detail::DecodedValues* values, bool ok);
  static constexpr std::size_t memory_max(std::size_t message_octets) {
    return kMemoryMin + message_octets * kMemoryPerOctet;
  }

  const std::uint8_t* begin_;
  const std::uint8_t* next_;
  const std::uint8_t* end_;  // of the message, or of a value's chunk in it; after an error all three are one
  const std::uint8_t* message_end_;
  detail::DecodedValues* values_ = nullptr;  // owned; made by the first value that is not nil
  std::size_t memory_left_;
  std::size_t memory_filled_ = 0;
  std::size_t memory_to_lend_;
  std::size_t error_offset_ = 0;
  std::uint32_t empty_elements_left_ = kEmptyElementsMax;
  std::uint32_t depth_ = 0;
  Errc error_ = Errc::ok;
};

template <class T>
concept EncoderType = std::derived_from<T, EncoderBase>;
template <class T>
concept DecoderType = std::derived_from<T, DecoderBase>;

/// How a generated type is encoded and decoded. Generated headers specialize it,
///     template <>
///     struct once::Coding<shop::Item> {
///       using Value = ::shop::Item;
///       template <once::EncoderType E> static void write(E& encoder, const Value& value);
///       template <once::DecoderType D> static void read(D& decoder, Value& value);
///     };
/// and callers use encode() and decode(). These are no functions of the type's namespace, because a compiler
/// would have to judge every call against those of all its types: many types would take their number squared.
template <class T>
struct Coding;
template <class T>
concept Coded = requires {
  typename Coding<T>::Value;
};

template <EncoderType E, Coded T>
void encode(E& encoder, const T& value) {
  Coding<T>::write(encoder, value);
}
template <DecoderType D, Coded T>
void decode(D& decoder, T& value) {
  Coding<T>::read(decoder, value);
}

/// One level of a value that can contain itself. The encode and decode functions of such a type begin with
///     const once::Nesting nesting{coder};
///     if (!nesting) return;
/// so that neither a hostile message nor a long chain of the user's own objects overflows the stack. Types
/// that cannot contain themselves nest no deeper than they were declared and need none.
template <class Coder>
class [[nodiscard]] Nesting {
 public:
  explicit Nesting(Coder& coder) : coder_(coder), entered_(coder.enter()) {}
  ~Nesting() { coder_.leave(); }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;
  explicit operator bool() const { return entered_; }

 private:
  Coder& coder_;
  bool entered_;
};

}  // namespace once
