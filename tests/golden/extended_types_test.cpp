// The types of extended_model.hpp at work: in every codec and byte order, as text, and through their fields.
#include <concepts>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "round_trip.hpp"
// The source, not the header: big-endian CDR is decoded by the library but never written by it.
#include "extended.once.cpp"  // NOLINT(bugprone-suspicious-include)

namespace once::test {
namespace {

using extended::Rights;

/// Fills values of any type with fields, by its fields; what they may hold is known here.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  std::size_t below(std::size_t limit) { return engine_() % limit; }

  template <std::integral T>
  void fill(T& value) {
    value = static_cast<T>(engine_());
  }
  void fill(bool& value) { value = below(2) == 1; }
  void fill(double& value) { value = static_cast<double>(engine_()) / 7; }
  void fill(std::string& value) {
    value.assign(below(5), 'a');
    for (char& c : value) c = static_cast<char>('a' + below(26));
  }
  void fill(std::u16string& value) {
    value.assign(below(4), u'a');
    for (char16_t& c : value) c = static_cast<char16_t>(1 + below(0xd7ff));
  }
  template <std::uint32_t digits, std::uint32_t places>
  void fill(Fixed<digits, places>& value) {
    std::string text = below(2) == 1 ? "-" : "";
    for (std::size_t i = 0; i < digits; ++i) {
      if (i == digits - places) text += '.';
      text += static_cast<char>('0' + below(10));
    }
    value = Fixed<digits, places>{text};
  }
  void fill(Rights& value) { value = static_cast<Rights>(engine_()) & ~Rights{}; }
  void fill(extended::Color& value) { value = Enumerators<extended::Color>::kAll[below(2)]; }
  void fill(extended::Header& value) {
    value.version = static_cast<std::uint8_t>(below(8));
    fill(value.urgent);
  }
  void fill(extended::LongHeader& value) {
    fill(static_cast<extended::Header&>(value));
    value.depth = static_cast<std::int16_t>(static_cast<int>(below(1024)) - 512);
  }
  void fill(ObjectRef& value) {
    value.key = "key";
    value.endpoints = {{TransportKind::Udp, "localhost", static_cast<std::uint16_t>(engine_())}};
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(below(3));
    for (T& value : values) fill(value);
  }
  template <class T, std::size_t n>
  void fill(std::array<T, n>& values) {
    for (T& value : values) fill(value);
  }
  template <class K, class V>
  void fill(std::map<K, V>& values) {
    values.clear();
    for (std::size_t i = below(3); i != 0; --i) {
      K key{};
      fill(key);
      fill(values[key]);
    }
  }
  template <class T>
  void fill(Box<T>& value) {
    value.reset();
    if (++depth_ < 6 && below(3) != 0) fill(value.emplace());
    --depth_;
  }
  template <HasFields T>
  void fill(T& value) {
    for_each_field(value, [this](std::string_view, auto& field) { this->fill(field); });
  }

 private:
  std::mt19937 engine_;
  int depth_ = 0;
};

template <class T>
void expect_random_round_trips() {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    Random random{seed};
    T value{};
    random.fill(value);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ": " << value);
    expect_round_trip(value);
    const T copy = value;
    EXPECT_TRUE(copy == value);
  }
}

TEST(ExtendedTypes, ComeBack) {
  expect_random_round_trips<extended::Texts>();
  expect_random_round_trips<extended::Numbers>();
  expect_random_round_trips<extended::Maps>();
  expect_random_round_trips<extended::Flags>();
  expect_random_round_trips<extended::Header>();
  expect_random_round_trips<extended::LongHeader>();
  expect_random_round_trips<extended::directory>();
  expect_random_round_trips<extended::tree>();
  expect_random_round_trips<extended::stack>();
  expect_random_round_trips<extended::husband>();
  expect_random_round_trips<extended::wife>();
}

TEST(ExtendedTypes, HaveConstants) {
  static_assert(extended::kLetter == u'\u20ac');
  EXPECT_EQ(extended::kGreeting, u"gr\u00fc\u00df \"1\" \U0001f600");
  static_assert(extended::kRate == Fixed<4, 3>{"-1.25"});
}

