// The octets of every message, as docs/protocol.md lays them out, and what becomes of octets that are no
// message.
#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {
namespace {

Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes octets;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n') continue;
    if (high < 0) {
      high = digit(c);
    } else {
      octets.push_back(static_cast<std::uint8_t>(high * 16 + digit(c)));
      high = -1;
    }
  }
  return octets;
}

std::string to_hex(ByteView octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i != 0 && i % 16 == 0) text += '\n';
    text += kDigits[octets[i] >> 4];
    text += kDigits[octets[i] & 15];
  }
  return text;
}

/// Both sides laid out alike, so that a difference shows where it is.
void expect_octets(const Bytes& octets, std::string_view golden) {
  EXPECT_EQ(to_hex(octets), to_hex(from_hex(golden)));
}

template <class Message>
Bytes written(const Message& message) {
  Bytes octets(kServerHeaderMax);
  octets.resize(write(message, octets.data()));
  return octets;
}

SessionMessage sample(MessageType type) {
  SessionMessage message;
  message.type = type;
  message.session = 0x0102030405060708;
  message.counter = 9;
  message.acknowledgement = {5, 0b110};
  message.expected = {1, 0xE1E2E3E4E5E6E7E8};
  message.sequence = 6;
  message.attempt = 2;
  message.semantics = Semantics::AtMostOnce;
  message.codec = 3;
  message.budget_ms = 10'000;
  return message;
}

// --- Golden octets

TEST(Wire, Hello) {
  Hello hello;
  hello.nonce = 0x1112131415161718;
  hello.instance = {0x2122232425262728, 0x3132333435363738};
  hello.cookie = 0x4142434445464748;
  hello.window_max = 64;
  hello.message_max = 16 << 20;
  hello.attempt = 1;
  Bytes octets;
  write(hello, octets);
  expect_octets(octets, R"(
    00000080 4f6e 01 01  0000 0080 877de48a
    1112131415161718 2122232425262728
    3132333435363738 4142434445464748
    00000040 01000000 01 01 0001 00000000
    0000 003c 00000000 0000000000000000
    0000000000000000 0000000000000000
    0000000000000000 0000000000000000
    0000000000000000 0000000000000000)");
}

TEST(Wire, Request) {
  SessionMessage message = sample(MessageType::Request);
  message.little_endian = true;
  message.operation = 0x0A0B0C0D;
  message.fingerprint = 0xF1F2F3F4;
  message.body_length = 4;
  message.body_checksum = crc32c(as_bytes("body"));
  Bytes octets;
  write(message, as_bytes("alice"), octets);
  octets.insert(octets.end(), {'b', 'o', 'd', 'y'});
  expect_octets(octets, R"(
    00000074 4f6e 01 02  0001 0070 c31b8c35
    0102030405060708 0000000000000009
    0000000000000005 0000000000000006
    0000000000000001 e1e2e3e4e5e6e7e8
    0000000000000006 0002 02 03 00002710
    0a0b0c0d f1f2f3f4 00000004 263fc950
    0000 0001 0005 0000 616c696365000000
    626f6479)");
}

TEST(Wire, CancelAndProbe) {
  Bytes octets;
  write(sample(MessageType::Cancel), {}, octets);
  expect_octets(octets, R"(
    00000058 4f6e 01 03  0000 0058 e42eba93
    0102030405060708 0000000000000009
    0000000000000005 0000000000000006
    0000000000000001 e1e2e3e4e5e6e7e8
    0000000000000006 0002 02 03 00002710
    0000000000000000)");
  write(sample(MessageType::Probe), {}, octets);
  EXPECT_EQ(octets[7], 0x04);
  EXPECT_EQ(octets.size(), 88u);
}

TEST(Wire, AckAndBye) {
  Bytes octets;
  write(sample(MessageType::Ack), {}, octets);
  expect_octets(octets, R"(
    00000040 4f6e 01 05  0000 0040 da569c9b
    0102030405060708 0000000000000009
    0000000000000005 0000000000000006
    0000000000000001 e1e2e3e4e5e6e7e8)");
  write(sample(MessageType::Bye), {}, octets);
  EXPECT_EQ(octets[7], 0x06);
  EXPECT_EQ(octets.size(), 64u);
}

