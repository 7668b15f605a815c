// Programs: a version is an interface, a procedure an operation whose id is its number. At most once, unless
// a comment says otherwise.
#include <optional>
#include <string>
#include <utility>

#include "frontend/onc/declarations.hpp"
#include "frontend/semantics.hpp"
#include "frontend/spelling.hpp"

namespace oncec::frontend::onc {

namespace {

const SemanticsWord* find_semantics(std::string_view name) {
  for (const SemanticsWord& word : kSemantics) {
    if (word.name == name) return &word;
  }
  return nullptr;
}

}  // namespace

void Declarations::fill_programs() {
  for (const auto& [declaration, context] : programs_) {
    const std::uint32_t program = values_.unsigned_number(*context->value());
    std::unordered_map<std::uint32_t, const model::Declaration*> seen;
    for (const auto& [version, version_context] : versions_) {
      if (version->scope != declaration) continue;
      fill_version(*version, *version_context, program);
      const std::uint32_t number = std::get<model::Interface>(version->body).onc_program->version;
      const auto [first, is_new] = seen.emplace(number, version);
      if (is_new) continue;
      reporter_
          .report(Message::NumberRepeated, syntax_.range(*version_context->value()),
                  {"version", std::to_string(number), first->second->name})
          .note(first->second->range, "defined here");
    }
  }
}

void Declarations::fill_version(model::Declaration& declaration, Grammar::VersionDefinitionContext& context,
                                std::uint32_t program) {
  auto& interface = std::get<model::Interface>(declaration.body);
  interface.onc_program = model::OncProgram{program, values_.unsigned_number(*context.value())};
  std::unordered_map<std::string, SourceRange> names;
  std::unordered_map<std::uint32_t, Name> numbers;
  for (Grammar::ProcedureDefinitionContext* each : context.procedureDefinition()) {
    model::Operation made = operation(*each);
    const Name name{made.name, made.range};
    const auto [same_name, is_new_name] = names.emplace(name.text, name.range);
    if (!is_new_name && !name.text.empty()) {
      reporter_.report(Message::Redefined, name.range, {name.text})
          .note(same_name->second, "first defined here");
    }
    const auto [same_number, is_new_number] = numbers.emplace(made.id, name);
    if (!is_new_number && is_new_name) {
      reporter_
          .report(Message::NumberRepeated, syntax_.range(*each->value()),
                  {"procedure", std::to_string(made.id), same_number->second.text})
          .note(same_number->second.range, "defined here");
    }
    if (made.result != nullptr) interface.members.emplace_back(std::move(made));
  }
}

model::Operation Declarations::operation(Grammar::ProcedureDefinitionContext& context) {
  model::Operation out;
  const Name name = names_.name(*context.IDENTIFIER()->getSymbol());
  out.name = name.text;
  out.range = name.range;
  out.id = values_.unsigned_number(*context.value());
  Grammar::TypeSpecifierContext* result = context.typeSpecifier();
  if (result == nullptr) {
    out.result = make_type({model::Primitive::Void});
  } else if (result->STRING_() != nullptr) {
    out.result = make_type({model::StringType{}});
  } else if (result->OPAQUE() != nullptr) {
    reporter_.report(Message::OpaqueForm, syntax_.range(*result), {"name"});
  } else {
    out.result = base_type(*result);
  }
  read_arguments(context, out);
  Comments comments = syntax_.comments(context);
  out.doc = std::move(comments.doc);
  read_semantics(comments.annotations, out);
  const bool is_void = result == nullptr;
  if (out.semantics == model::Semantics::Maybe && !is_void) {
    reporter_.report(Message::MaybeReturns, syntax_.range(*result), {"@maybe", out.name});
  }
  return out;
}

/// Unnamed arguments are arg1, arg2 …, as with `rpcgen -N`.
void Declarations::read_arguments(Grammar::ProcedureDefinitionContext& context, model::Operation& out) {
  const auto arguments = context.argument();
  std::unordered_map<std::string, SourceRange> seen;
  std::size_t number = 0;
  for (Grammar::ArgumentContext* each : arguments) {
    ++number;
    if (each->VOID_() != nullptr) {
      if (arguments.size() > 1) reporter_.report(Message::VoidAmongArguments, syntax_.range(*each));
      continue;
    }
    Name name{"arg" + std::to_string(number), syntax_.range(*each)};
    if (each->IDENTIFIER() != nullptr) name = names_.name(*each->IDENTIFIER()->getSymbol());
    const auto [first, is_new] = seen.emplace(name.text, name.range);
    if (!is_new && !name.text.empty()) {
      reporter_.report(Message::Redefined, name.range, {name.text}).note(first->second, "first defined here");
    }
    if (const model::TypePointer type = argument_type(*each, name)) {
      out.parameters.push_back({name.text, model::Direction::In, type, {}, name.range});
    }
  }
}

/// A type, a `T *`, a string with or without its bound; the other arrays need a name.
model::TypePointer Declarations::argument_type(Grammar::ArgumentContext& context, const Name& name) {
  const auto bounds = context.arrayBound();
  Grammar::TypeSpecifierContext& written = *context.typeSpecifier();
  const bool is_string = written.STRING_() != nullptr;
  if (is_string && bounds.empty() && context.STAR() == nullptr) return make_type({model::StringType{}});
  if (written.OPAQUE() != nullptr || (!is_string && !bounds.empty())) {
    reporter_.report(Message::ArgumentForm, syntax_.range(context),
                     {written.OPAQUE() != nullptr ? "opaque data" : "an array"});
    return nullptr;
  }
  return type({&written, context.STAR() != nullptr, bounds, name, syntax_.range(context)});
}

void Declarations::read_semantics(const std::vector<Comments::Word>& words, model::Operation& out) {
  const Comments::Word* before = nullptr;
  for (const Comments::Word& word : words) {
    const SemanticsWord* known = find_semantics(word.name);
    if (known == nullptr) {
      NearestWord nearest(word.name);
      for (const SemanticsWord& each : kSemantics) nearest.consider(each.name);
      reporter_.report(Message::ProcedureAnnotationUnknown, word.range,
                       {word.name, did_you_mean(nearest.word())});
      continue;
    }
    if (before != nullptr) {
      const bool is_same = before->name == word.name;
      reporter_
          .report(is_same ? Message::AnnotationRepeated : Message::AnnotationContradicts, word.range,
                  {is_same ? word.name : "@" + word.name, "@" + before->name})
          .note(before->range, "first used here");
      continue;
    }
    before = &word;
    out.semantics = known->semantics;
    out.annotations.push_back({word.name, {}, word.range});
  }
}

}  // namespace oncec::frontend::onc
