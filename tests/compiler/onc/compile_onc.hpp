// What the tests of this front end share: text in, model and messages out.
#pragma once

#include <string>
#include <utility>

#include "../frontend/compile.hpp"
#include "frontend/onc/onc_rpc.hpp"

namespace oncec {

inline Compiled compile_onc(std::string text, const frontend::OncOptions& options = {}) {
  Compiled out;
  out.model = frontend::read_onc_rpc("test.x", std::move(text), out.diagnostics, options);
  return out;
}

/// Compiles text that must be right.
inline Compiled compile_right_onc(std::string text, const frontend::OncOptions& options = {}) {
  Compiled out = compile_onc(std::move(text), options);
  EXPECT_TRUE(out.diagnostics.all().empty()) << out.printed();
  return out;
}

}  // namespace oncec
