// The generators, by their options.
#include "driver/outputs.hpp"

#include <algorithm>

#include "backend/cpp/generator.hpp"
#include "backend/proto/generator.hpp"

namespace oncec::driver {

namespace {

backend::Output make_cpp(const OutputRequest& request) {
  const OutputOptions& options = request.options;
  return backend::cpp::generate(request.model,
                                {request.unit, options.codecs, options.cpp_parts, options.type_codes});
}

std::vector<std::string> cpp_names(const std::string& unit, const OutputOptions& options) {
  std::vector<std::string> names = {unit + ".once.hpp", unit + ".once.co.hpp", unit + ".once.cpp"};
  for (std::size_t part = 2; part <= options.cpp_parts; ++part) {
    names.push_back(unit + ".once." + std::to_string(part) + ".cpp");
  }
  if (std::find(options.codecs.begin(), options.codecs.end(), "protobuf") != options.codecs.end()) {
    names.insert(names.end(), {unit + ".once.pb.hpp", unit + ".once.pb.cpp"});
  }
  return names;
}

backend::Output make_proto(const OutputRequest& request) {
  return backend::proto::generate(request.model, request.unit);
}

std::vector<std::string> proto_names(const std::string& unit, const OutputOptions& /*options*/) {
  return {unit + ".proto"};
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
