// Types, values and declarations in IDL's own words, for messages and comments.
#pragma once

#include <string>
#include <string_view>

#include "model/model.hpp"

namespace oncec::model {

/// How much of a type is written out.
struct Spelling {
  bool bounds = true;
  bool typedefs = true;  // by their names; else what they stand for
  bool uint8 = true;     // else octet, which is the same in C++ and on the wire
};

/// "unsigned long", "sequence<bank::Cents, 4>".
std::string spelled(const Type& type, Spelling spelling = {});
/// "-3", "TRUE", "'x'"; the name of an enumerator.
std::string spelled(const Value& value);

/// "an interface", "a struct", "a home".
std::string_view described(const Declaration& declaration);
/// The same without the article.
std::string_view kind_of(const Declaration& declaration);

}  // namespace oncec::model
