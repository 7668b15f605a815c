// What can differ between two versions of an interface, and what becomes of programs that were built from
// different ones. docs/diff.md is this table for readers; the tests let a pair of programs for each row talk.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace oncec::compare {

enum class Rule : std::uint8_t {
  // Declarations.
  DeclarationAdded,
  DeclarationRemoved,
  DeclarationKind,
  ConstantChanged,
  TypedefType,
  TypeRenamed,
  BoundChanged,
  // Members of structs, exceptions and values.
  MemberAdded,
  MemberRemoved,
  MemberType,
  MemberMoved,
  MemberSwapped,
  MemberRenamed,
  MemberId,
  StructBase,
  ValueBase,
  ValueTruncatable,
  ValueClass,
  // Enumerators and flags.
  EnumeratorAdded,
  EnumeratorRemoved,
  EnumeratorValue,
  EnumeratorMoved,
  EnumeratorSwapped,
  EnumeratorRenamed,
  // Unions.
  DiscriminatorType,
  ArmAdded,
  ArmRemoved,
  ArmType,
  ArmLabels,
  ArmMoved,
  ArmSwapped,
  ArmRenamed,
  ArmId,
  // Interfaces.
  InterfaceAdded,
  InterfaceRemoved,
  BaseAdded,
  BaseRemoved,
  ProgramNumber,
  VersionNumber,
  OperationAdded,
  OperationRemoved,
  OperationId,
  ProcedureNumber,
  OperationRenamed,
  CppNameChanged,
  // Operations.
  ArgumentAdded,
  ArgumentRemoved,
  ArgumentType,
  ArgumentMoved,
  ArgumentSwapped,
  ArgumentRenamed,
  ArgumentId,
  ResultType,
  ResultAdded,
  ResultRemoved,
  ResultMoved,
  ResultSwapped,
  ResultRenamed,
  ResultId,
  RaisesAdded,
  RaisesRemoved,
  RaisesMoved,
  MaybeToIdempotent,
  MaybeToAtMostOnce,
  IdempotentToMaybe,
  IdempotentToAtMostOnce,
  AtMostOnceToMaybe,
  AtMostOnceToIdempotent,
  ExactlyOnce,
  DeadlineChanged,
  OrphanChanged,
  ReplyMaxChanged,
};
inline constexpr std::size_t kRuleCount = static_cast<std::size_t>(Rule::ReplyMaxChanged) + 1;

/// Whom a difference breaks. None of it: a compatible one.
struct Effects {
  bool xdr_cdr = false;    // payloads in XDR and CDR
  bool protobuf = false;   // payloads in Protocol Buffers
  bool source = false;     // code that uses the generated C++ of the old version
  bool semantics = false;  // what a call does, or how often

  bool any() const { return xdr_cdr || protobuf || source || semantics; }
};

/// What a caller gets.
enum class Fate : std::uint8_t {
  Works,
  Silent,           // the call runs, and means something else to the other side
  WrongInterface,   // NotExecuted
  UnknownRefusal,   // Unknown: refused, but copies of the call may be on their way
  Lost,             // the call does not run, and its caller does not learn it
  NoSuchOperation,  // NotExecuted
  NoSuchObject,     // NotExecuted
  NothingToCall
};

struct RuleInfo {
  Rule rule;
  std::string_view name;  // "member-added"
  Effects effects;        // if nothing more is known about the case
  Fate old_client;        // calls a new server, in XDR or CDR
  Fate new_client;        // calls an old server
  std::string_view means;
  std::string_view advice;
};

const RuleInfo& info(Rule rule);
const std::array<RuleInfo, kRuleCount>& all_rules();

/// As in the documentation: "works", "`wrong_interface`", …
std::string_view text_of(Fate fate);

}  // namespace oncec::compare
