// once::Client: its channels, one for each set of endpoints.
#include <map>
#include <mutex>
#include <stdexcept>

#include <asio/io_context.hpp>

#include <once/rpc/client.hpp>

#include "core/wire.hpp"
#include "rpc/client_channel.hpp"
#include "rpc/core_limits.hpp"
#include "rpc/outbox_channel.hpp"
#include "rpc/wrapped_channel.hpp"

namespace once {
namespace detail {

class ClientState : public std::enable_shared_from_this<ClientState> {
 public:
  ClientState(std::shared_ptr<asio::io_context> own_loop, Environment environment,
              const ClientOptions& options)
      : own_loop_(std::move(own_loop)), environment_(std::move(environment)), options_(options) {
    if (options_.name.empty() != (options_.outbox == nullptr) || options_.name.size() > core::kNameSizeMax) {
      throw std::invalid_argument{
          "once::Client: a name, of at most 64 octets, and an outbox go together: "
          "the outbox counts the lives of the client of that name"};
    }
  }
  ~ClientState() { close(); }

  asio::io_context* own_loop() { return own_loop_.get(); }
  const Environment& environment() const { return environment_; }

  ChannelPointer channel_to(const ObjectRef& target);
  std::shared_ptr<OutboxChannel> outbox_channel(const std::vector<Endpoint>& endpoints);
  /// A key has been forgotten: the number of its call is finished.
  void finish(const std::string& place, std::uint64_t peer, Sequence sequence);
  void activate(const ObjectKey& key, std::shared_ptr<Servant> servant, asio::any_io_executor executor);
  void deactivate(const ObjectKey& key);
  ObjectKey new_key();
  void wrap(CallWrapper wrapper);
  /// Once, at the beginning: with an outbox, it is taken.
  void begin() {
    const std::lock_guard lock{mutex_};
    if (options_.outbox != nullptr) settings();
  }
  void close();
  ClientStatistics statistics() const;

 private:
  struct Entry {
    std::shared_ptr<ClientChannel> channel;
    std::uint64_t used = 0;  // when, in look-ups
  };

  /// Under the lock. nullptr if there is none for these endpoints.
  std::shared_ptr<ClientChannel> find(const std::vector<Endpoint>& endpoints);
  /// Under the lock.
  std::shared_ptr<const ChannelSettings> settings();
  /// Under the lock: while there are too many, takes the channel out that was not used for longest, of those
  /// that nobody else holds. To be dropped without the lock.
  std::vector<std::shared_ptr<ClientChannel>> take_surplus();
  std::vector<std::shared_ptr<ClientChannel>> channels() const;
  std::vector<std::shared_ptr<OutboxChannel>> outbox_channels() const;

  const std::shared_ptr<asio::io_context> own_loop_;
  const Environment environment_;
  const ClientOptions options_;
  const std::shared_ptr<DispatchRules> rules_ = std::make_shared<DispatchRules>();

