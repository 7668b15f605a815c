// What a constant expression comes to, before it is fitted to a type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "frontend/constants.hpp"
#include "frontend/fixed_number.hpp"
#include "frontend/names.hpp"
#include "frontend/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

__extension__ using Wide = __int128;

struct Integer {
  Wide value = 0;
};
struct Character {
  std::string text;
  bool wide = false;
};
struct String {
  std::string text;
  bool wide = false;
};
using Operand = std::variant<Integer, double, FixedNumber, bool, Character, String, model::EnumeratorValue>;

/// "an integer", "a wide string" …
std::string_view described(const Operand& operand);
std::string decimal(Wide value);

struct IntegerRange {
  Wide min;
  Wide max;
};
/// The range of an integer type, or nothing.
std::optional<IntegerRange> integer_range(const model::Type& type);

/// Evaluates for a constant of `type`, or nothing (reported).
std::optional<Operand> evaluate(Grammar::ConstExpressionContext& expression, const Constants& constants,
                                const Syntax& syntax, Names& names, Reporter& reporter,
                                const model::Type& type, Scope& scope);

}  // namespace oncec::frontend
