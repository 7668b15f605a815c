// Each bug is hunted in a process of its own: an assertion of the core that it trips ends that process, and counts apart.
#include "mutants.hpp"

#include <algorithm>
#include <deque>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include "report.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

using core::Bug;

/// What became of a hunt, as a line from the process of it: "found invariant seed calls" or "missed calls"; the
/// violations of other invariants before that, and how many, in brackets.
struct Hunt {
  const Mutant* mutant = nullptr;
  pid_t process = 0;
  int pipe = -1;
  bool found = false, crashed = false;
  std::string invariant, others;
  std::uint64_t seed = 0, calls = 0;
};

bool is_durable(const Knobs& knobs) {
  return knobs.store.is_there;
}
bool restarts(const Knobs& knobs) {
  return is_durable(knobs) && knobs.storm.server_crashes > 0;
}
bool loses_power(const Knobs& knobs) {
  return knobs.store.power_fails > 0;
}
bool rolls_back(const Knobs& knobs) {
  return restarts(knobs) && knobs.store.rollback > 0;
}
bool has_zombies(const Knobs& knobs) {
  return restarts(knobs) && knobs.store.zombies > 0;
}

bool is_expected(const Mutant& mutant, const std::string& invariant) {
  return std::any_of(mutant.invariants.begin(), mutant.invariants.end(), [&](const std::string& expected) {
    return invariant.compare(0, expected.size() + 1, expected + " ") == 0;
  });
}

/// In the process of the hunt.
std::string hunt(const Mutant& mutant, const MutantOptions& options) {
  core::plant(mutant.bug, true);
  Tally tally;
  std::string others;
  for (std::uint64_t seed = options.first_seed; tally.calls < options.calls_max; ++seed) {
    if (mutant.may_show != nullptr && !mutant.may_show(draw_knobs(seed))) continue;
    World world{seed, Trace::Keep::Nothing};
    try {
      world.run();
    } catch (const Violation& violation) {
      tally.calls += world.oracle().issued();
      const std::string name = violation.invariant.substr(0, violation.invariant.find(' '));
      if (is_expected(mutant, violation.invariant)) {
        return "found " + name + " " + std::to_string(seed) + " " + std::to_string(tally.calls) + others;
      }
      if (others.find(name) == std::string::npos) others += " " + name;
      continue;
    }
    try {
      tally.add(world.finish());
    } catch (const Violation& violation) {
      if (is_expected(mutant, violation.invariant)) {
        return "found " + violation.invariant.substr(0, violation.invariant.find(' ')) + " " +
               std::to_string(seed) + " " + std::to_string(tally.calls + world.oracle().issued()) + others;
      }
    }
  }
  return "missed - 0 " + std::to_string(tally.calls) + others;
}

Hunt begin(const Mutant& mutant, const MutantOptions& options) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error{"no pipe"};
  Hunt result;
  result.mutant = &mutant;
  result.process = ::fork();
  if (result.process == 0) {
    ::close(ends[0]);
    const std::string line = hunt(mutant, options);
    const bool written = ::write(ends[1], line.data(), line.size()) == static_cast<ssize_t>(line.size());
    std::_Exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  result.pipe = ends[0];
  return result;
}

void end(Hunt& hunt) {
  std::string line;
  char octets[256];
  for (ssize_t count = 0; (count = ::read(hunt.pipe, octets, sizeof octets)) > 0;) {
    line.append(octets, static_cast<std::size_t>(count));
  }
  ::close(hunt.pipe);
  int status = 0;
  ::waitpid(hunt.process, &status, 0);
  std::istringstream words{line};
  std::string what;
  words >> what >> hunt.invariant >> hunt.seed >> hunt.calls;
  std::getline(words >> std::ws, hunt.others);
  hunt.found = what == "found";
  hunt.crashed = status != 0 || line.empty();
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

void print_head() {
  std::cout << std::left << std::setw(22) << "bug" << std::setw(76) << "what is broken" << std::setw(10)
            << "expected" << std::setw(9) << "found by" << std::right << std::setw(7) << "seed"
            << std::setw(9) << "calls"
            << "  others before\n";
}

void print(const Hunt& hunt) {
  const std::string by = hunt.found ? hunt.invariant : hunt.crashed ? "a crash" : "nothing";
  std::cout << std::left << std::setw(22) << hunt.mutant->name << std::setw(76) << hunt.mutant->broken
            << std::setw(10) << joined(hunt.mutant->invariants) << std::setw(9) << by << std::right
            << std::setw(7) << hunt.seed << std::setw(9) << hunt.calls << "  " << hunt.others << std::endl;
}

void print_json(const std::vector<Hunt>& hunts) {
  std::cout << "{\"mutants\": [";
  for (std::size_t i = 0; i < hunts.size(); ++i) {
    const Hunt& hunt = hunts[i];
    std::cout << (i == 0 ? "\n" : ",\n") << "  {\"name\": \"" << hunt.mutant->name << "\", \"broken\": \""
              << hunt.mutant->broken << "\", \"expected\": \"" << joined(hunt.mutant->invariants)
              << "\", \"found\": " << (hunt.found ? "true" : "false")
              << ", \"crashed\": " << (hunt.crashed ? "true" : "false") << ", \"invariant\": \""
              << hunt.invariant << "\", \"seed\": " << hunt.seed << ", \"calls\": " << hunt.calls << "}";
  }
  std::cout << "\n]}\n";
}

}  // namespace

