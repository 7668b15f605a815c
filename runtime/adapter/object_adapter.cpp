#include "adapter/object_adapter.hpp"

#include <mutex>
#include <utility>

namespace once::adapter {

void ObjectAdapter::activate(ObjectKey key, std::shared_ptr<Servant> servant,
                             asio::any_io_executor executor) {
  Place place{std::move(servant), std::move(executor)};
  const std::unique_lock lock{mutex_};
  std::swap(active_[std::move(key)], place);  // the servant that was replaced dies outside of the lock
  size_.store(active_.size(), std::memory_order_relaxed);
}

bool ObjectAdapter::deactivate(const ObjectKey& key) {
  decltype(active_)::node_type gone;
  const std::unique_lock lock{mutex_};
  gone = active_.extract(key);
  size_.store(active_.size(), std::memory_order_relaxed);
  return !gone.empty();
}

void ObjectAdapter::set_locator(Locator locator, asio::any_io_executor executor) {
  auto shared = locator ? std::make_shared<const Locator>(std::move(locator)) : nullptr;
  const std::unique_lock lock{mutex_};
  std::swap(locator_, shared);
  locator_executor_ = std::move(executor);
}

void ObjectAdapter::set_default_servant(std::shared_ptr<Servant> servant, asio::any_io_executor executor) {
  Place place{std::move(servant), std::move(executor)};
  const std::unique_lock lock{mutex_};
  std::swap(default_, place);
}

void ObjectAdapter::clear() {
  ObjectAdapter gone;  // dies after the lock
  const std::unique_lock lock{mutex_};
  std::swap(active_, gone.active_);
  size_.store(0, std::memory_order_relaxed);
  std::swap(locator_, gone.locator_);
  std::swap(locator_executor_, gone.locator_executor_);
  std::swap(default_, gone.default_);
}

bool ObjectAdapter::find(std::string_view key, Place& place) const {
  const std::shared_lock lock{mutex_};
  if (const auto found = active_.find(key); found != active_.end()) {
    place = found->second;
    return true;
  }
  if (locator_ != nullptr) return false;
  place = default_;
  return true;
}

void ObjectAdapter::locate(std::string_view key, Place& place) const {
  std::shared_ptr<const Locator> locator;
  asio::any_io_executor executor;
  {
    const std::shared_lock lock{mutex_};
    locator = locator_;
    executor = locator_executor_;
    place = default_;
  }
  if (locator == nullptr) return;
  if (auto servant = (*locator)(ObjectKey{key})) place = {std::move(servant), std::move(executor)};
}

}  // namespace once::adapter
