// From a parse tree to the model. What is wrong is reported and left out; the rest is built as if that had
// not been there. A declaration that cannot be built leaves a broken name behind, so that its uses are no
// errors.
//
// A template module is built when it is declared, with broken names for its parameters, to find what is wrong
// with it; this leaves nothing in the model. Each instantiation builds it again, from the same tree, in a
// scope where its parameters mean the arguments.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontend/annotations.hpp"
#include "frontend/constants.hpp"
#include "frontend/interface_rules.hpp"
#include "frontend/names.hpp"
#include "frontend/repository_ids.hpp"
#include "frontend/syntax.hpp"
#include "model/model.hpp"

namespace oncec::frontend {

class Builder {
 public:
  Builder(const Syntax& syntax, Reporter& reporter, model::Model& model, AnnotationRegistry& registry);

  /// Adds what the file declares to the model.
  void build();
  /// Only enters the file's annotation declarations into the registry: for the built-in files.
  void build_annotations();

 private:
  using Annotated = std::vector<Grammar::AnnotationContext*>;
  struct EnumeratorValues {
    std::map<std::int64_t, SourceRange> taken;
    std::int64_t next = 0;
  };
  /// The interface, value type, component or home whose operations and attributes are being read.
  struct Holder {
    Scope& scope;
    std::vector<model::InterfaceMember>& members;
    InterfaceRules& rules;
    bool is_remote;  // what is local has no place in it
  };
  struct UnionLabels {
    Scope& scope;  // where they mean something
    std::unordered_map<std::string, SourceRange> taken;
    std::optional<SourceRange> default_place;
  };
  /// A template module: its tree, and where it stands.
  struct Template {
    Grammar::ModuleDeclarationContext* context;
    Scope* scope;
    std::string doc;
    bool is_instantiated = false;
  };

  // builder.cpp: modules, constants, what all declarations have in common
  void definitions(const std::vector<Grammar::DefinitionContext*>& contexts, const antlr4::Token& end,
                   Scope& scope);
  void definition(Grammar::DefinitionContext& context, Scope& scope);
  void module(Grammar::ModuleDeclarationContext& context, const Annotated& annotations, Scope& scope,
              std::string doc);
  void constant(Grammar::ConstDeclarationContext& context, const Annotated& annotations, Scope& scope,
                std::string doc);
  void annotation_declaration(Grammar::AnnotationDeclarationContext& context, Scope& scope);
  void annotation_member(Grammar::AnnotationMemberContext& context, Scope& scope,
                         std::vector<AnnotationParameter>& parameters);
  void annotation_parameter(Grammar::AnnotationParameterContext& context, Scope& scope,
                            std::vector<AnnotationParameter>& parameters);
  void type_id(Grammar::TypeIdDeclarationContext& context, Scope& scope);
  void type_prefix(Grammar::TypePrefixDeclarationContext& context, Scope& scope);
  void import(Grammar::ImportDeclarationContext& context, Scope& scope);

  /// Warns of those that have no effect; `kind`: "a struct".
  void check_places(const std::vector<model::Annotation>& annotations, std::string_view kind);
  /// Annotations of something that is no operation.
  std::vector<model::Annotation> read_annotations(const Annotated& annotations, Scope& scope,
                                                  std::string_view kind);
  /// Adjacent literals are one.
  std::optional<std::string> text_of(const std::vector<antlr4::tree::TerminalNode*>& strings) const;

  template <typename Body>
  model::Declaration& create(Scope& scope, const Name& name, Body body, std::string doc);
  template <typename Body>
  model::Declaration* declared_before(Scope& scope, const Name& name);
  template <typename Body>
  model::Declaration& define(Scope& scope, const Name& name, std::string doc);
  template <typename Body>
  model::Declaration* forward(Scope& scope, const Name& name, std::string doc);
  /// The declaration that a name stands for, if its body is a Body; else nullptr, and a report of the kind
  /// that it must be: "an interface".
  template <typename Body>
  const model::Declaration* find_declaration(Grammar::ScopedNameContext& context, Scope& scope,
                                             std::string_view kind, Message wrong = Message::NotOfKind);
  static bool is_in_place(const Scope& scope);
  static Scope& scope_around(Scope& scope);
  void take_out(Scope& scope, const Name& name, model::Declaration& declaration);
  void publish(Scope& scope, model::Declaration& declaration);
  void withdraw(Scope& scope, const model::Declaration& declaration);
  void close_gaps();
  std::vector<const model::Declaration*>* list_of(Scope& scope);
  std::deque<model::Declaration>& home();
  void declare_broken(Scope& scope, const Name& name);
  void report_never_defined();
  void check_forward(const model::Declaration& declaration, const Name& name, std::string_view was,
                     std::string_view is);
  bool is_whole(const antlr4::ParserRuleContext& context) const { return context.exception == nullptr; }
  std::string doc_of(antlr4::ParserRuleContext& context) const;

