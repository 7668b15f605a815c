// An object reference as data: where the object's server can be reached, the object's key there, and its
// interface. A typed reference, once::Ref<I>, is one of these with the interface known to the compiler.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/result.hpp>

namespace once {

enum class CodecId : std::uint8_t;

enum class TransportKind : std::uint8_t { Udp = 1, Tcp = 2 };

struct Endpoint {
  TransportKind transport = TransportKind::Tcp;
  std::string host;  // a name, an IPv4 or an IPv6 address (without brackets)
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

/// "udp://127.0.0.1:7000", "tcp://[::1]:7000". Errors: Errc::bad_reference.
Result<Endpoint> parse_endpoint(std::string_view text);
std::string to_string(const Endpoint& endpoint);

struct ObjectRef {
  std::string interface_id;  // "IDL:bank/Account:1.0"; empty: not known
  std::vector<Endpoint>
      endpoints;    // in the order of preference; none: reachable only over the connection it came by
  std::string key;  // octets; "" with no endpoints is nil
  bool operator==(const ObjectRef&) const = default;

  bool is_nil() const { return endpoints.empty() && key.empty(); }
};

/// The stringified form and back. One endpoint: "once://host:port/key?transport=udp" (tcp if not said);
/// several: further ones follow as "&also=tcp://host:port"; "&interface=IDL:…" if known. The key is
/// percent-encoded.
std::string to_string(const ObjectRef& reference);
Result<ObjectRef> parse_object_ref(std::string_view text);

namespace detail {
/// For messages to people: the beginning of it, if it is long.
std::string shown(const ObjectRef& reference);
}  // namespace detail

}  // namespace once
