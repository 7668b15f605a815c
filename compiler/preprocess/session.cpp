// Tells what was written from what macros made. A word that the library gives with a place where it stands in
// that file is as it was written; another one came out of a macro, and has the place of the macro's call.
#include "preprocess/session.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace oncec::preprocess {

namespace {

constexpr std::size_t kInclusionsMax = 10'000;
constexpr std::size_t kTextOctetsMax = 64U << 20U;
constexpr std::size_t kMacroTokensMax = 1U << 20U;
constexpr std::size_t kMacrosDeepMax = 200;

/// Of an inclusion; the library puts folders before names.
std::optional<std::size_t> number(std::string_view name) {
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), out);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return out;
}

/// The directive around a place, or its line.
SourceRange directive_range(const Source& source, std::uint32_t place) {
  const std::string_view text = source.file->text();
  const std::uint32_t begin = source.file->line_begin(source.file->line_column(place).line);
  const std::size_t first = std::min(text.find_first_not_of(" \t", begin), text.size());
  std::size_t end = directive_end(text, first);
  while (end > first && std::isspace(static_cast<unsigned char>(text[end - 1])) != 0) --end;
  return {source.file, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end)};
}

}  // namespace

Session::Session(const std::filesystem::path& file, const Options& options,
                 std::vector<std::unique_ptr<SourceFile>>& files, Diagnostics& diagnostics)
    : diagnostics_(diagnostics), sources_(options, files), builder_(sources_.open(file)) {}

const std::string& Session::text(std::string_view file) const {
  return inclusions_.at(number(file).value()).source->scanned.text;
}

void Session::take(const Word& word) {
  macros_deep_ = 0;
  in_condition_ = false;
  const std::string_view text = word.text;
  if (text.empty()) return;
  if (const std::optional<Place> place = written_at(word)) {
    call_.reset();
    Inclusion& inclusion = inclusions_[place->inclusion];
    inclusion.end = place->begin + static_cast<std::uint32_t>(text.size());
    const auto& verbatim = inclusion.source->scanned.verbatim;
    const auto line = verbatim.find(place->begin);
    if (line != verbatim.end()) inclusion.end = line->second;
    builder_.written(*inclusion.source, place->begin, inclusion.end);
    current_ = place->inclusion;
  } else if (call_ && text.front() != kVerbatimMark) {
    const Source& source = *inclusions_[call_->begin.inclusion].source;
    builder_.made(text, source, call_->begin.begin, call_->end);
  }
  if (builder_.size() > kTextOctetsMax) stop("the text becomes larger than 64 MiB");
}

SourceText Session::result() {
  SourceText text = builder_.take();
  if (!complete_) text.mark_incomplete();
  return text;
}

std::vector<std::filesystem::path> Session::paths() const {
  std::vector<std::filesystem::path> out;
  for (const Source& source : sources_.all()) out.push_back(source.path);
  return out;
}

// ----------------------------------------------------------------------------------- directives and macros

void Session::directive(const Word& word) {
  directive_ = place_of(word);
  in_condition_ = word.text.find("if") != std::string_view::npos;
  condition_operators_ = 0;
}

bool Session::include(std::string name, std::size_t depth) {
  const bool quoted = name.size() > 1 && name.front() == '"';
  if (name.size() > 1 && (quoted || name.front() == '<')) name = name.substr(1, name.size() - 2);
  const Source& from = *inclusions_[directive_.inclusion].source;
  const SourceRange range = directive_range(from, directive_.begin);
  if (depth >= kInclusionsDeepMax) {
    error(range, "files include each other more than " + std::to_string(kInclusionsDeepMax) + " deep");
    throw Stop{};
  }
  if (inclusions_.size() >= kInclusionsMax) {
    error(range, "more than " + std::to_string(kInclusionsMax) + " files are included");
    throw Stop{};
  }
  const Source* const found = find(name, quoted, from, range);
  if (found == nullptr) return false;
  const bool again = std::any_of(inclusions_.begin(), inclusions_.end(),
                                 [found](const Inclusion& each) { return each.source == found; });
  if (again && found->scanned.once) return false;
  if (found->file != inclusions_.front().source->file) included_at_.emplace(found->file, range);
  enter(*found);
  return true;
}

void Session::expanding(const Word& call, const Word& last) {
  if (++macros_deep_ > kMacrosDeepMax) stop("macros expand each other too deeply");
  const std::optional<Place> begin = find_place(call);
  const std::optional<Place> end = find_place(last);
  if (begin && is_new(*begin)) {
    call_ = Call{*begin, end_of(*begin)};
  }
  // A macro whose name came out of another one, and whose arguments stand behind that.
  if (call_ && end && end->inclusion == call_->begin.inclusion) {
    call_->end = std::max(call_->end, end_of(*end));
  }
}

