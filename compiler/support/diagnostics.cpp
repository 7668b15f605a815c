// Printing: place, severity, text, then the line with a caret under the first character and tildes under the
// rest of what is meant.
#include "support/diagnostics.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "support/characters.hpp"

namespace oncec {

namespace {

constexpr std::size_t kLineNumberWidth = 5;

struct Style {
  std::string_view word;
  std::string_view colour;
};
constexpr Style kError{"error", "\x1b[1;31m"};
constexpr Style kWarning{"warning", "\x1b[1;35m"};
constexpr Style kNote{"note", "\x1b[1;36m"};
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[1;32m";
constexpr std::string_view kPlain = "\x1b[0m";

/// The spaces that stand before the caret: a tab stays a tab, so that the caret lands where the text does.
std::string indentation(std::string_view line, std::uint32_t column) {
  std::string out;
  for (const char c : line) {
    if (out.size() + 1 >= column) break;
    if (!continues_character(c)) out += c == '\t' ? '\t' : ' ';
  }
  out.resize(column - 1, ' ');
  return out;
}

class Printer {
 public:
  Printer(std::ostream& out, bool colours) : out_(out), colours_(colours) {}

  void message(const Style& style, const SourceRange& range, const std::string& text) {
    const SourceFile::LineColumn place = range.file->line_column(range.begin);
    colour(kBold);
    out_ << range.file->name() << ':' << place.line << ':' << place.column << ": ";
    colour(style.colour);
    out_ << style.word << ": ";
    colour(kPlain);
    colour(kBold);
    out_ << text;
    colour(kPlain);
    out_ << '\n';
    excerpt(range, place);
  }

 private:
  void colour(std::string_view code) {
    if (colours_) out_ << code;
  }

  void excerpt(const SourceRange& range, SourceFile::LineColumn place) {
    const std::string_view line = range.file->line(place.line);
    const std::string number = std::to_string(place.line);
    const std::size_t width = std::max(kLineNumberWidth, number.size());
    out_ << std::string(width - number.size(), ' ') << number << " | " << line << '\n';
    out_ << std::string(width, ' ') << " | " << indentation(line, place.column);
    colour(kGreen);
    out_ << '^' << std::string(length_on_line(range, line, place.column) - 1, '~');
    colour(kPlain);
    out_ << '\n';
  }

  /// Characters of the range that stand on its first line; at least one.
  static std::size_t length_on_line(const SourceRange& range, std::string_view line, std::uint32_t column) {
    const std::size_t characters = count_characters(line);
    const std::size_t left = characters >= column ? characters - column + 1 : 1;
    std::size_t length = 0;
    for (std::uint32_t i = range.begin; i < range.end && i < range.file->text().size(); ++i) {
      if (!continues_character(range.file->text()[i])) ++length;
    }
    return std::max<std::size_t>(1, std::min(length, left));
  }

  std::ostream& out_;
  bool colours_;
};

}  // namespace

Diagnostic& Diagnostic::note(SourceRange where, std::string what) {
  if (where.file != nullptr) notes.push_back({where, std::move(what)});
  return *this;
}

Diagnostic& Diagnostics::add(Severity severity, std::uint32_t code, SourceRange range, std::string text) {
  if (severity == Severity::Error) ++errors_;
  all_.push_back({severity, code, range, std::move(text), {}, {}});
  return all_.back();
}

void Diagnostics::sort() {
  std::map<const SourceFile*, std::size_t> rank;
  for (const Diagnostic& diagnostic : all_) rank.emplace(diagnostic.range.file, rank.size());
  std::stable_sort(all_.begin(), all_.end(), [&rank](const Diagnostic& a, const Diagnostic& b) {
    if (a.range.file != b.range.file) return rank.at(a.range.file) < rank.at(b.range.file);
    return a.range.begin < b.range.begin;
  });
}

void print(std::ostream& out, const Diagnostics& diagnostics, const PrintOptions& options) {
  Printer printer(out, options.colours);
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::Error && options.errors_max != 0 && errors == options.errors_max) {
      const std::size_t left = diagnostics.errors() - errors;
      out << "oncec: " << left << (left == 1 ? " more error" : " more errors")
          << "; --max-errors 0 shows all\n";
      return;
    }
    if (diagnostic.severity == Severity::Error) ++errors;
    printer.message(diagnostic.severity == Severity::Error ? kError : kWarning, diagnostic.range,
                    diagnostic.text);
    for (const Diagnostic::Note& note : diagnostic.notes) printer.message(kNote, note.range, note.text);
  }
}

}  // namespace oncec
