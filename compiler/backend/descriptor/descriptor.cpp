// Copies the model, part by part.
#include "backend/descriptor/descriptor.hpp"

#include <algorithm>
#include <map>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace oncec::backend::descriptor {
namespace {

namespace pb = once::idl;
using model::Declaration;

class Describer {
 public:
  explicit Describer(const model::Model& model) : model_(model) {
    for (const Declaration& declaration : model.declarations) {
      ids_.emplace(&declaration, static_cast<std::uint32_t>(ids_.size()));
    }
  }

  pb::Model describe() {
    pb::Model result;
    for (const auto& file : model_.files) result.add_files()->set_name(file->name());
    for (const Declaration& declaration : model_.declarations) fill(*result.add_declarations(), declaration);
    add_ids(*result.mutable_top_level(), model_.top_level);
    return result;
  }

 private:
  template <class Field>
  void add_ids(Field& field, const std::vector<const Declaration*>& declarations) const {
    for (const Declaration* const declaration : declarations) field.Add(id(declaration));
  }
  std::uint32_t id(const Declaration* declaration) const { return ids_.at(declaration); }

  template <class Message>
  void set_position(Message& message, const SourceRange& range) const {
    if (range.file == nullptr) return;
    const auto file = std::find_if(model_.files.begin(), model_.files.end(),
                                   [&](const auto& each) { return each.get() == range.file; });
    if (file == model_.files.end()) return;  // built in
    const SourceFile::LineColumn place = range.file->line_column(range.begin);
    pb::Position& position = *message.mutable_position();
    position.set_file(static_cast<std::uint32_t>(file - model_.files.begin()));
    position.set_line(place.line);
    position.set_column(place.column);
  }
  template <class Message>
  void set_annotations(Message& message, const std::vector<model::Annotation>& annotations) const {
    for (const model::Annotation& annotation : annotations) {
      pb::Annotation& described = *message.add_annotations();
      described.set_name(annotation.name);
      for (const model::AnnotationArgument& argument : annotation.arguments) {
        pb::Annotation::Argument& added = *described.add_arguments();
        added.set_name(argument.name);
        fill(*added.mutable_value(), argument.value);
      }
      set_position(described, annotation.range);
    }
  }
  /// Name, comment, annotations and place, of whatever has all of them.
  template <class Message, class Part>
  void set_common(Message& message, const Part& part) const {
    message.set_name(part.name);
    message.set_doc(part.doc);
    set_annotations(message, part.annotations);
    set_position(message, part.range);
  }

  void fill(pb::Value& described, const model::Value& value) const {
    if (const bool* const boolean = std::get_if<bool>(&value)) {
      described.set_boolean(*boolean);
    } else if (const auto* const integer = std::get_if<model::IntegerValue>(&value)) {
      described.mutable_integer()->set_negative(integer->negative);
      described.mutable_integer()->set_magnitude(integer->magnitude);
    } else if (const double* const number = std::get_if<double>(&value)) {
      described.set_floating(*number);
    } else if (const auto* const text = std::get_if<model::TextValue>(&value)) {
      described.set_text(text->text);
    } else {
      const auto& enumerator = std::get<model::EnumeratorValue>(value);
      const auto& enumeration = std::get<model::Enum>(enumerator.enumeration->body);
      pb::Value::Enumerator& target = *described.mutable_enumerator();
      const auto known = ids_.find(enumerator.enumeration);
      if (known != ids_.end()) target.set_enumeration(known->second);
      target.set_index(static_cast<std::uint32_t>(enumerator.index));
      target.set_name(enumeration.enumerators.at(enumerator.index).name);
    }
  }

  struct TypeFiller {
    const Describer& describer;
    pb::Type& described;

