// Evaluation. Each value needs at most one other, so that a chain of any length is followed without
// recursion.
#include "frontend/onc/values.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "frontend/literals.hpp"
#include "model/spelled.hpp"
#include "support/characters.hpp"

namespace oncec::frontend::onc {

namespace {

model::IntegerValue from_signed(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return {value < 0, value < 0 ? ~bits + 1 : bits};
}

}  // namespace

std::optional<std::int64_t> to_signed(const model::IntegerValue& value) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (value.magnitude > (value.negative ? kMax + 1 : kMax)) return std::nullopt;
  return static_cast<std::int64_t>(value.negative ? ~value.magnitude + 1 : value.magnitude);
}

std::optional<Name> Values::name_in(Grammar::ValueContext& context) const {
  if (context.IDENTIFIER() == nullptr) return std::nullopt;
  return names_.name(*context.IDENTIFIER()->getSymbol());
}

Symbol* Values::value_symbol(const Name& name) {
  Symbol* symbol = names_.resolve(name, Names::Wanted::Value);
  if (symbol == nullptr) return nullptr;
  if (symbol->kind == Symbol::Kind::Constant || symbol->kind == Symbol::Kind::Enumerator) return symbol;
  reporter_.report(Message::NotAConstant, name.range, {name.text, described(*symbol)})
      .note(symbol->name.range, "defined here");
  return nullptr;
}

/// The one whose value it is made of, if any.
Symbol* Values::needed_by(const Symbol& symbol) {
  if (symbol.written == nullptr) return symbol.previous;
  const std::optional<Name> name = name_in(*symbol.written);
  return name ? value_symbol(*name) : nullptr;
}

const std::optional<model::Value>& Values::of(Symbol& symbol) {
  std::vector<std::pair<Symbol*, Symbol*>> chain;  // each with the one that it needs
  for (Symbol* at = &symbol; at != nullptr && at->state != Symbol::State::Done;) {
    if (at->state == Symbol::State::Busy) {
      reporter_.report(Message::DefinedInCircle, at->name.range, {at->name.text});
      at->state = Symbol::State::Done;
      break;
    }
    at->state = Symbol::State::Busy;
    chain.emplace_back(at, needed_by(*at));
    at = chain.back().second;
  }
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    if (link->first->state == Symbol::State::Busy) settle(*link->first, link->second);
    link->first->state = Symbol::State::Done;
  }
  return symbol.value;
}

/// Gives the symbol its value, now that the one it needs has its own.
void Values::settle(Symbol& symbol, const Symbol* needed) {
  if (symbol.written != nullptr) {
    symbol.value = name_in(*symbol.written) ? (needed != nullptr ? needed->value : std::nullopt)
                                            : literal(*symbol.written);
  } else if (symbol.kind == Symbol::Kind::Enumerator) {
    const bool is_first = symbol.previous == nullptr;
    const auto* before =
        needed != nullptr && needed->value ? std::get_if<model::IntegerValue>(&*needed->value) : nullptr;
    if (is_first) symbol.value = model::IntegerValue{};
    if (before != nullptr) symbol.value = from_signed(to_signed(*before).value_or(0) + 1);
  }
  if (symbol.kind == Symbol::Kind::Enumerator) check_enumerator(symbol);
}

/// An enumerator is a number that 32 bits hold.
void Values::check_enumerator(Symbol& symbol) {
  if (!symbol.value) return;
  const SourceRange range = symbol.written != nullptr ? syntax_.range(*symbol.written) : symbol.name.range;
  if (const bool* truth = std::get_if<bool>(&*symbol.value)) {
    symbol.value = model::IntegerValue{false, *truth ? 1U : 0U};
  }
  const auto* integer = std::get_if<model::IntegerValue>(&*symbol.value);
  if (integer == nullptr) {
    reporter_.report(Message::ValueKind, range, {"a string", "a number"});
    symbol.value.reset();
    return;
  }
  const std::optional<std::int64_t> number = to_signed(*integer);
  if (number && *number >= std::numeric_limits<std::int32_t>::min() &&
      *number <= std::int64_t{std::numeric_limits<std::uint32_t>::max()}) {
    std::get<model::Enum>(symbol.declaration->body).enumerators[symbol.index].value = *number;
    return;
  }
  reporter_.report(Message::ValueRange, range, {spelled(model::Value{*integer}), "an enum"});
  symbol.value.reset();
}

std::optional<model::Value> Values::literal(Grammar::ValueContext& context) {
  const antlr4::Token& token = *context.getStop();
  const SourceRange range = syntax_.range(token);
  const std::string_view text = syntax_.text(token);
  if (text.empty() || syntax_.is_unterminated(token)) return std::nullopt;
  if (context.CHARACTER() != nullptr) {
    const std::optional<std::string> character = text_literal(text, range, reporter_);
    if (!character) return std::nullopt;
    if (character->size() != 1) {
      reporter_.report(Message::CharacterLength, range, {std::to_string(count_characters(*character))});
      return std::nullopt;
    }
    return model::IntegerValue{false, static_cast<unsigned char>(character->front())};
  }
  const std::optional<std::uint64_t> magnitude = integer_literal(text, range, reporter_);
  if (!magnitude) return std::nullopt;
  const model::IntegerValue value{context.MINUS() != nullptr && *magnitude != 0, *magnitude};
  if (value.negative && !to_signed(value)) {
    reporter_.report(Message::ValueTooWide, syntax_.range(context));
    return std::nullopt;
  }
  return value;
}

std::optional<model::Value> Values::evaluate(Grammar::ValueContext& context) {
  const std::optional<Name> name = name_in(context);
  if (!name) return literal(context);
  Symbol* symbol = value_symbol(*name);
  return symbol != nullptr ? of(*symbol) : std::nullopt;
}

std::optional<model::IntegerValue> Values::integer(Grammar::ValueContext& context) {
  const std::optional<model::Value> value = evaluate(context);
  if (!value) return std::nullopt;
  if (const auto* integer = std::get_if<model::IntegerValue>(&*value)) return *integer;
  const bool is_text = std::holds_alternative<model::TextValue>(*value);
  reporter_.report(Message::ValueKind, syntax_.range(context),
                   {is_text ? "a string" : "a boolean", "a number"});
  return std::nullopt;
}

std::uint32_t Values::unsigned_number(Grammar::ValueContext& context) {
  const std::optional<model::IntegerValue> value = integer(context);
  if (!value) return 0;
  if (value->negative || value->magnitude > std::numeric_limits<std::uint32_t>::max()) {
    reporter_.report(Message::ValueRange, syntax_.range(context),
                     {spelled(model::Value{*value}), "'unsigned int'"});
    return 0;
  }
  return static_cast<std::uint32_t>(value->magnitude);
}

}  // namespace oncec::frontend::onc
