// A build step: fails when a parser rule of a grammar can match the empty string. ANTLR's runtime 4.9
// forgets, behind two calls of such a rule in a row, what may follow, and rejects valid input.
#include <iostream>
#include <set>
#include <vector>

#include <antlr4-runtime.h>

#include "OmgIdlLexer.h"
#include "OmgIdlParser.h"
#include "OncRpcLexer.h"
#include "OncRpcParser.h"

namespace {

using antlr4::atn::ATN;
using antlr4::atn::ATNState;
using antlr4::atn::RuleTransition;
using antlr4::atn::Transition;

/// Whether the rule's end is reached without a token, given the rules that are known to be nullable.
bool reaches_end(const ATN& atn, std::size_t rule, const std::vector<bool>& nullable) {
  std::vector<const ATNState*> open{atn.ruleToStartState[rule]};
  std::set<const ATNState*> seen;
  while (!open.empty()) {
    const ATNState* state = open.back();
    open.pop_back();
    if (state == atn.ruleToStopState[rule]) return true;
    if (!seen.insert(state).second) continue;
    for (const Transition* transition : state->transitions) {
      if (transition->getSerializationType() == Transition::RULE) {
        const auto* call = static_cast<const RuleTransition*>(transition);
        if (nullable[call->target->ruleIndex]) open.push_back(call->followState);
      } else if (transition->isEpsilon()) {
        open.push_back(transition->target);
      }
    }
  }
  return false;
}

/// Names the rules that match nothing. True if there are none.
template <typename Lexer, typename Parser>
bool check(const char* file) {
  antlr4::ANTLRInputStream text("");
  Lexer lexer(&text);
  antlr4::CommonTokenStream tokens(&lexer);
  Parser parser(&tokens);
  const ATN& atn = parser.getATN();

  std::vector<bool> nullable(atn.ruleToStartState.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t rule = 0; rule < nullable.size(); ++rule) {
      if (!nullable[rule] && reaches_end(atn, rule, nullable)) nullable[rule] = changed = true;
    }
  }

  bool all_right = true;
  for (std::size_t rule = 0; rule < nullable.size(); ++rule) {
    if (!nullable[rule]) continue;
    std::cerr << file << ": error: rule '" << parser.getRuleNames()[rule]
              << "' can match the empty string; write '?' or '*' where it is called\n";
    all_right = false;
  }
  return all_right;
}

}  // namespace

int main() {
  using namespace oncec::grammar;
  const bool omg = check<OmgIdlLexer, OmgIdlParser>("idl/OmgIdl.g4");
  const bool onc = check<OncRpcLexer, OncRpcParser>("idl/OncRpc.g4");
  return omg && onc ? 0 : 1;
}
