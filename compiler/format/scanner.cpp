// One pass over the octets. A line end that a backslash hides ends no comment, no directive and no literal.
#include "format/scanner.hpp"

#include <algorithm>

#include "support/characters.hpp"

namespace oncec::format {
namespace {

constexpr std::uint32_t kTab = 8;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_start(char c) {
  return is_word(c) && !is_digit(c);
}

class Scanner {
 public:
  Scanner(std::string_view text, Language language) : text_(text), language_(language) {}

  Scan run() {
    while (!result_.damage) {
      skip_white_space();
      if (at_ == text_.size()) break;
      next();
    }
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

  void skip_white_space() {
    newlines_ = 0;
    space_ = false;
    for (; at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '\n'); ++at_) {
      space_ = true;
      if (text_[at_] == '\n') {
        ++newlines_;
        line_begin_ = at_ + 1;
        line_has_code_ = false;
      }
    }
  }

  void next() {
    const char c = peek();
    const bool first_column = at_ == line_begin_ || line_begin_ == 0;
    if (c == '#' && !line_has_code_) {
      directive();
    } else if (language_ == Language::OncRpc && c == '%' && !line_has_code_ && first_column) {
      add(Kind::Verbatim, end_of_line(at_));
    } else if (starts("//")) {
      add(Kind::LineComment, end_of_line(at_));
    } else if (starts("/*")) {
      block_comment();
    } else {
      line_has_code_ = true;
      code(c);
    }
  }

  void code(char c) {
    if (c == '"' || c == '\'' || (c == 'L' && (peek(1) == '"' || peek(1) == '\''))) {
      literal();
    } else if (is_word_start(c)) {
      std::size_t end = at_;
      while (end < text_.size() && is_word(text_[end])) ++end;
      add(Kind::Word, end);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else if (starts("::") || starts("<<") || starts(">>")) {
      add(Kind::Punctuation, at_ + 2);
    } else if (std::string_view{";,:=@{}()[]<>|^&+-*/~"}.find(c) != std::string_view::npos ||
               (c == '%' && language_ == Language::OmgIdl)) {
      add(Kind::Punctuation, at_ + 1);
    } else if (c == '%') {
      fail(at_ + 1, "a line with '%' begins in the first column");
    } else if (c == '\\') {
      fail(at_ + 1, "a line is continued outside of a directive, comment or literal");
    } else {
      fail(at_ + 1, "unexpected character");
    }
  }

  void number() {
    const bool hexadecimal = starts("0x") || starts("0X");
    std::size_t end = at_ + 1;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool exponent = !hexadecimal && (text_[end - 1] == 'e' || text_[end - 1] == 'E');
      if (!is_word(c) && c != '.' && !(exponent && (c == '+' || c == '-'))) break;
      ++end;
    }
    add(Kind::Number, end);
  }

  void literal() {
    const std::size_t open = peek() == 'L' ? at_ + 1 : at_;
    const char quote = text_[open];
    for (std::size_t end = open + 1; end < text_.size() && text_[end] != '\n'; ++end) {
      if (text_[end] == quote) {
        add(Kind::Text, end + 1);
        return;
      }
      if (text_[end] == '\\') ++end;
    }
    fail(open + 1, quote == '"' ? "string literal is not closed on its line"
                                : "character literal is not closed on its line");
  }

  void block_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      fail(at_ + 2, "comment is not closed");
    } else {
      add(Kind::BlockComment, end + 2);
    }
  }

  void directive() {
    const std::size_t end = end_of_directive(at_);
    if (end == std::string_view::npos) {
      fail(at_ + 1, "comment in this directive is not closed");
      return;
    }
    add(Kind::Verbatim, is_if_zero(text_.substr(at_, end - at_)) ? end_of_skipped(end) : end);
  }

  static bool is_if_zero(std::string_view directive) {
    if (directive_name(directive) != "if") return false;
    directive.remove_prefix(directive.find("if") + 2);
    const std::size_t begin = directive.find_first_not_of(" \t");
    if (begin == std::string_view::npos || directive[begin] != '0') return false;
    const std::size_t behind = directive.find_first_not_of(" \t", begin + 1);
    return behind == std::string_view::npos || directive.substr(behind, 2) == "//" ||
           directive.substr(behind, 2) == "/*";
  }