  mutable std::mutex mutex_;
  std::shared_ptr<const ChannelSettings> settings_;
  std::map<std::vector<Endpoint>, Entry> channels_;
  std::map<std::string, std::shared_ptr<OutboxChannel>> outbox_channels_;  // by their place
  std::uint64_t look_ups_ = 0;
  ClientStatistics of_the_gone_;  // channels
  std::shared_ptr<std::vector<CallWrapper>> wrappers_ = std::make_shared<std::vector<CallWrapper>>();
  std::uint64_t keys_made_ = 0;
  bool closed_ = false;
};

ChannelPointer ClientState::channel_to(const ObjectRef& target) {
  if (target.endpoints.empty()) {
    throw SystemError{OutcomeKind::NotSent, Errc::bad_reference,
                      detail::shown(target) +
                          ": a reference without an endpoint; it can only be called over the "
                          "connection that it came by"};
  }
  std::shared_ptr<ClientChannel> channel, made;
  std::vector<std::shared_ptr<ClientChannel>> surplus;
  std::unique_lock lock{mutex_};
  channel = find(target.endpoints);
  if (!channel) {
    const auto shared = settings();
    lock.unlock();  // names are looked up, which may take long
    made = std::make_shared<ClientChannel>(shared, target.endpoints);
    lock.lock();
    channel = find(target.endpoints);  // another thread may have been faster
    if (!channel) {
      channel = made;
      channels_[target.endpoints] = {made, ++look_ups_};
      if (closed_) channel->close();
      surplus = take_surplus();
    }
  }
  if (wrappers_->empty()) return channel;
  return std::make_shared<WrappedChannel>(channel, wrappers_);
}

std::shared_ptr<OutboxChannel> ClientState::outbox_channel(const std::vector<Endpoint>& endpoints) {
  const std::lock_guard lock{mutex_};
  auto& channel = outbox_channels_[place_of(endpoints)];
  if (!channel) channel = std::make_shared<OutboxChannel>(settings(), endpoints);
  if (closed_) channel->close();
  return channel;
}

void ClientState::finish(const std::string& place, std::uint64_t peer, Sequence sequence) {
  std::shared_ptr<OutboxChannel> channel;
  {
    const std::lock_guard lock{mutex_};
    const auto found = outbox_channels_.find(place);
    if (found != outbox_channels_.end()) channel = found->second;
  }
  if (channel) channel->finish(peer, sequence);
}

std::shared_ptr<ClientChannel> ClientState::find(const std::vector<Endpoint>& endpoints) {
  const auto found = channels_.find(endpoints);
  if (found == channels_.end()) return nullptr;
  found->second.used = ++look_ups_;
  return found->second.channel;
}

std::vector<std::shared_ptr<ClientChannel>> ClientState::take_surplus() {
  std::vector<std::shared_ptr<ClientChannel>> surplus;
  while (channels_.size() > options_.limits.channels_max) {
    auto oldest = channels_.end();
    for (auto entry = channels_.begin(); entry != channels_.end(); ++entry) {
      if (entry->second.channel.use_count() > 1) continue;
      if (oldest == channels_.end() || entry->second.used < oldest->second.used) oldest = entry;
    }
    if (oldest == channels_.end()) break;
    oldest->second.channel->add_to(of_the_gone_);
    surplus.push_back(std::move(oldest->second.channel));
    channels_.erase(oldest);
  }
  return surplus;
}

std::shared_ptr<const ChannelSettings> ClientState::settings() {
  if (!settings_) {
    auto settings = std::make_shared<ChannelSettings>(ChannelSettings{
        own_loop_, environment_, options_, new_instance(*environment_.random), rules_, {}, 0, {}, {}});
    settings->trace = HostTrace::make(options_.tracer ? options_.tracer : environment_.tracer,
                                      options_.trace_name, "client", settings->instance.low);
    rules_->trace = settings->trace;
    if (settings->trace) settings->trace->host(environment_.clock->now(), TraceStep::Started);
    if (Outbox* const outbox = options_.outbox) {
      settings->outbox_channel = [weak = weak_from_this()](const std::vector<Endpoint>& endpoints) {
        const auto state = weak.lock();
        return state ? state->outbox_channel(endpoints) : nullptr;
      };
      settings->incarnation = outbox->begin_life(
          [weak = weak_from_this()](const std::string& place, std::uint64_t peer, Sequence number) {
            if (const auto state = weak.lock()) state->finish(place, peer, number);
          });
    }
    settings->channel_to = [weak = weak_from_this()](const ObjectRef& reference) -> ChannelPointer {
      if (const auto state = weak.lock()) return state->channel_to(reference);
      throw SystemError{OutcomeKind::NotSent, Errc::closed,
                        detail::shown(reference) + ": the client is closed"};
    };
    settings_ = std::move(settings);
  }
  return settings_;
}

std::vector<std::shared_ptr<ClientChannel>> ClientState::channels() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<ClientChannel>> result;
  for (const auto& [endpoints, entry] : channels_) result.push_back(entry.channel);
  return result;
}

std::vector<std::shared_ptr<OutboxChannel>> ClientState::outbox_channels() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::shared_ptr<OutboxChannel>> result;
  for (const auto& [place, channel] : outbox_channels_) result.push_back(channel);
  return result;
}

ObjectKey ClientState::new_key() {
  const std::lock_guard lock{mutex_};
  return "callback-" + std::to_string(++keys_made_);
}

void ClientState::activate(const ObjectKey& key, std::shared_ptr<Servant> servant,
                           asio::any_io_executor executor) {
  rules_->adapter.activate(key, std::move(servant), std::move(executor));
  for (const auto& channel : channels()) channel->callbacks_changed();
}

