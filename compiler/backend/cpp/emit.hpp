// The parts of the generated files. Each writes one kind of declaration; generator.cpp puts them together.
#pragma once

#include "backend/cpp/code.hpp"
#include "backend/cpp/operations.hpp"
#include "model/model.hpp"

namespace oncec::backend::cpp {

// Header.

/// A constant, typedef, enum, struct or exception, as it stands in a namespace or, if `inside_interface`, in
/// an interface's struct.
void emit_type(Code& code, const Input& input, const model::Declaration& declaration, bool inside_interface);
/// to_string and operator<<.
void emit_enum_functions(Code& code, const Input& input, const model::Declaration& declaration);
/// The operators, to_string and operator<<.
void emit_bitmask_functions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_union(Code& code, const Input& input, const model::Declaration& declaration);
/// The struct that is the interface's name.
void emit_interface(Code& code, const Input& input, const InterfacePlan& interface);
/// The same of a local interface: an abstract class.
void emit_local_interface(Code& code, const Input& input, const InterfacePlan& interface);
void emit_result_structs(Code& code, const Input& input, const InterfacePlan& interface);
void emit_stub(Code& code, const Input& input, const InterfacePlan& interface);
void emit_servant(Code& code, const Input& input, const InterfacePlan& interface);
void emit_co_servant(Code& code, const Input& input, const InterfacePlan& interface);
/// A value type's class.
void emit_value(Code& code, const Input& input, const model::Declaration& declaration);
/// Declares encode_state and decode_state of a concrete value type, to_string and operator<<.
void emit_state_declaration(Code& code, const Input& input, const model::Declaration& declaration);
bool is_concrete_value(const model::Declaration& declaration);
/// once::Coding, in the global namespace.
void emit_codec_declaration(Code& code, const Input& input, const model::Declaration& declaration);
/// kOctetsMin, in the global namespace.
void emit_octets_min(Code& code, const Input& input, const model::Declaration& declaration);

/// True for what has once::Fields and a to_string() made of them.
bool has_fields(const model::Declaration& declaration);
/// What the program can learn of the declaration at run time, in the global namespace; see
/// once/codec/fields.hpp.
void emit_reflection(Code& code, const Input& input, const model::Declaration& declaration);
/// to_string and operator<< of what has fields.
void emit_text_declarations(Code& code, const Input& input, const model::Declaration& declaration);
/// The files whose types get TypeCodes: those that mention `any` or `TypeCode`, or all if the options ask for
/// it. Included files are taken to be generated from with the same options.
DescribedFiles described_files(const model::Model& model, const Options& options);
/// True if this type gets one: its file's types do, it holds no values of value types, which have no place in
/// an `any`, and no types of an included file that have none.
bool has_type_code(const Input& input, const model::Declaration& declaration);
/// once::TypeCodeOf, in the global namespace.
void emit_type_code(Code& code, const Input& input, const model::Declaration& declaration);
/// The cases of `switch (index)` that visit a union's arms.
void emit_union_visits(Code& code, const model::Declaration& declaration);

// Source.

void emit_enum_definitions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_bitmask_definitions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_union_definitions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_union_codec(Code& code, const Input& input, const model::Declaration& declaration);
void emit_text_definitions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_codec_definitions(Code& code, const Input& input, const model::Declaration& declaration);
void emit_type_code_definition(Code& code, const Input& input, const model::Declaration& declaration);
/// once::Coding for every codec of the options, and for what once::Any keeps values in.
void emit_codec_instantiations(Code& code, const Input& input, const model::Declaration& declaration);
/// The struct that tells all about an operation.
void emit_traits(Code& code, const Input& input, const OperationPlan& operation);
void emit_stub_definitions(Code& code, const Input& input, const InterfacePlan& interface);
void emit_servant_definitions(Code& code, const Input& input, const InterfacePlan& interface);

void emit_state_definitions(Code& code, const Input& input, const model::Declaration& declaration);
/// Makes the file's value types known to the program; in the global namespace.
void emit_value_registration(Code& code, const Input& input,
                             const std::vector<const model::Declaration*>& declarations);
/// kValueType, and the coders of the state for the codecs of the options.
void emit_value_definition(Code& code, const Input& input, const model::Declaration& declaration);

// Shared.

/// "Account::Inner": the declaration's name where its definition stands, in its innermost namespace.
std::string local_name(const Input& input, const model::Declaration& declaration);
/// The scope inside the declaration's class, with these names of its members in front.
Scope class_scope(const Input& input, const model::Declaration& declaration,
                  const std::vector<std::string>& members = {});
/// What follows the name of a member of `holder`, as initializer() has it; nothing where the member is empty
/// without being told and its type may be incomplete.
std::string member_initializer(const Input& input, const model::Declaration& holder,
                               const model::Member& member, const Scope& from);
/// The scope inside the interface's Stub, Servant or CoServant: what their functions and parameters are
/// called hides types of these names.
Scope member_scope(const Input& input, const InterfacePlan& interface, const char* nested_class);
/// The scope inside functions for the declaration that stand in its innermost namespace; and its name there.
Scope codec_scope(const Input& input, const model::Declaration& declaration);
std::string codec_name(const Input& input, const model::Declaration& declaration);
/// The declaration's name in once::Coding<>, in the global namespace.
std::string coding_name(const Input& input, const model::Declaration& declaration);
/// A call that encodes `value`, an expression of the type, or decodes into it.
std::string encode_statement(const model::Type& type, const std::string& value);
std::string decode_statement(const model::Type& type, const std::string& value);
/// The same of a member, where `place` is the member itself.
std::string encode_member(const model::Member& member, const std::string& place);
std::string decode_member(const model::Member& member, const std::string& place);
/// "0x1f": with so many digits at least.
std::string hexadecimal(std::uint64_t number, std::size_t digits = 1);
/// All bits of a bitmask that have a name.
std::string all_flags(const model::Declaration& declaration);
/// The guard at the beginning of the codec functions of a type that can contain itself.
void emit_nesting(Code& code, const model::Declaration& declaration, std::string_view coder);

}  // namespace oncec::backend::cpp
