// Fills messages of protoc's code with random values, by their descriptors and by what the names of wire.idl
// say.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include <google/protobuf/message.h>

namespace once::test {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  void fill(google::protobuf::Message& message, int depth = 0);

 private:
  void fill_field(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                  int depth);
  void set(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int depth);
  std::uint64_t number(const std::string& name);
  std::string text();
  std::string block(const std::string& name);
  int enumerator(const google::protobuf::EnumDescriptor& type);
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_);
  }

  std::mt19937_64 random_;
};

}  // namespace once::test
