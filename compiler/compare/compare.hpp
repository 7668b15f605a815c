// Two versions of an interface: what breaks between programs that were built from one and from the other.
#pragma once

#include <vector>

#include "compare/difference.hpp"
#include "model/model.hpp"

namespace oncec::compare {

/// In the order of the new file, and of the old one for what is gone. Both models must be free of errors, and
/// outlive the ranges.
std::vector<Difference> compare(const model::Model& before, const model::Model& after);

}  // namespace oncec::compare
