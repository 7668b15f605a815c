// What happened in a run, by all who saw it: the servers' lines, the clients', the servant's own log, the database.
// And the judgement: which of it contradicts exactly once, or what registers promise.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/ids.hpp>

#include "kills/places.hpp"
#include "proxy_counts.hpp"
#include "registers.hpp"

namespace crash {

/// How a call ended at its client.
enum class How : std::uint8_t { Value, Raised, Failed, NotExecuted, Unknown };

struct Ended {
  std::uint32_t number = 0;  // of the transfer
  How how = How::Unknown;
  std::int64_t row = 0;  // what was answered
  std::int64_t balance = 0;
  bool operator==(const Ended&) const = default;
};
/// "value 17 12 804"
std::string to_string(const Ended& ended);
std::optional<Ended> parse_ended(std::string_view line);

/// What a client does with a call, in this order, and tells in lines that begin so; but an end is told by Ended.
enum class Deed : std::uint8_t { Called, Ended, Forgot };
inline constexpr std::string_view kCalled = "called";
inline constexpr std::string_view kForgot = "forgot";  // its key
/// Nothing: a client does not say such a thing.
std::optional<Deed> parse_deed(std::string_view line);

/// A line of the servant's log: it began to run.
struct Execution {
  std::uint32_t life = 0;  // of the server
  once::RequestId id;
  std::uint32_t number = 0;
};

/// A row of the bank's book.
struct Booked {
  std::int64_t row = 0;
  std::uint32_t number = 0;
  std::int64_t balance = 0;
  once::RequestId id;
  std::uint32_t life = 0;  // in which it was committed
};

struct History {
  /// The last life of the server ends in peace, all others with a kill.
  struct Life {
    demo::Steps steps;
    std::set<once::RequestId> kept;  // the calls whose outcomes were on disk when it had been killed
  };
  /// What killed clients did last.
  struct ClientKills {
    std::uint64_t called = 0, ended = 0, forgot = 0;
    std::uint64_t all() const { return called + ended + forgot; }
  };
  std::string run;  // how it was started
  std::vector<Life> lives;
  std::vector<Ended> ended;
  ClientKills client_kills;  // who was killed asks again what it may have been told already
  std::vector<Execution> executions;
  std::vector<Booked> book;
  std::vector<std::int64_t> balances;
  std::vector<RegisterUse> register_uses;
  std::vector<RegisterRun> register_runs;
  ProxyCounts network;  // its changes
  ProxyCounts proxy;    // none: there was no proxy
};

struct Report {
  demo::Kills kills;
  History::ClientKills client_kills;
  std::uint64_t calls = 0;  // by how they ended
  std::uint64_t values = 0, raised = 0, failed = 0, not_executed = 0, unknown = 0;
  std::uint64_t executions = 0;     // in the servant's log
  std::uint64_t re_executions = 0;  // of calls that a kill had rolled back
  std::uint64_t told_again = 0;     // to a client's next life
  std::uint64_t from_kept = 0;      // answered with what an earlier server had kept
  RegisterReport registers;
  std::vector<std::string> violations;  // all of them
};

Report judge(const History& history);

}  // namespace crash
