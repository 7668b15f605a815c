// How often an operation may run, in the words of annotations and of procedures' comments.
#pragma once

#include <array>
#include <string_view>

#include "model/model.hpp"

namespace oncec::frontend {

struct SemanticsWord {
  std::string_view name;
  model::Semantics semantics;
};
inline constexpr std::array<SemanticsWord, 4> kSemantics{{{"maybe", model::Semantics::Maybe},
                                                          {"idempotent", model::Semantics::AtLeastOnce},
                                                          {"at_most_once", model::Semantics::AtMostOnce},
                                                          {"exactly_once", model::Semantics::ExactlyOnce}}};

}  // namespace oncec::frontend
