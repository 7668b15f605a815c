// What follows for the wire from the types of the model: how large values can get, which types can contain
// themselves, and the fingerprint by which client and server find out that their interfaces differ.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace oncec::backend {

/// True if a value of the declared type can hold another one, however indirectly.
bool contains_itself(const model::Declaration& declaration);

/// True if an optional of the type is to be on the heap: the type, or what it is an array of, contains
/// itself.
bool recurs(const model::Type& type);

/// The member by which a struct is a node of a list: the last one that is an optional of the struct's own
/// type. nullptr if there is none.
const model::Member* link_of(const model::Declaration& declaration);

/// True if a value of the declared type can hold an object reference.
bool holds_references(const model::Declaration& declaration);

/// True if it can hold a value of a value type, or a box.
bool holds_values(const model::Declaration& declaration);
/// True if `which` is true of the type, or of one that it is made of.
bool holds(const model::Declaration& declaration,
           const std::function<bool(const model::Declaration&)>& which);

/// What becomes of the memory of an object that is decoded into a second time.
enum class Reuse : std::uint8_t {
  None,    // it has no memory of its own
  Keeps,   // strings or sequences, which keep theirs
  Refuses  // it holds what others may share or watch, or what is made anew anyway
};
Reuse reuse_of(const model::Type& type);

/// The size of the unsigned integer that holds so many bits: 8, 16, 32 or 64.
std::uint32_t integer_bits(std::uint32_t bits);
/// Of a bitset's base, and its base's, and its own.
std::vector<const model::BitField*> all_fields(const model::Bitset& bitset);

/// True for a struct whose values take no octets at all: it has no members, or only such.
bool takes_no_octets(const model::Declaration& declaration);

/// The most octets that a reply of the operation can have as its body, in XDR or CDR wherever its values
/// stand; none if the types set no bound. Counts results, and each exception with its repository id.
std::optional<std::uint64_t> reply_bound(const model::Operation& operation);

/// The types that travel, written so that two operations with the same text understand each other in XDR and
/// CDR. Names of types and members are not part of it, neither are typedefs:
///
///     signature  (arguments) > (results) { ! "repository id" (members) }
///     type       b o c w i8 i16 i32 i64 u16 u32 u64 f32 f64 f128   octet and uint8 are o
///                s<bound>  ws<bound>  [type<bound>]                bounds only where there are some
///                m(type,type)<bound>  type*dimension               map; *2*3 is an array of 2 arrays of 3
///                d5.2                                              fixed with 5 digits, 2 behind the point
///                e(value, …)  {type, …}  r                         enum, struct (its base's members first),
///                                                                  object reference
///                x8(position, …)  y8(bits@position:type, …)        bitmask and its flags, bitset and its
///                                                                  fields, in an integer of 8, 16, 32 or 64
///                                                                  bits
///                u(type){label, …: type; …}                        union; "default" is a label; an arm
///                                                                  without data has nothing after the colon
///                ?type                                             optional
///                v{type, …}  v(type)  valuebase                    value type and its state, box
///                #n                                                the n-th of those with a name (from enum
///                                                                  on) in the text, from 0, written out
///                                                                  where it came first
std::string signature(const model::Operation& operation);

/// FNV-1a, 32 bits, of the signature.
std::uint32_t fingerprint(const model::Operation& operation);

}  // namespace oncec::backend
