// Value types as generated: graphs come out as they went in, through both codecs, from messages in either
// byte order, and through calls.
#include <bit>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/fields.hpp>
#include <once/rpc/client.hpp>
#include <once/rpc/server.hpp>

#include "loopback.hpp"
#include "round_trip.hpp"
#include "values.once.hpp"

namespace {

using namespace garden;
using once::Errc;

template <class T>
std::string encoded(const T& value) {
  once::Buffer buffer;
  EXPECT_EQ((once::test::encode_all<once::Cdr::Encoder>(buffer, value)), Errc::ok);
  return std::string{once::as_text(buffer.view())};
}

/// What the program says of Circles. Values of the type are made by it.
struct OwnCircle final : Circle {
  OwnCircle() = default;
  OwnCircle(double size, std::string kept) {
    radius = size;
    secret = std::move(kept);
  }
  double area() override { return 3 * radius * radius; }
  double scaled(double factor, std::string& remark) override {
    remark = secret;
    return radius *= factor;
  }
  std::string title() const override { return secret; }
  void title(const std::string& value) override { secret = value; }
  std::int32_t tag() const override { return 7; }
  void hold(std::shared_ptr<Circle> other) { inner = std::move(other); }
  std::shared_ptr<Circle> held() const { return inner; }
};
struct OwnRing final : Ring {
  double area() override { return 3 * (radius * radius - hole * hole); }
  double scaled(double factor, std::string&) override { return radius *= factor; }
  std::string title() const override { return secret; }
  void title(const std::string& value) override { secret = value; }
  std::int32_t tag() const override { return 8; }
};

/// The program makes Circles and Rings while one lives.
struct Factories {
  Factories() {
    once::set_value_factory<Circle>(
        []() -> std::shared_ptr<once::ValueBase> { return once::make_value<OwnCircle>(); });
    once::set_value_factory<Ring>(
        []() -> std::shared_ptr<once::ValueBase> { return once::make_value<OwnRing>(); });
  }
  ~Factories() {
    once::set_value_factory<Circle>(nullptr);
    once::set_value_factory<Ring>(nullptr);
  }
};

std::shared_ptr<Node> node(std::int32_t number, std::shared_ptr<Node> next = nullptr) {
  auto result = once::make_value<Node>();
  result->number = number;
  result->next = std::move(next);
  return result;
}

std::shared_ptr<Tree> tree(std::string name, Trees children = {}) {
  auto result = once::make_value<Tree>();
  result->name = std::move(name);
  result->children = std::move(children);
  return result;
}

/// Each is its children's parent, as long as this lives: who makes a cycle breaks it.
class Parents {
 public:
  explicit Parents(std::shared_ptr<Tree> root) : root_(std::move(root)) {
    for (const auto& child : root_->children) child->parent = root_;
  }
  ~Parents() {
    for (const auto& child : root_->children) child->parent.reset();
  }
  Parents(const Parents&) = delete;
  Parents& operator=(const Parents&) = delete;

