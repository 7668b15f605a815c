// All states that a search has met, each once, compared octet for octet: no hash stands for a state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "state.hpp"

namespace once::model {

using StateId = std::uint32_t;
inline constexpr StateId kNoState = ~StateId{0};

class StateStore {
 public:
  StateStore();

  /// The state's id, and whether it is new; then `parent` is the one that it was reached from.
  struct Found {
    StateId id;
    bool is_new;
  };
  Found add(const State& state, StateId parent);
  State at(StateId id) const;
  StateId parent(StateId id) const { return parents_[id]; }
  StateId find(const State& state) const;  // kNoState: it was not met
  std::size_t size() const { return parents_.size(); }
  std::size_t octets() const;

 private:
  using Octets = std::span<const std::uint8_t>;
  struct Slot {
    StateId id = kNoState;
    std::uint32_t tag = 0;
  };

  Octets octets_of(StateId id) const;
  std::size_t slot_of(Octets packed, std::uint64_t hash) const;
  void keep(Octets packed);
  void grow();

  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::size_t used_in_block_;
  std::vector<std::uint64_t> places_;  // block and offset of each state
  std::vector<StateId> parents_;
  std::vector<Slot> slots_;
};

}  // namespace once::model
