// Object keys to servants: what is activated, else what the locator finds, else the default servant. Knows
// neither the protocol nor sockets. Safe from any thread: the loops of a server share one.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <asio/any_io_executor.hpp>

#include <once/base/crc32c.hpp>
#include <once/rpc/activation.hpp>
#include <once/rpc/servant.hpp>

namespace once::adapter {

/// A servant and where it runs; no servant: there is no such object.
struct Place {
  std::shared_ptr<Servant> servant;
  asio::any_io_executor executor;  // none: on the loop
};

class ObjectAdapter {
 public:
  /// Replaces the servant that had the key.
  void activate(ObjectKey key, std::shared_ptr<Servant> servant, asio::any_io_executor executor);
  bool deactivate(const ObjectKey& key);
  void set_locator(Locator locator, asio::any_io_executor executor);
  void set_default_servant(std::shared_ptr<Servant> servant, asio::any_io_executor executor);

  /// Lets go of every servant and of the locator, under no lock: they may hold stubs that hold whoever holds
  /// this.
  void clear();

  /// A place for the key without running any user's code: true if `place` says it all; false if the locator
  /// has to be asked by locate(), which must be under no lock.
  bool find(std::string_view key, Place& place) const;
  void locate(std::string_view key, Place& place) const;

  /// How many keys are activated.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return crc32c(as_bytes(key)); }
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<ObjectKey, Place, KeyHash, std::equal_to<>> active_;
  std::atomic<std::size_t> size_{0};  // of it
  std::shared_ptr<const Locator> locator_;
  asio::any_io_executor locator_executor_;
  Place default_;
};

}  // namespace once::adapter
