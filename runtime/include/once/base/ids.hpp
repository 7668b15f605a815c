// The identities of the request-reply protocol (docs/protocol.md, "Identities").
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace once {

/// A client program's life: 128 random bits, new at every start.
struct ClientInstance {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const ClientInstance&) const = default;
};

/// A server's life: 64 random bits, new at every start, and with a durable store a counter that only rises (0
/// without one). Both are compared.
struct Epoch {
  std::uint64_t counter = 0;
  std::uint64_t random = 0;
  auto operator<=>(const Epoch&) const = default;
};

/// A client instance bound to a server. Unguessable, never used again; its low 8 bits name the event loop
/// that owns the session. 0 is no session.
using SessionId = std::uint64_t;

/// A call's number in its session; starts at 1, rises by one, is never used again. 0 is no number.
using Sequence = std::uint64_t;

/// The identity of a call.
struct RequestId {
  SessionId session = 0;
  Sequence sequence = 0;
  auto operator<=>(const RequestId&) const = default;
};

}  // namespace once
