#include "history.hpp"

#include <array>
#include <set>
#include <sstream>

#include "plan.hpp"

namespace crash {
namespace {

constexpr std::array<const char*, 5> kHows{"value", "raised", "failed", "not-executed", "unknown"};

class Judge {
 public:
  explicit Judge(const History& history) : history_(history) {
    for (const Booked& booked : history.book) {
      of_number_[booked.number].push_back(&booked);
      of_id_[booked.id].push_back(&booked);
    }
    for (const Execution& execution : history.executions) runs_[execution.number].push_back(execution);
  }

  Report report() {
    judge_ends();
    judge_executions();
    judge_book();
    judge_kills();
    report_.registers = judge(history_.register_uses, history_.register_runs);
    const auto& violations = report_.registers.violations;
    report_.violations.insert(report_.violations.end(), violations.begin(), violations.end());
    return std::move(report_);
  }

 private:
  void violated(std::uint32_t number, const std::string& what) {
    report_.violations.push_back("transfer " + std::to_string(number) + ": " + what);
  }

  /// What each client was told, against the book.
  void judge_ends() {
    std::map<std::uint32_t, Ended> ends;
    for (const Ended& ended : history_.ended) {
      const auto [before, is_first] = ends.emplace(ended.number, ended);
      if (is_first) continue;
      ++report_.told_again;
      if (history_.client_kills.all() == 0) violated(ended.number, "ended twice");
      if (before->second.how == How::NotExecuted) {
        before->second = ended;  // made again under its key, and not refused this time
      } else if (before->second != ended) {
        violated(ended.number, "ended in two ways");
      }
    }
    const std::set<std::uint32_t> answered_by_who_ran = answered_directly();
    for (const auto& [number, ended] : ends) {
      ++report_.calls;
      const auto found = of_number_.find(number);
      const std::vector<const Booked*> none;
      const auto& booked = found == of_number_.end() ? none : found->second;
      if (booked.size() > 1) violated(number, std::to_string(booked.size()) + " times in the book");
      judge_end(ended, booked.empty() ? nullptr : booked.front());
      const bool was_answered = ended.how <= How::Failed;
      if (was_answered && !answered_by_who_ran.contains(number)) ++report_.from_kept;
    }
    for (const auto& [number, booked] : of_number_) {
      if (!ends.contains(number)) violated(number, "in the book, and its call never ended");
    }
  }
  void judge_end(const Ended& ended, const Booked* booked) {
    const Transfer wanted = transfer_of(ended.number);
    switch (ended.how) {
      case How::Value:
        ++report_.values;
        if (booked == nullptr) {
          violated(ended.number, "answered, and not in the book");
        } else if (booked->row != ended.row || booked->balance != ended.balance) {
          violated(ended.number, "answered with row " + std::to_string(ended.row) + ", and it is row " +
                                     std::to_string(booked->row) + " in the book");
        }
        return;
      case How::Unknown:
        ++report_.unknown;
        if (!wanted.impatient || asks_until_told()) violated(ended.number, "never resolved");
        return;
      case How::Raised: ++report_.raised; break;
      case How::Failed:
        ++report_.failed;
        if (!wanted.stumbles) violated(ended.number, "failed without a reason");
        break;
      case How::NotExecuted: ++report_.not_executed; break;
    }
    if (booked != nullptr) violated(ended.number, "in the book, and its client was told that it is not");
  }
  /// Clients that are killed have keys: an impatient one calls again, and with patience.
  bool asks_until_told() const { return history_.client_kills.all() > 0; }
  /// The transfers whose replies were handed to their clients by the server that ran them.
  std::set<std::uint32_t> answered_directly() const {
    std::set<std::uint32_t> numbers;
    for (const Execution& execution : history_.executions) {
      if (has_reached(demo::Point::Answered, execution)) numbers.insert(execution.number);
    }
    return numbers;
  }