 private:
  std::shared_ptr<Tree> root_;
};

/// Calls `check(value after its journey)` for each codec. Values are only written in the machine's own order.
template <class T, class Check>
void after_journeys(const T& value, Check check) {
  const auto through = [&](auto encoder, auto decoder) {
    once::Buffer buffer;
    ASSERT_EQ((once::test::encode_all<typename decltype(encoder)::type>(buffer, value)), Errc::ok);
    T out{};
    ASSERT_EQ((once::test::decode_all<typename decltype(decoder)::type>(buffer.view(), out)), Errc::ok);
    check(out);
    for (std::size_t size = 0; size < buffer.size(); ++size) {
      T cut{};
      EXPECT_NE((once::test::decode_all<typename decltype(decoder)::type>(buffer.view().first(size), cut)),
                Errc::ok);
    }
  };
  through(std::type_identity<once::XdrEncoder>{}, std::type_identity<once::XdrDecoder>{});
  through(std::type_identity<once::Cdr::Encoder>{},
          std::type_identity<once::CdrDecoder<std::endian::native>>{});
}

TEST(GeneratedValues, NilIsNil) {
  after_journeys(std::shared_ptr<Node>{}, [](const auto& out) { EXPECT_EQ(out, nullptr); });
  after_journeys(Everything{}, [](const auto& out) { EXPECT_EQ(out.text, nullptr); });
}

TEST(GeneratedValues, WhatIsSharedStaysShared) {
  const auto bottom = node(1);
  const std::vector<std::shared_ptr<Node>> diamond = {node(2, bottom), node(3, bottom), bottom};
  Everything all;
  all.many = diamond;
  all.one = diamond[0];
  all.pair = {diamond[1], nullptr};
  all.perhaps = bottom;
  all.named = {{"bottom", bottom}};
  all.chosen.list(bottom);
  all.text = std::make_shared<std::string>("once");
  all.nick = all.text;
  all.way = std::make_shared<std::vector<Point>>(std::vector<Point>{{1, 2}, {3, 4}});
  all.whatever = diamond[1];
  after_journeys(all, [](const Everything& out) {
    ASSERT_EQ(out.many.size(), 3U);
    const auto& end = out.many[2];
    EXPECT_EQ(end->number, 1);
    EXPECT_EQ(out.many[0]->next, end);
    EXPECT_EQ(out.many[1]->next, end);
    EXPECT_NE(out.many[0], out.many[1]);
    EXPECT_EQ(out.one, out.many[0]);
    EXPECT_EQ(out.pair[0], out.many[1]);
    EXPECT_EQ(out.pair[1], nullptr);
    EXPECT_EQ(out.perhaps, end);
    EXPECT_EQ(out.named.at("bottom"), end);
    EXPECT_EQ(out.chosen.list(), end);
    EXPECT_EQ(out.whatever, out.many[1]);
    EXPECT_EQ(*out.text, "once");
    EXPECT_NE(out.text, out.nick);  // one object is two values if two boxes have it
    EXPECT_EQ(*out.text, *out.nick);
    EXPECT_EQ(out.way->at(1), (Point{3, 4}));
    EXPECT_EQ(out.figure, nullptr);
  });
}

TEST(GeneratedValues, CyclesClose) {
  const auto leaf = tree("leaf");
  const auto root = tree("root", {leaf, tree("other"), leaf});
  leaf->text = root->text = std::make_shared<std::string>("soft");
  root->where = std::make_shared<Point>(Point{5, 6});
  const Parents parents{root};
  after_journeys(root, [](const std::shared_ptr<Tree>& out) {
    ASSERT_NE(out, nullptr);
    ASSERT_EQ(out->children.size(), 3U);
    EXPECT_EQ(out->name, "root");
    EXPECT_EQ(out->children[0]->name, "leaf");
    EXPECT_EQ(out->children[0], out->children[2]);
    EXPECT_EQ(*out->children[0]->text, "soft");
    EXPECT_EQ(out->children[0]->text, out->text);
    EXPECT_EQ(out->where->y, 6);
    for (const auto& child : out->children) EXPECT_EQ(child->parent, out);
    for (const auto& child : out->children) child->parent.reset();
  });
}

TEST(GeneratedValues, TravelAsDocumented) {
  const auto self = node(7);
  self->next = self;
  once::Buffer buffer;
  ASSERT_EQ((once::test::encode_all<once::XdrEncoder>(buffer, self)), Errc::ok);
  const std::string cdr = encoded(self);
  self->next.reset();
  EXPECT_EQ(once::as_text(buffer.view()), std::string_view("\0\0\0\2"
                                                           "\0\0\0\0"
                                                           "\0\0\0\7"
                                                           "\0\0\0\1"
                                                           "\0\0\0\x0c",
                                                           20));
  if constexpr (std::endian::native == std::endian::little) {
    EXPECT_EQ(cdr, std::string("\0\xff\xff\x7f"
                               "\7\0\0\0"
                               "\xff\xff\xff\xff"
                               "\xf4\xff\xff\xff",
                               16));
  }
}

/// What a machine that writes the higher octet first has sent.
class BigEndian {
 public:
  template <class T>
  BigEndian& put(T value) {
    encoder_.value(value);
    return *this;
  }
  BigEndian& put(std::string_view text) {
    encoder_.text(text);
    return *this;
  }
  template <class T>
  std::shared_ptr<T> read() {
    EXPECT_TRUE(encoder_.finish());
    std::shared_ptr<T> value;
    EXPECT_EQ((once::test::decode_all<once::CdrDecoder<std::endian::big>>(buffer_.view(), value)), Errc::ok);
    return value;
  }

