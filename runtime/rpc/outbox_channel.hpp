// The way of calls with keys to one server: an outbox numbers them, and they travel in a lasting session of their
// own, on a link of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <once/rpc/outbox.hpp>

#include "rpc/client_channel.hpp"

namespace once::detail {

class OutboxChannel final : public std::enable_shared_from_this<OutboxChannel> {
 public:
  OutboxChannel(std::shared_ptr<const ChannelSettings> settings, std::vector<Endpoint> endpoints);

  /// As Channel's. The call's key is not empty.
  RawOutcome call(OutgoingCall call);
  std::uint64_t start(OutgoingCall call, PendingCall& pending);
  void cancel(std::uint64_t call);

  /// A key has been forgotten.
  void finish(std::uint64_t peer, Sequence sequence);
  void close();
  void add_to(ClientStatistics& statistics) const;

 private:
  class KeyedCall;

  /// The channel in whose session the numbers of a peer of the outbox mean something.
  struct Way {
    std::uint64_t peer = 0;
    std::shared_ptr<ClientChannel> channel;
  };

  struct Finished {
    std::uint64_t peer = 0;
    Sequence sequence = 0;
  };

  /// False: a call with this key is in flight.
  bool begin(const std::string& key);
  /// Numbers the call, and finds the channel that it goes through; or says why not.
  Result<std::shared_ptr<ClientChannel>> prepare(OutgoingCall& call, const std::string& key);
  /// The call is over: `outcome` becomes what is known, given that it may have been sent before.
  void settle(const std::string& key, bool repeated, RawOutcome& outcome);
  Result<Way> present();
  Way known() const {
    const std::lock_guard lock{mutex_};
    return way_;
  }

  const std::shared_ptr<const ChannelSettings> settings_;
  const std::vector<Endpoint> endpoints_;
  const std::string place_;

  mutable std::mutex mutex_;  // not held over the outbox, which writes, nor over a call
  Way way_;
  std::vector<Finished> early_;  // of peers that there was no way to yet
  std::set<std::string> in_flight_;
  bool closed_ = false;
};

}  // namespace once::detail
