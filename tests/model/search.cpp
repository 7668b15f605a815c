// The search. A step that breaks an invariant ends it: the story is told by taking the same steps once more.
#include "search.hpp"

#include <algorithm>
#include <chrono>

#include "moves.hpp"
#include "state_store.hpp"

namespace once::model {
namespace {

/// Fair steps, backwards: for each state, those that lead to it.
class FairSteps {
 public:
  void add(StateId from, StateId to) { steps_.push_back({to, from}); }
  std::size_t octets() const { return steps_.capacity() * sizeof(Backwards); }
  void sort(std::size_t states) {
    std::vector<StateId> sorted(steps_.size());
    first_.assign(states + 1, 0);
    for (const Backwards& step : steps_) ++first_[step.to + 1];
    for (std::size_t i = 0; i < states; ++i) first_[i + 1] += first_[i];
    std::vector<std::uint64_t> next(first_.begin(), first_.end() - 1);
    for (const Backwards& step : steps_) sorted[next[step.to]++] = step.from;
    from_ = std::move(sorted);
    steps_ = {};
  }
  std::span<const StateId> into(StateId state) const {
    return std::span{from_}.subspan(first_[state], first_[state + 1] - first_[state]);
  }

 private:
  struct Backwards {
    StateId to, from;
  };
  std::vector<Backwards> steps_;
  std::vector<std::uint64_t> first_;
  std::vector<StateId> from_;
};

class Search {
 public:
  Search(const World& world, const SearchOptions& options) : world_(world), options_(options) {}

  Result run() {
    const auto begin = std::chrono::steady_clock::now();
    go_forward();
    const bool is_asked = options_.looked_for[static_cast<std::size_t>(Invariant::Liveness)];
    if (result_.is_complete && world_.configuration.is_lively && is_asked) go_backward();
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  void go_forward() {
    states_.add(first_state(world_), kNoState);
    std::size_t end_of_level = 1;
    for (StateId id = 0; id < states_.size() && !result_.finding; ++id) {
      if (id == end_of_level) {
        end_of_level = states_.size();
        ++result_.depth;
      }
      if (!leave_from(id)) return;
      if ((id & 0x3fff) == 0) report();
    }
    result_.is_complete = !result_.finding;
    count();
    if (options_.projects) project();
  }

  /// False if there is no room for more.
  bool leave_from(StateId id) {
    const State before = states_.at(id);
    for_each_step(world_, before, false, [&](const State& after, const Step& step) {
      ++result_.transitions;
      result_.rules |= step.rules;
      const Invariants broken = step.broken & options_.looked_for;
      if (broken.any() && !result_.finding) tell(id, after, broken);
      const StateStore::Found found = states_.add(after, id);
      if (world_.configuration.is_lively && step.is_fair && found.id != id) fair_.add(id, found.id);
    });
    return states_.size() < options_.states_max && states_.octets() + fair_.octets() < options_.octets_max;
  }

  void tell(StateId before, const State& after, Invariants broken) {
    std::size_t invariant = 0;
    while (!broken[invariant]) ++invariant;
    result_.finding = Finding{static_cast<Invariant>(invariant), story_to(before), 0};
    result_.finding->story.push_back(story_of(states_.at(before), after));
  }

  std::vector<std::string> story_to(StateId id) const {
    std::vector<StateId> way;
    for (; id != kNoState; id = states_.parent(id)) way.push_back(id);
    std::vector<std::string> story;
    for (std::size_t i = way.size(); i-- > 1;) {
      story.push_back(story_of(states_.at(way[i]), states_.at(way[i - 1])));
    }
    return story;
  }

  /// Takes all steps again until one leads to the same state.
  std::string story_of(const State& before, const State& after) const {
    StateStore one;
    one.add(after, kNoState);
    std::string story;
    for_each_step(world_, before, true, [&](const State& reached, const Step& step) {
      if (!story.empty() || one.find(reached) == kNoState) return;
      story = step.story;
      std::string rules;
      for (std::size_t rule = 0; rule < kModelled.size(); ++rule) {
        if (step.rules[rule]) (rules += rules.empty() ? "" : " ") += kModelled[rule].name;
      }
      if (!rules.empty()) story += "  [" + rules + "]";
    });
    return story;
  }

  void go_backward() {
    fair_.sort(states_.size());
    std::vector<bool> can_end(states_.size());
    std::vector<StateId> to_do;
    for (StateId id = 0; id < states_.size(); ++id) {
      bool is_cut_off = false;
      if (!all_ended(world_, states_.at(id), is_cut_off)) continue;
      result_.cut_off += is_cut_off ? 1 : 0;
      can_end[id] = true;
      to_do.push_back(id);
    }
    while (!to_do.empty()) {
      const StateId id = to_do.back();
      to_do.pop_back();
      for (const StateId from : fair_.into(id)) {
        if (can_end[from]) continue;
        can_end[from] = true;
        to_do.push_back(from);
      }
    }
    const auto dead = static_cast<std::size_t>(std::count(can_end.begin(), can_end.end(), false));
    if (dead != 0) result_.finding = Finding{Invariant::Liveness, story_to(dead_end(can_end)), dead};
  }

  /// The first state from which no fair step leads on, or else the first from which none leads to an end.
  StateId dead_end(const std::vector<bool>& can_end) const {
    std::vector<bool> goes_on = can_end;
    for (StateId id = 0; id < states_.size(); ++id) {
      for (const StateId from : fair_.into(id)) goes_on[from] = true;
    }
    auto first = std::find(goes_on.begin(), goes_on.end(), false);
    if (first != goes_on.end()) return static_cast<StateId>(first - goes_on.begin());
    return static_cast<StateId>(std::find(can_end.begin(), can_end.end(), false) - can_end.begin());
  }

  void count() {
    result_.states = states_.size();
    result_.octets = states_.octets() + fair_.octets();
  }
  /// The states without their networks, each once.
  void project() {
    StateStore projected;
    for (StateId id = 0; id < states_.size(); ++id) {
      State state = states_.at(id);
      state.network.clear();
      projected.add(state, kNoState);
    }
    result_.projection = projected.size();
  }
  void report() {
    if (!options_.progress) return;
    count();
    options_.progress(result_);
  }

  const World& world_;
  const SearchOptions& options_;
  StateStore states_;
  FairSteps fair_;
  Result result_;
};

}  // namespace

Result search(const World& world, const SearchOptions& options) {
  return Search{world, options}.run();
}

}  // namespace once::model
