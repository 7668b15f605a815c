#include <gtest/gtest.h>

#include <once/rpc/network.hpp>

namespace once {
namespace {

TEST(Address, IsParsedBackFromItsText) {
  EXPECT_EQ(to_string(*parse_address("127.0.0.1", 7000)), "127.0.0.1:7000");
  EXPECT_EQ(to_string(*parse_address("::1", 7000)), "[::1]:7000");
  EXPECT_EQ(*parse_address("10.1.2.3", 9), Address::v4({10, 1, 2, 3}, 9));
}

TEST(Address, IsNoName) {
  for (const char* const name : {"localhost", "", "127.0.0", "1.2.3.4.5", "::g", "[::1]"}) {
    EXPECT_FALSE(parse_address(name, 1)) << name;
  }
}

TEST(Address, KnowsItsKind) {
  EXPECT_TRUE(parse_address("127.5.0.1", 1)->is_loopback());
  EXPECT_TRUE(parse_address("::1", 1)->is_loopback());
  EXPECT_FALSE(parse_address("128.0.0.1", 1)->is_loopback());
  EXPECT_FALSE(parse_address("::2", 1)->is_loopback());
  EXPECT_TRUE(parse_address("0.0.0.0", 1)->is_unspecified());
  EXPECT_TRUE(parse_address("::", 1)->is_unspecified());
  EXPECT_FALSE(parse_address("::1", 1)->is_unspecified());
  EXPECT_TRUE(parse_address("1.2.3.4", 1)->is_v4());
  EXPECT_FALSE(parse_address("::1", 1)->is_v4());
}

}  // namespace
}  // namespace once
