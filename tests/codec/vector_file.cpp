#include "vector_file.hpp"

#include <fstream>
#include <limits>

#include "coders.hpp"

namespace codec_test {

std::vector<Vector> read_vectors(const std::string& file) {
  std::ifstream stream{std::string{ONCE_VECTORS} + "/" + file};
  std::vector<Vector> vectors;
  for (const Json& entry : Json::parse(stream)) {
    vectors.push_back({.name = entry.at("name"),
                       .codec = entry.at("codec"),
                       .little = entry.at("endian") == "little",
                       .idl = entry.at("idl"),
                       .expect = entry.value("expect", ""),
                       .value = entry.at("value"),
                       .wire = from_hex(entry.at("hex").get<std::string>())});
  }
  return vectors;
}

void read(const Json& json, bool& value) {
  value = json.get<bool>();
}

void read(const Json& json, char& value) {
  const auto text = json.get<std::string>();
  // One character of ISO 8859-1, here as UTF-8.
  value = text.size() == 1 ? text[0] : static_cast<char>((text[0] & 0x1f) << 6 | (text[1] & 0x3f));
}

void read(const Json& json, double& value) {
  value = json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>();
}

void read(const Json& json, float& value) {
  double wide = 0;
  read(json, wide);
  value = static_cast<float>(wide);
}

/// Decimal digits with one point. Both operands of the division are exact, so the result is the nearest.
void read(const Json& json, once::Float128& value) {
  const auto text = json.get<std::string>();
  once::Float128 digits = 0;
  once::Float128 scale = 1;
  bool fraction = false;
  for (const char c : text.substr(0, text.find(' '))) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    digits = digits * 10 + (c - '0');
    if (fraction) scale = scale * 10;
  }
  value = (text[0] == '-' ? -digits : digits) / scale;
}

void read(const Json& json, std::string& value) {
  value = json.get<std::string>();
}
void read(const Json& json, once::Bytes& value) {
  value = from_hex(json.get<std::string>().substr(2));
}

}  // namespace codec_test
