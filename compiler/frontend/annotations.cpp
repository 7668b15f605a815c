// Reading annotations against their declarations.
#include "frontend/annotations.hpp"

#include <algorithm>
#include <utility>

namespace oncec::frontend {

namespace {

const model::Enum* as_enum(const model::Type& type) {
  const auto* named = std::get_if<model::NamedType>(&model::resolve(type).form);
  return named == nullptr ? nullptr : std::get_if<model::Enum>(&named->declaration->body);
}

/// The nearest of the known words, else all of them.
std::string hint(const NearestWord& nearest, const std::vector<std::string_view>& known) {
  if (!nearest.word().empty()) return did_you_mean(nearest.word());
  if (known.empty()) return ": it has none";
  std::string text = ": it can be ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0) text += i + 1 == known.size() ? " or " : ", ";
    text.append("'").append(known[i]).append("'");
  }
  return text;
}

}  // namespace

std::vector<model::Annotation> Annotations::read(const std::vector<Grammar::AnnotationContext*>& uses,
                                                 Scope& scope) {
  std::vector<model::Annotation> out;
  for (Grammar::AnnotationContext* use : uses) {
    std::optional<model::Annotation> annotation = read(*use, scope);
    if (!annotation) continue;
    if (const model::Annotation* earlier = find(out, annotation->name)) {
      reporter_.report(Message::AnnotationRepeated, annotation->range, {annotation->name})
          .note(earlier->range, "first given here");
      continue;
    }
    out.push_back(std::move(*annotation));
  }
  return out;
}

std::optional<model::Annotation> Annotations::read(Grammar::AnnotationContext& use, Scope& scope) {
  if (use.annotationName() == nullptr) return std::nullopt;
  model::Annotation annotation;
  Grammar::AnnotationNameContext& name = *use.annotationName();
  annotation.name = name.scopedName() != nullptr ? constants_.path(*name.scopedName()).text()
                                                 : std::string(syntax_.text(first_token(name)));
  annotation.range = syntax_.range(use);
  if (annotation.name.empty()) return std::nullopt;

  const auto declared = registry_.find(annotation.name);
  if (declared == registry_.end()) {
    NearestWord nearest(annotation.name);
    for (const auto& [known, parameters] : registry_) nearest.consider(known);
    std::string hint = did_you_mean(nearest.word().empty() ? "" : "@" + std::string(nearest.word()));
    reporter_.report(Message::AnnotationUnknown, annotation.range, {annotation.name, hint});
    return annotation;
  }
  const auto arguments = use.annotationArgument();
  const std::size_t given_before = annotation.arguments.size();
  for (Grammar::AnnotationArgumentContext* argument : arguments) {
    read_argument(*argument, arguments.size() == 1, declared->second, scope, annotation);
  }
  const bool all_understood = annotation.arguments.size() - given_before == arguments.size();
  add_defaults(declared->second, annotation, all_understood);
  return annotation;
}

void Annotations::read_argument(Grammar::AnnotationArgumentContext& argument, bool alone,
                                const std::vector<AnnotationParameter>& parameters, Scope& scope,
                                model::Annotation& out) {
  const AnnotationParameter* parameter = parameter_of(argument, alone, parameters, out);
  if (parameter == nullptr) return;
  std::optional<model::Value> given = value(*argument.constExpression().back(), *parameter, scope);
  if (given) out.arguments.push_back({parameter->name, std::move(*given)});
}

const AnnotationParameter* Annotations::parameter_of(Grammar::AnnotationArgumentContext& argument, bool alone,
                                                     const std::vector<AnnotationParameter>& parameters,
                                                     const model::Annotation& annotation) {
  const SourceRange range = syntax_.range(*argument.constExpression(0));
  std::optional<Name> name;
  if (argument.constExpression().size() == 2) name = constants_.single_name(*argument.constExpression(0));
  if (!name) {
    if (alone && parameters.size() == 1) return &parameters.front();
    if (!alone) {
      reporter_.report(Message::AnnotationValueUnnamed, range);
      return nullptr;
    }
    name = Name{"value", range, false};
  }
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const AnnotationParameter& p) { return p.name == name->text; });
  if (found == parameters.end()) {
    NearestWord nearest(name->text);
    std::vector<std::string_view> known;
    known.reserve(parameters.size());
    for (const AnnotationParameter& parameter : parameters) {
      nearest.consider(parameter.name);
      known.emplace_back(parameter.name);
    }
    reporter_.report(Message::AnnotationParameterUnknown, range,
                     {annotation.name, name->text, hint(nearest, known)});
    return nullptr;
  }
  if (annotation.argument(name->text) != nullptr) {
    reporter_.report(Message::AnnotationParameterRepeated, range, {name->text});
    return nullptr;
  }
  return &*found;
}

std::optional<model::Value> Annotations::value(Grammar::ConstExpressionContext& expression,
                                               const AnnotationParameter& parameter, Scope& scope) {
  if (parameter.type == nullptr) return std::nullopt;
  const std::optional<Name> word = constants_.single_name(expression);
  if (word && word->text.empty()) return std::nullopt;  // reported
  const model::Enum* enumeration = as_enum(*parameter.type);
  if (!word || enumeration == nullptr) return constants_.evaluate(expression, *parameter.type, scope);

  // The enumerators of a parameter's type are known here without their scope.
  NearestWord nearest(word->text);
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < enumeration->enumerators.size(); ++i) {
    if (enumeration->enumerators[i].name == word->text) {
      const auto& named = std::get<model::NamedType>(model::resolve(*parameter.type).form);
      return model::EnumeratorValue{named.declaration, i};
    }
    known.emplace_back(enumeration->enumerators[i].name);
    nearest.consider(known.back());
  }
  reporter_.report(Message::UnknownName, word->range, {word->text, hint(nearest, known)});
  return std::nullopt;
}

void Annotations::add_defaults(const std::vector<AnnotationParameter>& parameters,
                               model::Annotation& annotation, bool complete) {
  for (const AnnotationParameter& parameter : parameters) {
    if (annotation.argument(parameter.name) != nullptr) continue;
    if (parameter.default_value) {
      annotation.arguments.push_back({parameter.name, *parameter.default_value});
    } else if (complete) {
      const std::string shape = parameters.size() == 1 ? parameter.name : parameter.name + " = ...";
      reporter_.report(Message::AnnotationValueMissing, annotation.range, {annotation.name, shape});
      return;
    }
  }
}

const model::Annotation* find(const std::vector<model::Annotation>& annotations, std::string_view name) {
  const auto found =
      std::find_if(annotations.begin(), annotations.end(),
                   [&](const model::Annotation& annotation) { return annotation.name == name; });
  return found == annotations.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> number(const model::Annotation& annotation, std::string_view parameter) {
  const model::Value* value = annotation.argument(parameter);
  const auto* integer = value == nullptr ? nullptr : std::get_if<model::IntegerValue>(value);
  if (integer == nullptr) return std::nullopt;
  return integer->magnitude;
}

bool is_true(const model::Annotation& annotation, std::string_view parameter) {
  const model::Value* value = annotation.argument(parameter);
  const auto* truth = value == nullptr ? nullptr : std::get_if<bool>(value);
  return truth != nullptr && *truth;
}

bool is_set(const std::vector<model::Annotation>& annotations, std::string_view name) {
  const model::Annotation* annotation = find(annotations, name);
  return annotation != nullptr && is_true(*annotation, "value");
}

}  // namespace oncec::frontend
