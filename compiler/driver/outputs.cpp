// The generators, by their options.
#include "driver/outputs.hpp"

#include <algorithm>

#include "backend/cpp/generator.hpp"
#include "backend/proto/generator.hpp"

namespace oncec::driver {

namespace {

backend::Output make_cpp(const OutputRequest& request) {
  return backend::cpp::generate(request.model, {request.unit, request.codecs, 1, request.type_codes});
}

std::vector<std::string> cpp_names(const std::string& unit, const std::vector<std::string>& codecs) {
  std::vector<std::string> names = {unit + ".once.hpp", unit + ".once.co.hpp", unit + ".once.cpp"};
  if (std::find(codecs.begin(), codecs.end(), "protobuf") != codecs.end()) {
    names.insert(names.end(), {unit + ".once.pb.hpp", unit + ".once.pb.cpp"});
  }
  return names;
}

backend::Output make_proto(const OutputRequest& request) {
  return backend::proto::generate(request.model, request.unit);
}

std::vector<std::string> proto_names(const std::string& unit, const std::vector<std::string>& /*codecs*/) {
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
