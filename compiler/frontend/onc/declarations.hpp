// From the tree to the model. Names have no order, so this goes over the file several times: what is defined
// (and where bodies stand in place, what they are called), then values, types, recursion, unions, programs.
//
// A body in place gets a name from what it is the type of: in `struct s { struct { … } b; }` it is `s_b`; of
// a typedef it has the typedef's name (its elements' body, "name_element"); of a procedure's argument or
// result, "procedure_arg1" and "procedure_result", inside the version.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "frontend/messages.hpp"
#include "frontend/onc/names.hpp"
#include "frontend/onc/syntax.hpp"
#include "frontend/onc/values.hpp"
#include "model/model.hpp"

namespace oncec::frontend::onc {

class Declarations {
 public:
  /// The file begins at that octet; what is before it is known to everybody.
  Declarations(const Syntax& syntax, Reporter& reporter, model::Model& model, std::uint32_t begin);

  void read();

 private:
  /// A type specifier with what stands round the name: `opaque data<16>`.
  struct Declared {
    Grammar::TypeSpecifierContext* type = nullptr;
    bool is_pointer = false;
    std::vector<Grammar::ArrayBoundContext*> bounds;
    Name name;
    SourceRange range;  // of all
  };
  /// Where a body in place stands.
  struct Place {
    std::string name;  // what it will be called
    SourceRange range;
    std::string doc;
    bool is_imported = false;
    model::Declaration* interface = nullptr;  // if it belongs to a procedure
  };
  template <typename Context>
  struct Defined {
    model::Declaration* declaration;
    Context* context;
  };

  // What is defined (declarations.cpp).
  void collect(Grammar::DefinitionContext& context);
  void collect_built_in(Grammar::DefinitionContext& context);
  void collect_constant(Grammar::ConstDefinitionContext& context, std::string doc);
  void collect_typedef(Grammar::TypedefDefinitionContext& context, std::string doc);
  model::Declaration* collect_enum(Grammar::EnumBodyContext& context, const Place& place);
  model::Declaration* collect_struct(Grammar::StructBodyContext& context, const Place& place);
  model::Declaration* collect_union(Grammar::UnionBodyContext& context, const Place& place);
  void collect_program(Grammar::ProgramDefinitionContext& context, std::string doc);
  void collect_version(Grammar::VersionDefinitionContext& context, model::Declaration& program);
  void collect_in_place(Grammar::TypeSpecifierContext* context, const Place& place);
  void collect_in_place(Grammar::DeclarationContext& context, const Place& outer);
  /// nullptr: the name is taken.
  model::Declaration* define(const Place& place, Symbol symbol, decltype(model::Declaration::body) body);
  model::Declaration* define_type(const Place& place, decltype(model::Declaration::body) body);
  Place place(const antlr4::Token& name, std::string doc) const;

  void offer_procedures();
  void settle_constants();

  // Types (types.cpp).
  void fill_structs();
  void fill_struct(model::Declaration& declaration, Grammar::StructBodyContext& context);
  void fill_typedefs();
  Declared declared(Grammar::DeclarationContext& context) const;
  /// nullptr: something is wrong with it, and that has been reported.
  model::TypePointer type(const Declared& declared);
  model::TypePointer text_type(const Declared& declared, bool is_opaque);
  model::TypePointer base_type(Grammar::TypeSpecifierContext& context);
  model::TypePointer named_type(Grammar::TypeSpecifierContext& context);
  model::TypePointer built_in_type(Symbol& symbol);
  std::optional<std::uint64_t> bound(Grammar::ArrayBoundContext& context);
  bool refuse_void(Grammar::DeclarationContext& context, std::string_view what);
  void widen_small_elements();
  model::TypePointer widened(const model::TypePointer& type) const;

  // Unions (unions.cpp).
  void fill_unions();
  void fill_union(model::Declaration& declaration, Grammar::UnionBodyContext& context);
  void check_unions();
  void check_union(model::Declaration& declaration, Grammar::UnionBodyContext& context);
  std::optional<model::Value> label(Grammar::CaseLabelContext& context, const model::Type& discriminator);

  // Programs (programs.cpp).
  void fill_programs();
  void fill_version(model::Declaration& declaration, Grammar::VersionDefinitionContext& context,
                    std::uint32_t program);
  model::Operation operation(Grammar::ProcedureDefinitionContext& context);
  void read_arguments(Grammar::ProcedureDefinitionContext& context, model::Operation& out);
  model::TypePointer argument_type(Grammar::ArgumentContext& context, const Name& name);
  void read_semantics(const std::vector<Comments::Word>& words, model::Operation& out);

  void check_recursion();

  const Syntax& syntax_;
  Reporter& reporter_;
  model::Model& model_;
  std::uint32_t begin_;
  Names names_;
  Values values_;
  std::vector<Symbol*> constants_;
  std::vector<Symbol*> enumerators_;
  std::vector<Defined<Grammar::DeclarationContext>> typedefs_;
  std::vector<Defined<Grammar::StructBodyContext>> structs_;
  std::vector<Defined<Grammar::UnionBodyContext>> unions_;
  std::vector<Defined<Grammar::ProgramDefinitionContext>> programs_;
  std::vector<Defined<Grammar::VersionDefinitionContext>> versions_;
  std::unordered_map<const Grammar::TypeSpecifierContext*, model::Declaration*> in_place_;
};

/// Puts a type on the heap.
model::TypePointer make_type(model::Type type);

}  // namespace oncec::frontend::onc
