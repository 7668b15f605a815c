// What an event loop does when it is destroyed: asynchronous calls that are in flight there end without their handlers
// being called, which are destroyed. A coroutine that waits for a call often owns the client that keeps the call; without
// this, the two would keep each other.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/execution.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

#include "rpc/client_channel.hpp"

namespace once::detail {

class LoopEnd final : public asio::execution_context::service {
 public:
  using key_type = LoopEnd;
  static inline asio::execution_context::id id;

  explicit LoopEnd(asio::execution_context& context) : service(context) {}

  static LoopEnd& of(const asio::any_io_executor& executor) {
    return asio::use_service<LoopEnd>(
        asio::query(executor, asio::execution::context_as<asio::execution_context&>));
  }

  void add(std::weak_ptr<ClientChannel> channel) {
    const std::lock_guard lock{mutex_};
    if (channels_.size() == channels_.capacity()) {
      std::erase_if(channels_, [](const auto& one) { return one.expired(); });
    }
    channels_.push_back(std::move(channel));
  }

 private:
  void shutdown() override {
    std::vector<std::weak_ptr<ClientChannel>> channels;
    {
      const std::lock_guard lock{mutex_};
      channels.swap(channels_);
    }
    for (const auto& one : channels) {
      if (const auto channel = one.lock()) channel->close();  // what it posts is destroyed with the loop
    }
  }

  std::mutex mutex_;
  std::vector<std::weak_ptr<ClientChannel>> channels_;
};

}  // namespace once::detail
