// Objects that are decoded into again and again, so that strings and sequences keep their memory: what is decoded
// into new objects takes most of its time to allocate.
//
// The arguments of a servant's function are reused by skeletons themselves, where the compiler says so
// (kReusesArguments). Results are the application's, so reusing them is its choice, on either side:
//
//     once::Outcome<Persons> found = stub.try_find("Ada");    // a client
//     …
//     once::recycle(std::move(*found));                       // the next Persons that this thread receives goes there
//
//     Persons find(once::Call&, const std::string& name) override {   // a servant
//       Persons result = once::recycled<Persons>();           // what it returned the time before, on this thread
//       …
//       return result;
//     }
//
// Each thread has one such object of a type. Nothing here is shared, so nothing is locked.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <once/base/error.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/coder.hpp>

namespace once {

namespace detail {

/// The object that a thread keeps for a purpose, if it keeps one: T and Tag name it.
template <class T, class Tag>
class Kept {
 public:
  static Kept& of_this_thread() {
    thread_local Kept value;
    return value;
  }
  /// False when the thread's own are gone already: static objects may make calls after that.
  static bool usable() { return !closed(); }

  Kept() = default;
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() { closed() = true; }

  T value{};
  std::size_t octets = 0;   // the memory that `value` has taken, where that is counted
  bool is_awaited = false;  // it was lent for a result, which is to come back
 private:
  static bool& closed() {
    thread_local bool value = false;
    return value;
  }
};

/// Objects without memory of their own are as fast to make as to keep, and large ones faster than to move.
template <class T>
inline constexpr bool kIsWorthKeeping = !std::is_trivially_destructible_v<T> && sizeof(T) <= 4096;

struct ForResults;
struct ForArguments;

/// What the arguments that a thread keeps may hold, all together: a peer decides how much each of them takes.
inline constexpr std::size_t kArgumentsKeptMax = std::size_t{2} << 20U;
inline std::size_t& argument_octets_of_this_thread() {
  thread_local std::size_t octets = 0;
  return octets;
}

/// An object for the arguments of one call of Op's operation: a used one if there is one and it may be used.
/// Nested calls on one thread have objects of their own.
template <class Op>
class ArgumentsObject {
 public:
  using Value = typename Op::Arguments;

  explicit ArgumentsObject(CodecId codec) : keeps_(is_reused(codec)) {
    if (keeps_) take();
  }
  ~ArgumentsObject() {
    if (keeps_) give_back();
  }
  ArgumentsObject(const ArgumentsObject&) = delete;
  ArgumentsObject& operator=(const ArgumentsObject&) = delete;

  Value& operator*() { return value_; }
  /// Counts memory that decoding has taken for the object.
  void add_memory(std::size_t octets) { octets_ += octets; }

 private:
  /// Not with Protocol Buffers, where a field that is not there leaves what was there before.
  static bool is_reused(CodecId codec) {
    if constexpr (requires { Op::kReusesArguments; } && kIsWorthKeeping<Value>) {
      return codec != CodecId::Protobuf && Kept<Value, ForArguments>::usable();
    } else {
      return false;
    }
  }

  // Not inline: they stand where the object goes and where it goes by an exception, in both kinds of skeletons.
  [[gnu::noinline]] void take() {
    auto& kept = Kept<Value, ForArguments>::of_this_thread();
    value_ = std::move(kept.value);
    octets_ = std::exchange(kept.octets, 0);
    argument_octets_of_this_thread() -= octets_;
  }
  [[gnu::noinline]] void give_back() {
    if (!Kept<Value, ForArguments>::usable()) return;
    if (octets_ > kArgumentsKeptMax - argument_octets_of_this_thread()) return;
    auto& kept = Kept<Value, ForArguments>::of_this_thread();
    if (kept.octets != 0) return;  // that of a nested call
    kept.value = std::move(value_);
    kept.octets = octets_;
    argument_octets_of_this_thread() += octets_;
  }

  Value value_{};
  std::size_t octets_ = 0;
  bool keeps_;
};

/// An object for the result of a call: what the application has given back, if `codec` can use it.
template <class T>
[[gnu::noinline]] T take_recycled([[maybe_unused]] CodecId codec) {
  if constexpr (kIsWorthKeeping<T>) {
    if (codec != CodecId::Protobuf && Kept<T, ForResults>::usable()) {
      return std::exchange(Kept<T, ForResults>::of_this_thread().value, T{});
    }
  }
  return T{};
}

/// Keeps a servant's result that has been encoded, if the servant had it from recycled().
template <class T>
[[gnu::noinline]] void take_back([[maybe_unused]] T& result) {
  if constexpr (kIsWorthKeeping<T>) {
    if (!Kept<T, ForResults>::usable()) return;
    auto& kept = Kept<T, ForResults>::of_this_thread();
    if (std::exchange(kept.is_awaited, false)) kept.value = std::move(result);
  }
}

}  // namespace detail

/// Gives up an object that the application needs no longer. The next result of type T that this thread receives
/// as a client, or asks for by recycled(), is made of it. It keeps all its memory until then.
template <class T>
requires(!std::is_lvalue_reference_v<T> && !std::is_const_v<T>) void recycle(T&& value) {
  if constexpr (detail::kIsWorthKeeping<T>) {
    if (detail::Kept<T, detail::ForResults>::usable()) {
      detail::Kept<T, detail::ForResults>::of_this_thread().value = std::forward<T>(value);
    }
  }
}

/// An object with the memory, and perhaps the value, of one that was recycled on this thread, or returned by a
/// servant that had it from here. Made anew if there is none.
template <class T>
T recycled() {
  if constexpr (detail::kIsWorthKeeping<T>) {
    if (detail::Kept<T, detail::ForResults>::usable()) {
      auto& kept = detail::Kept<T, detail::ForResults>::of_this_thread();
      kept.is_awaited = true;
      return std::exchange(kept.value, T{});
    }
  }
  return T{};
}

}  // namespace once
