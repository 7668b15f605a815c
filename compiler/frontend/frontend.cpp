// Built-in annotations first, then the file.
#include "frontend/frontend.hpp"

#include <utility>

#include "frontend/builder.hpp"
#include "frontend/built_in_files.hpp"
#include "frontend/syntax.hpp"

namespace oncec::frontend {

namespace {

/// What oncec carries in itself, read once for all files. The model holds the types that the annotations
/// mention.
struct BuiltIn {
  model::Model model;
  AnnotationRegistry registry;

  BuiltIn() {
    Diagnostics diagnostics;
    Reporter reporter(diagnostics);
    for (const BuiltInFile& file : built_in_files()) {
      model.files.push_back(std::make_unique<SourceFile>(std::string(file.name), std::string(file.text)));
      const SourceText source{*model.files.back()};
      const Syntax syntax(source, reporter);
      Builder(syntax, reporter, model, registry).build_annotations();
    }
  }
};

const AnnotationRegistry& built_in_annotations() {
  static const BuiltIn built_in;
  return built_in.registry;
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
  AnnotationRegistry registry = built_in_annotations();
  Reporter reporter(diagnostics, options.relaxed);
  const Syntax syntax(source, reporter);
  Builder(syntax, reporter, model, registry).build();
  diagnostics.sort();
}

}  // namespace oncec::frontend
