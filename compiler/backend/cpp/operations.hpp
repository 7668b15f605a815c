// Operations as C++ will see them: attributes taken apart into a reader and a writer, inherited operations
// listed with the rest, results gathered, every name decided.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/cpp/generator.hpp"
#include "backend/cpp/names.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

/// A parameter, or one of several results.
struct Item {
  std::string name;
  const model::Type* type = nullptr;
};

struct OperationPlan {
  const model::Operation* operation = nullptr;
  const model::Declaration* owner = nullptr;  // the interface that declares it
  std::string doc;
  std::string name;        // of the C++ function: "deposit", "delete_"
  std::string try_name;    // "try_deposit"
  std::string async_name;  // "async_deposit"
  std::string plumbing;  // what prepare_ and finish_ are put before; differs for an attribute's two functions
  std::string traits;    // the struct in the .cpp that tells all about it: "Account_deposit"
  std::vector<Item> arguments;
  std::vector<Item> results;
  std::string result_struct;  // "AuditResult", if there are several results
};

struct InterfacePlan {
  const model::Declaration* declaration = nullptr;
  std::vector<OperationPlan> own;  // in the order of declaration
  std::vector<OperationPlan> all;  // the bases' first, each once
};

/// True if the servant's function takes part in a transaction: the operation is exactly-once.
bool in_transaction(const OperationPlan& operation);
bool needs_store(const InterfacePlan& interface);

/// Plans an interface. What cannot be named is reported; see api.md, "name".
InterfacePlan plan(const Names& names, const model::Declaration& interface, std::vector<Problem>& problems);

/// "void", "Cents", "Account::AuditResult": what the operation returns, as written at `from`.
std::string spell_result(const Names& names, const OperationPlan& operation, const Scope& from);

/// The octets of the largest reply: @reply_max, else the types' bound, else 64 KiB.
std::uint32_t reply_max(const model::Operation& operation, bool with_protobuf);

}  // namespace oncec::backend::cpp