  /// How often each transfer ran, in whatever call: once in a life, and never again when it was kept.
  void judge_executions() {
    for (const auto& [number, executions] : runs_) {
      report_.executions += executions.size();
      report_.re_executions += executions.size() - 1;
      std::optional<std::uint32_t> before;
      bool was_kept = false;
      for (const Execution& execution : executions) {
        if (before == execution.life) violated(number, "ran twice in one life of the server");
        if (was_kept) violated(number, "ran again, though it was kept");
        was_kept = was_kept || is_kept(execution);
        before = execution.life;
      }
    }
  }
  bool is_kept(const Execution& execution) const {
    return has_reached(demo::Point::Committed, execution) || is_booked_in(execution.id, execution.life) ||
           history_.lives.at(execution.life).kept.contains(execution.id);
  }
  bool has_reached(demo::Point point, const Execution& execution) const {
    const demo::Steps& steps = history_.lives.at(execution.life).steps;
    const auto step = steps.find(execution.id);
    return step != steps.end() && step->second >= point;
  }
  bool is_booked_in(once::RequestId id, std::uint32_t life) const {
    const auto found = of_id_.find(id);
    return found != of_id_.end() && found->second.front()->life == life;
  }

  /// The book in itself: one row for each call, by a servant that really ran, and the money that is there.
  void judge_book() {
    std::vector<std::int64_t> balances(kAccounts, kFirstBalance);
    for (const Booked& booked : history_.book) {
      const Transfer transfer = transfer_of(booked.number);
      balances.at(transfer.from) -= transfer.cents;
      balances.at(transfer.to) += transfer.cents;
      if (transfer.stumbles) violated(booked.number, "in the book, though its servant failed");
      if (!ran(booked)) violated(booked.number, "in the book, and no servant ran");
    }
    for (const auto& [id, booked] : of_id_) {
      if (booked.size() > 1) violated(booked.front()->number, "two rows for one call");
    }
    if (balances != history_.balances)
      report_.violations.emplace_back("balances do not follow from the book");
  }
  bool ran(const Booked& booked) const {
    const auto found = runs_.find(booked.number);
    if (found == runs_.end()) return false;
    for (const Execution& execution : found->second) {
      if (execution.life == booked.life && execution.id == booked.id) return true;
    }
    return false;
  }

  /// What each killed server has left behind: of a call that was not answered its row and its outcome, or neither.
  void judge_kills() {
    report_.client_kills = history_.client_kills;
    for (std::uint32_t life = 0; life + 1 < history_.lives.size(); ++life) {
      const History::Life& ended = history_.lives[life];
      report_.kills.count(ended.steps, [&ended](once::RequestId id) { return ended.kept.contains(id); });
      for (const auto& [id, point] : ended.steps) {
        if (point != demo::Point::Answered && is_booked_in(id, life) && !ended.kept.contains(id)) {
          violated(of_id_.at(id).front()->number, "in the book without its outcome");
        }
      }
    }
  }

  const History& history_;
  std::map<std::uint32_t, std::vector<const Booked*>> of_number_;
  std::map<once::RequestId, std::vector<const Booked*>> of_id_;
  std::map<std::uint32_t, std::vector<Execution>> runs_;  // of each transfer
  Report report_;
};

}  // namespace

std::string to_string(const Ended& ended) {
  return std::string{kHows.at(static_cast<std::size_t>(ended.how))} + ' ' + std::to_string(ended.number) +
         ' ' + std::to_string(ended.row) + ' ' + std::to_string(ended.balance);
}

std::optional<Ended> parse_ended(std::string_view line) {
  std::istringstream in{std::string{line}};
  std::string word;
  Ended ended;
  if (!(in >> word >> ended.number >> ended.row >> ended.balance)) return std::nullopt;
  for (std::size_t i = 0; i < kHows.size(); ++i) {
    if (word != kHows.at(i)) continue;
    ended.how = static_cast<How>(i);
    return ended;
  }
  return std::nullopt;
}

std::optional<Deed> parse_deed(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  if (word == kCalled) return Deed::Called;
  if (word == kForgot) return Deed::Forgot;
  if (parse_ended(line)) return Deed::Ended;
  return std::nullopt;
}

Report judge(const History& history) {
  return Judge{history}.report();
}

}  // namespace crash
