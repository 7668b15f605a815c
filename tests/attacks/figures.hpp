// What a test has measured, where people and scripts see it.
#pragma once

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace attacks {

/// Also in the report that --gtest_output makes.
template <class T>
void figure(const std::string& name, const T& value) {
  std::cout << "figure " << ::testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() << ' '
            << name << ' ' << value << '\n';
  std::ostringstream text;
  text << value;
  ::testing::Test::RecordProperty(name, text.str());
}

/// So many by night, or if the environment's ONCE_ATTACKS is "full"; by day a share of it.
inline std::size_t by_day(std::size_t count, std::size_t share = 10) {
#ifdef ONCE_NIGHTLY
  constexpr bool kIsNight = true;
#else
  constexpr bool kIsNight = false;
#endif
  const char* const size = std::getenv("ONCE_ATTACKS");
  const bool is_full = kIsNight || (size != nullptr && std::string_view{size} == "full");
  return is_full ? count : count / share / ONCE_TEST_STRIDE;
}

}  // namespace attacks
