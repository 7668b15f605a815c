// What the headers say about an interface: its name, its stub, its servant bases.
#include "backend/cpp/emit.hpp"
#include "backend/cpp/types.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

std::vector<std::string> parameters(const Input& input, const OperationPlan& operation, const Scope& scope) {
  std::vector<std::string> result;
  for (const Item& argument : operation.arguments) {
    result.push_back(spell_parameter(input.names, *argument.type, scope) + " " + argument.name);
  }
  return result;
}

std::vector<std::string> argument_names(const OperationPlan& operation) {
  std::vector<std::string> result;
  for (const Item& argument : operation.arguments) result.push_back(argument.name);
  return result;
}

void emit_nested(Code& code, const Input& input, const model::Interface& interface) {
  for (const Declaration* const nested : interface.declarations) {
    const bool is_class = std::holds_alternative<model::Union>(nested->body);
    if (is_class || std::holds_alternative<model::Struct>(nested->body) ||
        std::holds_alternative<model::Bitset>(nested->body) ||
        std::holds_alternative<model::Exception>(nested->body)) {
      code.emit("$keyword$ $name$;",
                {{"keyword", is_class ? "class" : "struct"}, {"name", input.names.name(*nested)}});
    }
  }
  for (const Declaration* const nested : interface.declarations) {
    if (std::holds_alternative<model::Constant>(nested->body) ||
        std::holds_alternative<model::Typedef>(nested->body) ||
        std::holds_alternative<model::Enum>(nested->body) ||
        std::holds_alternative<model::Bitmask>(nested->body) ||
        std::holds_alternative<model::Native>(nested->body)) {
      emit_type(code, input, *nested, true);
    }
  }
}

void emit_stub_operation(Code& code, const Input& input, const OperationPlan& operation, const Scope& scope) {
  const std::string result = spell_result(input.names, operation, scope);
  const std::vector<std::string> with_types = parameters(input, operation, scope);
  std::vector<std::string> with_token = with_types;
  with_token.emplace_back("Token&& token");
  const std::string prepare =
      "prepare_" + operation.plumbing + "(" + join(argument_names(operation), ", ") + ")";
  code.emit(
      R"(

    $doc$
    $plain$
    $try$
    template <asio::completion_token_for<void(once::Outcome<$result$>)> Token>
    $async$
      $start$
    }
  )",
      {{"doc", doc_comment(operation.doc)},
       {"plain", list(result + " " + operation.name + "(", with_types, ") const;", 2)},
       {"try", list("once::Outcome<" + result + "> " + operation.try_name + "(", with_types, ") const;", 2)},
       {"result", result},
       {"async", list("auto " + operation.async_name + "(", with_token, ") const {", 2)},
       {"start", list("return StubBase::start(",
                      {prepare, "&finish_" + operation.plumbing, "std::forward<Token>(token)"}, ");", 4)}});
}

void emit_servant_class(Code& code, const Input& input, const InterfacePlan& interface, const char* which,
                        std::string_view doc) {
  const Declaration& declaration = *interface.declaration;
  const Scope scope = member_scope(input, interface, which);
  const bool coroutines = std::string_view{which} == "CoServant";
  std::vector<std::string> bases;
  const Scope outside{input.names.namespaces(declaration), {}};
  for (const Declaration* const base : std::get<model::Interface>(declaration.body).bases) {
    bases.push_back("public virtual " + input.names.spell(*base, outside) + "::" + which);
  }
  if (bases.empty()) bases.emplace_back("public virtual once::Servant");
  code.emit(R"(

    $doc$
    class $local_name$::$which$ : $bases$ {
     public:
      using Interface = $name$;

      $operations$

      // For the object adapter.
      std::string_view interface_id() const noexcept override;
      bool is_a(std::string_view id) const noexcept override;
      const once::Operation* find_operation(std::uint32_t id) const noexcept override;
      void dispatch(once::Request& request, once::Responder respond) noexcept override;
      $needs_store$
    };
  )",
            {{"doc", doc_comment(doc)},
             {"local_name", local_name(input, declaration)},
             {"which", which},
             {"name", input.names.spell(declaration, scope)},
             {"bases", join(bases, ", ")},
             {"operations",
              [&] {
                for (const OperationPlan& operation : interface.own) {
                  std::vector<std::string> all = {"once::Call& call"};
                  const bool durable = in_transaction(operation);
                  if (durable) all.emplace_back("once::Transaction& transaction");
                  for (std::string& parameter : parameters(input, operation, scope))
                    all.push_back(std::move(parameter));
                  const std::string result = spell_result(input.names, operation, scope);
                  const std::string head =
                      "virtual " + (coroutines && !durable ? "asio::awaitable<" + result + ">" : result) +
                      " " + operation.name + "(";
                  code.emit("$doc$\n$function$", {{"doc", doc_comment(operation.doc)},
                                                  {"function", list(head, all, ") = 0;", 2)}});
                }
              }},
             {"needs_store", needs_store(interface) ? "bool needs_store() const noexcept override;" : ""}});
}

}  // namespace

