// What the tests of the front end share: IDL text in, model and messages out.
#pragma once

#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "frontend/frontend.hpp"
#include "frontend/messages.hpp"
#include "model/model.hpp"
#include "support/diagnostics.hpp"

namespace oncec {

struct Compiled {
  std::unique_ptr<model::Model> model;
  Diagnostics diagnostics;

  /// All messages as a user would see them.
  std::string printed() const {
    std::ostringstream out;
    print(out, diagnostics, {});
    return out.str();
  }
  /// The texts of errors and warnings alone.
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : diagnostics.all()) out.push_back(diagnostic.text);
    return out;
  }
};

inline Compiled compile(std::string text) {
  Compiled out;
  out.model = frontend::read_omg_idl("test.idl", std::move(text), out.diagnostics);
  return out;
}

/// Compiles text that must be right.
inline Compiled compile_right(std::string text) {
  Compiled out = compile(std::move(text));
  EXPECT_TRUE(out.diagnostics.all().empty()) << out.printed();
  return out;
}

/// The declaration of that qualified name, or nullptr (and a failure).
inline const model::Declaration* find(const Compiled& compiled, std::string_view name) {
  for (const model::Declaration& declaration : compiled.model->declarations) {
    if (model::qualified_name(declaration) == name) return &declaration;
  }
  ADD_FAILURE() << "no declaration '" << name << "'\n" << compiled.printed();
  return nullptr;
}

/// The body of a declaration; throws if it is not there or of another kind.
template <typename Body>
const Body& body(const Compiled& compiled, std::string_view name) {
  const model::Declaration* declaration = find(compiled, name);
  if (declaration == nullptr) throw std::runtime_error("no such declaration");
  return std::get<Body>(declaration->body);
}

/// A member of a struct.
inline const model::Member& member(const Compiled& compiled, std::string_view structure, std::size_t index) {
  return body<model::Struct>(compiled, structure).members.at(index);
}

/// The operation of that name.
inline const model::Operation& operation(const Compiled& compiled, std::string_view interface,
                                         std::string_view name) {
  for (const model::InterfaceMember& member : body<model::Interface>(compiled, interface).members) {
    const auto* found = std::get_if<model::Operation>(&member);
    if (found != nullptr && found->name == name) return *found;
  }
  throw std::runtime_error("no such operation");
}

inline const model::Attribute& attribute(const Compiled& compiled, std::string_view interface,
                                         std::string_view name) {
  for (const model::InterfaceMember& member : body<model::Interface>(compiled, interface).members) {
    const auto* found = std::get_if<model::Attribute>(&member);
    if (found != nullptr && found->name == name) return *found;
  }
  throw std::runtime_error("no such attribute");
}

}  // namespace oncec
