// The plumbing of interfaces in the source file: what is known about each operation, and the functions of
// stubs and servants, which only pass it on.
#include <algorithm>
#include <array>

#include "backend/cpp/emit.hpp"
#include "backend/cpp/emit_protobuf.hpp"
#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

std::string_view spell(model::Semantics semantics) {
  switch (semantics) {
    case model::Semantics::Maybe: return "Maybe";
    case model::Semantics::AtLeastOnce: return "AtLeastOnce";
    case model::Semantics::AtMostOnce: return "AtMostOnce";
    case model::Semantics::ExactlyOnce: return "ExactlyOnce";
  }
  return "";
}

/// The statements that encode or decode the items; `prefix` makes a name an expression.
void emit_items(Code& code, const std::vector<Item>& items, const std::string& prefix,
                std::string (*statement)(const model::Type&, const std::string&)) {
  for (const Item& item : items) {
    code.emit("$statement$", {{"statement", statement(*item.type, prefix + item.name)}});
  }
}

/// The name of the operation's struct, as written in the interface's namespace.
std::string traits_of(const Input& input, const InterfacePlan& interface, const OperationPlan& operation) {
  const std::vector<std::string> there = input.names.namespaces(*operation.owner);
  if (there == input.names.namespaces(*interface.declaration)) return operation.traits;
  return "::" + (there.empty() ? "" : join(there, "::") + "::") + operation.traits;
}

/// The lambda that calls the servant, on one line if there is room.
std::string function_of(const OperationPlan& operation, const std::string& traits) {
  constexpr std::size_t kIndentation = 10;
  std::vector<std::string> arguments = {"request"};
  if (in_transaction(operation)) arguments.emplace_back("*request.transaction()");
  for (const Item& argument : operation.arguments) arguments.push_back("in." + argument.name);
  const std::string head =
      "[this, &request](" + traits + "::Arguments&" + (operation.arguments.empty() ? "" : " in") + ") {";
  const std::string call = "return this->" + operation.name + "(";
  std::string one_line = head + " " + call + join(arguments, ", ") + "); });";
  if (kIndentation + one_line.size() <= kColumns) return one_line;
  return head + "\n" + list("  " + call, arguments, ");", kIndentation) + "\n});";
}

void emit_skeleton(Code& code, const Input& input, const InterfacePlan& interface, const std::string& which,
                   std::string_view serve) {
  const Declaration& declaration = *interface.declaration;
  const Scope scope{input.names.namespaces(declaration), {}};
  std::vector<std::string> operations;
  for (const OperationPlan& operation : interface.all)
    operations.push_back(traits_of(input, interface, operation));
  std::vector<std::string> ids = {local_name(input, declaration) + "::interface_id"};
  for (const Declaration* const base : all_bases(declaration)) {
    ids.push_back(input.names.spell(*base, scope) + "::interface_id");
  }
  code.emit(
      R"(

    std::string_view $class$::interface_id() const noexcept {
      return $interface$::interface_id;
    }

    bool $class$::is_a(std::string_view id) const noexcept {
      $is_a$
    }

    const once::Operation* $class$::find_operation(std::uint32_t id) const noexcept {
      $operations$
    }

    $needs_store$

    void $class$::dispatch(once::Request& request, once::Responder respond) noexcept {
      switch (request.operation()) {
        $cases$
        default: std::move(respond).refuse(once::Errc::no_such_operation); return;
      }
    }
  )",
      {{"class", local_name(input, declaration) + "::" + which},
       {"interface", local_name(input, declaration)},
       {"is_a", list("return once::detail::is_one_of(id, {", ids, "});", 2)},
       {"operations", list("return once::detail::Operations<", operations, ">::find(id);", 2)},
       {"needs_store",
        [&] {
          if (!needs_store(interface)) return;
          code.emit("bool $class$::needs_store() const noexcept {\n  return true;\n}",
                    {{"class", local_name(input, declaration) + "::" + which}});
        }},
       {"cases", [&] {
          for (const OperationPlan& operation : interface.all) {
            const std::string traits = traits_of(input, interface, operation);
            code.emit(
                R"(
                    case $traits$::kOperation.id:
                      once::detail::$serve$<$traits$, GeneratedCodecs>(
                          request, std::move(respond),
                          $function$
                      return;
                  )",
                {{"traits", traits},
                 {"serve", in_transaction(operation) ? "serve" : serve},  // a transaction waits for nobody
                 {"function", function_of(operation, traits)}});
          }
        }}});
}

