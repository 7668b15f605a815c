// The generators, by their options.
#include "driver/outputs.hpp"

#include "backend/cpp/generator.hpp"
#include "backend/proto/generator.hpp"

namespace oncec::driver {

namespace {

backend::cpp::Options cpp_options(const std::string& unit, const OutputOptions& options) {
  return {unit, options.codecs, options.cpp_parts, options.type_codes};
}

backend::Output make_cpp(const OutputRequest& request) {
  return backend::cpp::generate(request.model, cpp_options(request.unit, request.options));
}

std::vector<std::string> cpp_names(const std::string& unit, const OutputOptions& options) {
  return backend::cpp::file_names(cpp_options(unit, options));
}

backend::Output make_proto(const OutputRequest& request) {
  return backend::proto::generate(request.model, request.unit);
}

std::vector<std::string> proto_names(const std::string& unit, const OutputOptions& /*options*/) {
  return backend::proto::file_names(unit);
}

}  // namespace

const std::vector<OutputKind>& outputs() {
  static const std::vector<OutputKind> all{
      {"--cpp-out", "Write C++ to this folder", make_cpp, cpp_names},
      {"--proto-out", "Write a .proto of the same types to this folder", make_proto, proto_names},
  };
  return all;
}

}  // namespace oncec::driver