TEST(Wire, CookieWelcomeRefusedVersions) {
  expect_octets(written(Cookie{0x1112131415161718, 0x4142434445464748, 3}), R"(
    00000028 4f6e 01 81  0000 0028 7de24cdb
    1112131415161718 4142434445464748
    0003 0000 00000000)");
  expect_octets(written(PathChallenge{0x0102030405060708, 9, 0x4142434445464748}), R"(
    00000028 4f6e 01 85  0000 0028 88d57af6
    0102030405060708 0000000000000009 4142434445464748)");
  expect_octets(written(Welcome{0x1112131415161718,
                                0x0102030405060708,
                                {1, 0xE1E2E3E4E5E6E7E8},
                                8,
                                60'000,
                                16 << 20,
                                3,
                                true,
                                6,
                                7}),
                R"(
    00000050 4f6e 01 82  0000 0050 4e1557f9
    1112131415161718 0102030405060708
    0000000000000001 e1e2e3e4e5e6e7e8
    00000008 0000ea60 01000000 0003 0001
    0000000000000006 0000000000000007)");
  expect_octets(written(Refused{0x1112131415161718, Errc::overloaded, 3, 50}), R"(
    00000020 4f6e 01 83  0000 0020 334909ce
    1112131415161718 001e 0003 00000032)");
  expect_octets(written(Versions{0x1112131415161718, 1, 1}), R"(
    00000020 4f6e 01 84  0000 0020 e68338f4
    1112131415161718 01 01 0000 00000000)");
}

TEST(Wire, Answers) {
  Answer answer;
  answer.type = MessageType::Reply;
  answer.little_endian = true;
  answer.status = ReplyStatus::UserException;
  answer.codec = 3;
  answer.attempt = 2;
  answer.reason = Errc::ok;
  answer.window = 16;
  answer.session = 0x0102030405060708;
  answer.sequence = 6;
  answer.epoch = {1, 0xE1E2E3E4E5E6E7E8};
  answer.expected = {1, 0xE1E2E3E4E5E6E7E8};
  answer.body_length = 4;
  answer.body_checksum = crc32c(as_bytes("body"));
  Bytes octets = written(answer);
  octets.insert(octets.end(), {'b', 'o', 'd', 'y'});
  expect_octets(octets, R"(
    0000005c 4f6e 01 90  0001 0058 fee91c02
    0102030405060708 0000000000000006
    0000000000000001 e1e2e3e4e5e6e7e8
    0002 02 01 0000 0010 00000000 03 000000
    00000004 263fc950 0000000000000001
    e1e2e3e4e5e6e7e8 626f6479)");

  answer = {};
  answer.type = MessageType::WrongEpoch;
  answer.session = 0x0102030405060708;
  answer.sequence = 6;
  answer.attempt = 2;
  answer.reason = Errc::no_such_object;
  answer.retry_after_ms = 7;
  answer.epoch = {2, 0xE2};
  answer.expected = {1, 0xE1};
  expect_octets(written(answer), R"(
    00000058 4f6e 01 96  0000 0058 39edb507
    0102030405060708 0000000000000006
    0000000000000002 00000000000000e2
    0002 02 00 001f 0000 00000007 00 000000
    00000000 00000000 0000000000000001
    00000000000000e1)");
  const std::pair<MessageType, std::uint8_t> codes[] = {
      {MessageType::NotExecuted, 0x91}, {MessageType::ReplyLost, 0x92}, {MessageType::Working, 0x93},
      {MessageType::Unseen, 0x94},      {MessageType::Collision, 0x95}, {MessageType::NoSession, 0x97}};
  for (const auto& [type, code] : codes) {
    answer.type = type;
    EXPECT_EQ(written(answer)[7], code);
  }
}

// --- What was written is read again