  // builder_structs.cpp: what declares types
  void type_declaration(Grammar::TypeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                        std::string doc);
  void typedef_declaration(Grammar::TypedefDeclarationContext& context, const Annotated& annotations,
                           Scope& scope, const std::string& doc);
  void native(Grammar::NativeDeclarationContext& context, const Annotated& annotations, Scope& scope,
              std::string doc);
  model::Declaration* constructed(Grammar::ConstructedTypeContext& context, const Annotated& annotations,
                                  Scope& scope, std::string doc);
  model::Declaration* structure(Grammar::StructDeclarationContext& context, const Annotated& annotations,
                                Scope& scope, std::string doc);
  const model::Declaration* struct_base(Grammar::ScopedNameContext& context, Scope& scope);
  model::Declaration* enumeration(Grammar::EnumDeclarationContext& context, const Annotated& annotations,
                                  Scope& scope, std::string doc);
  void enumerator(Grammar::EnumeratorContext& context, Scope& scope, model::Declaration& declaration,
                  EnumeratorValues& values);
  void exception(Grammar::ExceptionDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  std::vector<model::Member> members(const std::vector<Grammar::MemberContext*>& contexts, Scope& scope,
                                     const model::Declaration& of);
  void member(Grammar::MemberContext& context, Scope& scope, std::vector<model::Member>& out);
  /// The type before the declarators of a member with these annotations.
  model::TypePointer member_type(Grammar::TypeSpecifierContext& context, Scope& scope,
                                 const std::vector<model::Annotation>& annotations);
  /// What a declarator makes of that type; a member without a type is wrong.
  model::Member member_of(Grammar::DeclaratorContext& declarator, const model::TypePointer& base,
                          std::vector<model::Annotation> annotations, std::string doc, Scope& scope);

  // builder_types.cpp: types by name and in place
  model::TypePointer type(Grammar::SimpleTypeContext& context, Scope& scope);
  model::TypePointer unnamed(Grammar::UnnamedTypeContext& context, Scope& scope);
  model::TypePointer held_type(Grammar::TypeSpecifierContext& context, Scope& scope);
  model::TypePointer held_type(Grammar::SimpleTypeContext& context, Scope& scope);
  model::TypePointer primitive(Grammar::PrimitiveTypeContext& context) const;
  model::TypePointer sequence(Grammar::SequenceTypeContext& context, Scope& scope);
  model::TypePointer map(Grammar::MapTypeContext& context, Scope& scope);
  model::TypePointer string(Grammar::StringTypeContext& context, Scope& scope);
  model::TypePointer fixed(Grammar::FixedTypeContext& context, Scope& scope);
  model::TypePointer named(Grammar::ScopedNameContext& context, Scope& scope);
  bool is_type_code(const Scope& scope, const Path& path) const;
  /// nullopt: wrong, and reported; 0: there is none.
  std::optional<std::uint64_t> bound(Grammar::ConstExpressionContext* context, Scope& scope);
  model::TypePointer with_sizes(model::TypePointer element, Grammar::DeclaratorContext& context,
                                Scope& scope);
  bool is_complete(const model::Type& type, SourceRange range);
  std::size_t depth(const model::Type& type) const;
  bool is_too_deep(const model::Type& type, SourceRange range);
  bool is_local(const model::Type& type) const;

  // builder_bits.cpp: bitmasks and bitsets
  model::Declaration* bitmask(Grammar::BitmaskDeclarationContext& context, const Annotated& annotations,
                              Scope& scope, std::string doc);
  void flag(Grammar::EnumeratorContext& context, Scope& scope, model::Declaration& declaration,
            EnumeratorValues& positions);
  model::Declaration* bitset(Grammar::BitsetDeclarationContext& context, const Annotated& annotations,
                             Scope& scope, std::string doc);
  void bit_field(Grammar::BitFieldContext& context, Scope& scope, model::Bitset& out);
  model::TypePointer bit_field_type(Grammar::BitFieldContext& context, Scope& scope, std::uint64_t bits);

  // builder_unions.cpp
  model::Declaration* union_declaration(Grammar::UnionDeclarationContext& context,
                                        const Annotated& annotations, Scope& scope, std::string doc);
  void union_cases(const std::vector<Grammar::UnionCaseContext*>& contexts, Scope& scope, UnionLabels& labels,
                   model::Union& out);
  void union_case(Grammar::UnionCaseContext& context, Scope& scope, UnionLabels& labels, model::Union& out);
  void union_label(Grammar::CaseLabelContext& context, const model::Union& of, UnionLabels& labels,
                   model::UnionCase& out);
  model::TypePointer discriminator(Grammar::SwitchTypeContext& context, Scope& scope, Scope& inside);

  // builder_interfaces.cpp
  void interface(Grammar::InterfaceDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void bases(Grammar::InterfaceDeclarationContext& context, Scope& outer, Scope& inside,
             model::Declaration& declaration, InterfaceRules& rules);
  /// What interfaces, value types and homes may hold.
  void item(Grammar::InterfaceExportContext& context, const Annotated& annotations, std::string doc,
            Holder& holder);
  void operation(Grammar::OperationDeclarationContext& context, const Annotated& annotations, std::string doc,
                 Holder& holder);
  void check_maybe(Grammar::OperationDeclarationContext& context, const model::Operation& operation,
                   bool has_result);
  void check_local(const Holder& holder, const model::TypePointer& type, const Name& name, SourceRange range);
  void parameter(Grammar::ParameterContext& context, Scope& scope, model::Operation& out);
  void attributes(Grammar::AttributeDeclarationContext& context, const Annotated& annotations,
                  const std::string& doc, Holder& holder);
  void attribute_raises(Grammar::AttributeDeclarationContext& context, Scope& scope,
                        std::vector<const model::Declaration*>& reading,
                        std::vector<const model::Declaration*>& writing);
  std::vector<const model::Declaration*> exceptions(Grammar::ExceptionListContext& context, Scope& scope);

  // builder_values.cpp
  void value(Grammar::ValueDeclarationContext& context, const Annotated& annotations, Scope& scope,
             std::string doc);
  void value_box(Grammar::ValueDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void value_bases(Grammar::ValueDeclarationContext& context, Scope& outer, Scope& inside,
                   model::Declaration& declaration, InterfaceRules& rules);
  std::vector<const model::Declaration*> supported(Grammar::SupportsClauseContext* context, Scope& outer,
                                                   Scope& inside, const std::string& name,
                                                   InterfaceRules& rules);
  void value_item(Grammar::ValueItemContext& context, model::Declaration& declaration, Holder& holder);
  void state(Grammar::StateMemberContext& context, const Annotated& annotations, const std::string& doc,
             model::Declaration& declaration, Holder& holder);
  /// A factory or finder: what it makes or finds is a `result`.
  template <typename Context>
  std::optional<model::Operation> initializer(Context& context, const Annotated& annotations, std::string doc,
                                              const model::TypePointer& result, Holder& holder);

  // builder_components.cpp
  void component(Grammar::ComponentDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void port_type(Grammar::PortTypeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void connector(Grammar::ConnectorDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void home_declaration(Grammar::HomeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                        std::string doc);
  model::Declaration* unmapped(std::string_view kind, Grammar::IdentifierContext& identifier, bool has_body,
                               const Annotated& annotations, Scope& scope, std::string doc);
  void unmapped_base(std::string_view kind, Grammar::ScopedNameContext* context, Scope& outer, Scope& inside);
  const model::Declaration* find_unmapped(std::string_view kind, Grammar::ScopedNameContext& context,
                                          Scope& scope, Message wrong = Message::NotOfKind);
  void ports(const std::vector<Grammar::PortItemContext*>& contexts, Holder& holder);
  void port(Grammar::PortItemContext& context, Holder& holder);
  void declare_port(Grammar::IdentifierContext& identifier, Scope& scope);

  // builder_templates.cpp
  void template_module(Grammar::ModuleDeclarationContext& context, const Annotated& annotations, Scope& scope,
                       std::string doc);
  void instantiation(Grammar::ModuleDeclarationContext& context, Scope& scope, std::string doc);
  void alias(Grammar::AliasDeclarationContext& context, Scope& scope, std::string doc);
  Template* find_template(Grammar::ScopedNameContext& context, Scope& scope);
  void instantiate(Template& of, const Name& name, const std::vector<std::optional<Entity>>& arguments,
                   SourceRange place, Scope& scope, std::string doc);
  std::optional<Entity> argument(Grammar::ActualParameterContext& context,
                                 Grammar::FormalParameterContext& formal, Scope& scope, Scope& formals);
  std::optional<Entity> constant_argument(Grammar::ActualParameterContext& context,
                                          Grammar::FormalParameterContext& formal, Scope& scope,
                                          Scope& formals);
  std::optional<Entity> bound_type(model::TypePointer type);
  void report_unused_templates();

  const Syntax& syntax_;
  Reporter& reporter_;
  model::Model& model_;
  Names names_;
  Constants constants_;
  Annotations annotations_;
  RepositoryIds ids_;

  std::deque<model::Declaration> discarded_;  // could not be entered; built all the same, for their errors
  std::unordered_map<const model::Declaration*, bool>
      forward_;  // declared, not defined (yet); told of, if not
  std::unordered_map<const model::Declaration*, std::size_t>
      slots_;  // of forward declarations, in their lists
  std::unordered_set<std::vector<const model::Declaration*>*> lists_with_gaps_;
  std::unordered_set<const model::Declaration*> open_;  // being defined
  std::unordered_map<const model::Declaration*, std::size_t> depth_;
  std::unordered_set<const model::Declaration*> local_;  // structs and others that hold local types
  std::unordered_set<const model::Declaration*> incomplete_enums_;  // some enumerator was wrong
  std::unordered_map<const model::Declaration*, Template> templates_;
  std::vector<model::Declaration*> template_order_;
  std::unordered_map<const model::Declaration*, model::TypePointer> bound_types_;  // template arguments
  std::size_t generic_depth_ = 0;         // inside template modules that are only looked at
  std::size_t instantiation_depth_ = 0;   // of instantiations in instantiations
  std::size_t instantiations_ = 0;        // in all
  bool too_many_instantiations_ = false;  // reported
  bool in_annotation_ = false;            // whose types go to a list of their own
};

}  // namespace oncec::frontend
