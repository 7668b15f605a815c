// Whether two types of two models are one: as C++ has them, and as they travel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace oncec::compare {

enum class TypeChange : std::uint8_t {
  None,     // the same, but for what the declarations of equally named types report themselves
  Renamed,  // the same octets, another C++ type
  Bound,    // no difference but in bounds
  Other
};

TypeChange compare_types(const model::Type& old_type, const model::Type& new_type);

/// The octets of these types one after the other, as the fingerprint has them.
std::string wire_text(const std::vector<const model::Type*>& types);

}  // namespace oncec::compare