TEST(ExtendedTypes, KeepTheirBounds) {
  extended::Texts texts;
  texts.bounded = u"123456";
  expect_not_encodable(texts, Errc::limit_exceeded);
  texts = {};
  texts.words = {u"1234"};
  expect_not_encodable(texts, Errc::limit_exceeded);
  extended::Maps maps;
  maps.bounded = {{"12345", {}}};
  expect_not_encodable(maps, Errc::limit_exceeded);
  maps.bounded = {{"1", {1, 2, 3}}};
  expect_not_encodable(maps, Errc::limit_exceeded);
  maps.bounded = {{"1", {}}, {"2", {}}, {"3", {}}, {"4", {}}};
  expect_not_encodable(maps, Errc::limit_exceeded);
  extended::Header header;
  header.version = 8;
  expect_not_encodable(header, Errc::limit_exceeded);
  extended::LongHeader long_header;
  long_header.depth = 512;
  expect_not_encodable(long_header, Errc::limit_exceeded);
  expect_not_encodable(static_cast<Rights>(4), Errc::invalid_value);
}

TEST(ExtendedTypes, TravelInIntegersOfTheirSize) {
  Buffer buffer;
  extended::LongHeader header;
  header.version = 5;
  header.urgent = true;
  header.depth = -1;
  ASSERT_EQ(encode_all<CdrEncoder<std::endian::big>>(buffer, header), Errc::ok);
  EXPECT_EQ((Bytes{buffer.view().begin(), buffer.view().end()}), (Bytes{0xff, 0xcd}));
  const Bytes unused = {0xff, 0xdd};
  EXPECT_EQ(decode_all<CdrDecoder<std::endian::big>>(unused, header), Errc::invalid_value);

  Buffer rights;
  ASSERT_EQ(encode_all<CdrEncoder<std::endian::big>>(rights, Rights::read | Rights::operator_), Errc::ok);
  EXPECT_EQ((Bytes{rights.view().begin(), rights.view().end()}), Bytes{0x81});
  Rights back{};
  EXPECT_EQ(decode_all<CdrDecoder<std::endian::big>>(Bytes{0x84}, back), Errc::invalid_value);
  Buffer wide;
  ASSERT_EQ(encode_all<XdrEncoder>(wide, extended::Wide::highest), Errc::ok);
  EXPECT_EQ(wide.size(), 8U);
}

TEST(Bitmasks, AreSetsOfFlags) {
  Rights rights = Rights::read | Rights::write;
  EXPECT_TRUE(once::is_set(rights, Rights::read));
  EXPECT_FALSE(once::is_set(rights, Rights::read | Rights::operator_));
  EXPECT_EQ(~rights, Rights::operator_);
  once::set(rights, Rights::operator_);
  once::set(rights, Rights::read, false);
  EXPECT_EQ(rights, Rights::write | Rights::operator_);
  EXPECT_EQ(rights & Rights::write, Rights::write);
  rights ^= Rights::write | Rights::read;
  EXPECT_EQ(to_string(rights), "read | operator");
  EXPECT_EQ(to_string(Rights{}), "none");
}

