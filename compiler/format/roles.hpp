// What each piece does in its declaration: as much of the grammar of both languages as white space depends
// on. It goes by brackets and a few words alone, so that files which no parser takes are laid out, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/scanner.hpp"

namespace oncec::format {

inline constexpr std::size_t kNowhere = ~std::size_t{0};

/// What comes behind a piece of code.
enum class Ending : std::uint8_t {
  None,
  Declaration,  // ';'
  Item,         // a comma between enumerators
  Label,        // the colon of `case 1:`
  Prefix        // the last piece of an annotation, or of a macro's call, that stands before a declaration
};

struct Role {
  std::size_t depth = 0;           // in how many braces it is; a brace itself stands outside
  std::size_t inside = kNowhere;   // the '{' right around it
  std::size_t partner = kNowhere;  // of a brace: the other one
  Ending ending = Ending::None;
  bool in_prefix = false;    // in such an annotation or call
  bool begins = false;       // stands at the beginning of a declaration, behind its annotations perhaps
  bool in_arm = false;       // between a label and the end of its member
  bool in_angles = false;    // the innermost bracket around it is '<'
  bool angle = false;        // '<', '>' or '>>' as a bracket
  bool unary = false;        // an operator without a left side; the '*' of the ONC RPC language, too
  bool call = false;         // '(' right behind its name
  bool clause = false;       // raises, context, … behind a declaration's head
  bool spaced_list = false;  // the '(' of such a clause, or of switch
};

/// One for each piece.
std::vector<Role> assign_roles(const std::vector<Piece>& pieces, Language language);

/// A word of either language that is no name: a '::' behind it begins one.
bool is_keyword(const Piece& piece);
bool is_operator(const Piece& piece);
/// A word that a declaration begins with.
bool opens_declaration(const Piece& piece);

}  // namespace oncec::format
