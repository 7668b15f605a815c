// IDL text to model, for tests of what comes after.
#pragma once

#include <memory>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "frontend/frontend.hpp"
#include "model/model.hpp"
#include "support/diagnostics.hpp"

namespace oncec::backend {

/// The model of a text without errors.
inline std::unique_ptr<model::Model> read(const std::string& text) {
  Diagnostics diagnostics;
  auto model = frontend::read_omg_idl("test.idl", text, diagnostics);
  std::ostringstream messages;
  print(messages, diagnostics, {});
  EXPECT_EQ(messages.str(), "");
  return model;
}

/// The declaration of that name, wherever it is.
inline const model::Declaration& find(const model::Model& model, const std::string& name) {
  for (const model::Declaration& declaration : model.declarations) {
    if (model::qualified_name(declaration) == name) return declaration;
  }
  ADD_FAILURE() << "no declaration " << name;
  return model.declarations.front();
}

/// The n-th member of the interface, which is an operation.
inline const model::Operation& operation(const model::Model& model, const std::string& interface,
                                         std::size_t n = 0) {
  return std::get<model::Operation>(std::get<model::Interface>(find(model, interface).body).members.at(n));
}

}  // namespace oncec::backend
