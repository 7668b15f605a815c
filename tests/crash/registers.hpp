// What became of the calls to registers, which run at most once or may be repeated: what their clients wrote down and what the
// servants did. And the judgement: which of it contradicts the guarantees, or one register for each key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linearizability.hpp"

namespace crash {

/// How a call to a register ended at its client.
enum class RegisterEnd : std::uint8_t {
  Value,
  Misled,       // with the answer to another call
  Executed,     // but its answer is lost
  NotExecuted,  // and never will be
  Unknown,
  Never,  // its client was killed
};

struct RegisterUse {
  std::uint32_t number = 0;  // of the call
  std::uint32_t key = 0;     // of the register
  RegisterCall call;
  RegisterEnd end = RegisterEnd::Never;
};

/// A line of a register's journal: a call has run, and left that value. The next server reads it: registers outlive
/// their servers as what files hold outlives a kill.
struct RegisterRun {
  std::uint32_t number = 0;
  std::uint32_t key = 0;
  std::int64_t value = 0;
};
std::string to_string(const RegisterRun& run);
/// A folder of journals has one file for each key that was used.
std::filesystem::path journal_of(const std::filesystem::path& folder, std::uint32_t key);
std::vector<RegisterRun> read_journal(const std::filesystem::path& file);
std::vector<RegisterRun> read_journals(const std::filesystem::path& folder);

/// The lines that clients write, in one system call each: before the call is made, and after it has ended.
std::string called_line(const RegisterUse& use);
std::string ended_line(const RegisterUse& use);
/// Throws std::runtime_error.
std::vector<RegisterUse> read_uses(const std::filesystem::path& file);

struct RegisterReport {
  std::uint64_t calls = 0;  // that run at most once
  std::uint64_t idempotent = 0;
  std::uint64_t not_executed = 0, unknown = 0;
  std::uint64_t runs = 0;
  std::uint64_t repeated = 0;    // runs of idempotent calls, beyond the first
  std::uint64_t silence_ms = 0;  // the longest time from one answer to the next
  std::uint64_t keys = 0;        // found linearizable
  std::uint64_t unjudged = 0;    // keys
  std::vector<std::string> violations;
};

RegisterReport judge(const std::vector<RegisterUse>& uses, const std::vector<RegisterRun>& runs);

}  // namespace crash
