// The template language of the generators.
#include "backend/printer.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace oncec::backend {
namespace {

[[noreturn]] void give_up(std::string_view problem, std::string_view name) {
  std::fprintf(stderr, "oncec: in a template of the generator: %.*s '%.*s'\n",
               static_cast<int>(problem.size()), problem.data(), static_cast<int>(name.size()), name.data());
  std::abort();
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

std::size_t indentation_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The lines of a template without what the raw string adds around them.
std::vector<std::string_view> template_lines(std::string_view text) {
  std::vector<std::string_view> lines = split_lines(text);
  if (lines.size() > 1 && lines.front().empty()) lines.erase(lines.begin());
  if (lines.size() > 1 && indentation_of(lines.back()) == lines.back().size()) lines.pop_back();
  std::size_t common = std::string_view::npos;
  for (const std::string_view line : lines) {
    if (indentation_of(line) != line.size()) common = std::min(common, indentation_of(line));
  }
  for (std::string_view& line : lines) line.remove_prefix(std::min(common, line.size()));
  return lines;
}

const Printer::Substitution& find(std::string_view name,
                                  std::initializer_list<Printer::Substitution> substitutions,
                                  unsigned& used) {
  const auto* const found = std::find_if(substitutions.begin(), substitutions.end(),
                                         [&](const auto& candidate) { return candidate.name == name; });
  if (found == substitutions.end()) give_up("no value for", name);
  used |= 1u << (found - substitutions.begin());
  return *found;
}

}  // namespace

void Printer::emit(std::string_view text, std::initializer_list<Substitution> substitutions) {
  unsigned used = 0;
  for (const std::string_view line : template_lines(text)) emit_line(line, substitutions, used);
  for (const Substitution& substitution : substitutions) {
    if ((used & 1u << (&substitution - substitutions.begin())) == 0)
      give_up("nothing uses", substitution.name);
  }
}

void Printer::emit_line(std::string_view line, std::initializer_list<Substitution> substitutions,
                        unsigned& used) {
  const std::size_t own_indentation = indentation_of(line);
  if (own_indentation == line.size()) {
    blank_line();
    return;
  }
  std::string result(own_indentation, ' ');
  bool only_strings = true;  // the line holds nothing but names
  for (std::string_view rest = line.substr(own_indentation); !rest.empty();) {
    const std::size_t dollar = rest.find('$');
    result.append(rest.substr(0, dollar));
    if (dollar != 0) only_strings = false;
    if (dollar == std::string_view::npos) break;
    const std::size_t end = rest.find('$', dollar + 1);
    if (end == std::string_view::npos) give_up("no end of", rest.substr(dollar));
    const std::string_view name = rest.substr(dollar + 1, end - dollar - 1);
    rest.remove_prefix(end + 1);
    if (name.empty()) {
      result.push_back('$');
      only_strings = false;
      continue;
    }
    const Substitution& substitution = find(name, substitutions, used);
    if (const auto* const block = std::get_if<Block>(&substitution.value)) {
      if (result.size() != own_indentation || !rest.empty()) give_up("not alone on its line:", name);
      indentation_ += own_indentation;
      (*block)();
      indentation_ -= own_indentation;
      return;
    }
    result.append(std::get<std::string>(substitution.value));
  }
  if (only_strings && result.size() == own_indentation) return;  // they were all empty
  bool first = true;
  for (const std::string_view part : split_lines(result)) {
    if (first || part.empty()) {
      write_line(part);
    } else {
      write_line(std::string(own_indentation, ' ').append(part));
    }
    first = false;
  }
}

void Printer::blank_line() {
  blank_line_due_ = true;
}

void Printer::write_line(std::string_view line) {
  const std::size_t begin = indentation_of(line);
  if (begin == line.size()) {
    blank_line_due_ = true;
    return;
  }
  const bool closes = line[begin] == '}' && !line.substr(begin).starts_with("}  // namespace");
  if (blank_line_due_ && !text_.empty() && !closes && !just_opened_) text_.push_back('\n');
  just_opened_ = line.ends_with('{') && !line.substr(begin).starts_with("namespace");
  blank_line_due_ = false;
  text_.append(indentation_, ' ').append(line).push_back('\n');
}

}  // namespace oncec::backend
