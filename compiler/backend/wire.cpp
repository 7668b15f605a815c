// Bounds on encoded sizes, and recursion.
#include "backend/wire.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace oncec::backend {
namespace {

using model::Declaration;
using model::Primitive;

// --- Types that contain themselves.

using Visited = std::set<const Declaration*>;

/// What is looked for.
struct Target {
  enum class Kind { Declaration, References, Values, Which } kind = Kind::Declaration;
  const Declaration* declaration = nullptr;                        // of the first kind
  const std::function<bool(const Declaration&)>* which = nullptr;  // of the last

  bool is(const Declaration& other) const {
    switch (kind) {
      case Kind::Declaration: return declaration == &other;
      case Kind::References: return std::holds_alternative<model::Interface>(other.body);
      case Kind::Which: return (*which)(other);
      case Kind::Values: break;
    }
    return std::holds_alternative<model::ValueType>(other.body) ||
           std::holds_alternative<model::ValueBox>(other.body);
  }
  bool is(Primitive primitive) const {
    return (kind == Kind::References && primitive == Primitive::Object) ||
           (kind == Kind::Values && primitive == Primitive::ValueBase);
  }
};

bool reaches(const model::Type& type, const Target& target, Visited& visited);

bool reaches(const Declaration& from, const Target& target, Visited& visited) {
  if (!visited.insert(&from).second) return false;
  if (const auto* const structure = std::get_if<model::Struct>(&from.body)) {
    if (structure->base != nullptr && reaches(*structure->base, target, visited)) return true;
    return std::any_of(structure->members.begin(), structure->members.end(),
                       [&](const auto& member) { return reaches(*member.type, target, visited); });
  }
  if (const auto* const exception = std::get_if<model::Exception>(&from.body)) {
    return std::any_of(exception->members.begin(), exception->members.end(),
                       [&](const auto& member) { return reaches(*member.type, target, visited); });
  }
  if (const auto* const onion = std::get_if<model::Union>(&from.body)) {
    return reaches(*onion->discriminator, target, visited) ||
           std::any_of(onion->cases.begin(), onion->cases.end(), [&](const auto& arm) {
             return arm.member.has_value() && reaches(*arm.member->type, target, visited);
           });
  }
  // What a value refers to is no part of who holds it; codecs count the depth of values by themselves.
  if (target.kind == Target::Kind::Declaration) return false;
  if (const auto* const value = std::get_if<model::ValueType>(&from.body)) {
    return std::any_of(value->bases.begin(), value->bases.end(),
                       [&](const Declaration* base) { return reaches(*base, target, visited); }) ||
           std::any_of(value->state.begin(), value->state.end(),
                       [&](const auto& member) { return reaches(*member.type, target, visited); });
  }
  if (const auto* const box = std::get_if<model::ValueBox>(&from.body)) {
    return reaches(*box->type, target, visited);
  }
  return false;
}

bool reaches(const model::Type& type, const Target& target, Visited& visited) {
  const model::Type& resolved = model::resolve(type);
  if (const auto* const primitive = std::get_if<Primitive>(&resolved.form)) {
    return target.is(*primitive);
  }
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return reaches(*sequence->element, target, visited);
  }
  if (const auto* const map = std::get_if<model::MapType>(&resolved.form)) {
    return reaches(*map->key, target, visited) || reaches(*map->value, target, visited);
  }
  if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form)) {
    return reaches(*array->element, target, visited);
  }
  if (const auto* const optional = std::get_if<model::OptionalType>(&resolved.form)) {
    return reaches(*optional->element, target, visited);
  }
  if (const auto* const named = std::get_if<model::NamedType>(&resolved.form)) {
    return target.is(*named->declaration) || reaches(*named->declaration, target, visited);
  }
  return false;
}

// --- Sizes.

/// Octets at most, in each codec; CDR's gaps are counted as if every item had its largest.
struct Size {
  std::uint64_t xdr = 0;
  std::uint64_t cdr = 0;
};
using Bound = std::optional<Size>;

constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 40;

