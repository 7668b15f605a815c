// Every vector of tests/vectors in both directions, and every entry of reject.json refused.
#include <cstdio>

#include <gtest/gtest.h>

#include "allocations.hpp"
#include "vector_table.hpp"

namespace codec_test {
namespace {

/// The byte order inside an encapsulation is part of the value in the tests' types; the JSON does not have
/// it.
void add_byte_order(Vector& vector) {
  const bool little = vector.little || vector.name == "cdr.encapsulation.little_in_big.be";
  if (vector.idl.starts_with("encapsulation of FT::")) vector.value["little"] = little;
  if (vector.name.starts_with("cdr.encapsulation."))
    vector.value = {{"little", little}, {"value", vector.value}};
}

void run_file(const std::string& file, std::size_t run_expected, std::size_t skipped_expected) {
  std::size_t run = 0;
  std::size_t skipped = 0;
  for (Vector& vector : read_vectors(file)) {
    if (is_not_implemented(vector)) {
      ++skipped;
      continue;
    }
    add_byte_order(vector);
    SCOPED_TRACE(vector.name);
    const TypeUnderTest* const type = type_of(vector);
    ASSERT_NE(type, nullptr) << vector.idl;
    EXPECT_EQ(to_hex(type->encode_value(vector)), to_hex(vector.wire));
    EXPECT_TRUE(type->decodes_to_value(vector));
    EXPECT_EQ(type->recode(vector.wire), vector.wire);
    ++run;
  }
  std::printf("%s: %zu vectors in both directions, %zu of wide characters and fixed left out\n", file.c_str(),
              run, skipped);
  EXPECT_EQ(run, run_expected);
  EXPECT_EQ(skipped, skipped_expected);
}

TEST(Vectors, XdrEncodesAndDecodesEveryVector) {
  run_file("xdr.json", 63, 0);
}

TEST(Vectors, CdrEncodesAndDecodesEveryVectorOfItsTypes) {
  run_file("cdr.json", 125, 21);
}

TEST(Vectors, WhatMustBeRejectedIsRejected) {
  std::size_t run_xdr = 0;
  std::size_t run_cdr = 0;
  std::size_t skipped = 0;
  for (const Vector& vector : read_vectors("reject.json")) {
    if (vector.codec != "xdr" && vector.codec != "cdr") continue;
    if (is_not_implemented(vector)) {
      ++skipped;
      continue;
    }
    SCOPED_TRACE(vector.name);
    const TypeUnderTest* const type = type_of(vector);
    ASSERT_NE(type, nullptr) << vector.idl;

    const Allocations allocations;
    const Decoded decoded = type->decode(vector.wire);
    // The copy of the input that decode() makes is all that is allocated for any of these small inputs, but
    // for an element of a list that did decode.
    const bool list = vector.name == "reject.cdr.seq.bound";
    EXPECT_LE(allocations.peak(), list ? 256 : vector.wire.size());

    EXPECT_NE(decoded.error, once::Errc::ok);
    EXPECT_LE(decoded.offset, vector.wire.size());
    ++(vector.codec == "xdr" ? run_xdr : run_cdr);
  }
  std::printf("reject.json: %zu of XDR and %zu of CDR refused, %zu of wide characters and fixed left out\n",
              run_xdr, run_cdr, skipped);
  EXPECT_EQ(run_xdr, 14U);
  EXPECT_EQ(run_cdr + skipped, 19U);
}

}  // namespace
}  // namespace codec_test
