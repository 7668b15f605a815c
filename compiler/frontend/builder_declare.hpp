// How the parts of Builder create declarations. Included by its .cpp files only.
#pragma once

#include <string>
#include <utility>

#include "frontend/builder.hpp"

namespace oncec::frontend {

/// Makes a declaration and enters its name. If the name cannot be entered, the declaration is made all the
/// same, but it is not part of the model.
template <typename Body>
model::Declaration& Builder::create(Scope& scope, const Name& name, Body body, std::string doc) {
  model::Declaration* declaration = &home().emplace_back();
  Entity entity;
  entity.kind = Entity::Kind::Declaration;
  entity.declaration = declaration;
  if (!names_.declare(scope, name, std::move(entity)) && &home() != &discarded_) {
    home().pop_back();
    declaration = &discarded_.emplace_back();
  }
  declaration->name = name.text;
  declaration->scope = scope.declaration;
  if (is_in_place(scope)) take_out(scope, name, *declaration);
  if (!in_annotation_) declaration->range = name.range;
  declaration->doc = std::move(doc);
  declaration->imported = name.included;
  declaration->body = std::move(body);
  ids_.declared(*declaration, name.range.file);
  return *declaration;
}

/// The declaration of that very name and kind in this scope, or nullptr.
template <typename Body>
model::Declaration* Builder::declared_before(Scope& scope, const Name& name) {
  const Entity* entity = name.text.empty() ? nullptr : scope.find(name.text);
  if (entity == nullptr || entity->name != name.text || entity->declaration == nullptr ||
      entity->kind != Entity::Kind::Declaration || !std::holds_alternative<Body>(entity->declaration->body)) {
    return nullptr;
  }
  return entity->declaration;
}

/// A declaration without a body. nullptr if it is known already: then there is nothing to do.
template <typename Body>
model::Declaration* Builder::forward(Scope& scope, const Name& name, std::string doc) {
  if (declared_before<Body>(scope, name) != nullptr) return nullptr;
  model::Declaration& declaration = create(scope, name, Body{}, std::move(doc));
  if (scope.find(name.text) != nullptr && scope.find(name.text)->declaration == &declaration) {
    forward_.emplace(&declaration, instantiation_depth_ == 0 && !name.included);
  }
  return &declaration;
}

/// The declaration whose body comes now: the one that was declared forward, or a new one.
template <typename Body>
model::Declaration& Builder::define(Scope& scope, const Name& name, std::string doc) {
  model::Declaration* before = declared_before<Body>(scope, name);
  if (before == nullptr || forward_.erase(before) == 0) return create(scope, name, Body{}, std::move(doc));
  withdraw(scope, *before);
  before->range = name.range;
  before->imported = name.included;
  if (!doc.empty()) before->doc = std::move(doc);
  return *before;
}

template <typename Body>
const model::Declaration* Builder::find_declaration(Grammar::ScopedNameContext& context, Scope& scope,
                                                    std::string_view kind, Message wrong) {
  const Path path = constants_.path(context);
  const Entity* entity = names_.resolve(scope, path, Names::Use::Other);
  if (entity == nullptr) return nullptr;
  if (entity->kind == Entity::Kind::Declaration && std::holds_alternative<Body>(entity->declaration->body)) {
    return entity->declaration;
  }
  reporter_.report(wrong, path.range, {path.text(), described(*entity), kind})
      .note(entity->range, "defined here");
  return nullptr;
}

}  // namespace oncec::frontend
