// What is to be known about one step of the model, beside the state that it leads to: the rules by which it went, the
// invariants that it broke, whether it counts for liveness, and, if somebody wants to read it, its story.
#pragma once

#include <string>
#include <utility>

#include "invariants.hpp"
#include "rules.hpp"

namespace once::model {

class Step {
 public:
  explicit Step(bool is_told = false) : is_told_(is_told) {}

  void by(RuleName rule) { rules.set(rule.index); }
  void by(RuleName rule, RuleName second) { by(rule), by(second); }
  void by(RuleName rule, RuleName second, RuleName third) { by(rule), by(second, third); }
  /// `text()` gives the next part of the story; it is called only if there is to be one.
  template <class Text>
  void say(Text&& text) {
    if (is_told_) story += (story.empty() ? "" : "; ") + std::string{std::forward<Text>(text)()};
  }
  void breaks(Invariant invariant) { broken.set(static_cast<std::size_t>(invariant)); }

  Rules rules;
  Invariants broken;
  bool is_fair = false;     // it happens sooner or later, if it can: deliveries, repetitions, servants
  bool may_refuse = false;  // the server accepted a call that it might as well have refused
  std::string story;

 private:
  bool is_told_;
};

}  // namespace once::model
