// once::Server: what its loops share, opening endpoints, shutting down.
#include <algorithm>
#include <array>
#include <atomic>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <asio/execution.hpp>
#include <asio/query.hpp>

#include <once/rpc/client.hpp>
#include <once/rpc/server.hpp>
#include <once/rpc/store.hpp>

#include "core/server/rows.hpp"
#include "rpc/call_outcome.hpp"
#include "rpc/core_limits.hpp"
#include "rpc/paths.hpp"
#include "rpc/server_loop.hpp"

namespace once {
namespace detail {
namespace {

/// Counts and reports servants that hold their loop.
class SlowCallLog {
 public:
  SlowCallLog(std::function<void(const SlowCall&)> told, std::shared_ptr<Clock> clock)
      : told_(std::move(told)), clock_(std::move(clock)) {}

  void add(const Operation& operation, Duration took) {
    count_.fetch_add(1, std::memory_order_relaxed);
    if (told_) {
      told_({operation.interface_id, operation.name, took});
      return;
    }
    const auto now = clock_->now().time_since_epoch().count();
    auto quiet_until = quiet_until_.load();
    if (now < quiet_until || !quiet_until_.compare_exchange_strong(quiet_until, now + kPause.count())) return;
    std::clog << "once: " << operation.name << " of " << operation.interface_id << " held its loop for "
              << to_text(took) << "; activate its servant with an executor\n";
  }
  std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  static constexpr Duration kPause = std::chrono::seconds{1};

  const std::function<void(const SlowCall&)> told_;
  const std::shared_ptr<Clock> clock_;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<Duration::rep> quiet_until_{Duration::min().count()};
};

/// The server's way to other servers, made when a servant first wants it.
class OtherServers {
 public:
  OtherServers(Environment environment, const Limits& limits)
      : environment_(std::move(environment)), limits_(limits) {}

  std::shared_ptr<Channel> channel_to(const ObjectRef& reference) {
    return client()->channel_to(reference);  // under no lock: names may be looked up
  }
  void close() {
    std::shared_ptr<Client> gone;
    const std::lock_guard lock{mutex_};
    gone.swap(client_);
  }

 private:
  std::shared_ptr<Client> client() {
    const std::lock_guard lock{mutex_};
    if (!client_) client_ = std::make_shared<Client>(environment_, ClientOptions{.limits = limits_});
    return client_;
  }

  const Environment environment_;
  const Limits limits_;
  std::mutex mutex_;
  std::shared_ptr<Client> client_;
};

std::vector<Environment> environments_of(Loops& loops) {
  std::vector<Environment> environments;
  environments.reserve(loops.size());
  for (std::size_t i = 0; i < loops.size(); ++i) environments.emplace_back(loops[i]);
  return environments;
}

/// What runs it: an executor on a loop may be another one than the loop's own.
const asio::execution_context* context_of(const asio::any_io_executor& executor) {
  return &asio::query(executor, asio::execution::context_as<asio::execution_context&>);
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : "localhost";
}

[[noreturn]] void cannot_listen(const std::string& endpoint, const std::error_code& error) {
  std::error_code code = error;
  std::string text = endpoint + ": ";
  if (error == std::errc::address_in_use) {
    code = Errc::address_in_use;
    text += "the address is in use; choose another port, or stop the program that has it";
  } else if (error == std::errc::address_not_available) {
    text += "not an address of this machine";
  } else if (error == std::errc::permission_denied) {
    text += "not permitted; ports below 1024 are reserved, choose another";
  } else if (error == Errc::unknown_host) {
    text += "no such host; check the name, or give an address";
  } else {
    text += error.message();
  }
  throw SystemError{OutcomeKind::NotSent, code, text};
}

}  // namespace

class ServerState {
 public:
  ServerState(std::vector<Environment> environments, ServerOptions options);
  ~ServerState();

  adapter::ObjectAdapter& adapter() { return rules_->adapter; }
  /// Where the servant runs that is to be activated so. Throws if it cannot do what it declares.
  asio::any_io_executor executor_for(const Servant& servant, asio::any_io_executor wanted) const;
  const Environment& environment() const { return environments_.front(); }
  void wrap(Wrapper wrapper);
  void listen(std::string_view text, const ListenOptions& options);
  std::vector<Endpoint> endpoints() const;
  void shut_down(Duration grace, std::function<void(std::error_code)> done);
  ServerStatistics statistics() const;

 private:
  void check_store(const Store& store) const;
  void restore();
  Address open(TransportKind transport, Address address, Threading threading);
  Result<Address> open_one(TransportKind transport, std::size_t loop, const Address& address,
                           Threading threading);

  const std::vector<Environment> environments_;
  const ServerOptions options_;
  const std::shared_ptr<DispatchRules> rules_ = std::make_shared<DispatchRules>();
  const std::shared_ptr<SlowCallLog> slow_calls_;
  const std::shared_ptr<OtherServers> others_;
  std::shared_ptr<const HostTrace> trace_;  // or null
  std::vector<std::shared_ptr<ServerLoop>> loops_;
  Store::Recovery recovered_;  // until the first listen()

