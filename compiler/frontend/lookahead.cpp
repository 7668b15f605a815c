// Runs the grammar's automaton on token types alone: a set of positions, each a state and the stack of states
// to return to.
#include "frontend/lookahead.hpp"

#include <deque>
#include <set>
#include <utility>

namespace oncec::frontend {

namespace {

using antlr4::atn::ATNState;
using antlr4::atn::RuleTransition;
using antlr4::atn::Transition;

struct Frame {
  const ATNState* return_to;
  const Frame* below;
};
using Position = std::pair<const ATNState*, const Frame*>;

class Run {
 public:
  explicit Run(const antlr4::atn::ATN& atn) : atn_(atn) {}

  /// The stack of a rule that is being parsed.
  const Frame* stack_of(const antlr4::RuleContext* context) {
    if (context == nullptr || context->parent == nullptr) return nullptr;
    const Frame* below = stack_of(static_cast<const antlr4::RuleContext*>(context->parent));
    const ATNState* caller = atn_.states[context->invokingState];
    return push(static_cast<const RuleTransition*>(caller->transitions[0])->followState, below);
  }

  void begin(const ATNState* state, const Frame* stack) { enter(state, stack); }

  /// False if no position can read the token.
  bool read(std::size_t type) {
    const std::set<Position> before = std::move(positions_);
    positions_.clear();
    for (const auto& [state, stack] : before) {
      for (const Transition* transition : state->transitions) {
        if (!transition->isEpsilon() && transition->matches(type, 0, atn_.maxTokenType)) {
          enter(transition->target, stack);
        }
      }
    }
    return !positions_.empty();
  }

 private:
  const Frame* push(const ATNState* return_to, const Frame* below) {
    return &frames_.emplace_back(Frame{return_to, below});
  }

  /// Adds the position and all that are reached from it without a token.
  void enter(const ATNState* state, const Frame* stack) {
    if (!positions_.emplace(state, stack).second) return;
    if (state == atn_.ruleToStopState[state->ruleIndex]) {
      if (stack != nullptr) enter(stack->return_to, stack->below);
      return;
    }
    for (const Transition* transition : state->transitions) {
      if (transition->getSerializationType() == Transition::RULE) {
        const auto* call = static_cast<const RuleTransition*>(transition);
        enter(call->target, push(call->followState, stack));
      } else if (transition->isEpsilon()) {
        enter(transition->target, stack);
      }
    }
  }

  const antlr4::atn::ATN& atn_;
  std::deque<Frame> frames_;
  std::set<Position> positions_;
};

}  // namespace

std::size_t Lookahead::readable(const ATNState* state, const antlr4::RuleContext* context,
                                const std::vector<std::size_t>& types) const {
  Run run(atn_);
  run.begin(state, run.stack_of(context));
  std::size_t count = 0;
  while (count < types.size() && run.read(types[count])) ++count;
  return count;
}

}  // namespace oncec::frontend
