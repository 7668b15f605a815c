// What every codec shares: its number on the wire, the limits on values, and the C++ types that stand for
// IDL's basic types.
//
//   boolean bool; octet, uint8 std::uint8_t; int8 std::int8_t; char char; wchar char16_t; short .. unsigned
//   long long std::int16_t .. std::uint64_t; float, double; long double once::Float128; string std::string;
//   wstring std::u16string.
#pragma once

#include <cfloat>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace once {

/// How a body is encoded; the number travels in the message header.
enum class CodecId : std::uint8_t { Xdr = 1, Cdr = 2, Protobuf = 3 };

/// IDL's long double, an IEEE 754 binary128 on every machine.
#if defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 Float128;
#else
static_assert(LDBL_MANT_DIG == 113, "this machine has no IEEE binary128");
typedef long double Float128;
#endif

/// "No bound" for strings and sequences: what a 32-bit count can say.
inline constexpr std::size_t kUnbounded = 0xffffffff;

/// How deep values of types that contain themselves may nest, in both directions (class Nesting).
inline constexpr std::uint32_t kDepthMax = 64;

/// How many elements without octets of their own (empty structures) one message may hold: they cost time, and
/// no bound follows from the message's size.
inline constexpr std::size_t kEmptyElementsMax = 65'536;

/// What a message decodes to may take much more memory than the message has octets, where a few octets stand
/// for large elements, values, or what a box holds. All of those together may take this much, and
/// kMemoryPerOctet for each of the message's octets.
inline constexpr std::size_t kMemoryMin = std::size_t{16} << 20U;
inline constexpr std::size_t kMemoryPerOctet = 64;

template <class T, class... Others>
concept OneOf = (std::same_as<T, Others> || ...);

/// The basic types. Enumerations are not among them: they travel through enumeration().
template <class T>
concept Primitive = OneOf<T, bool, char, char16_t, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                          std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double, Float128>;

}  // namespace once