  mutable std::mutex mutex_;
  std::vector<Endpoint> endpoints_;
};

ServerState::ServerState(std::vector<Environment> environments, ServerOptions options)
    : environments_(std::move(environments)),
      options_(std::move(options)),
      slow_calls_(std::make_shared<SlowCallLog>(options_.on_slow_call, environments_.at(0).clock)),
      others_(std::make_shared<OtherServers>(environments_.at(0), options_.limits)) {
  if (environments_.size() > 256) throw std::invalid_argument{"once::Server: 1 to 256 loops"};
  RandomSource& random = *environment().random;
  auto settings = std::make_shared<ServerSettings>();
  settings->limits = share_of(options_.limits, environments_.size());
  settings->epoch = new_epoch(random);
  if (options_.store != nullptr) {
    check_store(*options_.store);
    recovered_ = options_.store->recover();
    settings->epoch.counter = recovered_.epoch;
    settings->uptime = recovered_.uptime;
    rules_->store = options_.store;
  }
  settings->secret = {random.number(), random.number()};
  settings->instance = new_instance(random);
  settings->rules = rules_;
  trace_ = HostTrace::make(options_.tracer ? options_.tracer : environment().tracer, options_.trace_name,
                           "server", settings->epoch.random);
  settings->trace = rules_->trace = trace_;
  if (trace_) trace_->host(environment().clock->now(), TraceStep::Started, {}, settings->epoch);
  settings->channel_to = [others = others_](const ObjectRef& reference) {
    return others->channel_to(reference);
  };
  for (std::size_t i = 0; i < environments_.size(); ++i) {
    loops_.push_back(std::make_shared<ServerLoop>(environments_[i], settings, static_cast<std::uint8_t>(i)));
    settings->loops.push_back(loops_.back());
  }
  rules_->slow_call = options_.limits.slow_call;
  rules_->on_slow_call = [log = slow_calls_](const Operation& operation, Duration took) {
    log->add(operation, took);
  };
}

ServerState::~ServerState() {
  for (const auto& loop : loops_) loop->close();
  others_->close();
  for (const auto& loop : loops_) loop->join_threads();
  if (trace_) trace_->host(environment().clock->now(), TraceStep::Stopped);
  rules_->adapter.clear();  // a servant may hold a stub, its channel the loop, and the loop the adapter
}

void ServerState::check_store(const Store& store) const {
  for (const Environment& environment : environments_) {
    if (context_of(store.executor()) == context_of(environment.executor)) {
      throw std::invalid_argument{
          "once::Server: the store would run on a loop, and a commit blocks; give it an executor of its own"};
    }
  }
}

asio::any_io_executor ServerState::executor_for(const Servant& servant, asio::any_io_executor wanted) const {
  if (!servant.needs_store()) return wanted;
  if (options_.store == nullptr) {
    throw std::logic_error{
        std::string{servant.interface_id()} +
        " has exactly-once operations: give the server a store (once::ServerOptions::store)"};
  }
  return wanted ? wanted : options_.store->executor();
}

/// The sessions go to the loops that their ids name, as far as there are so many now.
void ServerState::restore() {
  const Store::Recovery recovered = std::exchange(recovered_, {});
  const auto loop_of = [this](SessionId id) -> ServerLoop& { return *loops_[(id & 0xff) % loops_.size()]; };
  const auto damaged = [](SessionId id, Errc error) {
    throw StoreError{"the store's row of session " + std::to_string(id) + " is damaged (" +
                     make_error_code(error).message() + "): restore the file from a copy of the same age"};
  };
  for (const Store::SessionRow& kept : recovered.sessions) {
    core::SessionRow row;
    if (const Errc error = core::read_row(kept.row, row); error != Errc::ok) damaged(kept.id, error);
    row.id = kept.id;
    loop_of(row.id).restore(row);
  }
  for (const Store::OutcomeRow& kept : recovered.outcomes) {
    core::OutcomeRow row;
    if (const Errc error = core::read_row(kept.row, row); error != Errc::ok) damaged(kept.id.session, error);
    row.id = kept.id;
    loop_of(row.id.session).restore(row);
  }
}

void ServerState::wrap(Wrapper wrapper) {
  const std::lock_guard lock{mutex_};
  if (!endpoints_.empty()) throw std::logic_error{"once::Server::wrap: after listen()"};
  rules_->wrappers.push_back(std::move(wrapper));
}

Result<Address> ServerState::open_one(TransportKind transport, std::size_t loop, const Address& address,
                                      Threading threading) {
  Network& network = *environments_[loop].network;
  const bool shared = loops_.size() > 1;
  Address local;
  if (transport == TransportKind::Udp) {
    auto socket = network.bind_datagram(environments_[loop].executor, address, shared);
    if (!socket) return Unexpected{socket.error()};
    local = (*socket)->local();
    loops_[loop]->open_port(std::move(*socket));
  } else {
    auto listener = network.listen(environments_[loop].executor, address, shared);
    if (!listener) return Unexpected{listener.error()};
    local = (*listener)->local();
    loops_[loop]->open_listener(std::move(*listener), threading);
  }
  return local;
}

Address ServerState::open(TransportKind transport, Address address, Threading threading) {
  const auto fail = [&](const std::error_code& error) { cannot_listen(to_text(transport, address), error); };
  if (loops_.size() > 1 && address.port != 0) {
    // Sockets that share a port among loops would also share it with another server of the same user: a
    // socket that does not share finds out.
    Network& network = *environment().network;
    std::error_code error;
    if (transport == TransportKind::Udp) {
      const auto probe = network.bind_datagram(environment().executor, address, false);
      if (!probe) error = probe.error();
    } else {
      const auto probe = network.listen(environment().executor, address, false);
      if (!probe) error = probe.error();
    }
    if (error) fail(error);
  }
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    const auto local = open_one(transport, i, address, threading);
    if (!local) fail(local.error());
    address.port = local->port;
  }
  return address;
}

void ServerState::listen(std::string_view text, const ListenOptions& options) {
  auto endpoint = parse_endpoint(text);
  if (!endpoint) {
    throw SystemError{OutcomeKind::NotSent, endpoint.error(),
                      std::string{text} + ": not an endpoint; write udp://host:port or tcp://host:port"};
  }
  const auto addresses = environment().network->resolve(endpoint->host, endpoint->port);
  if (!addresses) cannot_listen(to_string(*endpoint), addresses.error());
  restore();
  const Address address = open(endpoint->transport, addresses->front(), options.threading);
  endpoint->port = address.port;
  if (!options.advertise.empty()) {
    endpoint->host = options.advertise;
  } else if (address.is_unspecified()) {
    endpoint->host = host_name();
  }
  const std::lock_guard lock{mutex_};
  endpoints_.push_back(std::move(*endpoint));
}

std::vector<Endpoint> ServerState::endpoints() const {
  const std::lock_guard lock{mutex_};
  return endpoints_;
}

void ServerState::shut_down(Duration grace, std::function<void(std::error_code)> done) {
  struct Progress {
    std::atomic<std::size_t> left;
    std::atomic<bool> in_time{true};
    std::function<void(std::error_code)> done;
  };
  if (trace_) trace_->host(environment().clock->now(), TraceStep::ShuttingDown);
  const auto progress = std::make_shared<Progress>();
  progress->left = loops_.size();
  progress->done = std::move(done);
  for (const auto& loop : loops_) {
    loop->shut_down(grace, [progress](bool in_time) {
      if (!in_time) progress->in_time = false;
      if (--progress->left > 0) return;
      progress->done(progress->in_time ? std::error_code{} : std::make_error_code(std::errc::timed_out));
    });
  }
}

ServerStatistics ServerState::statistics() const {
  ServerStatistics statistics;
  for (const auto& loop : loops_) loop->add_to(statistics);
  statistics.slow_calls = slow_calls_->count();
  return statistics;
}

}  // namespace detail