TEST(Wire, EveryFieldOfARequestSurvives) {
  const SessionMessage out = [] {
    SessionMessage message = sample(MessageType::Request);
    message.little_endian = true;
    message.operation = 1;
    message.fingerprint = 2;
    message.body_length = 4;
    message.body_checksum = crc32c(as_bytes("body"));
    return message;
  }();
  const Slice whole = ServerDesk::message(out, "a key", "body");
  Prefix prefix;
  SessionMessage in;
  ASSERT_EQ(read_prefix(whole, prefix), Errc::ok);
  ASSERT_EQ(read(whole, prefix, in), Errc::ok);
  EXPECT_EQ(in.session, out.session);
  EXPECT_EQ(in.counter, out.counter);
  EXPECT_EQ(in.acknowledgement.through, out.acknowledgement.through);
  EXPECT_EQ(in.acknowledgement.bitmap, out.acknowledgement.bitmap);
  EXPECT_EQ(in.expected, out.expected);
  EXPECT_EQ(in.sequence, out.sequence);
  EXPECT_EQ(in.attempt, out.attempt);
  EXPECT_EQ(in.semantics, out.semantics);
  EXPECT_EQ(in.codec, out.codec);
  EXPECT_EQ(in.budget_ms, out.budget_ms);
  EXPECT_EQ(in.operation, out.operation);
  EXPECT_EQ(in.fingerprint, out.fingerprint);
  EXPECT_EQ(in.body_length, out.body_length);
  EXPECT_EQ(in.little_endian, out.little_endian);
  EXPECT_EQ(in.key_length, 5u);
  EXPECT_EQ(in.header_length % 8, 0);
  EXPECT_FALSE(in.must_understand);
}

TEST(Wire, DirectionIsInTheType) {
  EXPECT_TRUE(is_client_to_server(MessageType::Hello));
  EXPECT_TRUE(is_client_to_server(MessageType::Bye));
  EXPECT_FALSE(is_client_to_server(MessageType::Cookie));
  EXPECT_FALSE(is_client_to_server(MessageType::NoSession));
  EXPECT_EQ(peek_type(written(Versions{})), MessageType::Versions);
  EXPECT_FALSE(peek_type(from_hex("00000020 4f6f 01 84 0000 0020 00000000")));
  EXPECT_FALSE(peek_type(from_hex("00000020 4f6e 01")));
}

// --- Octets that are no message

TEST(Wire, EveryBitFlipOfARequestIsDropped) {
  ServerDesk desk;
  desk.open();
  const Slice whole = ServerDesk::message(desk.header(MessageType::Request, 1), "key", "some body");
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes octets{whole.data(), whole.data() + whole.size()};
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 1u << (bit % 8));
    desk.deliver(Slice::copy_of(octets));
    EXPECT_TRUE(desk.silent()) << "bit " << bit;
  }
  EXPECT_TRUE(desk.arrivals.empty());
  EXPECT_EQ(desk.counters().malformed + desk.counters().bad_checksum, 8 * whole.size());
}

TEST(Wire, EveryTruncationOfARequestIsDropped) {
  ServerDesk desk;
  desk.open();
  const Slice whole = ServerDesk::message(desk.header(MessageType::Request, 1), "key", "some body");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes octets{whole.data(), whole.data() + size};
    desk.deliver(Slice::copy_of(octets));
    // Also with a prefix that agrees with the shorter length.
    if (size >= kPrefixSize) {
      store(octets.data(), static_cast<std::uint32_t>(size));
      if (size < load<std::uint16_t>(octets.data() + 10)) {
        octets.resize(size / 8 * 8);
        store(octets.data(), static_cast<std::uint32_t>(octets.size()));
        store(octets.data() + 10, static_cast<std::uint16_t>(octets.size()));
      }
      reseal(octets);
      desk.deliver(Slice::copy_of(octets));
    }
    EXPECT_TRUE(desk.silent()) << size;
  }
  EXPECT_TRUE(desk.arrivals.empty());
}

TEST(Wire, EveryTruncationAndBitFlipOfAnAnswerIsDropped) {
  Answer answer;
  answer.session = 7;
  answer.sequence = 1;
  const Bytes whole = written(answer);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes octets = whole;
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 1u << (bit % 8));
    Prefix prefix;
    EXPECT_NE(read_prefix(octets, prefix), Errc::ok);
    Bytes shorter{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bit / 8)};
    EXPECT_NE(read_prefix(shorter, prefix), Errc::ok);
  }
}