TEST(Lists, MayBeLong) {
  extended::directory directory;
  Box<extended::entry>* end = &directory.all;
  for (std::uint64_t id = 0; id < 100'000; ++id) {
    extended::entry& entry = end->emplace();
    entry.id = id;
    entry.name = "file";
    end = &entry.next;
  }
  Buffer xdr;
  ASSERT_EQ(encode_all<XdrEncoder>(xdr, directory), Errc::ok);
  EXPECT_EQ(xdr.size(), 100'000 * (4 + 8 + 8) + 4 + 4U);
  extended::directory back;
  ASSERT_EQ(decode_all<XdrDecoder>(xdr.view(), back), Errc::ok);
  EXPECT_TRUE(back == directory);
  extended::directory copy = back;
  EXPECT_TRUE(copy == back);
  copy.all->next->name = "other";
  EXPECT_FALSE(copy == back);
  EXPECT_GT(to_string(back).size(), 100'000U);
}

TEST(Lists, StandFlatInXdr) {
  extended::directory directory;
  directory.all.emplace().id = 1;
  directory.all->name = "a";
  directory.all->next.emplace().id = 2;
  directory.eof = true;
  Buffer xdr;
  ASSERT_EQ(encode_all<XdrEncoder>(xdr, directory), Errc::ok);
  const Bytes expected = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 0,
                          0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,   0, 0, 0, 0, 1};
  EXPECT_EQ((Bytes{xdr.view().begin(), xdr.view().end()}), expected);
}

TEST(Lists, ThatTheWireCannotUnrollAreBoundedInDepth) {
  Box<extended::stack> stack;
  for (int i = 0; i < 1000; ++i) {
    extended::stack above;
    above.below = std::move(stack);
    stack = std::move(above);
  }
  const Box<extended::stack> copy = stack;
  EXPECT_TRUE(copy == stack);
  expect_not_encodable(*stack, Errc::limit_exceeded);
}

TEST(ExtendedUnions, TakeEveryDiscriminator) {
  extended::maybe_text text;
  text.value("words");
  expect_round_trip(text);
  text._d(false);
  expect_round_trip(text);
  extended::by_wchar by_wchar;
  EXPECT_EQ(by_wchar._d(), u'\u20ac');
  by_wchar.cents(5, u'a');
  expect_round_trip(by_wchar);
  by_wchar._d(u'b');
  expect_round_trip(by_wchar);
  EXPECT_THROW(by_wchar.cents(5, u'b'), std::invalid_argument);
  extended::by_int8 by_int8;
  EXPECT_EQ(by_int8._d(), -128);
  by_int8.lowest(u"ab");
  expect_round_trip(by_int8);
  by_int8.lowest(u"abc");
  expect_not_encodable(by_int8, Errc::limit_exceeded);
  by_int8._d(2);
  expect_round_trip(by_int8);
  by_int8.class_(u'x', 9);
  expect_round_trip(by_int8);
  extended::by_octet by_octet;
  EXPECT_EQ(by_octet._d(), 255);
  expect_round_trip(by_octet);
  by_octet.rights(Rights::write);
  expect_round_trip(by_octet);
  EXPECT_THROW(by_octet._d(8), std::invalid_argument);
  const Bytes none = {0, 0, 0, 8};
  EXPECT_EQ(decode_all<XdrDecoder>(none, by_octet), Errc::invalid_value);
}

TEST(ExtendedUnions, MayContainThemselves) {
  extended::expression one;
  one.number(1);
  extended::expression negated;
  negated.negated(one);
  extended::expression sum;
  sum.sum({negated, one});
  expect_round_trip(sum);
  EXPECT_EQ(to_string(sum), "{_d: 2, sum: [{_d: 1, negated: {_d: 0, number: 1}}, {_d: 0, number: 1}]}");
  const extended::expression copy = sum;
  sum.sum()[0].negated()->number(2);
  EXPECT_FALSE(copy == sum);
}

TEST(Text, ShowsAllOfAValue) {
  extended::Maps maps;
  maps.ages = {{"Ada", 36}};
  maps.few = {{extended::Color::green, 0.5}};
  maps.nested[u'x'][Fixed<7, 2>{"1.5"}] = u"\u00fc";
  maps.by_rights[Rights::read].urgent = true;
  std::ostringstream out;
  out << maps;
  EXPECT_EQ(
      out.str(),
      "{ages: {\"Ada\": 36}, bounded: {}, few: {green: 0.5}, nested: {'x': {1.50: \"\xc3\xbc\"}}, by_rights: "
      "{read: {version: 0, urgent: true, depth: 0}}}");
  extended::directory directory;
  directory.all.emplace().name = "a \"b\"";
  EXPECT_EQ(to_string(directory), "{all: {id: 0, name: \"a \\\"b\\\"\", next: none}, eof: false}");
}

TEST(Reflection, KnowsNames) {
  EXPECT_EQ(Fields<extended::directory>::kName, "extended::directory");
  EXPECT_EQ(Enumerators<Rights>::kName, "extended::Rights");
  EXPECT_EQ(Enumerators<Rights>::kAll.size(), 3U);
  const extended::LongHeader header;
  std::string names;
  for_each_field(header, [&](std::string_view name, const auto&) { names.append(name).append(" "); });
  EXPECT_EQ(names, "version urgent depth ");
}

}  // namespace

/// What a program does with `native Cookie;` and a local interface.
}  // namespace once::test

class extended::Cookie {
 public:
  int crumbs = 3;
};

namespace once::test {
namespace {

class Counter final : public extended::Listener {
 public:
  ChangedResult changed(const once::Ref<extended::Catalog>& what,
                        const std::shared_ptr<extended::Cookie>& with) override {
    return {what.is_nil() && with->crumbs == 3, nullptr};
  }
  void done() override { done_ = true; }
  bool is_done() const { return done_; }

 private:
  bool done_ = false;
};

TEST(LocalInterfaces, AreAbstractClasses) {
  Counter counter;
  extended::Listener& listener = counter;
  EXPECT_TRUE(listener.changed({}, std::make_shared<extended::Cookie>()).result);
  listener.done();
  EXPECT_TRUE(counter.is_done());
}

}  // namespace
}  // namespace once::test
