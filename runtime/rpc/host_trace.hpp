// What a client or a server tells its tracer. Whoever has one asks nothing of it: what the tracer throws, and memory that
// is not to be had for an event, change no call.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <once/base/bytes.hpp>
#include <once/rpc/channel.hpp>
#include <once/rpc/trace.hpp>

#include "core/client_core.hpp"
#include "core/fragments/fragments.hpp"
#include "core/server_core.hpp"
#include "rpc/call_record.hpp"

namespace once::detail {

class ServerCall;

class HostTrace {
 public:
  HostTrace(std::shared_ptr<Tracer> tracer, std::string host)
      : tracer_(std::move(tracer)), host_(std::move(host)) {}

  /// Null without a tracer. `name`: empty: `kind` and four digits of `life`.
  static std::shared_ptr<HostTrace> make(std::shared_ptr<Tracer> tracer, const std::string& name,
                                         std::string_view kind, std::uint64_t life);

  /// Steps of the host's life, or of its way to another: `text` and `peer` as far as they say something.
  void host(Time at, TraceStep step, std::string_view text = {}, const Epoch& epoch = {}) const noexcept;
  void way(Time at, TraceStep step, const core::Path& path, std::string_view text = {}) const noexcept;

  // A client's calls.
  void call_began(Time at, CallRecord& call, Duration deadline) const noexcept;
  void call_ended(Time at, const CallRecord& call, const RawOutcome& outcome) const noexcept;
  /// A call that got no further than this.
  void call_refused(Time at, CallRecord& call, const RawOutcome& outcome) const noexcept;
  /// Before a message of a client is sent: the first one of a call under a number tells that it has this number.
  void bound(Time at, const core::Transmit& message, const core::ClientCore& core) const noexcept;

  // Messages. Of a message in fragments the first fragment is told, and the whole when it has arrived.
  void sent(Time at, const core::Transmit& message) const noexcept;
  void received(Time at, const core::Path& from, ByteView message) const noexcept;
  void dropped(Time at, const core::Path& from, ByteView message) const noexcept;
  /// What the core has to tell.
  void told(Time at, core::ServerCore& core) const noexcept;

  // A server's executions.
  void refused(Time at, const core::Arrival& arrival, Errc reason, std::string_view text) const noexcept;
  void execution(Time at, TraceStep step, ServerCall& call, Errc reason = Errc::ok,
                 std::string_view text = {}) const noexcept;
  /// The answer that it has: what became of its execution.
  void answered(Time at, ServerCall& call) const noexcept;

 private:
  template <class Make>
  void tell(Make make) const noexcept {
    try {
      std::optional<TraceEvent> event = make();
      if (!event) return;
      event->host = host_;
      tracer_->on_event(*event);
    } catch (...) {
    }
  }

  const std::shared_ptr<Tracer> tracer_;
  const std::string host_;
  mutable std::atomic<std::uint64_t> calls_{0};
};

/// As core::deliver(), and tells `trace`, if there is one.
void deliver(core::ServerCore& core, core::Fragments& fragments, Time at, const core::Path& from,
             const Slice& message, const HostTrace* trace);

}  // namespace once::detail
