// A walk over the pieces with a stack of brackets. Conditional directives take the state back to where their
// first half began, so that an #else does not open a brace twice.
#include "format/roles.hpp"

#include <algorithm>
#include <initializer_list>

namespace oncec::format {
namespace {

bool is_one_of(const Piece& piece, std::initializer_list<std::string_view> words) {
  return piece.kind == Kind::Word && std::find(words.begin(), words.end(), piece.text) != words.end();
}

bool opens_clause(const Piece& piece) {
  return is_one_of(piece, {"raises", "getraises", "setraises", "context", "supports"});
}

struct Bracket {
  char kind = '{';
  std::size_t piece = kNowhere;
  bool list = false;  // braces round enumerators
};

struct State {
  std::vector<Bracket> brackets;
  bool at_beginning = true;
  bool label = false;  // in `case …:`
  bool in_arm = false;
  bool list = false;    // the declaration is an enum's
  bool clause = false;  // the last word wants its '(' apart
};

class Walk {
 public:
  Walk(const std::vector<Piece>& pieces, Language language)
      : pieces_(pieces), language_(language), roles_(pieces.size()) {}

  std::vector<Role> run() {
    for (std::size_t i = 0; i < pieces_.size();) {
      if (pieces_[i].is_code()) {
        i = code(i);
      } else {
        place(i);
        if (pieces_[i].kind == Kind::Verbatim) directive(pieces_[i].text);
        ++i;
      }
    }
    return std::move(roles_);
  }

 private:
  void directive(std::string_view text) {
    const std::string_view name = directive_name(text);
    if (name == "if" || name == "ifdef" || name == "ifndef") {
      halves_.push_back(state_);
    } else if (!halves_.empty() && (name == "else" || name == "elif")) {
      state_ = halves_.back();
    } else if (!halves_.empty() && name == "endif") {
      halves_.pop_back();
    }
  }

  void place(std::size_t i) {
    Role& role = roles_[i];
    for (const Bracket& bracket : state_.brackets) {
      if (bracket.kind != '{') continue;
      ++role.depth;
      role.inside = bracket.piece;
    }
    role.begins = state_.at_beginning;
    role.in_arm = state_.in_arm;
    role.in_angles = innermost() == '<';
  }

  char innermost() const { return state_.brackets.empty() ? '{' : state_.brackets.back().kind; }
  bool in_braces() const { return innermost() == '{'; }
  /// Closes the innermost bracket of that kind inside the innermost braces.
  void close(char kind) {
    auto& brackets = state_.brackets;
    for (std::size_t i = brackets.size(); i > 0 && brackets[i - 1].kind != '{'; --i) {
      if (brackets[i - 1].kind != kind) continue;
      brackets.resize(i - 1);
      return;
    }
  }
  void to_braces() {
    while (!in_braces()) state_.brackets.pop_back();
  }
  void begin_declaration() {
    state_.at_beginning = true;
    state_.label = state_.list = state_.clause = false;
  }

  /// The piece of code behind i, or kNowhere.
  std::size_t code_behind(std::size_t i) const {
    for (++i; i < pieces_.size(); ++i) {
      if (pieces_[i].kind == Kind::Verbatim) return kNowhere;
      if (pieces_[i].is_code()) return i;
    }
    return kNowhere;
  }
  /// The ')' for the '(' at i, or kNowhere.
  std::size_t closing(std::size_t i) const {
    int depth = 0;
    for (; i != kNowhere && !pieces_[i].is("{") && !pieces_[i].is(";"); i = code_behind(i)) {
      if (pieces_[i].is("(")) ++depth;
      if (pieces_[i].is(")") && --depth == 0) return i;
    }
    return kNowhere;
  }
  /// The last piece of an annotation or a macro's call that begins at i, or kNowhere.
  std::size_t end_of_prefix(std::size_t i) const {
    std::size_t last = i;
    std::size_t next = code_behind(i);
    if (pieces_[i].is("@")) {
      if (next == kNowhere || pieces_[next].is("annotation")) return kNowhere;
      while (next != kNowhere && (pieces_[next].kind == Kind::Word || pieces_[next].is("::"))) {
        const bool name_ended = pieces_[next].kind == Kind::Word && pieces_[last].kind == Kind::Word;
        if (name_ended) break;
        last = next;
        next = code_behind(next);
      }
      return next != kNowhere && pieces_[next].is("(") ? closing(next) : last;
    }
    if (pieces_[i].kind != Kind::Word || is_keyword(pieces_[i])) return kNowhere;
    if (next == kNowhere || !pieces_[next].is("(")) return kNowhere;
    const std::size_t end = closing(next);
    const std::size_t behind = end == kNowhere ? kNowhere : code_behind(end);
    return behind == kNowhere || pieces_[behind].newlines_before > 0 ? end : kNowhere;
  }

  /// Returns the next piece to look at.
  std::size_t code(std::size_t i) {
    if (state_.at_beginning && in_braces()) {
      const std::size_t end = end_of_prefix(i);
      if (end != kNowhere) {
        for (std::size_t k = i; k <= end; ++k) {
          one(k);
          state_.at_beginning = false;
        }
        for (std::size_t k = i; k <= end; ++k) roles_[k].in_prefix = true;
        roles_[i].begins = true;
        roles_[end].ending = Ending::Prefix;
        state_.at_beginning = true;
        return end + 1;
      }
    }
    one(i);
    return i + 1;
  }

