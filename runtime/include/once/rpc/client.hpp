// A client: makes channels to servers, and stubs on them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <asio/any_io_executor.hpp>

#include <once/codec/codec.hpp>
#include <once/rpc/activation.hpp>
#include <once/rpc/channel.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/limits.hpp>
#include <once/rpc/object_ref.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/wrap.hpp>

namespace once {

class Outbox;
class Tracer;  // once/rpc/trace.hpp

struct ClientOptions {
  Limits limits{};
  CodecId codec = CodecId::Cdr;
  /// Tried first where a reference offers several; none: in the reference's order.
  std::optional<TransportKind> transport{};
  /// Under which servers know this program through all its lives: at most 64 octets. Goes with an outbox, which counts
  /// the lives. When a later life calls, what servers keep for earlier ones ends, and those are refused.
  std::string name{};
  /// For calls with keys (CallOptions::key). Outlives the client.
  Outbox* outbox = nullptr;
  /// Told what happens to calls; null: nobody is.
  std::shared_ptr<Tracer> tracer{};
  /// The client's name in traces; empty: "client-" and four digits of its instance.
  std::string trace_name{};
};

/// What a client has sent and seen since its start, summed over its channels.
struct ClientStatistics {
  std::uint64_t requests_sent = 0, retransmissions = 0, probes = 0, acknowledgements = 0, hellos = 0;
  std::uint64_t sessions = 0, ignored = 0, malformed = 0, completions = 0;
  // Calls that were made again after the server had refused them as overloaded; those that the budget had no room for.
  std::uint64_t retries = 0, retries_denied = 0;
  std::uint64_t connections = 0, connections_lost = 0;
  // Of requests that one datagram cannot carry; what was lost is sent again.
  std::uint64_t fragments_sent = 0, fragments_lost = 0;
  std::uint64_t datagram_largest = 0;  // octets of the largest datagram that was ever sent
};

namespace detail {
class ClientState;
}

/// Safe to use from any thread. Host names are looked up in the thread that first makes a stub for them, and
/// again, at most once a second, by calls while that has failed; numeric addresses need no look-up.
class Client {
 public:
  /// With a loop of its own, which nobody runs but run(): synchronous calls drive themselves. Throws
  /// std::invalid_argument for a name without an outbox, an outbox without a name, or a name that is too long.
  explicit Client(const ClientOptions& options = {});
  /// On the environment's loop, without a thread. The loop must outlive the client and its stubs.
  Client(Environment environment, const ClientOptions& options = {});
  Client(asio::io_context& io, const ClientOptions& options = {});
  /// Takes leave of the servers without waiting; calls in flight end. Stubs may live on: their calls end as
  /// NotSent (closed).
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// A stub for "once://host:port/key?transport=udp". Throws SystemError (bad_reference) if it cannot be
  /// parsed; whether the server can be reached is known when it is called.
  template <class I>
  typename I::Stub stub(std::string_view url, CallOptions options = {}) {
    ObjectRef target = parse(url);
    ChannelPointer channel = channel_to(target);
    return typename I::Stub{std::move(channel), std::move(target), options};
  }
  template <class I>
  typename I::Stub stub(const Ref<I>& reference, CallOptions options = {}) {
    return typename I::Stub{channel_to(reference.data()), reference.data(), options};
  }
  /// The channel that all stubs for the same endpoints share. Throws SystemError (bad_reference) for a
  /// reference without endpoints.
  ChannelPointer channel_to(const ObjectRef& target);

  /// Makes an object of this client callable by the servers that get its reference.
  template <class S>
  auto activate(std::shared_ptr<S> servant, ActivationOptions options = {}) {
    std::shared_ptr<Servant> object = std::move(servant);
    ObjectRef reference;
    auto end = activate_object(std::move(object), std::move(options), reference);
    if constexpr (detail::TypedServant<S>) {
      using Interface = typename S::Interface;
      return Activation<Interface>{Ref<Interface>{std::move(reference)}, std::move(end)};
    } else {
      return Activation<void>{std::move(reference), std::move(end)};
    }
  }

  /// Around every outgoing call, the first one outermost. Before the first stub only. A wrapped call
  /// allocates.
  void wrap(CallWrapper wrapper);

  asio::any_io_executor executor() const;
  /// Runs the client's own loop until nothing is left to do: no asynchronous call in flight, no activation.
  /// Only for a client that has one.
  void run();
  void run_for(Duration time);

  ClientStatistics statistics() const;

 private:
  static ObjectRef parse(std::string_view url);
  std::unique_ptr<detail::ActivationEnd> activate_object(std::shared_ptr<Servant> servant,
                                                         ActivationOptions options, ObjectRef& reference);

  std::shared_ptr<detail::ClientState> state_;
};

}  // namespace once
