// For every rule of `oncec diff`: programs built from the old version call programs built from the new one,
// and the other way round, and end as the rule says.
#define versions versions_old
#define program_number program_number_old
#define version_number version_number_old
#define procedure_number procedure_number_old
#include "old.once.hpp"
#include "old_onc.once.hpp"
#include "old_values.once.hpp"
#undef versions
#undef program_number
#undef version_number
#undef procedure_number
#include <filesystem>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#ifdef ONCE_WITH_STORE
#include <unistd.h>

#include <asio/thread_pool.hpp>

#include <once/durable.hpp>
#endif

#include "new.once.hpp"
#include "new_onc.once.hpp"
#include "new_values.once.hpp"
#include "programs.hpp"

namespace once::test {
namespace {

namespace before {
using namespace ::versions_old;  // NOLINT(google-build-using-namespace)
namespace program_number = ::program_number_old;
namespace version_number = ::version_number_old;
namespace procedure_number = ::procedure_number_old;
}  // namespace before
namespace after {
using namespace ::versions;  // NOLINT(google-build-using-namespace)
namespace program_number = ::program_number;
namespace version_number = ::version_number;
namespace procedure_number = ::procedure_number;
}  // namespace after

#ifdef ONCE_WITH_STORE
/// As call_of(), of a server with a store.
template <class Servant, class Operation>
Fate call_with_store(CodecId codec, Operation operation) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("once_compare." + std::to_string(::getpid()));
  asio::thread_pool thread{1};
  Fate fate = Fate::NothingToCall;
  {
    durable::Store store{file, thread.get_executor()};
    fate = call_of<Servant>(codec, operation, &store);
  }
  for (const char* const part : {"", "-wal", "-shm", "-once"}) {
    std::filesystem::remove(file.string() + part);
  }
  return fate;
}
#endif

struct Pair {
  std::string name;
  std::function<Fate(CodecId)> old_client;
  std::function<Fate(CodecId)> new_client;
};
std::ostream& operator<<(std::ostream& out, const Pair& pair) {
  return out << pair.name;
}

Fate nothing_to_call(CodecId) {
  return Fate::NothingToCall;
}

/// Both have the interface Till with the operation pay.
#define ONCE_PAIR(name)                                                                            \
  Pair {                                                                                           \
#name,                                                                                           \
        [](CodecId codec) {                                                                          \
          return call_of<after::name::Till::Servant>(codec, &before::name::Till::Stub::try_pay);     \
        },                                                                                           \
        [](CodecId codec) {                                                                          \
          return call_of<before::name::Till::Servant>(codec, &after::name::Till::Stub::try_pay);     \
        } \
  }

// --- Where one side has more than the other.

/// A servant of pay and refund.
template <class Base>
class Both : public Answering<Base> {
 public:
  void refund(Call&, std::int32_t) override {}
};

template <class Old>
Fate call_extra(CodecId codec) {
  World world{codec};
  return call(world, "extra", &Old::try_pay);
}

template <class Servant, class Operation>
Fate call_both(CodecId codec, Operation operation) {
  World world{codec};
  world.server.activate("till", std::make_shared<Both<Servant>>());
  return call(world, "till", operation);
}

template <class Base>
class Charging : public Base {
 public:
  void charge(Call&, std::int32_t) override {}
};

template <class Servant, class Operation>
Fate call_charge(CodecId codec, Operation operation) {
  World world{codec};
  world.server.activate("till", std::make_shared<Charging<Servant>>());
  return call(world, "till", operation);
}

// --- Where one side thinks otherwise of how often a call may run.

template <class Base>
class Counting : public Answering<Base> {
 public:
  std::int32_t count(Call&) override { return this->calls; }
};

/// On a stream the server sees the second call behind the first one.
template <class Servant, class Stub>
Fate call_and_count(CodecId codec) {
  World world{codec};
  const auto servant = std::make_shared<Counting<Servant>>();
  world.server.activate("till", servant);
  const Stub stub = world.stub<typename Stub::Interface>("till");
  const auto outcome = stub.try_pay(1);
  const std::int32_t calls = stub.count();
  EXPECT_EQ(calls, 0);
  return outcome.kind() == OutcomeKind::Sent && calls == 0 ? Fate::Lost : fate_of(outcome);
}

#define ONCE_MANNERS(name)                                                         \
  Pair {                                                                           \
#name, call_and_count < after::name::Till::Servant, before::name::Till::Stub>, \
        call_and_count < before::name::Till::Servant, after::name::Till::Stub>     \
  }

// --- Where values change their meaning.

Fate silent_if(bool wrong) {
  return wrong ? Fate::Silent : Fate::Works;
}

/// Keeps the argument of its last call.
template <class Base, class Argument>
class Keeping : public Base {
 public:
  using Parameter = std::conditional_t<std::is_enum_v<Argument>, Argument, const Argument&>;
  void pay(Call&, Parameter what) override { kept = what; }
  Argument kept{};
};

template <class Client, class Server>
Fate swapped_member(CodecId codec) {
  World world{codec};
  const auto servant = std::make_shared<Keeping<typename Server::Till::Servant, typename Server::X>>();
  world.server.activate("till", servant);
  typename Client::X value;
  value.a = 1;
  value.b = 2;
  world.stub<typename Client::Till>("till").pay(value);
  return silent_if(servant->kept.a == 2 && servant->kept.b == 1);
}

template <class Client, class Server>
Fate swapped_enumerator(CodecId codec) {
  World world{codec};
  const auto servant = std::make_shared<Keeping<typename Server::Till::Servant, typename Server::X>>();
  world.server.activate("till", servant);
  world.stub<typename Client::Till>("till").pay(Client::X::red);
  return silent_if(servant->kept == Server::X::green);
}

template <class Client, class Server>
Fate swapped_arm(CodecId codec) {
  World world{codec};
  const auto servant = std::make_shared<Keeping<typename Server::Till::Servant, typename Server::X>>();
  world.server.activate("till", servant);
  typename Client::X value;
  value.a(5);
  world.stub<typename Client::Till>("till").pay(value);
  return silent_if(servant->kept.b() == 5);
}

template <class Base>
class TwoArguments : public Base {
 public:
  void pay(Call&, std::int32_t first, std::int32_t second) override { kept = first * 10 + second; }
  int kept = 0;
};

/// C++ has the parameters in the order of the IDL, too: the first argument arrives as the first parameter,
/// which has the second one's name.
template <class Client, class Server>
Fate swapped_argument(CodecId codec) {
  World world{codec};
  const auto servant = std::make_shared<TwoArguments<typename Server::Till::Servant>>();
  world.server.activate("till", servant);
  world.stub<typename Client::Till>("till").pay(1, 2);
  return silent_if(servant->kept == 12);
}

template <class Interface>
class TwoResults : public Interface::Servant {
 public:
  typename Interface::PayResult pay(Call&) override {
    typename Interface::PayResult result;
    result.paid = 1;
    result.change = 2;
    return result;
  }
};

template <class Client, class Server>
Fate swapped_result(CodecId codec) {
  World world{codec};
  world.server.activate("till", std::make_shared<TwoResults<typename Server::Till>>());
  const auto result = world.stub<typename Client::Till>("till").pay();
  return silent_if(result.paid == 2 && result.change == 1);
}

/// Namespaces are no template arguments: what the functions above need of one, as a type.
#define ONCE_NAMES(name)             \
  struct Old_##name {                \
    using X = before::name::X;       \
    using Till = before::name::Till; \
  };                                 \
  struct New_##name {                \
    using X = after::name::X;        \
    using Till = after::name::Till;  \
  }
