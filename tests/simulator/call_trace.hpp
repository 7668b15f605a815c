// A run as events for people (docs/tracing.md): what the hosts and the network do, in the form that `once explain` and
// `once chart` read. Nothing in a run depends on it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>

#include <once/rpc/trace.hpp>

#include "core/server_core.hpp"
#include "network.hpp"
#include "oracle.hpp"
#include "trace.hpp"

namespace once::simulator {

class CallTrace {
 public:
  /// Writes a line for each event.
  explicit CallTrace(std::ostream& out) : out_(out) {}

  /// As Trace::note(). `is_server`: of the host.
  void note(Time at, Step step, std::uint16_t host, bool is_server, std::uint64_t call, std::uint64_t detail);
  void sent(Time at, const Packet& packet);
  /// Before a host takes it; what a server judges, its core tells.
  void received(Time at, std::uint16_t host, const Packet& packet);
  void judged(Time at, std::uint16_t host, core::ServerCore& core);
  /// By what the host did that has told something last.
  void broken(Time at, const Violation& violation);

  /// "5f0c00000000a203:3", as the call was last known; empty if it has not been sent.
  std::string name_of(std::uint64_t call) const;

 private:
  struct Known {
    RequestId id;
    Semantics semantics = Semantics::AtMostOnce;
    std::uint16_t client = 0;
  };

  TraceEvent event(Time at, TraceStep step, std::uint16_t host, bool is_server) const;
  /// What `call` is known as: at its client, or at a server as it arrived there last.
  void name(TraceEvent& event, std::uint16_t host, bool is_server, std::uint64_t call) const;
  void bind(Time at, const Packet& packet);
  void write(const TraceEvent& event);

  std::ostream& out_;
  std::string last_host_;
  std::map<std::uint64_t, Known> calls_;
  std::map<std::pair<std::uint64_t, Sequence>, RequestId> sent_as_;
  std::map<std::pair<std::uint16_t, std::uint64_t>, RequestId> arrived_as_;  // by server and call
};

/// Runs the seed and writes its trace to `path`. True if the seed kept every invariant; else what it broke, and how to
/// look at it, is said on std::cout.
bool write_trace(std::uint64_t seed, const Knobs& knobs, const std::string& path);

}  // namespace once::simulator
