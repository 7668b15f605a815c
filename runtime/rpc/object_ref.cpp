// Endpoints and object references as text.
//
//   endpoint   := ("udp" | "tcp") "://" authority
//   reference  := "once://" authority "/" key ["?" parameter *("&" parameter)]
//   authority  := (name | IPv4 | "[" IPv6 "]") ":" port
//   parameter  := "transport=" ("udp" | "tcp") | "also=" endpoint | "interface=" id
//
// Key and interface are percent-encoded. A reference without endpoints has no authority: "once:///key".
#include <charconv>

#include <once/base/error.hpp>
#include <once/codec/print.hpp>
#include <once/rpc/object_ref.hpp>

namespace once {
namespace {

Unexpected<std::error_code> bad_reference() {
  return {make_error_code(Errc::bad_reference)};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~/:,;=@!$'()*"}.find(c) != std::string_view::npos;
}

void append_encoded(std::string& text, std::string_view octets) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : octets) {
    if (is_plain(c)) {
      text += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      text += '%';
      text += kHex[octet >> 4];
      text += kHex[octet & 15];
    }
  }
}

Result<std::string> decoded(std::string_view text) {
  std::string octets;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      octets += text[i];
      continue;
    }
    unsigned value = 0;
    if (text.size() - i < 3) return bad_reference();
    const char* const end = text.data() + i + 3;
    const auto [stop, error] = std::from_chars(text.data() + i + 1, end, value, 16);
    if (error != std::errc{} || stop != end) return bad_reference();
    octets += static_cast<char>(value);
    i += 2;
  }
  return octets;
}

void append_authority(std::string& text, const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  if (v6) text += '[';
  append_encoded(text, endpoint.host);  // of a reference that a peer sent, anything may stand there
  if (v6) text += ']';
  text += ':';
  text += std::to_string(endpoint.port);
}

bool parse_authority(std::string_view text, Endpoint& endpoint) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc{} || stop != port.data() + port.size()) return false;
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return false;
  } else if (host.find(':') != std::string_view::npos) {
    return false;
  }
  if (host.empty() || host.size() > 255) return false;
  for (const char c : host) {
    if (!is_plain(c) || c == '/') return false;
  }
  endpoint.host = host;
  return true;
}

bool parse_transport(std::string_view text, TransportKind& transport) {
  if (text == "udp") {
    transport = TransportKind::Udp;
  } else if (text == "tcp") {
    transport = TransportKind::Tcp;
  } else {
    return false;
  }
  return true;
}

std::string_view name_of(TransportKind transport) {
  return transport == TransportKind::Udp ? "udp" : "tcp";
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t scheme = text.find("://");
  Endpoint endpoint;
  if (scheme == std::string_view::npos || !parse_transport(text.substr(0, scheme), endpoint.transport) ||
      !parse_authority(text.substr(scheme + 3), endpoint)) {
    return bad_reference();
  }
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  std::string text{name_of(endpoint.transport)};
  text += "://";
  append_authority(text, endpoint);
  return text;
}

std::string detail::shown(const ObjectRef& reference) {
  return shortened(to_string(reference));
}

std::string to_string(const ObjectRef& reference) {
  std::string text = "once://";
  if (!reference.endpoints.empty()) append_authority(text, reference.endpoints.front());
  text += '/';
  append_encoded(text, reference.key);
  char separator = '?';
  const auto parameter = [&](std::string_view name) {
    text += std::exchange(separator, '&');
    text += name;
    text += '=';
  };
  if (!reference.endpoints.empty() && reference.endpoints.front().transport == TransportKind::Udp) {
    parameter("transport");
    text += "udp";
  }
  for (std::size_t i = 1; i < reference.endpoints.size(); ++i) {
    parameter("also");
    text += to_string(reference.endpoints[i]);
  }
  if (!reference.interface_id.empty()) {
    parameter("interface");
    append_encoded(text, reference.interface_id);
  }
  return text;
}

Result<ObjectRef> parse_object_ref(std::string_view text) {
  constexpr std::string_view kScheme = "once://";
  if (!text.starts_with(kScheme)) return bad_reference();
  text.remove_prefix(kScheme.size());
  std::string_view parameters;
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    parameters = text.substr(question + 1);
    text = text.substr(0, question);
  }
  const std::size_t slash = text.find('/');
  const std::string_view authority = text.substr(0, slash);
  ObjectRef reference;
  if (slash != std::string_view::npos) {
    auto key = decoded(text.substr(slash + 1));
    if (!key) return bad_reference();
    reference.key = std::move(*key);
  }
  if (!authority.empty()) {
    Endpoint endpoint;
    if (!parse_authority(authority, endpoint)) return bad_reference();
    reference.endpoints.push_back(std::move(endpoint));
  }
  while (!parameters.empty()) {
    const std::size_t end = parameters.find('&');
    const std::string_view parameter = parameters.substr(0, end);
    parameters = end == std::string_view::npos ? std::string_view{} : parameters.substr(end + 1);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) return bad_reference();
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value = parameter.substr(equals + 1);
    if (name == "transport" && !reference.endpoints.empty()) {
      if (!parse_transport(value, reference.endpoints.front().transport)) return bad_reference();
    } else if (name == "also" && !reference.endpoints.empty()) {
      auto endpoint = parse_endpoint(value);
      if (!endpoint) return bad_reference();
      reference.endpoints.push_back(std::move(*endpoint));
    } else if (name == "interface") {
      auto id = decoded(value);
      if (!id) return bad_reference();
      reference.interface_id = std::move(*id);
    } else {
      return bad_reference();
    }
  }
  return reference;
}

}  // namespace once
