// "If these tokens came next, how many of them could be read?" A repair is chosen by asking this of each
// candidate, before anything is changed.
#pragma once

#include <cstddef>
#include <vector>

#include <antlr4-runtime.h>

namespace oncec::frontend {

class Lookahead {
 public:
  explicit Lookahead(const antlr4::atn::ATN& atn) : atn_(atn) {}

  /// How many of `types` can be read from `state` on, where `context` is the rule that the state is in, with
  /// all its callers. The end of the file counts as a token.
  std::size_t readable(const antlr4::atn::ATNState* state, const antlr4::RuleContext* context,
                       const std::vector<std::size_t>& types) const;

 private:
  const antlr4::atn::ATN& atn_;
};

}  // namespace oncec::frontend
