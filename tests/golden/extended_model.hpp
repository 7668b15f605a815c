// A model of the types that stand between the two languages: what IDL 4.2 calls extended data types, wide
// text, fixed-point numbers, lists, unions without data, local interfaces. Written out here, for the model is
// what the generator promises to understand, whichever front end filled it.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/model.hpp"

namespace oncec::test {

class ExtendedModel {
 public:
  ExtendedModel() {
    module_ = &model_.declarations.emplace_back();
    module_->name = "extended";
    module_->body = model::Module{};
    model_.top_level.push_back(module_);
    constants();
    bits();
    texts_and_numbers();
    lists();
    unions();
    interfaces();
  }

  const model::Model& model() const { return model_; }
  const model::Declaration& find(const std::string& name) const {
    for (const model::Declaration& declaration : model_.declarations) {
      if (declaration.name == name) return declaration;
    }
    throw std::out_of_range(name);
  }

 private:
  using Declaration = model::Declaration;
  using TypePointer = model::TypePointer;
  using Primitive = model::Primitive;

  static TypePointer type(model::Type form) { return std::make_shared<const model::Type>(std::move(form)); }
  static TypePointer basic(Primitive primitive) { return type({primitive}); }
  static TypePointer text(bool wide, std::uint64_t bound = 0) {
    return type({model::StringType{wide, bound}});
  }
  static TypePointer sequence(TypePointer element, std::uint64_t bound = 0) {
    return type({model::SequenceType{std::move(element), bound}});
  }
  static TypePointer optional(TypePointer element) { return type({model::OptionalType{std::move(element)}}); }
  static TypePointer map(TypePointer key, TypePointer value, std::uint64_t bound = 0) {
    return type({model::MapType{std::move(key), std::move(value), bound}});
  }
  static TypePointer fixed(std::uint32_t digits, std::uint32_t scale) {
    return type({model::FixedType{digits, scale}});
  }
  static TypePointer array(TypePointer element, std::uint64_t size) {
    return type({model::ArrayType{std::move(element), {size}}});
  }
  static TypePointer named(const Declaration& declaration) { return type({model::NamedType{&declaration}}); }
  static model::Member member(std::string name, TypePointer member_type) {
    return {std::move(name), std::move(member_type), {}, {}, {}};
  }
  static model::Enumerator enumerator(std::string name, std::int64_t value) {
    return {std::move(name), value, {}, {}, {}};
  }
  static model::BitField field(std::string name, std::uint32_t bits, std::uint32_t position,
                               Primitive read_as) {
    return {std::move(name), bits, position, basic(read_as), {}, {}, {}};
  }
  static model::Value number(std::int64_t value) {
    return model::IntegerValue{value < 0, static_cast<std::uint64_t>(value < 0 ? -value : value)};
  }
  static model::UnionCase arm(std::vector<model::Value> labels, std::optional<model::Member> data = {}) {
    return {std::move(labels), false, std::move(data), {}};
  }
  static model::UnionCase other_arm(std::optional<model::Member> data = {}) {
    return {{}, true, std::move(data), {}};
  }
  static model::Operation operation(std::string name, TypePointer result,
                                    std::vector<model::Parameter> parameters) {
    model::Operation made;
    made.name = std::move(name);
    made.result = std::move(result);
    made.parameters = std::move(parameters);
    return made;
  }
  static model::Parameter in(std::string name, TypePointer parameter_type) {
    return {std::move(name), model::Direction::In, std::move(parameter_type), {}, {}};
  }
  static model::Parameter out(std::string name, TypePointer parameter_type) {
    return {std::move(name), model::Direction::Out, std::move(parameter_type), {}, {}};
  }

  template <class Body>
  Declaration& add(std::string name, Body body, std::string doc = {}) {
    Declaration& made = model_.declarations.emplace_back();
    made.name = std::move(name);
    made.scope = module_;
    made.repository_id = "IDL:extended/" + made.name + ":1.0";
    made.doc = std::move(doc);
    made.body = std::move(body);
    std::get<model::Module>(module_->body).members.push_back(&made);
    return made;
  }

  void constants() {
    add("kLetter", model::Constant{basic(Primitive::WChar), model::TextValue{"\xe2\x82\xac"}});
    add("kGreeting",
        model::Constant{text(true), model::TextValue{"gr\xc3\xbc\xc3\x9f \"1\" \xf0\x9f\x98\x80"}});
    add("kRate", model::Constant{fixed(0, 0), model::TextValue{"-01.250d"}});
  }

  void bits() {
    rights_ =
        &add("Rights",
             model::Bitmask{8, {enumerator("read", 0), enumerator("write", 1), enumerator("operator", 7)}},
             "What one may do.");
    add("Wide", model::Bitmask{64, {enumerator("lowest", 0), enumerator("highest", 63)}});
    header_ = &add("Header", model::Bitset{nullptr,
                                           {field("version", 3, 0, Primitive::UInt8),
                                            field("urgent", 1, 3, Primitive::Boolean),
                                            field("", 2, 4, Primitive::UInt8)},
                                           6});
    long_header_ = &add("LongHeader", model::Bitset{header_, {field("depth", 10, 6, Primitive::Int16)}, 16});
    color_ = &add("Color", model::Enum{{enumerator("red", 0), enumerator("green", 1)}});
  }