void Session::made(std::string_view text) {
  if (++macro_tokens_ > kMacroTokensMax) stop("macros become more than a million words");
  if (!in_condition_) return;
  condition_operators_ += condition_operators(text);
  if (condition_operators_ > kConditionOperatorsMax) stop("macros make this condition too long");
}

void Session::expanded() {
  if (macros_deep_ > 0) --macros_deep_;
}

void Session::foreign_macro(const Word& call) {
  const Place place = place_of(call);
  const Source& source = *inclusions_[place.inclusion].source;
  error({source.file, place.begin, end_of(place)}, "'" + std::string(call.text) + "' has no meaning in IDL");
}

// ------------------------------------------------------------------------------------------- what is wrong

std::optional<Session::Around> Session::around(const Word& place) const {
  const std::optional<Place> found = find_place(place);
  if (!found) return std::nullopt;
  const Source& source = *inclusions_[found->inclusion].source;
  return Around{directive_range(source, found->begin), {source.file, found->begin, end_of(*found)}};
}

void Session::error(const SourceRange& range, std::string text) {
  diagnostics_.add(Severity::Error, Diagnostic::kNoCode, range, std::move(text));
}

void Session::warning(const SourceRange& range, std::string text, std::string_view name) {
  diagnostics_.add(Severity::Warning, Diagnostic::kNoCode, range, std::move(text)).name = name;
}

void Session::stop(std::string text) {
  const Place at = call_ ? call_->begin : Place{current_, inclusions_[current_].end};
  error({inclusions_[at.inclusion].source->file, at.begin, call_ ? call_->end : at.begin}, std::move(text));
  throw Stop{};
}

// -------------------------------------------------------------------------------------------------- places

void Session::enter(const Source& source) {
  inclusions_.push_back({&source, 0});
  changed_file();
  for (const ScannedText::Problem& problem : source.scanned.problems) {
    error({source.file, problem.begin, problem.end}, problem.text);
  }
  if (!source.scanned.problems.empty()) throw Stop{};
}

const Source* Session::find(const std::string& name, bool quoted, const Source& from,
                            const SourceRange& range) {
  try {
    if (const Source* const found = sources_.find(name, quoted, from)) return found;
    if (is_built_in(name)) return nullptr;
    const std::string folders = sources_.folders_searched(quoted, from);
    error(range, "'" + name + "' is not found" +
                     (folders.empty() ? "; -I names a folder to look in" : "; looked in " + folders));
  } catch (const std::exception& unreadable) {
    error(range, unreadable.what());
  }
  complete_ = false;
  return nullptr;
}

/// The place that the library gives the word, if it is one in a file.
std::optional<Session::Place> Session::find_place(const Word& word) const {
  const std::optional<std::size_t> inclusion = number(word.file);
  if (!inclusion || *inclusion >= inclusions_.size()) return std::nullopt;
  const auto line = static_cast<std::uint32_t>(word.line);
  const std::uint32_t begin = inclusions_[*inclusion].source->file->line_begin(line);
  const auto column = static_cast<std::uint32_t>(word.column);
  return Place{*inclusion, begin + (column == 0 ? 0 : column - 1)};
}

Session::Place Session::place_of(const Word& word) const {
  return find_place(word).value_or(Place{current_, inclusions_[current_].end});
}

/// True behind all that was taken, and behind a call that is not at its end yet.
bool Session::is_new(const Place& place) const {
  if (call_ && call_->begin.inclusion == place.inclusion) return place.begin >= call_->end;
  return !call_ && place.begin >= inclusions_[place.inclusion].end;
}

std::optional<Session::Place> Session::written_at(const Word& word) const {
  const std::optional<Place> place = find_place(word);
  if (!place || !is_new(*place)) return std::nullopt;
  const std::string& written = inclusions_[place->inclusion].source->scanned.text;
  if (written.compare(std::min<std::size_t>(place->begin, written.size()), word.text.size(), word.text) !=
      0) {
    return std::nullopt;
  }
  return place;
}

/// Behind the word, or the one octet, that begins there.
std::uint32_t Session::end_of(const Place& place) const {
  const std::string_view text = inclusions_[place.inclusion].source->file->text();
  std::size_t end = std::min<std::size_t>(place.begin, text.size());
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_' || text[end] == '$')) {
    ++end;
  }
  if (end == place.begin) ++end;
  return static_cast<std::uint32_t>(std::min(end, text.size()));
}

}  // namespace oncec::preprocess
