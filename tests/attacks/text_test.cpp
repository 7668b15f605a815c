// A17: what a peer chooses the letters of, where it comes to stand in texts and logs.
#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/cdr.hpp>
#include <once/codec/print.hpp>
#include <once/once.hpp>
#include <once/rpc/stub.hpp>

#include "figures.hpp"

namespace attacks {
namespace {

/// Ends lines, rings, clears screens, and begins a sequence for a terminal in the two ways there are.
const std::string kEvil =
    "x\r\n\t\x1b[2J\x07\x7f\xc2\x9b"
    "31m";
const std::string kLong(5000, '\n');

std::size_t control_octets(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    count += octet < 0x20 || octet == 0x7f || (octet == 0xc2 && next >= 0x80 && next < 0xa0) ? 1 : 0;
  }
  return count;
}

void expect_harmless(std::string_view text, std::size_t longest) {
  EXPECT_EQ(control_octets(text), 0u) << text;
  EXPECT_LE(text.size(), longest) << text;
  figure("octets_of_a_text", text.size());
}

once::ObjectRef evil_reference() {
  once::ObjectRef reference;
  reference.endpoints.push_back({once::TransportKind::Udp, kEvil, 1});
  for (int i = 0; i < 15; ++i)
    reference.endpoints.push_back({once::TransportKind::Tcp, kEvil + std::string(240, 'h'), 1});
  reference.key = kEvil + kLong;
  reference.interface_id = kEvil;
  return reference;
}

constexpr once::Operation kPing = [] {
  once::Operation operation;
  operation.interface_id = "IDL:A:1.0";
  operation.name = "ping";
  return operation;
}();

TEST(A17Text, ReferencesAreEscaped) {
  EXPECT_EQ(control_octets(to_string(evil_reference())), 0u);
  EXPECT_EQ(control_octets(to_string(evil_reference().endpoints[0])), 0u);
}

TEST(A17Text, FailuresOfCallsAreEscapedAndBounded) {
  once::Client client;
  const once::ObjectRef reference = evil_reference();
  once::OutgoingCall call;
  call.operation = &kPing;
  call.target = &reference;
  const once::RawOutcome outcome = client.channel_to(reference)->call(std::move(call));
  EXPECT_NE(outcome.text.find("ping on once://x%0D%0A"), std::string::npos) << outcome.text;
  expect_harmless(outcome.text,
                  2 * once::detail::kShownMax + 100);  // of the reference, of the last address, and ours
}

TEST(A17Text, ReferencesWithoutAnAddressAreEscapedAndBounded) {
  once::Client client;
  once::ObjectRef reference = evil_reference();
  reference.endpoints.clear();
  try {
    static_cast<void>(client.channel_to(reference));
    ADD_FAILURE();
  } catch (const once::SystemError& error) {
    expect_harmless(error.what(), once::detail::kShownMax + 100);
  }
}

TEST(A17Text, ArgumentsThatDoNotEncodeAreReportedAlike) {
  const once::ObjectRef reference = evil_reference();
  once::OutgoingCall call;
  call.operation = &kPing;
  call.target = &reference;
  call.error = once::Errc::limit_exceeded;
  expect_harmless(once::detail::not_sent(call).text, once::detail::kShownMax + 100);
}

once::TypeCode evil_type(once::TypeKind kind, const std::string& name) {
  once::TypeCodeBuilder builder;
  const auto declared = builder.declare(kind, "IDL:A:1.0", name);
  if (kind == once::TypeKind::Enum) {
    builder.enumerator(declared.type, name);
  } else {
    builder.member(declared.type, name, builder.string());
  }
  return builder.finish(declared.type);
}

TEST(A17Text, TypesThatPeersDescribeAreEscapedAndBounded) {
  for (const std::string& name : {kEvil, kLong}) {
    expect_harmless(to_string(evil_type(once::TypeKind::Struct, name)), once::detail::kShownMax);
  }
}

TEST(A17Text, ValuesOfSuchTypesAreEscaped) {
  once::Buffer buffer;
  once::Cdr::Encoder encoder{buffer};
  encode(encoder, evil_type(once::TypeKind::Struct, kEvil));
  encoder.text(kEvil);
  encode(encoder, evil_type(once::TypeKind::Enum, kLong));
  encoder.value(std::uint32_t{0});
  ASSERT_TRUE(encoder.finish());
  once::CdrDecoder<once::Cdr::kOrder> decoder{buffer.view()};
  once::Any value, enumerator;
  decode(decoder, value);
  decode(decoder, enumerator);
  ASSERT_TRUE(decoder.finish());
  expect_harmless(to_string(value), 300);
  expect_harmless(to_string(enumerator), once::detail::kShownMax);
}

TEST(A17Text, TextIsEscapedWhereItIsPrinted) {
  expect_harmless(once::printed(kEvil), 100);
  expect_harmless(once::printed(std::u16string{u"x\r\n\x1b[2J\x7f\x9b"
                                               u"31m"}),
                  100);
  expect_harmless(once::printed('\x1b'), 10);
  expect_harmless(once::printed(u'\x9b'), 10);
  EXPECT_EQ(once::printed(std::string{"\xc2\xa0 \xc3\xa9"}),
            "\"\xc2\xa0 \xc3\xa9\"");  // what is no control character stays
}

}  // namespace
}  // namespace attacks
