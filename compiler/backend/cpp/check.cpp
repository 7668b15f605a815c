// One walk over the model that names every construct without a form in C++.
#include "backend/cpp/check.hpp"

#include <limits>
#include <string>

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

/// What stays in one program and is part of the type: a native or a local interface; nullptr if nothing is.
const Declaration* local_part(const model::Type& type) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return local_part(*sequence->element);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form))
    return local_part(*array->element);
  if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form)) {
    return local_part(*optional->element);
  }
  if (const auto* const map = std::get_if<model::MapType>(&resolved.form)) {
    const Declaration* const key = local_part(*map->key);
    return key != nullptr ? key : local_part(*map->value);
  }
  const auto* const named = std::get_if<model::NamedType>(&resolved.form);
  if (named == nullptr) return nullptr;
  const auto* const interface = std::get_if<model::Interface>(&named->declaration->body);
  const bool is_local = interface != nullptr
                            ? interface->local
                            : std::holds_alternative<model::Native>(named->declaration->body);
  return is_local ? named->declaration : nullptr;
}

/// A map of the type whose keys C++ cannot put in an order; nullptr if there is none.
const model::MapType* map_without_order(const model::Type& type) {
  if (const auto* const sequence = std::get_if<model::SequenceType>(&type.form)) {
    return map_without_order(*sequence->element);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&type.form))
    return map_without_order(*array->element);
  if (const auto* const optional = std::get_if<model::OptionalType>(&type.form)) {
    return map_without_order(*optional->element);
  }
  const auto* const map = std::get_if<model::MapType>(&type.form);
  if (map == nullptr) return nullptr;
  const model::Type& key = model::resolve(*map->key);
  bool has_order = std::holds_alternative<model::StringType>(key.form) ||
                   std::holds_alternative<model::FixedType>(key.form);
  if (const auto* const primitive = std::get_if<model::Primitive>(&key.form)) {
    // Floating-point numbers have values that are neither less than others, nor equal, nor more.
    has_order = *primitive < model::Primitive::Float32;
  } else if (const auto* const named = std::get_if<model::NamedType>(&key.form)) {
    has_order = std::holds_alternative<model::Enum>(named->declaration->body) ||
                std::holds_alternative<model::Bitmask>(named->declaration->body);
  }
  return has_order ? map_without_order(*map->value) : map;
}

class Check {
 public:
  explicit Check(std::vector<Problem>& problems) : problems_(problems) {}

  void check(const Declaration& declaration) {
    std::visit([&](const auto& body) { check(declaration, body); }, declaration.body);
  }

 private:
  void report(SourceRange range, std::string text) { problems_.push_back({range, std::move(text)}); }

  void check_type(const model::Type& type, SourceRange range, const std::string& name) {
    if (map_without_order(type) != nullptr) {
      report(range,
             "'" + name +
                 "' is a map whose keys have no order in C++: they may be integers, characters, strings, "
                 "enums, bitmasks or fixed-point numbers");
    }
    if (const Declaration* const local = local_part(type); local != nullptr && !inside_local_) {
      const bool is_native = std::holds_alternative<model::Native>(local->body);
      report(range, "'" + name + "' is of type '" + local->name + "', which is " +
                        (is_native ? "native" : "a local interface") +
                        ": it stays in one program, and may be used in local interfaces only");
    }
  }
  void check_members(const std::vector<model::Member>& members) {
    for (const model::Member& member : members) {
      check_type(*member.type, member.range, member.name);
    }
  }
  void check_operation(const model::Operation& operation, SourceRange range, const std::string& name) {
    check_type(*operation.result, range, name);
    for (const model::Parameter& parameter : operation.parameters) {
      check_type(*parameter.type, parameter.range, parameter.name);
    }
  }

  void check(const Declaration&, const model::Module&) {}
  void check(const Declaration& declaration, const model::Constant& constant) {
    check_type(*constant.type, declaration.range, declaration.name);
  }
  void check(const Declaration& declaration, const model::Typedef& alias) {
    inside_local_ = true;  // what a typedef stands for matters where it is used
    check_type(*alias.type, declaration.range, declaration.name);
    inside_local_ = false;
  }
  void check(const Declaration&, const model::Enum& enumeration) {
    bool negative = false;
    for (const model::Enumerator& enumerator : enumeration.enumerators) {
      negative = negative || enumerator.value < 0;
    }
    const std::int64_t most = negative ? std::numeric_limits<std::int32_t>::max()
                                       : std::int64_t{std::numeric_limits<std::uint32_t>::max()};
    for (const model::Enumerator& enumerator : enumeration.enumerators) {
      if (enumerator.value < std::numeric_limits<std::int32_t>::min() || enumerator.value > most) {
        report(enumerator.range, "the value of enumerator '" + enumerator.name + "' does not fit 32 bits");
      }
    }
  }
  void check(const Declaration&, const model::Struct& structure) { check_members(structure.members); }
  void check(const Declaration&, const model::Exception& exception) { check_members(exception.members); }
  void check(const Declaration&, const model::Union& onion) {
    for (const model::UnionCase& arm : onion.cases) {
      if (!arm.member) continue;
      check_type(*arm.member->type, arm.member->range, arm.member->name);
    }
  }
  void check(const Declaration&, const model::Interface& interface) {
    inside_local_ = interface.local;
    check_operations(interface.members);
    inside_local_ = false;
  }
  void check_operations(const std::vector<model::InterfaceMember>& members) {
    for (const model::InterfaceMember& member : members) {
      if (const auto* const operation = std::get_if<model::Operation>(&member)) {
        check_operation(*operation, operation->range, operation->name);
      } else {
        const auto& attribute = std::get<model::Attribute>(member);
        check_operation(attribute.reader, attribute.range, attribute.name);
      }
    }
  }
  void check(const Declaration&, const model::Native&) {}
  void check(const Declaration&, const model::Bitmask&) {}
  void check(const Declaration&, const model::Bitset&) {}
  void check(const Declaration& declaration, const model::ValueType& value) {
    if (value.custom) refuse(declaration, "a custom valuetype");
    if (!value.declarations.empty()) refuse(*value.declarations.front(), "declared inside a valuetype");
    for (const model::StateMember& member : value.state) check_type(*member.type, member.range, member.name);
    inside_local_ = true;  // operations run where the value is
    check_operations(value.members);
    inside_local_ = false;
  }
  void check(const Declaration& declaration, const model::ValueBox& box) {
    check_type(*box.type, declaration.range, declaration.name);
  }
  void check(const Declaration& declaration, const model::Unmapped& unmapped) {
    refuse(declaration, "a " + unmapped.kind);
  }
  void refuse(const Declaration& declaration, const std::string& what) {
    report(declaration.range,
           "'" + declaration.name + "' is " + what + ", which the C++ generator does not support");
  }

  std::vector<Problem>& problems_;
  bool inside_local_ = false;  // where natives and local interfaces may be used
};

}  // namespace

void check(const model::Model& model, std::vector<Problem>& problems) {
  Check check{problems};
  for (const Declaration& declaration : model.declarations) {
    if (!declaration.imported) check.check(declaration);
  }
}

}  // namespace oncec::backend::cpp