    void operator()(model::Primitive primitive) const {
      described.set_primitive(static_cast<pb::Type::Primitive>(primitive));
    }
    void operator()(const model::StringType& text) const {
      described.mutable_string()->set_wide(text.wide);
      described.mutable_string()->set_bound(text.bound);
    }
    void operator()(const model::SequenceType& sequence) const {
      describer.fill(*described.mutable_sequence()->mutable_element(), *sequence.element);
      described.mutable_sequence()->set_bound(sequence.bound);
    }
    void operator()(const model::MapType& map) const {
      describer.fill(*described.mutable_map()->mutable_key(), *map.key);
      describer.fill(*described.mutable_map()->mutable_value(), *map.value);
      described.mutable_map()->set_bound(map.bound);
    }
    void operator()(const model::ArrayType& array) const {
      describer.fill(*described.mutable_array()->mutable_element(), *array.element);
      for (const std::uint64_t dimension : array.dimensions) {
        described.mutable_array()->add_dimensions(dimension);
      }
    }
    void operator()(const model::FixedType& fixed) const {
      described.mutable_fixed()->set_digits(fixed.digits);
      described.mutable_fixed()->set_scale(fixed.scale);
    }
    void operator()(const model::OptionalType& optional) const {
      describer.fill(*described.mutable_optional(), *optional.element);
    }
    void operator()(const model::NamedType& named) const {
      described.set_named(describer.id(named.declaration));
    }
  };
  void fill(pb::Type& described, const model::Type& type) const {
    std::visit(TypeFiller{*this, described}, type.form);
  }

  void fill(pb::Member& described, const model::Member& member) const {
    set_common(described, member);
    fill(*described.mutable_type(), *member.type);
  }
  template <class Field>
  void fill_members(Field& field, const std::vector<model::Member>& members) const {
    for (const model::Member& member : members) fill(*field.Add(), member);
  }
  template <class Field>
  void fill_enumerators(Field& field, const std::vector<model::Enumerator>& enumerators) const {
    for (const model::Enumerator& enumerator : enumerators) {
      pb::Enumerator& described = *field.Add();
      set_common(described, enumerator);
      described.set_value(enumerator.value);
    }
  }

  void fill(pb::Operation& described, const model::Operation& operation) const {
    set_common(described, operation);
    fill(*described.mutable_result(), *operation.result);
    for (const model::Parameter& parameter : operation.parameters) {
      pb::Parameter& added = *described.add_parameters();
      added.set_name(parameter.name);
      added.set_direction(static_cast<pb::Parameter::Direction>(parameter.direction));
      fill(*added.mutable_type(), *parameter.type);
      set_annotations(added, parameter.annotations);
      set_position(added, parameter.range);
    }
    add_ids(*described.mutable_raises(), operation.raises);
    described.set_oneway(operation.oneway);
    described.set_semantics(static_cast<pb::Operation::Semantics>(operation.semantics));
    described.set_orphan(static_cast<pb::Operation::OrphanPolicy>(operation.orphan));
    described.set_deadline_ms(operation.deadline_ms);
    described.set_reply_max(operation.reply_max);
    described.set_id(operation.id);
    described.set_cpp_name(operation.cpp_name);
  }
  template <class Field>
  void fill_members(Field& field, const std::vector<model::InterfaceMember>& members) const {
    for (const model::InterfaceMember& member : members) {
      pb::InterfaceMember& described = *field.Add();
      if (const auto* const operation = std::get_if<model::Operation>(&member)) {
        fill(*described.mutable_operation(), *operation);
        continue;
      }
      const auto& attribute = std::get<model::Attribute>(member);
      pb::Attribute& target = *described.mutable_attribute();
      set_common(target, attribute);
      fill(*target.mutable_type(), *attribute.type);
      target.set_readonly(attribute.readonly);
      fill(*target.mutable_reader(), attribute.reader);
      if (attribute.writer) fill(*target.mutable_writer(), *attribute.writer);
    }
  }

  struct BodyFiller {
    const Describer& describer;
    pb::Declaration& described;

