// The types that everybody knows first, then those that the caller declares, then the file.
#include "frontend/onc/onc_rpc.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "frontend/onc/built_in_types.hpp"
#include "frontend/onc/declarations.hpp"
#include "frontend/onc/syntax.hpp"

namespace oncec::frontend {

namespace {

/// {"uid_t", "opaque[16]"} is "typedef opaque uid_t[16];", and {"N", "3"} "const N = 3;".
std::string definition_of(const OncExternal& external) {
  const std::string& meaning = external.meaning;
  const bool is_number = meaning.find_first_of("-0123456789") == 0;
  if (is_number) return "const " + external.name + " = " + meaning + ";\n";
  const std::size_t bound = std::min(meaning.find_first_of("[<"), meaning.size());
  return "typedef " + meaning.substr(0, bound) + " " + external.name + meaning.substr(bound) + ";\n";
}

constexpr std::string_view kDefine = "%#define";

/// The next word of a line, which is cut off before it; a word is letters, digits and underscores.
std::string_view next_word(std::string_view& line) {
  constexpr std::string_view kBlank = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  std::size_t length = 0;
  while (length < line.size() &&
         (std::isalnum(static_cast<unsigned char>(line[length])) != 0 || line[length] == '_')) {
    ++length;
  }
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(length);
  return word;
}

/// `%#define NAME 1024` says to the C compiler what a size in the file means: it is a constant here too, with
/// its place, unless the file defines the name itself.
void prepend_defines(SourceText& text, const SourceText& source) {
  const std::string_view all = source.text();
  for (std::size_t at = all.find(kDefine); at != std::string_view::npos; at = all.find(kDefine, at + 1)) {
    if (at > 0 && all[at - 1] != '\n') continue;
    std::string_view line = all.substr(at, std::min(all.find('\n', at), all.size()) - at);
    line.remove_prefix(kDefine.size());
    const std::string_view name = next_word(line);
    if (name.empty() || line.find_first_of(" \t") != 0) continue;  // or a macro with parameters
    const std::string_view value = next_word(line);
    next_word(line);
    const bool is_all = line.empty() || line.front() == '\r' || line.substr(0, 2) == "/*";
    if (value.empty() || !is_all || std::isdigit(static_cast<unsigned char>(value.front())) == 0) continue;
    const auto begin = static_cast<std::uint32_t>(name.data() - all.data());
    const auto end = static_cast<std::uint32_t>(value.data() + value.size() - all.data());
    text.append_made("const " + std::string(name) + " = " + std::string(value) + ";\n",
                     source.range(begin, end), true);
  }
}

/// Puts a file of our own before what is read.
void prepend(SourceText& text, model::Model& model, std::string name, std::string content) {
  model.files.push_back(std::make_unique<SourceFile>(std::move(name), std::move(content)));
  const SourceFile& file = *model.files.back();
  text.append(file.text(), file, 0, true);
}

}  // namespace

void read_onc_rpc(const SourceText& source, model::Model& model, Diagnostics& diagnostics,
                  const OncOptions& options) {
  SourceText all;
  prepend(all, model, "<built-in>", std::string(onc::built_in_types()));
  for (const OncExternal& external : options.externals) {
    prepend(all, model, "--external " + external.name, definition_of(external));
  }
  prepend_defines(all, source);
  const auto begin = static_cast<std::uint32_t>(all.text().size());
  all.append(source);
  Reporter reporter(diagnostics);
  onc::Syntax syntax(all, reporter);
  onc::Declarations(syntax, reporter, model, begin).read();
  diagnostics.sort();
}

std::unique_ptr<model::Model> read_onc_rpc(std::string name, std::string text, Diagnostics& diagnostics,
                                           const OncOptions& options) {
  auto model = std::make_unique<model::Model>();
  model->files.push_back(std::make_unique<SourceFile>(std::move(name), std::move(text)));
  read_onc_rpc(SourceText{*model->files.front()}, *model, diagnostics, options);
  return model;
}

}  // namespace oncec::frontend
