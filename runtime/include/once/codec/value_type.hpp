// IDL's value types: objects that travel by their state, by reference. Two references to one object arrive as
// two references to one object, cycles included. A reference is a std::shared_ptr, nil an empty one.
//
// In CDR a value is what GIOP 1.2 says (CORBA 3.0, 15.3.4):
//
//     reference = 0 | 0xffffffff offset | value    offset: negative, from itself back to the value's tag
//     value     = tag [url] [type] state           tag: 0x7fffff00, +1: url, +2: one type, +6: a list,
//                                                  +8: chunks
//     type      = id | count id…                   id: string, or 0xffffffff offset back to an earlier one
//     state     = members | (size members)… end    end: minus the value's depth; ends all that are deeper
//
// A value travels in chunks if it can be truncated, or if the value that it is in does. References that are
// no new value stand inside of chunks (outside they are understood, too), where a reader that drops the rest
// of a value passes over them. Chunks end between items: of basic types, strings, and sequences of octets;
// the gap before a tag or an end is the chunk's. Once's own end where a value begins, and at the end of the
// state.
//
// In XDR, whose RFC has no such thing:
//
//     reference = 0 | 1 back | 2 id state | 3 count id… size state
//
// where `back` is the distance, in octets, from the reference to that which has the value; 2 is a value of
// the type `id`, empty if it is the declared one; 3 one that can be truncated, to any of the types, the
// closest first, and `size` the octets of its state.
//
// Whoever makes a cycle of shared_ptrs also breaks it: what a cycle holds is never freed before. That is true
// of cycles that are received, too; those of a message that turns out to be bad are broken here.
#pragma once

#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <once/codec/cdr.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

namespace once {

class ValueType;

/// How deep values may stand in each other in a message, where something else is between them, a sequence, a
/// structure, a union; boxes always count. A value that is itself a member of another's state is followed in
/// a loop, so that lists may have any length. Errc::limit_exceeded beyond it, in both directions.
inline constexpr std::uint32_t kValueDepthMax = 1'000;

/// What all value types are derived from.
class ValueBase {
 public:
  ValueBase() = default;
  ValueBase(const ValueBase&) {}
  // Nothing is assigned. NOLINTNEXTLINE(bugprone-unhandled-self-assignment)
  ValueBase& operator=(const ValueBase&) { return *this; }
  virtual ~ValueBase() = default;

  /// The type by whose state the value travels.
  virtual const ValueType& once_value_type() const = 0;

 private:
  friend struct ReleaseValue;
  ValueBase* next_ = nullptr;  // while it waits for its end
};

/// Ends values one after the other, however long the chain in which one held the other: never recursive.
struct ReleaseValue {
  void operator()(ValueBase* value) const;
};

/// std::make_shared for value types, for chains of any length.
template <std::derived_from<ValueBase> T, class... Arguments>
std::shared_ptr<T> make_value(Arguments&&... arguments) {
  return std::shared_ptr<T>{new T(std::forward<Arguments>(arguments)...), ReleaseValue{}};
}

/// A reference to a value, on its way to be encoded.
struct ValueLink {
  const ValueBase* value = nullptr;
  const ValueType* formal = nullptr;  // what its declaration says; nullptr if that is an abstract type
  bool follows = false;               // false: there is none
};
/// The place of a reference that is to be decoded.
struct ValuePlace {
  void* reference = nullptr;
  const ValueType* formal = nullptr;
  /// False if the value has not the reference's type. nullptr: there is no reference.
  bool (*put)(void* reference, const std::shared_ptr<ValueBase>& value) = nullptr;
};

/// How values without operations are made, where no factory of the program's is set.
template <std::derived_from<ValueBase> T>
std::shared_ptr<ValueBase> make_plain_value() {
  return make_value<T>();
}

/// A concrete value type. Generated code has one for each, T::kValueType.
class ValueType {
 public:
  using Make = std::shared_ptr<ValueBase> (*)();
  /// How the state is encoded and decoded: in parts, counted from 0, of which all but the last return the
  /// reference behind them. Those without a coder are nullptr. And how large a value is in memory.
  struct Coders {
    std::size_t size = 0;
    ValueLink (*encode_cdr)(Cdr::Encoder&, const ValueBase&, std::size_t part) = nullptr;
    ValueLink (*encode_xdr)(XdrEncoder&, const ValueBase&, std::size_t part) = nullptr;
    ValuePlace (*decode_little)(CdrDecoder<std::endian::little>&, ValueBase&, std::size_t part) = nullptr;
    ValuePlace (*decode_big)(CdrDecoder<std::endian::big>&, ValueBase&, std::size_t part) = nullptr;
    ValuePlace (*decode_xdr)(XdrDecoder&, ValueBase&, std::size_t part) = nullptr;
  };

  /// `base`: the concrete base to which the type can be truncated, or nullptr. `factory` is nullptr for types
  /// with operations, until set_value_factory().
  constexpr ValueType(std::string_view id, const ValueType* base, Make factory, Coders coders)
      : id_(id), base_(base), make_(factory), coders_(coders) {}

  std::string_view id() const { return id_; }
  const ValueType* truncatable_to() const { return base_; }
  const Coders& coders() const { return coders_; }
  /// A new value; nullptr if there is no factory.
  std::shared_ptr<ValueBase> make() const {
    const Make factory = make_.load(std::memory_order_acquire);
    return factory != nullptr ? factory() : nullptr;
  }
  void set_make(Make factory) { make_.store(factory, std::memory_order_release); }

