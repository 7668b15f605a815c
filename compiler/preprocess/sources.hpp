// The files of one preprocessing: where #include finds them, and their texts, each read once.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "preprocess/preprocess.hpp"
#include "preprocess/scan.hpp"

namespace oncec::preprocess {

/// A file that was read.
struct Source {
  std::filesystem::path path;
  const SourceFile* file = nullptr;
  ScannedText scanned;
};

class Sources {
 public:
  Sources(const Options& options, std::vector<std::unique_ptr<SourceFile>>& files)
      : options_(options), files_(files) {}

  /// The file that was asked for. Throws as preprocess() does.
  const Source& open(const std::filesystem::path& path);
  /// What `#include "name"` (quoted) or `#include <name>` in `from` means; nullptr if it is not found. The
  /// address stays. May throw what Options::read does.
  const Source* find(const std::string& name, bool quoted, const Source& from);
  /// The folders where find() looked, for people.
  std::string folders_searched(bool quoted, const Source& from) const;

  const std::deque<Source>& all() const { return sources_; }

 private:
  std::vector<std::filesystem::path> folders(bool quoted, const Source& from) const;
  const Source* read(const std::filesystem::path& path, std::string unit);

  const Options& options_;
  std::vector<std::unique_ptr<SourceFile>>& files_;
  std::deque<Source> sources_;
};

/// True for what need not be a file: <once.idl> and <annotations.idl> hold what every file has without them,
/// and so does <orb.idl>, as far as Once has use for it.
bool is_built_in(std::string_view name);

}  // namespace oncec::preprocess
