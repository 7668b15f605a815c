// What the compiler knows about an operation, as data. Generated code holds one constant of it per operation;
// stubs send by it, the server enforces by it.
#pragma once

#include <cstdint>
#include <string_view>

#include <once/base/error.hpp>

namespace once {

/// What becomes of a running call that nobody waits for any more (@orphan).
enum class OrphanPolicy : std::uint8_t { Continue, Cancel };

struct Operation {
  std::string_view interface_id;  // "IDL:bank/Account:1.0", of the interface that declares it
  std::string_view name;          // "deposit", as in the IDL
  std::uint32_t id = 0;           // @id(n), or a hash of the name
  std::uint32_t fingerprint = 0;  // of the argument, result and exception types; XDR and CDR need it equal
  Semantics semantics = Semantics::AtMostOnce;
  OrphanPolicy orphan = OrphanPolicy::Continue;
  std::uint32_t deadline_ms = 0;  // @deadline_ms; 0: the client's default
  std::uint32_t reply_max =
      0;  // octets of the largest reply body, from the IDL's bounds or @reply_max, else 64 KiB
};

}  // namespace once