Scope member_scope(const Input& input, const InterfacePlan& interface, const char* nested_class) {
  Scope scope = class_scope(input, *interface.declaration);
  scope.path.emplace_back(nested_class);
  scope.hidden = {"Derived", "Interface", "StubBase", "Token"};
  for (const OperationPlan& operation : interface.all) {
    scope.hidden.insert(operation.name);
    for (const Item& argument : operation.arguments) scope.hidden.insert(argument.name);
  }
  return scope;
}

void emit_interface(Code& code, const Input& input, const InterfacePlan& interface) {
  const Declaration& declaration = *interface.declaration;
  const auto& body = std::get<model::Interface>(declaration.body);
  const Scope outside{input.names.namespaces(declaration), {}};
  std::vector<std::string> bases;
  for (const Declaration* const base : body.bases) {
    bases.push_back("virtual " + input.names.spell(*base, outside));
  }
  code.emit(R"(

    $doc$
    struct $name$$bases$ {
      using Ref = once::Ref<$name$>;
      static constexpr std::string_view interface_id = $id$;

      $nested$

      class Stub;
      class Servant;
      class CoServant;
      $results$
    };
  )",
            {{"doc", doc_comment(declaration.doc)},
             {"name", input.names.name(declaration)},
             {"bases", bases.empty() ? "" : " : " + join(bases, ", ")},
             {"id", in_quotes(declaration.repository_id)},
             {"nested", [&] { emit_nested(code, input, body); }},
             {"results", [&] {
                for (const OperationPlan& operation : interface.own) {
                  if (operation.result_struct.empty()) continue;
                  code.emit("struct $name$;", {{"name", operation.result_struct}});
                }
              }}});
}

void emit_local_interface(Code& code, const Input& input, const InterfacePlan& interface) {
  const Declaration& declaration = *interface.declaration;
  const auto& body = std::get<model::Interface>(declaration.body);
  const Scope outside{input.names.namespaces(declaration), {}};
  std::vector<std::string> bases;
  for (const Declaration* const base : body.bases) {
    bases.push_back("virtual " + input.names.spell(*base, outside));
  }
  const std::string name = input.names.name(declaration);
  const Scope inside = class_scope(input, declaration);
  code.emit(R"(

    $doc$
    struct $name$$bases$ {
      static constexpr std::string_view interface_id = $id$;

      $nested$
      $results$

      virtual ~$name$() = default;
      $operations$
    };
  )",
            {{"doc", doc_comment(declaration.doc + (declaration.doc.empty() ? "" : "\n") +
                                 "Local: implemented and used in one program, passed as std::shared_ptr.")},
             {"name", name},
             {"bases", bases.empty() ? "" : " : " + join(bases, ", ")},
             {"id", in_quotes(declaration.repository_id)},
             {"nested", [&] { emit_nested(code, input, body); }},
             {"results",
              [&] {
                for (const OperationPlan& operation : interface.own) {
                  if (operation.result_struct.empty()) continue;
                  code.emit("struct $name$;", {{"name", operation.result_struct}});
                }
              }},
             {"operations", [&] {
                for (const OperationPlan& operation : interface.all) {
                  const auto& owner = std::get<model::Interface>(operation.owner->body);
                  if (owner.local && operation.owner != &declaration) continue;  // inherited in C++ too
                  const std::string head =
                      "virtual " + spell_result(input.names, operation, inside) + " " + operation.name + "(";
                  code.emit("$doc$\n$function$",
                            {{"doc", doc_comment(operation.doc)},
                             {"function", list(head, parameters(input, operation, inside), ") = 0;", 2)}});
                }
              }}});
}

