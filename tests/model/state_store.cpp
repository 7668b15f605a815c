// A state is packed as its octets that are not zero, behind a map of where they are, and its messages. Packed states lie
// one after the other in blocks; a hash table names them.
#include "state_store.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

namespace once::model {
namespace {

static_assert(std::has_unique_object_representations_v<Participants>);

constexpr std::size_t kBlock = std::size_t{1} << 24;
constexpr std::size_t kWords = (sizeof(Participants) + 7) / 8;
constexpr std::size_t kPackedMax = 2 + 9 * kWords + 4 * Network::kMax;

/// Two octets of length, then for each eight octets of the state a map of those that are not zero, and these.
class Packed {
 public:
  explicit Packed(const State& state) {
    std::array<std::uint8_t, 8 * kWords> raw{};
    std::memcpy(raw.data(), static_cast<const Participants*>(&state), sizeof(Participants));
    for (std::size_t word = 0; word < kWords; ++word) put_word(raw.data() + 8 * word);
    for (const std::uint32_t message : state.network) {
      std::memcpy(octets_.data() + size_, &message, sizeof message);
      size_ += sizeof message;
    }
    const auto length = static_cast<std::uint16_t>(size_);
    std::memcpy(octets_.data(), &length, sizeof length);
  }
  std::span<const std::uint8_t> octets() const { return {octets_.data(), size_}; }

 private:
  void put_word(const std::uint8_t* raw) {
    std::uint8_t& map = octets_[size_++];
    map = 0;
    std::uint64_t word = 0;
    std::memcpy(&word, raw, sizeof word);
    if (word == 0) return;
    for (unsigned i = 0; i < 8; ++i) {
      if (raw[i] == 0) continue;
      map = static_cast<std::uint8_t>(map | 1u << i);
      octets_[size_++] = raw[i];
    }
  }

  std::size_t size_ = 2;
  std::array<std::uint8_t, kPackedMax> octets_;
};

State unpacked(std::span<const std::uint8_t> octets) {
  std::array<std::uint8_t, 8 * kWords> raw{};
  std::size_t from = 2;
  for (std::size_t word = 0; word < kWords; ++word) {
    for (unsigned map = octets[from++]; map != 0; map &= map - 1) {
      raw[8 * word + static_cast<std::size_t>(std::countr_zero(map))] = octets[from++];
    }
  }
  State state;
  std::memcpy(static_cast<Participants*>(&state), raw.data(), sizeof(Participants));
  for (; from < octets.size(); from += 4) {
    std::uint32_t message = 0;
    std::memcpy(&message, octets.data() + from, sizeof message);
    state.network.add_packed(message);
  }
  return state;
}

std::uint64_t hash_of(std::span<const std::uint8_t> octets) {
  std::uint64_t hash = 0x9E3779B97F4A7C15 ^ octets.size();
  for (std::size_t i = 0; i < octets.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data() + i, std::min<std::size_t>(8, octets.size() - i));
    hash = (hash ^ word) * 0xBF58476D1CE4E5B9;
    hash ^= hash >> 31;
  }
  return hash;
}

}  // namespace

StateStore::StateStore() : used_in_block_(kBlock), slots_(std::size_t{1} << 16) {}

StateStore::Octets StateStore::octets_of(StateId id) const {
  const std::uint8_t* const octets = blocks_[places_[id] / kBlock].get() + places_[id] % kBlock;
  std::uint16_t length = 0;
  std::memcpy(&length, octets, sizeof length);
  return {octets, length};
}

std::size_t StateStore::slot_of(Octets packed, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (;; slot = (slot + 1) & mask) {
    const Slot& there = slots_[slot];
    if (there.id == kNoState) return slot;
    if (there.tag == static_cast<std::uint32_t>(hash >> 32) &&
        std::ranges::equal(octets_of(there.id), packed)) {
      return slot;
    }
  }
}

StateStore::Found StateStore::add(const State& state, StateId parent) {
  const Packed packed{state};
  const std::uint64_t hash = hash_of(packed.octets());
  const std::size_t slot = slot_of(packed.octets(), hash);
  if (slots_[slot].id != kNoState) return {slots_[slot].id, false};
  const auto id = static_cast<StateId>(size());
  slots_[slot] = {id, static_cast<std::uint32_t>(hash >> 32)};
  keep(packed.octets());
  parents_.push_back(parent);
  if (size() * 3 > slots_.size() * 2) grow();
  return {id, true};
}

void StateStore::keep(Octets packed) {
  if (used_in_block_ + packed.size() > kBlock) {
    blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kBlock));
    used_in_block_ = 0;
  }
  std::ranges::copy(packed, blocks_.back().get() + used_in_block_);
  places_.push_back((blocks_.size() - 1) * kBlock + used_in_block_);
  used_in_block_ += packed.size();
}

void StateStore::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (StateId id = 0; id < size(); ++id) {
    const std::uint64_t hash = hash_of(octets_of(id));
    std::size_t slot = hash & mask;
    while (larger[slot].id != kNoState) slot = (slot + 1) & mask;
    larger[slot] = {id, static_cast<std::uint32_t>(hash >> 32)};
  }
  slots_ = std::move(larger);
}

State StateStore::at(StateId id) const {
  return unpacked(octets_of(id));
}

StateId StateStore::find(const State& state) const {
  const Packed packed{state};
  return slots_[slot_of(packed.octets(), hash_of(packed.octets()))].id;
}

std::size_t StateStore::octets() const {
  return blocks_.size() * kBlock + places_.capacity() * sizeof(std::uint64_t) +
         parents_.capacity() * sizeof(StateId) + slots_.size() * sizeof(Slot);
}

}  // namespace once::model
