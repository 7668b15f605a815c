// The form in which every codec sends object references and the ids of user exceptions: its bounds. What an
// object reference is in C++ is <once/rpc/object_ref.hpp>'s matter.
//
//     struct Endpoint { octet transport; string<255> host; unsigned short port; };
//     struct ObjectRef { string<255> interface_id; sequence<Endpoint, 16> endpoints; sequence<octet, 1024>
//     key; };
#pragma once

#include <cstddef>
#include <cstdint>

namespace once::detail {

inline constexpr std::size_t kInterfaceIdMax = 255;
inline constexpr std::size_t kEndpointsMax = 16;
inline constexpr std::size_t kHostMax = 255;
inline constexpr std::size_t kObjectKeyMax = 1024;
/// Of a user exception.
inline constexpr std::size_t kRepositoryIdMax = 1024;

/// The numbers of once::TransportKind.
constexpr bool is_transport(std::uint8_t number) {
  return number == 1 || number == 2;
}

}  // namespace once::detail
