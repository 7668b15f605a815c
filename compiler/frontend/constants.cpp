// Evaluates the flat list of operands and operators that the grammar gives, by precedence climbing.
#include "frontend/constants.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "frontend/literals.hpp"
#include "frontend/spelled.hpp"

namespace oncec::frontend {

namespace {

__extension__ using Wide = __int128;

constexpr Wide kWideMax = std::numeric_limits<std::uint64_t>::max();
constexpr Wide kWideMin = std::numeric_limits<std::int64_t>::min();

struct Integer {
  Wide value = 0;
};
struct Character {
  std::string text;
};
struct String {
  std::string text;
};
/// What an expression is before it is fitted to a type.
using Operand = std::variant<Integer, double, bool, Character, String, model::EnumeratorValue>;

std::string_view described(const Operand& operand) {
  switch (operand.index()) {
    case 0: return "an integer";
    case 1: return "a floating-point number";
    case 2: return "a boolean";
    case 3: return "a character";
    case 4: return "a string";
    default: return "an enumerator";
  }
}

std::string decimal(Wide value) {
  const bool negative = value < 0;
  auto magnitude = static_cast<std::uint64_t>(negative ? -value : value);
  return (negative ? "-" : "") + std::to_string(magnitude);
}

struct IntegerRange {
  Wide min;
  Wide max;
};

/// The range of an integer type, or nothing.
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

bool is_primitive(const model::Type& type, model::Primitive wanted) {
  const auto* primitive = std::get_if<model::Primitive>(&type.form);
  return primitive != nullptr && *primitive == wanted;
}

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
      case Grammar::CHARACTER: return character(text, range);
      case Grammar::STRING: return string(context);
      case Grammar::FIXED: return unsupported(range, "fixed-point literal");
      default: return unsupported(range, "wide literal");
    }
  }

  std::optional<Operand> unsupported(SourceRange range, std::string_view what) {
    reporter_.report(Message::Unsupported, range, {what});
    return std::nullopt;
  }

  std::optional<Operand> character(std::string_view text, SourceRange range) {
    std::optional<std::string> value = text_literal(text, range, reporter_);
    if (!value) return std::nullopt;
    if (const std::size_t count = character_count(*value); count != 1) {
      reporter_.report(Message::CharacterLength, range, {std::to_string(count)});
      return std::nullopt;
    }
    return Character{std::move(*value)};
  }

  std::optional<Operand> string(Grammar::LiteralContext& context) {
    std::string all;
    for (antlr4::tree::TerminalNode* piece : context.STRING()) {  // adjacent literals are one
      const antlr4::Token& token = *piece->getSymbol();
      if (syntax_.is_unterminated(token)) return std::nullopt;
      const auto value = text_literal(syntax_.text(token), syntax_.range(token), reporter_);
      if (!value) return std::nullopt;
      all += *value;
    }
    return String{std::move(all)};
  }

  std::optional<Operand> named(Grammar::ScopedNameContext& context) {
    const Path path = constants_.path(context);
    const Entity* entity = names_.resolve(scope_, path, Names::Use::Other);
    if (entity == nullptr) return std::nullopt;
    if (entity->kind == Entity::Kind::Enumerator) {
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
    const bool is_string = std::holds_alternative<model::StringType>(model::resolve(*constant.type).form);
    return is_string ? Operand{String{text}} : Operand{Character{text}};
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
    const bool left_is_number = left.index() <= 1;
    if (!left_is_number) return misapplied(symbol, left);
    if (right.index() > 1) return misapplied(symbol, right);
    const bool left_is_integer = left.index() == 0;
    reporter_.report(Message::ValueKind, left_is_integer ? left_range : right_range,
                     {"an integer", "a floating-point number"});
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

model::IntegerValue integer_value(Wide value) {
  const bool negative = value < 0;
  return {negative, static_cast<std::uint64_t>(negative ? -value : value)};
}

/// Whatever the expression is, as a value.
model::Value natural(Operand operand) {
  if (const auto* integer = std::get_if<Integer>(&operand)) return integer_value(integer->value);
  if (const auto* number = std::get_if<double>(&operand)) return *number;
  if (const auto* truth = std::get_if<bool>(&operand)) return *truth;
  if (auto* character = std::get_if<Character>(&operand)) return model::TextValue{std::move(character->text)};
  if (auto* string = std::get_if<String>(&operand)) return model::TextValue{std::move(string->text)};
  return std::get<model::EnumeratorValue>(operand);
}

/// The kind of value that a type takes, in words; for an enum, its name.
std::string wanted(const model::Type& type) {
  if (integer_range(type)) return "an integer";
  if (is_primitive(type, model::Primitive::Boolean)) return "a boolean";
  if (is_primitive(type, model::Primitive::Char)) return "a character";
  if (std::holds_alternative<model::StringType>(type.form)) return "a string";
  if (std::holds_alternative<model::NamedType>(type.form)) return "an enumerator of '" + spelled(type) + "'";
  return "a floating-point number";
}

bool is_of_kind(const Operand& operand, const model::Type& type) {
  if (integer_range(type)) return std::holds_alternative<Integer>(operand);
  if (is_primitive(type, model::Primitive::Boolean)) return std::holds_alternative<bool>(operand);
  if (is_primitive(type, model::Primitive::Char)) return std::holds_alternative<Character>(operand);
  if (std::holds_alternative<model::StringType>(type.form)) return std::holds_alternative<String>(operand);
  if (const auto* named = std::get_if<model::NamedType>(&type.form)) {
    const auto* enumerator = std::get_if<model::EnumeratorValue>(&operand);
    return enumerator != nullptr && enumerator->enumeration == named->declaration;
  }
  return std::holds_alternative<double>(operand);
}

}  // namespace

std::optional<model::Value> Constants::evaluate(Grammar::ConstExpressionContext& expression,
                                                const model::Type& declared_type, Scope& scope) {
  const model::Type& type = model::resolve(declared_type);
  std::optional<Operand> operand =
      Evaluation(syntax_, names_, reporter_, *this, type, scope).expression(expression);
  if (!operand) return std::nullopt;
  if (is_primitive(type, model::Primitive::Any)) return natural(std::move(*operand));

  const SourceRange range = syntax_.range(expression);
  if (!is_of_kind(*operand, type)) {
    reporter_.report(Message::ValueKind, range, {described(*operand), wanted(type)});
    return std::nullopt;
  }
  if (const auto* integer = std::get_if<Integer>(&*operand)) {
    const IntegerRange limits = *integer_range(type);
    if (integer->value < limits.min || integer->value > limits.max) {
      reporter_.report(Message::ValueRange, range, {decimal(integer->value), spelled(declared_type)});
      return std::nullopt;
    }
  } else if (const auto* number = std::get_if<double>(&*operand)) {
    const bool is_float = is_primitive(type, model::Primitive::Float32);
    if (is_float && std::abs(*number) > static_cast<double>(std::numeric_limits<float>::max())) {
      reporter_.report(Message::ValueRange, range,
                       {range.file->text().substr(range.begin, range.end - range.begin), "float"});
      return std::nullopt;
    }
  } else if (const auto* string = std::get_if<String>(&*operand)) {
    const std::uint64_t bound = std::get<model::StringType>(type.form).bound;
    if (bound != 0 && string->text.size() > bound) {
      reporter_.report(Message::StringTooLong, range,
                       {std::to_string(string->text.size()), std::to_string(bound)});
      return std::nullopt;
    }
  }
  return natural(std::move(*operand));
}

std::optional<std::uint64_t> Constants::bound(Grammar::ConstExpressionContext& expression, Scope& scope) {
  const model::Type type{model::Primitive::UInt64};
  const std::optional<Operand> operand =
      Evaluation(syntax_, names_, reporter_, *this, type, scope).expression(expression);
  if (!operand) return std::nullopt;
  const SourceRange range = syntax_.range(expression);
  const auto* integer = std::get_if<Integer>(&*operand);
  if (integer == nullptr) {
    reporter_.report(Message::ValueKind, range, {described(*operand), "an integer"});
    return std::nullopt;
  }
  if (integer->value < 1) {
    reporter_.report(Message::BoundTooSmall, range, {decimal(integer->value)});
    return std::nullopt;
  }
  if (integer->value > Wide{std::numeric_limits<std::uint32_t>::max()}) {
    reporter_.report(Message::BoundTooLarge, range, {decimal(integer->value)});
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(integer->value);
}

std::optional<Name> Constants::single_name(Grammar::ConstExpressionContext& expression) const {
  if (expression.operand().size() != 1) return std::nullopt;
  Grammar::OperandContext& operand = *expression.operand(0);
  if (!operand.unaryOperator().empty()) return std::nullopt;
  if (operand.constExpression() != nullptr) return single_name(*operand.constExpression());
  if (operand.scopedName() == nullptr) return std::nullopt;
  Path only = path(*operand.scopedName());
  if (only.from_file_scope || only.components.size() != 1) return std::nullopt;
  return std::move(only.components.front());
}

Name Constants::name(Grammar::IdentifierContext& identifier) const {
  const antlr4::Token& token = first_token(identifier);
  std::string_view text = syntax_.text(token);
  const bool escaped = !text.empty() && text.front() == '_';
  if (escaped) text.remove_prefix(1);
  return {std::string(text), syntax_.range(token), escaped};
}

Path Constants::path(Grammar::ScopedNameContext& scoped_name) const {
  Path path;
  path.from_file_scope = first_token(scoped_name).getType() == Grammar::SCOPE;
  for (Grammar::IdentifierContext* identifier : scoped_name.identifier()) {
    path.components.push_back(name(*identifier));
  }
  path.range = syntax_.range(scoped_name);
  return path;
}

}  // namespace oncec::frontend
