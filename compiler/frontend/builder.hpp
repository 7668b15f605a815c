// From a parse tree to the model. What is wrong is reported and left out; the rest is built as if that had
// not been there. A declaration that cannot be built leaves a broken name behind, so that its uses are no
// errors.
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

  // builder.cpp: modules, constants, what all declarations have in common
  void definitions(const std::vector<Grammar::DefinitionContext*>& contexts, Scope& scope);
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

  /// Annotations of something that is no operation; `kind`: "a struct".
  std::vector<model::Annotation> read_annotations(const Annotated& annotations, Scope& scope,
                                                  std::string_view kind);

  template <typename Body>
  model::Declaration& create(Scope& scope, const Name& name, Body body, std::string doc);
  template <typename Body>
  model::Declaration* declared_before(Scope& scope, const Name& name);
  void publish(Scope& scope, model::Declaration& declaration);
  void withdraw(Scope& scope, const model::Declaration& declaration);
  std::vector<const model::Declaration*>* list_of(Scope& scope);
  void declare_broken(Scope& scope, const Name& name);
  void report_never_defined();
  bool is_whole(const antlr4::ParserRuleContext& context) const { return context.exception == nullptr; }
  std::string doc_of(antlr4::ParserRuleContext& context) const;

  // builder_types.cpp: types and what declares them
  void type_declaration(Grammar::TypeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                        std::string doc);
  void typedef_declaration(Grammar::TypedefDeclarationContext& context, const Annotated& annotations,
                           Scope& scope, const std::string& doc);
  model::Declaration* constructed(Grammar::ConstructedTypeContext& context, const Annotated& annotations,
                                  Scope& scope, std::string doc);
  model::Declaration* structure(Grammar::StructDeclarationContext& context, const Annotated& annotations,
                                Scope& scope, std::string doc);
  const model::Declaration* struct_base(Grammar::ScopedNameContext& context, Scope& scope);
  model::Declaration* union_declaration(Grammar::UnionDeclarationContext& context,
                                        const Annotated& annotations, Scope& scope, std::string doc);
  model::Declaration* enumeration(Grammar::EnumDeclarationContext& context, const Annotated& annotations,
                                  Scope& scope, std::string doc);
  void enumerator(Grammar::EnumeratorContext& context, Scope& scope, model::Declaration& declaration,
                  EnumeratorValues& values);
  void exception(Grammar::ExceptionDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  std::vector<model::Member> members(const std::vector<Grammar::MemberContext*>& contexts, Scope& scope);
  void member(Grammar::MemberContext& context, Scope& scope, std::vector<model::Member>& out);
  template <typename Body>
  model::Declaration& define(Scope& scope, const Name& name, std::string doc);
  template <typename Body>
  model::Declaration* forward(Scope& scope, const Name& name, std::string doc);

  model::TypePointer type(Grammar::SimpleTypeContext& context, Scope& scope);
  model::TypePointer member_type(Grammar::TypeSpecifierContext& context, Scope& scope);
  model::TypePointer held_type(Grammar::SimpleTypeContext& context, Scope& scope);
  model::TypePointer primitive(Grammar::PrimitiveTypeContext& context) const;
  model::TypePointer sequence(Grammar::SequenceTypeContext& context, Scope& scope);
  model::TypePointer string(Grammar::StringTypeContext& context, Scope& scope);
  model::TypePointer named(Grammar::ScopedNameContext& context, Scope& scope);
  model::TypePointer with_sizes(model::TypePointer element, Grammar::DeclaratorContext& context,
                                Scope& scope);
  bool is_complete(const model::Type& type, SourceRange range);
  std::size_t depth(const model::Type& type) const;
  bool is_too_deep(const model::Type& type, SourceRange range);

  // builder_unions.cpp
  void union_cases(const std::vector<Grammar::UnionCaseContext*>& contexts, Scope& scope, model::Union& out);
  void union_case(Grammar::UnionCaseContext& context, Scope& scope, model::Union& out,
                  std::vector<SourceRange>& label_ranges);
  void union_label(Grammar::CaseLabelContext& context, Scope& scope, model::Union& out,
                   model::UnionCase& current, std::vector<SourceRange>& label_ranges);
  model::TypePointer discriminator(Grammar::SwitchTypeContext& context, Scope& scope);

  // builder_interfaces.cpp
  void interface(Grammar::InterfaceDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc);
  void bases(Grammar::InterfaceDeclarationContext& context, Scope& outer, Scope& inside,
             model::Declaration& declaration, InterfaceRules& rules);
  void item(Grammar::InterfaceItemContext& context, Scope& scope, model::Interface& out,
            InterfaceRules& rules);
  void operation(Grammar::OperationDeclarationContext& context, const Annotated& annotations, Scope& scope,
                 std::string doc, model::Interface& out, InterfaceRules& rules);
  void check_maybe(Grammar::OperationDeclarationContext& context, const model::Operation& operation,
                   bool has_result);
  void parameter(Grammar::ParameterContext& context, Scope& scope, model::Operation& out);
  void attributes(Grammar::AttributeDeclarationContext& context, const Annotated& annotations, Scope& scope,
                  const std::string& doc, model::Interface& out, InterfaceRules& rules);
  void attribute_raises(Grammar::AttributeDeclarationContext& context, Scope& scope,
                        std::vector<const model::Declaration*>& reading,
                        std::vector<const model::Declaration*>& writing);
  std::vector<const model::Declaration*> exceptions(Grammar::ExceptionListContext& context, Scope& scope);

  const Syntax& syntax_;
  Reporter& reporter_;
  model::Model& model_;
  Names names_;
  Constants constants_;
  Annotations annotations_;

  std::deque<model::Declaration> discarded_;  // could not be entered; built all the same, for their errors
  std::vector<model::Declaration*> forward_;  // declared, not defined (yet), in the order of the text
  std::unordered_set<const model::Declaration*> open_;  // being defined
  std::unordered_map<const model::Declaration*, std::size_t> depth_;
  std::unordered_set<const model::Declaration*> incomplete_enums_;  // some enumerator was wrong
  bool in_annotation_ = false;                                      // where `any` is a type
};

}  // namespace oncec::frontend
