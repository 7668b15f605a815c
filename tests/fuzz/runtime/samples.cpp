#include "samples.hpp"

#include <memory>

#include <once/codec/any.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/type_code.hpp>

namespace once::fuzz {

template <>
shapes::Basics sample() {
  shapes::Basics value;
  value.flag = true;
  value.letter = '\xe9';
  value.wide_letter = u'\u20ac';
  value.tiny = -8;
  value.s16 = -300;
  value.u64 = 0x0102030405060708;
  value.f64 = 1.5;
  value.f128 = 2.25;
  value.tint = shapes::Color::green;
  value.height = shapes::Level::deep;
  value.price = Fixed<5, 2>{Decimal{"-123.45"}};
  value.total = Fixed<30, 0>{Decimal{"123456789012345678901234567890"}};
  return value;
}

template <>
shapes::Texts sample() {
  shapes::Texts value;
  value.free = "gr\xc3\xbc\xc3\x9f, \xf0\x9f\x98\x80";
  value.bounded = "five5";
  value.wide = u"\ufeffgr\u00fc\u00df \U0001f600";
  value.wide_bounded = u"four";
  value.words = {"one", "two"};
  value.pages = {{"a", "b"}, {}, {""}};
  value.pair = {u'x', u'y'};
  return value;
}

template <>
shapes::Lists sample() {
  shapes::Lists value;
  value.octets = {1, 2, 3, 4, 5};
  value.few_octets = {9};
  value.booleans = {true, false, true};
  value.letters = {'a', 'b'};
  value.shorts = {1, -1, 32767};
  value.doubles = {0.5, -0.0};
  value.precise = {1.0, 2.0};
  value.tints = {shapes::Color::blue};
  value.markers.resize(2);
  value.markers[0].label = "mark";
  value.empties.resize(3);
  value.names = {"n", "m"};
  value.rows = {{1.0, 2.0, 3.0}};
  value.prices = {Fixed<3, 1>{Decimal{"-1.5"}}};
  value.sets.resize(2);
  return value;
}

template <>
shapes::Options sample() {
  shapes::Options value;
  value.flag = true;
  value.number = -1;
  value.precise = 4.0;
  value.text = "text";
  value.words = {"ab", "c"};
  value.where.emplace();
  value.nothing_here.emplace();
  value.tint = shapes::Color::red;
  value.apart->label = "apart";
  value.line.emplace();
  return value;
}

template <>
shapes::Maps sample() {
  shapes::Maps value;
  value.ages = {{"ada", 36}, {"bob", 7}};
  value.pages[-1] = sample<shapes::Texts>();
  value.deep[7]["seven"].x = 7;
  value.deep[8];
  return value;
}

template <>
shapes::Choices sample() {
  shapes::Choices value;
  value.by_color.words("green");
  value.by_number.corners({1.0, 2.0});
  value.by_letter.apart("four");
  value.by_flag.wide(u"flag");
  value.by_wide.resize(2);
  value.by_wide[0].last(true);
  value.by_wide[1].inner(value.by_color);
  value.perhaps.emplace().radius(2.0);
  return value;
}

template <>
shapes::Recursive sample() {
  shapes::Recursive value;
  value.first.text = "one";
  value.first.next.emplace({"two", {}});
  value.root.label = "root";
  value.root.children.resize(2);
  value.root.children[0].children.resize(1);
  value.root.named["n"].label = "named";
  shapes::Term two;
  two.number(2);
  shapes::Term minus;
  minus.negated(two);
  value.sum.added(shapes::Sum{two, minus});
  return value;
}

template <>
shapes::References sample() {
  const ObjectRef two{
      "IDL:x/Y:1.0", {{TransportKind::Udp, "127.0.0.1", 7000}, {TransportKind::Tcp, "::1", 7001}}, "key"};
  shapes::References value;
  value.one = two;
  value.more = {ObjectRef{}, two};
  value.perhaps = ObjectRef{"", {}, "back"};
  return value;
}

template <>
shapes::Everything sample() {
  shapes::Everything value;
  value.numbers = sample<shapes::Basics>();
  value.words = sample<shapes::Texts>();
  value.rows = {sample<shapes::Lists>()};
  value.perhaps = sample<shapes::Options>();
  value.named = sample<shapes::Maps>();
  value.chosen = {sample<shapes::Choices>()};
  value.deep = sample<shapes::Recursive>();
  value.others = sample<shapes::References>();
  return value;
}

template <>
graphs::Garden sample() {
  const auto last = make_value<graphs::Node>();
  last->number = 1;
  const auto quiet = make_value<graphs::Quiet>();
  quiet->next = last;
  const auto marked = make_value<graphs::Marked>();
  marked->mark = "mark";
  marked->next = quiet;
  marked->other = last;
  const auto stamped = make_value<graphs::Stamped>();
  stamped->stamp = {1, 2, 3};
  stamped->reason = Any{"why"};
  stamped->other = marked;
  const auto child = make_value<graphs::Tree>();
  child->name = "child";
  child->whatever = marked;
  child->where = std::make_shared<graphs::Point>(graphs::Point{1, 2});
  const auto root = make_value<graphs::Tree>();
  root->children = {child, nullptr};
  root->text = std::make_shared<std::string>("label");

  graphs::Garden value;
  value.one = marked;
  value.many = {last, stamped, nullptr};
  value.pair = {quiet, stamped};
  value.perhaps = last;
  value.named = {{"last", last}, {"quiet", quiet}};
  value.chosen.text(std::make_shared<std::string>("chosen"));
  value.text = std::make_shared<std::string>("text");
  value.way = std::make_shared<std::vector<graphs::Point>>(std::vector<graphs::Point>{{1, 2}, {3, 4}});
  value.root = root;
  value.whatever = stamped;
  return value;
}

template <>
graphs::Anything sample() {
  graphs::Sample all;
  all.tint = graphs::Color::green;
  all.sum = {1, 2, 3};
  all.ages = {{"ada", 36}};
  all.perhaps = 0.5;
  all.wide = u"wide";
  all.inner = Any{std::int32_t{7}};
  graphs::Folder folder;
  folder.entries.resize(1);
  folder.entries[0].target.resize(1);
  graphs::Maybe maybe;
  maybe.where(folder);
  graphs::Refused refused;
  refused.reason = Any{"no"};

  graphs::Anything value;
  value.data = Any{all};
  value.type = type_code<graphs::Maybe>();
  value.more = {Any{maybe}, Any{refused}, Any{}};
  return value;
}

}  // namespace once::fuzz
