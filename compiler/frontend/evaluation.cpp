// Evaluates the flat list of operands and operators that the grammar gives, by precedence climbing.
#include "frontend/evaluation.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "frontend/literals.hpp"
#include "support/characters.hpp"

namespace oncec::frontend {

namespace {

constexpr Wide kWideMax = std::numeric_limits<std::uint64_t>::max();
constexpr Wide kWideMin = std::numeric_limits<std::int64_t>::min();

int precedence(std::size_t operator_type) {
  switch (operator_type) {
    case Grammar::OR: return 1;
    case Grammar::XOR: return 2;
    case Grammar::AND: return 3;
    case Grammar::SHIFT_LEFT:
    case Grammar::SHIFT_RIGHT: return 4;
    case Grammar::PLUS:
    case Grammar::MINUS: return 5;
    default: return 6;
  }
}

/// One evaluation, for one type.
class Evaluation {
 public:
  Evaluation(const Syntax& syntax, Names& names, Reporter& reporter, const Constants& constants,
             const model::Type& type, Scope& scope)
      : syntax_(syntax),
        names_(names),
        reporter_(reporter),
        constants_(constants),
        type_(type),
        scope_(scope) {}

  std::optional<Operand> expression(Grammar::ConstExpressionContext& context) {
    const List list{context.operand(), context.binaryOperator()};
    std::size_t position = 0;
    return climb(list, position, 1);
  }

 private:
  struct List {
    std::vector<Grammar::OperandContext*> operands;
    std::vector<Grammar::BinaryOperatorContext*> operators;
  };

  /// Reads operands and operators from `position` on, as long as these bind at least as tightly as `least`.
  std::optional<Operand> climb(const List& list, std::size_t& position, int least) {
    Grammar::OperandContext& first = *list.operands[position];
    std::optional<Operand> left = operand(first);
    while (position < list.operators.size()) {
      const antlr4::Token& symbol = *list.operators[position]->getStart();
      const int binding = precedence(symbol.getType());
      if (binding < least) break;
      ++position;
      Grammar::OperandContext& right_begin = *list.operands[position];
      const std::optional<Operand> right = climb(list, position, binding + 1);
      if (left && right) {
        left = apply(symbol, *left, syntax_.range(first), *right, syntax_.range(right_begin));
      } else {
        left = std::nullopt;
      }
    }
    return left;
  }

  std::optional<Operand> operand(Grammar::OperandContext& context) {
    std::optional<Operand> value;
    if (context.literal() != nullptr) {
      value = literal(*context.literal());
    } else if (context.scopedName() != nullptr) {
      value = named(*context.scopedName());
    } else if (context.constExpression() != nullptr) {
      value = expression(*context.constExpression());
    }
    const auto signs = context.unaryOperator();
    for (auto sign = signs.rbegin(); value && sign != signs.rend(); ++sign) {
      value = apply_unary(*(*sign)->getStart(), *value);
    }
    return value;
  }

  std::optional<Operand> literal(Grammar::LiteralContext& context) {
    const antlr4::Token& token = first_token(context);
    const SourceRange range = syntax_.range(token);
    const std::string_view text = syntax_.text(token);
    if (text.empty() || syntax_.is_unterminated(token)) return std::nullopt;  // reported
    switch (token.getType()) {
      case Grammar::INTEGER:
        if (const auto value = integer_literal(text, range, reporter_))
          return Integer{static_cast<Wide>(*value)};
        return std::nullopt;
      case Grammar::FLOATING:
        if (const auto value = floating_literal(text, range, reporter_)) return *value;
        return std::nullopt;
      case Grammar::TRUE_: return true;
      case Grammar::FALSE_: return false;
      case Grammar::FIXED:
        if (const auto value = FixedNumber::parse(text)) return *value;
        reporter_.report(Message::FixedTooLong, range);
        return std::nullopt;
      case Grammar::CHARACTER:
      case Grammar::WIDE_CHARACTER: return character(text, range);
      case Grammar::STRING: return string(context.STRING(), false);
      default: return string(context.WIDE_STRING(), true);
    }
  }

  std::optional<Operand> character(std::string_view text, SourceRange range) {
    std::optional<std::string> value = text_literal(text, range, reporter_);
    if (!value) return std::nullopt;
    if (const std::size_t count = count_characters(*value); count != 1) {
      reporter_.report(Message::CharacterLength, range, {std::to_string(count)});
      return std::nullopt;
    }
    return Character{std::move(*value), text.front() == 'L'};
  }

  /// Adjacent literals are one.
  std::optional<Operand> string(const std::vector<antlr4::tree::TerminalNode*>& pieces, bool wide) {
    std::string all;
    for (antlr4::tree::TerminalNode* piece : pieces) {
      const antlr4::Token& token = *piece->getSymbol();
      if (syntax_.is_unterminated(token)) return std::nullopt;
      const auto value = text_literal(syntax_.text(token), syntax_.range(token), reporter_);
      if (!value) return std::nullopt;
      all += *value;
    }
    return String{std::move(all), wide};
  }

