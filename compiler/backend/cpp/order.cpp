// A depth-first walk over what needs what, in the order of the IDL where nothing else decides.
#include "backend/cpp/order.hpp"

#include <set>
#include <utility>

#include "backend/cpp/types.hpp"
#include "backend/wire.hpp"

namespace oncec::backend::cpp {
namespace {

using model::Declaration;

const model::Interface* as_interface(const Declaration* declaration) {
  return declaration != nullptr ? std::get_if<model::Interface>(&declaration->body) : nullptr;
}

/// Calls `use` with each type that an operation or an attribute names.
template <class Use>
void for_types_of(const model::InterfaceMember& member, Use use) {
  if (const auto* const operation = std::get_if<model::Operation>(&member)) {
    use(*operation->result);
    for (const model::Parameter& parameter : operation->parameters) use(*parameter.type);
  } else {
    use(*std::get<model::Attribute>(member).type);
  }
}

class Walk {
 public:
  std::vector<Piece> take() && { return std::move(pieces_); }

  /// Writes the whole declaration, after all that it needs.
  void define(const Declaration& declaration) {
    if (declaration.imported || std::holds_alternative<model::Module>(declaration.body)) return;
    if (!defined_.insert(&declaration).second) return;
    if (as_interface(declaration.scope) != nullptr) declare_interface(*declaration.scope);
    if (const model::Interface* const interface = as_interface(&declaration)) {
      define_interface(declaration, *interface);
      return;
    }
    const Declaration* const around = std::exchange(current_, &declaration);
    need_parts(declaration);
    current_ = around;
    // Inside an interface these stand in its struct.
    if (as_interface(declaration.scope) != nullptr && !is_defined_outside(declaration)) return;
    known_.insert(&declaration);
    pieces_.push_back({Piece::Kind::Definition, &declaration});
  }

 private:
  static bool is_defined_outside(const Declaration& declaration) {
    return std::holds_alternative<model::Struct>(declaration.body) ||
           std::holds_alternative<model::Union>(declaration.body) ||
           std::holds_alternative<model::Bitset>(declaration.body) ||
           std::holds_alternative<model::ValueType>(declaration.body) ||
           std::holds_alternative<model::Exception>(declaration.body);
  }

  void define_interface(const Declaration& declaration, const model::Interface& interface) {
    if (!interface.defined) {
      know(declaration);
      return;
    }
    declare_interface(declaration);
    for (const Declaration* const nested : interface.declarations) define(*nested);
    for (const Declaration* const base : interface.bases) define(*base);
    for (const model::InterfaceMember& member : interface.members) {
      for_types_of(member, [this](const model::Type& type) { need(type); });
    }
    pieces_.push_back({Piece::Kind::Stubs, &declaration});
  }

  /// The interface's struct, with its nested types declared.
  void declare_interface(const Declaration& declaration) {
    if (declaration.imported || !shells_.insert(&declaration).second) return;
    const auto& interface = std::get<model::Interface>(declaration.body);
    for (const Declaration* const base : interface.bases) declare_interface(*base);
    for (const Declaration* const nested : interface.declarations) {
      if (!is_defined_outside(*nested)) need_parts(*nested);
    }
    if (interface.local) know_operations(declaration);
    known_.insert(&declaration);
    for (const Declaration* const nested : interface.declarations) known_.insert(nested);
    pieces_.push_back({Piece::Kind::Interface, &declaration});
  }

  /// A local interface's operations stand in its struct, those of bases that are not local among them. It may be
  /// declared in the middle of a type that they name.
  void know_operations(const Declaration& declaration) {
    const Declaration* const around = std::exchange(current_, &declaration);
    const auto know_those_of = [this](const Declaration& one) {
      for (const model::InterfaceMember& member : std::get<model::Interface>(one.body).members) {
        for_types_of(member, [this](const model::Type& type) { know(type); });
      }
    };
    know_those_of(declaration);
    for (const Declaration* const base : model::all_bases(declaration)) know_those_of(*base);
    current_ = around;
  }

  /// The name at least is known.
  void know(const Declaration& declaration) {
    if (declaration.imported || &declaration == current_ || known_.contains(&declaration)) return;
    const Declaration* const scope = declaration.scope;
    if (as_interface(scope) != nullptr) {
      declare_interface(*scope);
    } else if (is_defined_outside(declaration) || as_interface(&declaration) != nullptr) {
      known_.insert(&declaration);
      pieces_.push_back({Piece::Kind::Forward, &declaration});
    } else {
      define(declaration);  // a typedef or an enum
    }
  }

