// Lines are made one by one. A body `{ … }` that stands on one line in the source stays there if all of its
// declaration does; a line that is too long is opened at its last such body, and then wrapped at commas,
// clauses, bases and operators.
//
// Whatever is read from the source (a line end here, a blank line there) is a thing that the output has in
// the same place: so a second run changes nothing.
#include "format/layout.hpp"

#include <algorithm>

namespace oncec::format {
namespace {

constexpr std::size_t kStep = 2;
constexpr std::size_t kContinuation = 4;

class Layout {
 public:
  Layout(const std::vector<Piece>& pieces, Language language)
      : pieces_(pieces), roles_(assign_roles(pieces, language)), opened_(pieces.size(), false) {}

  std::string run() {
    std::size_t begin = 0;
    while (begin < pieces_.size()) {
      const std::size_t end = end_of_line(begin);
      if (open_a_body(begin, end)) continue;
      if (begin > 0) out_ += blank_line_before(begin) ? "\n\n" : "\n";
      print_line(begin, end);
      begin = end;
    }
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

 private:
  // --- Which lines there are.

  /// True for a '{' whose body stays on its line.
  bool is_inline(std::size_t brace) const {
    if (brace == kNowhere || opened_[brace]) return false;
    const std::size_t last = roles_[brace].partner;
    if (last == kNowhere) return false;
    if (last == brace + 1) return true;
    for (std::size_t i = brace + 1; i <= last; ++i) {
      const Kind kind = pieces_[i].kind;
      if (pieces_[i].newlines_before > 0 || kind == Kind::LineComment || kind == Kind::Verbatim) return false;
      if (kind == Kind::BlockComment && pieces_[i].text.find('\n') != std::string_view::npos) return false;
    }
    return true;
  }

  /// A comment behind the last code of its line.
  bool is_trailing(std::size_t i) const {
    if (!pieces_[i].is_comment() || pieces_[i].newlines_before > 0) return false;
    while (i + 1 < pieces_.size() && pieces_[i + 1].is_comment() && pieces_[i + 1].newlines_before == 0) ++i;
    return i + 1 == pieces_.size() || pieces_[i + 1].newlines_before > 0 ||
           pieces_[i + 1].kind == Kind::Verbatim;
  }

  bool line_ends_before(std::size_t i) const {
    const Piece& left = pieces_[i - 1];
    const Piece& right = pieces_[i];
    if (left.kind == Kind::Verbatim || right.kind == Kind::Verbatim) return true;
    if (left.kind == Kind::LineComment) return true;
    if (is_trailing(i)) return false;
    if (right.is_comment() && right.newlines_before > 0) return true;
    if (left.kind == Kind::BlockComment) {
      if (right.newlines_before > 0) return true;
      return right.is("}") && roles_[i].partner != kNowhere && !is_inline(roles_[i].partner);
    }
    return code_ends_before(i);
  }

  /// The same with code on the left side.
  bool code_ends_before(std::size_t i) const {
    const Piece& left = pieces_[i - 1];
    const Piece& right = pieces_[i];
    const Role& role = roles_[i - 1];
    const bool as_written = right.newlines_before > 0;
    if (left.is("{")) return !is_inline(i - 1);
    if (right.is("}")) return roles_[i].partner == kNowhere || !is_inline(roles_[i].partner);
    const bool stays = is_inline(role.inside);
    switch (role.ending) {
      case Ending::Declaration:
      case Ending::Item: return !stays;
      case Ending::Label:
      case Ending::Prefix: return as_written;
      case Ending::None: break;
    }
    if (left.is("}")) return as_written && opens_declaration(right);
    return as_written && left.kind == Kind::Text && right.kind == Kind::Text;
  }

  std::size_t end_of_line(std::size_t begin) const {
    std::size_t end = begin + 1;
    while (end < pieces_.size() && !line_ends_before(end)) ++end;
    return end;
  }

  bool blank_line_before(std::size_t i) const {
    if (pieces_[i].newlines_before < 2) return false;
    const Piece& left = pieces_[i - 1];
    if (left.is("{") || pieces_[i].is("}")) return false;
    const bool in_declaration = pieces_[i].is_code() && left.is_code() && !roles_[i].begins;
    return !in_declaration;
  }

  /// If the line is too long: opens a body on it. False if there is nothing to open.
  bool open_a_body(std::size_t begin, std::size_t end) {
    if (pieces_[begin].kind == Kind::Verbatim) return false;
    std::size_t columns = indent(begin);
    for (std::size_t i = begin; i < end && !is_trailing(i); ++i) {
      columns += (i > begin ? spaces_before(i) : 0) + width(pieces_[i].text);
    }
    if (columns <= kColumnsMax) return false;
    for (std::size_t i = end; i > begin; --i) {
      const std::size_t brace = roles_[i - 1].partner;
      if (!pieces_[i - 1].is("}") || brace == kNowhere || brace < begin || brace + 2 == i) continue;
      opened_[brace] = true;
      return true;
    }
    return false;
  }

  // --- How a line begins.

  std::size_t indent(std::size_t i) const {
    if (pieces_[i].kind == Kind::Verbatim) return 0;
    const Role& role = roles_[i];
    std::size_t columns = role.depth * kStep;
    if (role.in_arm && !before_label(i)) columns += kStep;
    if (!role.begins) columns += kContinuation;
    return columns;
  }

  /// True for a label, and for comments above one.
  bool before_label(std::size_t i) const {
    while (i < pieces_.size() && pieces_[i].is_comment()) ++i;
    return i < pieces_.size() && (pieces_[i].is("case") || pieces_[i].is("default") || pieces_[i].is("}"));
  }

  // --- What a line holds.

  void print_line(std::size_t begin, std::size_t end) {
    const std::size_t first_column = indent(begin);
    column_ = first_column;
    out_.append(first_column, ' ');
    const std::size_t wrapped_column = roles_[begin].begins ? first_column + kContinuation : first_column;
    for (std::size_t i = begin; i < end; ++i) {
      if (i > begin) {
        const std::size_t spaces = spaces_before(i);
        if (may_wrap_before(i) && column_ + spaces + chunk(i, end) > kColumnsMax) {
          // Behind an annotation, the declaration begins where it would begin without it.
          column_ = roles_[i - 1].ending == Ending::Prefix ? first_column : wrapped_column;
          out_ += '\n';
          out_.append(column_, ' ');
        } else {
          write(std::string_view{"  "}.substr(0, spaces));
        }
      }
      const Piece& piece = pieces_[i];
      if (piece.kind == Kind::BlockComment) {
        write(move_comment(piece.text, piece.column, column_));
      } else {
        write(piece.text);
      }
    }
  }

  void write(std::string_view text) {
    out_ += text;
    const std::size_t line = text.rfind('\n');
    column_ = line == std::string_view::npos ? column_ + width(text) : width(text.substr(line + 1));
  }

  /// Columns from piece i to the next place where the line may be wrapped; of a clause that fits on a line of
  /// its own: to its end.
  std::size_t chunk(std::size_t i, std::size_t end) const {
    const bool clause = roles_[i].clause;
    std::size_t columns = width(pieces_[i].text);
    for (++i; i < end && !is_trailing(i) && (clause ? !roles_[i].clause : !may_wrap_before(i)); ++i) {
      columns += spaces_before(i) + width(pieces_[i].text);
    }
    return columns;
  }

  bool may_wrap_before(std::size_t i) const {
    const Piece& left = pieces_[i - 1];
    const Piece& right = pieces_[i];
    const Role& role = roles_[i];
    if (is_trailing(i) || !left.is_code()) return false;
    if (left.is(",")) return !role.in_angles;
    if (roles_[i - 1].ending == Ending::Prefix) return !right.is_comment();
    if (left.kind == Kind::Text && right.kind == Kind::Text) return true;
    if (role.in_prefix) return false;
    if (left.is("(")) return !roles_[i - 1].spaced_list && !right.is(")");
    if (left.is("=")) return true;
    if (role.clause) return true;
    if (right.is(":")) return role.ending != Ending::Label;
    return is_operator(right) && !role.unary && !role.angle && !role.in_angles;
  }

  std::size_t spaces_before(std::size_t i) const { return is_trailing(i) ? 2 : has_space_before(i) ? 1 : 0; }

  bool has_space_before(std::size_t i) const {
    const Piece& left = pieces_[i - 1];
    const Piece& right = pieces_[i];
    const Role& left_role = roles_[i - 1];
    const Role& role = roles_[i];
    if (right.is(";") || right.is(",") || right.is(")") || right.is("]")) return false;
    if (left.is("(") || left.is("[")) return false;
    if (left.is("<") && left_role.angle) return false;
    if (right.is_comment() || left.is_comment()) return true;
    if (right.is("}")) return !left.is("{");
    if (left_role.unary) return false;
    if (role.angle) {
      // "> >" stays apart: older compilers take ">>" for a shift.
      return !right.is("<") && left_role.angle && right.space_before;
    }
    if (left.is("::")) return false;
    if (right.is("::")) return left.kind != Kind::Word || is_keyword(left);
    if (right.is(":")) return role.ending != Ending::Label;
    if (right.is("[")) return false;
    if (right.is("(")) return !role.call;
    return true;
  }

  const std::vector<Piece>& pieces_;
  std::vector<Role> roles_;
  std::vector<bool> opened_;  // '{' whose body does not fit on its line
  std::string out_;
  std::size_t column_ = 0;
};

std::string_view trimmed_left(std::string_view line, std::size_t& column) {
  column = 0;
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    column = line.front() == '\t' ? (column / 8 + 1) * 8 : column + 1;
    line.remove_prefix(1);
  }
  return line;
}

std::string_view trimmed_right(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t\f\v\r") + 1);
}

struct CommentLine {
  std::size_t column;
  std::string_view text;
};

std::vector<CommentLine> lines_of(std::string_view comment) {
  std::vector<CommentLine> lines;
  while (true) {
    const std::size_t end = comment.find('\n');
    CommentLine line{};
    line.text = trimmed_right(trimmed_left(comment.substr(0, end), line.column));
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    comment.remove_prefix(end + 1);
  }
}

}  // namespace

std::string move_comment(std::string_view comment, std::size_t from, std::size_t to) {
  const std::vector<CommentLine> lines = lines_of(comment);
  const bool stars = std::all_of(lines.begin() + 1, lines.end(), [](const CommentLine& line) {
    return !line.text.empty() && line.text.front() == '*';
  });
  std::string out{lines.front().text};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    out += '\n';
    if (lines[i].text.empty()) continue;
    const std::size_t column = lines[i].column + to;
    out.append(stars ? to + 1 : column > from ? column - from : 0, ' ');
    out += lines[i].text;
  }
  return out;
}

std::string lay_out(const std::vector<Piece>& pieces, Language language) {
  return Layout{pieces, language}.run();
}

}  // namespace oncec::format