  std::optional<Operand> named(Grammar::ScopedNameContext& context) {
    const Path path = constants_.path(context);
    const Entity* entity = names_.resolve(scope_, path, Names::Use::Other);
    if (entity == nullptr) return std::nullopt;
    if (entity->kind == Entity::Kind::Enumerator) {
      if (const auto* mask = std::get_if<model::Bitmask>(&entity->declaration->body)) {
        return Integer{Wide{1} << mask->flags[entity->index].value};
      }
      return model::EnumeratorValue{entity->declaration, entity->index};
    }
    const auto* constant = entity->kind == Entity::Kind::Declaration
                               ? std::get_if<model::Constant>(&entity->declaration->body)
                               : nullptr;
    if (constant == nullptr) {
      reporter_.report(Message::NotAConstant, path.range, {path.text(), frontend::described(*entity)})
          .note(entity->range, "defined here");
      return std::nullopt;
    }
    return operand_of(*constant);
  }

  static Operand operand_of(const model::Constant& constant) {
    if (const auto* integer = std::get_if<model::IntegerValue>(&constant.value)) {
      const auto magnitude = static_cast<Wide>(integer->magnitude);
      return Integer{integer->negative ? -magnitude : magnitude};
    }
    if (const auto* number = std::get_if<double>(&constant.value)) return *number;
    if (const auto* truth = std::get_if<bool>(&constant.value)) return *truth;
    if (const auto* enumerator = std::get_if<model::EnumeratorValue>(&constant.value)) return *enumerator;
    const std::string& text = std::get<model::TextValue>(constant.value).text;
    const model::Type& type = model::resolve(*constant.type);
    if (std::holds_alternative<model::FixedType>(type.form))
      return FixedNumber::parse(text).value_or(FixedNumber{});
    if (const auto* string = std::get_if<model::StringType>(&type.form)) return String{text, string->wide};
    const auto* primitive = std::get_if<model::Primitive>(&type.form);
    return Character{text, primitive != nullptr && *primitive == model::Primitive::WChar};
  }

  std::optional<Operand> apply_unary(const antlr4::Token& symbol, const Operand& value) {
    const std::size_t type = symbol.getType();
    if (const auto* integer = std::get_if<Integer>(&value)) {
      if (type == Grammar::PLUS) return value;
      if (type == Grammar::MINUS) return checked(-integer->value, syntax_.range(symbol));
      const auto range = integer_range(type_);
      const bool is_unsigned = range && range->min == 0;
      return checked(is_unsigned ? range->max - integer->value : -integer->value - 1, syntax_.range(symbol));
    }
    if (const auto* number = std::get_if<double>(&value); number != nullptr && type != Grammar::TILDE) {
      return type == Grammar::MINUS ? -*number : *number;
    }
    if (const auto* fixed = std::get_if<FixedNumber>(&value); fixed != nullptr && type != Grammar::TILDE) {
      return type == Grammar::MINUS ? -*fixed : *fixed;
    }
    return misapplied(symbol, value);
  }

  std::optional<Operand> misapplied(const antlr4::Token& symbol, const Operand& value) {
    reporter_.report(Message::OperatorMisapplied, syntax_.range(symbol),
                     {syntax_.text(symbol), described(value)});
    return std::nullopt;
  }

  std::optional<Operand> apply(const antlr4::Token& symbol, const Operand& left, SourceRange left_range,
                               const Operand& right, SourceRange right_range) {
    if (const auto* a = std::get_if<Integer>(&left)) {
      if (const auto* b = std::get_if<Integer>(&right))
        return integers(symbol, a->value, b->value, right_range);
    }
    if (const auto* a = std::get_if<double>(&left)) {
      if (const auto* b = std::get_if<double>(&right)) return numbers(symbol, *a, *b, right_range);
    }
    if (const auto* a = std::get_if<FixedNumber>(&left)) {
      if (const auto* b = std::get_if<FixedNumber>(&right)) return fixed_numbers(symbol, *a, *b, right_range);
    }
    if (!is_number(left)) return misapplied(symbol, left);
    if (!is_number(right)) return misapplied(symbol, right);
    const bool left_is_wrong = left.index() < right.index();  // the plainer of the two
    reporter_.report(Message::ValueKind, left_is_wrong ? left_range : right_range,
                     {frontend::described(left_is_wrong ? left : right),
                      frontend::described(left_is_wrong ? right : left)});
    return std::nullopt;
  }

  static bool is_number(const Operand& operand) {
    return std::holds_alternative<Integer>(operand) || std::holds_alternative<double>(operand) ||
           std::holds_alternative<FixedNumber>(operand);
  }

  std::optional<Operand> fixed_numbers(const antlr4::Token& symbol, const FixedNumber& a,
                                       const FixedNumber& b, SourceRange right_range) {
    std::optional<FixedNumber> result;
    switch (symbol.getType()) {
      case Grammar::PLUS: result = FixedNumber::add(a, b); break;
      case Grammar::MINUS: result = FixedNumber::add(a, -b); break;
      case Grammar::STAR: result = FixedNumber::multiply(a, b); break;
      case Grammar::SLASH:
        if (b.is_zero()) {
          reporter_.report(Message::DivisionByZero, right_range);
          return std::nullopt;
        }
        result = FixedNumber::divide(a, b);
        break;
      default: return misapplied(symbol, a);
    }
    if (result) return *result;
    reporter_.report(Message::FixedTooLong, syntax_.range(symbol));
    return std::nullopt;
  }