 private:
  once::Buffer buffer_;
  once::CdrEncoder<std::endian::big> encoder_{buffer_};
};

TEST(GeneratedValues, ArriveFromMachinesOfTheOtherByteOrder) {
  const auto self = BigEndian{}.put(0x7fffff00U).put(7U).put(0xffffffffU).put(-12).read<Node>();
  ASSERT_NE(self, nullptr);
  EXPECT_EQ(self->number, 7);
  EXPECT_EQ(self->next, self);
  self->next.reset();

  const auto marked = BigEndian{}
                          .put(0x7fffff0eU)  // a list of types, and chunks
                          .put(2U)
                          .put(std::string_view{"IDL:garden/Marked:1.0"})
                          .put(std::string_view{"IDL:garden/Node:1.0"})
                          .put(8U)  // number and next, nil
                          .put(4U)
                          .put(0U)
                          .put(12U)  // mark, its gap, and other, nil
                          .put(std::string_view{"x"})
                          .put(0U)
                          .put(-1)
                          .read<Node>();
  const auto same = std::dynamic_pointer_cast<Marked>(marked);
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(same->number, 4);
  EXPECT_EQ(same->mark, "x");
  EXPECT_EQ(same->other, nullptr);

  const auto box = BigEndian{}
                       .put(0x7fffff00U)
                       .put(std::string_view{"t"})
                       .put(0U)  // no children
                       .put(0xffffffffU)
                       .put(-20)  // it is its own parent
                       .put(0x7fffff00U)
                       .put(std::string_view{"hi"})
                       .put(0x7fffff00U)
                       .put(1U)
                       .put(2U)
                       .read<Tree>();
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(box->parent, box);
  box->parent.reset();
  EXPECT_EQ(*box->text, "hi");
  EXPECT_EQ(*box->where, (Point{1, 2}));
}

TEST(GeneratedValues, AListOfAHundredThousandComesOut) {
  constexpr std::int32_t kLength = 100'000;
  std::shared_ptr<Node> list;
  for (std::int32_t i = 0; i < kLength; ++i) {
    if (i % 2 == 0) {
      list = node(i, std::move(list));
    } else {
      const auto marked = once::make_value<Marked>();  // travels in chunks, as does all behind it
      marked->number = i;
      marked->mark = "m";
      marked->next = std::exchange(list, marked);
    }
  }
  const auto journey = [&](auto codec) {
    using Codec = typename decltype(codec)::type;
    once::Buffer buffer;
    ASSERT_EQ((once::test::encode_all<typename Codec::Encoder>(buffer, list)), Errc::ok);
    std::shared_ptr<Node> out;
    ASSERT_EQ(Codec::decode_with(Codec::kOrder, buffer.view(),
                                 [&](auto& decoder) {
                                   decode(decoder, out);
                                   static_cast<void>(decoder.finish());
                                   return decoder.error();
                                 }),
              Errc::ok);
    std::int32_t number = kLength;
    for (const Node* one = out.get(); one != nullptr; one = one->next.get()) {
      ASSERT_EQ(one->number, --number);
      ASSERT_EQ(dynamic_cast<const Marked*>(one) != nullptr, number % 2 == 1);
    }
    EXPECT_EQ(number, 0);
  };
  journey(std::type_identity<once::Cdr>{});
  journey(std::type_identity<once::Xdr>{});
}

TEST(GeneratedValues, DerivedOnesStayWhatTheyAre) {
  const auto marked = once::make_value<Marked>();
  marked->number = 4;
  marked->mark = "x";
  marked->other = marked->next = once::make_value<Quiet>();
  after_journeys(std::shared_ptr<Node>{marked}, [](const std::shared_ptr<Node>& out) {
    const auto same = std::dynamic_pointer_cast<Marked>(out);
    ASSERT_NE(same, nullptr);
    EXPECT_EQ(same->mark, "x");
    EXPECT_NE(std::dynamic_pointer_cast<Quiet>(same->other), nullptr);
    EXPECT_EQ(same->other, same->next);
  });
}

/// `octets` as they are if the sender's type had another name.
std::string renamed(std::string octets, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = octets.find(from, at)) != std::string::npos;) {
    octets.replace(at, to.size(), to);
  }
  return octets;
}

