// Factories of value types, factories and finders of homes. Included by Builder's .cpp files only.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "frontend/builder.hpp"

namespace oncec::frontend {

template <typename Context>
std::optional<model::Operation> Builder::initializer(Context& context, const Annotated& annotations,
                                                     std::string doc, const model::TypePointer& result,
                                                     Holder& holder) {
  model::Operation operation;
  const Name name = constants_.name(*context.identifier());
  const std::string_view word = syntax_.text(*context.getStart());
  operation.name = name.text;
  operation.range = name.range;
  operation.doc = std::move(doc);
  operation.result = result;
  operation.annotations = read_annotations(annotations, holder.scope, "a factory");
  Entity entity;
  entity.kind = Entity::Kind::Operation;
  const bool entered =
      holder.rules.may_declare(name) && names_.declare(holder.scope, name, std::move(entity));
  Scope& inside = names_.open(holder.scope, word, name.text, nullptr);
  for (Grammar::ParameterContext* each : context.parameter()) {
    parameter(*each, inside, operation);
    const antlr4::Token& direction = first_token(*each->direction());
    if (direction.getType() == Grammar::IN_) continue;
    reporter_.report(Message::MaybeHasOut, syntax_.range(direction),
                     {word, name.text, syntax_.text(direction), constants_.name(*each->identifier()).text});
  }
  if (context.raisesClause() != nullptr) {
    operation.raises = exceptions(*context.raisesClause()->exceptionList(), inside);
  }
  if (!entered) return std::nullopt;
  return operation;
}

}  // namespace oncec::frontend
