// Inheritance, ids, and the semantics of operations.
#include "frontend/interface_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "frontend/semantics.hpp"

namespace oncec::frontend {

namespace {

constexpr std::array<std::string_view, 8> kOfOperations{
    "maybe", "idempotent", "at_most_once", "exactly_once", "deadline_ms", "orphan", "reply_max", "cpp_name"};

bool is_cpp_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const auto is_part = [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_part) &&
         text.find("__") == std::string_view::npos;
}

}  // namespace

std::uint32_t operation_id(std::string_view name) {
  std::uint32_t hash = 0x811C9DC5U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x01000193U;
  }
  return hash;
}

// ----------------------------------------------------------------------------------------------- inheritance

void InterfaceRules::inherit(const std::string& interface, const model::Declaration& base,
                             SourceRange place) {
  if (!seen_.insert(&base).second) return;  // a diamond: the same operations, once
  if (const auto* interface_body = std::get_if<model::Interface>(&base.body)) {
    inherit_all(interface, interface_body->members, interface_body->bases, base, place);
    return;
  }
  const auto& value = std::get<model::ValueType>(base.body);
  for (const model::StateMember& member : value.state) {
    inherit_member(interface, member.name, member.range, base, place);
  }
  inherit_all(interface, value.members, value.bases, base, place);
  for (const model::Declaration* supported : value.supports) inherit(interface, *supported, place);
}

void InterfaceRules::inherit_all(const std::string& interface,
                                 const std::vector<model::InterfaceMember>& members,
                                 const std::vector<const model::Declaration*>& bases,
                                 const model::Declaration& base, SourceRange place) {
  for (const model::InterfaceMember& member : members) {
    if (const auto* operation = std::get_if<model::Operation>(&member)) {
      inherit_member(interface, operation->name, operation->range, base, place);
      ids_.try_emplace(operation->id, operation->name, operation->range);
      continue;
    }
    const auto& attribute = std::get<model::Attribute>(member);
    inherit_member(interface, attribute.name, attribute.range, base, place);
    ids_.try_emplace(attribute.reader.id, attribute.reader.name, attribute.range);
    if (attribute.writer) ids_.try_emplace(attribute.writer->id, attribute.writer->name, attribute.range);
  }
  for (const model::Declaration* above : bases) inherit(interface, *above, place);
}

void InterfaceRules::inherit_member(const std::string& interface, const std::string& name, SourceRange range,
                                    const model::Declaration& from, SourceRange place) {
  const auto [earlier, is_new] = inherited_.try_emplace(name, Inherited{name, range, &from});
  if (is_new) return;
  reporter_
      .report(Message::InheritedTwice, place,
              {interface, name, model::qualified_name(*earlier->second.from), model::qualified_name(from)})
      .note(earlier->second.range, "this one")
      .note(range, "and this one");
}

bool InterfaceRules::may_declare(const Name& name) {
  const auto found = inherited_.find(name.text);
  if (found == inherited_.end()) return true;
  reporter_
      .report(Message::OverridesInherited, name.range,
              {name.text, model::qualified_name(*found->second.from)})
      .note(found->second.range, "defined here");
  return false;
}

void InterfaceRules::enter(const model::Operation& operation) {
  const auto [earlier, is_new] = ids_.try_emplace(operation.id, operation.name, operation.range);
  if (is_new) return;
  reporter_
      .report(Message::OperationIdRepeated, operation.range,
              {operation.name, std::to_string(operation.id), earlier->second.first})
      .note(earlier->second.second, "the other one");
}

// ----------------------------------------------------------------------------------------------- annotations

void InterfaceRules::apply(const std::vector<model::Annotation>& annotations, std::string_view kind,
                           model::Operation& operation) {
  apply_semantics(annotations, kind, operation);
  for (const std::string_view limit : {"deadline_ms", "reply_max"}) {
    const model::Annotation* given = find(annotations, limit);
    const std::optional<std::uint64_t> value = given == nullptr ? std::nullopt : number(*given, "value");
    if (!value) continue;
    if (*value == 0) reporter_.report(Message::AnnotationValueTooSmall, given->range, {limit});
    (limit == "reply_max" ? operation.reply_max : operation.deadline_ms) = static_cast<std::uint32_t>(*value);
  }
  if (const model::Annotation* orphan = find(annotations, "orphan")) {
    const model::Value* policy = orphan->argument("value");
    const bool cancel = policy != nullptr && std::get<model::EnumeratorValue>(*policy).index == 1;
    operation.orphan = cancel ? model::OrphanPolicy::Cancel : model::OrphanPolicy::Continue;
  }
  if (const model::Annotation* name = find(annotations, "cpp_name")) {
    const model::Value* value = name->argument("value");
    if (value != nullptr) operation.cpp_name = std::get<model::TextValue>(*value).text;
    if (value != nullptr && !is_cpp_name(operation.cpp_name)) {
      reporter_.report(Message::CppNameInvalid, name->range, {operation.cpp_name});
    }
  }
}

void InterfaceRules::apply_semantics(const std::vector<model::Annotation>& annotations, std::string_view kind,
                                     model::Operation& operation) {
  const model::Annotation* before = nullptr;
  for (const SemanticsWord& word : kSemantics) {
    const model::Annotation* given = find(annotations, word.name);
    if (given == nullptr) continue;
    if (kind == "attribute" && word.semantics == model::Semantics::Maybe) {
      reporter_.report(Message::AnnotationMisplaced, given->range, {"maybe", "an attribute, which is read"});
    } else if (operation.oneway && word.semantics != model::Semantics::Maybe) {
      reporter_.report(Message::AnnotationContradicts, given->range, {"@" + given->name, "oneway"});
    } else if (before != nullptr) {
      const bool earlier = given->range.begin < before->range.begin;
      const model::Annotation& second = earlier ? *before : *given;
      const model::Annotation& first = earlier ? *given : *before;
      reporter_.report(Message::AnnotationContradicts, second.range, {"@" + second.name, "@" + first.name})
          .note(first.range, "given here");
    } else {
      operation.semantics = word.semantics;
    }
    before = given;
  }
}

void refuse_operation_annotations(const std::vector<model::Annotation>& annotations, std::string_view kind,
                                  Reporter& reporter) {
  for (const model::Annotation& annotation : annotations) {
    if (std::find(kOfOperations.begin(), kOfOperations.end(), annotation.name) == kOfOperations.end())
      continue;
    reporter.report(Message::AnnotationMisplaced, annotation.range, {annotation.name, kind});
  }
}

}  // namespace oncec::frontend
