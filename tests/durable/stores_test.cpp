// The suite of all stores on a store in memory, with the bug that the environment names in ONCE_STORE_BUG.
#include <cstdlib>
#include <iostream>

#include "memory_store.hpp"

namespace once::test {
namespace {

Bug planted() {
  const char* const name = std::getenv("ONCE_STORE_BUG");
  if (name == nullptr) return Bug::None;
  if (const auto bug = bug_of(name)) return *bug;
  std::cerr << "ONCE_STORE_BUG: there is no bug " << name << '\n';
  std::exit(2);
}

INSTANTIATE_TEST_SUITE_P(Memory, Stores,
                         testing::Values(StorageKind{
                             "memory", [] { return std::make_unique<MemoryStorage>(planted()); }}));

}  // namespace
}  // namespace once::test
