// Bugs that a test can have in the fuzzed copy of the runtime, each to show that a fuzzer finds it. CMakeLists.txt
// puts them into copies of the sources and has this file included before each; the sources in the tree know nothing
// of them.
#pragma once

namespace once::fuzz {

/// True if the environment's ONCE_PLANT is `name`.
bool planted(const char* name);

}  // namespace once::fuzz
