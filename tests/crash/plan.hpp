// What a call of the harness asks for follows from its number alone, so that whoever sees the number knows what must
// have become of it.
#pragma once

#include <cstdint>

namespace crash {

inline constexpr std::uint32_t kAccounts = 8;
inline constexpr std::int64_t kFirstBalance = 1'000;
/// Numbers of different clients are so far apart, and those of a client's lives.
inline constexpr std::uint32_t kNumbersPerClient = 1'000'000'000;
inline constexpr std::uint32_t kNumbersPerLife = 100'000;

struct Transfer {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int64_t cents = 0;
  bool stumbles = false;   // the servant fails after it has written, in a way that is not declared
  bool impatient = false;  // its client waits for a moment only
};

inline Transfer transfer_of(std::uint32_t number) {
  const std::uint32_t mixed = number * 2'654'435'761U;  // neighbours differ in all bits
  Transfer transfer;
  transfer.from = (mixed >> 8U) % kAccounts;
  transfer.to = (transfer.from + 1 + (mixed >> 12U) % (kAccounts - 1)) % kAccounts;
  transfer.cents = 1 + (mixed >> 16U) % 500;
  transfer.stumbles = number % 16 == 7;
  transfer.impatient = number % 8 == 3;
  return transfer;
}

}  // namespace crash
