// What the parser does about a syntax error. Of the small edits that could make sense of the text (a keyword
// spelt right, a token put in, taken out or changed) the one after which most of what follows can be read is
// made, on the tokens themselves; then parsing goes on as if they had always been so. Where none helps, the
// unit (a definition, a member …) is left out up to its end, braces counted.
//
// One error, one message: whatever shows up at the very place of the last repair is its consequence.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <antlr4-runtime.h>

#include "frontend/messages.hpp"
#include "frontend/recovery.hpp"
#include "frontend/token_buffer.hpp"

namespace oncec::frontend {

/// What the repairs leave behind for those who come later.
struct Damage {
  std::set<std::string> suspects;  // names that stood where something was wrong
  std::vector<std::size_t> lost;   // tokens that were left out
  bool unbalanced = false;         // braces do not match
};

class RepairStrategy final : public Recovery {
 public:
  RepairStrategy(TokenBuffer& tokens, Reporter& reporter, Damage& damage, const antlr4::atn::ATN& atn)
      : Recovery(tokens, atn), tokens_(tokens), reporter_(reporter), damage_(damage) {}

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override;

 private:
  struct Edit {
    enum class Kind : std::uint8_t { Respell, Insert, InsertWithSemicolon, Replace, Delete };
    Kind kind;
    std::size_t index;      // of the token it is about
    std::size_t count = 1;  // of tokens, for Delete
    std::size_t type = 0;   // what the token becomes, or which one is put in
    std::size_t reach = 0;  // how many of the tokens from the error on can be read then
    int cost = 0;           // between equals, the lower one is made
    bool restart = false;   // the unit has to be parsed again
  };

  bool is_unit(std::size_t rule) const override;
  bool repair(const Situation& at) override;
  void leave_out(std::size_t from, std::size_t error) override;
  std::optional<Edit> best_edit(const Situation& at) const;
  void consider(const Situation& at, std::optional<Edit>& best, Edit edit, std::vector<std::size_t> head,
                std::size_t skip) const;
  void consider_deletion(const Situation& at, std::optional<Edit>& best) const;
  bool is_repeated(std::size_t index) const;
  void consider_spelling(const Situation& at, std::optional<Edit>& best) const;
  void consider_from_unit(const Situation& at, std::optional<Edit>& best, Edit edit) const;
  void report(const Situation& at, const Edit& edit);
  void apply(const Edit& edit);
  void report_expected(std::size_t index, const std::string& expected, bool is_missing = false);
  antlr4::misc::IntervalSet expected_behind(antlr4::Parser* parser, std::size_t first,
                                            std::size_t error) const;
  void suspect(std::size_t index);
  bool is_in_enum(std::size_t index) const;
  bool is_consequence(std::size_t index) const;
  bool is_body_loop(const Situation& at) const;

  TokenBuffer& tokens_;
  Reporter& reporter_;
  Damage& damage_;
};

}  // namespace oncec::frontend
