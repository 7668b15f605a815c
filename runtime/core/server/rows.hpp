// What a server's durable store keeps, as octets: of each session, and of each exactly-once call that ran
// (docs/protocol.md, "Exactly once"). The store itself need not know what is in them.
#pragma once

#include <cstdint>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>

#include "core/server_core.hpp"

namespace once::core {

/// Octets of the row, to be kept under the session's id. Checksummed, and of a version of its own.
Slice write_row(const SessionRow& row);
/// To be kept under the request's id.
Slice write_row(const OutcomeRow& row);

// Errors: truncated, bad_checksum, bad_version, invalid_value. The ids are the caller's: they are the rows'
// keys.
[[nodiscard]] Errc read_row(const Slice& octets, SessionRow& row);
[[nodiscard]] Errc read_row(const Slice& octets, OutcomeRow& row);

}  // namespace once::core
