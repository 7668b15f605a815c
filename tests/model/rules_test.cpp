// docs/protocol.md and the model name each other's rules: every rule of the sections that the model covers is modelled,
// or listed with the reason why not; and no name in the lists is missing there.
#include "rules.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "configurations.hpp"
#include "mutants.hpp"

namespace once::model {
namespace {

/// The names of rules, by the headings of their sections.
std::map<std::string, std::set<std::string>> rules_of_protocol() {
  const std::regex rule{R"((?:^- |^\| |^)\*\*([A-Z][0-9]+)(?:\*\*|,))"};
  std::ifstream page{ONCE_PROTOCOL_PAGE};
  EXPECT_TRUE(page.is_open()) << ONCE_PROTOCOL_PAGE;
  std::map<std::string, std::set<std::string>> rules;
  std::string section;
  for (std::string line; std::getline(page, line);) {
    std::smatch match;
    if (line.starts_with("## ")) {
      section = line.substr(3);
    } else if (std::regex_search(line, match, rule)) {
      rules[section].insert(match[1]);
    }
  }
  return rules;
}

std::set<std::string> names_in_lists() {
  std::set<std::string> names;
  for (const auto& rule : kModelled) EXPECT_TRUE(names.emplace(rule.name).second) << rule.name << " twice";
  for (const auto& rule : kNotModelled) EXPECT_TRUE(names.emplace(rule.name).second) << rule.name << " twice";
  return names;
}

TEST(ModelRules, AreThoseOfTheSectionsThatTheModelCovers) {
  const auto sections = rules_of_protocol();
  std::set<std::string> in_protocol;
  for (const auto section : kSections) {
    ASSERT_TRUE(sections.contains(std::string{section})) << section;
    in_protocol.insert(sections.at(std::string{section}).begin(), sections.at(std::string{section}).end());
  }
  const std::set<std::string> listed = names_in_lists();
  for (const std::string& name : in_protocol) {
    EXPECT_TRUE(listed.contains(name)) << name << " stands in docs/protocol.md, and in no list of rules.hpp";
  }
  for (const std::string& name : listed) {
    EXPECT_TRUE(in_protocol.contains(name)) << name << " stands in rules.hpp, and not in docs/protocol.md";
  }
}

TEST(ModelRules, MutantsBreakRulesThatTheModelHas) {
  for (const Mutant& mutant : mutants()) {
    EXPECT_NE(find_configuration(mutant.configuration), nullptr) << mutant.name;
    std::istringstream names{std::string{mutant.rule}};
    for (std::string name; names >> name;) {
      const auto is_named = [&](const RuleText& rule) { return rule.name == name; };
      EXPECT_TRUE(std::any_of(kModelled.begin(), kModelled.end(), is_named))
          << mutant.name << " breaks " << name;
    }
  }
}

}  // namespace
}  // namespace once::model
