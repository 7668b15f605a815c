// Which C++ type stands for which IDL text of the vectors, with what the tests do to a type, behind one
// interface.
#pragma once

#include <functional>
#include <optional>

#include "coders.hpp"
#include "vector_file.hpp"

namespace codec_test {

/// What is done with one type in one encoding.
struct TypeUnderTest {
  /// Encodes the vector's value.
  std::function<once::Bytes(const Vector&)> encode_value;
  /// True if decoding the vector's octets gives the vector's value.
  std::function<bool(const Vector&)> decodes_to_value;
  /// Decodes.
  std::function<Decoded(once::ByteView)> decode;
  /// Decodes and encodes again; nothing if it does not decode.
  std::function<std::optional<once::Bytes>(once::ByteView)> recode;
};

/// The type of a vector, in its byte order; nullptr if the codecs do not have it (see kNotImplemented).
const TypeUnderTest* type_of(const Vector& vector);

/// True for the types that belong to later work: wide characters, any, fixed.
bool is_not_implemented(const Vector& vector);

}  // namespace codec_test
