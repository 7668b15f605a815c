// How differences are told.
#include "compare/report.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace oncec::compare {
namespace {

std::vector<std::string_view> broken(const Effects& effects) {
  std::vector<std::string_view> names;
  if (effects.xdr_cdr) names.insert(names.end(), {"xdr", "cdr"});
  if (effects.protobuf) names.emplace_back("protobuf");
  if (effects.source) names.emplace_back("source");
  if (effects.semantics) names.emplace_back("semantics");
  return names;
}

void print_place(std::ostream& out, const SourceRange& range) {
  const SourceFile::LineColumn place = range.file->line_column(range.begin);
  out << range.file->name() << ':' << place.line << ':' << place.column << ": ";
}

nlohmann::ordered_json place(const SourceRange& range) {
  if (range.file == nullptr) return nullptr;
  const SourceFile::LineColumn place = range.file->line_column(range.begin);
  return {{"file", range.file->name()}, {"line", place.line}, {"column", place.column}};
}

/// Without the marks that the documentation has around names.
std::string plain(Fate fate) {
  std::string text{text_of(fate)};
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  return text;
}

std::size_t count_breaking(const std::vector<Difference>& differences) {
  return static_cast<std::size_t>(std::count_if(differences.begin(), differences.end(),
                                                [](const Difference& each) { return each.effects.any(); }));
}

}  // namespace

void print(std::ostream& out, const std::vector<Difference>& differences) {
  for (const Difference& difference : differences) {
    const RuleInfo& rule = info(difference.rule);
    const bool is_gone = difference.after.file == nullptr;
    print_place(out, is_gone ? difference.before : difference.after);
    out << (difference.effects.any() ? "breaking" : "compatible");
    std::string_view separator = " (";
    for (const std::string_view each : broken(difference.effects)) {
      out << separator << each;
      separator = ", ";
    }
    if (difference.effects.any()) out << ')';
    out << ": " << difference.text << " [" << rule.name << "]\n";
    if (!is_gone && difference.before.file != nullptr) {
      print_place(out, difference.before);
      out << "note: in the old version\n";
    }
    out << "    " << rule.means << "; an old client's call of a new server: " << plain(rule.old_client)
        << "; a new client's of an old one: " << plain(rule.new_client) << '\n';
    if (!rule.advice.empty()) out << "    to do: " << rule.advice << '\n';
  }
  const std::size_t breaking = count_breaking(differences);
  out << breaking << " breaking, " << differences.size() - breaking << " compatible\n";
}

void print_json(std::ostream& out, const std::vector<Difference>& differences) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Difference& difference : differences) {
    const RuleInfo& rule = info(difference.rule);
    list.push_back({{"rule", rule.name},
                    {"breaking", difference.effects.any()},
                    {"breaks", broken(difference.effects)},
                    {"message", difference.text},
                    {"before", place(difference.before)},
                    {"after", place(difference.after)},
                    {"old_client", plain(rule.old_client)},
                    {"new_client", plain(rule.new_client)},
                    {"means", rule.means},
                    {"advice", rule.advice}});
  }
  const std::size_t breaking = count_breaking(differences);
  const nlohmann::ordered_json report{{"breaking", breaking},
                                      {"compatible", differences.size() - breaking},
                                      {"differences", std::move(list)}};
  out << report.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace oncec::compare
