// Constant expressions (OMG IDL 4.2, 7.4.1.4.3): integers are reckoned with 64 bits and must fit the type at
// the end, `~` has the width of that type; integers and floating-point numbers do not mix.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "frontend/names.hpp"
#include "frontend/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

class Constants {
 public:
  Constants(const Syntax& syntax, Names& names, Reporter& reporter)
      : syntax_(syntax), names_(names), reporter_(reporter) {}

  /// The value as one of `type`, or nothing (reported). A type of Any takes whatever the expression is.
  std::optional<model::Value> evaluate(Grammar::ConstExpressionContext& expression, const model::Type& type,
                                       Scope& scope);

  /// A bound or an array's size: 1 to 2^32 - 1, or nothing (reported).
  std::optional<std::uint64_t> bound(Grammar::ConstExpressionContext& expression, Scope& scope);

  /// The identifier if the expression is nothing but one, perhaps in parentheses.
  std::optional<Name> single_name(Grammar::ConstExpressionContext& expression) const;

  Name name(Grammar::IdentifierContext& identifier) const;
  Path path(Grammar::ScopedNameContext& scoped_name) const;

 private:
  const Syntax& syntax_;
  Names& names_;
  Reporter& reporter_;
};

}  // namespace oncec::frontend
