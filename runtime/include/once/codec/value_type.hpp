// IDL's value types: objects that travel by their state, by reference. Two references to one object arrive as
// two references to one object, cycles included. A reference is a std::shared_ptr, nil an empty one.
//
// In CDR a value is what GIOP 1.2 says (CORBA 3.0, 15.3.4):
//
//     reference = 0 | 0xffffffff offset | value      offset: negative, from itself back to the value's tag
//     value     = tag [url] [type] state             tag: 0x7fffff00, 1: url, 2: one type, 6: a list, 8:
//     chunks type      = id | count id…                     id: string, or 0xffffffff offset back to an
//     earlier one state     = members | (size members)… end      end: minus the value's depth; ends all that
//     are deeper
//
// A value travels in chunks if it can be truncated, or if the value that it is in does. References that are
// no new value stand inside of chunks (outside they are understood, too), where a reader that drops the rest
// of a value passes over them. Chunks end between items: of basic types,
// strings, and sequences of octets.
//
// In XDR, whose RFC has no such thing:
//
//     reference = 0 | 1 back | 2 id state | 3 count id… size state
//
// where `back` is the distance, in octets, from the reference to that which has the value; 2 is a value of
// the type `id`, empty if it is the declared one; 3 one that can be truncated, to any of the types, the
// closest first, and `size` the octets of its state.
//
// Whoever makes a cycle of shared_ptrs also breaks it: what a cycle holds is never freed before.
#pragma once

#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <once/codec/cdr.hpp>
#include <once/codec/coder.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>

namespace once {

class ValueType;

/// How deep values may refer to each other in a message: a list that is not sent from its end takes a level
/// for each node. Errc::limit_exceeded beyond it, in both directions.
inline constexpr std::uint32_t kValueDepthMax = 1'000;

/// What all value types are derived from.
class ValueBase {
 public:
  ValueBase() = default;
  ValueBase(const ValueBase&) {}
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

/// A concrete value type. Generated code has one for each, T::kValueType.
class ValueType {
 public:
  using Make = std::shared_ptr<ValueBase> (*)();
  /// How the state is encoded and decoded; those without a coder are nullptr.
  struct Coders {
    void (*encode_cdr)(Cdr::Encoder&, const ValueBase&) = nullptr;
    void (*encode_xdr)(XdrEncoder&, const ValueBase&) = nullptr;
    void (*decode_little)(CdrDecoder<std::endian::little>&, ValueBase&) = nullptr;
    void (*decode_big)(CdrDecoder<std::endian::big>&, ValueBase&) = nullptr;
    void (*decode_xdr)(XdrDecoder&, ValueBase&) = nullptr;
  };

  /// `base`: the concrete base to which the type can be truncated, or nullptr. `factory` is nullptr for types
  /// with operations, until set_value_factory(). `file`: the types that are declared together, ended by
  /// nullptr.
  constexpr ValueType(std::string_view id, const ValueType* base, Make factory, Coders coders,
                      const ValueType* const* file)
      : id_(id), base_(base), make_(factory), coders_(coders), file_(file) {}

  std::string_view id() const { return id_; }
  const ValueType* truncatable_to() const { return base_; }
  const Coders& coders() const { return coders_; }
  const ValueType* const* file() const { return file_; }
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
  const ValueType* const* file_;
};

/// Lets references to any type receive values of type `type`. Needed only for a type that is derived, in
/// another IDL file, from the one that an operation or a member declares. Any thread, any time.
void register_value_type(const ValueType& type);

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

/// A value that has been read, or is being read. Boxes have no ValueType, but the address of what is theirs.
struct AnyValue {
  std::shared_ptr<ValueBase> value;
  std::shared_ptr<void> box;
  const void* box_type = nullptr;
};
template <class T>
inline constexpr char kBoxType = 0;

template <class E>
struct BoxWriter {
  void (*encode)(E&, const void*);
};
template <class D>
struct BoxReader {
  const void* type;
  std::shared_ptr<void> (*make)();
  void (*decode)(D&, void*);
};

template <class E>
void encode_value(E& encoder, const ValueBase* value, const ValueType* formal);
template <class E>
void encode_box(E& encoder, const void* box, const void* type, BoxWriter<E> writer);
template <class D>
std::shared_ptr<ValueBase> decode_value(D& decoder, const ValueType* formal);
template <class D>
std::shared_ptr<void> decode_box(D& decoder, const BoxReader<D>& reader);

template <class E, class T>
void encode_state_of(E& encoder, const ValueBase& value) {
  encode_state(encoder, dynamic_cast<const T&>(value));
}
template <class D, class T>
void decode_state_of(D& decoder, ValueBase& value) {
  // A factory of the user's may make something else.
  if (T* const state = dynamic_cast<T*>(&value)) {
    decode_state(decoder, *state);
  } else {
    decoder.fail(Errc::invalid_value);
  }
}

}  // namespace detail

/// The coders of T's state for these codecs, from encode_state(encoder, value) and decode_state(decoder,
/// value), which are found beside T.
template <class T, class... Codecs>
constexpr ValueType::Coders value_coders() {
  ValueType::Coders coders;
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

/// "nil", or the type's id: what it refers to may refer back.
template <std::derived_from<ValueBase> T>
std::string to_string(const std::shared_ptr<T>& reference) {
  return std::string{reference ? reference->once_value_type().id() : "nil"};
}

/// A reference to a value, or to a box if T is no value type.
template <EncoderType E, class T>
void encode(E& encoder, const std::shared_ptr<T>& reference) {
  if constexpr (std::derived_from<T, ValueBase>) {
    detail::encode_value(encoder, reference.get(), detail::formal_type<T>());
  } else {
    detail::encode_box<E>(encoder, reference.get(), &detail::kBoxType<T>,
                          {[](E& e, const void* box) { encode(e, *static_cast<const T*>(box)); }});
  }
}
template <DecoderType D, class T>
void decode(D& decoder, std::shared_ptr<T>& reference) {
  reference.reset();
  if constexpr (std::derived_from<T, ValueBase>) {
    const std::shared_ptr<ValueBase> value = detail::decode_value(decoder, detail::formal_type<T>());
    reference = std::dynamic_pointer_cast<T>(value);
    if (value && !reference) decoder.fail(Errc::invalid_value);
  } else {
    static constexpr detail::BoxReader<D> kReader = {
        &detail::kBoxType<T>, []() -> std::shared_ptr<void> { return std::make_shared<T>(); },
        [](D& d, void* box) { decode(d, *static_cast<T*>(box)); }};
    reference = std::static_pointer_cast<T>(detail::decode_box(decoder, kReader));
  }
}

}  // namespace once