/// True if skeletons may decode the arguments into those of an earlier call, and gain by it.
bool reuses_arguments(const OperationPlan& plan) {
  Reuse result = Reuse::None;
  for (const Item& argument : plan.arguments) result = std::max(result, reuse_of(*argument.type));
  return result == Reuse::Keeps;
}

/// The struct of the arguments, and how they are encoded and decoded.
void emit_arguments(Code& code, const Input& input, const OperationPlan& plan, const Scope& scope) {
  if (plan.arguments.empty()) {
    code.emit(R"(
      struct Arguments {};

      template <class E>
      static void encode_arguments(E&) {}
      template <class D>
      static void decode_arguments(D&, Arguments&) {}
    )");
    return;
  }
  std::vector<std::string> parameters = {"E& encoder"};
  for (const Item& argument : plan.arguments) {
    parameters.push_back(spell_parameter(input.names, *argument.type, scope) + " " + argument.name);
  }
  code.emit(R"(
    struct Arguments {
      $members$
    };
    $reuses$

    template <class E>
    $encode_head$
      $encode$
    }
    template <class D>
    static void decode_arguments(D& decoder, Arguments& arguments) {
      $decode$
    }
  )",
            {{"members",
              [&] {
                for (const Item& argument : plan.arguments) {
                  code.emit("$type$ $name$$initializer$;",
                            {{"type", cpp::spell(input.names, *argument.type, scope)},
                             {"name", argument.name},
                             {"initializer", initializer(input.names, *argument.type, scope)}});
                }
              }},
             {"reuses",
              [&] {
                if (reuses_arguments(plan)) code.emit("static constexpr bool kReusesArguments = true;");
              }},
             {"encode_head", list("static void encode_arguments(", parameters, ") {", 2)},
             {"encode", [&] { emit_items(code, plan.arguments, "", encode_statement); }},
             {"decode", [&] { emit_items(code, plan.arguments, "arguments.", decode_statement); }}});
  if (has_protobuf(input.options)) emit_protobuf_arguments(code, plan, parameters);
}

}  // namespace

