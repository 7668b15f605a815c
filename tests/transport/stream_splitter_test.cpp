#include "transport/stream_splitter.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace once::transport {
namespace {

using Kind = FrontFrame::Kind;

/// Test messages: one octet '#', three of length (decimal digits, all of the message), then anything.
FrontFrame find_front(ByteView octets, std::size_t length_max) {
  if (octets[0] != '#') return {Kind::Malformed, 0};
  if (octets.size() < 4) return {Kind::Incomplete, 4};
  const std::size_t length = std::stoul(std::string{as_text(octets.subspan(1, 3))});
  if (length < 4 || length > length_max) return {Kind::Malformed, 0};
  if (octets.size() < length) return {Kind::Incomplete, length};
  return {Kind::Message, length};
}

/// Messages that are all of one size.
template <std::size_t kSize>
FrontFrame find_of_size(ByteView octets, std::size_t) {
  return octets.size() < kSize ? FrontFrame{Kind::Incomplete, kSize} : FrontFrame{Kind::Message, kSize};
}

std::string message(std::size_t length, char fill) {
  std::string digits = std::to_string(length);
  return "#" + std::string(3 - digits.size(), '0') + digits + std::string(length - 4, fill);
}

/// Reads `octets` into the splitter in pieces of `piece` octets; what comes out.
std::vector<std::string> split(const std::string& octets, std::size_t piece, std::size_t length_max = 999) {
  StreamSplitter splitter{&find_front, length_max};
  std::vector<std::string> messages;
  std::size_t at = 0;
  while (true) {
    Slice next;
    switch (splitter.next(next)) {
      case Kind::Message: messages.emplace_back(as_text(next.view())); continue;
      case Kind::Malformed: messages.emplace_back("malformed"); return messages;
      case Kind::Incomplete: break;
    }
    if (at == octets.size()) return messages;
    const MutableByteView room = splitter.room();
    const std::size_t count = std::min({piece, room.size(), octets.size() - at});
    std::copy_n(octets.data() + at, count, reinterpret_cast<char*>(room.data()));
    splitter.commit(count);
    at += count;
  }
}

TEST(StreamSplitter, FindsMessagesInPiecesOfEverySize) {
  const std::vector<std::string> messages = {message(4, ' '), message(10, 'a'), message(999, 'b'),
                                             message(5, 'c')};
  std::string octets;
  for (const auto& one : messages) octets += one;
  for (std::size_t piece = 1; piece <= octets.size(); ++piece)
    EXPECT_EQ(split(octets, piece), messages) << piece;
}

TEST(StreamSplitter, EndsAtWhatIsNoMessage) {
  EXPECT_EQ(split(message(8, 'x') + "?", 3), (std::vector<std::string>{message(8, 'x'), "malformed"}));
  EXPECT_EQ(split(message(9, 'x'), 3, 8), (std::vector<std::string>{"malformed"}));
}

TEST(StreamSplitter, ReadsALargeMessageIntoMemoryOfItsOwn) {
  constexpr std::size_t kSize = 1u << 20;
  StreamSplitter splitter{&find_of_size<kSize>, kSize};
  Slice whole;
  std::size_t reads = 0;
  while (splitter.next(whole) != Kind::Message) {
    const MutableByteView room = splitter.room();
    splitter.commit(std::min<std::size_t>(room.size(), 100'000));
    ++reads;
  }
  EXPECT_EQ(whole.size(), kSize);
  EXPECT_TRUE(whole.unique());
  EXPECT_LE(whole.footprint(), kSize);
  EXPECT_LE(reads, kSize / 100'000 + 8);  // the first ones are smaller
  EXPECT_EQ(splitter.partial_octets(), 0u);
}

/// How many reads the last of ten messages takes; each is there before it is read.
template <std::size_t kSize>
std::size_t reads_of_the_last() {
  StreamSplitter splitter{&find_of_size<kSize>, kSize};
  std::size_t reads = 0;
  for (int i = 0; i < 10; ++i) {
    Slice whole;
    std::size_t come = 0;
    for (reads = 0; splitter.next(whole) != Kind::Message; ++reads) {
      const std::size_t count = std::min(splitter.room().size(), kSize - come);
      splitter.commit(count);
      come += count;
    }
    EXPECT_EQ(whole.size(), kSize);
  }
  return reads;
}

TEST(StreamSplitter, SoonReadsMessagesOfOneSizeWhole) {
  EXPECT_EQ(reads_of_the_last<4'284>(), 1u);
  EXPECT_EQ(reads_of_the_last<70'000>(), 1u);
}

TEST(StreamSplitter, ReadsALargeMessageIntoMemoryThatIsKept) {
  constexpr std::size_t kSize = 1u << 20;
  StreamSplitter splitter{&find_of_size<kSize>, kSize};
  (void)Buffer{kSize};  // given back at once
  Slice whole;
  std::size_t reads = 0;
  for (; splitter.next(whole) != Kind::Message; ++reads) splitter.commit(splitter.room().size());
  EXPECT_EQ(whole.size(), kSize);
  EXPECT_EQ(reads, 2u);  // its beginning, and all the rest
}

TEST(StreamSplitter, TakesMemoryForAsMuchAgainAsHasComeAndUsesItUp) {
  constexpr std::size_t kSize = 16u << 20, kRead = 16'384, kLeast = 65'536;
  StreamSplitter splitter{&find_of_size<kSize>, kSize};
  Slice whole;
  std::size_t come = 0, end = 0, times = 0;
  while (splitter.next(whole) != Kind::Message) {
    const std::size_t room = splitter.room().size();
    EXPECT_LE(come + room, std::max(2 * come, come + kLeast));
    if (come + room != end) ++times;
    end = come + room;
    const std::size_t count = std::min(room, kRead);
    splitter.commit(count);
    come += count;
  }
  EXPECT_EQ(whole.size(), kSize);
  EXPECT_LE(whole.footprint(), kSize);
  EXPECT_LE(times, 20u);  // it doubles
}

TEST(StreamSplitter, HoldsNoMemoryWhileNothingArrives) {
  StreamSplitter splitter{&find_front, 999};
  Slice none;
  EXPECT_EQ(splitter.next(none), Kind::Incomplete);
  (void)splitter.room();
  splitter.commit(0);
  EXPECT_EQ(splitter.partial_octets(), 0u);
}

}  // namespace
}  // namespace once::transport
