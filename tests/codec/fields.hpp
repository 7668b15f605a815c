// Structures for tests: one list of members gives encode, decode, the smallest size, and a way to visit them.
// A structure S has `static constexpr auto kFields = std::tuple{field("name", &S::name), ...};`.
#pragma once

#include <string_view>
#include <tuple>

#include <once/codec/values.hpp>

namespace codec_test {

template <class S, class T>
struct Field {
  using Type = T;
  std::string_view name;
  T S::*member;
};
template <class S, class T>
constexpr Field<S, T> field(std::string_view name, T S::*member) {
  return {name, member};
}

template <class S>
concept HasFields = requires {
  S::kFields;
};

/// Calls `visit(name, member)` for each member in turn.
template <class S, class Visit>
void for_each_field(S& object, Visit visit) {
  std::apply([&](const auto&... fields) { (visit(fields.name, object.*fields.member), ...); },
             std::remove_cv_t<S>::kFields);
}

template <once::EncoderType E, HasFields S>
void encode(E& encoder, const S& value) {
  for_each_field(value, [&](std::string_view, const auto& member) { encode(encoder, member); });
}
template <once::DecoderType D, HasFields S>
void decode(D& decoder, S& value) {
  for_each_field(value, [&](std::string_view, auto& member) { decode(decoder, member); });
}

template <class Coder, class... Fields>
constexpr std::size_t octets_min_of(const std::tuple<Fields...>&) {
  return (std::size_t{0} + ... + once::kOctetsMin<Coder, typename Fields::Type>);
}

}  // namespace codec_test

template <class Coder, codec_test::HasFields S>
inline constexpr std::size_t once::kOctetsMin<Coder, S> = codec_test::octets_min_of<Coder>(S::kFields);
