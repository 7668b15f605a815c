// tests/vectors: reading the files, and C++ values from their JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "fields.hpp"

namespace codec_test {

using Json = nlohmann::json;

struct Vector {
  std::string name;
  std::string codec;
  bool little = false;
  std::string idl;
  std::string expect;
  Json value;
  once::Bytes wire;
};

/// All entries of "xdr.json", "cdr.json" or "reject.json".
std::vector<Vector> read_vectors(const std::string& file);

// read(json, value): the values of vectors/README.md, "Fields".

void read(const Json& json, bool& value);
void read(const Json& json, char& value);
void read(const Json& json, float& value);
void read(const Json& json, double& value);
void read(const Json& json, once::Float128& value);
void read(const Json& json, std::string& value);
void read(const Json& json, once::Bytes& value);

template <std::integral T>
void read(const Json& json, T& value) {
  if (!json.is_string()) {
    value = json.get<T>();
  } else if constexpr (std::signed_integral<T>) {
    value = static_cast<T>(std::stoll(json.get<std::string>()));
  } else {
    value = static_cast<T>(std::stoull(json.get<std::string>(), nullptr, 0));
  }
}
template <std::size_t n>
void read(const Json& json, std::array<std::uint8_t, n>& value) {
  once::Bytes octets;
  read(json, octets);
  std::copy_n(octets.begin(), n, value.begin());
}
template <class T, std::size_t n>
void read(const Json& json, std::array<T, n>& values) {
  for (std::size_t i = 0; i < n; ++i) read(json.at(i), values[i]);
}
template <class T>
void read(const Json& json, std::vector<T>& values) {
  for (const Json& element : json) {
    T value{};
    read(element, value);
    values.push_back(std::move(value));
  }
}
template <class T>
void read(const Json& json, std::optional<T>& value) {
  if (!json.is_null()) read(json, value.emplace());
}
template <HasFields S>
void read(const Json& json, S& value) {
  for_each_field(value,
                 [&](std::string_view name, auto& member) { read(json.at(std::string{name}), member); });
}

}  // namespace codec_test
