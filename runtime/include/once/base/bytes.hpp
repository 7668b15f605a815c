// Views over octets. IDL's octet, and every byte on a wire, is a std::uint8_t.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace once {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

/// The octets of `text`, for as long as `text`'s storage lives.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The octets of `bytes` as text; whether they are UTF-8 is not looked at.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace once