  void one(std::size_t i) {
    const Piece& piece = pieces_[i];
    place(i);
    if (!piece.is_code()) return;
    Role& role = roles_[i];
    if (role.begins && is_one_of(piece, {"case", "default"})) state_.label = true;
    if (piece.is("{")) {
      state_.brackets.push_back({'{', i, state_.list});
      begin_declaration();
      state_.in_arm = false;
    } else if (piece.is("}")) {
      close_braces(i);
    } else if (piece.is("(") || piece.is("[")) {
      role.spaced_list = state_.clause;
      role.call = previous_ != kNowhere && is_name_like(previous_) && !state_.clause;
      state_.brackets.push_back({piece.text.front(), i, false});
      state_.at_beginning = false;
    } else if (piece.is(")") || piece.is("]")) {
      close(piece.is(")") ? '(' : '[');
    } else if (piece.is("<")) {
      role.angle = true;
      state_.brackets.push_back({'<', i, false});
    } else if (piece.is(">") || piece.is(">>")) {
      close_angles(role, piece.text.size());
    } else if (piece.is(";")) {
      to_braces();
      role.ending = Ending::Declaration;
      begin_declaration();
      state_.in_arm = false;
    } else if (piece.is(",") && in_braces() && !state_.brackets.empty() && state_.brackets.back().list) {
      role.ending = Ending::Item;
      begin_declaration();
    } else if (piece.is(":") && in_braces() && state_.label) {
      role.ending = Ending::Label;
      begin_declaration();
      state_.in_arm = true;
    } else {
      role.unary = is_operator(piece) && !has_left_side(piece);
      state_.at_beginning = false;
      if (is_one_of(piece, {"enum", "bitmask"})) state_.list = true;
    }
    // An annotation may have a keyword's name: @default(5).
    const bool annotation = previous_ != kNowhere && pieces_[previous_].is("@");
    role.clause = !annotation && !role.begins && language_ == Language::OmgIdl && opens_clause(piece);
    state_.clause = role.clause || (!annotation && piece.is("switch"));
    previous_ = i;
  }

  void close_braces(std::size_t i) {
    to_braces();
    Role& role = roles_[i];
    if (!state_.brackets.empty()) {
      role.partner = state_.brackets.back().piece;
      roles_[role.partner].partner = i;
      state_.brackets.pop_back();
    }
    role.depth = 0;
    role.inside = kNowhere;
    place(i);
    begin_declaration();
    state_.at_beginning = false;
    state_.in_arm = false;
    role.begins = true;
    role.in_arm = false;
  }

  void close_angles(Role& role, std::size_t count) {
    // Only a bracket closes a bracket: inside parentheses `>>` shifts.
    if (innermost() != '<') return;
    role.angle = true;
    for (; count > 0 && innermost() == '<'; --count) state_.brackets.pop_back();
  }

  bool is_name_like(std::size_t i) const {
    const Piece& piece = pieces_[i];
    if (piece.kind != Kind::Word) return false;
    return !is_one_of(piece, {"case", "default"}) || !roles_[i].begins;
  }

  bool has_left_side(const Piece& piece) const {
    if (language_ == Language::OncRpc && piece.is("*")) return false;
    if (piece.is("~") || piece.is("@") || previous_ == kNowhere) return false;
    const Piece& left = pieces_[previous_];
    if (left.kind == Kind::Number || left.kind == Kind::Text || left.is(")")) return true;
    return left.kind == Kind::Word && !left.is("case") && !left.is("default");
  }

  const std::vector<Piece>& pieces_;
  Language language_;
  std::vector<Role> roles_;
  State state_;
  std::vector<State> halves_;  // at each #if that is open
  std::size_t previous_ = kNowhere;
};

}  // namespace

std::vector<Role> assign_roles(const std::vector<Piece>& pieces, Language language) {
  return Walk{pieces, language}.run();
}

bool is_keyword(const Piece& piece) {
  return is_one_of(
      piece,
      {"abstract",  "any",      "attribute", "bitfield", "bitmask",  "bitset",   "boolean",    "case",
       "char",      "const",    "custom",    "default",  "double",   "enum",     "exception",  "factory",
       "fixed",     "float",    "hyper",     "in",       "inout",    "int",      "interface",  "local",
       "long",      "module",   "native",    "octet",    "oneway",   "opaque",   "out",        "private",
       "program",   "public",   "quadruple", "raises",   "readonly", "sequence", "short",      "string",
       "struct",    "supports", "switch",    "typedef",  "union",    "unsigned", "valuetype",  "version",
       "void",      "wchar",    "wstring",   "context",  "typeid",   "import",   "typeprefix", "getraises",
       "setraises", "map"});
}

bool is_operator(const Piece& piece) {
  return piece.kind == Kind::Punctuation &&
         (piece.text == "<<" || piece.text == ">>" ||
          std::string_view{"|^&+-*/%~@"}.find(piece.text) != std::string_view::npos);
}

bool opens_declaration(const Piece& piece) {
  return piece.is("@") ||
         is_one_of(piece, {"abstract", "attribute", "bitmask",   "bitset", "case",      "const",   "default",
                           "enum",     "exception", "interface", "module", "native",    "oneway",  "program",
                           "readonly", "struct",    "typedef",   "union",  "valuetype", "version", "void"});
}

}  // namespace oncec::format