ONCE_NAMES(member_swapped);
ONCE_NAMES(enumerator_swapped);
ONCE_NAMES(arm_swapped);

struct OldArguments {
  using Till = before::argument_swapped::Till;
};
struct NewArguments {
  using Till = after::argument_swapped::Till;
};
struct OldResults {
  using Till = before::result_swapped::Till;
};
struct NewResults {
  using Till = after::result_swapped::Till;
};

std::vector<Pair> all_pairs() {
  return {
      ONCE_PAIR(declaration_added),
      ONCE_PAIR(declaration_removed),
      ONCE_PAIR(declaration_kind),
      ONCE_PAIR(constant_changed),
      ONCE_PAIR(typedef_type),
      ONCE_PAIR(type_renamed),
      ONCE_PAIR(bound_changed),
      ONCE_PAIR(member_added),
      ONCE_PAIR(member_removed),
      ONCE_PAIR(member_type),
      ONCE_PAIR(member_moved),
      {"member_swapped", swapped_member<Old_member_swapped, New_member_swapped>,
       swapped_member<New_member_swapped, Old_member_swapped>},
      ONCE_PAIR(member_renamed),
      ONCE_PAIR(member_id),
      ONCE_PAIR(struct_base),
      ONCE_PAIR(value_base),
      ONCE_PAIR(value_truncatable),
      ONCE_PAIR(value_class),
      ONCE_PAIR(enumerator_added),
      ONCE_PAIR(enumerator_removed),
      ONCE_PAIR(enumerator_value),
      ONCE_PAIR(enumerator_moved),
      {"enumerator_swapped", swapped_enumerator<Old_enumerator_swapped, New_enumerator_swapped>,
       swapped_enumerator<New_enumerator_swapped, Old_enumerator_swapped>},
      ONCE_PAIR(enumerator_renamed),
      ONCE_PAIR(discriminator_type),
      ONCE_PAIR(arm_added),
      ONCE_PAIR(arm_removed),
      ONCE_PAIR(arm_type),
      ONCE_PAIR(arm_labels),
      ONCE_PAIR(arm_moved),
      {"arm_swapped", swapped_arm<Old_arm_swapped, New_arm_swapped>,
       swapped_arm<New_arm_swapped, Old_arm_swapped>},
      ONCE_PAIR(arm_renamed),
      ONCE_PAIR(arm_id),
      {"interface_added", ONCE_PAIR(interface_added).old_client,
       call_extra<after::interface_added::Extra::Stub>},
      {"interface_removed", call_extra<before::interface_removed::Extra::Stub>, nothing_to_call},
      {"base_added",
       [](CodecId codec) {
         return call_both<after::base_added::Till::Servant>(codec, &before::base_added::Till::Stub::try_pay);
       },
       [](CodecId codec) {
         return call_of<before::base_added::Till::Servant>(codec, &after::base_added::Till::Stub::try_refund);
       }},
      {"base_removed",
       [](CodecId codec) {
         return call_of<after::base_removed::Till::Servant>(codec,
                                                            &before::base_removed::Till::Stub::try_refund);
       },
       nothing_to_call},
      {"operation_added",
       [](CodecId codec) {
         return call_both<after::operation_added::Till::Servant>(
             codec, &before::operation_added::Till::Stub::try_pay);
       },
       [](CodecId codec) {
         return call_of<before::operation_added::Till::Servant>(
             codec, &after::operation_added::Till::Stub::try_refund);
       }},
      {"operation_removed",
       [](CodecId codec) {
         return call_of<after::operation_removed::Till::Servant>(
             codec, &before::operation_removed::Till::Stub::try_refund);
       },
       nothing_to_call},
      ONCE_PAIR(operation_id),
      ONCE_PAIR(program_number),
      ONCE_PAIR(version_number),
      ONCE_PAIR(procedure_number),
      {"operation_renamed",
       [](CodecId codec) {
         return call_charge<after::operation_renamed::Till::Servant>(
             codec, &before::operation_renamed::Till::Stub::try_pay);
       },
       [](CodecId codec) {
         return call_of<before::operation_renamed::Till::Servant>(
             codec, &after::operation_renamed::Till::Stub::try_charge);
       }},
      {"cpp_name_changed",
       [](CodecId codec) {
         return call_charge<after::cpp_name_changed::Till::Servant>(
             codec, &before::cpp_name_changed::Till::Stub::try_pay);
       },
       [](CodecId codec) {
         return call_of<before::cpp_name_changed::Till::Servant>(
             codec, &after::cpp_name_changed::Till::Stub::try_charge);
       }},
      ONCE_PAIR(argument_added),
      ONCE_PAIR(argument_removed),
      ONCE_PAIR(argument_type),
      ONCE_PAIR(argument_moved),
      {"argument_swapped", swapped_argument<OldArguments, NewArguments>,
       swapped_argument<NewArguments, OldArguments>},
      ONCE_PAIR(argument_renamed),
      ONCE_PAIR(argument_id),
      ONCE_PAIR(result_type),
      ONCE_PAIR(result_added),
      ONCE_PAIR(result_removed),
      ONCE_PAIR(result_moved),
      {"result_swapped", swapped_result<OldResults, NewResults>, swapped_result<NewResults, OldResults>},
      ONCE_PAIR(result_renamed),
      ONCE_PAIR(result_id),
      ONCE_PAIR(raises_added),
      ONCE_PAIR(raises_removed),
      ONCE_PAIR(raises_moved),
      ONCE_MANNERS(maybe_to_idempotent),
      ONCE_MANNERS(maybe_to_at_most_once),
      ONCE_MANNERS(idempotent_to_maybe),
      ONCE_MANNERS(idempotent_to_at_most_once),
      ONCE_MANNERS(at_most_once_to_maybe),
      ONCE_MANNERS(at_most_once_to_idempotent),
#ifdef ONCE_WITH_STORE
      {"exactly_once",
       [](CodecId codec) {
         return call_with_store<after::exactly_once::Till::Servant>(
             codec, &before::exactly_once::Till::Stub::try_pay);
       },
       [](CodecId codec) {
         return call_with_store<before::exactly_once::Till::Servant>(
             codec, &after::exactly_once::Till::Stub::try_pay);
       }},
#endif
      ONCE_PAIR(deadline_changed),
      ONCE_PAIR(orphan_changed),
      ONCE_PAIR(reply_max_changed),
  };
}

