// Fits what an expression comes to into the type that it is for.
#include "frontend/constants.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "frontend/evaluation.hpp"
#include "frontend/literals.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

bool is_primitive(const model::Type& type, model::Primitive wanted) {
  const auto* primitive = std::get_if<model::Primitive>(&type.form);
  return primitive != nullptr && *primitive == wanted;
}

model::IntegerValue integer_value(Wide value) {
  const bool negative = value < 0;
  return {negative, static_cast<std::uint64_t>(negative ? -value : value)};
}

/// Whatever the expression is, as a value.
model::Value natural(Operand operand) {
  if (const auto* integer = std::get_if<Integer>(&operand)) return integer_value(integer->value);
  if (const auto* number = std::get_if<double>(&operand)) return *number;
  if (const auto* fixed = std::get_if<FixedNumber>(&operand)) return model::TextValue{fixed->text()};
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
  if (is_primitive(type, model::Primitive::WChar)) return "a wide character";
  if (const auto* string = std::get_if<model::StringType>(&type.form))
    return string->wide ? "a wide string" : "a string";
  if (std::holds_alternative<model::FixedType>(type.form)) return "a fixed-point number";
  if (std::holds_alternative<model::NamedType>(type.form)) return "an enumerator of '" + spelled(type) + "'";
  return "a floating-point number";
}

bool is_of_kind(const Operand& operand, const model::Type& type) {
  if (integer_range(type)) return std::holds_alternative<Integer>(operand);
  if (is_primitive(type, model::Primitive::Boolean)) return std::holds_alternative<bool>(operand);
  const bool is_wide_character = is_primitive(type, model::Primitive::WChar);
  if (is_wide_character || is_primitive(type, model::Primitive::Char)) {
    const auto* character = std::get_if<Character>(&operand);
    return character != nullptr && character->wide == is_wide_character;
  }
  if (const auto* string_type = std::get_if<model::StringType>(&type.form)) {
    const auto* string = std::get_if<String>(&operand);
    return string != nullptr && string->wide == string_type->wide;
  }
  if (std::holds_alternative<model::FixedType>(type.form))
    return std::holds_alternative<FixedNumber>(operand);
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
      frontend::evaluate(expression, *this, syntax_, names_, reporter_, type, scope);
  if (!operand) return std::nullopt;
  if (is_primitive(type, model::Primitive::Any)) return natural(std::move(*operand));

  const SourceRange range = syntax_.range(expression);
  if (!is_of_kind(*operand, type)) {
    reporter_.report(Message::ValueKind, range, {described(*operand), wanted(type)});
    return std::nullopt;
  }
  const auto text = [&] { return range.file->text().substr(range.begin, range.end - range.begin); };
  if (const auto* integer = std::get_if<Integer>(&*operand)) {
    const IntegerRange limits = *integer_range(type);
    if (integer->value < limits.min || integer->value > limits.max) {
      reporter_.report(Message::ValueRange, range, {decimal(integer->value), spelled(declared_type)});
      return std::nullopt;
    }
  } else if (const auto* number = std::get_if<double>(&*operand)) {
    const bool is_float = is_primitive(type, model::Primitive::Float32);
    if (is_float && std::abs(*number) > static_cast<double>(std::numeric_limits<float>::max())) {
      reporter_.report(Message::ValueRange, range, {text(), "float"});
      return std::nullopt;
    }
  } else if (const auto* fixed = std::get_if<FixedNumber>(&*operand)) {
    const auto& form = std::get<model::FixedType>(type.form);
    const bool fits = fixed->scale() <= form.scale && fixed->whole_digits() <= form.digits - form.scale;
    if (form.digits != 0 && !fits) {
      reporter_.report(Message::ValueRange, range, {fixed->text(), spelled(declared_type)});
      return std::nullopt;
    }
  } else if (const auto* character = std::get_if<Character>(&*operand)) {
    if (character->wide && utf16_length(character->text) != 1) {
      reporter_.report(Message::ValueRange, range, {text(), "wchar"});
      return std::nullopt;
    }
  } else if (const auto* string = std::get_if<String>(&*operand)) {
    const std::uint64_t bound = std::get<model::StringType>(type.form).bound;
    const std::size_t length = string->wide ? utf16_length(string->text) : string->text.size();
    if (bound != 0 && length > bound) {
      reporter_.report(
          Message::StringTooLong, range,
          {std::to_string(length), string->wide ? "UTF-16 units" : "octets", std::to_string(bound)});
      return std::nullopt;
    }
  }
  return natural(std::move(*operand));
}

std::optional<std::uint64_t> Constants::bound(Grammar::ConstExpressionContext& expression, Scope& scope) {
  const model::Type type{model::Primitive::UInt64};
  const std::optional<Operand> operand =
      frontend::evaluate(expression, *this, syntax_, names_, reporter_, type, scope);
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
  return {std::string(text), syntax_.range(token), escaped, syntax_.is_included(token)};
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
