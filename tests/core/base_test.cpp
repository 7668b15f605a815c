// What the cores stand on: checksums, the keyed hash, the containers, the client's window.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include <once/base/crc32c.hpp>

#include "core/client/send_window.hpp"
#include "core/server/secrets.hpp"
#include "core/siphash.hpp"
#include "core/slab.hpp"

namespace once::core {
namespace {

Bytes counting(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return octets;
}

// --- CRC32C: check value of the polynomial; RFC 3720, B.4

TEST(Crc32c, KnownValues) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43u);
  Bytes rising(32);
  for (std::size_t i = 0; i < 32; ++i) rising[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(rising), 0x46DD794Eu);
}

TEST(Crc32c, InstructionAndTableAgreeAtEveryLengthAndAlignment) {
  const Bytes octets = counting(30'000);
  for (std::size_t size = 0; size < 2000; ++size) {
    const ByteView part = ByteView{octets}.subspan(size % 9, size);
    ASSERT_EQ(crc32c(part), detail::crc32c_by_table(part)) << size;
  }
  for (const std::size_t size : {12'287u, 12'288u, 12'289u, 24'575u, 25'344u, 29'000u}) {
    const ByteView part = ByteView{octets}.subspan(3, size);
    EXPECT_EQ(crc32c(part), detail::crc32c_by_table(part)) << size;
  }
}

TEST(Crc32c, MayBeComputedInParts) {
  const Bytes octets = counting(5000);
  const ByteView all{octets};
  for (const std::size_t cut : {0u, 1u, 769u, 4999u, 5000u}) {
    EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all));
  }
}

// --- SipHash: the example of the paper, appendix A

TEST(SipHash, ExampleOfThePaper) {
  const SipKey key{0x0706050403020100, 0x0F0E0D0C0B0A0908};
  Bytes message(15);
  for (std::size_t i = 0; i < 15; ++i) message[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(siphash(key, message), 0xA129CA6149BE45E5u);
}

TEST(SipHash, WordsAreTheirOctetsLeastSignificantFirst) {
  const SipKey key{1, 2};
  const Bytes octets{8, 7, 6, 5, 4, 3, 2, 1, 9, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(siphash(key, {0x0102030405060708, 9}), siphash(key, octets));
}

TEST(Secrets, SessionIdsOfTwoServersHaveNothingInCommon) {
  Secrets one{{1, 2}, 0};
  Secrets other{{1, 3}, 0};
  std::set<SessionId> ids;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(ids.insert(one.next_session_id()).second);
    EXPECT_TRUE(ids.insert(other.next_session_id()).second);
  }
}

TEST(Secrets, SessionIdsOfOneLoopTellNothingOfAnothers) {
  Secrets one{{1, 2}, 0};
  Secrets other{{1, 2}, 1};
  std::set<SessionId> secret_parts;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(secret_parts.insert(one.next_session_id() >> 8).second);
    EXPECT_TRUE(secret_parts.insert(other.next_session_id() >> 8).second);
  }
}

// --- Containers

TEST(HashIndex, BehavesLikeAMapUnderInsertionAndRemoval) {
  std::map<std::uint32_t, std::uint64_t> model;  // place, hash
  HashIndex index;
  std::uint64_t random = 3;
  for (int step = 0; step < 50'000; ++step) {
    random = random * 6364136223846793005 + 1442695040888963407;
    const auto place = static_cast<std::uint32_t>(random >> 33) % 300;
    const auto found = model.find(place);
    if (found == model.end()) {
      const std::uint64_t hash = (random >> 50) % 40;  // many of a kind, and wrapping round the end
      model[place] = hash;
      index.insert(hash, place);
    } else {
      index.erase(found->second, place);
      model.erase(found);
    }
    ASSERT_EQ(index.size(), model.size());
    if (step % 100 != 0) continue;
    for (std::uint32_t p = 0; p < 300; ++p) {
      const auto it = model.find(p);
      const std::uint64_t hash = it != model.end() ? it->second : 0;
      ASSERT_EQ(index.find(hash, [&](std::uint32_t at) { return at == p; }), it != model.end() ? p : kNone);
    }
  }
}

TEST(Slab, PlacesAreUsedAgainAndKeepTheirAddress) {
  Slab<int> slab;
  const std::uint32_t first = slab.take();
  int* const address = &slab[first];
  for (int i = 0; i < 1000; ++i) slab.take();
  EXPECT_EQ(&slab[first], address);
  EXPECT_EQ(slab.taken(), 1001u);
  slab.give_back(first);
  EXPECT_EQ(slab.take(), first);
}

