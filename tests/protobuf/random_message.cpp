// Random values by reflection.
#include "random_message.hpp"

#include <bit>
#include <vector>

#include <google/protobuf/descriptor.h>

namespace once::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// The number behind `mark` in a name, or -1.
int marked(const std::string& name, const std::string& mark) {
  const std::size_t at = name.find(mark);
  return at == std::string::npos ? -1 : std::stoi(name.substr(at + mark.size()));
}

}  // namespace

void RandomMessage::fill(Message& message, int depth) {
  const auto& type = *message.GetDescriptor();
  const FieldDescriptor* const discriminator = type.FindFieldByName("discriminator");
  if (discriminator != nullptr) {
    const auto& arms = *type.FindOneofByName("arm");
    const FieldDescriptor& arm =
        *arms.field(static_cast<int>(below(static_cast<std::size_t>(arms.field_count()))));
    if (discriminator->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      message.GetReflection()->SetEnumValue(&message, discriminator, arm.number());
    } else {
      message.GetReflection()->SetInt32(&message, discriminator, arm.number());
    }
    set(message, arm, depth);
    return;
  }
  for (int i = 0; i < type.field_count(); ++i) fill_field(message, *type.field(i), depth);
}

void RandomMessage::fill_field(Message& message, const FieldDescriptor& field, int depth) {
  const auto& reflection = *message.GetReflection();
  // What the wrapped elements of `rows_of_3` hold is said by the name of the field around them.
  const std::string around = message.GetDescriptor()->name();
  const std::string name = around.starts_with("Rows") ? "value_of_3" : field.name();
  const bool is_optional =
      field.has_optional_keyword() || field.name().starts_with("opt_") || field.name() == "perhaps";
  if (field.is_repeated()) {
    const int exactly = field.name() == "rows_of_3" ? -1 : marked(name, "_of_");
    const std::size_t count = exactly >= 0 ? static_cast<std::size_t>(exactly) : depth > 4 ? 0 : below(5);
    for (std::size_t n = 0; n < count; ++n) set(message, field, depth);
  } else if (!is_optional || below(2) == 0) {
    set(message, field, depth);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && !is_optional && reflection.GetMessage(message, &field).ByteSizeLong() == 0) {
      reflection.ClearField(&message, &field);  // Once leaves empty structures out
    }
  }
}

void RandomMessage::set(Message& message, const FieldDescriptor& field, int depth) {
  const auto& r = *message.GetReflection();
  const bool many = field.is_repeated();
  const std::uint64_t n = number(field.name());
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? r.AddBool(&message, &field, n & 1) : r.SetBool(&message, &field, n & 1);
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value = static_cast<std::int32_t>(n);
      return many ? r.AddInt32(&message, &field, value) : r.SetInt32(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto value = static_cast<std::uint32_t>(n);
      return many ? r.AddUInt32(&message, &field, value) : r.SetUInt32(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value = static_cast<std::int64_t>(n);
      return many ? r.AddInt64(&message, &field, value) : r.SetInt64(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_UINT64:
      return many ? r.AddUInt64(&message, &field, n) : r.SetUInt64(&message, &field, n);
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(n));
      return many ? r.AddFloat(&message, &field, value) : r.SetFloat(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto value = std::bit_cast<double>(n);
      return many ? r.AddDouble(&message, &field, value) : r.SetDouble(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = enumerator(*field.enum_type());
      return many ? r.AddEnumValue(&message, &field, value) : r.SetEnumValue(&message, &field, value);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const bool is_block = field.type() == FieldDescriptor::TYPE_BYTES;
      std::string value = is_block ? block(field.name()) : text();
      return many ? r.AddString(&message, &field, std::move(value))
                  : r.SetString(&message, &field, std::move(value));
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill(many ? *r.AddMessage(&message, &field) : *r.MutableMessage(&message, &field), depth + 1);
  }
}

/// Of every size, zero among them, within the range that the name tells.
std::uint64_t RandomMessage::number(const std::string& name) {
  const std::uint64_t value = below(8) == 0 ? 0 : random_() >> below(64);
  const std::uint64_t sized = below(2) == 0 ? value : ~value;
  if (name.find("_u8") != std::string::npos) return sized & 0xff;
  if (name.find("_u16") != std::string::npos) return sized & 0xffff;
  if (name.find("_i8") != std::string::npos)
    return static_cast<std::uint64_t>(static_cast<std::int8_t>(sized));
  if (name.find("_i16") != std::string::npos)
    return static_cast<std::uint64_t>(static_cast<std::int16_t>(sized));
  return sized;
}

std::string RandomMessage::text() {
  static const std::vector<std::string> kPieces = {
      "a", "Zz", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82", "0123456789abcdef"};
  std::string result;
  for (std::size_t n = below(12); n != 0; --n) result += kPieces[below(kPieces.size())];
  return result;
}

std::string RandomMessage::block(const std::string& name) {
  const int exactly = marked(name, "_bytes");
  std::string result(exactly >= 0 ? static_cast<std::size_t>(exactly) : below(300), '\0');
  do {  // a block of a fixed size that is all zeros is left out
    for (char& octet : result) octet = static_cast<char>(random_());
  } while (exactly > 0 && result == std::string(result.size(), '\0'));
  return result;
}

/// One that the IDL has: not the zero that Protocol Buffers asked for.
int RandomMessage::enumerator(const google::protobuf::EnumDescriptor& type) {
  while (true) {
    const auto& value = *type.value(static_cast<int>(below(static_cast<std::size_t>(type.value_count()))));
    if (!value.name().ends_with("_UNSPECIFIED")) return value.number();
  }
}

}  // namespace once::test