TEST(Wire, InvalidFieldsAreMalformed) {
  ServerDesk desk;
  desk.open();
  const auto drops = [&](std::size_t at, std::uint8_t value) {
    const Slice whole = ServerDesk::message(desk.header(MessageType::Request, 1), "key", "");
    Bytes octets{whole.data(), whole.data() + whole.size()};
    octets[at] = value;
    reseal(octets);
    const std::uint64_t before = desk.counters().malformed;
    desk.deliver(Slice::copy_of(octets));
    return desk.silent() && desk.counters().malformed == before + 1;
  };
  EXPECT_TRUE(drops(7, 0x7F));   // no such type
  EXPECT_TRUE(drops(74, 4));     // no such semantics
  EXPECT_TRUE(drops(71, 0));     // number 0
  EXPECT_TRUE(drops(91, 1));     // a body that is not there
  EXPECT_TRUE(drops(101, 200));  // a key longer than the header
  EXPECT_TRUE(drops(100, 0xFF));
  EXPECT_TRUE(desk.arrivals.empty());
}

// --- Extensions

Slice with_extension(const SessionMessage& message, std::uint16_t type, std::uint16_t length) {
  Bytes octets;
  write(message, as_bytes("key"), octets);
  const std::size_t at = octets.size();
  octets.resize(at + 16, 0);
  store(octets.data() + at, type);
  store(octets.data() + at + 2, length);
  store(octets.data(), static_cast<std::uint32_t>(octets.size()));
  store(octets.data() + 10, static_cast<std::uint16_t>(octets.size()));
  reseal(octets);
  return Slice::copy_of(octets);
}

TEST(Extensions, UnknownOneIsSkipped) {
  ServerDesk desk;
  desk.open();
  desk.deliver(with_extension(desk.header(MessageType::Request, 1), 0x0123, 12));
  EXPECT_EQ(desk.arrivals.size(), 1u);
}

TEST(Extensions, UnknownOneThatMustBeUnderstoodIsUnsupportedAndStaysRefused) {
  ServerDesk desk;
  desk.open();
  for (int copy = 0; copy < 2; ++copy) {
    desk.deliver(with_extension(desk.header(MessageType::Request, 1), 0x8123, 12));
    ASSERT_TRUE(desk.answered(MessageType::NotExecuted));
    EXPECT_EQ(desk.last().answer.reason, Errc::unsupported);
  }
  EXPECT_EQ(desk.counters().refused, 1u);
  EXPECT_EQ(desk.counters().refused_again, 1u);
}

TEST(Extensions, OneThatIsLongerThanTheHeaderIsMalformed) {
  ServerDesk desk;
  desk.open();
  desk.deliver(with_extension(desk.header(MessageType::Request, 1), 0x0123, 13));
  EXPECT_TRUE(desk.silent());
  EXPECT_EQ(desk.counters().malformed, 1u);
}

TEST(Extensions, HelloThatMustBeUnderstoodIsRefused) {
  ServerDesk desk;
  Bytes octets;
  write(desk.hello(), octets);
  store<std::uint16_t>(octets.data() + 64, 0x8002);
  reseal(octets);
  desk.deliver(Slice::copy_of(octets));
  ASSERT_TRUE(desk.answered(MessageType::Refused));
  EXPECT_EQ(desk.last().refused.reason, Errc::unsupported);
}

TEST(Extensions, HelloNamesItsClient) {
  Hello hello;
  hello.nonce = 1;
  hello.window_max = 64;
  hello.name = "till-7";
  hello.incarnation = 0x0102030405060708;
  hello.lasting = true;
  Bytes octets;
  write(hello, octets);
  EXPECT_EQ(octets.size(), kHelloSize);
  EXPECT_EQ(to_hex(ByteView{octets}.subspan(64, 24)),
            to_hex(from_hex("8001000f0102030405060708 0174696c6c2d37 0000000000")));
  Prefix prefix;
  Hello out;
  ASSERT_EQ(read_prefix(octets, prefix), Errc::ok);
  ASSERT_EQ(read(octets, prefix, out), Errc::ok);
  EXPECT_EQ(out.name, "till-7");
  EXPECT_EQ(out.incarnation, hello.incarnation);
  EXPECT_TRUE(out.lasting);
  EXPECT_FALSE(out.must_understand);

  hello.name.assign(kNameSizeMax, 'x');  // no room for padding is left
  write(hello, octets);
  EXPECT_EQ(octets.size(), 144u);
  ASSERT_EQ(read_prefix(octets, prefix), Errc::ok);
  Hello longest;
  ASSERT_EQ(read(octets, prefix, longest), Errc::ok);
  EXPECT_EQ(longest.name, hello.name);
}

