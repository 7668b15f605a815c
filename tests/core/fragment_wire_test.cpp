// The layouts of the fragment layer's messages, octet by octet as docs/protocol.md has them.
#include "core/fragments/fragment_wire.hpp"

#include <gtest/gtest.h>

#include "core/octets.hpp"
#include "pair.hpp"

namespace once::core::testing {
namespace {

Fragment sample() {
  Fragment fragment;
  fragment.session = 0x1122334455667788;
  fragment.number = 3;
  fragment.semantics = Semantics::AtMostOnce;
  fragment.transfer = 0x0000000700000005;
  fragment.oldest = 0x0000000700000004;
  fragment.order = 99;
  fragment.whole_length = 1'000;
  fragment.fragment_size = 120;
  fragment.index = 8;
  fragment.ask = true;
  fragment.age_ms = 0x01020304;
  return fragment;
}

Bytes written(const Fragment& fragment, Side from = Side::Client) {
  const Bytes payload(fragment.payload_size(), 0x5A);
  Bytes message;
  write(fragment, from, crc32c(payload), message);
  message.insert(message.end(), payload.begin(), payload.end());
  return message;
}

template <class T>
T at(const Bytes& message, std::size_t offset) {
  return load<T>(message.data() + offset);
}

TEST(FragmentWire, FragmentHasItsLayout) {
  const Bytes message = written(sample());
  ASSERT_EQ(message.size(), 80u + 40u);  // the last one is shorter
  EXPECT_EQ(message[7], 0x20);
  EXPECT_EQ(at<std::uint16_t>(message, 10), 80);
  EXPECT_EQ(at<std::uint64_t>(message, 16), 0x1122334455667788u);
  EXPECT_EQ(at<std::uint64_t>(message, 24), 3u);
  EXPECT_EQ(at<std::uint64_t>(message, 32), 0x0000000700000005u);
  EXPECT_EQ(at<std::uint64_t>(message, 40), 0x0000000700000004u);
  EXPECT_EQ(at<std::uint64_t>(message, 48), 99u);
  EXPECT_EQ(at<std::uint32_t>(message, 56), 1'000u);
  EXPECT_EQ(at<std::uint32_t>(message, 60), 120u);
  EXPECT_EQ(at<std::uint32_t>(message, 64), 8u);
  EXPECT_EQ(at<std::uint32_t>(message, 68), crc32c(Bytes(40, 0x5A)));
  EXPECT_EQ(message[72], 2);
  EXPECT_EQ(message[73], 1);
  EXPECT_EQ(at<std::uint32_t>(message, 76), 0x01020304u);
  EXPECT_EQ(written(sample(), Side::Server)[7], 0xA0);
}

TEST(FragmentWire, FragmentIsReadAsItWasWritten) {
  const Bytes message = written(sample());
  Prefix prefix;
  Fragment read_back;
  ASSERT_EQ(read_prefix(message, prefix), Errc::ok);
  ASSERT_EQ(read(message, prefix, read_back), Errc::ok);
  EXPECT_EQ(read_back.session, sample().session);
  EXPECT_EQ(read_back.order, 99u);
  EXPECT_EQ(read_back.count(), 9u);
  EXPECT_TRUE(read_back.ask);
  EXPECT_EQ(read_back.age_ms, 0x01020304u);
  EXPECT_EQ(read_back.payload.size(), 40u);
}

TEST(FragmentWire, FragmentThatContradictsItselfIsRefused) {
  const auto error_of = [](std::size_t offset, std::uint32_t value) {
    Bytes message = written(sample());
    store(message.data() + offset, value);
    reseal(message);
    Prefix prefix;
    Fragment fragment;
    EXPECT_EQ(read_prefix(message, prefix), Errc::ok);
    return read(message, prefix, fragment);
  };
  EXPECT_EQ(error_of(56, 1'001), Errc::invalid_value);  // the payload is too short
  EXPECT_EQ(error_of(56, 960), Errc::invalid_value);    // no such index
  EXPECT_EQ(error_of(56, 15), Errc::invalid_value);     // no message is so short
  EXPECT_EQ(error_of(56, 0xFFFFFFFF), Errc::invalid_value);
  EXPECT_EQ(error_of(60, 63), Errc::invalid_value);  // fragments may not be smaller than 64
  EXPECT_EQ(error_of(60, 0), Errc::invalid_value);
  EXPECT_EQ(error_of(60, 0xFFFFFFFF), Errc::invalid_value);
  EXPECT_EQ(error_of(64, 9), Errc::invalid_value);
  EXPECT_EQ(error_of(64, 0xFFFFFFFF), Errc::invalid_value);
  EXPECT_EQ(error_of(68, 0), Errc::bad_checksum);
  EXPECT_EQ(error_of(72, 0x04000000), Errc::invalid_value);  // semantics
  EXPECT_EQ(error_of(28, 0), Errc::invalid_value);           // number 0
  EXPECT_EQ(error_of(52, 0), Errc::invalid_value);           // order 0
  EXPECT_EQ(error_of(44, 6), Errc::invalid_value);           // oldest beyond the transfer itself
}

TEST(FragmentWire, AcknowledgementHasItsLayout) {
  FragmentAck ack;
  ack.session = 0x1122334455667788;
  ack.transfer = 5;
  ack.began = 6;
  ack.echo_order = 7;
  ack.cumulative = 8;
  ack.echo_index = 9;
  ack.status = TransferStatus::Refused;
  ack.words = 2;
  ack.bitmap[0] = 0x8000000000000001;
  ack.bitmap[1] = 2;
  Bytes message;
  write(ack, Side::Client, message);
  ASSERT_EQ(message.size(), 80u);
  EXPECT_EQ(message[7], 0x21);
  EXPECT_EQ(at<std::uint64_t>(message, 24), 5u);
  EXPECT_EQ(at<std::uint64_t>(message, 32), 6u);
  EXPECT_EQ(at<std::uint64_t>(message, 40), 7u);
  EXPECT_EQ(at<std::uint32_t>(message, 48), 8u);
  EXPECT_EQ(at<std::uint32_t>(message, 52), 9u);
  EXPECT_EQ(message[56], 2);
  EXPECT_EQ(message[57], 2);
  EXPECT_EQ(at<std::uint64_t>(message, 64), 0x8000000000000001u);
  Prefix prefix;
  FragmentAck read_back;
  ASSERT_EQ(read_prefix(message, prefix), Errc::ok);
  ASSERT_EQ(read(message, prefix, read_back), Errc::ok);
  EXPECT_EQ(read_back.bitmap, ack.bitmap);
  for (const auto& [offset, value] : {std::pair{56, 5}, std::pair{57, 3}, std::pair{57, 17}}) {
    Bytes wrong = message;
    wrong[static_cast<std::size_t>(offset)] = static_cast<std::uint8_t>(value);
    reseal(wrong);
    ASSERT_EQ(read_prefix(wrong, prefix), Errc::ok);
    EXPECT_NE(read(wrong, prefix, read_back), Errc::ok) << offset << " " << value;
  }
}

TEST(FragmentWire, ProbeIsAsLargeAsItSaysAndItsAnswerIsSmall) {
  Bytes message;
  write_probe({0x77, 3}, Side::Server, 1'472, message);
  EXPECT_EQ(message.size(), 1'472u);
  EXPECT_EQ(message[7], 0xA2);
  Prefix prefix;
  PathMessage probe;
  ASSERT_EQ(read_prefix(message, prefix), Errc::ok);
  ASSERT_EQ(read(message, prefix, probe), Errc::ok);
  EXPECT_EQ(probe.session, 0x77u);
  EXPECT_EQ(probe.probe, 3u);
  write_answer(probe, Side::Client, message);
  ASSERT_EQ(message.size(), 32u);
  EXPECT_EQ(message[7], 0x23);
  EXPECT_EQ(at<std::uint32_t>(message, 24), 3u);
  ASSERT_EQ(read_prefix(message, prefix), Errc::ok);
  ASSERT_EQ(read(message, prefix, probe), Errc::ok);
  EXPECT_EQ(probe.probe, 3u);
}

TEST(FragmentWire, OnlyItsOwnTypesAreTheLayers) {
  int own = 0;
  for (int type = 0; type < 256; ++type) own += fragment_kind(static_cast<MessageType>(type)) ? 1 : 0;
  EXPECT_EQ(own, 8);
  EXPECT_EQ(fragment_kind(MessageType::FragmentUp), FragmentKind::Fragment);
  EXPECT_EQ(fragment_kind(MessageType::PathAnswerDown), FragmentKind::Answer);
  EXPECT_FALSE(fragment_kind(MessageType::Request));
  EXPECT_FALSE(fragment_kind(MessageType::Reply));
}

}  // namespace
}  // namespace once::core::testing
