// What happened in a run, by all who saw it: the servers' lines, the clients', the servant's own log, the database.
// And the judgement: which of it contradicts exactly once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <once/base/ids.hpp>

#include "watched_store.hpp"

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
  /// For each life of the server the newest step of each call, and the last one of all: the last life ends in
  /// peace, all others with a kill.
  struct Life {
    std::map<once::RequestId, demo::Point> steps;
    std::optional<demo::Step> last;
  };
  std::vector<Life> lives;
  std::vector<Ended> ended;
  std::vector<Execution> executions;
  std::vector<Booked> book;
  std::vector<std::int64_t> balances;
  std::uint64_t client_kills = 0;  // who was killed asks again what it may have been told already

  void note(const demo::Step& step) {
    lives.back().steps[step.id] = step.point;
    lives.back().last = step;
  }
};

struct Report {
  std::uint64_t kills = 0;  // by what the server did last, and by whether that is in the book
  std::uint64_t before_begin = 0, before_commit = 0, before_reply = 0, after_reply = 0;
  std::uint64_t client_kills = 0;
  std::uint64_t calls = 0;  // by how they ended
  std::uint64_t values = 0, raised = 0, failed = 0, not_executed = 0, unknown = 0;
  std::uint64_t executions = 0;     // in the servant's log
  std::uint64_t re_executions = 0;  // of calls that a kill had rolled back
  std::uint64_t told_again = 0;     // to a client's next life
  std::uint64_t from_kept = 0;      // answered with what an earlier server had kept
  std::vector<std::string> violations;
};

Report judge(const History& history);

}  // namespace crash
