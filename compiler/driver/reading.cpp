// Preprocessor, front end, and what the user wants to hear of them.
#include "driver/reading.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>

#include "driver/files.hpp"
#include "driver/json_diagnostics.hpp"
#include "frontend/frontend.hpp"
#include "frontend/messages.hpp"
#include "frontend/onc/onc_rpc.hpp"

namespace oncec::driver {

namespace {

namespace fs = std::filesystem;

std::vector<WarningKind> all_warnings() {
  std::vector<WarningKind> all = preprocess::warnings();
  const std::vector<WarningKind> more = frontend::warnings();
  all.insert(all.end(), more.begin(), more.end());
  std::sort(all.begin(), all.end(),
            [](const WarningKind& a, const WarningKind& b) { return a.name < b.name; });
  return all;
}

std::optional<std::string> read_if_there(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status) || fs::is_directory(status)) return std::nullopt;
  return read_text(path);
}

preprocess::Options preprocessing(const std::string& file, const ReadingOptions& options) {
  // The file itself is read here, where it can be said why it cannot be; and once, for it may be a pipe.
  const auto read = [file, text = read_text(file)](const fs::path& path) {
    return path == fs::path(file) ? std::optional(text) : read_if_there(path);
  };
  return {is_onc_rpc(file) ? preprocess::Language::OncRpc : preprocess::Language::OmgIdl,
          options.include_folders, options.defines, options.undefines, read};
}

frontend::OncOptions onc_options(const ReadingOptions& options) {
  frontend::OncOptions out;
  for (const std::string& external : options.externals) {
    const std::size_t equals = external.find('=');
    out.externals.push_back({external.substr(0, equals), external.substr(equals + 1)});
  }
  return out;
}

/// What is in an included file tells where that was included.
void tell_inclusion(const Reading& reading, Diagnostic& diagnostic) {
  const bool is_main = diagnostic.range.file == reading.model->files.front().get();
  const auto place = reading.included_at.find(diagnostic.range.file);
  if (!is_main && place != reading.included_at.end()) diagnostic.note(place->second, "included here");
}

/// Warnings that are silenced go, others become errors.
void settle(Reading& reading, const ReadingOptions& options) {
  Diagnostics settled;
  for (Diagnostic diagnostic : reading.diagnostics.all()) {
    if (diagnostic.severity == Severity::Warning) {
      if (options.silenced(diagnostic.name)) continue;
      if (options.warnings_are_errors()) diagnostic.severity = Severity::Error;
    }
    tell_inclusion(reading, diagnostic);
    Diagnostic& added =
        settled.add(diagnostic.severity, diagnostic.code, diagnostic.range, std::move(diagnostic.text));
    added.name = diagnostic.name;
    added.notes = std::move(diagnostic.notes);
  }
  reading.diagnostics = std::move(settled);
}

Reading read(const std::string& file, const ReadingOptions& options, bool parse) {
  Reading out;
  out.model = std::make_unique<model::Model>();
  preprocess::Preprocessed preprocessed =
      preprocess::preprocess(file, preprocessing(file, options), out.model->files, out.diagnostics);
  out.files = std::move(preprocessed.files);
  out.included_at = std::move(preprocessed.included_at);
  if (parse) {
    if (is_onc_rpc(file)) {
      frontend::read_onc_rpc(preprocessed.text, *out.model, out.diagnostics, onc_options(options));
    } else {
      frontend::read_omg_idl(preprocessed.text, *out.model, out.diagnostics, {options.relaxed});
    }
  }
  settle(out, options);
  return out;
}

}  // namespace

void ReadingOptions::settle() {
  std::set<std::string, std::less<>> known;
  for (const WarningKind& kind : all_warnings()) known.emplace(kind.name);
  for (const std::string& word : warnings) {
    const bool off = word.rfind("no-", 0) == 0;
    const std::string name = off ? word.substr(3) : word;
    if (name == "error") {
      warnings_are_errors_ = !off;
    } else if (name == "all") {
      silenced_.clear();
      if (off) silenced_ = known;
    } else if (known.count(name) == 0) {
      throw CLI::ValidationError("there is no warning '" + name + "'; --help-warnings lists them");
    } else if (off) {
      silenced_.insert(name);
    } else {
      silenced_.erase(name);
    }
  }
  for (const std::string& define : defines) {
    if (!preprocess::is_macro_definition(define)) {
      throw CLI::ValidationError("-D " + define + ": NAME or NAME=TEXT was expected");
    }
  }
}

void add_reading_options(CLI::App& app, ReadingOptions& options) {
  const auto each_once = [](CLI::Option* option) {
    option->allow_extra_args(false)->take_all();  // so that a file may follow
  };
  each_once(app.add_option("-I", options.include_folders,
                           "Look for #include here; may be given several times. What is\n"
                           "generated from a file below it is named by its path from there")
                ->type_name("DIR"));
  each_once(app.add_option("-D", options.defines, "Define a macro")->type_name("NAME[=TEXT]"));
  each_once(app.add_option("-U", options.undefines, "Do not define that macro")->type_name("NAME"));
  each_once(app.add_option("-W", options.warnings,
                           "-Wno-NAME turns a warning off, -Wno-all all of them;\n"
                           "-Werror makes errors of warnings; see --help-warnings")
                ->type_name("WHAT"));
  app.add_flag("--relaxed", options.relaxed,
               "Warn only of what other compilers let pass: names that differ in\n"
               "case alone, or clash with a type's use");
  each_once(app.add_option("--external", options.externals,
                           "In the ONC RPC language: what a name means that a C header\n"
                           "defines and the file does not: uid_t='unsigned int', MAX=1025")
                ->check(CLI::Validator(
                    [](const std::string& text) {
                      const std::size_t equals = text.find('=');
                      const bool right =
                          equals != 0 && equals != std::string::npos && equals + 1 < text.size();
                      return right ? std::string{} : "'" + text + "' is not NAME=MEANING";
                    },
                    ""))
                ->type_name("NAME=MEANING"));
  app.add_option("--error-format", options.error_format,
                 "text, or json: one object per message and line (default: text)")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
  app.add_option("--max-errors", options.errors_max, "Stop printing after N errors; 0: never (default: 20)")
      ->type_name("N");
}

bool is_onc_rpc(const fs::path& file) {
  return file.extension() == ".x";
}

Reading read_file(const std::string& file, const ReadingOptions& options) {
  return read(file, options, true);
}

Reading preprocess_file(const std::string& file, const ReadingOptions& options) {
  return read(file, options, false);
}

void Reading::refuse(const SourceRange& range, std::string text) {
  tell_inclusion(*this, diagnostics.add(Severity::Error, Diagnostic::kNoCode, range, std::move(text)));
}

void report(std::ostream& err, const Reading& reading, const ReadingOptions& options, bool colours) {
  if (options.error_format == "json") {
    print_json(err, reading.diagnostics, options.errors_max);
  } else {
    print(err, reading.diagnostics, {colours, options.errors_max});
  }
}

std::string warnings_help() {
  std::string out = "Warnings, each of which -Wno-NAME turns off:\n";
  for (const WarningKind& kind : all_warnings()) {
    out.append("  ").append(kind.name).append(26 - kind.name.size(), ' ').append(kind.text).append("\n");
  }
  return out;
}

}  // namespace oncec::driver
