// Types and values as IDL would write them, for messages.
#pragma once

#include <string>

#include "model/model.hpp"

namespace oncec::frontend {

/// "unsigned long", "sequence<bank::Cents, 4>".
std::string spelled(const model::Type& type);
/// "-3", "TRUE", "'x'", "bank::Red".
std::string spelled(const model::Value& value);

}  // namespace oncec::frontend
