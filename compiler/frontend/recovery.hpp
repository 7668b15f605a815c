// What the repairs of both languages have in common: when ANTLR's parser asks for one, what is known then,
// which of several edits is better, and how a unit (a definition, a member …) is left, or taken up again.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/lookahead.hpp"
#include "frontend/token_stream.hpp"
#include "support/diagnostics.hpp"

namespace oncec::frontend {

class Recovery : public antlr4::ANTLRErrorStrategy {
 public:
  void reset(antlr4::Parser*) override {}
  void sync(antlr4::Parser* parser) override;
  antlr4::Token* recoverInline(antlr4::Parser* parser) override;
  void recover(antlr4::Parser* parser, std::exception_ptr error) override;
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportMatch(antlr4::Parser*) override {}

 protected:
  struct Situation {
    antlr4::Parser* parser;
    const antlr4::atn::ATNState* state;
    std::size_t error;                  // index of the token that cannot be read
    std::size_t previous;               // of the one before, or the stream's count
    std::vector<std::size_t> upcoming;  // types from the error on, a few
    antlr4::misc::IntervalSet expected;
    antlr4::ParserRuleContext* unit;  // nullptr outside of all
  };

  Recovery(TokenStream& tokens, const antlr4::atn::ATN& atn) : atn_(atn), lookahead_(atn), stream_(tokens) {}

  virtual bool is_unit(std::size_t rule) const = 0;
  /// True if the token at the parser's place can be read now, or has been left out with its unit.
  virtual bool repair(const Situation& at) = 0;
  /// Hides the unit that begins at `from`, to its end behind the error.
  virtual void leave_out(std::size_t from, std::size_t error) = 0;

  Situation situation(antlr4::Parser* parser, const antlr4::atn::ATNState* state) const;
  /// Where the unit begins, now that tokens may have been hidden.
  std::size_t begin_of(antlr4::ParserRuleContext& unit) const;
  void give_up(std::size_t at);
  /// People look where something is missing, not where that shows.
  void note_missing(Diagnostic& report, std::size_t index) const;

  /// Makes `edit` the best if it is: the one after which more can be read, then the cheaper one. Taking out
  /// what somebody wrote must prove itself longer.
  template <typename Edit>
  static void keep_better(const Situation& at, std::optional<Edit>& best, const Edit& edit) {
    const std::size_t least = edit.kind == Edit::Kind::Delete ? 4 : 3;
    const bool is_enough = edit.reach >= least || edit.reach == at.upcoming.size();
    const bool is_better =
        !best || edit.reach > best->reach || (edit.reach == best->reach && edit.cost < best->cost);
    if (is_enough && is_better) best = edit;
  }

  const antlr4::atn::ATN& atn_;
  Lookahead lookahead_;
  const antlr4::Token* last_repair_ = nullptr;  // errors at this token are consequences
  std::optional<std::size_t> restart_;          // take the unit up again here, instead of leaving it out
  std::size_t given_up_at_ = 0;                 // where the unit that is being left could not go on
  bool giving_up_ = false;

 private:
  bool can_go_on(antlr4::Parser* parser, const antlr4::atn::ATNState* state) const;

  TokenStream& stream_;
};

}  // namespace oncec::frontend
