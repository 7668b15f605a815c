// Numbers the fields.
#include "backend/proto/fields.hpp"

namespace oncec::backend::proto {
namespace {

using model::Declaration;

constexpr std::uint32_t kReservedFirst = 19000;
constexpr std::uint32_t kReservedLast = 19999;

/// Gives numbers in the order of declaration.
class Numbering {
 public:
  explicit Numbering(std::uint32_t first) : next_(first) {}

  std::uint32_t number(const std::vector<model::Annotation>& annotations) {
    std::uint32_t number = next_;
    for (const model::Annotation& annotation : annotations) {
      if (annotation.name != "id") continue;
      const model::Value* const value = annotation.argument("value");
      const auto* const integer = value != nullptr ? std::get_if<model::IntegerValue>(value) : nullptr;
      if (integer != nullptr) number = static_cast<std::uint32_t>(integer->magnitude);
    }
    next_ = number + 1;
    if (next_ >= kReservedFirst && next_ <= kReservedLast) next_ = kReservedLast + 1;
    return number;
  }

 private:
  std::uint32_t next_;
};

void add(std::vector<Field>& fields, Numbering& numbering, const model::Member& member,
         const Declaration* owner) {
  Field& field = fields.emplace_back();
  field.name = &member.name;
  field.type = member.type.get();
  field.doc = &member.doc;
  field.number = numbering.number(member.annotations);
  field.member = &member;
  field.range = member.range;
  field.owner = owner;
}

void add(std::vector<Field>& fields, Numbering& numbering, const model::Parameter& parameter) {
  Field& field = fields.emplace_back();
  field.name = &parameter.name;
  field.type = parameter.type.get();
  field.number = numbering.number(parameter.annotations);
  field.range = parameter.range;
}

void add_members(std::vector<Field>& fields, Numbering& numbering, const Declaration& declaration) {
  const std::vector<model::Member>* members = nullptr;
  if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
    members = &exception->members;
  } else {
    const auto& structure = std::get<model::Struct>(declaration.body);
    if (structure.base != nullptr) add_members(fields, numbering, *structure.base);
    members = &structure.members;
  }
  for (const model::Member& member : *members) add(fields, numbering, member, &declaration);
}

}  // namespace

std::vector<Field> fields_of(const Declaration& declaration) {
  std::vector<Field> fields;
  Numbering numbering{1};
  add_members(fields, numbering, declaration);
  return fields;
}

std::vector<Field> fields_of(const model::Union& onion) {
  std::vector<Field> fields;
  Numbering numbering{2};
  for (std::size_t i = 0; i < onion.cases.size(); ++i) {
    if (!onion.cases[i].member) continue;
    add(fields, numbering, *onion.cases[i].member, nullptr);
    fields.back().arm = i;
  }
  return fields;
}

std::vector<Field> request_of(const model::Operation& operation) {
  std::vector<Field> fields;
  Numbering numbering{1};
  for (const model::Parameter& parameter : operation.parameters) {
    if (parameter.direction != model::Direction::Out) add(fields, numbering, parameter);
  }
  return fields;
}

std::vector<Field> reply_of(const model::Operation& operation) {
  std::vector<Field> fields;
  const auto* const primitive = std::get_if<model::Primitive>(&model::resolve(*operation.result).form);
  if (primitive == nullptr || *primitive != model::Primitive::Void) {
    Field& field = fields.emplace_back();
    field.type = operation.result.get();
    field.number = 1;
    field.range = operation.range;
  }
  Numbering numbering{2};
  for (const model::Parameter& parameter : operation.parameters) {
    if (parameter.direction != model::Direction::In) add(fields, numbering, parameter);
  }
  return fields;
}

}  // namespace oncec::backend::proto
