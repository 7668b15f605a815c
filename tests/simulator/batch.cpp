// Each process takes every n-th seed, and sends what it counted, and what failed, through a pipe.
#include "batch.hpp"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>
#include <vector>

#include "world.hpp"

namespace once::simulator {
namespace {

static_assert(std::is_trivially_copyable_v<Tally>, "it goes through a pipe as it is");

std::uint64_t run_seed(std::uint64_t seed, const Reduction& reduction, Tally& tally) {
  World world{seed, reduction.applied_to(draw_knobs(seed)), Trace::Keep::Nothing};
  world.run();
  tally.add(world.finish());
  return world.trace().hash();
}

/// Every n-th seed, where n is the number of jobs.
std::optional<Failure> run_share(const Batch& batch, unsigned job, Tally& tally) {
  for (std::uint64_t done = job;; done += batch.jobs) {
    const bool is_over = batch.seeds != 0 ? done >= batch.seeds : tally.calls * batch.jobs >= batch.calls;
    if (is_over) return std::nullopt;
    const std::uint64_t seed = batch.seed + done;
    try {
      const std::uint64_t hash = run_seed(seed, batch.reduction, tally);
      if (batch.repeat_every == 0 || seed % batch.repeat_every != 0) continue;
      Tally again;
      if (run_seed(seed, batch.reduction, again) != hash) {
        return Failure{seed, {"S12 determinism", "two runs of one seed differ", 0}};
      }
    } catch (const Violation& violation) {
      return Failure{seed, violation};
    }
  }
}

struct Process {
  pid_t id = 0;
  int pipe = -1;
};

void write_all(int pipe, const void* octets, std::size_t size) {
  for (const char* at = static_cast<const char*>(octets); size > 0;) {
    const ssize_t count = ::write(pipe, at, size);
    if (count <= 0) std::_Exit(1);
    at += count;
    size -= static_cast<std::size_t>(count);
  }
}

Process begin(const Batch& batch, unsigned job) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error{"no pipe"};
  const pid_t id = ::fork();
  if (id != 0) {
    ::close(ends[1]);
    return {id, ends[0]};
  }
  Tally tally;
  const std::optional<Failure> failure = run_share(batch, job, tally);
  write_all(ends[1], &tally, sizeof tally);
  if (failure) {
    write_all(ends[1], &failure->seed, sizeof failure->seed);
    write_all(ends[1], &failure->violation.call, sizeof failure->violation.call);
    const std::string words = failure->violation.invariant + "\n" + failure->violation.text;
    write_all(ends[1], words.data(), words.size());
  }
  std::_Exit(0);
}

std::optional<Failure> end(const Process& process, Tally& tally) {
  std::string octets;
  char some[4'096];
  for (ssize_t count = 0; (count = ::read(process.pipe, some, sizeof some)) > 0;) {
    octets.append(some, static_cast<std::size_t>(count));
  }
  ::close(process.pipe);
  int status = 0;
  ::waitpid(process.id, &status, 0);
  if (status != 0 || octets.size() < sizeof tally) {
    throw std::runtime_error{"a process of the simulator has crashed; --jobs 1 shows where"};
  }
  Tally share;
  std::memcpy(&share, octets.data(), sizeof share);
  tally.add(share);
  if (octets.size() == sizeof share) return std::nullopt;
  Failure failure;
  const char* const rest = octets.data() + sizeof share;
  std::memcpy(&failure.seed, rest, sizeof failure.seed);
  std::memcpy(&failure.violation.call, rest + sizeof failure.seed, sizeof failure.violation.call);
  const std::string words = octets.substr(sizeof share + sizeof failure.seed + sizeof failure.violation.call);
  failure.violation.invariant = words.substr(0, words.find('\n'));
  failure.violation.text = words.substr(words.find('\n') + 1);
  return failure;
}

}  // namespace

std::optional<Failure> run(const Batch& batch, Tally& tally) {
  if (batch.jobs <= 1) return run_share(batch, 0, tally);
  std::vector<Process> processes;
  for (unsigned job = 0; job < batch.jobs; ++job) processes.push_back(begin(batch, job));
  std::optional<Failure> first;
  for (const Process& process : processes) {
    const std::optional<Failure> failure = end(process, tally);
    if (failure && (!first || failure->seed < first->seed)) first = failure;
  }
  return first;
}

}  // namespace once::simulator
