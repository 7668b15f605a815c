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
    for (const Execution& execution : history.executions) runs_[execution.id].push_back(execution);
  }

  Report report() {
    judge_ends();
    judge_executions();
    judge_book();
    place_kills();
    return std::move(report_);
  }

 private:
  void violated(std::uint32_t number, const std::string& what) {
    report_.violations.push_back("transfer " + std::to_string(number) + ": " + what);
  }

  /// What each client was told, against the book.
  void judge_ends() {
    std::map<std::uint32_t, Ended> ends;
    report_.client_kills = history_.client_kills;
    const std::set<std::uint32_t> answered_by_who_ran = answered_directly();
    for (const Ended& ended : history_.ended) {
      const auto [first, is_first] = ends.emplace(ended.number, ended);
      if (!is_first) {
        if (history_.client_kills == 0) violated(ended.number, "ended twice");
        if (first->second != ended) violated(ended.number, "ended in two ways");
        ++report_.told_again;
        continue;
      }
      ++report_.calls;
      const auto found = of_number_.find(ended.number);
      const std::vector<const Booked*> none;
      const auto& booked = found == of_number_.end() ? none : found->second;
      if (booked.size() > 1) violated(ended.number, std::to_string(booked.size()) + " times in the book");
      judge_end(ended, booked.empty() ? nullptr : booked.front());
      const bool was_answered = ended.how <= How::Failed;
      if (was_answered && !answered_by_who_ran.contains(ended.number)) ++report_.from_kept;
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
        if (!wanted.impatient) violated(ended.number, "never resolved");
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
  /// The transfers whose replies were handed to their clients by the server that ran them.
  std::set<std::uint32_t> answered_directly() const {
    std::set<std::uint32_t> numbers;
    for (const Execution& execution : history_.executions) {
      const auto& steps = history_.lives.at(execution.life).steps;
      const auto found = steps.find(execution.id);
      if (found != steps.end() && found->second == demo::Point::Answered) numbers.insert(execution.number);
    }
    return numbers;
  }

  /// How often each call ran: once in a life, and never again when it was kept.
  void judge_executions() {
    for (const auto& [id, executions] : runs_) {
      report_.executions += executions.size();
      report_.re_executions += executions.size() - 1;
      std::optional<std::uint32_t> before;
      std::optional<std::uint32_t> kept;
      for (const Execution& execution : executions) {
        if (before == execution.life) violated(execution.number, "ran twice in one life of the server");
        if (kept) violated(execution.number, "ran again, though it was kept");
        if (is_kept(execution)) kept = execution.life;
        before = execution.life;
      }
    }
  }
  bool is_kept(const Execution& execution) const {
    const auto& steps = history_.lives.at(execution.life).steps;
    const auto step = steps.find(execution.id);
    if (step != steps.end() && step->second >= demo::Point::Committed) return true;
    return is_booked_in(execution.id, execution.life);
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
    const auto found = runs_.find(booked.id);
    if (found == runs_.end()) return false;
    for (const Execution& execution : found->second) {
      if (execution.life == booked.life && execution.number == booked.number) return true;
    }
    return false;
  }

  void place_kills() {
    for (std::uint32_t life = 0; life + 1 < history_.lives.size(); ++life) {
      ++report_.kills;
      const std::optional<demo::Step>& last = history_.lives[life].last;
      if (!last || last->point == demo::Point::Answered) {
        ++report_.after_reply;
      } else if (last->point == demo::Point::Arrived) {
        ++report_.before_begin;
      } else if (last->point == demo::Point::Committed || is_booked_in(last->id, life)) {
        ++report_.before_reply;
      } else {
        ++report_.before_commit;
      }
    }
  }

  const History& history_;
  std::map<std::uint32_t, std::vector<const Booked*>> of_number_;
  std::map<once::RequestId, std::vector<const Booked*>> of_id_;
  std::map<once::RequestId, std::vector<Execution>> runs_;
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

Report judge(const History& history) {
  return Judge{history}.report();
}

}  // namespace crash