TEST(GeneratedValues, AnUnknownTypeIsTakenForItsBaseOnlyIfItMayBe) {
  const auto marked = once::make_value<Marked>();
  marked->number = 4;
  marked->other = once::make_value<Marked>();
  std::shared_ptr<Node> out;
  using Decoder = once::CdrDecoder<std::endian::native>;
  const std::string newer = renamed(encoded(std::shared_ptr<Node>{marked}), "Marked:1.0", "Market:1.0");
  ASSERT_EQ((once::test::decode_all<Decoder>(once::as_bytes(newer), out)), Errc::ok);
  EXPECT_EQ(out->number, 4);
  EXPECT_EQ(std::dynamic_pointer_cast<Marked>(out), nullptr);
  const std::string unknown =
      renamed(encoded(std::shared_ptr<Node>{once::make_value<Quiet>()}), "Quiet:1.0", "Quire:1.0");
  EXPECT_EQ((once::test::decode_all<Decoder>(once::as_bytes(unknown), out)), Errc::invalid_value);
}

TEST(GeneratedValues, WithOperationsNeedAFactory) {
  const std::shared_ptr<Shape> circle = once::make_value<OwnCircle>(2, "red");
  const std::string octets = encoded(circle);
  std::shared_ptr<Shape> out;
  using Decoder = once::CdrDecoder<std::endian::native>;
  EXPECT_EQ((once::test::decode_all<Decoder>(once::as_bytes(octets), out)), Errc::invalid_value);
  const Factories factories;
  const auto outer = once::make_value<OwnCircle>(3, "blue");
  outer->hold(std::dynamic_pointer_cast<Circle>(circle));
  after_journeys(std::shared_ptr<Shape>{outer}, [](const std::shared_ptr<Shape>& arrived) {
    ASSERT_NE(arrived, nullptr);
    EXPECT_EQ(arrived->area(), 27);
    EXPECT_EQ(arrived->title(), "blue");
    const auto inner = std::dynamic_pointer_cast<OwnCircle>(arrived)->held();
    EXPECT_EQ(inner->radius, 2);
    EXPECT_EQ(inner->title(), "red");
    EXPECT_EQ(inner->tag(), 7);
  });
}

TEST(GeneratedValues, ABoxKeepsTheBoundOfWhatIsInIt) {
  Everything all;
  all.nick = std::make_shared<std::string>("12345678");
  EXPECT_FALSE(encoded(all).empty());
  *all.nick += "9";
  once::test::expect_not_encodable(all, Errc::limit_exceeded);
  // Not by its being the same object as one of a box without a bound either.
  *all.nick = "12345678";
  all.text = all.nick;
  EXPECT_FALSE(encoded(all).empty());
  *all.nick += "9";
  once::test::expect_not_encodable(all, Errc::limit_exceeded);
}

/// `octets` with `reference` in the place of the nil that is the last of them but `behind`.
std::string with_reference(std::string octets, std::size_t behind, const std::string& reference) {
  return octets.replace(octets.size() - behind - 4, 4, reference);
}

TEST(GeneratedValues, ABoxIsNeverTakenForOneOfAnotherDeclaration) {
  Everything sender;
  sender.text = std::make_shared<std::string>("123456789");
  // Behind the text, in both codecs: a nil `way`, the `nick`, and two nils.
  once::Buffer buffer;
  ASSERT_EQ((once::test::encode_all<once::XdrEncoder>(buffer, sender)), Errc::ok);
  const std::string xdr{once::as_text(buffer.view())};
  const std::size_t xdr_text = xdr.find("123456789") - 12;  // kind, no id, length
  const auto xdr_back = static_cast<char>(xdr.size() - 12 - xdr_text);
  Everything out;
  EXPECT_EQ((once::test::decode_all<once::XdrDecoder>(
                once::as_bytes(with_reference(xdr, 8, std::string("\0\0\0\1\0\0\0", 7) + xdr_back)), out)),
            Errc::invalid_value);
  const std::string cdr = encoded(sender);
  const std::size_t cdr_text = cdr.find("123456789") - 8;  // tag, length
  const auto offset = static_cast<std::int32_t>(cdr_text) - static_cast<std::int32_t>(cdr.size() - 12 + 4);
  std::string indirection("\xff\xff\xff\xff\0\0\0\0", 8);
  std::memcpy(indirection.data() + 4, &offset, sizeof offset);
  EXPECT_EQ((once::test::decode_all<once::CdrDecoder<std::endian::native>>(
                once::as_bytes(with_reference(cdr, 8, indirection)), out)),
            Errc::invalid_value);
}

