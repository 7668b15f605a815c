// A call on its way into the client core, and what comes back as a stub wants it: with the sentence for
// people, which is put together only when a call has failed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <once/rpc/channel.hpp>
#include <once/rpc/limits.hpp>
#include <once/rpc/object_ref.hpp>

#include "core/client_core.hpp"

namespace once::detail {

/// What a failure's text needs to know of its call.
struct CallInfo {
  const Operation* operation = nullptr;
  Slice key;
  Duration deadline{0};  // how long the call was to wait
};

/// What the channel knows about the way: "udp://127.0.0.1:7000".
struct ChannelInfo {
  std::string where;         // the first endpoint as in a reference: "once://127.0.0.1:7000"
  std::string last_problem;  // "tcp://127.0.0.1:7000: Connection refused"; empty: none
};

/// How long the call may take: what the caller said, else the IDL, else the client's limit.
Duration deadline_of(const OutgoingCall& call, const Limits& limits);

core::CallRequest make_request(OutgoingCall&& call, const CallInfo& info, CodecId codec, Time now,
                               std::uintptr_t token);

/// What an outbox knows a server by: the reference of its first endpoint, without a key.
std::string place_of(const std::vector<Endpoint>& endpoints);
/// For people, "once://127.0.0.1:7000": the first of them.
std::string describe(const std::vector<Endpoint>& endpoints);

/// An outcome of a call that never got into the core, or was turned away by it.
RawOutcome not_sent(Errc reason, const CallInfo& info, const ChannelInfo& channel);
/// The same for one that never came to a channel.
RawOutcome not_sent(Errc reason, const OutgoingCall& call, const std::vector<Endpoint>& endpoints);
RawOutcome make_outcome(core::CallCompletion&& completion, const CallInfo& info, const ChannelInfo& channel);

/// "10 s", "500 ms", "1.5 s".
std::string to_text(Duration time);

}  // namespace once::detail
