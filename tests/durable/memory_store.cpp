#include "memory_store.hpp"

#include <atomic>
#include <utility>

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>

namespace once::test {
namespace {

class MemoryTransaction final : public Transaction {
 public:
  std::vector<int> values;
};

class MemoryStore final : public Store {
 public:
  MemoryStore(MemoryStorage::Disk& disk, Bug bug, bool has_room)
      : disk_(disk), bug_(bug), has_room_(has_room) {}
  /// What still waits is told that the store has gone.
  ~MemoryStore() override {
    closed_ = true;
    thread_.join();
  }

  Recovery recover() override {
    const std::lock_guard lock{disk_.mutex};
    if (!has(Bug::SameEpoch) || disk_.epoch == 0) ++disk_.epoch;
    Recovery recovery{.epoch = epoch_ = disk_.epoch, .sessions = {}, .outcomes = {}};
    for (const auto& [id, row] : disk_.sessions) recovery.sessions.push_back({id, row});
    for (const auto& [id, row] : disk_.outcomes) recovery.outcomes.push_back({id, row});
    return recovery;
  }
  asio::any_io_executor executor() const override { return executor_; }

  void keep_session(SessionId id, Slice row, std::function<void(Errc)> done) override {
    post(
        [this, id, row = std::move(row)] {
          if (!has_room_) return Errc::overloaded;
          if (!has(Bug::FirstRowStays) || !disk_.sessions.contains(id)) disk_.sessions[id] = row;
          return Errc::ok;
        },
        std::move(done));
  }
  void forget_session(SessionId id) override {
    forget([this, id] {
      disk_.sessions.erase(id);
      if (has(Bug::OutcomesStay)) return;
      std::erase_if(disk_.outcomes, [id](const auto& outcome) { return outcome.first.session == id; });
    });
  }
  void forget_outcome(RequestId id) override {
    forget([this, id] { disk_.outcomes.erase(id); });
  }
  void run(RequestId id, std::function<Effect(Transaction&)> work, std::function<void(Errc)> done) override {
    auto commit = [this, id, work = std::move(work)] { return execute(id, work); };
    if (has(Bug::AnswersWithin)) return done(commit_here(commit));
    if (has(Bug::OutOfOrder) && id.sequence % 2 == 0) {
      asio::post(thread_, [this, commit, done] { post(commit, done); });
      return;
    }
    if (has(Bug::NoLastAnswer)) {
      if (last_) last_();
      last_ = [this, commit, done] { post(commit, done); };
      return;
    }
    post(std::move(commit), std::move(done));
  }

 private:
  bool has(Bug bug) const { return bug_ == bug; }

  Errc execute(RequestId id, const std::function<Effect(Transaction&)>& work) {
    if (!has_room_ && !has(Bug::WritesWithoutRoom)) return Errc::overloaded;
    if (!has(Bug::AnySession) && !disk_.sessions.contains(id.session)) return Errc::session_lost;
    MemoryTransaction transaction;
    const Effect effect = work(transaction);
    const bool keeps = effect.writes == Effect::Writes::Keep;
    if (!effect.outcome.empty() && disk_.outcomes.contains(id) && !has(Bug::SecondOutcome)) {
      stopped_ = true;
      return Errc::store_failed;
    }
    if (keeps) disk_.values.insert(disk_.values.end(), transaction.values.begin(), transaction.values.end());
    if (!keeps && has(Bug::UndoesNeighbours) && !disk_.values.empty()) disk_.values.pop_back();
    const bool is_left_out = has(Bug::NoOutcome) || (!keeps && has(Bug::NoOutcomeOfUndone));
    if ((!effect.outcome.empty() && !is_left_out) || has(Bug::EmptyOutcome)) {
      disk_.outcomes[id] = effect.outcome;
    }
    return has_room_ ? Errc::ok : Errc::overloaded;
  }
  template <class Commit>
  Errc commit_here(const Commit& commit) {
    const std::lock_guard lock{disk_.mutex};
    if (epoch_ != disk_.epoch && !has(Bug::NoFence)) stopped_ = true;
    return stopped_ ? Errc::store_failed : commit();
  }
  void post(std::function<Errc()> commit, std::function<void(Errc)> done) {
    asio::post(thread_, [this, commit = std::move(commit), done = std::move(done)] {
      const Errc answer = closed_ ? Errc::store_failed : commit_here(commit);
      done(answer);
      if (has(Bug::TwoAnswers)) done(answer);
    });
  }
  void forget(std::function<void()> what) {
    asio::post(thread_, [this, what = std::move(what)] {
      commit_here([&] {
        what();
        return Errc::ok;
      });
    });
  }

  MemoryStorage::Disk& disk_;
  const Bug bug_;
  const bool has_room_;
  std::uint64_t epoch_ = 0;
  bool stopped_ = false;
  std::function<void()> last_;
  std::atomic<bool> closed_ = false;
  asio::thread_pool thread_{1};
  const asio::any_io_executor executor_ = thread_.get_executor();
};

}  // namespace

std::optional<Bug> bug_of(const std::string& name) {
  static const std::map<std::string, Bug> bugs{{"none", Bug::None},
                                               {"same-epoch", Bug::SameEpoch},
                                               {"first-row-stays", Bug::FirstRowStays},
                                               {"no-outcome", Bug::NoOutcome},
                                               {"no-outcome-of-undone", Bug::NoOutcomeOfUndone},
                                               {"empty-outcome", Bug::EmptyOutcome},
                                               {"any-session", Bug::AnySession},
                                               {"outcomes-stay", Bug::OutcomesStay},
                                               {"no-fence", Bug::NoFence},
                                               {"two-answers", Bug::TwoAnswers},
                                               {"out-of-order", Bug::OutOfOrder},
                                               {"no-last-answer", Bug::NoLastAnswer},
                                               {"undoes-neighbours", Bug::UndoesNeighbours},
                                               {"second-outcome", Bug::SecondOutcome},
                                               {"writes-without-room", Bug::WritesWithoutRoom},
                                               {"answers-within", Bug::AnswersWithin}};
  const auto found = bugs.find(name);
  return found == bugs.end() ? std::nullopt : std::optional{found->second};
}

std::unique_ptr<Store> MemoryStorage::open() {
  return std::make_unique<MemoryStore>(disk_, bug_, true);
}

std::unique_ptr<Store> MemoryStorage::open_without_room() {
  return std::make_unique<MemoryStore>(disk_, bug_, false);
}

void MemoryStorage::write(Transaction& transaction, int value) {
  static_cast<MemoryTransaction&>(transaction).values.push_back(value);
}

std::vector<int> MemoryStorage::written(Store&) {
  const std::lock_guard lock{disk_.mutex};
  return disk_.values;
}

}  // namespace once::test