struct CountedDiary final : Diary {
  static inline int living = 0;
  CountedDiary() { ++living; }
  ~CountedDiary() override { --living; }
};

TEST(GeneratedValues, CyclesThroughTypesThatContainThemselvesEndWithABadMessage) {
  const auto diary = once::make_value<Diary>();
  diary->last.where = diary;
  diary->last.answers.resize(1);
  diary->last.answers[0].where = diary;
  diary->first.about(diary);
  once::set_value_factory<Diary>(
      []() -> std::shared_ptr<once::ValueBase> { return once::make_value<CountedDiary>(); });
  const auto cut_everywhere = [&](auto encoder, auto decoder) {
    once::Buffer buffer;
    ASSERT_EQ((once::test::encode_all<typename decltype(encoder)::type>(buffer, diary)), Errc::ok);
    for (std::size_t size = 0; size < buffer.size(); ++size) {
      std::shared_ptr<Diary> out;
      EXPECT_NE((once::test::decode_all<typename decltype(decoder)::type>(buffer.view().first(size), out)),
                Errc::ok);
      out.reset();
      EXPECT_EQ(CountedDiary::living, 0) << size;
      CountedDiary::living = 0;
    }
  };
  cut_everywhere(std::type_identity<once::XdrEncoder>{}, std::type_identity<once::XdrDecoder>{});
  cut_everywhere(std::type_identity<once::Cdr::Encoder>{},
                 std::type_identity<once::CdrDecoder<std::endian::native>>{});
  once::set_value_factory<Diary>(once::make_plain_value<Diary>);
  diary->last = {};
  diary->first = {};
}

// The file has anys; what holds values cannot stand in one.
static_assert(once::HasTypeCode<Point>);
static_assert(!once::HasTypeCode<Everything> && !once::HasTypeCode<Choice> && !once::HasTypeCode<Full>);
static_assert(!once::HasTypeCode<std::shared_ptr<Node>> && !once::HasTypeCode<Route>);

TEST(GeneratedValues, HaveFieldsAndText) {
  const auto marked = once::make_value<Marked>();
  marked->number = 4;
  marked->mark = "x";
  marked->next = marked;  // printed, but not followed
  std::string names;
  once::for_each_field(*marked, [&](std::string_view name, const auto&) { names.append(name).append(" "); });
  EXPECT_EQ(names, "number next mark other ");
  EXPECT_EQ(to_string(*marked), R"({number: 4, next: IDL:garden/Marked:1.0, mark: "x", other: nil})");
  marked->next.reset();
  const OwnCircle circle{2, "not shown"};
  EXPECT_EQ(to_string(static_cast<const Circle&>(circle)), "{radius: 2}");
  Full full{node(3)};
  EXPECT_EQ(to_string(full), "{last: IDL:garden/Node:1.0}");
  Everything all;
  all.way = std::make_shared<std::vector<Point>>(std::vector<Point>{{1, 2}});
  EXPECT_NE(to_string(all).find("text: nil, way: [{x: 1, y: 2}], nick: nil, figure: nil"), std::string::npos)
      << to_string(all);
}

TEST(GeneratedValues, AreComparedByWhatTheyAreNotByWhatTheyHold) {
  const auto one = node(1);
  EXPECT_EQ(Full{one}, Full{one});
  EXPECT_NE(Full{one}, Full{node(1)});
}

class OwnGardener final : public Gardener::Servant {
 public:
  ~OwnGardener() override {
    for (const auto& one : received_) one->next.reset();  // it may be in a cycle
  }
  std::shared_ptr<Node> reversed(once::Call&, const std::shared_ptr<Node>& list) override {
    std::shared_ptr<Node> result;
    for (auto one = list; one != nullptr;) {
      auto next = std::exchange(one->next, result);
      result = std::exchange(one, next);
    }
    return result;
  }
  Gardener::GrowResult grow(once::Call&, const std::shared_ptr<Tree>& root) override {
    const auto youngest = tree("youngest");
    root->children.push_back(youngest);
    return {root, youngest};
  }
  Label describe(once::Call&, const std::shared_ptr<Shape>& figure) override {
    return figure ? std::make_shared<std::string>(figure->title()) : nullptr;
  }
  Everything same(once::Call&, const Everything& all) override {
    received_.push_back(all.one);
    return all;
  }
  void refuse(once::Call&, const std::shared_ptr<Node>& last) override { throw Full{last}; }
  std::shared_ptr<Seed> sow(once::Call&, const std::shared_ptr<Seed>& before) override {
    const auto seed = once::make_value<Seed>();
    seed->by = before ? before->by : Gardener::Ref{};
    seed->next = before;
    return seed;
  }
  Route way(once::Call&) override { return way_; }
  void way(once::Call&, const Route& value) override { way_ = value; }