void emit_traits(Code& code, const Input& input, const OperationPlan& plan) {
  const model::Operation& operation = *plan.operation;
  const Scope scope{input.names.namespaces(*plan.owner), {}};
  Scope inside = scope;
  inside.path.push_back(plan.traits);
  inside.hidden = {"E", "D", "Result", "Raises", "Arguments", "kOperation"};
  for (const Item& argument : plan.arguments) inside.hidden.insert(argument.name);
  const std::string result = spell_result(input.names, plan, inside);
  const std::string result_type = plan.results.size() == 1
                                      ? spell_parameter(input.names, *plan.results[0].type, inside)
                                      : "const " + result + "&";
  std::vector<std::string> raises;
  for (const Declaration* const raised : operation.raises)
    raises.push_back(input.names.spell(*raised, inside));
  code.emit(R"(

    struct $name$ {
      static constexpr once::Operation kOperation{
          .interface_id = $interface_id$,
          .name = $operation_name$,
          .id = $id$,
          .fingerprint = $fingerprint$,
          .semantics = once::Semantics::$semantics$,
          .orphan = once::OrphanPolicy::$orphan$,
          .deadline_ms = $deadline$,
          .reply_max = $reply_max$,
      };
      using Result = $result$;
      using Raises = once::Raises<$raises$>;
      $arguments$
      $results$
    };
  )",
            {{"name", plan.traits},
             {"interface_id", in_quotes(plan.owner->repository_id)},
             {"operation_name", in_quotes(operation.name)},
             {"id", hexadecimal(operation.id, 8)},
             {"fingerprint", hexadecimal(fingerprint(operation), 8)},
             {"semantics", spell(operation.semantics)},
             {"orphan", operation.orphan == model::OrphanPolicy::Cancel ? "Cancel" : "Continue"},
             {"deadline", std::to_string(operation.deadline_ms)},
             {"reply_max", std::to_string(reply_max(operation, has_protobuf(input.options)))},
             {"result", result},
             {"raises", join(raises, ", ")},
             {"arguments", [&] { emit_arguments(code, input, plan, inside); }},
             {"results", [&] {
                if (plan.results.empty()) return;
                const std::string prefix = plan.results.size() == 1 ? "" : "result.";
                std::vector<Item> results = plan.results;
                if (results.size() == 1) results[0].name = "result";
                code.emit(R"(
                  template <class E>
                  static void encode_result(E& encoder, $parameter$ result) {
                    $encode$
                  }
                  template <class D>
                  static void decode_result(D& decoder, $result$& result) {
                    $decode$
                  }
                )",
                          {{"parameter", result_type},
                           {"result", result},
                           {"encode", [&] { emit_items(code, results, prefix, encode_statement); }},
                           {"decode", [&] { emit_items(code, results, prefix, decode_statement); }}});
                if (has_protobuf(input.options)) emit_protobuf_results(code, plan, result, result_type);
              }}});
}

void emit_stub_definitions(Code& code, const Input& input, const InterfacePlan& interface) {
  const std::string stub = local_name(input, *interface.declaration) + "::Stub";
  // Return types stand before the class's scope is open, parameters inside; one spelling serves both.
  const Scope scope{input.names.namespaces(*interface.declaration), {}};
  const Scope inside = member_scope(input, interface, "Stub");
  for (const OperationPlan& operation : interface.all) {
    std::vector<std::string> typed;
    std::vector<std::string> named;
    for (const Item& argument : operation.arguments) {
      typed.push_back(spell_parameter(input.names, *argument.type, inside) + " " + argument.name);
      named.push_back(argument.name);
    }
    const std::string result = spell_result(input.names, operation, scope);
    const auto head = [&](std::string type, std::string_view name) {
      return list(type.append(" ").append(stub).append("::").append(name).append("("), typed, ") const {");
    };
    code.emit(R"(

      $prepare$
        return StubBase::prepare<$traits$, GeneratedCodecs>($arguments$);
      }
      once::Outcome<$result$> $stub$::finish_$plumbing$(once::RawOutcome reply) {
        return once::detail::finish_call<$traits$, GeneratedCodecs>(std::move(reply));
      }
      $try$
        return finish_$plumbing$(StubBase::call(prepare_$plumbing$($arguments$)));
      }
      $plain$
        return $try_name$($arguments$).value();
      }
    )",
              {{"prepare", head("once::OutgoingCall", "prepare_" + operation.plumbing)},
               {"traits", traits_of(input, interface, operation)},
               {"arguments", join(named, ", ")},
               {"result", result},
               {"stub", stub},
               {"plumbing", operation.plumbing},
               {"try", head("once::Outcome<" + result + ">", operation.try_name)},
               {"plain", head(result, operation.name)},
               {"try_name", operation.try_name}});
  }
}

void emit_servant_definitions(Code& code, const Input& input, const InterfacePlan& interface) {
  emit_skeleton(code, input, interface, "Servant", "serve");
  emit_skeleton(code, input, interface, "CoServant", "co_serve");
}

}  // namespace oncec::backend::cpp