void emit_result_structs(Code& code, const Input& input, const InterfacePlan& interface) {
  for (const OperationPlan& operation : interface.own) {
    if (operation.result_struct.empty()) continue;
    Scope scope = class_scope(input, *interface.declaration);
    scope.path.push_back(operation.result_struct);
    for (const Item& result : operation.results) scope.hidden.insert(result.name);
    code.emit(R"(

      /// What `$operation$` returns.
      struct $interface$::$name$ {
        $members$

        bool operator==(const $name$&) const = default;
      };
    )",
              {{"operation", operation.name},
               {"interface", local_name(input, *interface.declaration)},
               {"name", operation.result_struct},
               {"members", [&] {
                  for (const Item& result : operation.results) {
                    code.emit("$type$ $name$$initializer$;",
                              {{"type", spell(input.names, *result.type, scope)},
                               {"name", result.name},
                               {"initializer", initializer(input.names, *result.type, scope)}});
                  }
                }}});
  }
}

void emit_stub(Code& code, const Input& input, const InterfacePlan& interface) {
  const std::string name = local_name(input, *interface.declaration);
  const Scope scope = member_scope(input, interface, "Stub");
  code.emit(R"(

    /// Calls the operations of $name$: `op` returns the result, or throws; `try_op` returns an Outcome;
    /// `async_op` completes a token with one.
    class $name$::Stub : public once::StubBase {
     public:
      using Interface = $name$;

      Stub(once::ChannelPointer channel, once::ObjectRef target, const once::CallOptions& options = {})
          : StubBase(std::move(channel), std::move(target), options) {}
      /// A stub of a derived interface is one of this interface, too.
      template <once::DerivedStub<$name$> Derived>
      Stub(const Derived& derived) : StubBase(derived) {}

      Ref ref() const { return Ref{StubBase::target()}; }
      /// The same object, called with other options.
      Stub with(const once::CallOptions& options) const {
        Stub result = *this;
        result.set_options(options);
        return result;
      }
      $operations$

     private:
      $plumbing$
    };
  )",
            {{"name", name},
             {"operations",
              [&] {
                for (const OperationPlan& operation : interface.all)
                  emit_stub_operation(code, input, operation, scope);
              }},
             {"plumbing", [&] {
                for (const OperationPlan& operation : interface.all) {
                  code.emit(
                      "$prepare$\nstatic once::Outcome<$result$> finish_$plumbing$(once::RawOutcome reply);",
                      {{"prepare", list("once::OutgoingCall prepare_" + operation.plumbing + "(",
                                        parameters(input, operation, scope), ") const;", 2)},
                       {"result", spell_result(input.names, operation, scope)},
                       {"plumbing", operation.plumbing}});
                }
              }}});
}

void emit_servant(Code& code, const Input& input, const InterfacePlan& interface) {
  emit_servant_class(
      code, input, interface, "Servant",
      "The base of servants: derive from it and implement the operations. Their parameters, and\n"
      "`call`, live until the function returns.");
}

void emit_co_servant(Code& code, const Input& input, const InterfacePlan& interface) {
  emit_servant_class(
      code, input, interface, "CoServant",
      "The base of servants whose functions are coroutines. Their parameters, and `call`, live until the\n"
      "coroutine ends.");
}

}  // namespace oncec::backend::cpp