 private:
  Route way_;
  std::vector<std::shared_ptr<Node>> received_;
};

struct GeneratedValueCalls : testing::Test {
  asio::io_context io;
  once::ObjectRef target{"IDL:garden/Gardener:1.0", {}, "gardener"};
};

TEST_F(GeneratedValueCalls, CarryGraphsBothWays) {
  for (const once::CodecId codec : {once::CodecId::Cdr, once::CodecId::Xdr}) {
    const Factories factories;
    const auto channel = std::make_shared<once::test::Loopback>(io, std::make_shared<OwnGardener>(), codec);
    const Gardener::Stub gardener{channel, target};
    const auto back = gardener.reversed(node(1, node(2, node(3))));
    EXPECT_EQ(back->number, 3);
    EXPECT_EQ(back->next->next->number, 1);
    EXPECT_EQ(gardener.reversed(nullptr), nullptr);

    const auto grown = gardener.grow(tree("root"));
    EXPECT_EQ(grown.root->children.back(), grown.youngest);  // across results
    EXPECT_EQ(*gardener.describe(once::make_value<OwnCircle>(1, "round")), "round");
    EXPECT_EQ(gardener.describe(nullptr), nullptr);
    try {
      gardener.refuse(node(9));
      ADD_FAILURE();
    } catch (const Full& full) {
      EXPECT_EQ(full.last->number, 9);
    }
    const auto seed = once::make_value<Seed>();
    seed->by = gardener.ref();
    seed->sort = once::Any{Point{1, 2}};
    const auto sown = gardener.sow(seed);
    EXPECT_EQ(sown->by, gardener.ref());
    EXPECT_EQ(sown->next->sort.get_if<Point>(), (Point{1, 2}));
    once::set_value_factory<Circle>([]() -> std::shared_ptr<once::ValueBase> { throw 7; });
    EXPECT_THROW(gardener.describe(once::make_value<OwnCircle>(1, "round")), once::SystemError);
    gardener.way(std::make_shared<std::vector<Point>>(std::vector<Point>{{7, 8}}));
    EXPECT_EQ(gardener.way()->front().x, 7);
  }
}

/// Runs the server's loop on a thread of its own.
class Loop {
 public:
  asio::io_context io;

  ~Loop() {
    guard_.reset();
    io.stop();
    thread_.join();
  }

 private:
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io);
  std::thread thread_{[this] { io.run(); }};
};

TEST(GeneratedValuesOverSockets, ArriveAsTheGraphsTheyWere) {
  for (const char* const transport : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    Loop loop;
    once::Server server{loop.io};
    server.activate("gardener", std::make_shared<OwnGardener>());
    server.listen(transport);
    once::Client client;
    const auto gardener = client.stub(Gardener::Ref{server.reference_to("gardener")});

    Everything all;
    all.one = node(1);
    all.one->next = all.one;  // a cycle
    all.many = {all.one, node(2, all.one)};
    const Everything back = gardener.same(all);
    all.one->next.reset();
    ASSERT_NE(back.one, nullptr);
    EXPECT_EQ(back.one->next, back.one);
    EXPECT_EQ(back.many[0], back.one);
    EXPECT_EQ(back.many[1]->next, back.one);
    back.one->next.reset();

    std::shared_ptr<Node> list;
    for (std::int32_t i = 0; i < 5'000; ++i) list = node(i, std::move(list));
    list = gardener.reversed(list);
    std::int32_t number = 0;
    for (const Node* one = list.get(); one != nullptr; one = one->next.get())
      EXPECT_EQ(one->number, number++);
    EXPECT_EQ(number, 5'000);
  }
}

}  // namespace
