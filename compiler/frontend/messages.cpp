// The sentences.
#include "frontend/messages.hpp"

#include <algorithm>

namespace oncec::frontend {

namespace {

struct Sentence {
  Message message;
  std::string_view name;
  Severity severity;
  std::string_view warning_name;  // empty: it is always an error
  std::string_view text;
};

#define ONCEC_ERROR(name, text)                     \
  Sentence {                                        \
    Message::name, #name, Severity::Error, {}, text \
  }
/// `warning`: what `-W` and `-Wno-` call it.
#define ONCEC_WARNING(name, warning, text)                 \
  Sentence {                                               \
    Message::name, #name, Severity::Warning, warning, text \
  }
/// An error that --relaxed makes a warning.
#define ONCEC_RELAXABLE(name, warning, text)             \
  Sentence {                                             \
    Message::name, #name, Severity::Error, warning, text \
  }

constexpr std::array kSentences{
    ONCEC_ERROR(UnexpectedCharacter, "unexpected character '{0}'{1}"),
    ONCEC_ERROR(UnterminatedLiteral, "{0} literal is not closed on its line"),
    ONCEC_ERROR(UnterminatedComment, "comment is not closed"),
    ONCEC_WARNING(PragmaUnknown, "unknown-pragma", "unknown '#pragma {0}' is ignored"),
    ONCEC_ERROR(PragmaMalformed, "'#pragma {0}' needs {1}"),
    ONCEC_ERROR(TooDeep, "nested more than {0} deep"),
    ONCEC_ERROR(TooManyInstantiations, "more than {0} template modules are instantiated"),
    ONCEC_ERROR(BadOctalDigit, "'{0}' starts with 0 and is octal, but has the digit '{1}'"),
    ONCEC_ERROR(BadEscape, "unknown escape '\\{0}'"),
    ONCEC_ERROR(CharacterLength, "character literal holds {0} characters instead of one"),
    ONCEC_ERROR(ZeroInString, "character 0 cannot be part of a string"),
    ONCEC_ERROR(Expected, "expected {0}, found {1}"),
    ONCEC_ERROR(KeywordAsName, "expected {0}, found the keyword '{1}': write '_{1}'"),
    ONCEC_ERROR(WordRepeated, "'{0}' stands here twice"),
    ONCEC_ERROR(MisspeltKeyword, "unknown word '{0}', did you mean '{1}'?"),
    ONCEC_ERROR(UnexpectedBrace, "'}' closes nothing: there is no '{' for it"),
    ONCEC_ERROR(EmptyBody, "{0} '{1}' is empty: it needs at least one {2}"),
    ONCEC_ERROR(Redefined, "'{0}' is already defined"),
    ONCEC_RELAXABLE(RedefinedInOtherCase, "case-clash", "'{0}' differs from '{1}' only in case"),
    ONCEC_RELAXABLE(NameIsKeyword, "keyword-case",
                    "'{0}' differs from the keyword '{1}' only in case: write '_{0}'"),
    ONCEC_ERROR(NameOfEnclosingScope, "'{0}' has the name of the {1} '{2}' around it"),
    ONCEC_ERROR(NameQualified, "module '{0}' cannot have a name with '::': open one module in the other"),
    ONCEC_RELAXABLE(NameClashesWithUse, "name-clash",
                    "'{0}' clashes with '{1}', which is used in this scope"),
    ONCEC_ERROR(UnknownName, "unknown name '{0}'{1}"),
    ONCEC_RELAXABLE(NameInOtherCase, "other-case", "'{0}' is defined as '{1}': case counts"),
    ONCEC_ERROR(AmbiguousName, "'{0}' is inherited from several bases: say which, as in '{1}'"),
    ONCEC_ERROR(NotAScope, "'{0}' is {1}, which has no names inside"),
    ONCEC_ERROR(NotAType, "'{0}' is {1}, not a type"),
    ONCEC_ERROR(NotAConstant, "'{0}' is {1}, not a constant"),
    ONCEC_ERROR(NotABase, "'{0}' is {1}: {2} cannot inherit from it"),
    ONCEC_ERROR(NotAnException, "'{0}' is {1}, not an exception"),
    ONCEC_ERROR(NotOfKind, "'{0}' is {1}, not {2}"),
    ONCEC_ERROR(RepositoryIdRepeated, "'{0}' has the {1} \"{2}\" already"),
    ONCEC_ERROR(RepositoryIdInvalid, "\"{0}\" is no repository id: that is a format, a colon and more"),
    ONCEC_ERROR(ContainsItself,
                "'{0}' cannot contain itself: '@optional {0}' can hold none or one, 'sequence<{0}>' many"),
    ONCEC_ERROR(ContainsItselfWithoutEnd,
                "a value of '{0}' would contain itself without end: '@optional' or a sequence can stop it"),
    ONCEC_ERROR(
        IncompleteType,
        "'{0}' is declared, but not defined yet: here it must stand in a sequence or behind '@optional'"),
    ONCEC_ERROR(IncompleteBase, "'{0}' is declared, but not defined yet: it cannot be a base"),
    ONCEC_WARNING(InterfaceNeverDefined, "interface-never-defined", "interface '{0}' is never defined"),
    ONCEC_ERROR(TypeNeverDefined, "{0} '{1}' is never defined"),
    ONCEC_ERROR(ForwardDiffers, "'{0}' is {1}, but was declared as {2}"),
    ONCEC_ERROR(ForwardInPlace, "'{0} {1}' has no body here: to use the type, write '{1}'"),
    ONCEC_ERROR(BoundTooSmall, "bound {0} is too small: it must be at least 1"),
    ONCEC_ERROR(BoundTooLarge, "bound {0} is too large: it must be at most 4294967295"),
    ONCEC_ERROR(ArrayTooLarge, "array of more than 4294967295 elements"),
    ONCEC_ERROR(FixedDigits, "fixed-point type of {0} digits: it can have 1 to 31"),
    ONCEC_ERROR(FixedScale, "{0} digits behind the point are more than the {1} there are"),
    ONCEC_ERROR(FixedWithoutDigits, "'fixed' without digits and scale is a type for constants only"),
    ONCEC_ERROR(BitFieldType, "bitfield cannot be of type {0}: only of boolean, octet or an integer type"),
    ONCEC_ERROR(BitFieldWidth, "bitfield of {0} bits: it can have 1 to {1}"),
    ONCEC_ERROR(BitsetTooWide, "bitset of {0} bits: it can have 64"),
    ONCEC_ERROR(BitBound, "'@bit_bound' of {0}: it must be 1 to {1}"),
    ONCEC_ERROR(BitPosition, "bit {0} is outside of the {1} bits of the bitmask"),
    ONCEC_ERROR(BitPositionRepeated, "bit {0} is used twice"),
    ONCEC_ERROR(DiscriminatorType, "union cannot switch on {0}: only on integer, char, boolean or enum"),
    ONCEC_ERROR(LabelRepeated, "union case label {0} repeated"),
    ONCEC_ERROR(EnumeratorValueRepeated, "enumerator value {0} repeated"),
    ONCEC_ERROR(DefaultRepeated, "default repeated"),
    ONCEC_ERROR(DefaultUnreachable, "default is never reached: the cases cover all values of {0}"),
    ONCEC_ERROR(ConstantType, "constant cannot be of type {0}"),
    ONCEC_ERROR(ValueKind, "{0} found where {1} is needed"),
    ONCEC_ERROR(ValueRange, "value {0} does not fit {1}"),
    ONCEC_ERROR(ValueTooWide, "value needs more than 64 bits"),
    ONCEC_ERROR(DivisionByZero, "division by zero"),
    ONCEC_ERROR(ShiftRange, "shift by {0}: it must be 0 to 63"),
    ONCEC_ERROR(OperatorMisapplied, "'{0}' does not apply to {1}"),
    ONCEC_ERROR(StringTooLong, "string of {0} {1} exceeds its bound {2}"),
    ONCEC_ERROR(FixedTooLong, "fixed-point number needs more than 31 digits"),
    ONCEC_ERROR(BaseRepeated, "base '{0}' is named twice"),
    ONCEC_ERROR(InheritedTwice, "'{0}' inherits '{1}' from '{2}' and from '{3}'"),
    ONCEC_ERROR(OverridesInherited, "'{0}' is already inherited from '{1}'"),
    ONCEC_ERROR(AbstractInherits, "abstract {0} '{1}' cannot inherit from '{2}', which is not abstract"),
    ONCEC_ERROR(LocalInherited, "'{0}' is not local: it cannot inherit from the local interface '{1}'"),
    ONCEC_ERROR(LocalInRemote, "'{0}' cannot have the local type {1}: the interface '{2}' is not local"),
    ONCEC_ERROR(MaybeReturns, "{0} operation '{1}' has a result: it must be void"),
    ONCEC_ERROR(MaybeHasOut, "{0} '{1}' has the {2} parameter '{3}': it can only have in parameters"),
    ONCEC_ERROR(MaybeRaises, "{0} operation '{1}' raises exceptions: nobody would receive them"),
    ONCEC_ERROR(RaisesRepeated, "exception '{0}' is named twice"),
    ONCEC_ERROR(AttributeRaises, "attribute can be read and written: say 'getraises' or 'setraises'"),
    ONCEC_ERROR(ReadonlyRaises, "attribute is readonly: say 'raises' instead of '{0}'"),
    ONCEC_ERROR(RaisesForSeveral, "'{0}' stands behind several attributes: declare each of them alone"),
    ONCEC_WARNING(ContextIgnored, "context-ignored", "'context' has no effect"),
    ONCEC_ERROR(OperationIdRepeated, "'{0}' has the same id {1} as '{2}': give one of them @id(n)"),
    ONCEC_ERROR(ConcreteBaseNotFirst, "'{0}' is not abstract: only as the first base can it stand"),
    ONCEC_ERROR(TruncatableWithoutBase, "'truncatable' needs a first base that is not abstract"),
    ONCEC_ERROR(AbstractHasState, "abstract {0} '{1}' cannot have {2}"),
    ONCEC_ERROR(SupportsSeveral,
                "'{0}' supports the interfaces '{1}' and '{2}': only one that is not abstract is allowed"),
    ONCEC_ERROR(BoxModified, "value box cannot be '{0}'"),
    ONCEC_ERROR(TemplateArgumentCount, "template module '{0}' has {1}, but gets {2}"),
    ONCEC_ERROR(TemplateArgumentKind, "argument for '{0}' must be {1}"),
    ONCEC_WARNING(AnnotationUnknown, "unknown-annotation", "unknown annotation '@{0}' is ignored{1}"),
    ONCEC_ERROR(AnnotationMisplaced, "'@{0}' has no meaning for {1}"),
    ONCEC_WARNING(AnnotationWithoutEffect, "misplaced-annotation", "'@{0}' has no effect on {1}"),
    ONCEC_ERROR(AnnotationRepeated, "'@{0}' is given twice"),
    ONCEC_ERROR(AnnotationContradicts, "'{0}' contradicts '{1}'"),
    ONCEC_ERROR(AnnotationParameterUnknown, "'@{0}' has no parameter '{1}'{2}"),
    ONCEC_ERROR(AnnotationParameterRepeated, "parameter '{0}' is given twice"),
    ONCEC_ERROR(AnnotationValueMissing, "'@{0}' needs a value: '@{0}({1})'"),
    ONCEC_ERROR(AnnotationValueUnnamed,
                "value without a name: with several values each needs its parameter's name"),
    ONCEC_ERROR(AnnotationValueTooSmall, "'@{0}' must be at least 1"),
    ONCEC_ERROR(CppNameInvalid, "\"{0}\" cannot be a name in C++"),
    ONCEC_ERROR(IdOnWritableAttribute,
                "'@id' would number both the reading and the writing of '{0}': only a readonly attribute can "
                "have it"),
    ONCEC_ERROR(PassedLineMisplaced, "'%' must be the first character of its line"),
    ONCEC_ERROR(NoExpressions, "'{0}' makes an expression: a value is a number or a name"),
    ONCEC_ERROR(BodyInPlaceNamed, "{0} '{1}' has a name and a body here: define it before, and write '{1}'"),
    ONCEC_ERROR(VoidMember, "'void' cannot be {0}"),
    ONCEC_ERROR(VoidAmongArguments, "'void' stands among other arguments"),
    ONCEC_ERROR(StringForm, "a string is written 'string {0}<>' or 'string {0}<N>'"),
    ONCEC_ERROR(OpaqueForm, "opaque data are written 'opaque {0}[N]', 'opaque {0}<>' or 'opaque {0}<N>'"),
    ONCEC_ERROR(PointerAndArray,
                "'*' and an array do not go together: give one of them a name with 'typedef'"),
    ONCEC_ERROR(SeveralDimensions, "an array has one dimension: give its elements a name with 'typedef'"),
    ONCEC_ERROR(ArgumentForm, "{0} cannot be an argument: give it a name with 'typedef'"),
    ONCEC_ERROR(UnknownExternal,
                "unknown name '{0}': if it is defined elsewhere, say what it is with '--external {0}={1}'"),
    ONCEC_ERROR(WrongTypeKeyword, "'{0}' is {1}, not {2}"),
    ONCEC_ERROR(DefinedInCircle, "'{0}' is defined by itself"),
    ONCEC_ERROR(ContainsItselfByValue,
                "'{0}' cannot contain itself: '{0} *' can hold none or one, '{0} name<>' many"),
    ONCEC_ERROR(SwitchType, "union cannot switch on {0}: only on int, unsigned int, bool or an enum"),
    ONCEC_ERROR(LabelNotInEnum, "{0} is no value of enum '{1}'"),
    ONCEC_WARNING(DefaultNeverReached, "unreachable-default",
                  "default is never reached: the cases cover all values of {0}"),
    ONCEC_ERROR(NumberRepeated, "{0} number {1} is that of '{2}' already"),
    ONCEC_ERROR(ProcedureAnnotationUnknown, "unknown annotation '@{0}'{1}"),
};

#undef ONCEC_ERROR
#undef ONCEC_WARNING
#undef ONCEC_RELAXABLE

constexpr bool in_order() {
  for (std::size_t i = 0; i < kSentences.size(); ++i) {
    if (static_cast<std::size_t>(kSentences[i].message) != i) return false;
  }
  return true;
}
static_assert(kSentences.size() == kMessageCount && in_order(), "one sentence per message, in its order");

std::string filled(std::string_view text, std::initializer_list<std::string_view> fill) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}') {
      const auto index = static_cast<std::size_t>(text[i + 1] - '0');
      if (index < fill.size()) out += *(fill.begin() + index);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string_view name_of(Message message) {
  return kSentences[static_cast<std::size_t>(message)].name;
}

std::vector<WarningKind> warnings() {
  std::vector<WarningKind> all;
  for (const Sentence& sentence : kSentences) {
    if (sentence.warning_name.empty()) continue;
    all.push_back({sentence.warning_name, filled(sentence.text, {"…", "…", ""})});
    if (sentence.severity == Severity::Error) all.back().text += " (an error without --relaxed)";
  }
  return all;
}

Diagnostic& Reporter::report(Message message, SourceRange range,
                             std::initializer_list<std::string_view> fill) {
  const Sentence& sentence = kSentences[static_cast<std::size_t>(message)];
  if (!instantiated_at_.empty() && has_said(message, range)) return unheard_ = {};
  const bool is_warning = sentence.severity == Severity::Warning || is_forgiven(message);
  Diagnostic& diagnostic =
      diagnostics_.add(is_warning ? Severity::Warning : Severity::Error, static_cast<std::uint32_t>(message),
                       range, filled(sentence.text, fill));
  if (is_warning) diagnostic.name = sentence.warning_name;
  for (const SourceRange& place : instantiated_at_) diagnostic.note(place, "when this is instantiated");
  return diagnostic;
}

bool Reporter::has_said(Message message, SourceRange range) const {
  const std::vector<Diagnostic>& said = diagnostics_.all();
  return std::any_of(said.begin(), said.end(), [&](const Diagnostic& earlier) {
    return earlier.code == static_cast<std::uint32_t>(message) && earlier.range.file == range.file &&
           earlier.range.begin == range.begin;
  });
}

bool Reporter::is_forgiven(Message message) const {
  const Sentence& sentence = kSentences[static_cast<std::size_t>(message)];
  return relaxed_ && sentence.severity == Severity::Error && !sentence.warning_name.empty();
}

std::string did_you_mean(std::string_view near) {
  if (near.empty()) return {};
  return std::string(", did you mean '").append(near).append("'?");
}

}  // namespace oncec::frontend