const std::vector<Mutant>& mutants() {
  static const std::vector<Mutant> kMutants = {
      {Bug::FilterOff, "FilterOff", "every request is New", {"S1"}},
      {Bug::NoInProgress, "NoInProgress", "a copy of a call that is queued or running is New", {"S1"}},
      {Bug::KnownAfterRefused,
       "KnownAfterRefused",
       "what must be refused is tested before what is known",
       {"S2"}},
      {Bug::AckAfterWindow,
       "AckAfterWindow",
       "the acknowledgement is applied after the window test",
       {"S7", "L1", "L3"}},
      {Bug::MarkAssigned, "MarkAssigned", "low-water mark by assignment", {"S1", "S2"}},
      {Bug::BitmapAssigned, "BitmapAssigned", "bitmap by assignment", {"S1", "S2"}},
      {Bug::StaleAsNew, "StaleAsNew", "an acknowledged number is New again", {"S1", "S2"}},
      {Bug::DigestIgnored,
       "DigestIgnored",
       "another request under a known number is taken for its copy",
       {"S3"}},
      {Bug::EpochByCounter, "EpochByCounter", "epochs are equal if their counters are", {"S1"}, rolls_back},
      {Bug::WindowShrunk, "WindowShrunk", "a smaller grant takes back numbers that are in use", {"S7"}},
      {Bug::RefusalNotRecorded, "RefusalNotRecorded", "a refusal is answered and forgotten", {"S2"}},
      {Bug::CancelForgets, "CancelForgets", "a cancellation is answered and forgotten", {"S2"}},
      {Bug::BudgetIgnored, "BudgetIgnored", "a request without time left is started", {"O2"}},
      {Bug::EvictOnFull, "EvictOnFull", "a reply that must go takes its record along", {"S1"}},
      {Bug::ReplyDropped, "ReplyDropped", "reply octets are dropped without ReplyLost", {"S3"}},
      {Bug::RepliesBeyondBudget,
       "RepliesBeyondBudget",
       "replies are kept whatever their budget says",
       {"S9"}},
      {Bug::QueueUnbounded, "QueueUnbounded", "requests wait however many and large they are", {"S9"}},
      {Bug::OrphanNotCounted,
       "OrphanNotCounted",
       "a servant that nobody waits for does not count as running",
       {"S9"}},
      {Bug::SessionIdAgain, "SessionIdAgain", "a session gets the id of one that has ended", {"S1"}},
      {Bug::PathUnproven,
       "PathUnproven",
       "a session moves to an address that has not shown that it receives",
       {"S8"}},
      {Bug::LeaseBeforeSockets,
       "LeaseBeforeSockets",
       "after a pause leases are judged before sockets are read",
       {"S7"}},
      {Bug::ReplyBeforeRecord,
       "ReplyBeforeRecord",
       "a reply is sent before its outcome is kept",
       {"S4"},
       loses_power},
      {Bug::OutcomeNotKept,
       "OutcomeNotKept",
       "what a servant writes is kept without its outcome",
       {"S4"},
       is_durable},
      {Bug::OutcomeNotRestored,
       "OutcomeNotRestored",
       "kept outcomes are not told to the next life's filter",
       {"S4"},
       is_durable},
      {Bug::WelcomeBeforeRow,
       "WelcomeBeforeRow",
       "a session is welcomed, and resumed, without a row in the store",
       {"S7"},
       is_durable},
      {Bug::NoFence,
       "NoFence",
       "a server that was replaced commits what it still has to run",
       {"S2", "S4"},
       has_zombies},
      {Bug::KarnOff,
       "KarnOff",
       "a round trip is measured from the newest attempt, whichever is answered",
       {"L2"}},
      {Bug::AckTooEarly,
       "AckTooEarly",
       "a number is acknowledged before its completion is handed over",
       {"S7"}},
      {Bug::OnewayResent, "OnewayResent", "a maybe request is in the queue for repetition", {"S5"}},
      {Bug::WelcomeWithoutNonce,
       "WelcomeWithoutNonce",
       "any WELCOME is taken, whatever its nonce",
       {"S1", "S3"}},
      {Bug::NoSessionMeansNotRun,
       "NoSessionMeansNotRun",
       "NO_SESSION is taken for a proof that nothing ran",
       {"S2"}},
      {Bug::OldRefusalBelieved,
       "OldRefusalBelieved",
       "a refusal of a dead epoch is believed",
       {"S2"},
       restarts},
      {Bug::OldWorkingBelieved,
       "OldWorkingBelieved",
       "a WORKING of a dead epoch is believed",
       {"L2"},
       restarts},
      {Bug::AtMostOnceResumed,
       "AtMostOnceResumed",
       "at-most-once calls are sent again to the server's next life",
       {"S1"},
       restarts},
  };
  return kMutants;
}

const Mutant& mutant(const std::string& name) {
  return *std::find_if(mutants().begin(), mutants().end(),
                       [&](const Mutant& mutant) { return mutant.name == name; });
}

bool check_mutants(const std::vector<std::string>& only, const MutantOptions& options) {
  std::deque<Hunt> running;
  std::vector<Hunt> ended;
  const auto end_one = [&] {
    end(running.front());
    if (!options.json) print(running.front());
    ended.push_back(running.front());
    running.pop_front();
  };
  if (!options.json) print_head();
  std::cout.flush();
  for (const Mutant& mutant : mutants()) {
    if (!only.empty() && std::find(only.begin(), only.end(), mutant.name) == only.end()) continue;
    if (running.size() == std::max(options.jobs, 1U)) end_one();
    running.push_back(begin(mutant, options));
  }
  while (!running.empty()) end_one();
  const auto found = std::count_if(ended.begin(), ended.end(), [](const Hunt& hunt) { return hunt.found; });
  if (options.json) {
    print_json(ended);
  } else {
    std::cout << found << " of " << ended.size() << " found by the invariant that they break\n";
  }
  return static_cast<std::size_t>(found) == ended.size();
}

}  // namespace once::simulator
