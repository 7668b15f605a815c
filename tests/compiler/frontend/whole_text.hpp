// A text with a bit of everything that the language has beside kBank.
#pragma once

namespace oncec {

inline constexpr const char* kWhole = R"(#pragma prefix "acme.com"
module whole {
  native Handle;
  typedef fixed<5, 2> Money;
  typedef map<string<8>, sequence<Money>, 4> Prices;
  const fixed kRate = 1.25d * -(3d + 0.5d);
  const wchar kLetter = L'\u20ac';
  const wstring<6> kText = L"ab" L"c";
  @bit_bound(8) bitmask Rights { may_read, @position(3) may_write };
  bitset Stamp { bitfield<5> day; bitfield<3>; bitfield<9, short> year, other; };
  bitset Precise : Stamp { bitfield<17> second; };
  struct Order {
    enum Stage { placed, sent } at;
    struct Place { string street; } to;
    any extra;
  };
  abstract interface Named { readonly attribute wstring label; };
  local interface Here { void take(in Handle what); };
  interface Till : Named {
    exception Lost {};
    Object find(in CORBA::TypeCode kind) raises (Lost);
  };
  valuetype Node;
  abstract valuetype Shape { void draw(); };
  valuetype Node : Shape supports Named {
    public long state;
    private Node next;
    factory make(in long state);
  };
  custom valuetype Leaf : Node { public octet raw[4]; };
  valuetype Nodes sequence<Node>;
  eventtype Tick { public long at; };
  component Desk supports Till {
    provides Till front;
    uses multiple Till back;
    emits Tick ticks;
    attribute long height;
  };
  home Desks manages Desk primarykey Node {
    factory open(in long height);
    finder by_height(in long height);
  };
  porttype Both { provides Till inner; uses Till outer; };
  connector Wire { mirrorport Both left; port Both right; };
  module Lists<typename T, const long most, interface I> {
    typedef sequence<T, most> List;
    struct Page { List entries; I owner; };
  };
  module Lists<sequence<long>, 2 + 3, Till> Longs;
  module Twice<typename T, const long most, interface I> { alias Lists<T, most, I> Once; };
  typeid Till "IDL:acme.com/Till:2.0";
};
typeprefix whole "acme.org";
import ::CORBA;
)";

}  // namespace oncec