std::uint64_t saturated(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kTooLarge / b ? kTooLarge : std::min(a * b, kTooLarge);
}
Bound operator+(const Bound& a, const Bound& b) {
  if (!a || !b) return std::nullopt;
  return Size{std::min(a->xdr + b->xdr, kTooLarge), std::min(a->cdr + b->cdr, kTooLarge)};
}
Bound operator*(const Bound& size, std::uint64_t count) {
  if (!size) return std::nullopt;
  return Size{saturated(size->xdr, count), saturated(size->cdr, count)};
}
Bound larger(const Bound& a, const Bound& b) {
  if (!a || !b) return std::nullopt;
  return Size{std::max(a->xdr, b->xdr), std::max(a->cdr, b->cdr)};
}

/// Has a width of its own, in which it is aligned.
bool is_number(Primitive primitive) {
  switch (primitive) {
    case Primitive::WChar:
    case Primitive::Any:
    case Primitive::Object:
    case Primitive::TypeCode:
    case Primitive::ValueBase: return false;
    default: return true;
  }
}
std::uint64_t width(Primitive primitive) {
  switch (primitive) {
    case Primitive::Void: return 0;
    case Primitive::Int16:
    case Primitive::UInt16: return 2;
    case Primitive::Int32:
    case Primitive::UInt32:
    case Primitive::Float32: return 4;
    case Primitive::Int64:
    case Primitive::UInt64:
    case Primitive::Float64: return 8;
    case Primitive::Float128: return 16;
    default: return 1;
  }
}
std::uint64_t gap(std::uint64_t width) {
  return width == 0 ? 0 : std::min<std::uint64_t>(width, 8) - 1;
}

constexpr Size kCount = {4, 3 + 4};
Size text_size(std::uint64_t octets) {
  return {4 + (octets + 3) / 4 * 4, 3 + 4 + octets + 1};
}
/// At most so many code units; in CDR behind a byte order mark.
Size wide_text_size(std::uint64_t units) {
  return {4 + (2 * units + 3) / 4 * 4, 3 + 4 + 2 * units + 2};
}
Size bits_size(std::uint32_t bits) {
  const std::uint64_t octets = integer_bits(bits) / 8;
  return {std::max<std::uint64_t>(octets, 4), octets + gap(octets)};
}
Size octets_size(std::uint64_t octets) {
  return {(octets + 3) / 4 * 4, octets};
}

/// An object reference at its largest; the limits stand in once/rpc/values.hpp.
Bound reference_size() {
  const Bound endpoint = Bound{Size{4, 1}} + Bound{text_size(255)} + Bound{Size{4, 1 + 2}};
  return Bound{text_size(255)} + Bound{kCount} + endpoint * 16 + Bound{kCount} + Bound{octets_size(1024)};
}

class Measure {
 public:
  Bound of(const std::vector<model::Member>& members) {
    Bound sum = Size{};
    for (const model::Member& member : members) sum = sum + of(*member.type);
    return sum;
  }
  Bound of(const model::Type& type) {
    const model::Type& resolved = model::resolve(type);
    return std::visit(*this, resolved.form);
  }