  void texts_and_numbers() {
    money_ = &add("Money", model::Typedef{fixed(7, 2)});
    add("Texts",
        model::Struct{
            nullptr,
            {member("letter", basic(Primitive::WChar)), member("free", text(true)),
             member("bounded", text(true, 5)), member("letters", sequence(basic(Primitive::WChar))),
             member("two", array(basic(Primitive::WChar), 2)), member("words", sequence(text(true, 3), 2))}});
    add("Numbers",
        model::Struct{nullptr,
                      {member("price", named(*money_)), member("longest", fixed(31, 0)),
                       member("fraction", fixed(4, 4)), member("prices", sequence(named(*money_), 3))}});
    add("Maps",
        model::Struct{nullptr,
                      {member("ages", map(text(false), basic(Primitive::Int32))),
                       member("bounded", map(text(false, 4), sequence(basic(Primitive::Int16), 2), 3)),
                       member("few", map(named(*color_), basic(Primitive::Float64), 2)),
                       member("nested", map(basic(Primitive::WChar), map(named(*money_), text(true)))),
                       member("by_rights", map(named(*rights_), named(*long_header_)))}});
    add("Flags", model::Struct{nullptr,
                               {member("rights", named(*rights_)), member("header", named(*long_header_)),
                                member("all", sequence(named(*rights_), 4)),
                                member("someone", basic(Primitive::Object)),
                                member("others", sequence(basic(Primitive::Object), 2))}});
  }

  void lists() {
    // struct entry { hyper id; string name<>; entry *next; }; typedef entry *entries;
    Declaration& entry = add("entry", model::Struct{}, "A node of a list.");
    entries_ = &add("entries", model::Typedef{optional(named(entry))});
    entry.body = model::Struct{nullptr,
                               {member("id", basic(Primitive::UInt64)), member("name", text(false, 255)),
                                member("next", named(*entries_))}};
    add("directory",
        model::Struct{nullptr, {member("all", named(*entries_)), member("eof", basic(Primitive::Boolean))}});
    // A tree whose right side is its link, and one that is linked by its first member.
    Declaration& tree = add("tree", model::Struct{});
    tree.body =
        model::Struct{nullptr,
                      {member("left", optional(named(tree))), member("value", basic(Primitive::Int32)),
                       member("right", optional(named(tree)))}};
    Declaration& stack = add("stack", model::Struct{});
    stack.body = model::Struct{
        nullptr, {member("below", optional(named(stack))), member("value", basic(Primitive::Int32))}};
    // Types that contain each other.
    Declaration& husband = add("husband", model::Struct{});
    Declaration& wife =
        add("wife", model::Struct{nullptr,
                                  {member("name", text(false)), member("spouse", optional(named(husband))),
                                   member("friends", sequence(optional(named(husband)), 3))}});
    husband.body = model::Struct{nullptr,
                                 {member("name", text(false)), member("spouse", optional(named(wife))),
                                  member("pair", optional(array(named(wife), 2)))}};
    Declaration& expression = add("expression", model::Union{});
    expression.body = model::Union{basic(Primitive::Int32),
                                   {arm({number(0)}, member("number", basic(Primitive::Float64))),
                                    arm({number(1)}, member("negated", optional(named(expression)))),
                                    arm({number(2)}, member("sum", sequence(named(expression), 4)))},
                                   false};
  }

  void unions() {
    add("maybe_text",
        model::Union{
            basic(Primitive::Boolean), {arm({true}, member("value", text(false))), arm({false})}, false});
    add("by_wchar", model::Union{basic(Primitive::WChar),
                                 {arm({model::TextValue{"\xe2\x82\xac"}, model::TextValue{"a"}},
                                      member("cents", basic(Primitive::Int64))),
                                  other_arm()},
                                 false});
    add("by_int8",
        model::Union{basic(Primitive::Int8),
                     {arm({number(-128)}, member("lowest", optional(text(true, 2)))),
                      arm({number(1), number(2)}), other_arm(member("class", basic(Primitive::WChar)))},
                     false});
    add("by_octet", model::Union{basic(Primitive::Octet),
                                 {arm({number(255)}), arm({number(7)}, member("rights", named(*rights_)))},
                                 false});
  }

  void interfaces() {
    Declaration& cookie = add("Cookie", model::Native{});
    Declaration& catalog = add("Catalog", model::Interface{});
    model::Interface remote;
    remote.defined = true;
    remote.members = {
        operation("find", basic(Primitive::Object),
                  {in("name", text(true, 20)), out("rest", named(*entries_))}),
        operation("grant", named(*rights_),
                  {in("to", basic(Primitive::Object)), in("rights", named(*rights_)),
                   in("price", named(*money_)), in("limit", optional(basic(Primitive::Int32)))})};
    catalog.body = remote;
    Declaration& listener = add("Listener", model::Interface{}, "Hears of changes.");
    model::Interface local;
    local.defined = true;
    local.local = true;
    local.members = {
        operation("changed", basic(Primitive::Boolean),
                  {in("what", named(catalog)), in("with", named(cookie)), out("next", named(listener))}),
        operation("done", basic(Primitive::Void), {})};
    listener.body = local;
    model::Interface both;
    both.defined = true;
    both.local = true;
    both.bases = {&catalog, &listener};
    add("CachedCatalog", both);
    std::uint32_t id = 1;
    for (Declaration* const declaration : {&catalog, &listener}) {
      for (model::InterfaceMember& each : std::get<model::Interface>(declaration->body).members) {
        std::get<model::Operation>(each).id = id++;
      }
    }
  }

  model::Model model_;
  Declaration* module_ = nullptr;
  const Declaration* rights_ = nullptr;
  const Declaration* header_ = nullptr;
  const Declaration* long_header_ = nullptr;
  const Declaration* color_ = nullptr;
  const Declaration* money_ = nullptr;
  const Declaration* entries_ = nullptr;
};

}  // namespace oncec::test
