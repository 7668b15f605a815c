// How many octets a message takes at most.
#pragma once

#include <cstdint>
#include <optional>

#include "model/model.hpp"

namespace oncec::backend::proto {

/// The most octets that a reply of the operation can have as its body; none if the types set no bound. Counts
/// results, and each exception with its repository id.
std::optional<std::uint64_t> reply_bound(const model::Operation& operation);

}  // namespace oncec::backend::proto
