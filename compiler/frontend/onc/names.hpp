// What the names of a file stand for. The language has one namespace for all constants, enumerators, types
// and programs of a file (RFC 4506, 6.4), and no order: a name may be used before it is defined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "frontend/messages.hpp"
#include "frontend/onc/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend::onc {

/// An identifier where it stands. Empty text: it was missing, and that has been reported.
struct Name {
  std::string text;
  SourceRange range;
};

struct Symbol {
  enum class Kind : std::uint8_t { Broken, Constant, Enumerator, Type, Program };
  enum class State : std::uint8_t { Untouched, Busy, Done };

  Kind kind = Kind::Broken;  // Broken: its uses are neither resolved nor complained about
  Name name;
  bool is_built_in = false;                   // a definition of the file's own takes its place
  model::Declaration* declaration = nullptr;  // of an enumerator: its enum

  // Of constants and enumerators; of the latter also its place, and the one before it where no value is
  // written.
  Grammar::ValueContext* written = nullptr;
  Symbol* previous = nullptr;
  std::size_t index = 0;
  std::optional<model::Value> value;  // IntegerValue, TextValue or bool; none: wrong, and reported
  // Of built-in types: their definition, read when somebody uses it.
  Grammar::DefinitionContext* definition = nullptr;
  model::TypePointer type;

  State state = State::Untouched;
};

/// "a struct", "a constant" …
std::string_view described(const Symbol& symbol);

class Names {
 public:
  Names(const Syntax& syntax, Reporter& reporter) : syntax_(syntax), reporter_(reporter) {}

  Name name(const antlr4::Token& token) const;

  /// Enters it, or reports that the name is taken and returns nullptr.
  Symbol* declare(Symbol symbol);

  /// Enters it unless the name is taken.
  void offer(Symbol symbol);

  enum class Wanted : std::uint8_t { Value, Type };
  /// What the name means; nullptr if it is unknown (each name is reported once) or broken.
  Symbol* resolve(const Name& name, Wanted wanted);

 private:
  void report_unknown(const Name& name, Wanted wanted);

  const Syntax& syntax_;
  Reporter& reporter_;
  std::deque<Symbol> symbols_;
  std::unordered_map<std::string, Symbol*> by_name_;
};

}  // namespace oncec::frontend::onc
