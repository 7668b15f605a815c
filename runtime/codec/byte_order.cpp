// Reversing the octets of blocks. Where the machine has AVX2, 32 octets go through one shuffle; elsewhere
// word by word. The choice is made at run time, so that one build of the library runs everywhere.
#include <once/codec/byte_order.hpp>

namespace once::detail {
namespace {

template <class Word>
void copy_swapped_words(std::uint8_t* to, const std::uint8_t* from, std::size_t count) {
  for (; count != 0; --count, to += sizeof(Word), from += sizeof(Word)) {
    store<std::endian::big>(to, load<Word, std::endian::little>(from));
  }
}

struct Pair {
  std::uint64_t first;
  std::uint64_t second;
};

void copy_swapped_portably(std::uint8_t* to, const std::uint8_t* from, std::size_t count, std::size_t width) {
  switch (width) {
    case 2: return copy_swapped_words<std::uint16_t>(to, from, count);
    case 4: return copy_swapped_words<std::uint32_t>(to, from, count);
    case 8: return copy_swapped_words<std::uint64_t>(to, from, count);
    default: return copy_swapped_words<Pair>(to, from, count);
  }
}

#if defined(__x86_64__) && defined(__GNUC__)
#define ONCE_HAS_AVX2_PATH 1

typedef char Octets __attribute__((vector_size(32)));

/// The shuffle that reverses each group of `width` octets.
constexpr std::array<char, 32> reversal(std::size_t width) {
  std::array<char, 32> order{};
  for (std::size_t i = 0; i < order.size(); ++i) {
    // Within its half of 16 octets, as the instruction counts.
    order[i] = static_cast<char>((i / width * width + width - 1 - i % width) % 16);
  }
  return order;
}

__attribute__((target("avx2"))) inline void swap_block(std::uint8_t* to, const std::uint8_t* from,
                                                       const Octets& order) {
  Octets block;
  std::memcpy(&block, from, sizeof block);
  block = __builtin_ia32_pshufb256(block, order);
  std::memcpy(to, &block, sizeof block);
}

/// Swaps whole blocks of 32 octets; the number of octets done.
__attribute__((target("avx2"))) std::size_t copy_swapped_blocks(std::uint8_t* to, const std::uint8_t* from,
                                                                std::size_t octets, std::size_t width) {
  static constexpr std::array<std::array<char, 32>, 4> kReversals = {reversal(2), reversal(4), reversal(8),
                                                                     reversal(16)};
  constexpr std::size_t kBlock = sizeof(Octets);
  Octets order;
  std::memcpy(&order, kReversals[static_cast<std::size_t>(std::countr_zero(width)) - 1].data(), sizeof order);
  std::size_t done = 0;
  for (; octets - done >= 4 * kBlock; done += 4 * kBlock) {
    swap_block(to + done, from + done, order);
    swap_block(to + done + kBlock, from + done + kBlock, order);
    swap_block(to + done + 2 * kBlock, from + done + 2 * kBlock, order);
    swap_block(to + done + 3 * kBlock, from + done + 3 * kBlock, order);
  }
  for (; octets - done >= kBlock; done += kBlock) swap_block(to + done, from + done, order);
  return done;
}
#endif

}  // namespace

void copy_swapped(std::uint8_t* to, const std::uint8_t* from, std::size_t count, std::size_t width) {
#ifdef ONCE_HAS_AVX2_PATH
  if (count * width >= 2 * sizeof(Octets) && __builtin_cpu_supports("avx2")) {
    // Stores that cross no line of the cache, if whole values lead up to where they begin.
    const std::size_t ahead = (0 - reinterpret_cast<std::uintptr_t>(to)) % sizeof(Octets);
    const std::size_t first = ahead % width == 0 ? ahead : 0;
    copy_swapped_portably(to, from, first / width, width);
    const std::size_t done =
        first + copy_swapped_blocks(to + first, from + first, count * width - first, width);
    to += done;
    from += done;
    count -= done / width;
  }
#endif
  copy_swapped_portably(to, from, count, width);
}

}  // namespace once::detail