  std::optional<Operand> integers(const antlr4::Token& symbol, Wide a, Wide b, SourceRange right_range) {
    Wide result = 0;
    switch (symbol.getType()) {
      case Grammar::OR: return Integer{a | b};
      case Grammar::XOR: return Integer{a ^ b};
      case Grammar::AND: return Integer{a & b};
      case Grammar::PLUS: return checked(a + b, syntax_.range(symbol));
      case Grammar::MINUS: return checked(a - b, syntax_.range(symbol));
      case Grammar::STAR:
        if (__builtin_mul_overflow(a, b, &result)) result = kWideMax + 1;
        return checked(result, syntax_.range(symbol));
      case Grammar::SLASH:
      case Grammar::PERCENT:
        if (b == 0) {
          reporter_.report(Message::DivisionByZero, right_range);
          return std::nullopt;
        }
        return Integer{symbol.getType() == Grammar::SLASH ? a / b : a % b};
      default: break;
    }
    if (b < 0 || b > 63) {
      reporter_.report(Message::ShiftRange, right_range, {decimal(b)});
      return std::nullopt;
    }
    if (symbol.getType() == Grammar::SHIFT_RIGHT) return Integer{a >> static_cast<int>(b)};
    if (__builtin_mul_overflow(a, Wide{1} << static_cast<int>(b), &result)) result = kWideMax + 1;
    return checked(result, syntax_.range(symbol));
  }

  std::optional<Operand> numbers(const antlr4::Token& symbol, double a, double b, SourceRange right_range) {
    double result = 0;
    switch (symbol.getType()) {
      case Grammar::PLUS: result = a + b; break;
      case Grammar::MINUS: result = a - b; break;
      case Grammar::STAR: result = a * b; break;
      case Grammar::SLASH:
        if (b == 0.0) {
          reporter_.report(Message::DivisionByZero, right_range);
          return std::nullopt;
        }
        result = a / b;
        break;
      default: return misapplied(symbol, a);
    }
    if (std::isfinite(result)) return result;
    reporter_.report(Message::ValueTooWide, syntax_.range(symbol));
    return std::nullopt;
  }

  std::optional<Operand> checked(Wide value, SourceRange range) {
    if (value >= kWideMin && value <= kWideMax) return Integer{value};
    reporter_.report(Message::ValueTooWide, range);
    return std::nullopt;
  }

  const Syntax& syntax_;
  Names& names_;
  Reporter& reporter_;
  const Constants& constants_;
  const model::Type& type_;
  Scope& scope_;
};

}  // namespace

std::string_view described(const Operand& operand) {
  struct Words {
    std::string_view operator()(const Integer&) const { return "an integer"; }
    std::string_view operator()(double) const { return "a floating-point number"; }
    std::string_view operator()(const FixedNumber&) const { return "a fixed-point number"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(const Character& value) const {
      return value.wide ? "a wide character" : "a character";
    }
    std::string_view operator()(const String& value) const {
      return value.wide ? "a wide string" : "a string";
    }
    std::string_view operator()(const model::EnumeratorValue&) const { return "an enumerator"; }
  };
  return std::visit(Words{}, operand);
}

std::string decimal(Wide value) {
  const bool negative = value < 0;
  auto magnitude = static_cast<std::uint64_t>(negative ? -value : value);
  return (negative ? "-" : "") + std::to_string(magnitude);
}

std::optional<IntegerRange> integer_range(const model::Type& type) {
  const auto* primitive = std::get_if<model::Primitive>(&type.form);
  if (primitive == nullptr) return std::nullopt;
  const auto of_bits = [](unsigned bits, bool is_signed) {
    const Wide one = 1;
    return is_signed ? IntegerRange{-(one << (bits - 1)), (one << (bits - 1)) - 1}
                     : IntegerRange{0, (one << bits) - 1};
  };
  switch (*primitive) {
    case model::Primitive::Octet:
    case model::Primitive::UInt8: return of_bits(8, false);
    case model::Primitive::Int8: return of_bits(8, true);
    case model::Primitive::Int16: return of_bits(16, true);
    case model::Primitive::UInt16: return of_bits(16, false);
    case model::Primitive::Int32: return of_bits(32, true);
    case model::Primitive::UInt32: return of_bits(32, false);
    case model::Primitive::Int64: return of_bits(64, true);
    case model::Primitive::UInt64: return of_bits(64, false);
    default: return std::nullopt;
  }
}

std::optional<Operand> evaluate(Grammar::ConstExpressionContext& expression, const Constants& constants,
                                const Syntax& syntax, Names& names, Reporter& reporter,
                                const model::Type& type, Scope& scope) {
  return Evaluation(syntax, names, reporter, constants, type, scope).expression(expression);
}

}  // namespace oncec::frontend
