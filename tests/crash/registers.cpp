#include "registers.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>
#include <stdexcept>

#include "kills/lines.hpp"

namespace crash {
namespace {

/// Beyond that many calls a key is not judged.
constexpr std::size_t kCallsPerKeyMax = 200;

class RegisterJudge {
 public:
  RegisterJudge(const std::vector<RegisterUse>& uses, const std::vector<RegisterRun>& runs) : uses_(uses) {
    for (const RegisterRun& run : runs) ++runs_[run.number];
    report_.runs = runs.size();
  }

  RegisterReport report() {
    std::map<std::uint32_t, std::vector<RegisterCall>> of_key;
    for (const RegisterUse& use : uses_) {
      judge_use(use);
      if (use.end != RegisterEnd::NotExecuted) of_key[use.key].push_back(use.call);
    }
    measure_silence();
    for (const auto& [number, count] : runs_) violated(number, "ran, and nobody had called");
    for (const auto& [key, calls] : of_key) judge_key(key, calls);
    return std::move(report_);
  }

 private:
  void violated(std::uint32_t number, const std::string& what) {
    report_.violations.push_back("register call " + std::to_string(number) + ": " + what);
  }
  void measure_silence() {
    std::vector<std::int64_t> answers;
    for (const RegisterUse& use : uses_) {
      if (use.end == RegisterEnd::Value) answers.push_back(use.call.ended);
    }
    std::sort(answers.begin(), answers.end());
    std::chrono::nanoseconds longest{0};
    for (std::size_t i = 1; i < answers.size(); ++i) {
      longest = std::max(longest, std::chrono::nanoseconds{answers[i] - answers[i - 1]});
    }
    report_.silence_ms =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(longest).count());
  }
  /// How it ended, against how often it ran.
  void judge_use(const RegisterUse& use) {
    std::uint64_t runs = 0;
    if (const auto ran = runs_.extract(use.number)) runs = ran.mapped();
    if (use.call.operation == RegisterCall::Operation::Read) {
      ++report_.idempotent;
      if (runs > 1) report_.repeated += runs - 1;
    } else {
      ++report_.calls;
      if (runs > 1) violated(use.number, "ran " + std::to_string(runs) + " times");
    }
    switch (use.end) {
      case RegisterEnd::Misled: violated(use.number, "was given the answer to another call"); [[fallthrough]];
      case RegisterEnd::Value:
      case RegisterEnd::Executed:
        if (runs == 0) violated(use.number, "did not run, and its client was told that it did");
        break;
      case RegisterEnd::NotExecuted:
        ++report_.not_executed;
        if (runs > 0) violated(use.number, "ran, and its client was told that it did not");
        break;
      case RegisterEnd::Unknown:
      case RegisterEnd::Never: ++report_.unknown; break;
    }
  }
  void judge_key(std::uint32_t key, const std::vector<RegisterCall>& calls) {
    const Linearizable verdict =
        calls.size() > kCallsPerKeyMax ? Linearizable::Unjudged : judge_linearizability(calls, 0);
    switch (verdict) {
      case Linearizable::Yes: ++report_.keys; break;
      case Linearizable::Unjudged: ++report_.unjudged; break;
      case Linearizable::No:
        report_.violations.push_back("register " + std::to_string(key) +
                                     ": no order of its calls explains what they found");
        break;
    }
  }

  const std::vector<RegisterUse>& uses_;
  std::map<std::uint32_t, std::uint64_t> runs_;  // of each call
  RegisterReport report_;
};

template <class Enumeration>
Enumeration read_enumeration(std::istringstream& in, Enumeration last) {
  unsigned number = 0;
  in >> number;
  if (number > static_cast<unsigned>(last)) in.setstate(std::ios::failbit);
  return static_cast<Enumeration>(number);
}

/// The call itself is known: it is the one of that number.
void read_end(std::istringstream& in, std::map<std::uint32_t, RegisterUse>& uses) {
  std::uint32_t number = 0;
  in >> number;
  const auto use = uses.find(number);
  if (use == uses.end()) return in.setstate(std::ios::failbit);
  use->second.end = read_enumeration(in, RegisterEnd::Never);
  RegisterCall& call = use->second.call;
  std::int64_t found = 0;
  std::int64_t ended = 0;
  in >> found >> ended;
  if (use->second.end == RegisterEnd::Value) call.found = found;
  // What may still happen has not ended.
  if (use->second.end != RegisterEnd::Unknown) call.ended = ended;
}

RegisterUse read_call(std::istringstream& in) {
  RegisterUse use;
  in >> use.number >> use.key;
  use.call.operation = read_enumeration(in, RegisterCall::Operation::CompareAndSet);
  in >> use.call.value >> use.call.expected >> use.call.began;
  return use;
}

}  // namespace

std::string to_string(const RegisterRun& run) {
  return std::to_string(run.number) + ' ' + std::to_string(run.key) + ' ' + std::to_string(run.value);
}

std::vector<RegisterRun> read_journal(const std::filesystem::path& file) {
  std::vector<RegisterRun> runs;
  for (const std::string& line : demo::read_lines(file)) {
    std::istringstream in{line};
    RegisterRun run;
    if (!(in >> run.number >> run.key >> run.value)) throw std::runtime_error("the journal says: " + line);
    runs.push_back(run);
  }
  return runs;
}

std::filesystem::path journal_of(const std::filesystem::path& folder, std::uint32_t key) {
  return folder / std::to_string(key);
}

std::vector<RegisterRun> read_journals(const std::filesystem::path& folder) {
  std::vector<RegisterRun> all;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    const std::vector<RegisterRun> runs = read_journal(entry.path());
    all.insert(all.end(), runs.begin(), runs.end());
  }
  return all;
}

std::string called_line(const RegisterUse& use) {
  std::ostringstream line;
  line << "called " << use.number << ' ' << use.key << ' ' << static_cast<unsigned>(use.call.operation) << ' '
       << use.call.value << ' ' << use.call.expected << ' ' << use.call.began;
  return line.str();
}

std::string ended_line(const RegisterUse& use) {
  std::ostringstream line;
  line << "ended " << use.number << ' ' << static_cast<unsigned>(use.end) << ' ' << use.call.found.value_or(0)
       << ' ' << use.call.ended;
  return line.str();
}

std::vector<RegisterUse> read_uses(const std::filesystem::path& file) {
  std::map<std::uint32_t, RegisterUse> uses;
  for (const std::string& line : demo::read_lines(file)) {
    std::istringstream in{line};
    std::string word;
    in >> word;
    if (word == "called") {
      const RegisterUse use = read_call(in);
      if (!uses.emplace(use.number, use).second) throw std::runtime_error("called twice: " + line);
    } else {
      read_end(in, uses);
    }
    if (!in) throw std::runtime_error("a client wrote: " + line);
  }
  std::vector<RegisterUse> all;
  for (auto& [number, use] : uses) all.push_back(use);
  return all;
}

RegisterReport judge(const std::vector<RegisterUse>& uses, const std::vector<RegisterRun>& runs) {
  return RegisterJudge{uses, runs}.report();
}

}  // namespace crash
