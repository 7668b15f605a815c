// Addresses as values, and their texts.
#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

#include <once/base/error.hpp>
#include <once/rpc/network.hpp>

namespace once {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Address Address::v4(std::array<std::uint8_t, 4> octets, std::uint16_t port) {
  Address address;
  std::copy(kMapped.begin(), kMapped.end(), address.octets.begin());
  std::copy(octets.begin(), octets.end(), address.octets.begin() + 12);
  address.port = port;
  return address;
}

bool Address::is_v4() const {
  return std::equal(kMapped.begin(), kMapped.end(), octets.begin());
}

bool Address::is_loopback() const {
  if (is_v4()) return octets[12] == 127;
  return octets[15] == 1 &&
         std::all_of(octets.begin(), octets.end() - 1, [](auto octet) { return octet == 0; });
}

bool Address::is_unspecified() const {
  const auto first = octets.begin() + (is_v4() ? 12 : 0);
  return std::all_of(first, octets.end(), [](auto octet) { return octet == 0; });
}

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.is_v4()) {
    ::inet_ntop(AF_INET, address.octets.data() + 12, text, sizeof text);
    return std::string{text} + ":" + std::to_string(address.port);
  }
  ::inet_ntop(AF_INET6, address.octets.data(), text, sizeof text);
  return "[" + std::string{text} + "]:" + std::to_string(address.port);
}

Result<Address> parse_address(std::string_view host, std::uint16_t port) {
  const std::string text{host};
  std::array<std::uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, text.c_str(), v4.data()) == 1) return Address::v4(v4, port);
  Address v6;
  v6.port = port;
  if (::inet_pton(AF_INET6, text.c_str(), v6.octets.data()) == 1) return v6;
  return Unexpected{make_error_code(Errc::unknown_host)};
}

}  // namespace once
