// Comments, literals and directives are told apart; nothing else is understood.
#include "preprocess/scan.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "support/characters.hpp"

namespace oncec::preprocess {

namespace {

/// The library copies names into arrays of a fixed size.
constexpr std::size_t kWordOctetsMax = 255;

bool is_control(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return (octet < 0x20 && (octet < '\t' || octet > '\r')) || octet == 0x7F;
}

/// Behind the literal that begins at `begin`; `begin` if it does not end on its line.
std::size_t literal_end(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == text[begin]) return i + 1;
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] != '\n') ++i;
  }
  return begin;
}

/// Behind the comment that begins with "/*" at `begin`, or the end of the text.
std::size_t block_comment_end(std::string_view text, std::size_t begin) {
  const std::size_t end = text.find("*/", begin + 2);
  return end == std::string_view::npos ? text.size() : end + 2;
}

bool continues_line(std::string_view text, std::size_t newline) {
  if (newline > 0 && text[newline - 1] == '\r') --newline;
  return newline > 0 && text[newline - 1] == '\\';
}

/// The newline that ends the line, with those that go on behind a backslash, or the end of the text.
std::size_t logical_line_end(std::string_view text, std::size_t begin) {
  std::size_t end = text.find('\n', begin);
  while (end != std::string_view::npos && continues_line(text, end)) end = text.find('\n', end + 1);
  return std::min(end, text.size());
}

class Scanner {
 public:
  Scanner(std::string_view source, Language language) : source_(source), language_(language) {
    out_.text = source_;
  }

  ScannedText scan() {
    bool only_blanks = true;  // so far on this line
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (language_ == Language::OncRpc && c == '%' && (at_ == 0 || source_[at_ - 1] == '\n')) {
        verbatim(logical_line_end(source_, at_));
      } else if (only_blanks && c == '#') {
        directive();
      } else if (starts_with("/*")) {
        leave_alone(block_comment_end(source_, at_));
      } else if (starts_with("//")) {
        leave_alone(std::min(source_.find('\n', at_), source_.size()));
      } else {
        const bool is_quote = c == '"' || c == '\'';
        const std::size_t end = is_quote ? literal_end(source_, at_) : at_;
        only_blanks = c == '\n' || (only_blanks && (c == ' ' || c == '\t' || c == '\r'));
        leave_alone(std::max(end, at_ + 1));
      }
    }
    for (const Conditional& open : open_) {
      problem(open.begin, "this '#" + open.name + "' has no '#endif'");
    }
    // Ends a last line, and a comment that has no end.
    out_.text += "\n/**/\n";
    return std::move(out_);
  }

 private:
  struct Conditional {
    std::size_t begin;
    std::string name;
    bool has_else = false;
  };

  bool starts_with(std::string_view what) const { return source_.substr(at_, what.size()) == what; }

  /// Text for the library. It ends lines at a lone carriage return, joins lines behind a backslash, and stops
  /// at control characters; the front ends judge these.
  void leave_alone(std::size_t end) {
    for (; at_ < end; ++at_) {
      char& c = out_.text[at_];
      if (c == '\r') c = ' ';
      if (is_control(c)) c = kVerbatimMark;
      if (c == '\n' && continues_line(source_, at_)) {
        out_.text[at_ - (source_[at_ - 1] == '\r' ? 2 : 1)] = ' ';
      }
    }
  }

  void blank(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (out_.text[at_] != '\n') out_.text[at_] = ' ';
    }
  }

  /// A '#' alone is a directive that does nothing.
  void ignore(std::size_t end) {
    const std::size_t begin = at_;
    blank(end);
    out_.text[begin] = '#';
  }

  void verbatim(std::size_t end) {
    const std::size_t begin = at_;
    out_.verbatim.emplace(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
    blank(end);
    out_.text[begin] = kVerbatimMark;
  }

  void directive() {
    const std::size_t end = directive_end(source_, at_);
    const std::string_view line = source_.substr(at_, end - at_);
    const std::size_t name_begin = std::min(line.find_first_not_of(" \t", 1), line.size());
    std::size_t name_end = name_begin;
    while (name_end < line.size() && is_word(line[name_end])) ++name_end;
    const std::string name(line.substr(name_begin, name_end - name_begin));
    if (name == "pragma") {
      pragma(end, line.substr(name_end));
    } else if (name == "line" || name == "ident" || name == "sccs" ||
               (!name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) != 0)) {
      ignore(end);  // places are those of the files that are read, whatever these say
    } else {
      conditional(name, line);
      for (; at_ < end; ++at_) keep_continued();
    }
  }

  /// "\<return><newline>" becomes " \<newline>", which the library takes for a line that goes on.
  void keep_continued() {
    char& c = out_.text[at_];
    if (c == '\r') {
      c = ' ';
      if (at_ + 1 < source_.size() && source_[at_ + 1] == '\n' && source_[at_ - 1] == '\\') {
        std::swap(c, out_.text[at_ - 1]);
      }
    }
    if (is_control(c)) c = ' ';
  }

  void pragma(std::size_t end, std::string_view rest) {
    const std::size_t begin = rest.find_first_not_of(" \t");
    if (begin != std::string_view::npos && rest.substr(begin, 4) == "once" &&
        rest.find_first_not_of(" \t\r", begin + 4) == std::string_view::npos) {
      out_.once = true;
      ignore(end);
    } else {
      verbatim(end);
    }
  }

  /// Conditionals pair up within a file, whether their text is read or skipped.
  void conditional(const std::string& name, std::string_view line) {
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      open_.push_back({at_, name});
    } else if (name == "else" || name == "elif") {
      if (open_.empty()) {
        problem(at_, "'#" + name + "' without '#if'");
      } else if (open_.back().has_else) {
        problem(at_, "'#" + name + "' behind '#else'");
      } else {
        open_.back().has_else = name == "else";
      }
    } else if (name == "endif") {
      if (open_.empty()) {
        problem(at_, "'#endif' without '#if'");
      } else {
        open_.pop_back();
      }
    }
    std::size_t word = 0;
    for (const char c : line) {
      word = is_word(c) ? word + 1 : 0;
      if (word > kWordOctetsMax) return problem(at_, "a word of more than 255 octets in a directive");
    }
    if ((name == "if" || name == "elif") && condition_operators(line) > kConditionOperatorsMax) {
      problem(at_, "the condition of this '#" + name + "' is too long");
    }
  }

  void problem(std::size_t begin, std::string text) {
    const std::size_t end = directive_end(source_, begin);
    out_.problems.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), std::move(text)});
  }

  std::string_view source_;
  Language language_;
  std::size_t at_ = 0;
  std::vector<Conditional> open_;
  ScannedText out_;
};

}  // namespace

std::ptrdiff_t condition_operators(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return std::string_view("(!~-+?").find(c) != std::string_view::npos; });
}

std::size_t directive_end(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size();) {
    if (text[i] == '\n') {
      if (!continues_line(text, i)) return i;
      ++i;
    } else if (text.substr(i, 2) == "/*") {
      i = block_comment_end(text, i);
    } else if (text.substr(i, 2) == "//") {
      return logical_line_end(text, i);
    } else if (text[i] == '"' || text[i] == '\'') {
      i = std::max(literal_end(text, i), i + 1);
    } else {
      ++i;
    }
  }
  return text.size();
}

ScannedText scan(std::string_view source, Language language) {
  return Scanner(source, language).scan();
}

}  // namespace oncec::preprocess
