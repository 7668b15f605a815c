// What a test has measured, where people and scripts see it.
#pragma once

#include <iostream>
#include <sstream>
#include <string>

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

/// So many by night, and a share of it by day.
constexpr std::size_t by_day(std::size_t count, std::size_t share = 10) {
#ifdef ONCE_NIGHTLY
  static_cast<void>(share);
  return count;
#else
  return count / share / ONCE_TEST_STRIDE;
#endif
}

}  // namespace attacks
