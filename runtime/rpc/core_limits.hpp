// Limits as the protocol cores take them.
#pragma once

#include <once/rpc/environment.hpp>
#include <once/rpc/limits.hpp>

#include "core/client_core.hpp"
#include "core/server_core.hpp"

namespace once::detail {

core::ServerLimits server_limits(const Limits& limits);
/// `loopback`: the peer is on this machine, so that answers are expected sooner.
core::ClientLimits client_limits(const Limits& limits, bool loopback);

ClientInstance new_instance(RandomSource& random);
Epoch new_epoch(RandomSource& random);

}  // namespace once::detail
