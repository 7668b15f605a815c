// A server: servants under object keys, reachable at endpoints.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <once/rpc/activation.hpp>
#include <once/rpc/environment.hpp>
#include <once/rpc/limits.hpp>
#include <once/rpc/loops.hpp>
#include <once/rpc/ref.hpp>
#include <once/rpc/wrap.hpp>

namespace once {

class Store;   // once/rpc/store.hpp
class Tracer;  // once/rpc/trace.hpp

/// A plain servant held its thread for longer than Limits::slow_call.
struct SlowCall {
  std::string_view interface_id;
  std::string_view operation;
  Duration took{0};
};

struct ServerOptions {
  Limits limits{};
  /// Told on that thread. Without one, the first slow call of each second is reported on std::clog.
  std::function<void(const SlowCall&)> on_slow_call{};
  /// For exactly-once operations; it must outlive the server. Sessions of clients then outlive the server,
  /// too: the constructor recovers the store, and throws StoreError if that cannot be done.
  Store* store = nullptr;
  /// Told what happens to calls; null: nobody is.
  std::shared_ptr<Tracer> tracer{};
  /// The server's name in traces, the same in all its lives; empty: "server-" and four digits of its epoch.
  std::string trace_name{};
};

/// Which thread reads a connection, and runs the plain servants that it calls.
enum class Threading : std::uint8_t {
  /// Whoever runs its loop.
  Loop,
  /// One of its own, which Once starts: blocked in its socket it is woken by the kernel alone, and a call costs the
  /// server two system calls. For few clients that call synchronously and want the answer as soon as can be.
  ///
  /// It costs a thread and its stack for each connection (Limits::connection_threads_max; what is beyond is the loop's).
  /// Plain servants then run for several connections at the same time, and must be made for that, as wherever several
  /// threads run a loop. One that takes long keeps its own connection unread, and no other. The loop must run all the
  /// same: it accepts, keeps the time, and ends. ~Server waits for servants that run on these threads.
  PerConnection,
};

struct ListenOptions {
  /// The host that references carry; empty: the one listened at, or this machine's name if that is a
  /// wildcard.
  std::string advertise{};
  /// Of connections that are accepted here. Datagrams, and networks that cannot block, know only the loop.
  Threading threading = Threading::Loop;
};

/// What a server has seen and done since its start, summed over its loops.
struct ServerStatistics {
  // Verdicts on requests, cancels and probes (docs/protocol.md, "The server's verdict").
  std::uint64_t fresh = 0, in_progress = 0, replay = 0, stale = 0, over_window = 0, collision = 0;
  std::uint64_t reply_lost = 0, refused_again = 0, refused = 0, unseen = 0, wrong_epoch = 0, no_session = 0;
  std::uint64_t challenged = 0;
  // Dropped before a verdict.
  std::uint64_t malformed = 0, bad_checksum = 0, bad_version = 0, unexpected = 0;
  // Sessions and calls.
  std::uint64_t hellos = 0, sessions_opened = 0, sessions_ended = 0, sessions_expired = 0;
  std::uint64_t executed = 0, overloaded = 0, orphans = 0, replies_evicted = 0;
  std::uint64_t shed = 0;  // of `overloaded`, those that had waited too long for their servant
  std::uint64_t slow_calls = 0;
  // Transports.
  std::uint64_t datagrams = 0, datagrams_not_sent = 0;
  std::uint64_t answers_dropped = 0;  // their connection's peer does not take what is sent
  std::uint64_t connections_accepted = 0, connections_closed = 0;
  // To the loop of their session: messages and connections; and those that it had no room for.
  std::uint64_t handed_over = 0, hand_overs_dropped = 0;
  std::uint64_t accept_pauses = 0;    // descriptors had run out
  std::uint64_t threads_refused = 0;  // connections that were to have a thread, and are read by their loop
  // Replies that one datagram cannot carry, and requests that came in fragments.
  std::uint64_t fragments_sent = 0, fragments_lost = 0, fragments_received = 0;
  std::uint64_t reassemblies_refused = 0, reassemblies_dropped = 0;  // for want of room; for good
  std::uint64_t datagram_largest = 0;  // octets of the largest datagram that was ever sent
  // Now.
  std::uint64_t sessions = 0, connections = 0, records = 0, reply_bytes = 0, reassembly_bytes = 0;
  std::uint64_t connection_threads = 0;
  std::uint64_t queued = 0;         // requests that wait for their servants
  std::uint64_t request_bytes = 0;  // of these, and of calls that run

