// Messages with values that are small and would have a reader take much memory or time: an error, or work in
// proportion to the message.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "allocations.hpp"
#include "value_types.hpp"

namespace {

using namespace value_test;
using codec_test::Allocations;
using Decoder = once::CdrDecoder<std::endian::native>;

constexpr std::uint32_t kTag = 0x7fffff00;
constexpr std::uint32_t kIndirection = 0xffffffff;

/// A message in CDR, item by item.
class Message {
 public:
  Message& word(std::uint32_t value) {
    encoder_.value(value);
    return *this;
  }
  Message& text(std::string_view value) {
    encoder_.text(value);
    return *this;
  }
  /// Where the next word will stand.
  std::size_t place() const { return (encoder_.position() + 3) / 4 * 4; }
  Message& back_to(std::size_t earlier) {
    word(kIndirection);
    return word(static_cast<std::uint32_t>(earlier - place()));
  }
  /// A Node's state, without references.
  Message& leaf() { return word(0).word(0).word(0); }
  once::ByteView finish() {
    EXPECT_TRUE(encoder_.finish());
    return buffer_.view();
  }

 private:
  once::Buffer buffer_;
  once::Cdr::Encoder encoder_{buffer_};
};

struct Measured {
  Errc error;
  std::size_t offset;
  std::size_t peak;
};
template <class T>
Measured measured(once::ByteView octets, T& value) {
  const Allocations allocations;
  Decoder decoder{octets};
  decode(decoder, value);
  static_cast<void>(decoder.finish());
  return {decoder.error(), decoder.error_offset(), allocations.peak()};
}

using Nodes = std::vector<std::shared_ptr<Node>>;

TEST(ValueBombs, AListOfTypesHasNoListsInIt) {
  Message message;
  message.word(4);
  message.word(kTag | 6);
  std::size_t list = message.place();
  message.word(1).text("IDL:Node:1.0").leaf();
  for (int level = 0; level < 3; ++level) {
    message.word(kTag | 6);
    const std::size_t around = message.place();
    message.word(64);
    for (int i = 0; i < 64; ++i) message.back_to(list);
    message.leaf();
    list = around;
  }
  Nodes out;
  const Measured result = measured(message.finish(), out);
  EXPECT_EQ(result.error, Errc::invalid_value);
  EXPECT_LE(result.peak, 65'536U);
}

TEST(ValueBombs, AListOfTypesIsNoTypeAndATypeNoList) {
  for (const bool list_first : {false, true}) {
    Message message;
    message.word(2).word(kTag | (list_first ? 6U : 2U));
    std::size_t earlier = message.place();
    if (list_first) message.word(1);
    message.text("IDL:Node:1.0").leaf();
    message.word(kTag | (list_first ? 2U : 6U)).back_to(earlier).leaf();
    Nodes out;
    EXPECT_EQ(measured(message.finish(), out).error, Errc::invalid_value);
  }
}

// Every id is looked up among all before it by its position alone. By its text this takes a minute.
TEST(ValueBombs, AnyNumberOfIdsIsReadAtOnce) {
  constexpr std::uint32_t kValues = 200'000;
  Message message;
  message.word(kValues + 1);
  std::size_t last = 0;
  for (std::uint32_t i = 0; i < kValues; ++i) {
    message.word(kTag | 3);
    message.text("http://" + std::to_string(i));
    last = message.place();
    message.text("IDL:Node:1.0").leaf();
  }
  message.word(kTag | 2).back_to(last).leaf();
  Nodes out;
  EXPECT_EQ(measured(message.finish(), out).error, Errc::ok);
  EXPECT_EQ(out.size(), kValues + 1);
}

TEST(ValueBombs, InXdrAListOfNoTypesIsRefused) {
  const std::vector<std::uint8_t> octets = {0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 12,
                                            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  once::XdrDecoder decoder{octets};
  std::shared_ptr<Node> out;
  decode(decoder, out);
  EXPECT_EQ(decoder.error(), Errc::invalid_value);
  EXPECT_EQ(decoder.error_offset(), 4U);
}

// Four octets would make a Page of 64 KiB.
TEST(ValueBombs, ValuesTakeMemoryInProportionToTheMessage) {
  Message message;
  for (int i = 0; i < 2'000; ++i) message.word(kTag);
  const once::ByteView octets = message.finish();
  std::shared_ptr<Page> out;
  const Measured result = measured(octets, out);
  EXPECT_EQ(result.error, Errc::limit_exceeded);
  EXPECT_LE(result.peak, once::kMemoryMin + once::kMemoryPerOctet * octets.size() + 65'536);

  std::vector<std::uint8_t> words;
  for (int i = 0; i < 2'000; ++i) words.insert(words.end(), {0, 0, 0, 2, 0, 0, 0, 0});
  const Allocations allocations;
  once::XdrDecoder decoder{words};
  decode(decoder, out);
  EXPECT_EQ(decoder.error(), Errc::limit_exceeded);
  EXPECT_LE(allocations.peak(), once::kMemoryMin + once::kMemoryPerOctet * words.size() + 65'536);
}

// So would a box whose content has hardly any octets.
TEST(ValueBombs, BoxesTakeMemoryInProportionToTheMessage) {
  using Content = std::optional<Page::Sheet>;
  Message message;
  for (int i = 0; i < 2'000; ++i) message.word(kTag).word(0);
  const once::ByteView octets = message.finish();
  const Allocations allocations;
  Decoder decoder{octets};
  std::vector<std::shared_ptr<Content>> boxes(2'000);
  for (auto& box : boxes) {
    once::decode_box(decoder, box, "IDL:Maybe:1.0", [](auto& d, auto& content) { decode(d, content); });
    if (!decoder.ok()) break;
    ASSERT_NE(box, nullptr);
  }
  EXPECT_EQ(decoder.error(), Errc::limit_exceeded);
  EXPECT_LE(allocations.peak(), once::kMemoryMin + once::kMemoryPerOctet * octets.size() + 65'536);
}

}  // namespace
