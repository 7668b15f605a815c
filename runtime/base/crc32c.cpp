// CRC32C: eight octets a step by table, or by SSE4.2's instruction, which is chosen once at start-up. The
// instruction takes three cycles but can start one each cycle, so long inputs run as three streams whose
// checksums are joined: appending n zero octets to a stream multiplies its checksum by a power of x.
#include <array>
#include <cstring>

#include <once/base/crc32c.hpp>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

namespace once {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;

using Table = std::array<std::uint32_t, 256>;

/// tables[k][b]: the effect of octet b that is followed by k zero octets.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][octet] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const std::uint32_t before = tables[k - 1][octet];
      tables[k][octet] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr std::array<Table, 8> kTables = make_tables();

std::uint32_t update_by_table(std::uint32_t crc, const std::uint8_t* data, std::size_t size) {
  for (; size >= 8; data += 8, size -= 8) {
    crc = kTables[7][(crc ^ data[0]) & 0xFF] ^ kTables[6][((crc >> 8) ^ data[1]) & 0xFF] ^
          kTables[5][((crc >> 16) ^ data[2]) & 0xFF] ^ kTables[4][(crc >> 24) ^ data[3]] ^
          kTables[3][data[4]] ^ kTables[2][data[5]] ^ kTables[1][data[6]] ^ kTables[0][data[7]];
  }
  for (; size > 0; ++data, --size) crc = (crc >> 8) ^ kTables[0][(crc ^ *data) & 0xFF];
  return crc;
}

std::uint32_t update_around_by_table(std::uint32_t crc, const std::uint8_t* data, std::size_t size,
                                     std::size_t blank) {
  constexpr std::uint8_t kZeros[4] = {};
  crc = update_by_table(update_by_table(crc, data, blank), kZeros, 4);
  return update_by_table(crc, data + blank + 4, size - blank - 4);
}

#if defined(__x86_64__)

constexpr std::size_t kLongBlock = 4096;
constexpr std::size_t kShortBlock = 256;

/// x to that power, modulo the polynomial; the lowest power is the highest bit.
constexpr std::uint32_t power_of_x(std::size_t power) {
  std::uint32_t result = std::uint32_t{1} << 31U;
  for (; power > 0; --power) result = (result >> 1) ^ ((result & 1) != 0 ? kPolynomial : 0);
  return result;
}

/// What `zeros` zero octets do to a checksum: a product, without carries, and its remainder. The instruction that takes
/// the remainder multiplies by x^32, and a product of bits in this order is one place off.
struct Shift {
  explicit constexpr Shift(std::size_t zeros) : factor(power_of_x(8 * zeros - 33)) {}
  __attribute__((target("sse4.2,pclmul"))) std::uint32_t operator()(std::uint64_t crc) const {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<std::int64_t>(crc)),
                                                 _mm_cvtsi64_si128(static_cast<std::int64_t>(factor)), 0);
    return static_cast<std::uint32_t>(
        _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product))));
  }
  std::uint64_t factor;
};
constexpr Shift kLongShift{kLongBlock};
constexpr Shift kShortShift{kShortBlock};

template <class Word = std::uint64_t>
Word word_at(const std::uint8_t* data) {
  Word word = 0;
  std::memcpy(&word, data, sizeof word);
  return word;
}

/// Three blocks of `block` octets, side by side.
__attribute__((target("sse4.2,pclmul"))) std::uint32_t update_three(std::uint32_t crc,
                                                                    const std::uint8_t* data,
                                                                    std::size_t block, const Shift& shift) {
  std::uint64_t first = crc;
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  for (std::size_t i = 0; i < block; i += 8) {
    first = _mm_crc32_u64(first, word_at(data + i));
    second = _mm_crc32_u64(second, word_at(data + block + i));
    third = _mm_crc32_u64(third, word_at(data + 2 * block + i));
  }
  return shift(shift(first) ^ second) ^ static_cast<std::uint32_t>(third);
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t update_by_instruction(std::uint32_t crc,
                                                                             const std::uint8_t* data,
                                                                             std::size_t size) {
  for (; size >= 3 * kLongBlock; data += 3 * kLongBlock, size -= 3 * kLongBlock) {
    crc = update_three(crc, data, kLongBlock, kLongShift);
  }
  for (; size >= 3 * kShortBlock; data += 3 * kShortBlock, size -= 3 * kShortBlock) {
    crc = update_three(crc, data, kShortBlock, kShortShift);
  }
  std::uint64_t wide = crc;
  for (; size >= 32; data += 32, size -= 32) {
    wide = _mm_crc32_u64(wide, word_at(data));
    wide = _mm_crc32_u64(wide, word_at(data + 8));
    wide = _mm_crc32_u64(wide, word_at(data + 16));
    wide = _mm_crc32_u64(wide, word_at(data + 24));
  }
  for (; size >= 8; data += 8, size -= 8) wide = _mm_crc32_u64(wide, word_at(data));
  crc = static_cast<std::uint32_t>(wide);
  for (; size > 0; ++data, --size) crc = _mm_crc32_u8(crc, *data);
  return crc;
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t update_around_by_instruction(std::uint32_t crc,
                                                                                    const std::uint8_t* data,
                                                                                    std::size_t size,
                                                                                    std::size_t blank) {
  for (std::size_t i = 0; i < blank; i += 4) crc = _mm_crc32_u32(crc, word_at<std::uint32_t>(data + i));
  crc = _mm_crc32_u32(crc, 0);
  return update_by_instruction(crc, data + blank + 4, size - blank - 4);
}

#endif

/// What the processor can do, looked at once: when a program's first file is initialised, or before.
struct Updates {
  std::uint32_t (*update)(std::uint32_t, const std::uint8_t*, std::size_t) = update_by_table;
  std::uint32_t (*update_around)(std::uint32_t, const std::uint8_t*, std::size_t,
                                 std::size_t) = update_around_by_table;
};

constinit Updates updates;

[[gnu::constructor]] void choose_updates() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0) {
    updates = {update_by_instruction, update_around_by_instruction};
  }
#endif
}

}  // namespace

std::uint32_t detail::crc32c_of_some(ByteView bytes, std::uint32_t seed) {
  return ~updates.update(~seed, bytes.data(), bytes.size());
}

std::uint32_t detail::crc32c_with_blank(ByteView bytes, std::size_t blank) {
  return ~updates.update_around(~std::uint32_t{0}, bytes.data(), bytes.size(), blank);
}

std::uint32_t detail::crc32c_by_table(ByteView bytes, std::uint32_t seed) {
  return ~update_by_table(~seed, bytes.data(), bytes.size());
}

}  // namespace once
