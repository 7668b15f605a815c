// Places become lines and columns, and everything an object.
#include "driver/json_diagnostics.hpp"

#include <ostream>
#include <string>

#include <nlohmann/json.hpp>

namespace oncec::driver {

namespace {

using Json = nlohmann::ordered_json;

Json place(const SourceRange& range) {
  const SourceFile::LineColumn begin = range.file->line_column(range.begin);
  const SourceFile::LineColumn end = range.file->line_column(range.end);
  return {{"file", range.file->name()},
          {"line", begin.line},
          {"column", begin.column},
          {"end", {{"line", end.line}, {"column", end.column}}}};
}

}  // namespace

void print_json(std::ostream& out, const Diagnostics& diagnostics, std::size_t errors_max) {
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    const bool is_error = diagnostic.severity == Severity::Error;
    if (is_error && errors_max != 0 && errors == errors_max) return;
    if (is_error) ++errors;
    Json object = place(diagnostic.range);
    object["severity"] = is_error ? "error" : "warning";
    if (!diagnostic.name.empty()) object["name"] = diagnostic.name;
    object["message"] = diagnostic.text;
    object["notes"] = Json::array();
    for (const Diagnostic::Note& note : diagnostic.notes) {
      Json noted = place(note.range);
      noted["message"] = note.text;
      object["notes"].push_back(std::move(noted));
    }
    // A file's name may be no UTF-8.
    out << object.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
  }
}

}  // namespace oncec::driver
