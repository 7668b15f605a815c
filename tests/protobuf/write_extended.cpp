// Writes what the generators make of the extended model (tests/golden/extended_model.hpp) to a folder:
// extended.proto, and the C++ of extended.once.* with the codec Protocol Buffers.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "../golden/extended_model.hpp"
#include "backend/cpp/generator.hpp"
#include "backend/proto/generator.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder{argv[1]};
  const oncec::test::ExtendedModel extended;
  for (const auto& output :
       {oncec::backend::cpp::generate(extended.model(), {"extended", {"cdr", "protobuf"}}),
        oncec::backend::proto::generate(extended.model(), "extended")}) {
    for (const auto& problem : output.problems) std::cerr << problem.text << '\n';
    if (!output.problems.empty()) return 1;
    for (const auto& file : output.files) {
      std::filesystem::create_directories((folder / file.name).parent_path());
      std::ofstream{folder / file.name, std::ios::binary} << file.content;
    }
  }
}
