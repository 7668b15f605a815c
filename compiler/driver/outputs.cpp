// The generators, by their options.
#include "driver/outputs.hpp"

#include <utility>

#include "backend/cpp/generator.hpp"

namespace oncec::driver {

namespace {

Made make_cpp(const OutputRequest& request) {
  backend::cpp::Output output = backend::cpp::generate(request.model, {request.unit, request.codecs});
  Made made;
  for (backend::cpp::GeneratedFile& file : output.files) {
    made.files.push_back({std::move(file.name), std::move(file.content)});
  }
  for (backend::cpp::Problem& problem : output.problems) {
    made.problems.push_back({problem.range, std::move(problem.text)});
  }
  return made;
}

std::vector<std::string> cpp_names(const std::string& unit) {
  return {unit + ".once.hpp", unit + ".once.co.hpp", unit + ".once.cpp"};
}

}  // namespace

const std::vector<OutputKind>& outputs() {
  static const std::vector<OutputKind> all{
      {"--cpp-out", "Write C++ to this folder", make_cpp, cpp_names},
  };
  return all;
}

}  // namespace oncec::driver
