// One difference between two versions, and the list that they are collected in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compare/rules.hpp"
#include "support/source.hpp"

namespace oncec::compare {

struct Difference {
  Rule rule = Rule::DeclarationAdded;
  Effects effects;
  SourceRange before;  // in the old file; nowhere for what is new
  SourceRange after;   // in the new file; nowhere for what is gone
  std::string text;
};

class Differences {
 public:
  /// With the rule's own effects, which the caller may correct. The reference lives until the next call.
  Difference& add(Rule rule, SourceRange before, SourceRange after, std::string text) {
    return all_.emplace_back(Difference{rule, info(rule).effects, before, after, std::move(text)});
  }
  /// For those of the rule from index `from` on.
  void make_compatible(Rule rule, std::size_t from) {
    for (std::size_t i = from; i < all_.size(); ++i) {
      if (all_[i].rule == rule) all_[i].effects = {};
    }
  }
  std::size_t count() const { return all_.size(); }
  std::vector<Difference> take() && { return std::move(all_); }

 private:
  std::vector<Difference> all_;
};

inline std::string quoted(const std::string& name) {
  return "'" + name + "'";
}

}  // namespace oncec::compare