    void operator()(const model::Module& module) const {
      describer.add_ids(*described.mutable_module()->mutable_members(), module.members);
    }
    void operator()(const model::Constant& constant) const {
      describer.fill(*described.mutable_constant()->mutable_type(), *constant.type);
      describer.fill(*described.mutable_constant()->mutable_value(), constant.value);
    }
    void operator()(const model::Typedef& alias) const {
      describer.fill(*described.mutable_typedef_()->mutable_type(), *alias.type);
    }
    void operator()(const model::Enum& enumeration) const {
      describer.fill_enumerators(*described.mutable_enum_()->mutable_enumerators(), enumeration.enumerators);
    }
    void operator()(const model::Bitmask& mask) const {
      described.mutable_bitmask()->set_bit_bound(mask.bit_bound);
      describer.fill_enumerators(*described.mutable_bitmask()->mutable_flags(), mask.flags);
    }
    void operator()(const model::Bitset& set) const {
      pb::Bitset& target = *described.mutable_bitset();
      if (set.base != nullptr) target.set_base(describer.id(set.base));
      target.set_bits(set.bits);
      for (const model::BitField& field : set.fields) {
        pb::Bitset::Field& added = *target.add_fields();
        describer.set_common(added, field);
        added.set_bits(field.bits);
        added.set_position_of_lowest(field.position);
        if (field.type != nullptr) describer.fill(*added.mutable_type(), *field.type);
      }
    }
    void operator()(const model::Struct& structure) const {
      pb::Struct& target = *described.mutable_struct_();
      if (structure.base != nullptr) target.set_base(describer.id(structure.base));
      describer.fill_members(*target.mutable_members(), structure.members);
    }
    void operator()(const model::Exception& exception) const {
      describer.fill_members(*described.mutable_exception()->mutable_members(), exception.members);
    }
    void operator()(const model::Union& onion) const {
      pb::Union& target = *described.mutable_union_();
      describer.fill(*target.mutable_discriminator(), *onion.discriminator);
      target.set_has_implicit_default(onion.has_implicit_default);
      for (const model::UnionCase& arm : onion.cases) {
        pb::Union::Case& added = *target.add_cases();
        for (const model::Value& label : arm.labels) describer.fill(*added.add_labels(), label);
        added.set_is_default(arm.is_default);
        if (arm.member) describer.fill(*added.mutable_member(), *arm.member);
        describer.set_position(added, arm.range);
      }
    }
    void operator()(const model::Interface& interface) const {
      pb::Interface& target = *described.mutable_interface();
      describer.add_ids(*target.mutable_bases(), interface.bases);
      describer.fill_members(*target.mutable_members(), interface.members);
      describer.add_ids(*target.mutable_declarations(), interface.declarations);
      target.set_abstract(interface.abstract);
      target.set_local(interface.local);
      target.set_defined(interface.defined);
      if (!interface.onc_program) return;
      target.mutable_onc_program()->set_program(interface.onc_program->program);
      target.mutable_onc_program()->set_version(interface.onc_program->version);
    }
    void operator()(const model::ValueType& value) const {
      pb::ValueType& target = *described.mutable_value_type();
      describer.add_ids(*target.mutable_bases(), value.bases);
      describer.add_ids(*target.mutable_supports(), value.supports);
      for (const model::StateMember& member : value.state) {
        pb::Member& added = *target.add_state();
        describer.fill(added, member);
        added.set_is_public(member.is_public);
      }
      describer.fill_members(*target.mutable_members(), value.members);
      for (const model::Operation& factory : value.factories)
        describer.fill(*target.add_factories(), factory);
      describer.add_ids(*target.mutable_declarations(), value.declarations);
      target.set_is_abstract(value.is_abstract);
      target.set_custom(value.custom);
      target.set_truncatable(value.truncatable);
      target.set_event(value.event);
      target.set_defined(value.defined);
    }
    void operator()(const model::ValueBox& box) const {
      describer.fill(*described.mutable_value_box()->mutable_type(), *box.type);
    }
    void operator()(const model::Native&) const { described.mutable_native(); }
    void operator()(const model::Unmapped& unmapped) const {
      described.mutable_unmapped()->set_kind(unmapped.kind);
      describer.add_ids(*described.mutable_unmapped()->mutable_declarations(), unmapped.declarations);
    }
  };
  void fill(pb::Declaration& described, const Declaration& declaration) const {
    set_common(described, declaration);
    described.set_qualified_name(model::qualified_name(declaration));
    if (declaration.scope != nullptr) described.set_scope(id(declaration.scope));
    described.set_repository_id(declaration.repository_id);
    described.set_imported(declaration.imported);
    std::visit(BodyFiller{*this, described}, declaration.body);
  }

  const model::Model& model_;
  std::map<const Declaration*, std::uint32_t> ids_;
};

}  // namespace

pb::Model describe(const model::Model& model) {
  return Describer{model}.describe();
}

std::string serialized(const google::protobuf::MessageLite& message) {
  std::string octets;
  {
    google::protobuf::io::StringOutputStream out{&octets};
    google::protobuf::io::CodedOutputStream coded{&out};
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return octets;
}

}  // namespace oncec::backend::descriptor
