// Values of generated types as text for people: logs, tests, debuggers. Generated to_string() functions end
// here; what the text looks like may change, so nothing should parse it.
//
//     {name: "Smith", year: 1934, tags: ["a", "b"], ages: {"Ada": 36}, photo: x"ffd8", nick: none}
//
// References to values are printed as the values' type, or "nil": what they refer to may refer back. Boxes
// are printed as what is in them, those in boxes as "…".
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <once/base/bytes.hpp>
#include <once/codec/codec.hpp>
#include <once/codec/fields.hpp>

namespace once {

namespace detail {
/// Octets that a name, or what stands for a reference, may have in a text.
inline constexpr std::size_t kShownMax = 256;
/// The beginning of a text in ASCII that is longer.
std::string shortened(std::string text);
/// A name that a peer has chosen, as it may stand in a text or a log: without control octets, and shortened.
std::string shown(std::string_view name);
}  // namespace detail

/// The text while it grows.
class TextWriter {
 public:
  std::string take() && { return std::move(text_); }

  /// As it is.
  void put(std::string_view text) { text_.append(text); }
  /// Before what may be one of several: a comma, unless something has just been opened.
  void separate();
  void name(std::string_view name) {
    separate();
    text_.append(name).append(": ");
  }

  void write(bool value) { put(value ? "true" : "false"); }
  void write(std::int64_t value);
  void write(std::uint64_t value);
  void write(float value);
  void write(double value);
  void write(Float128 value);
  void write(char value);
  void write(char16_t value);
  void write(std::string_view value);
  void write(std::u16string_view value);
  void write_octets(ByteView octets);

  /// False inside of a box.
  bool enter_box() { return !std::exchange(in_box_, true); }
  void leave_box() { in_box_ = false; }

 private:
  std::string text_;
  bool in_box_ = false;
};

template <class T>
void print(TextWriter& out, const T& value);

namespace detail {

/// Not inline, so that printing a type is a call for each field and no more.
template <class T>
[[gnu::noinline, gnu::cold]] void print_field(TextWriter& out, std::string_view name, const T& field) {
  out.name(name);
  print(out, field);
}

template <class T>
[[gnu::cold]] void print_fields(TextWriter& out, const T& value) {
  out.put("{");
  Fields<T>::visit(value,
                   [&out](std::string_view name, const auto& field) { print_field(out, name, field); });
  out.put("}");
}

/// A structure with a link of its own type; see box.hpp.
template <class T>
concept PrintedAsList = requires(const T& value) {
  { *(value.*T::once_link) } -> std::same_as<const T&>;
};

/// Node in node, in a loop. The link comes last.
template <PrintedAsList T>
[[gnu::cold]] void print_list(TextWriter& out, const T& value) {
  std::size_t depth = 0;
  for (const T* node = &value; node != nullptr; ++depth) {
    const auto& link = (*node).*T::once_link;
    std::string_view link_name;
    out.put("{");
    Fields<T>::visit(*node, [&](std::string_view name, const auto& field) {
      if (static_cast<const void*>(&field) == &link && std::same_as<decltype(field), decltype(link)>) {
        link_name = name;
        return;
      }
      out.name(name);
      print(out, field);
    });
    out.name(link_name);
    node = link ? &*link : nullptr;
  }
  out.put("none");
  while (depth-- != 0) out.put("}");
}

/// A sequence or an array of octets: not a std::optional, which has a value_type, too. (Not what converts to
/// a ByteView: whether a std::vector does is expensive to find out.)
template <class T>
concept PrintedAsOctets = std::same_as<typename T::value_type, std::uint8_t> && requires(const T& value) {
  value.data();
};

template <class T>
[[gnu::cold]] void print_range(TextWriter& out, const T& values) {
  constexpr bool kIsMap = requires {
    typename T::mapped_type;
  };
  out.put(kIsMap ? "{" : "[");
  for (const auto& value : values) {
    out.separate();
    if constexpr (kIsMap) {
      print(out, value.first);
      out.put(": ");
      print(out, value.second);
    } else {
      print(out, static_cast<const typename T::value_type&>(value));
    }
  }
  out.put(kIsMap ? "}" : "]");
}

/// A std::shared_ptr to a value, or to a box's content.
template <class T>
void print_reference(TextWriter& out, const T& reference) {
  if (!reference) return out.put("nil");
  if constexpr (requires { reference->once_value_type(); }) {
    out.put(reference->once_value_type().id());
  } else if (out.enter_box()) {
    print(out, *reference);
    out.leave_box();
  } else {
    out.put("…");
  }
}

/// What has a to_string() of its own: enumerations, decimals, references.
template <class T>
void print_by_name(TextWriter& out, const T& value) {
  const auto text = to_string(value);
  if constexpr (std::is_enum_v<T>) {
    if (text.empty()) return out.write(static_cast<std::int64_t>(value));
  }
  out.put(text);
}

}  // namespace detail

/// Writes `value`, whose type is one that generated code uses.
template <class T>
void print(TextWriter& out, const T& value) {
  if constexpr (std::integral<T> && !OneOf<T, bool, char, char16_t>) {
    if constexpr (std::is_signed_v<T>) {
      out.write(std::int64_t{value});
    } else {
      out.write(std::uint64_t{value});
    }
  } else if constexpr (requires { out.write(value); } && !std::is_enum_v<T>) {
    out.write(value);
  } else if constexpr (detail::PrintedAsList<T>) {
    detail::print_list(out, value);
  } else if constexpr (HasFields<T>) {
    detail::print_fields(out, value);
  } else if constexpr (detail::PrintedAsOctets<T>) {
    out.write_octets(value);
  } else if constexpr (requires { value.begin(); }) {
    detail::print_range(out, value);
  } else if constexpr (requires { value.has_value(); }) {
    if (value) return print(out, *value);
    out.put("none");
  } else if constexpr (requires { value.use_count(); }) {
    detail::print_reference(out, value);
  } else {
    detail::print_by_name(out, value);
  }
}

namespace detail {

/// print() for what knows no types.
template <class T>
void print_any(TextWriter& out, const void* value) {
  print(out, *static_cast<const T*>(value));
}
using PrintAny = void (*)(TextWriter& out, const void* value);

std::string printed(const void* value, PrintAny print);
std::ostream& put(std::ostream& out, const void* value, PrintAny print);

}  // namespace detail

/// What the generated to_string() of a type with fields returns.
template <class T>
std::string printed(const T& value) {
  return detail::printed(&value, detail::print_any<T>);
}
/// The same for operator<<.
template <class T>
std::ostream& put(std::ostream& out, const T& value) {
  return detail::put(out, &value, detail::print_any<T>);
}

}  // namespace once
