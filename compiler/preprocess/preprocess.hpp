// Preprocessing: one file and all that it includes become one text, of which every octet knows where it was
// written. Conditionals and macros are the business of a library (Boost.Wave); finding files, and keeping
// places, comments and foreign lines, is done here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostics.hpp"
#include "support/source.hpp"
#include "support/source_text.hpp"

namespace oncec::preprocess {

/// The two differ in `%` lines, which go through untouched in the ONC RPC language, and in RPC_HDR, which is
/// defined there.
enum class Language : std::uint8_t { OmgIdl, OncRpc };

struct Options {
  Language language = Language::OmgIdl;
  /// Where `#include` looks, in this order; before them, for `#include "…"`, in the folder of the file that
  /// includes. What is generated from a file below one of them is named by its path from there.
  std::vector<std::string> include_folders;
  std::vector<std::string> defines;    // "NAME", "NAME=TEXT", "NAME(PARAMETERS)=TEXT"
  std::vector<std::string> undefines;  // names; stronger than `defines`
  /// The text of a file as UTF-8; nothing if there is no such file. May throw a std::exception that says why
  /// it cannot be read.
  std::function<std::optional<std::string>(const std::filesystem::path&)> read;
};

struct Preprocessed {
  SourceText text;
  /// All files that were read, the first one first, as they were found: what the outcome depends on.
  std::vector<std::filesystem::path> files;
  /// Where a file was included first; not there for the first one.
  std::map<const SourceFile*, SourceRange> included_at;
};

/// The name for which what is generated from a file is named: its path from the longest of the folders that
/// it is below, without its ending; if it is below none, its bare name.
std::string unit_name(const std::filesystem::path& file, const std::vector<std::string>& folders);

/// Preprocesses `file`. What was read is added to `sources`, and lives there. What is wrong goes to
/// `diagnostics`; the text is then what could be had.
/// Bounds: 64 files deep, 10,000 inclusions, 64 MiB of text, about a million words out of macros.
/// Throws what `read` throws about the file itself, and std::runtime_error if there is none.
Preprocessed preprocess(const std::filesystem::path& file, const Options& options,
                        std::vector<std::unique_ptr<SourceFile>>& sources, Diagnostics& diagnostics);

/// True if NAME in a "NAME", "NAME=TEXT", "NAME(PARAMETERS)=TEXT" is one.
bool is_macro_definition(std::string_view text);

/// The warnings that preprocessing can give.
std::vector<WarningKind> warnings();

}  // namespace oncec::preprocess
