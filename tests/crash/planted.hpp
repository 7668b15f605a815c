// Stores that are wrong on purpose: the harness must find each of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <once/rpc/store.hpp>

namespace crash {

/// "none" is one of them.
std::vector<std::string> planted_names();

/// The bug of that name around `store`, which must outlive it; nothing for "none".
///
///     outcome-later   the outcome is committed after the servant's writes, in a transaction of its own
///     answer-early    a call is answered when its servant has run, before anything is committed
std::unique_ptr<once::Store> plant(const std::string& name, once::Store& store);

}  // namespace crash
