// docs/diff.md is the table of rules, row by row.
#include "compare/rules.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace oncec::compare {
namespace {

std::string mark(bool breaks) {
  return breaks ? "breaks" : "–";
}

std::string row_of(const RuleInfo& rule) {
  std::string row = "| `";
  row.append(rule.name).append("` | ").append(mark(rule.effects.xdr_cdr)).append(" | ");
  row.append(mark(rule.effects.protobuf)).append(" | ").append(mark(rule.effects.source)).append(" | ");
  row.append(mark(rule.effects.semantics)).append(" | ").append(text_of(rule.old_client)).append(" | ");
  row.append(text_of(rule.new_client)).append(" | ").append(rule.means).append(" | ");
  return row.append(rule.advice.empty() ? "nothing" : rule.advice).append(" |\n");
}

TEST(Rules, AreDocumentedAsTheyAre) {
  std::ifstream in{ONCE_DIFF_DOC, std::ios::binary};
  const std::string page{std::istreambuf_iterator<char>{in}, {}};
  std::string missing;
  for (const RuleInfo& rule : all_rules()) {
    const std::string row = row_of(rule);
    if (page.find(row) == std::string::npos) missing += row;
  }
  EXPECT_EQ(missing, "") << "rows that docs/diff.md lacks";
}

}  // namespace
}  // namespace oncec::compare
