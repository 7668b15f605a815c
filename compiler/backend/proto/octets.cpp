// Bounds on messages: every field there, every number at its longest.
#include "backend/proto/octets.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "backend/proto/fields.hpp"

namespace oncec::backend::proto {
namespace {

using model::Declaration;
using model::Primitive;
using Bound = std::optional<std::uint64_t>;

constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 40;

Bound operator+(const Bound& a, const Bound& b) {
  if (!a || !b) return std::nullopt;
  return std::min(*a + *b, kTooLarge);
}
Bound operator*(const Bound& size, std::uint64_t count) {
  if (!size) return std::nullopt;
  return count != 0 && *size > kTooLarge / count ? kTooLarge : *size * count;
}
Bound larger(const Bound& a, const Bound& b) {
  if (!a || !b) return std::nullopt;
  return std::max(*a, *b);
}

std::uint64_t varint_octets(std::uint64_t value) {
  std::uint64_t octets = 1;
  for (; value > 0x7f; value >>= 7) ++octets;
  return octets;
}
std::uint64_t tag_octets(std::uint32_t number) {
  return varint_octets(std::uint64_t{number} << 3);
}
/// With the length in front.
Bound delimited(const Bound& size) {
  if (!size) return std::nullopt;
  return *size + varint_octets(*size);
}

/// A value without its tag, and how much it takes at most.
class Measure {
 public:
  Bound of(const std::vector<Field>& fields) {
    Bound sum = 0;
    for (const Field& field : fields) sum = sum + of_field(*field.type, field.number);
    return sum;
  }
  Bound of_declaration(const Declaration& declaration) {
    const auto [known, is_new] = known_.try_emplace(&declaration);
    if (is_new) known->second = measured(declaration);
    return known->second;
  }

 private:
  Bound measured(const Declaration& declaration) {
    if (const auto* const onion = std::get_if<model::Union>(&declaration.body)) {
      Bound largest = 0;
      for (const Field& field : fields_of(*onion)) {
        largest = larger(largest, of_present(*field.type) + tag_octets(field.number));
      }
      return largest + of_field(*onion->discriminator, 1);
    }
    if (std::holds_alternative<model::Interface>(declaration.body)) {
      // once.ObjectRef at its largest; the limits stand in once/rpc/values.hpp.
      const Bound endpoint = Bound{2 + 4} + Bound{1} + delimited(255);
      return Bound{1} + delimited(255) + (Bound{1} + delimited(endpoint)) * 16 + Bound{1} + delimited(1024);
    }
    return of(fields_of(declaration));
  }
  /// All that a field may hold, with its tags.
  Bound of_field(const model::Type& type, std::uint32_t number) {
    const model::Type& resolved = model::resolve(type);
    const Bound tag = tag_octets(number);
    if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
      if (sequence->bound == 0) return std::nullopt;
      return elements(*sequence->element, sequence->bound, tag);
    }
    if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form)) {
      return of_array(*array, 1, tag);
    }
    if (const auto* const map = std::get_if<model::MapType>(&resolved.form)) {
      if (map->bound == 0) return std::nullopt;
      return (tag + delimited(Bound{2} + of_present(*map->key) + of_present(*map->value))) * map->bound;
    }
    if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form)) {
      return tag + of_present(*optional->element);
    }
    return tag + of_present(resolved);
  }
  Bound of_array(const model::ArrayType& array, std::uint64_t outer, const Bound& tag) {
    Bound count = outer;
    for (const std::uint64_t dimension : array.dimensions) count = count * dimension;
    const model::Type& element = model::resolve(*array.element);
    if (const auto* const inner = std::get_if<model::ArrayType>(&element.form)) {
      return of_array(*inner, *count, tag);
    }
    return elements(element, *count, tag);
  }
  /// Packed or not: each with a tag is more than all in one block, but for very short ones.
  Bound elements(const model::Type& element, std::uint64_t count, const Bound& tag) {
    return tag + delimited((tag + of_present(element)) * count);
  }
  Bound of_present(const model::Type& type) {
    const model::Type& resolved = model::resolve(type);
    if (const auto* const primitive = std::get_if<Primitive>(&resolved.form)) return of_primitive(*primitive);
    if (const auto* const text = std::get_if<model::StringType>(&resolved.form)) {
      if (text->bound == 0) return std::nullopt;
      return delimited(Bound{text->wide ? 3U : 1U} * text->bound);
    }
    if (const auto* const fixed = std::get_if<model::FixedType>(&resolved.form)) {
      return delimited(std::uint64_t{fixed->digits} + 3);  // the sign, the point, a zero before it
    }
    if (const auto* const named = std::get_if<model::NamedType>(&resolved.form)) {
      const auto& body = named->declaration->body;
      if (std::holds_alternative<model::Enum>(body) || std::holds_alternative<model::Bitmask>(body) ||
          std::holds_alternative<model::Bitset>(body)) {
        return 10;
      }
      return delimited(of_declaration(*named->declaration));
    }
    return delimited(of_field(resolved, 1));  // a message of one field around it
  }
  static Bound of_primitive(Primitive primitive) {
    switch (primitive) {
      case Primitive::Void: return 0;
      case Primitive::Boolean: return 1;
      case Primitive::Octet:
      case Primitive::UInt8:
      case Primitive::Char: return 2;
      case Primitive::WChar:
      case Primitive::UInt16: return 3;
      case Primitive::UInt32: return 5;
      case Primitive::Float32: return 4;
      case Primitive::Float64: return 8;
      case Primitive::Float128: return 17;
      default: return 10;  // negative ones of every size too
    }
  }

  std::map<const Declaration*, Bound> known_;  // none for what is being measured: it is inside itself
};

}  // namespace

std::optional<std::uint64_t> reply_bound(const model::Operation& operation) {
  Measure measure;
  Bound largest = measure.of(reply_of(operation));
  for (const Declaration* const raised : operation.raises) {
    largest = larger(largest, Bound{1} + delimited(raised->repository_id.size()) + Bound{1} +
                                  delimited(measure.of_declaration(*raised)));
  }
  return largest;
}

}  // namespace oncec::backend::proto
