// What the parser does about a syntax error. Of the small edits that could make sense of the text (a keyword
// spelt right, a token put in, taken out or changed) the one after which most of what follows can be read is
// made, on the tokens themselves, and parsing goes on. Where none helps, the unit (a definition, a member …)
// is left out up to its end, braces counted.
//
// One error, one message: whatever shows up at the very place of the last repair is its consequence.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "frontend/onc/token_buffer.hpp"
#include "frontend/recovery.hpp"

namespace oncec::frontend::onc {

/// What the repairs leave behind for those who come later.
struct Damage {
  bool is_damaged = false;
  std::set<std::string> suspects;  // names that stood where something was wrong
};

class RepairStrategy final : public Recovery {
 public:
  RepairStrategy(TokenBuffer& tokens, Reporter& reporter, Damage& damage, const antlr4::atn::ATN& atn)
      : Recovery(tokens, atn), tokens_(tokens), reporter_(reporter), damage_(damage) {}

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override;

 private:
  struct Edit {
    enum class Kind : std::uint8_t { Respell, Insert, Replace, Delete };
    Kind kind;
    std::size_t index;            // of the token it is about
    std::vector<std::size_t> in;  // types of the tokens that are there instead, or are put in
    int cost = 0;                 // between equals, the lower one is made
    bool restart = false;         // the unit has to be parsed again
    std::size_t reach = 0;        // how many of the tokens from the error on can be read then
  };

  bool is_unit(std::size_t rule) const override;
  bool repair(const Situation& at) override;
  void leave_out(std::size_t from, std::size_t error) override;
  bool refuse_expression(const Situation& at);
  bool refuse_named_body(const Situation& at);
  bool close_before_unit(const Situation& at);
  bool drop_brace(const Situation& at);
  std::optional<Edit> best_edit(const Situation& at) const;
  void consider(const Situation& at, std::optional<Edit>& best, Edit edit, std::size_t skip) const;
  void consider_keywords(const Situation& at, std::optional<Edit>& best) const;
  void report(const Situation& at, const Edit& edit);
  void apply(const Edit& edit);
  void report_expected(const Situation& at, const std::string& expected, bool is_missing);
  void suspect(std::size_t index);
  bool is_consequence(std::size_t index) const;

  TokenBuffer& tokens_;
  Reporter& reporter_;
  Damage& damage_;
  bool end_reported_ = false;  // that the file ends too early is said once
};

}  // namespace oncec::frontend::onc
