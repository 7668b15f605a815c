// Stores and an outbox that are wrong on purpose: the harness must find each of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <once/rpc/outbox.hpp>
#include <once/rpc/store.hpp>

#include "kills/watched_store.hpp"

namespace crash {

/// "none" is one of them.
std::vector<std::string> planted_names();

/// Whether it is the bug of registers' servants, or of their users (register_servant.hpp, register_user.hpp).
inline bool reads_stale(const std::string& name) {
  return name == "stale-read";
}
inline bool calls_again(const std::string& name) {
  return name == "call-again";
}

/// The bug of that name around `store`, which must outlive it; nothing for "none". `watch` is told once more that a call
/// has written, where the bug has opened a gap.
///
///     outcome-later   the outcome is committed after the servant's writes, in a transaction of its own
///     answer-early    a call is answered when its servant has run, before anything is committed
std::unique_ptr<once::Store> plant(const std::string& name, once::Store& store,
                                   demo::WatchedStore::Watch watch);

/// The same around `outbox`, of a client that has had `lives` before.
///
///     new-number      a key gets another number in each life
///     tell-early      the server hears of a key that was forgotten before the outbox has that on disk
std::unique_ptr<once::Outbox> plant(const std::string& name, once::Outbox& outbox, std::uint32_t lives);

}  // namespace crash
