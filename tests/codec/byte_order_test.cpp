// Blocks of values with their octets reversed.
#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include <once/base/bytes.hpp>
#include <once/codec/byte_order.hpp>

namespace {

TEST(ByteOrder, SwapsBlocksOfAnyWidthCountAndAlignment) {
  for (const std::size_t width : {2U, 4U, 8U, 16U}) {
    for (std::size_t count = 0; count <= 40; ++count) {
      for (std::size_t offset = 0; offset < 33; ++offset) {
        const std::size_t size = width * count;
        once::Bytes from(offset + size);
        std::iota(from.begin(), from.end(), std::uint8_t{1});
        once::Bytes to(offset + size + 1, 0xee);
        once::detail::copy_swapped(to.data() + offset, from.data() + offset, count, width);

        once::Bytes expected(offset, 0xee);
        for (std::size_t i = 0; i < count; ++i) {
          const auto value = from.begin() + static_cast<std::ptrdiff_t>(offset + i * width);
          std::reverse_copy(value, value + static_cast<std::ptrdiff_t>(width), std::back_inserter(expected));
        }
        expected.push_back(0xee);  // the octet behind is not touched
        ASSERT_EQ(to, expected) << width << " " << count;
      }
    }
  }
}

TEST(ByteOrder, StoresAndLoadsInBothOrders) {
  std::uint8_t octets[8];
  once::detail::store<std::endian::big>(octets, std::uint64_t{0x0102030405060708});
  EXPECT_EQ(octets[0], 1);
  EXPECT_EQ(octets[7], 8);
  EXPECT_EQ((once::detail::load<std::uint64_t, std::endian::big>(octets)), 0x0102030405060708U);
  EXPECT_EQ((once::detail::load<std::uint64_t, std::endian::little>(octets)), 0x0807060504030201U);
  once::detail::store<std::endian::little>(octets, std::int16_t{-2});
  EXPECT_EQ(octets[0], 0xfe);
  EXPECT_EQ((once::detail::load<std::int16_t, std::endian::little>(octets)), -2);
}

}  // namespace
