// Value types: those that are registered, by their ids, and the end of values.
#include <map>
#include <mutex>
#include <shared_mutex>

#include "codec/value_wire.hpp"

namespace once {

namespace {

/// The types that are registered. Made when first used, so that the order in which a program starts is of no
/// concern.
struct Registry {
  std::shared_mutex mutex;
  std::multimap<std::string_view, const ValueType*> types;  // of one id, the first counts
};
Registry& registry() {
  static Registry registry;
  return registry;
}

}  // namespace

const ValueType* detail::registered_value_type(std::string_view id) {
  Registry& known = registry();
  const std::shared_lock lock{known.mutex};
  const auto found = known.types.lower_bound(id);
  return found != known.types.end() && found->first == id ? found->second : nullptr;
}

RegisteredValueTypes::RegisteredValueTypes(std::initializer_list<const ValueType*> types) : types_(types) {
  Registry& known = registry();
  const std::unique_lock lock{known.mutex};
  for (const ValueType* const type : types_) known.types.emplace(type->id(), type);
}

RegisteredValueTypes::~RegisteredValueTypes() {
  Registry& known = registry();
  const std::unique_lock lock{known.mutex};
  for (const ValueType* const type : types_) {
    auto [one, end] = known.types.equal_range(type->id());
    while (one != end && one->second != type) ++one;
    if (one != end) known.types.erase(one);
  }
}

void ReleaseValue::operator()(ValueBase* value) const {
  // What ends while another one ends waits in a list, which goes through the values themselves.
  static thread_local ValueBase* waiting = nullptr;
  static thread_local bool busy = false;
  if (value == nullptr) return;
  value->next_ = waiting;
  waiting = value;
  if (busy) return;
  busy = true;
  while (waiting != nullptr) delete std::exchange(waiting, waiting->next_);
  busy = false;
}

}  // namespace once
