// Every sentence that the front end can say about an IDL file, in one place. A golden file stands for each of
// them (tests/compiler/frontend/golden), and a test checks that none is without.
//
// Lower case, no full stop, names in quotes; what was seen comes before the rule. {0}, {1} … are filled in.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostics.hpp"

namespace oncec::frontend {

enum class Message : std::uint8_t {
  // Characters and tokens.
  UnexpectedCharacter,
  UnterminatedLiteral,
  UnterminatedComment,
  PragmaUnknown,
  PragmaMalformed,
  TooDeep,
  TooManyInstantiations,
  BadOctalDigit,
  BadEscape,
  CharacterLength,
  ZeroInString,
  // Syntax.
  Expected,
  KeywordAsName,
  WordRepeated,
  MisspeltKeyword,
  UnexpectedBrace,
  EmptyBody,
  // Names.
  Redefined,
  RedefinedInOtherCase,
  NameIsKeyword,
  NameOfEnclosingScope,
  NameQualified,
  NameClashesWithUse,
  UnknownName,
  NameInOtherCase,
  AmbiguousName,
  NotAScope,
  NotAType,
  NotAConstant,
  NotABase,
  NotAnException,
  NotOfKind,
  RepositoryIdRepeated,
  RepositoryIdInvalid,
  // Types.
  ContainsItself,
  ContainsItselfWithoutEnd,
  IncompleteType,
  IncompleteBase,
  InterfaceNeverDefined,
  TypeNeverDefined,
  ForwardDiffers,
  ForwardInPlace,
  BoundTooSmall,
  BoundTooLarge,
  ArrayTooLarge,
  FixedDigits,
  FixedScale,
  FixedWithoutDigits,
  BitFieldType,
  BitFieldWidth,
  BitsetTooWide,
  BitBound,
  BitPosition,
  BitPositionRepeated,
  DiscriminatorType,
  LabelRepeated,
  EnumeratorValueRepeated,
  DefaultRepeated,
  DefaultUnreachable,
  // Constants.
  ConstantType,
  ValueKind,
  ValueRange,
  ValueTooWide,
  DivisionByZero,
  ShiftRange,
  OperatorMisapplied,
  StringTooLong,
  FixedTooLong,
  // Interfaces.
  BaseRepeated,
  InheritedTwice,
  OverridesInherited,
  AbstractInherits,
  LocalInherited,
  LocalInRemote,
  MaybeReturns,
  MaybeHasOut,
  MaybeRaises,
  RaisesRepeated,
  AttributeRaises,
  ReadonlyRaises,
  RaisesForSeveral,
  ContextIgnored,
  OperationIdRepeated,
  // Value types.
  ConcreteBaseNotFirst,
  TruncatableWithoutBase,
  AbstractHasState,
  SupportsSeveral,
  BoxModified,
  // Template modules.
  TemplateArgumentCount,
  TemplateArgumentKind,
  // Annotations.
  AnnotationUnknown,
  AnnotationMisplaced,
  AnnotationWithoutEffect,
  AnnotationRepeated,
  AnnotationContradicts,
  AnnotationParameterUnknown,
  AnnotationParameterRepeated,
  AnnotationValueMissing,
  AnnotationValueUnnamed,
  AnnotationValueTooSmall,
  CppNameInvalid,
  IdOnWritableAttribute,
  // The ONC RPC language alone.
  PassedLineMisplaced,
  NoExpressions,
  BodyInPlaceNamed,
  VoidMember,
  VoidAmongArguments,
  StringForm,
  OpaqueForm,
  PointerAndArray,
  SeveralDimensions,
  ArgumentForm,
  UnknownExternal,
  WrongTypeKeyword,
  DefinedInCircle,
  ContainsItselfByValue,
  SwitchType,
  LabelNotInEnum,
  DefaultNeverReached,
  NumberRepeated,
  ProcedureAnnotationUnknown,
};

inline constexpr std::size_t kMessageCount =
    static_cast<std::size_t>(Message::ProcedureAnnotationUnknown) + 1;

/// From here on they are said about the ONC RPC language alone.
inline constexpr Message kFirstOncMessage = Message::PassedLineMisplaced;

/// The name of the enumerator, for tests.
std::string_view name_of(Message message);
/// All warnings, and the errors that `relaxed` makes warnings.
std::vector<WarningKind> warnings();

/// Reports front-end messages into Diagnostics.
class Reporter {
 public:
  /// `relaxed`: rules that other compilers do not keep, and real files break, give warnings.
  explicit Reporter(Diagnostics& diagnostics, bool relaxed = false)
      : diagnostics_(diagnostics), relaxed_(relaxed) {}

  /// The result takes notes, until the next report.
  Diagnostic& report(Message message, SourceRange range, std::initializer_list<std::string_view> fill = {});

  /// True for an error that is only a warning here: what it is about goes on as if it were right.
  bool is_forgiven(Message message) const;

  /// While text is read again, to instantiate a template at `place`: what has been said about it is not said
  /// again, and the rest names the place.
  void begin_instantiation(SourceRange place) { instantiated_at_.push_back(place); }
  void end_instantiation() { instantiated_at_.pop_back(); }

 private:
  bool has_said(Message message, SourceRange range) const;

  Diagnostics& diagnostics_;
  bool relaxed_;
  std::vector<SourceRange> instantiated_at_;
  Diagnostic unheard_;
};

/// ", did you mean 'x'?", or nothing where there is nothing near.
std::string did_you_mean(std::string_view near);

}  // namespace oncec::frontend
