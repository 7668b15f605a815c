// How the parts of Builder create declarations. Included by its .cpp files only.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "frontend/builder.hpp"

namespace oncec::frontend {

inline std::string repository_id(const model::Declaration& declaration) {
  return "IDL:" + model::qualified_name(declaration, "/") + ":1.0";
}

/// Makes a declaration and enters its name. If the name cannot be entered, the declaration is made all the
/// same, but it is not part of the model.
template <typename Body>
model::Declaration& Builder::create(Scope& scope, const Name& name, Body body, std::string doc) {
  std::deque<model::Declaration>& home = in_annotation_ ? model_.annotation_types : model_.declarations;
  home.emplace_back();
  Entity entity;
  entity.kind = Entity::Kind::Declaration;
  entity.declaration = &home.back();
  model::Declaration* declaration = &home.back();
  if (!names_.declare(scope, name, std::move(entity))) {
    home.pop_back();
    declaration = &discarded_.emplace_back();
  }
  declaration->name = name.text;
  declaration->scope = scope.declaration;
  if (!in_annotation_) declaration->range = name.range;
  declaration->doc = std::move(doc);
  declaration->repository_id = repository_id(*declaration);
  declaration->body = std::move(body);
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
    forward_.push_back(&declaration);
  }
  return &declaration;
}

/// The declaration whose body comes now: the one that was declared forward, or a new one.
template <typename Body>
model::Declaration& Builder::define(Scope& scope, const Name& name, std::string doc) {
  model::Declaration* before = declared_before<Body>(scope, name);
  const auto waiting = std::find(forward_.begin(), forward_.end(), before);
  if (before == nullptr || waiting == forward_.end()) return create(scope, name, Body{}, std::move(doc));
  forward_.erase(waiting);
  withdraw(scope, *before);
  before->range = name.range;
  if (!doc.empty()) before->doc = std::move(doc);
  return *before;
}

}  // namespace oncec::frontend
