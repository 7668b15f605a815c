// The types that everybody knows first, then those that the caller declares, then the file.
#include "frontend/onc/onc_rpc.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "frontend/onc/built_in_types.hpp"
#include "frontend/onc/declarations.hpp"
#include "frontend/onc/syntax.hpp"

namespace oncec::frontend {

namespace {

/// {"uid_t", "opaque[16]"} is "typedef opaque uid_t[16];".
std::string definition_of(const OncExternal& external) {
  const std::size_t bound = std::min(external.type.find_first_of("[<"), external.type.size());
  return "typedef " + external.type.substr(0, bound) + " " + external.name + external.type.substr(bound) +
         ";\n";
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
