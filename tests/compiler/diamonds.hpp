// IDL in which every declaration has two ways to the one below it, so that a few dozen lines have more ways
// than anybody can walk.
#pragma once

#include <string>

namespace oncec::test {

/// Less than oncec's limit to nesting, with room for what is put on top.
inline constexpr int kDiamonds = 55;

/// `keyword A0 {}; keyword B0 {}; keyword A1 : A0, B0 {}; keyword B1 : A0, B0 {}; …`
inline std::string inheritance_diamonds(const std::string& keyword) {
  std::string text = keyword + " A0 {}; " + keyword + " B0 {};\n";
  for (int i = 1; i <= kDiamonds; ++i) {
    const std::string below = std::to_string(i - 1);
    for (const char* const side : {"A", "B"}) {
      text += keyword + " " + side + std::to_string(i) + " : A" + below + ", B" + below + " {};\n";
    }
  }
  return text;
}

/// `struct S0 {…}; struct S1 { S0 a; S0 b; }; …`: `bottom` is what S0 has.
inline std::string struct_diamonds(const std::string& bottom) {
  std::string text = "struct S0 { " + bottom + " };\n";
  for (int i = 1; i <= kDiamonds; ++i) {
    const std::string below = "S" + std::to_string(i - 1);
    text += "struct S" + std::to_string(i) + " { " + below + " a; " + below + " b; };\n";
  }
  return text;
}

inline std::string union_diamonds() {
  std::string text = "union S0 switch (boolean) { case TRUE: long a; };\n";
  for (int i = 1; i <= kDiamonds; ++i) {
    const std::string below = "S" + std::to_string(i - 1);
    text += "union S" + std::to_string(i) + " switch (boolean) { case TRUE: " + below +
            " a; case FALSE: " + below + " b; };\n";
  }
  return text;
}

/// `name` with the number of the topmost: "S55".
inline std::string topmost(const std::string& name) {
  return name + std::to_string(kDiamonds);
}

}  // namespace oncec::test
