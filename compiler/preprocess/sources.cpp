// Finding and reading.
#include "preprocess/sources.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace oncec::preprocess {

namespace {

namespace fs = std::filesystem;

/// The path from `folder` down to `file`, or nothing if it is not below.
std::optional<fs::path> path_below(const fs::path& file, const fs::path& folder) {
  const auto plain = [](const fs::path& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    return (error ? path : absolute).lexically_normal();
  };
  const fs::path below = plain(file).lexically_relative(plain(folder / ""));
  if (below.empty() || *below.begin() == ".." || *below.begin() == ".") return std::nullopt;
  return below;
}

std::string without_ending(fs::path path) {
  return path.replace_extension().generic_string();
}

/// Of the longest folder that the file is below.
std::optional<std::string> name_below(const fs::path& file, const std::vector<std::string>& folders) {
  std::optional<fs::path> shortest;
  for (const std::string& folder : folders) {
    std::optional<fs::path> below = path_below(file, folder);
    if (!below) continue;
    if (!shortest ||
        std::distance(below->begin(), below->end()) < std::distance(shortest->begin(), shortest->end())) {
      shortest = std::move(below);
    }
  }
  if (!shortest) return std::nullopt;
  return without_ending(*shortest);
}

/// Of a file that is below no folder and was included: beside the one that includes it.
std::string name_beside(const std::string& unit, const std::string& included, const fs::path& file) {
  const fs::path beside = (fs::path(unit).parent_path() / included).lexically_normal();
  if (beside.is_absolute() || *beside.begin() == "..") return file.stem().string();
  return without_ending(beside);
}

bool is_same_file(const fs::path& a, const fs::path& b) {
  if (a == b) return true;
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

std::string unit_name(const fs::path& file, const std::vector<std::string>& folders) {
  return name_below(file, folders).value_or(file.stem().string());
}

bool is_built_in(std::string_view name) {
  return name == "once.idl" || name == "annotations.idl" || name == "orb.idl";
}

const Source& Sources::open(const fs::path& path) {
  const Source* const source = read(path, unit_name(path, options_.include_folders));
  if (source == nullptr) throw std::runtime_error(path.string() + ": there is no such file");
  return *source;
}

const Source* Sources::find(const std::string& name, bool quoted, const Source& from) {
  if (name.empty()) return nullptr;
  for (const fs::path& folder : folders(quoted, from)) {
    const fs::path path = (folder / name).lexically_normal();
    std::string unit = name_below(path, options_.include_folders).value_or("");
    if (unit.empty()) unit = name_beside(from.file->unit(), name, path);
    if (const Source* const source = read(path, std::move(unit))) return source;
  }
  return nullptr;
}

std::string Sources::folders_searched(bool quoted, const Source& from) const {
  std::string out;
  for (const fs::path& folder : folders(quoted, from)) {
    out.append(out.empty() ? "" : ", ")
        .append("'")
        .append(folder.empty() ? "." : folder.string())
        .append("'");
  }
  return out;
}

std::vector<fs::path> Sources::folders(bool quoted, const Source& from) const {
  std::vector<fs::path> out;
  if (quoted) out.push_back(from.path.parent_path());
  for (const std::string& folder : options_.include_folders) {
    if (std::find(out.begin(), out.end(), fs::path(folder)) == out.end()) out.emplace_back(folder);
  }
  return out;
}

const Source* Sources::read(const fs::path& path, std::string unit) {
  for (const Source& source : sources_) {
    if (is_same_file(source.path, path)) return &source;
  }
  std::optional<std::string> text = options_.read(path);
  if (!text) return nullptr;
  files_.push_back(std::make_unique<SourceFile>(path.string(), std::move(*text), std::move(unit)));
  const SourceFile& file = *files_.back();
  sources_.push_back({path, &file, scan(file.text(), options_.language)});
  return &sources_.back();
}

}  // namespace oncec::preprocess
