// A server's channel to objects of one client, inside the client's own connection: a ClientCore over the path
// of the client's session. It belongs to the loop of that session, and is guarded by the loop's lock.
#pragma once

#include <algorithm>
#include <memory>

#include <once/rpc/channel.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "rpc/call_record.hpp"
#include "rpc/server_loop.hpp"

namespace once::detail {

class BackChannel final : public Channel, public std::enable_shared_from_this<BackChannel> {
 public:
  BackChannel(std::shared_ptr<ServerLoop> loop, SessionId session, const core::Path& path, CodecId codec);

  CodecId codec() const override { return codec_; }
  asio::any_io_executor executor() override { return loop_->environment().executor; }
  RawOutcome call(OutgoingCall call) override;
  std::uint64_t start(OutgoingCall call, PendingCall& pending) override;
  void cancel(std::uint64_t call) override;

 private:
  friend class ServerLoop;

  CallInfo describe(const OutgoingCall& call) const;
  /// Hands the call to the core, under the lock. An error leaves nothing behind.
  Result<core::CallKey> begin(OutgoingCall&& call, CallRecord& record);
  /// The call did not get into the core.
  RawOutcome refuse(CallRecord& record, Errc reason) const;
  Time next_timeout() const { return std::min(core_.next_timeout(), fragments_.next_timeout()); }
  void timeout(Time now) {
    core_.timeout(now);
    fragments_.timeout(now);
  }
  /// The client's connection does not take what is sent.
  bool is_overfull() const;

  const std::shared_ptr<ServerLoop> loop_;
  const SessionId session_;  // the client's
  const CodecId codec_;
  core::ClientCore core_;
  core::Fragments fragments_;  // under the core
  core::Path path_;            // where the core believes the client to be
  bool connected_ = false;
  ChannelInfo info_;
  CallRecords records_;
};

}  // namespace once::detail