  Bound operator()(Primitive primitive) {
    switch (primitive) {
      case Primitive::Object: return reference_size();
      case Primitive::WChar: return Size{4, 1 + 2};
      case Primitive::Any:
      case Primitive::TypeCode:
      case Primitive::ValueBase: return std::nullopt;
      default: break;
    }
    const std::uint64_t octets = width(primitive);
    return Size{octets == 0 ? 0 : std::max<std::uint64_t>(octets, 4), octets + gap(octets)};
  }
  Bound operator()(const model::StringType& text) {
    if (text.bound == 0) return std::nullopt;
    return text.wide ? wide_text_size(text.bound) : text_size(text.bound);
  }
  Bound operator()(const model::SequenceType& sequence) {
    if (sequence.bound == 0) return std::nullopt;
    return Bound{kCount} + elements(*sequence.element, sequence.bound);
  }
  Bound operator()(const model::ArrayType& array) {
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : array.dimensions) count = saturated(count, dimension);
    return elements(*array.element, count);
  }
  Bound operator()(const model::OptionalType& optional) { return Bound{Size{4, 1}} + of(*optional.element); }
  Bound operator()(const model::NamedType& named) { return of(*named.declaration); }
  Bound operator()(const model::MapType& map) {
    if (map.bound == 0) return std::nullopt;
    return Bound{kCount} + (of(*map.key) + of(*map.value)) * map.bound;
  }
  Bound operator()(const model::FixedType& fixed) { return octets_size((fixed.digits + 2) / 2); }

 private:
  Bound elements(const model::Type& element, std::uint64_t count) {
    const auto* const primitive = std::get_if<Primitive>(&model::resolve(element).form);
    if (primitive != nullptr && is_number(*primitive) && width(*primitive) == 1) {
      const bool packed = *primitive == Primitive::Octet || *primitive == Primitive::UInt8;
      return Size{packed ? octets_size(count).xdr : saturated(count, 4), count};
    }
    if (primitive != nullptr && is_number(*primitive)) {  // one gap, before the first
      const std::uint64_t octets = width(*primitive);
      return Size{saturated(std::max<std::uint64_t>(octets, 4), count),
                  saturated(octets, count) + gap(octets)};
    }
    return of(element) * count;
  }
  Bound of(const Declaration& declaration) {
    const auto [known, is_new] = known_.try_emplace(&declaration);
    if (is_new) known->second = measured(declaration);
    return known->second;
  }
  Bound measured(const Declaration& declaration) {
    Bound result = Size{};
    if (const auto* const structure = std::get_if<model::Struct>(&declaration.body)) {
      if (structure->base != nullptr) result = of(*structure->base);
      result = result + of(structure->members);
    } else if (const auto* const onion = std::get_if<model::Union>(&declaration.body)) {
      Bound largest = Size{};
      for (const model::UnionCase& arm : onion->cases) {
        if (arm.member) largest = larger(largest, of(*arm.member->type));
      }
      result = of(*onion->discriminator) + largest;
    } else if (std::holds_alternative<model::Enum>(declaration.body)) {
      result = Size{4, 4 + 3};
    } else if (std::holds_alternative<model::Interface>(declaration.body)) {
      result = reference_size();
    } else if (const auto* const mask = std::get_if<model::Bitmask>(&declaration.body)) {
      result = bits_size(mask->bit_bound);
    } else if (const auto* const set = std::get_if<model::Bitset>(&declaration.body)) {
      result = bits_size(set->bits);
    } else {
      result = std::nullopt;  // a value type
    }
    return result;
  }

  std::map<const Declaration*, Bound> known_;  // none for what is being measured: it is inside itself
};

/// Finds structs that take no octets.
class Emptiness {
 public:
  bool of(const Declaration& declaration) {
    const auto [known, is_new] = known_.try_emplace(&declaration, false);
    if (is_new) known->second = found(declaration);
    return known->second;
  }

 private:
  bool found(const Declaration& declaration) {
    const auto* const structure = std::get_if<model::Struct>(&declaration.body);
    if (structure == nullptr || (structure->base != nullptr && !of(*structure->base))) return false;
    return std::all_of(structure->members.begin(), structure->members.end(), [this](const auto& member) {
      const model::Type* type = &model::resolve(*member.type);
      while (const auto* const array = std::get_if<model::ArrayType>(&type->form)) {
        type = &model::resolve(*array->element);
      }
      const auto* const named = std::get_if<model::NamedType>(&type->form);
      return named != nullptr && of(*named->declaration);
    });
  }

  std::map<const Declaration*, bool> known_;
};

Reuse reuse_of_declared(const Declaration& declaration) {
  const bool is_plain = std::holds_alternative<model::Enum>(declaration.body) ||
                        std::holds_alternative<model::Bitmask>(declaration.body) ||
                        std::holds_alternative<model::Bitset>(declaration.body);
  if (is_plain) return Reuse::None;
  const auto* const structure = std::get_if<model::Struct>(&declaration.body);
  if (structure == nullptr || contains_itself(declaration)) return Reuse::Refuses;
  Reuse result = structure->base != nullptr ? reuse_of_declared(*structure->base) : Reuse::None;
  for (const model::Member& member : structure->members) {
    result = std::max(result, member.is_external ? Reuse::Refuses : reuse_of(*member.type));
  }
  return result;
}

}  // namespace