 private:
  std::string_view id_;
  const ValueType* base_;
  std::atomic<Make> make_;
  Coders coders_;
};

/// While it lives, references to bases of these types, and to ValueBase, can receive values of the types.
/// Generated code has one for each IDL file.
class RegisteredValueTypes {
 public:
  explicit RegisteredValueTypes(std::initializer_list<const ValueType*> types);
  RegisteredValueTypes(const RegisteredValueTypes&) = delete;
  RegisteredValueTypes& operator=(const RegisteredValueTypes&) = delete;
  ~RegisteredValueTypes();

 private:
  std::vector<const ValueType*> types_;
};

/// From now on values of type T are made by `make`, which returns a T or what is derived from it.
template <std::derived_from<ValueBase> T>
void set_value_factory(ValueType::Make make) {
  T::kValueType.set_make(make);
}

namespace detail {

/// What T's declaration says values are; nullptr if that is an abstract type.
template <class T>
constexpr const ValueType* formal_type() {
  if constexpr (requires { T::kValueType; }) {
    return &T::kValueType;
  } else {
    return nullptr;
  }
}

/// A value that has been read, or is being read. Boxes have no ValueType, but the id of their declaration.
struct AnyValue {
  std::shared_ptr<ValueBase> value;
  std::shared_ptr<void> box;
  std::string_view box_id;
  void (*empty_box)(void*) = nullptr;
};

template <class E>
struct BoxWriter {
  void (*encode)(E&, const void*);
};
template <class D>
struct BoxReader {
  std::string_view id;
  std::size_t size;  // of what make() makes
  std::shared_ptr<void> (*make)();
  void (*decode)(D&, void*);
  void (*empty)(void*);
};

/// A ValuePlace's `put`.
template <class T>
bool put_value(void* reference, const std::shared_ptr<ValueBase>& value) {
  auto& place = *static_cast<std::shared_ptr<T>*>(reference);
  place = std::dynamic_pointer_cast<T>(value);
  return (place == nullptr) == (value == nullptr);
}

template <class E>
void encode_value(E& encoder, ValueLink link);
template <class E>
void encode_box(E& encoder, const void* box, std::string_view id, BoxWriter<E> writer);
template <class D>
void decode_value(D& decoder, ValuePlace place);
template <class D>
std::shared_ptr<void> decode_box(D& decoder, const BoxReader<D>& reader);

template <class E, class T>
ValueLink encode_state_of(E& encoder, const ValueBase& value, std::size_t part) {
  return encode_state(encoder, dynamic_cast<const T&>(value), part);
}
template <class D, class T>
ValuePlace decode_state_of(D& decoder, ValueBase& value, std::size_t part) {
  if (T* const state = dynamic_cast<T*>(&value)) return decode_state(decoder, *state, part);
  decoder.fail(Errc::invalid_value);  // a factory of the user's has made something else
  return {};
}

}  // namespace detail

/// The coders of T's state for these codecs, from encode_state(encoder, value, part) and
/// decode_state(decoder, value, part), which are found beside T.
template <class T, class... Codecs>
constexpr ValueType::Coders value_coders() {
  ValueType::Coders coders;
  coders.size = sizeof(T);
  if constexpr (OneOf<Cdr, Codecs...>) {
    coders.encode_cdr = detail::encode_state_of<Cdr::Encoder, T>;
    coders.decode_little = detail::decode_state_of<CdrDecoder<std::endian::little>, T>;
    coders.decode_big = detail::decode_state_of<CdrDecoder<std::endian::big>, T>;
  }
  if constexpr (OneOf<Xdr, Codecs...>) {
    coders.encode_xdr = detail::encode_state_of<XdrEncoder, T>;
    coders.decode_xdr = detail::decode_state_of<XdrDecoder, T>;
  }
  return coders;
}

template <class Coder, class T>
inline constexpr std::size_t kOctetsMin<Coder, std::shared_ptr<T>> = 4;

template <std::derived_from<ValueBase> T>
ValueLink link_of(const std::shared_ptr<T>& reference) {
  return {reference.get(), detail::formal_type<T>(), true};
}
template <std::derived_from<ValueBase> T>
ValuePlace place_of(std::shared_ptr<T>& reference) {
  return {&reference, detail::formal_type<T>(), detail::put_value<T>};
}

/// `valuetype X T;`: a T that may be missing, and may be shared.
template <class T>
using ValueBox = std::shared_ptr<T>;

/// A box that was declared with the repository id `id`, whose content F encodes: a function object that is
/// called with the encoder and the content. Boxes of other declarations are other values, even if they hold
/// the same object: they may have other bounds.
template <EncoderType E, class T, class F>
void encode_box(E& encoder, const std::shared_ptr<T>& box, std::string_view id, F) {
  detail::encode_box<E>(encoder, box.get(), id,
                        {[](E& e, const void* content) { F{}(e, *static_cast<const T*>(content)); }});
}
/// `id` must stay until the decoder ends.
template <DecoderType D, class T, class F>
void decode_box(D& decoder, std::shared_ptr<T>& box, std::string_view id, F) {
  const detail::BoxReader<D> reader = {id, sizeof(T),
                                       []() -> std::shared_ptr<void> { return std::make_shared<T>(); },
                                       [](D& d, void* content) { F{}(d, *static_cast<T*>(content)); },
                                       [](void* content) { *static_cast<T*>(content) = T{}; }};
  box = std::static_pointer_cast<T>(detail::decode_box(decoder, reader));
}

/// A reference to a value.
template <EncoderType E, std::derived_from<ValueBase> T>
void encode(E& encoder, const std::shared_ptr<T>& reference) {
  detail::encode_value(encoder, link_of(reference));
}
template <DecoderType D, std::derived_from<ValueBase> T>
void decode(D& decoder, std::shared_ptr<T>& reference) {
  reference.reset();
  detail::decode_value(decoder, place_of(reference));
}

}  // namespace once
