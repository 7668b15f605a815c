// What a build tool wants to know: which files an outcome depends on, as a rule of a Makefile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace oncec::driver {

/// "a.once.hpp a.once.cpp: a.idl sub/types.idl", on several lines.
std::string dependency_rule(const std::vector<std::filesystem::path>& targets,
                            const std::vector<std::filesystem::path>& files);

}  // namespace oncec::driver
