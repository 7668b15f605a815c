// Memory: blocks that are kept, what decoding counts of it, copies of blocks.
#include <numeric>

#include <gtest/gtest.h>

#include <once/base/buffer.hpp>
#include <once/base/copy.hpp>

#include "vector_types.hpp"

namespace codec_test {
namespace {

TEST(LargeBlock, IsKeptForTheNextOfAboutItsSize) {
  const std::uint8_t* place = nullptr;
  {
    const once::Buffer buffer{100'000};
    place = buffer.data();
  }
  const once::Bytes in_the_way(once::detail::block_capacity(100'000) +
                               16);  // where a heap would put the next one
  const once::Buffer again{99'000};
  EXPECT_EQ(again.data(), place);
}

TEST(LargeBlock, HasAboutTheSizeThatWasAskedFor) {
  for (std::size_t size = 65'537; size < (std::size_t{20} << 20U); size += size / 3) {
    const std::size_t capacity = once::detail::block_capacity(size);
    EXPECT_GE(capacity, size);
    EXPECT_LE(capacity, size + size / 8);
    EXPECT_EQ(once::detail::block_capacity(capacity), capacity);
    once::Buffer exact;
    exact.reserve_exactly(size);
    EXPECT_EQ(exact.capacity(), size);
  }
}

TEST(LargeBlock, GrowsExactlyAndKeepsItsOctets) {
  for (int round = 0; round < 3; ++round) {
    once::Buffer buffer;
    std::size_t size = 10;
    for (; size < 5'000'000; size = size * 2 + 1) {
      const std::size_t before = buffer.size();
      buffer.reserve_exactly(size);
      buffer.resize(size);
      std::memset(buffer.data() + before, static_cast<int>(size % 251), size - before);
    }
    std::size_t begin = 0;
    for (size = 10; size <= buffer.size(); begin = size, size = size * 2 + 1) {
      ASSERT_EQ(buffer.data()[begin], size % 251);
      ASSERT_EQ(buffer.data()[size - 1], size % 251);
    }
  }
}

TEST(Copy, CopiesBlocksOfAnySizeAndAlignmentAndNothingElse) {
  for (const std::size_t size : {0U, 1U, 31U, 1023U, 1024U, 1025U, 1151U, 1152U, 1153U, 5000U, 1U << 20U}) {
    for (std::size_t offset = 0; offset < 33; ++offset) {
      once::Bytes from(size + 1);
      std::iota(from.begin(), from.end(), std::uint8_t{1});
      once::Bytes to(offset + size + 1, 0xee);
      once::detail::copy_octets(to.data() + offset, from.data() + offset % 2, size);
      once::Bytes expected(offset, 0xee);
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(offset % 2);
      expected.insert(expected.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
      expected.push_back(0xee);
      EXPECT_TRUE(to == expected) << size << " " << offset;
    }
  }
  once::detail::copy_octets(nullptr, nullptr, 0);
}

template <class C>
class MemoryOf : public ::testing::Test {};
TYPED_TEST_SUITE(MemoryOf, AllCoders);

template <class C, class T>
std::size_t memory_for(T& value, once::ByteView bytes) {
  typename C::Decoder decoder{bytes};
  decode(decoder, value);
  EXPECT_TRUE(decoder.finish());
  return decoder.memory_taken();
}

template <class C, class T>
void expect_counted(const T& sent, std::size_t least) {
  const once::Bytes bytes = encoded<C>(sent);
  T value{};
  const std::size_t taken = memory_for<C>(value, bytes);
  EXPECT_GE(taken, least);
  EXPECT_LE(taken, 2 * least + 64);
  EXPECT_EQ((memory_for<C>(value, bytes)), 0U);
  EXPECT_EQ(value, sent);
}

TYPED_TEST(MemoryOf, DecodingIsCountedWhereItIsTaken) {
  const std::string text(100, 'x');
  expect_counted<TypeParam>(text, 100);
  expect_counted<TypeParam>(std::u16string(100, u'x'), 200);
  expect_counted<TypeParam>(std::vector<std::string>(20, text), 20 * (sizeof(std::string) + 100));
  expect_counted<TypeParam>(once::Bytes(1'000, 1), 1'000);
  expect_counted<TypeParam>(std::vector<double>(100, 0.5), 800);
  expect_counted<TypeParam>(std::vector<std::int16_t>(100, 5), 200);
  expect_counted<TypeParam>(std::vector<bool>(100, true), 100);
  expect_counted<TypeParam>(std::vector<Person>(20, Person{text, text, 1}), 20 * (sizeof(Person) + 200));
}

TYPED_TEST(MemoryOf, SequencesOfNumbersMayLieAnywhere) {
  const std::vector<double> doubles = {0.5, -1.5, 2.5};
  const std::vector<std::int32_t> longs = {1, -2, 3, -4, 5};
  const once::Bytes of_doubles = encoded<TypeParam>(doubles);
  const once::Bytes of_longs = encoded<TypeParam>(longs);
  for (std::size_t offset = 0; offset < 16; ++offset) {
    once::Bytes room(offset + 64);
    const auto place = room.begin() + static_cast<std::ptrdiff_t>(offset);
    std::vector<double> doubles_again;
    std::copy(of_doubles.begin(), of_doubles.end(), place);
    memory_for<TypeParam>(doubles_again, once::ByteView{room}.subspan(offset, of_doubles.size()));
    EXPECT_EQ(doubles_again, doubles);
    std::vector<std::int32_t> longs_again(1);
    std::copy(of_longs.begin(), of_longs.end(), place);
    memory_for<TypeParam>(longs_again, once::ByteView{room}.subspan(offset, of_longs.size()));
    EXPECT_EQ(longs_again, longs);
  }
}

}  // namespace
}  // namespace codec_test
