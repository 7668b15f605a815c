// The types that messages of the codecs' fuzzers are values of, by their numbers.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <once/codec/cdr.hpp>
#include <once/codec/xdr.hpp>
#include <once/protobuf/codec.hpp>

#include "graphs.once.hpp"
#include "shapes.once.hpp"
#include "shapes.once.pb.hpp"

namespace once::fuzz {

template <class... T>
struct Roots {
  static constexpr std::size_t kCount = sizeof...(T);
};

using ShapeRoots = Roots<shapes::Everything, shapes::Basics, shapes::Texts, shapes::Lists, shapes::Options,
                         shapes::Maps, shapes::Choices, shapes::Recursive, shapes::References>;
using AllRoots =
    Roots<shapes::Everything, shapes::Basics, shapes::Texts, shapes::Lists, shapes::Options, shapes::Maps,
          shapes::Choices, shapes::Recursive, shapes::References, graphs::Garden, graphs::Anything>;

template <class Codec>
using RootsOf = std::conditional_t<std::same_as<Codec, Protobuf>, ShapeRoots, AllRoots>;

/// False where a value has several encodings: entries of maps come in any order; in CDR a text may have a byte order
/// mark; a graph of values and the description of a type may be written in more than one way.
template <class Codec, class T>
inline constexpr bool kOneEncoding =
    !std::same_as<Codec, Protobuf> &&
    (std::same_as<T, shapes::Lists> || std::same_as<T, shapes::References> ||
     (std::same_as<Codec, Xdr> && (std::same_as<T, shapes::Basics> || std::same_as<T, shapes::Texts> ||
                                   std::same_as<T, shapes::Options> || std::same_as<T, shapes::Choices>)));

/// Breaks the cycles of a graph that has been received, which would never be freed.
template <class T>
struct ValueBreaker {
  explicit ValueBreaker(T&) {}
};
template <>
struct ValueBreaker<graphs::Garden> {
  explicit ValueBreaker(graphs::Garden& root) : garden(root) {}
  ~ValueBreaker();
  ValueBreaker(const ValueBreaker&) = delete;
  ValueBreaker& operator=(const ValueBreaker&) = delete;
  graphs::Garden& garden;
};

}  // namespace once::fuzz
