// What values are: numbers, characters, and the names of constants and enumerators, in whatever order the
// file defines them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "frontend/messages.hpp"
#include "frontend/onc/names.hpp"
#include "frontend/onc/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend::onc {

class Values {
 public:
  Values(const Syntax& syntax, Names& names, Reporter& reporter)
      : syntax_(syntax), names_(names), reporter_(reporter) {}

  /// The value of a constant or an enumerator; none if it is wrong, which has been reported.
  const std::optional<model::Value>& of(Symbol& symbol);
  std::optional<model::Value> evaluate(Grammar::ValueContext& context);
  /// A number, or a report that it is none.
  std::optional<model::IntegerValue> integer(Grammar::ValueContext& context);
  /// The number of a program, a version or a procedure, 0 if it is wrong.
  std::uint32_t unsigned_number(Grammar::ValueContext& context);

 private:
  std::optional<Name> name_in(Grammar::ValueContext& context) const;
  std::optional<model::Value> literal(Grammar::ValueContext& context);
  Symbol* needed_by(const Symbol& symbol);
  void settle(Symbol& symbol, const Symbol* needed);
  void check_enumerator(Symbol& symbol);
  Symbol* value_symbol(const Name& name);

  const Syntax& syntax_;
  Names& names_;
  Reporter& reporter_;
};

/// Where it fits 64 bits with a sign.
std::optional<std::int64_t> to_signed(const model::IntegerValue& value);

}  // namespace oncec::frontend::onc