  /// What the declaration's own text needs.
  void need_parts(const Declaration& declaration) {
    if (const auto* const alias = std::get_if<model::Typedef>(&declaration.body)) {
      know(*alias->type);
    } else if (const auto* const constant = std::get_if<model::Constant>(&declaration.body)) {
      need(*constant->type);
    } else if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
      if (structure->base != nullptr) define(*structure->base);
      for (const model::Member& member : structure->members) need(member);
    } else if (const auto* const bitset = std::get_if<model::Bitset>(&declaration.body)) {
      if (bitset->base != nullptr) define(*bitset->base);
      for (const model::BitField& field : bitset->fields) know(*field.type);
    } else if (const auto* const value = std::get_if<model::ValueType>(&declaration.body)) {
      need_parts(*value);
    } else if (const auto* const box = std::get_if<model::ValueBox>(&declaration.body)) {
      know(*box->type);
    } else if (const auto* const exception = std::get_if<model::Exception>(&declaration.body)) {
      for (const model::Member& member : exception->members) need(member);
    } else if (const auto* const onion = std::get_if<model::Union>(&declaration.body)) {
      need(*onion->discriminator);
      for (const model::UnionCase& arm : onion->cases) {
        if (arm.member) need(*arm.member);
      }
    }
  }

  void need_parts(const model::ValueType& value) {
    for (const Declaration* const base : value.bases) define(*base);
    for (const model::StateMember& member : value.state) need(member);
    for (const model::InterfaceMember& member : value.members) {
      for_types_of(member, [this](const model::Type& type) { know(type); });
    }
  }

  void need(const model::Member& member) {
    if (member.is_external && recurs(*member.type)) {
      know(*member.type);
    } else {
      need(*member.type);
    }
  }

  /// A value of the type is held: it must be complete, but for what sequences, references, boxes and maps
  /// hold.
  void need(const model::Type& type) {
    if (const auto* const array = std::get_if<model::ArrayType>(&type.form)) {
      need(*array->element);
    } else if (const auto* const optional = std::get_if<model::OptionalType>(&type.form)) {
      // Where a box holds an array, compilers look into the array's type as soon as the box is compared.
      const bool is_array = std::holds_alternative<model::ArrayType>(model::resolve(*optional->element).form);
      if (recurs(*optional->element) && !is_array) {
        know(*optional->element);
      } else {
        need(*optional->element);
      }
    } else if (const auto* const map = std::get_if<model::MapType>(&type.form)) {
      need(*map->key);
      if (recurs(*map->value)) {
        know(*map->value);
      } else {
        need(*map->value);
      }
    } else if (const auto* const named = std::get_if<model::NamedType>(&type.form)) {
      if (as_interface(named->declaration) != nullptr ||
          std::holds_alternative<model::ValueType>(named->declaration->body)) {
        know(*named->declaration);
        return;
      }
      define(*named->declaration);
      if (const auto* const alias = std::get_if<model::Typedef>(&named->declaration->body))
        need(*alias->type);
    } else {
      know(type);
    }
  }

  /// All that the type's text names is known.
  void know(const model::Type& type) {
    if (const auto* const sequence = std::get_if<model::SequenceType>(&type.form)) {
      know(*sequence->element);
    } else if (const auto* const array = std::get_if<model::ArrayType>(&type.form)) {
      know(*array->element);
    } else if (const auto* const optional = std::get_if<model::OptionalType>(&type.form)) {
      know(*optional->element);
    } else if (const auto* const map = std::get_if<model::MapType>(&type.form)) {
      know(*map->key);
      know(*map->value);
    } else if (const auto* const named = std::get_if<model::NamedType>(&type.form)) {
      know(*named->declaration);
    }
  }

  std::vector<Piece> pieces_;
  std::set<const Declaration*> known_;
  std::set<const Declaration*> defined_;
  std::set<const Declaration*> shells_;
  const Declaration* current_ = nullptr;  // being defined; its name is known to its own text
};

}  // namespace

std::vector<Piece> header_order(const model::Model& model) {
  Walk walk;
  for (const Declaration& declaration : model.declarations) walk.define(declaration);
  return std::move(walk).take();
}

}  // namespace oncec::backend::cpp