TEST(Extensions, ANameThatIsEmptyOrTooLongIsMalformed) {
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{0, 8, 9, 74}) {
    Hello hello;
    hello.nonce = 1;
    hello.window_max = 64;
    hello.name.assign(kNameSizeMax, 'x');
    Bytes octets;
    write(hello, octets);
    octets.resize(160);
    store<std::uint32_t>(octets.data(), 160);
    store<std::uint16_t>(octets.data() + 10, 160);
    store(octets.data() + 66, length);
    reseal(octets);
    Prefix prefix;
    Hello out;
    ASSERT_EQ(read_prefix(octets, prefix), Errc::ok);
    EXPECT_NE(read(octets, prefix, out), Errc::ok) << length;
  }
}

// --- Streams and bundles

TEST(Frames, AStreamIsCutIntoMessagesAtEveryOffset) {
  Bytes stream = written(Versions{1, 1, 1});
  const Bytes second = written(Cookie{2, 3, 4});
  stream.insert(stream.end(), second.begin(), second.end());
  for (std::size_t size = 0; size <= stream.size(); ++size) {
    const Frame frame = next_frame(ByteView{stream}.first(size), 1000);
    if (size < kPrefixSize) {
      EXPECT_EQ(frame.kind, Frame::Kind::Incomplete);
      EXPECT_EQ(frame.size, kPrefixSize);
    } else {
      EXPECT_EQ(frame.kind, size < 32 ? Frame::Kind::Incomplete : Frame::Kind::Message);
      EXPECT_EQ(frame.size, 32u);
    }
  }
}

TEST(Frames, AlienOrOversizedOctetsAreMalformed) {
  EXPECT_EQ(next_frame(as_bytes("GET / HTTP/1.1\r\n"), 1000).kind, Frame::Kind::Malformed);
  EXPECT_EQ(next_frame(as_bytes("GET / "), 1000).kind, Frame::Kind::Malformed);
  EXPECT_EQ(next_frame(written(Versions{}), 31).kind, Frame::Kind::Malformed);
  Bytes zero = written(Versions{});
  store<std::uint32_t>(zero.data(), 0);
  EXPECT_EQ(next_frame(zero, 1000).kind, Frame::Kind::Malformed);
}

TEST(Frames, ABundleIsReadMessageByMessage) {
  Bytes bundle = written(Versions{1, 1, 1});
  const Bytes second = written(Cookie{2, 3, 4});
  bundle.insert(bundle.end(), second.begin(), second.end());
  BundleReader whole{Slice::copy_of(bundle)};
  Slice message;
  ASSERT_TRUE(whole.next(message));
  EXPECT_EQ(peek_type(message), MessageType::Versions);
  ASSERT_TRUE(whole.next(message));
  EXPECT_EQ(peek_type(message), MessageType::Cookie);
  EXPECT_FALSE(whole.next(message));
  EXPECT_EQ(whole.malformed_octets(), 0u);

  bundle.pop_back();
  BundleReader cut{Slice::copy_of(bundle)};
  EXPECT_TRUE(cut.next(message));
  EXPECT_FALSE(cut.next(message));
  EXPECT_EQ(cut.malformed_octets(), 39u);
}

TEST(Frames, ABundleStaysWithinItsDatagram) {
  EXPECT_TRUE(fits_bundle(0, 1200, 1200));
  EXPECT_FALSE(fits_bundle(1, 1200, 1200));
  EXPECT_FALSE(fits_bundle(0, 1201, 1200));
}

}  // namespace
}  // namespace once::core::testing
