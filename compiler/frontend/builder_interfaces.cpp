// Interfaces, operations and attributes.
#include <algorithm>
#include <memory>
#include <utility>

#include "frontend/builder.hpp"
#include "frontend/builder_declare.hpp"
#include "model/spelled.hpp"

namespace oncec::frontend {

namespace {

model::TypePointer void_type() {
  static const auto type = std::make_shared<const model::Type>(model::Type{model::Primitive::Void});
  return type;
}

model::Direction direction_of(const antlr4::Token& word) {
  if (word.getType() == Grammar::OUT_) return model::Direction::Out;
  return word.getType() == Grammar::INOUT ? model::Direction::InOut : model::Direction::In;
}

std::string_view word_for(model::Direction direction) {
  return direction == model::Direction::Out ? "out" : "inout";
}

/// "an abstract interface": the words that a declaration and its definition share.
std::string_view words_for(const model::Interface& body) {
  if (body.abstract) return "an abstract interface";
  return body.local ? "a local interface" : "an interface";
}

}  // namespace

void Builder::interface(Grammar::InterfaceDeclarationContext& context, const Annotated& annotations,
                        Scope& scope, std::string doc) {
  const Name name = constants_.name(*context.identifier());
  model::Interface flags;
  flags.abstract = context.ABSTRACT() != nullptr;
  flags.local = context.LOCAL() != nullptr;
  if (const model::Declaration* before = declared_before<model::Interface>(scope, name)) {
    check_forward(*before, name, words_for(std::get<model::Interface>(before->body)), words_for(flags));
  }
  if (context.LEFT_BRACE() == nullptr) {
    if (model::Declaration* declaration = forward<model::Interface>(scope, name, std::move(doc))) {
      declaration->body = flags;
      publish(scope, *declaration);
    }
    return;
  }
  model::Declaration& declaration = define<model::Interface>(scope, name, std::move(doc));
  declaration.body = flags;
  declaration.annotations = read_annotations(annotations, scope, "an interface");
  Scope& inside = names_.open(scope, "interface", name.text, &declaration);
  publish(scope, declaration);

  auto& body = std::get<model::Interface>(declaration.body);
  InterfaceRules rules(reporter_);
  bases(context, scope, inside, declaration, rules);
  Holder holder{inside, body.members, rules, !body.local};
  ids_.enter_scope();
  for (Grammar::InterfaceItemContext* each : context.interfaceItem()) {
    ids_.obey_pragmas_before(*each->getStart(), inside);
    if (is_whole(*each)) item(*each->interfaceExport(), each->annotation(), doc_of(*each), holder);
  }
  ids_.obey_pragmas_before(*context.getStop(), inside);
  ids_.leave_scope();
  body.defined = true;
}

void Builder::bases(Grammar::InterfaceDeclarationContext& context, Scope& outer, Scope& inside,
                    model::Declaration& declaration, InterfaceRules& rules) {
  auto& body = std::get<model::Interface>(declaration.body);
  std::size_t deepest = 0;
  for (Grammar::ScopedNameContext* each : context.scopedName()) {
    const model::Declaration* base =
        find_declaration<model::Interface>(*each, outer, "an interface", Message::NotABase);
    if (base == nullptr) continue;
    const Path path = constants_.path(*each);
    const auto& inherited = std::get<model::Interface>(base->body);
    if (!inherited.defined) {
      reporter_.report(Message::IncompleteBase, path.range, {path.text()}).note(base->range, "declared here");
    } else if (body.abstract && !inherited.abstract) {
      reporter_.report(Message::AbstractInherits, path.range, {"interface", declaration.name, path.text()});
    } else if (!body.local && inherited.local) {
      reporter_.report(Message::LocalInherited, path.range, {declaration.name, path.text()});
    } else if (std::find(body.bases.begin(), body.bases.end(), base) != body.bases.end()) {
      reporter_.report(Message::BaseRepeated, path.range, {path.text()});
    } else if (depth_[base] + 1 >= kNestingMax) {
      reporter_.report(Message::TooDeep, path.range, {std::to_string(kNestingMax)});
    } else {
      body.bases.push_back(base);
      inside.bases.push_back(names_.scope_of(*base));
      rules.inherit(declaration.name, *base, path.range);
      deepest = std::max(deepest, depth_[base] + 1);
    }
  }
  depth_[&declaration] = deepest;
}

void Builder::item(Grammar::InterfaceExportContext& context, const Annotated& annotations, std::string doc,
                   Holder& holder) {
  Scope& scope = holder.scope;
  if (context.operationDeclaration() != nullptr) {
    operation(*context.operationDeclaration(), annotations, std::move(doc), holder);
  } else if (context.attributeDeclaration() != nullptr) {
    attributes(*context.attributeDeclaration(), annotations, doc, holder);
  } else if (context.typeDeclaration() != nullptr) {
    type_declaration(*context.typeDeclaration(), annotations, scope, std::move(doc));
  } else if (context.constDeclaration() != nullptr) {
    constant(*context.constDeclaration(), annotations, scope, std::move(doc));
  } else if (context.exceptionDeclaration() != nullptr) {
    exception(*context.exceptionDeclaration(), annotations, scope, std::move(doc));
  } else if (context.typeIdDeclaration() != nullptr) {
    type_id(*context.typeIdDeclaration(), scope);
  } else if (context.typePrefixDeclaration() != nullptr) {
    type_prefix(*context.typePrefixDeclaration(), scope);
  } else if (context.importDeclaration() != nullptr) {
    import(*context.importDeclaration(), scope);
  }
}

/// An interface that can be far away has nothing local in it.
void Builder::check_local(const Holder& holder, const model::TypePointer& type, const Name& name,
                          SourceRange range) {
  if (!holder.is_remote || type == nullptr || name.text.empty() || !is_local(*type)) return;
  reporter_.report(Message::LocalInRemote, range, {name.text, spelled(*type), holder.scope.name});
}

// ------------------------------------------------------------------------------------------------ operations

void Builder::operation(Grammar::OperationDeclarationContext& context, const Annotated& annotations,
                        std::string doc, Holder& holder) {
  Scope& scope = holder.scope;
  InterfaceRules& rules = holder.rules;
  model::Operation operation;
  const Name name = constants_.name(*context.identifier());
  operation.name = name.text;
  operation.range = name.range;
  operation.doc = std::move(doc);
  operation.oneway = context.ONEWAY() != nullptr;
  if (operation.oneway) operation.semantics = model::Semantics::Maybe;
  operation.annotations = annotations_.read(annotations, scope);
  check_places(operation.annotations, "an operation");
  if (const model::Annotation* oneway = find(operation.annotations, "oneway"); oneway != nullptr) {
    if (is_true(*oneway, "value")) operation.oneway = true;
    if (operation.oneway) operation.semantics = model::Semantics::Maybe;
  }
  rules.apply(operation.annotations, "operation", operation);

  if (context.simpleType() != nullptr) {
    operation.result = held_type(*context.simpleType(), scope);
    check_local(holder, operation.result, name, syntax_.range(*context.simpleType()));
  }
  const bool has_result = operation.result != nullptr;
  if (!has_result)
    operation.result = void_type();  // also if it was wrong: the operation is there all the same
  Entity entity;
  entity.kind = Entity::Kind::Operation;
  const bool entered = rules.may_declare(name) && names_.declare(scope, name, std::move(entity));
  Scope& inside = names_.open(scope, "operation", name.text, nullptr);
  for (Grammar::ParameterContext* each : context.parameter()) {
    const std::size_t before = operation.parameters.size();
    parameter(*each, inside, operation);
    if (operation.parameters.size() == before) continue;
    const model::Parameter& read = operation.parameters.back();
    check_local(holder, read.type, Name{read.name, read.range}, syntax_.range(*each->simpleType()));
  }
  if (context.raisesClause() != nullptr) {
    operation.raises = exceptions(*context.raisesClause()->exceptionList(), inside);
  }
  if (context.contextClause() != nullptr) {
    reporter_.report(Message::ContextIgnored, syntax_.range(*context.contextClause()));
  }
  if (operation.semantics == model::Semantics::Maybe) check_maybe(context, operation, has_result);
  if (!entered) return;

  const model::Annotation* id = find(operation.annotations, "id");
  const std::optional<std::uint64_t> given = id == nullptr ? std::nullopt : number(*id, "value");
  operation.id = given ? static_cast<std::uint32_t>(*given) : operation_id(operation.name);
  rules.enter(operation);
  holder.members.emplace_back(std::move(operation));
}

/// A maybe operation has no reply: nothing may be in it.
void Builder::check_maybe(Grammar::OperationDeclarationContext& context, const model::Operation& operation,
                          bool has_result) {
  const std::string_view word = operation.oneway ? "oneway" : "@maybe";
  const std::string words = std::string(word) + " operation";
  if (has_result && !operation.name.empty()) {
    reporter_.report(Message::MaybeReturns, syntax_.range(*context.simpleType()), {word, operation.name});
  }
  for (Grammar::ParameterContext* parameter : context.parameter()) {
    const model::Direction direction = direction_of(first_token(*parameter->direction()));
    if (direction == model::Direction::In) continue;
    reporter_.report(
        Message::MaybeHasOut, syntax_.range(*parameter->direction()),
        {words, operation.name, word_for(direction), constants_.name(*parameter->identifier()).text});
  }
  if (context.raisesClause() != nullptr) {
    reporter_.report(Message::MaybeRaises, syntax_.range(*context.raisesClause()->getStart()),
                     {word, operation.name});
  }
}

void Builder::parameter(Grammar::ParameterContext& context, Scope& scope, model::Operation& out) {
  model::Parameter parameter;
  const Name name = constants_.name(*context.identifier());
  parameter.name = name.text;
  parameter.range = name.range;
  parameter.direction = direction_of(first_token(*context.direction()));
  parameter.annotations = read_annotations(context.annotation(), scope, "a parameter");
  parameter.type = held_type(*context.simpleType(), scope);
  Entity entity;
  entity.kind = Entity::Kind::Parameter;
  const bool entered = names_.declare(scope, name, std::move(entity));
  if (entered && parameter.type != nullptr) out.parameters.push_back(std::move(parameter));
}

std::vector<const model::Declaration*> Builder::exceptions(Grammar::ExceptionListContext& context,
                                                           Scope& scope) {
  std::vector<const model::Declaration*> out;
  for (Grammar::ScopedNameContext* each : context.scopedName()) {
    const Path path = constants_.path(*each);
    const Entity* entity = names_.resolve(scope, path, Names::Use::Other);
    if (entity == nullptr) continue;
    const bool is_exception = entity->kind == Entity::Kind::Declaration &&
                              (std::holds_alternative<model::Exception>(entity->declaration->body) ||
                               std::holds_alternative<model::Native>(entity->declaration->body));
    if (!is_exception) {
      reporter_.report(Message::NotAnException, path.range, {path.text(), described(*entity)})
          .note(entity->range, "defined here");
    } else if (std::find(out.begin(), out.end(), entity->declaration) != out.end()) {
      reporter_.report(Message::RaisesRepeated, path.range, {path.text()});
    } else {
      out.push_back(entity->declaration);
    }
  }
  return out;
}

// ------------------------------------------------------------------------------------------------ attributes

void Builder::attributes(Grammar::AttributeDeclarationContext& context, const Annotated& annotations,
                         const std::string& doc, Holder& holder) {
  Scope& scope = holder.scope;
  InterfaceRules& rules = holder.rules;
  model::Attribute common;
  common.readonly = context.READONLY() != nullptr;
  common.doc = doc;
  common.annotations = annotations_.read(annotations, scope);
  check_places(common.annotations, "an attribute");
  common.type = held_type(*context.simpleType(), scope);

  // Annotations speak of the reading where that is all there is, else of the writing: reading is idempotent.
  model::Operation spoken_of;
  spoken_of.semantics = common.readonly ? model::Semantics::AtLeastOnce : model::Semantics::AtMostOnce;
  rules.apply(common.annotations, "attribute", spoken_of);
  common.reader = spoken_of;
  common.reader.result = common.type;
  if (!common.readonly) {
    common.reader.semantics = model::Semantics::AtLeastOnce;
    common.writer = spoken_of;
    common.writer->result = void_type();
  }
  attribute_raises(context, scope, common.reader.raises,
                   common.writer ? common.writer->raises : common.reader.raises);

  const model::Annotation* id = find(common.annotations, "id");
  const std::optional<std::uint64_t> given = id == nullptr ? std::nullopt : number(*id, "value");
  for (Grammar::IdentifierContext* each : context.identifier()) {
    const Name name = constants_.name(*each);
    if (given && !common.readonly) {
      reporter_.report(Message::IdOnWritableAttribute, id->range, {name.text});
    }
    Entity entity;
    entity.kind = Entity::Kind::Attribute;
    const bool entered = rules.may_declare(name) && names_.declare(scope, name, std::move(entity));
    check_local(holder, common.type, name, syntax_.range(*context.simpleType()));
    if (!entered || common.type == nullptr) continue;

    model::Attribute attribute = common;
    attribute.name = name.text;
    attribute.range = attribute.reader.range = name.range;
    attribute.reader.name = "_get_" + name.text;
    attribute.reader.id =
        given && common.readonly ? static_cast<std::uint32_t>(*given) : operation_id(attribute.reader.name);
    rules.enter(attribute.reader);
    if (attribute.writer) {
      attribute.writer->name = "_set_" + name.text;
      attribute.writer->range = name.range;
      attribute.writer->parameters.push_back({"value", model::Direction::In, common.type, {}, name.range});
      attribute.writer->id = operation_id(attribute.writer->name);
      rules.enter(*attribute.writer);
    }
    holder.members.emplace_back(std::move(attribute));
  }
}

/// `readonly` takes `raises`; else there are `getraises` and `setraises`, each for one direction.
void Builder::attribute_raises(Grammar::AttributeDeclarationContext& context, Scope& scope,
                               std::vector<const model::Declaration*>& reading,
                               std::vector<const model::Declaration*>& writing) {
  const bool readonly = context.READONLY() != nullptr;
  for (Grammar::AttributeRaisesContext* each : context.attributeRaises()) {
    const antlr4::Token& word = *each->getStart();
    const std::string_view text = syntax_.text(word);
    const bool is_plain = word.getType() == Grammar::RAISES;
    if (readonly && !is_plain) {
      reporter_.report(Message::ReadonlyRaises, syntax_.range(word), {text});
    } else if (!readonly && is_plain) {
      reporter_.report(Message::AttributeRaises, syntax_.range(word));
    } else if (context.identifier().size() > 1) {
      reporter_.report(Message::RaisesForSeveral, syntax_.range(word), {text});
    }
    const std::vector<const model::Declaration*> raised = exceptions(*each->exceptionList(), scope);
    auto& target = word.getType() == Grammar::SETRAISES ? writing : reading;
    target.insert(target.end(), raised.begin(), raised.end());
  }
}

}  // namespace oncec::frontend