std::string rule_name(std::string name) {
  for (char& c : name) c = c == '_' ? '-' : c;
  return name;
}

/// In Protocol Buffers, where they break nothing: no fingerprint is compared, and unknown fields are skipped.
Fate in_protobuf(Fate fate) {
  return fate == Fate::WrongInterface ? Fate::Works : fate;
}

/// Value types have no form in Protocol Buffers, and so their programs none that would talk in it.
bool has_values(const Pair& pair) {
  return pair.name.starts_with("value_");
}

class Programs : public testing::TestWithParam<Pair> {};

TEST_P(Programs, OfBothVersionsEndAsTheRuleSays) {
  const std::string name = rule_name(GetParam().name);
  for (const oncec::compare::RuleInfo& rule : oncec::compare::all_rules()) {
    if (rule.name != name) continue;
    for (const CodecId codec : {CodecId::Cdr, CodecId::Xdr}) {
      EXPECT_EQ(text_of(GetParam().old_client(codec)), text_of(rule.old_client)) << "old client, new server";
      EXPECT_EQ(text_of(GetParam().new_client(codec)), text_of(rule.new_client)) << "new client, old server";
    }
#ifdef ONCE_WITH_PROTOBUF
    if (!rule.effects.protobuf && !has_values(GetParam())) {
      const CodecId codec = CodecId::Protobuf;
      EXPECT_EQ(text_of(GetParam().old_client(codec)), text_of(in_protobuf(rule.old_client)));
      EXPECT_EQ(text_of(GetParam().new_client(codec)), text_of(in_protobuf(rule.new_client)));
    }
#endif
    return;
  }
  FAIL() << "there is no rule " << name;
}
INSTANTIATE_TEST_SUITE_P(All, Programs, testing::ValuesIn(all_pairs()),
                         [](const auto& test) { return test.param.name; });

TEST(Rules, HaveProgramsEach) {
  std::set<std::string> tested;
  for (const Pair& pair : all_pairs()) tested.insert(rule_name(pair.name));
  for (const oncec::compare::RuleInfo& rule : oncec::compare::all_rules()) {
#ifdef ONCE_WITH_STORE
    constexpr bool kWithStore = true;
#else
    constexpr bool kWithStore = false;
#endif
    const bool is_left_out = rule.rule == oncec::compare::Rule::ExactlyOnce && !kWithStore;
    EXPECT_EQ(tested.count(std::string{rule.name}), is_left_out ? 0u : 1u) << rule.name;
  }
}

}  // namespace
}  // namespace once::test