Server::Server(Environment environment, ServerOptions options)
    : Server(std::vector{std::move(environment)}, std::move(options)) {}
Server::Server(asio::io_context& io, ServerOptions options) : Server(Environment{io}, std::move(options)) {}
Server::Server(Loops& loops, ServerOptions options)
    : Server(detail::environments_of(loops), std::move(options)) {}
Server::Server(std::vector<Environment> environments, ServerOptions options)
    : state_(std::make_shared<detail::ServerState>(std::move(environments), std::move(options))) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

ObjectRef Server::activate_object(ObjectKey key, std::shared_ptr<Servant> servant,
                                  ActivationOptions options) {
  ObjectRef reference = reference_to(key, servant->interface_id());
  auto executor = state_->executor_for(*servant, std::move(options.executor));
  state_->adapter().activate(std::move(key), std::move(servant), std::move(executor));
  return reference;
}

bool Server::deactivate(const ObjectKey& key) {
  return state_->adapter().deactivate(key);
}

void Server::set_default_servant(std::shared_ptr<Servant> servant, ActivationOptions options) {
  auto executor =
      servant ? state_->executor_for(*servant, std::move(options.executor)) : asio::any_io_executor{};
  state_->adapter().set_default_servant(std::move(servant), std::move(executor));
}

void Server::set_locator(Locator locator, ActivationOptions options) {
  state_->adapter().set_locator(std::move(locator), std::move(options.executor));
}

void Server::wrap(Wrapper wrapper) {
  state_->wrap(std::move(wrapper));
}

void Server::listen(std::string_view endpoint, const ListenOptions& options) {
  state_->listen(endpoint, options);
}

std::vector<Endpoint> Server::endpoints() const {
  return state_->endpoints();
}

ObjectRef Server::reference_to(ObjectKey key, std::string_view interface_id) const {
  return {std::string{interface_id}, state_->endpoints(), std::move(key)};
}

void Server::shut_down(Duration grace, std::function<void(std::error_code)> done) {
  const auto kept = state_;  // `done` may destroy the server on another thread, before this returns
  kept->shut_down(grace, std::move(done));
}

ServerStatistics Server::statistics() const {
  return state_->statistics();
}

asio::any_io_executor Server::executor() const {
  return state_->environment().executor;
}

}  // namespace once
