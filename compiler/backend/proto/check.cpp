// One walk over the model that names everything without a form in Protocol Buffers.
#include <limits>
#include <map>

#include "backend/proto/fields.hpp"

namespace oncec::backend::proto {
namespace {

using model::Declaration;

constexpr std::uint32_t kNumberMax = 536'870'911;

/// What a declaration without a form is called; empty if it has one, or needs none. (Natives may be there for
/// the sake of local interfaces.)
std::string unsupported_kind(const Declaration& declaration) {
  if (std::holds_alternative<model::ValueType>(declaration.body)) return "a valuetype";
  if (std::holds_alternative<model::ValueBox>(declaration.body)) return "a valuetype";
  if (const auto* const unmapped = std::get_if<model::Unmapped>(&declaration.body)) {
    return "a " + unmapped->kind;
  }
  return {};
}

/// What the type is called in a message, if there is no field for it; else empty.
struct Unsupported {
  std::string operator()(model::Primitive primitive) const {
    switch (primitive) {
      case model::Primitive::Any: return "any";
      case model::Primitive::TypeCode: return "TypeCode";
      case model::Primitive::ValueBase: return "ValueBase";
      default: return {};
    }
  }
  std::string operator()(const model::StringType&) const { return {}; }
  std::string operator()(const model::FixedType&) const { return {}; }
  std::string operator()(const model::SequenceType& sequence) const { return of(*sequence.element); }
  std::string operator()(const model::ArrayType& array) const { return of(*array.element); }
  std::string operator()(const model::OptionalType& optional) const { return of(*optional.element); }
  std::string operator()(const model::MapType& map) const {
    const std::string key = of(*map.key);
    return key.empty() ? of(*map.value) : key;
  }
  std::string operator()(const model::NamedType& named) const {
    const Declaration& declaration = *named.declaration;
    if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body)) {
      return declaration.imported ? of(*alias->type) : "";  // reported at the typedef
    }
    if (std::holds_alternative<model::Native>(declaration.body)) return "native";
    return declaration.imported ? unsupported_kind(declaration) : "";  // reported where it is declared
  }
  std::string of(const model::Type& type) const { return std::visit(*this, type.form); }
};

class Check {
 public:
  explicit Check(std::vector<Problem>& problems) : problems_(problems) {}

  void check(const Declaration& declaration) {
    const std::string kind = unsupported_kind(declaration);
    if (!kind.empty()) {
      report(declaration.range,
             "'" + declaration.name + "' is " + kind + ", which has no form in Protocol Buffers");
      return;
    }
    if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body)) {
      check_type(*alias->type, declaration.range, declaration.name);
    } else if (const auto* const enumeration = std::get_if<model::Enum>(&declaration.body)) {
      check_enum(*enumeration);
    } else if (std::holds_alternative<model::Struct>(declaration.body) ||
               std::holds_alternative<model::Exception>(declaration.body)) {
      check_fields(fields_of(declaration), &declaration);
    } else if (const auto* const onion = std::get_if<model::Union>(&declaration.body)) {
      check_fields(fields_of(*onion), nullptr, "discriminator");
    } else if (const auto* const interface = std::get_if<model::Interface>(&declaration.body)) {
      check_interface(*interface);
    }
  }

 private:
  void report(SourceRange range, std::string text) {
    for (const Problem& problem : problems_) {  // an inout parameter is seen twice
      if (problem.range.begin == range.begin && problem.range.file == range.file && problem.text == text)
        return;
    }
    problems_.push_back({range, std::move(text)});
  }

  void check_type(const model::Type& type, SourceRange range, const std::string& name) {
    const std::string unsupported = Unsupported{}.of(type);
    if (unsupported.empty()) return;
    report(range, "'" + name + "' is of type '" + unsupported + "', which has no form in Protocol Buffers");
  }
  void check_enum(const model::Enum& enumeration) {
    for (const model::Enumerator& enumerator : enumeration.enumerators) {
      if (enumerator.value < std::numeric_limits<std::int32_t>::min() ||
          enumerator.value > std::numeric_limits<std::int32_t>::max()) {
        report(enumerator.range, "the value of enumerator '" + enumerator.name +
                                     "' does not fit the 32 bits, one of them the sign, of Protocol Buffers");
      }
    }
  }
  /// `owner`: members of others are reported there, unless their numbers meet. `first`: who has number 1.
  void check_fields(const std::vector<Field>& fields, const Declaration* owner,
                    const std::string& first = "") {
    std::map<std::uint32_t, std::string> taken;
    if (!first.empty()) taken.emplace(1, first);
    for (const Field& field : fields) {
      const std::string name = field.name != nullptr ? *field.name : "result";
      const auto [place, is_new] = taken.emplace(field.number, name);
      if (field.owner != owner && field.owner != nullptr) continue;
      check_type(*field.type, field.range, name);
      std::string text = "'";
      text.append(name).append("' has the number ").append(std::to_string(field.number));
      if (field.number == 0 || field.number > kNumberMax ||
          (field.number >= 19000 && field.number <= 19999)) {
        text.append(", which no field of Protocol Buffers can have (1 to 18999, 20000 to 536870911)");
        report(field.range, text);
      } else if (!is_new) {
        text.append(" in Protocol Buffers, which '").append(place->second);
        report(field.range, text.append("' has already: give it another @id"));
      }
    }
  }
  void check_operation(const model::Operation& operation) {
    check_fields(request_of(operation), nullptr);
    std::vector<Field> reply = reply_of(operation);
    if (!reply.empty() && reply.front().name == nullptr) {
      check_type(*operation.result, operation.range, operation.name);
      reply.erase(reply.begin());
    }
    check_fields(reply, nullptr, "the result");
  }
  void check_interface(const model::Interface& interface) {
    if (interface.local) return;  // nothing of it travels
    for (const model::InterfaceMember& member : interface.members) {
      if (const auto* const operation = std::get_if<model::Operation>(&member)) {
        check_operation(*operation);
      } else {
        const auto& attribute = std::get<model::Attribute>(member);
        check_type(*attribute.type, attribute.range, attribute.name);
      }
    }
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

}  // namespace oncec::backend::proto
