// The table.
#include "compare/rules.hpp"

namespace oncec::compare {
namespace {

constexpr Effects kNone{};
constexpr Effects kWire{.xdr_cdr = true, .protobuf = true};
constexpr Effects kWireSource{.xdr_cdr = true, .protobuf = true, .source = true};
constexpr Effects kOctets{.xdr_cdr = true};
constexpr Effects kOctetsSource{.xdr_cdr = true, .source = true};
constexpr Effects kManner{.xdr_cdr = true, .protobuf = true, .semantics = true};
constexpr Effects kNumbers{.protobuf = true};
constexpr Effects kSource{.source = true};
constexpr Effects kSemantics{.semantics = true};
constexpr Effects kSilent{.xdr_cdr = true, .protobuf = true, .semantics = true};

constexpr Fate kWorks = Fate::Works;
constexpr Fate kRefused = Fate::WrongInterface;
constexpr Fate kOther = Fate::Silent;
constexpr Fate kUnknown = Fate::UnknownRefusal;
constexpr Fate kLost = Fate::Lost;

constexpr std::string_view kNewOperation = "leave it as it was, and add an operation with the new types";
constexpr std::string_view kDisagree = "client and server do not agree on how often a call may run";
constexpr std::string_view kAnother = "leave it as it was, and add another operation";
constexpr std::string_view kServersFirst = "bring the new servers up before the first new client";
constexpr std::string_view kSwap = "keep the order; names are not compared between programs, only types are";
constexpr std::string_view kRecompile = "change the code that uses it when it is compiled again";
constexpr std::string_view kAppend = "leave them as they are, and add an operation with a new type";

constexpr std::array<RuleInfo, kRuleCount> kRules{{
    {Rule::DeclarationAdded, "declaration-added", kNone, kWorks, kWorks, "nobody has used it", ""},
    {Rule::DeclarationRemoved, "declaration-removed", kSource, kWorks, kWorks,
     "code that names it no longer compiles; names of types do not travel", kRecompile},
    {Rule::DeclarationKind, "declaration-kind", kWireSource, kRefused, kRefused,
     "the name stands for something else", "give the new thing a new name"},
    {Rule::ConstantChanged, "constant-changed", kSemantics, kWorks, kWorks,
     "old programs go on with the old value, which is compiled into them",
     "make sure that both values may be used at a time"},
    {Rule::TypedefType, "typedef-type", kWireSource, kRefused, kRefused,
     "all that uses the name has another type", kNewOperation},
    {Rule::TypeRenamed, "type-renamed", kSource, kWorks, kWorks,
     "the octets are the same, the C++ type is another", kRecompile},
    {Rule::BoundChanged, "bound-changed", kWire, kRefused, kRefused,
     "one side could send what the other must refuse", kNewOperation},

    {Rule::MemberAdded, "member-added", kOctets, kRefused, kRefused,
     "XDR and CDR have no room for members that one side does not know", kAppend},
    {Rule::MemberRemoved, "member-removed", kOctetsSource, kRefused, kRefused,
     "XDR and CDR cannot leave a member out", "keep the member, and ignore it"},
    {Rule::MemberType, "member-type", kWireSource, kRefused, kRefused, "its octets are read differently",
     kAppend},
    {Rule::MemberMoved, "member-moved", kOctets, kRefused, kRefused, "members travel in their order",
     "keep the order"},
    {Rule::MemberSwapped, "member-swapped", kSilent, kOther, kOther,
     "members of one type changed places: each program puts the values where it has the members", kSwap},
    {Rule::MemberRenamed, "member-renamed", kSource, kWorks, kWorks, "names of members do not travel",
     kRecompile},
    {Rule::MemberId, "member-id", kNumbers, kWorks, kWorks, "Protocol Buffers know a member by its number",
     "give it the old number with @id"},
    {Rule::StructBase, "struct-base", kSource, kWorks, kWorks,
     "the members are the same, the C++ type has another base", kRecompile},
    {Rule::ValueBase, "value-base", kSource, kWorks, kWorks, "the C++ type has other bases", kRecompile},
    {Rule::ValueTruncatable, "value-truncatable", kSemantics, kWorks, kWorks,
     "who does not know the type takes it for its base if it can be truncated, and else refuses it",
     "make sure that all who receive it as its base know the type"},
    {Rule::ValueClass, "value-class", kSource, kWorks, kWorks,
     "operations and visibility are a matter of the class, and do not travel", kRecompile},

    {Rule::EnumeratorAdded, "enumerator-added", kWire, kRefused, kRefused,
     "one side could send a value that is none to the other", kAppend},
    {Rule::EnumeratorRemoved, "enumerator-removed", kWireSource, kRefused, kRefused,
     "one side could send a value that is none to the other", "keep it, and do not use it"},
    {Rule::EnumeratorValue, "enumerator-value", kWire, kRefused, kRefused,
     "enumerators travel as their values", "keep the value with @value"},
    {Rule::EnumeratorMoved, "enumerator-moved", kOctets, kRefused, kRefused,
     "the values are the same, but the fingerprint has them in their order", "keep the order"},
    {Rule::EnumeratorSwapped, "enumerator-swapped", kSilent, kOther, kOther,
     "names changed places among the values: one says red, the other hears green", kSwap},
    {Rule::EnumeratorRenamed, "enumerator-renamed", kSource, kWorks, kWorks,
     "enumerators travel as their values", kRecompile},

    {Rule::DiscriminatorType, "discriminator-type", kWireSource, kRefused, kRefused,
     "the label is read differently", kAppend},
    {Rule::ArmAdded, "arm-added", kWire, kRefused, kRefused, "one side could send what the other cannot hold",
     kAppend},
    {Rule::ArmRemoved, "arm-removed", kWireSource, kRefused, kRefused,
     "one side could send what the other cannot hold", "keep it, and do not use it"},
    {Rule::ArmType, "arm-type", kWireSource, kRefused, kRefused, "its octets are read differently", kAppend},
    {Rule::ArmLabels, "arm-labels", kWire, kRefused, kRefused, "labels tell which member follows", kAppend},
    {Rule::ArmMoved, "arm-moved", kOctets, kRefused, kRefused,
     "the octets are the same, but the fingerprint has the arms in their order", "keep the order"},
    {Rule::ArmSwapped, "arm-swapped", kSilent, kOther, kOther,
     "members of one type changed places among the labels", kSwap},
    {Rule::ArmRenamed, "arm-renamed", kSource, kWorks, kWorks, "names of members do not travel", kRecompile},
    {Rule::ArmId, "arm-id", kNumbers, kWorks, kWorks, "Protocol Buffers know an arm by its number",
     "give it the old number with @id"},

    {Rule::InterfaceAdded, "interface-added", kNone, kWorks, Fate::NoSuchObject,
     "old servers have no such objects", kServersFirst},
    {Rule::InterfaceRemoved, "interface-removed", kWireSource, Fate::NoSuchObject, Fate::NothingToCall,
     "new servers have no such objects", "keep it until the last old client is gone"},
    {Rule::BaseAdded, "base-added", kNone, kWorks, Fate::NoSuchOperation,
     "old servers do not have the operations; servants must implement them when they are compiled again",
     kServersFirst},
    {Rule::BaseRemoved, "base-removed", kWireSource, Fate::NoSuchOperation, Fate::NothingToCall,
     "the base's operations are gone, and stubs no longer convert to its own",
     "keep it until the last old client is gone"},
    {Rule::ProgramNumber, "program-number", kNone, kWorks, kWorks,
     "calls go by object and operation; the number is for programs that speak ONC RPC",
     "keep it if such programs call the server"},
    {Rule::VersionNumber, "version-number", kNone, kWorks, kWorks,
     "calls go by object and operation; the number is for programs that speak ONC RPC",
     "keep it if such programs call the server"},
    {Rule::OperationAdded, "operation-added", kNone, kWorks, Fate::NoSuchOperation,
     "old servers do not have it; servants must implement it when they are compiled again", kServersFirst},
    {Rule::OperationRemoved, "operation-removed", kWireSource, Fate::NoSuchOperation, Fate::NothingToCall,
     "new servers do not have it", "keep it until the last old client is gone"},
    {Rule::OperationId, "operation-id", kWire, Fate::NoSuchOperation, Fate::NoSuchOperation,
     "an operation travels as its number", "give it the old number with @id"},
    {Rule::ProcedureNumber, "procedure-number", kWire, Fate::NoSuchOperation, Fate::NoSuchOperation,
     "a procedure travels as its number", "give it the old number"},
    {Rule::OperationRenamed, "operation-renamed", kSource, kWorks, kWorks,
     "an operation travels as its number, which is the same", kRecompile},
    {Rule::CppNameChanged, "cpp-name-changed", kSource, kWorks, kWorks, "the name in C++ does not travel",
     kRecompile},

    {Rule::ArgumentAdded, "argument-added", kOctetsSource, kRefused, kRefused,
     "XDR and CDR have no room for what one side does not know", kNewOperation},
    {Rule::ArgumentRemoved, "argument-removed", kOctetsSource, kRefused, kRefused,
     "XDR and CDR cannot leave an argument out", kNewOperation},
    {Rule::ArgumentType, "argument-type", kWireSource, kRefused, kRefused, "its octets are read differently",
     kNewOperation},
    {Rule::ArgumentMoved, "argument-moved", kOctetsSource, kRefused, kRefused,
     "arguments travel in their order", "keep the order"},
    {Rule::ArgumentSwapped, "argument-swapped", kSilent, kOther, kOther,
     "arguments of one type changed places: on the wire, and in C++ calls, which still compile", kSwap},
    {Rule::ArgumentRenamed, "argument-renamed", kNone, kWorks, kWorks,
     "names of arguments do not travel, and C++ calls do not use them", ""},
    {Rule::ArgumentId, "argument-id", kNumbers, kWorks, kWorks,
     "Protocol Buffers know an argument by its number", "give it the old number with @id"},
    {Rule::ResultType, "result-type", kWireSource, kRefused, kRefused, "its octets are read differently",
     kNewOperation},
    {Rule::ResultAdded, "result-added", kOctetsSource, kRefused, kRefused,
     "XDR and CDR have no room for what one side does not know", kNewOperation},
    {Rule::ResultRemoved, "result-removed", kOctetsSource, kRefused, kRefused,
     "XDR and CDR cannot leave a result out", kNewOperation},
    {Rule::ResultMoved, "result-moved", kOctets, kRefused, kRefused, "results travel in their order",
     "keep the order"},
    {Rule::ResultSwapped, "result-swapped", kSilent, kOther, kOther,
     "results of one type changed places: each program puts the values where it has the results", kSwap},
    {Rule::ResultRenamed, "result-renamed", kSource, kWorks, kWorks,
     "names of results do not travel, but are members of the struct that C++ returns", kRecompile},
    {Rule::ResultId, "result-id", kNumbers, kWorks, kWorks, "Protocol Buffers know a result by its number",
     "give it the old number with @id"},
    {Rule::RaisesAdded, "raises-added", kWire, kRefused, kRefused,
     "an old client could not tell the exception from a failure", kNewOperation},
    {Rule::RaisesRemoved, "raises-removed", kOctets, kRefused, kRefused,
     "exceptions are part of the fingerprint", "keep it, and do not throw it"},
    {Rule::RaisesMoved, "raises-moved", kOctets, kRefused, kRefused,
     "the fingerprint has the exceptions in their order", "keep the order"},
    {Rule::MaybeToIdempotent, "maybe-to-idempotent", kManner, kLost, kUnknown, kDisagree, kAnother},
    {Rule::MaybeToAtMostOnce, "maybe-to-at-most-once", kManner, kLost, kRefused, kDisagree, kAnother},
    {Rule::IdempotentToMaybe, "idempotent-to-maybe", kManner, kUnknown, kLost, kDisagree, kAnother},
    {Rule::IdempotentToAtMostOnce, "idempotent-to-at-most-once", kManner, kUnknown, kRefused, kDisagree,
     kAnother},
    {Rule::AtMostOnceToMaybe, "at-most-once-to-maybe", kManner, kRefused, kLost, kDisagree, kAnother},
    {Rule::AtMostOnceToIdempotent, "at-most-once-to-idempotent", kManner, kRefused, kUnknown, kDisagree,
     kAnother},
    {Rule::ExactlyOnce, "exactly-once", kManner, kRefused, kRefused, kDisagree, kAnother},
    {Rule::DeadlineChanged, "deadline-changed", kNone, kWorks, kWorks,
     "each client keeps the deadline that it was compiled with", ""},
    {Rule::OrphanChanged, "orphan-changed", kNone, kWorks, kWorks,
     "the server goes by its own declaration when a caller is gone", ""},
    {Rule::ReplyMaxChanged, "reply-max-changed", kNone, kWorks, kWorks,
     "the server goes by its own declaration when it sets room aside", ""},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  return true;
}
static_assert(in_order(), "one row per rule, in its order");

}  // namespace

const RuleInfo& info(Rule rule) {
  return kRules[static_cast<std::size_t>(rule)];
}

const std::array<RuleInfo, kRuleCount>& all_rules() {
  return kRules;
}

std::string_view text_of(Fate fate) {
  switch (fate) {
    case Fate::Works: return "works";
    case Fate::Silent: return "works, wrong values";
    case Fate::WrongInterface: return "`wrong_interface`";
    case Fate::UnknownRefusal: return "Unknown (`refused_after_sending`)";
    case Fate::Lost: return "does not run, and nobody notices";
    case Fate::NoSuchOperation: return "`no_such_operation`";
    case Fate::NoSuchObject: return "`no_such_object`";
    case Fate::NothingToCall: return "nothing to call";
  }
  return {};
}

}  // namespace oncec::compare
