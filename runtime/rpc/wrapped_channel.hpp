// A channel with code around every call.
#pragma once

#include <memory>
#include <vector>

#include <once/rpc/channel.hpp>
#include <once/rpc/wrap.hpp>

namespace once::detail {

class WrappedChannel final : public Channel {
 public:
  WrappedChannel(ChannelPointer inner, std::shared_ptr<const std::vector<CallWrapper>> wrappers)
      : inner_(std::move(inner)), wrappers_(std::move(wrappers)) {}

  CodecId codec() const override { return inner_->codec(); }
  asio::any_io_executor executor() override { return inner_->executor(); }
  RawOutcome call(OutgoingCall call) override;
  std::uint64_t start(OutgoingCall call, PendingCall& pending) override;
  void cancel(std::uint64_t call) override { inner_->cancel(call); }

 private:
  /// Goes through the wrappers from `index` on, and then to `last`.
  void pass(std::size_t index, OutgoingCall call, CallDone done, const CallNext& last) const;

  const ChannelPointer inner_;
  const std::shared_ptr<const std::vector<CallWrapper>> wrappers_;
};

}  // namespace once::detail
