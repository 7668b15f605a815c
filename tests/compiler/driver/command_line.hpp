// Runs oncec's command line inside of the test, with a folder of its own.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "../files.hpp"
#include "driver/driver.hpp"

namespace oncec {

namespace fs = std::filesystem;

class CommandLine : public testing::Test {
 protected:
  CommandLine() : folder_(fs::temp_directory_path() / ("oncec_driver_test." + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CommandLine() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }  /// The exit status; what was printed is in out_ and err_.
  int run(const std::vector<std::string>& arguments) {
    std::vector<const char*> argv{"oncec"};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    out_.str("");
    err_.str("");
    return driver::run(static_cast<int>(argv.size()), argv.data(), out_, err_, false);
  }

  fs::path folder_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace oncec