bool contains_itself(const Declaration& declaration) {
  Visited visited;
  return reaches(declaration, Target{Target::Kind::Declaration, &declaration}, visited);
}

bool holds_references(const Declaration& declaration) {
  Visited visited;
  return reaches(declaration, Target{Target::Kind::References}, visited);
}

bool holds_values(const Declaration& declaration) {
  Visited visited;
  return reaches(declaration, Target{Target::Kind::Values}, visited);
}

bool holds(const Declaration& declaration, const std::function<bool(const Declaration&)>& which) {
  Visited visited;
  return which(declaration) || reaches(declaration, Target{Target::Kind::Which, nullptr, &which}, visited);
}

bool recurs(const model::Type& type) {
  const model::Type* element = &model::resolve(type);
  while (const auto* const array = std::get_if<model::ArrayType>(&element->form)) {
    element = &model::resolve(*array->element);
  }
  const auto* const named = std::get_if<model::NamedType>(&element->form);
  return named != nullptr && contains_itself(*named->declaration);
}

const model::Member* link_of(const Declaration& declaration) {
  const auto* const structure = std::get_if<model::Struct>(&declaration.body);
  if (structure == nullptr) return nullptr;
  for (auto member = structure->members.rbegin(); member != structure->members.rend(); ++member) {
    const auto* const optional = std::get_if<model::OptionalType>(&model::resolve(*member->type).form);
    if (optional == nullptr) continue;
    const auto* const named = std::get_if<model::NamedType>(&model::resolve(*optional->element).form);
    if (named != nullptr && named->declaration == &declaration) return &*member;
  }
  return nullptr;
}

Reuse reuse_of(const model::Type& type) {
  using model::Primitive;
  const model::Type& resolved = model::resolve(type);
  if (const auto* const primitive = std::get_if<Primitive>(&resolved.form)) {
    const bool is_plain = *primitive != Primitive::Any && *primitive != Primitive::Object &&
                          *primitive != Primitive::TypeCode && *primitive != Primitive::ValueBase;
    return is_plain ? Reuse::None : Reuse::Refuses;
  }
  if (std::holds_alternative<model::FixedType>(resolved.form)) return Reuse::None;
  if (std::holds_alternative<model::StringType>(resolved.form)) return Reuse::Keeps;
  if (const auto* const array = std::get_if<model::ArrayType>(&resolved.form))
    return reuse_of(*array->element);
  if (const auto* const sequence = std::get_if<model::SequenceType>(&resolved.form)) {
    return std::max(Reuse::Keeps, reuse_of(*sequence->element));
  }
  const auto* const named = std::get_if<model::NamedType>(&resolved.form);
  return named != nullptr ? reuse_of_declared(*named->declaration) : Reuse::Refuses;
}

std::uint32_t integer_bits(std::uint32_t bits) {
  if (bits > 32) return 64;
  if (bits > 16) return 32;
  return bits > 8 ? 16 : 8;
}

std::vector<const model::BitField*> all_fields(const model::Bitset& bitset) {
  std::vector<const model::BitField*> fields;
  if (bitset.base != nullptr) fields = all_fields(std::get<model::Bitset>(bitset.base->body));
  for (const model::BitField& field : bitset.fields) fields.push_back(&field);
  return fields;
}

bool takes_no_octets(const Declaration& declaration) {
  return Emptiness{}.of(declaration);
}

std::optional<std::uint64_t> reply_bound(const model::Operation& operation) {
  Measure measure;
  Bound results = measure.of(*operation.result);
  for (const model::Parameter& parameter : operation.parameters) {
    if (parameter.direction != model::Direction::In) results = results + measure.of(*parameter.type);
  }
  for (const Declaration* const raised : operation.raises) {
    const auto& exception = std::get<model::Exception>(raised->body);
    results = larger(results, Bound{text_size(raised->repository_id.size())} + measure.of(exception.members));
  }
  if (!results) return std::nullopt;
  return std::max(results->xdr, results->cdr);
}

}  // namespace oncec::backend
