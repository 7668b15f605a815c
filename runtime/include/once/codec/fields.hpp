// What a program can learn about generated types at run time: names, fields, enumerators. Generated headers
// specialize these templates.
//
//     once::Fields<T>        of a struct, union, exception or bitset T:
//       kName                "shop::Item", as in the IDL
//       visit(value, visitor)  calls visitor(name, field) for each field, a base's first. Of a union: for its
//                            discriminator, "_d", which is const, and for the arm that is set
//     once::Enumerators<E>   of an enum or a bitmask E: kName, and kAll, an array of its enumerators
//
//     once::for_each_field(item, [](std::string_view name, const auto& field) { … });
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

namespace once {

template <class T>
struct Fields;
template <class E>
struct Enumerators;

/// A generated type with fields.
template <class T>
concept HasFields = requires {
  Fields<T>::kName;
};

/// Calls `visitor(name, field)` for each field of `value`. A visitor that takes fields by reference may
/// change them if `value` is not const.
template <class T, class Visitor>
requires HasFields<std::remove_const_t<T>>
void for_each_field(T& value, Visitor&& visitor) {
  Fields<std::remove_const_t<T>>::visit(value, visitor);
}

}  // namespace once