void ClientState::deactivate(const ObjectKey& key) {
  rules_->adapter.deactivate(key);
  for (const auto& channel : channels()) channel->callbacks_changed();
}

void ClientState::wrap(CallWrapper wrapper) {
  const std::lock_guard lock{mutex_};
  if (!channels_.empty()) throw std::logic_error{"once::Client::wrap: after the first stub"};
  wrappers_->push_back(std::move(wrapper));
}

void ClientState::close() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(closed_, true)) return;
  }
  for (const auto& channel : channels()) channel->close();
  for (const auto& channel : outbox_channels()) channel->close();
  if (options_.outbox != nullptr && settings_) options_.outbox->end_life();
  if (rules_->trace) rules_->trace->host(environment_.clock->now(), TraceStep::Stopped);
  rules_->adapter.clear();  // callback servants may hold stubs of this client
}

ClientStatistics ClientState::statistics() const {
  ClientStatistics statistics;
  {
    const std::lock_guard lock{mutex_};
    statistics = of_the_gone_;
  }
  for (const auto& channel : channels()) channel->add_to(statistics);
  for (const auto& channel : outbox_channels()) channel->add_to(statistics);
  return statistics;
}

namespace {

/// Ends an activation when it goes out of scope.
class ActivationGuard final : public ActivationEnd {
 public:
  ActivationGuard(std::weak_ptr<ClientState> client, ObjectKey key)
      : client_(std::move(client)), key_(std::move(key)) {}
  ~ActivationGuard() override {
    if (const auto client = client_.lock()) client->deactivate(key_);
  }

 private:
  std::weak_ptr<ClientState> client_;
  ObjectKey key_;
};

std::shared_ptr<ClientState> state_with(std::shared_ptr<asio::io_context> own_loop, Environment environment,
                                        const ClientOptions& options) {
  auto state = std::make_shared<ClientState>(std::move(own_loop), std::move(environment), options);
  state->begin();
  return state;
}

std::shared_ptr<ClientState> state_with_own_loop(const ClientOptions& options) {
  auto loop = std::make_shared<asio::io_context>();
  Environment environment{*loop};
  return state_with(std::move(loop), std::move(environment), options);
}

}  // namespace
}  // namespace detail

Client::Client(const ClientOptions& options) : state_(detail::state_with_own_loop(options)) {}
Client::Client(Environment environment, const ClientOptions& options)
    : state_(detail::state_with(nullptr, std::move(environment), options)) {}
Client::Client(asio::io_context& io, const ClientOptions& options) : Client(Environment{io}, options) {}
Client::~Client() {
  if (state_) state_->close();
}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

ObjectRef Client::parse(std::string_view url) {
  auto reference = parse_object_ref(url);
  if (!reference) {
    throw SystemError{OutcomeKind::NotSent, reference.error(),
                      std::string{url} + ": not a reference; write once://host:port/key?transport=udp"};
  }
  return std::move(*reference);
}

ChannelPointer Client::channel_to(const ObjectRef& target) {
  return state_->channel_to(target);
}

std::unique_ptr<detail::ActivationEnd> Client::activate_object(std::shared_ptr<Servant> servant,
                                                               ActivationOptions options,
                                                               ObjectRef& reference) {
  reference.interface_id = servant->interface_id();
  reference.key = state_->new_key();
  state_->activate(reference.key, std::move(servant), std::move(options.executor));
  return std::make_unique<detail::ActivationGuard>(state_, reference.key);
}

void Client::wrap(CallWrapper wrapper) {
  state_->wrap(std::move(wrapper));
}

asio::any_io_executor Client::executor() const {
  return state_->environment().executor;
}

void Client::run() {
  asio::io_context* const loop = state_->own_loop();
  if (loop == nullptr) throw std::logic_error{"once::Client::run: the loop is not the client's own"};
  loop->restart();
  loop->run();
}

void Client::run_for(Duration time) {
  asio::io_context* const loop = state_->own_loop();
  if (loop == nullptr) throw std::logic_error{"once::Client::run_for: the loop is not the client's own"};
  loop->restart();
  loop->run_for(time);
}

ClientStatistics Client::statistics() const {
  return state_->statistics();
}

}  // namespace once