  /// Copies of requests that reached the server and did not run again.
  std::uint64_t duplicates() const {
    return in_progress + replay + stale + reply_lost + refused_again + collision;
  }
};

namespace detail {
class ServerState;
}

/// Safe to use from any thread, unless a function says otherwise.
class Server {
 public:
  /// Lives on the environment's executor and starts no thread but those of Threading::PerConnection. An
  /// io_context that several threads run is allowed; servants without an executor may then be called from
  /// several threads at a time.
  Server(Environment environment, ServerOptions options = {});
  Server(asio::io_context& io, ServerOptions options = {});
  /// One loop for each io_context; a session belongs to one of them for life.
  Server(Loops& loops, ServerOptions options = {});
  Server(std::vector<Environment> environments, ServerOptions options = {});
  /// Closes everything at once, without a goodbye; running servants may end, their answers go nowhere. Waits for the
  /// threads of connections, but for the one that it is called on.
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// Makes `servant` callable under `key`, in the place of whatever was; shared until deactivate(), and by
  /// calls that run. Returns a reference that carries the server's endpoints so far. Throws std::logic_error
  /// for a servant with exactly-once operations if the server has no store; without an executor of its own,
  /// all its operations run on the store's; with one, the exactly-once ones alone, so that two threads are in it.
  template <class S>
  auto activate(ObjectKey key, std::shared_ptr<S> servant, ActivationOptions options = {}) {
    std::shared_ptr<Servant> object = std::move(servant);
    ObjectRef reference = activate_object(std::move(key), std::move(object), std::move(options));
    if constexpr (detail::TypedServant<S>) {
      return Ref<typename S::Interface>{std::move(reference)};
    } else {
      return UntypedRef{std::move(reference)};
    }
  }
  /// False if there was no such object. Calls that run may end.
  bool deactivate(const ObjectKey& key);
  /// Serves the keys that nobody else does; nullptr: nobody.
  void set_default_servant(std::shared_ptr<Servant> servant, ActivationOptions options = {});
  /// Asked for keys that are not activated, before the default servant.
  void set_locator(Locator locator, ActivationOptions options = {});
  /// Around every dispatch, the first one outermost. Before the first listen() only.
  void wrap(Wrapper wrapper);

  /// "udp://127.0.0.1:7000", "tcp://[::1]:0" (port 0: any free one; see endpoints()). Throws SystemError that
  /// names the address.
  void listen(std::string_view endpoint, const ListenOptions& options = {});
  std::vector<Endpoint> endpoints() const;
  /// A reference to an object of this server, whether it is activated or not.
  ObjectRef reference_to(ObjectKey key, std::string_view interface_id = {}) const;

  /// Accepts nothing new, lets running calls finish for up to `grace`, takes leave of the clients and closes.
  /// Completes with an error code: timed_out if calls were still running. Signature: void(std::error_code).
  /// The handler may destroy the server; it never runs inside this function. Asked for again meanwhile, all
  /// of them complete together, at the earliest end of their graces.
  template <class Token>
  auto async_shutdown(Duration grace, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code)>(
        [this](auto handler, Duration period) {
          using Handler = decltype(handler);
          // One owner, copyable as std::function demands.
          auto kept = std::make_shared<Handler>(std::move(handler));
          const auto run_on = asio::get_associated_executor(*kept, this->executor());
          shut_down(period, [kept, work = asio::make_work_guard(run_on)](std::error_code error) {
            // Posted: whoever closes the loops is still among them.
            asio::post(work.get_executor(), [kept, error]() mutable { std::move (*kept)(error); });
          });
        },
        token, grace);
  }

  ServerStatistics statistics() const;
  asio::any_io_executor executor() const;

 private:
  ObjectRef activate_object(ObjectKey key, std::shared_ptr<Servant> servant, ActivationOptions options);
  void shut_down(Duration grace, std::function<void(std::error_code)> done);

  std::shared_ptr<detail::ServerState> state_;
};

}  // namespace once
