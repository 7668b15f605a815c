// One walk over the model that names every construct without a form in C++.
#include "backend/cpp/check.hpp"

#include <limits>
#include <string>

#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

/// What the type is called in a message, if there is no C++ for it; else empty.
struct Unsupported {
  std::string_view operator()(model::Primitive primitive) const {
    switch (primitive) {
      case model::Primitive::WChar: return "wchar";
      case model::Primitive::Any: return "any";
      case model::Primitive::Object: return "Object";
      case model::Primitive::TypeCode: return "TypeCode";
      case model::Primitive::ValueBase: return "ValueBase";
      default: return {};
    }
  }
  std::string_view operator()(const model::StringType& text) const { return text.wide ? "wstring" : ""; }
  std::string_view operator()(const model::SequenceType& sequence) const { return of(*sequence.element); }
  std::string_view operator()(const model::ArrayType& array) const { return of(*array.element); }
  std::string_view operator()(const model::MapType&) const { return "map"; }
  std::string_view operator()(const model::FixedType&) const { return "fixed"; }
  std::string_view operator()(const model::OptionalType& optional) const { return of(*optional.element); }
  std::string_view operator()(const model::NamedType& named) const {
    // What a typedef stands for is reported at the typedef.
    return std::holds_alternative<model::Native>(named.declaration->body) ? "native" : "";
  }
  std::string_view of(const model::Type& type) const { return std::visit(*this, type.form); }
};

class Check {
 public:
  explicit Check(std::vector<Problem>& problems) : problems_(problems) {}

  void check(const Declaration& declaration) {
    std::visit([&](const auto& body) { check(declaration, body); }, declaration.body);
  }

 private:
  void report(SourceRange range, std::string text) { problems_.push_back({range, std::move(text)}); }

  void check_type(const model::Type& type, SourceRange range, const std::string& name) {
    const std::string_view unsupported = Unsupported{}.of(type);
    if (!unsupported.empty()) {
      report(range, "'" + name + "' is of type '" + std::string{unsupported} +
                        "', which the C++ generator does not support");
    }
  }
  void check_members(const Declaration& declaration, const std::vector<model::Member>& members) {
    for (const model::Member& member : members) {
      check_type(*member.type, member.range, member.name);
      const auto* const optional = std::get_if<model::OptionalType>(&model::resolve(*member.type).form);
      if (optional != nullptr && contains_itself(declaration) &&
          reaches_back(declaration, *optional->element)) {
        report(member.range,
               "optional member '" + member.name +
                   "' contains its own type, which the C++ generator supports in sequences only");
      }
    }
  }
  /// True if a value of the type can hold a value of the declared type.
  static bool reaches_back(const Declaration& declaration, const model::Type& type) {
    const auto* const named = std::get_if<model::NamedType>(&model::resolve(type).form);
    return named != nullptr && (named->declaration == &declaration || contains_itself(*named->declaration));
  }
  void check_operation(const model::Operation& operation, SourceRange range, const std::string& name) {
    if (operation.semantics == model::Semantics::ExactlyOnce) {
      report(range, "'" + name + "' is @exactly_once: this version of Once has no durable store");
    }
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
    check_type(*alias.type, declaration.range, declaration.name);
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
  void check(const Declaration& declaration, const model::Struct& structure) {
    check_members(declaration, structure.members);
  }
  void check(const Declaration& declaration, const model::Exception& exception) {
    check_members(declaration, exception.members);
  }
  void check(const Declaration&, const model::Union& onion) {
    for (const model::UnionCase& arm : onion.cases) {
      if (!arm.member) continue;
      check_type(*arm.member->type, arm.member->range, arm.member->name);
    }
  }
  void check(const Declaration& declaration, const model::Interface& interface) {
    if (interface.local) {
      report(declaration.range,
             "'" + declaration.name + "' is a local interface, which the C++ generator does not support");
      return;
    }
    for (const model::InterfaceMember& member : interface.members) {
      if (const auto* const operation = std::get_if<model::Operation>(&member)) {
        check_operation(*operation, operation->range, operation->name);
      } else {
        const auto& attribute = std::get<model::Attribute>(member);
        check_operation(attribute.reader, attribute.range, attribute.name);
      }
    }
  }
  void check(const Declaration& declaration, const model::Native&) { refuse(declaration, "native"); }
  void check(const Declaration& declaration, const model::Bitmask&) { refuse(declaration, "a bitmask"); }
  void check(const Declaration& declaration, const model::Bitset&) { refuse(declaration, "a bitset"); }
  void check(const Declaration& declaration, const model::ValueType&) { refuse(declaration, "a valuetype"); }
  void check(const Declaration& declaration, const model::ValueBox&) { refuse(declaration, "a valuetype"); }
  void check(const Declaration& declaration, const model::Unmapped& unmapped) {
    refuse(declaration, "a " + unmapped.kind);
  }
  void refuse(const Declaration& declaration, const std::string& what) {
    report(declaration.range,
           "'" + declaration.name + "' is " + what + ", which the C++ generator does not support");
  }

  std::vector<Problem>& problems_;
};

}  // namespace

void check(const model::Model& model, std::vector<Problem>& problems) {
  Check check{problems};
  for (const Declaration& declaration : model.declarations) {
    if (!declaration.imported) check.check(declaration);
  }
}

}  // namespace oncec::backend::cpp
