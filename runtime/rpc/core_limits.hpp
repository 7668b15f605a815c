// Limits as the protocol cores take them.
#pragma once

#include <once/rpc/environment.hpp>
#include <once/rpc/limits.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragment_limits.hpp"
#include "core/server_core.hpp"

namespace once::detail {

core::ServerLimits server_limits(const Limits& limits);
/// What one of a server's `loops` may use: its share of what is for the whole server, at least one; all of
/// what is for one client, session, connection or call.
Limits share_of(const Limits& limits, std::size_t loops);
/// `loopback`: the peer is on this machine, so that answers are expected sooner.
core::ClientLimits client_limits(const Limits& limits, bool loopback);

core::FragmentLimits fragment_limits(const Limits& limits);

ClientInstance new_instance(RandomSource& random);
Epoch new_epoch(RandomSource& random);
/// Of a fragment layer.
std::uint32_t new_life(RandomSource& random);

}  // namespace once::detail