  /// Behind the lines that nobody reads, before the directive that ends them.
  std::size_t end_of_skipped(std::size_t begin) const {
    std::size_t depth = 0;
    std::size_t end = begin;  // of what is skipped for sure
    for (std::size_t line = begin; line < text_.size();) {
      ++line;  // behind the line end
      const std::size_t first = std::min(text_.find_first_not_of(" \t\f\v\r", line), text_.size());
      const std::size_t line_end = std::min(text_.find('\n', line), text_.size());
      if (first < line_end && text_[first] == '#') {
        const std::string_view name = directive_name(text_.substr(first, line_end - first));
        if (depth == 0 && (name == "endif" || name == "else" || name == "elif")) return end;
        if (name == "if" || name == "ifdef" || name == "ifndef") ++depth;
        if (name == "endif") --depth;
      }
      end = line_end;
      line = line_end;
    }
    return end;
  }

  /// At the line end that no backslash hides.
  std::size_t end_of_line(std::size_t at) const {
    for (; at < text_.size() && text_[at] != '\n'; ++at) {
      if (text_[at] == '\\' && at + 1 < text_.size()) ++at;
    }
    return std::min(at, text_.size());
  }

  /// The same, behind comments and literals of the directive; npos if a comment has no end.
  std::size_t end_of_directive(std::size_t at) const {
    char quote = '\0';
    for (; at < text_.size() && text_[at] != '\n'; ++at) {
      const char c = text_[at];
      if (c == '\\') {
        ++at;
      } else if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"') {
        quote = c;
      } else if (text_.compare(at, 2, "//") == 0) {
        return end_of_line(at);
      } else if (text_.compare(at, 2, "/*") == 0) {
        at = text_.find("*/", at + 2);
        if (at == std::string_view::npos) return at;
        ++at;
      }
    }
    return std::min(at, text_.size());
  }

  void add(Kind kind, std::size_t end) {
    Piece piece;
    piece.kind = kind;
    piece.text = text_.substr(at_, end - at_);
    // White space behind a line's last word is nothing to keep, unless a backslash would come to its end.
    if (kind == Kind::LineComment || kind == Kind::Verbatim) {
      const std::string_view trimmed = piece.text.substr(0, piece.text.find_last_not_of(" \t\f\v\r\n") + 1);
      if (trimmed.back() != '\\') piece.text = trimmed;
    }
    piece.offset = static_cast<std::uint32_t>(at_);
    piece.column = column();
    piece.newlines_before = newlines_;
    piece.space_before = space_;
    result_.pieces.push_back(piece);
    const std::size_t last_line = piece.text.rfind('\n');
    if (last_line != std::string_view::npos) line_begin_ = at_ + last_line + 1;
    at_ = end;
  }

  std::uint32_t column() const {
    std::uint32_t column = 0;
    for (const char c : text_.substr(line_begin_, at_ - line_begin_)) {
      column = c == '\t' ? (column / kTab + 1) * kTab : column + 1;
    }
    return column;
  }

  void fail(std::size_t end, std::string what) {
    result_.damage = {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(end), std::move(what)};
  }

  std::string_view text_;
  Language language_;
  Scan result_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t newlines_ = 0;
  bool space_ = false;
  bool line_has_code_ = false;  // then a '#' begins no directive
};

}  // namespace

Scan scan(std::string_view text, Language language) {
  return Scanner{text, language}.run();
}

std::string_view directive_name(std::string_view verbatim) {
  if (verbatim.empty() || verbatim.front() != '#') return {};
  const std::size_t begin = std::min(verbatim.find_first_not_of(" \t", 1), verbatim.size());
  std::size_t end = begin;
  while (end < verbatim.size() && is_word(verbatim[end])) ++end;
  return verbatim.substr(begin, end - begin);
}

std::size_t width(std::string_view text) {
  return count_characters(text);
}

}  // namespace oncec::format
