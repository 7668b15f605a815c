// The extended types against protoc's own code: octets of Once, parsed and written again by that, are the
// same octets, and decode to the same value; and the values that the two see are the same.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include "extended.once.pb.hpp"
#include "extended.pb.h"
#include "octets.hpp"

namespace once::test {
namespace {

namespace ours = extended;
namespace protoc = theirs::extended;

/// What protoc's class makes of the octets of `value`, after everything was compared.
template <class Theirs, class Ours>
Theirs through_protoc(const Ours& value) {
  const std::string octets = encoded(value);
  Theirs message;
  EXPECT_TRUE(message.ParseFromString(octets));
  std::string back;
  {
    google::protobuf::io::StringOutputStream out{&back};
    google::protobuf::io::CodedOutputStream coded{&out};
    coded.SetSerializationDeterministic(true);  // maps in the order of their keys, as Once has them
    EXPECT_TRUE(message.SerializeToCodedStream(&coded));
  }
  EXPECT_EQ(back, octets) << message.DebugString();
  Ours again{};
  EXPECT_EQ(decode_into(again, back), Errc::ok);
  EXPECT_TRUE(again == value);
  EXPECT_EQ(decode_into(again, back), Errc::ok);  // over what was there
  EXPECT_TRUE(again == value);
  return message;
}

TEST(ProtobufExtended, WideTextIsUtf8) {
  const ours::Texts texts{
      u'\u20ac', u"gr\u00fc\u00df \U0001f600", u"abc", {u'a', u'\uffff'}, {u'x', u'y'}, {u"\u20ac", u"z"}};
  const auto message = through_protoc<protoc::Texts>(texts);
  EXPECT_EQ(message.letter(), 0x20acu);
  EXPECT_EQ(message.free(), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
  EXPECT_EQ(message.words(0), "\xe2\x82\xac");
  through_protoc<protoc::Texts>(ours::Texts{});
  ours::Texts lone;
  lone.free = std::u16string(1, char16_t{0xd800});
  EXPECT_EQ(encoding_error(lone), Errc::invalid_value);
  EXPECT_EQ(decoding_error<ours::Texts>(octets({0x12, 1, 0xff})), Errc::invalid_text);
}

TEST(ProtobufExtended, DecimalsAreText) {
  const ours::Numbers numbers{ours::Money{"-12345.60"},
                              Fixed<31, 0>{"1234567890123456789012345678901"},
                              Fixed<4, 4>{"0.0625"},
                              {ours::Money{"0.01"}, ours::Money{0}}};
  const auto message = through_protoc<protoc::Numbers>(numbers);
  EXPECT_EQ(message.price(), "-12345.60");
  EXPECT_EQ(message.longest(), "1234567890123456789012345678901");
  protoc::Numbers sent;
  sent.set_price("7");
  EXPECT_EQ(decoded<ours::Numbers>(sent.SerializeAsString()).price, ours::Money{7});
  for (const char* const wrong : {"x", "1.234", "123456.00", "1e5", "-", "."}) {
    sent.set_price(wrong);
    EXPECT_EQ(decoding_error<ours::Numbers>(sent.SerializeAsString()), Errc::invalid_value) << wrong;
  }
}

TEST(ProtobufExtended, MapsAreMaps) {
  ours::Maps maps;
  maps.ages = {{"", 0}, {"Alice", -5}, {"Bob", 7}};
  maps.bounded = {{"ab", {1, -2}}, {"c", {}}};
  maps.few = {{ours::Color::green, 0.5}};  // protoc, to which this is no map, leaves zeros out
  maps.nested = {{u'x', {{ours::Money{"1.50"}, u"one"}, {ours::Money{"2.00"}, u""}}}, {u'y', {}}};
  ours::LongHeader header;
  header.version = 5;
  header.urgent = true;
  header.depth = -3;
  maps.by_rights = {{ours::Rights::read | ours::Rights::write, header}};
  const auto message = through_protoc<protoc::Maps>(maps);
  EXPECT_EQ(message.ages().at("Alice"), -5);
  EXPECT_EQ(message.ages().size(), 3u);
  EXPECT_EQ(message.by_rights().begin()->first, 3u);

  // Entries may lack what is zero, and of a key that comes twice the last entry counts.
  EXPECT_EQ(decoded<ours::Maps>(octets({0x0a, 0})).ages, (std::map<std::string, std::int32_t>{{"", 0}}));
  const auto twice =
      decoded<ours::Maps>(octets({0x0a, 5, 0x0a, 1, 'a', 0x10, 1, 0x0a, 5, 0x10, 2, 0x0a, 1, 'a'}));
  EXPECT_EQ(twice.ages, (std::map<std::string, std::int32_t>{{"a", 2}}));
  maps.few[ours::Color::red] = 1;
  maps.bounded["abcde"] = {};
  EXPECT_EQ(encoding_error(maps), Errc::limit_exceeded);
}

TEST(ProtobufExtended, BitTypesAreNumbers) {
  ours::Flags flags;
  flags.rights = ours::Rights::read | ours::Rights::operator_;
  flags.header.version = 7;
  flags.header.depth = -512;
  flags.all = {ours::Rights::write, ours::Rights{}};
  flags.someone = {"IDL:a:1.0",
                   {{TransportKind::Udp, "::1", 65535}, {TransportKind::Tcp, "host", 1}},
                   std::string(3, '\0')};
  flags.others = {ObjectRef{}, flags.someone};
  const auto message = through_protoc<protoc::Flags>(flags);
  EXPECT_EQ(message.rights(), 0x81u);
  EXPECT_EQ(message.header(), 7u | 0x200u << 6);
  EXPECT_EQ(message.someone().endpoints(0).port(), 65535u);
  EXPECT_EQ(message.someone().key(), std::string(3, '\0'));
  protoc::Flags sent;
  sent.set_rights(4);  // a bit without a name
  EXPECT_EQ(decoding_error<ours::Flags>(sent.SerializeAsString()), Errc::invalid_value);
  sent.set_rights(0);
  sent.set_header(0x10000);  // beyond its 16 bits
  EXPECT_EQ(decoding_error<ours::Flags>(sent.SerializeAsString()), Errc::invalid_value);
  flags.header.version = 8;
  EXPECT_EQ(encoding_error(flags), Errc::invalid_value);
}

TEST(ProtobufExtended, ListsAndTreesNest) {
  ours::directory directory;
  directory.all = ours::entry{1, "a", ours::entry{2, "b", {}}};
  directory.eof = true;
  EXPECT_EQ(through_protoc<protoc::directory>(directory).all().next().name(), "b");
  ours::tree tree;
  tree.left = ours::tree{};
  tree.right = ours::tree{{}, 5, ours::tree{}};
  const auto message = through_protoc<protoc::tree>(tree);
  EXPECT_TRUE(message.has_left());
  EXPECT_TRUE(message.right().has_right());
  EXPECT_FALSE(message.right().has_left());
  ours::husband husband;
  husband.name = "h";
  husband.pair.emplace();
  (*husband.pair)[1].name = "w";
  (*husband.pair)[1].friends = {once::Box<ours::husband>{}, once::Box<ours::husband>{ours::husband{}}};
  through_protoc<protoc::husband>(husband);
}

}  // namespace
}  // namespace once::test
