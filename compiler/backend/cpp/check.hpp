// What the C++ generator cannot express, found before anything is written.
#pragma once

#include <vector>

#include "backend/cpp/generator.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

void check(const model::Model& model, std::vector<Problem>& problems);

}  // namespace oncec::backend::cpp
