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

std::vector<std::string> all_warnings() {
  std::vector<std::string> names;
  for (const auto& room : {preprocess::warning_names(), frontend::warning_names()}) {
    names.insert(names.end(), room.begin(), room.end());
  }
  std::sort(names.begin(), names.end());
  return names;
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
  settle_diagnostics(out, options);
  return out;
}

}  // namespace

void ReadingOptions::settle() {
  const std::vector<std::string> known = all_warnings();
  for (const std::string& word : warnings) {
    const bool off = word.rfind("no-", 0) == 0;
    const std::string name = off ? word.substr(3) : word;
    if (name == "error") {
      warnings_are_errors_ = !off;
    } else if (name == "all") {
      silenced_.clear();
      if (off) silenced_.insert(known.begin(), known.end());
    } else if (std::find(known.begin(), known.end(), name) == known.end()) {
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

void settle_diagnostics(Reading& reading, const ReadingOptions& options) {
  Diagnostics settled;
  const SourceFile* const main = reading.model->files.empty() ? nullptr : reading.model->files.front().get();
  for (Diagnostic diagnostic : reading.diagnostics.all()) {
    if (diagnostic.severity == Severity::Warning) {
      if (options.silenced(diagnostic.name)) continue;
      if (options.warnings_are_errors()) diagnostic.severity = Severity::Error;
    }
    const auto place = reading.included_at.find(diagnostic.range.file);
    const bool is_told =
        std::any_of(diagnostic.notes.begin(), diagnostic.notes.end(),
                    [](const Diagnostic::Note& note) { return note.text == "included here"; });
    if (diagnostic.range.file != main && place != reading.included_at.end() && !is_told) {
      diagnostic.note(place->second, "included here");
    }
    Diagnostic& added =
        settled.add(diagnostic.severity, diagnostic.code, diagnostic.range, std::move(diagnostic.text));
    added.name = diagnostic.name;
    added.notes = std::move(diagnostic.notes);
  }
  reading.diagnostics = std::move(settled);
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
  for (const std::string& name : all_warnings()) out += "  " + name + "\n";
  return out;
}

}  // namespace oncec::driver
