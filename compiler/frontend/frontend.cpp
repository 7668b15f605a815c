// Built-in annotations first, then the file.
#include "frontend/frontend.hpp"

#include <utility>

#include "frontend/builder.hpp"
#include "frontend/built_in_files.hpp"
#include "frontend/syntax.hpp"

namespace oncec::frontend {

namespace {

AnnotationRegistry built_in_annotations(model::Model& model) {
  AnnotationRegistry registry;
  Diagnostics diagnostics;
  Reporter reporter(diagnostics);
  for (const BuiltInFile& built_in : built_in_files()) {
    const SourceFile file{std::string(built_in.name), std::string(built_in.text)};
    const SourceText source{file};
    const Syntax syntax(source, reporter);
    Builder(syntax, reporter, model, registry).build_annotations();
  }
  return registry;
}

}  // namespace

std::unique_ptr<model::Model> read_omg_idl(std::string name, std::string text, Diagnostics& diagnostics,
                                           const Options& options) {
  auto model = std::make_unique<model::Model>();
  model->files.push_back(std::make_unique<SourceFile>(std::move(name), std::move(text)));
  read_omg_idl(SourceText{*model->files.front()}, *model, diagnostics, options);
  return model;
}

void read_omg_idl(const SourceText& source, model::Model& model, Diagnostics& diagnostics,
                  const Options& options) {
  AnnotationRegistry registry = built_in_annotations(model);
  Reporter reporter(diagnostics, options.relaxed);
  const Syntax syntax(source, reporter);
  Builder(syntax, reporter, model, registry).build();
  diagnostics.sort();
}

}  // namespace oncec::frontend
