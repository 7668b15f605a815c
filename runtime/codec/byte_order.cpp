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

/// Swaps whole blocks of 32 octets; the number of octets done.
__attribute__((target("avx2"))) std::size_t copy_swapped_blocks(std::uint8_t* to, const std::uint8_t* from,
                                                                std::size_t octets, std::size_t width) {
  static constexpr std::array<std::array<char, 32>, 4> kReversals = {reversal(2), reversal(4), reversal(8),
                                                                     reversal(16)};
  Octets order;
  std::memcpy(&order, kReversals[static_cast<std::size_t>(std::countr_zero(width)) - 1].data(), sizeof order);
  std::size_t done = 0;
  for (; octets - done >= sizeof(Octets); done += sizeof(Octets)) {
    Octets block;
    std::memcpy(&block, from + done, sizeof block);
    block = __builtin_ia32_pshufb256(block, order);
    std::memcpy(to + done, &block, sizeof block);
  }
  return done;
}
#endif

}  // namespace

void copy_swapped(std::uint8_t* to, const std::uint8_t* from, std::size_t count, std::size_t width) {
#ifdef ONCE_HAS_AVX2_PATH
  if (count * width >= sizeof(Octets) && __builtin_cpu_supports("avx2")) {
    const std::size_t done = copy_swapped_blocks(to, from, count * width, width);
    to += done;
    from += done;
    count -= done / width;
  }
#endif
  copy_swapped_portably(to, from, count, width);
}

}  // namespace once::detail