TEST(Slab, GivesBackWhatIsNotUsedAndKeepsTheRest) {
  Slab<std::uint64_t> slab;
  std::map<std::uint32_t, std::uint64_t> model;  // place, what is there
  std::uint64_t random = 5;
  std::size_t trimmed = 0;
  for (std::uint64_t step = 0; step < 100'000; ++step) {
    random = random * 6364136223846793005 + 1442695040888963407;
    const bool grows = step / 10'000 % 2 == 0;
    if (model.empty() || (random >> 40) % 8 < (grows ? 6u : 1u)) {
      const std::uint32_t place = slab.take();
      ASSERT_TRUE(model.emplace(place, step).second);
      slab[place] = step;
    } else {
      auto found = model.lower_bound(static_cast<std::uint32_t>((random >> 33) % slab.places()));
      if (found == model.end()) found = model.begin();
      ASSERT_EQ(slab[found->first], found->second);
      slab.give_back(found->first);
      model.erase(found);
      trimmed += slab.trim() ? 1 : 0;
    }
    ASSERT_EQ(slab.taken(), model.size());
  }
  EXPECT_GT(trimmed, 5u);
  for (const auto& [place, value] : model) ASSERT_EQ(slab[place], value);
}

TEST(HashIndex, FindsWhatIsLeftWhenItHasGivenBackTheRest) {
  HashIndex index;
  for (std::uint32_t place = 0; place < 10'000; ++place) index.insert(place * 77, place);
  for (std::uint32_t place = 100; place < 10'000; ++place) index.erase(place * 77, place);
  index.trim();
  for (std::uint32_t place = 0; place < 200; ++place) {
    const auto found = index.find(place * 77, [&](std::uint32_t at) { return at == place; });
    EXPECT_EQ(found, place < 100 ? place : kNone);
  }
}

TEST(Ring, IsAQueueThatGrows) {
  Ring<int> ring;
  int next = 0;
  for (int i = 0; i < 1000; ++i) {
    ring.push(i);
    if (i % 3 == 0) {
      EXPECT_EQ(ring.front(), next++);
      ring.pop();
    }
  }
  while (!ring.empty()) {
    EXPECT_EQ(ring.front(), next++);
    ring.pop();
  }
  EXPECT_EQ(next, 1000);
}

// --- The client's window

TEST(SendWindow, MarkFollowsTheFirstOpenNumber) {
  SendWindow window{1, 8};
  for (Sequence number = 1; number <= 4; ++number) EXPECT_EQ(window.take(), number);
  window.finish(2);
  window.finish(4);
  EXPECT_EQ(window.acknowledgement().through, 0u);
  EXPECT_EQ(window.acknowledgement().bitmap, 0b1010u);
  window.finish(1);
  EXPECT_EQ(window.acknowledgement().through, 2u);
  EXPECT_EQ(window.acknowledgement().bitmap, 0b10u);
  window.finish(3);
  EXPECT_EQ(window.acknowledgement().through, 4u);
  EXPECT_TRUE(window.empty());
}

TEST(SendWindow, IsARangeOfNumbersUpTo64) {
  SendWindow window{1, 64};
  for (Sequence number = 1; number <= 64; ++number) window.take();
  EXPECT_FALSE(window.has_room());
  for (Sequence number = 2; number <= 64; ++number) window.finish(number);
  EXPECT_FALSE(window.has_room());
  window.finish(1);
  EXPECT_EQ(window.acknowledgement().through, 64u);
  EXPECT_EQ(window.acknowledgement().bitmap, 0u);
  EXPECT_TRUE(window.has_room());
}

TEST(SendWindow, SmallerGrantBindsOnlyNumbersNotYetTaken) {
  SendWindow window{1, 8};
  for (Sequence number = 1; number <= 6; ++number) window.take();
  window.grant(2);
  EXPECT_FALSE(window.has_room());
  for (Sequence number = 1; number <= 4; ++number) window.finish(number);
  EXPECT_FALSE(window.has_room());
  window.finish(5);
  EXPECT_TRUE(window.has_room());
}

TEST(SendWindow, EndsBeforeTheNumbersDo) {
  SendWindow window{SendWindow::kLast, 8};
  EXPECT_TRUE(window.has_room());
  EXPECT_FALSE(window.exhausted());
  window.take();
  EXPECT_FALSE(window.has_room());
  EXPECT_TRUE(window.exhausted());
}

}  // namespace
}  // namespace once::core
