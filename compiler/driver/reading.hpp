// From a file's name to a model: what every command of oncec that reads IDL has in common, options included.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/model.hpp"
#include "preprocess/preprocess.hpp"
#include "support/diagnostics.hpp"

namespace CLI {
class App;
}

namespace oncec::driver {

struct ReadingOptions {
  std::vector<std::string> include_folders;
  std::vector<std::string> defines;
  std::vector<std::string> undefines;
  std::vector<std::string> warnings;   // what -W was given
  std::vector<std::string> externals;  // "NAME=MEANING"
  bool relaxed = false;
  std::string error_format = "text";  // or "json"
  std::size_t errors_max = 20;

  bool silenced(std::string_view warning) const { return silenced_.count(std::string(warning)) != 0; }
  bool warnings_are_errors() const { return warnings_are_errors_; }
  /// Makes sense of `warnings`, `defines` and `undefines`. Throws CLI::ValidationError.
  void settle();

 private:
  std::set<std::string, std::less<>> silenced_;
  bool warnings_are_errors_ = false;
};

/// Adds the options that ReadingOptions holds.
void add_reading_options(CLI::App& app, ReadingOptions& options);

/// A file that was read.
struct Reading {
  std::unique_ptr<model::Model> model;
  /// As the options want them: warnings that are silenced are gone, others may be errors, and what is in an
  /// included file tells where that was included.
  Diagnostics diagnostics;
  std::vector<std::filesystem::path> files;
  std::map<const SourceFile*, SourceRange> included_at;

  /// Adds an error that somebody else has found in the model.
  void refuse(const SourceRange& range, std::string text);
};

/// True for files in the ONC RPC language, by their ending.
bool is_onc_rpc(const std::filesystem::path& file);

/// Preprocesses and reads. Throws FileError if the file itself cannot be read.
Reading read_file(const std::string& file, const ReadingOptions& options);
/// Preprocesses only.
Reading preprocess_file(const std::string& file, const ReadingOptions& options);

/// Prints what there is to say, in the format that was asked for.
void report(std::ostream& err, const Reading& reading, const ReadingOptions& options, bool colours);

/// All names that -W takes, one per line, and what each warning says.
std::string warnings_help();

}  // namespace oncec::driver
