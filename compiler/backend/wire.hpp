// What follows for the wire from the types of the model: how large values can get, which types can contain
// themselves, and the fingerprint by which client and server find out that their interfaces differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace oncec::backend {

/// True if a value of the declared type can hold another one, however indirectly.
bool contains_itself(const model::Declaration& declaration);

/// True for a struct whose values take no octets at all: it has no members, or only such.
bool takes_no_octets(const model::Declaration& declaration);

/// The most octets that a reply of the operation can have as its body, in XDR or CDR wherever its values
/// stand; none if the types set no bound. Counts results, and each exception with its repository id.
std::optional<std::uint64_t> reply_bound(const model::Operation& operation);

/// The types that travel, written so that two operations with the same text understand each other in XDR and
/// CDR. Names of types and members are not part of it, neither are typedefs:
///
///     signature  (arguments) > (results) { ! "repository id" (members) }
///     type       b o c i8 i16 i32 i64 u16 u32 u64 f32 f64 f128     octet and uint8 are o
///                s<bound>  [type<bound>]  type*dimension           bounds only where there are some; *2*3 is
///                                                                  an array of 2 arrays of 3
///                e(value, …)  {type, …}  r                         enum, struct (its base's members first),
///                                                                  object reference
///                u(type){label, …: type; …}                        union; "default" is a label; an arm
///                without
///                                                                  data has nothing after the colon
///                ?type                                             optional
///                #n                                                the n-th enum, struct or union of the
///                text,
///                                                                  from 0, written out where it came first
std::string signature(const model::Operation& operation);

/// FNV-1a, 32 bits, of the signature.
std::uint32_t fingerprint(const model::Operation& operation);

}  // namespace oncec::backend
