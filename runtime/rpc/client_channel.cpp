// A client's channel: links, and the work under the lock. The threads that call are in channel_calls.cpp, and calls that
// come from the server in channel_callbacks.cpp.
#include "rpc/client_channel.hpp"

#include <algorithm>
#include <utility>

#include <once/codec/print.hpp>

#include "core/wire.hpp"
#include "rpc/core_limits.hpp"
#include "rpc/paths.hpp"
#include "rpc/quick_operations.hpp"

namespace once::detail {
namespace {

constexpr Duration kLookUpPause = std::chrono::seconds{1};
constexpr std::string_view kLinkLost = "the connection was lost";
constexpr std::string_view kNobodyListens = "its host says that nobody listens there";

core::ServerConfig callback_config(const ChannelSettings& settings) {
  RandomSource& random = *settings.environment.random;
  core::ServerConfig config;
  config.limits = server_limits(settings.options.limits);
  config.epoch = new_epoch(random);
  config.secret = {random.number(), random.number()};
  config.tells = settings.trace != nullptr;
  return config;
}

/// The channel whose handler the calling thread runs.
thread_local const ClientChannel* handling = nullptr;
/// How long that has been sending what the handler asked for: a slow network makes no handler slow.
thread_local Duration handler_sent_for{0};

class Handling {
 public:
  explicit Handling(const ClientChannel& channel) : outer_(std::exchange(handling, &channel)) {}
  ~Handling() { handling = outer_; }
  Handling(const Handling&) = delete;
  Handling& operator=(const Handling&) = delete;

 private:
  const ClientChannel* const outer_;
};

}  // namespace

ClientChannel::Callbacks::Callbacks(const ChannelSettings& settings, Time now)
    : core(callback_config(settings), now),
      fragments(core::Side::Server, fragment_limits(settings.options.limits), core,
                new_life(*settings.environment.random)),
      dispatcher(core, settings.rules) {}

ClientChannel::ClientChannel(std::shared_ptr<const ChannelSettings> settings, std::vector<Endpoint> endpoints,
                             const Outbox::Peer* lasting)
    : settings_(std::move(settings)), endpoints_(std::move(endpoints)) {
  info_.where = detail::describe(endpoints_);
  look_up();
  const bool loopback = !candidates_.empty() &&
                        std::all_of(candidates_.begin(), candidates_.end(), [](const Candidate& candidate) {
                          return candidate.address.is_loopback();
                        });
  core::ClientConfig config;
  config.limits = client_limits(limits(), loopback);
  config.instance = settings_->instance;
  config.seed = environment().random->number();
  config.name = settings_->options.name;
  config.incarnation = settings_->incarnation;
  if (lasting != nullptr) {
    config.instance = lasting->instance;
    config.lasting = core::LastingSession{lasting->nonce, lasting->through, lasting->bitmap};
    if (!lasting->entered) to_enter_ = lasting->id;
  }
  core_.emplace(config, now());
  fragments_.emplace(core::Side::Client, fragment_limits(limits()), *core_, new_life(*environment().random));
}

ClientChannel::~ClientChannel() {
  // Nobody else holds the channel: no call is in flight, and no lock is needed for the goodbye.
  if (!closed_ && link_ && !link_->connecting()) {
    core_->close(now());
    send_all(now());
  }
}

// --- Hosts and links

void ClientChannel::look_up() {
  const std::lock_guard looking{look_up_mutex_};
  if (looked_up_.load()) return;
  const Time time = now();
  if (time < look_up_again_at_) return;
  std::vector<Endpoint> ordered = endpoints_;
  if (const auto preferred = settings_->options.transport) {
    std::stable_partition(ordered.begin(), ordered.end(),
                          [&](const Endpoint& endpoint) { return endpoint.transport == *preferred; });
  }
  std::vector<Candidate> found;
  std::string problem;
  for (const Endpoint& endpoint : ordered) {
    const auto addresses = environment().network->resolve(endpoint.host, endpoint.port);
    if (!addresses) {
      problem = shortened(to_string(endpoint)) + ": " + addresses.error().message();
      continue;
    }
    for (const Address& address : *addresses) found.push_back({endpoint.transport, address});
  }
  look_up_again_at_ = now() + kLookUpPause;
  const Lock lock{mutex_};
  candidates_ = std::move(found);
  looked_up_.store(!candidates_.empty());
  info_.last_problem = candidates_.empty() ? problem : std::string{};
}

void ClientChannel::connect_if_wanted(Time now) {
  if (link_ || closed_ || now < reconnect_at_ || !core_->wants_path()) return;
  while (failed_ < candidates_.size()) {
    auto link = ClientLink::open(environment(), candidates_[candidate_], limits(), ++links_made_);
    if (link) {
      link_ = std::move(*link);
      if (link_->connecting()) {
        connect_deadline_ = now + limits().connect_timeout;
      } else {
        established(now);
      }
      return;
    }
    next_candidate(link.error().message());
  }
  // All have failed: calls that were never sent end, the others wait for a better time.
  failed_ = 0;
  candidate_ = 0;
  const auto doublings = std::min<std::uint32_t>(fruitless_++, 16);
  reconnect_at_ = now + std::min(limits().reconnect_min * (1u << doublings), limits().reconnect_max);
  core_->connect_failed(now, candidates_.empty() ? Errc::unknown_host : Errc::unreachable);
}

void ClientChannel::next_candidate(const std::string& problem) {
  const Candidate& failed = candidates_[candidate_];
  info_.last_problem = to_text(failed.transport, failed.address) + ": " + problem;
  candidate_ = (candidate_ + 1) % candidates_.size();
  ++failed_;
}

void ClientChannel::attempt_failed(const std::error_code& error) {
  link_.reset();
  waits_readable_ = waits_writable_ = false;
  connect_deadline_ = kNever;
  next_candidate(error.message());
}

void ClientChannel::begin_afresh(Time now) {
  if (core_->in_flight() > 0) return;
  if (link_ && link_->connecting()) check_connected(now);
  if (connect_deadline_ <= now) attempt_failed(std::make_error_code(std::errc::timed_out));
  failed_ = 0;
}

void ClientChannel::established(Time now) {
  failed_ = 0;
  connect_deadline_ = kNever;
  link_brought_ = false;
  if (candidates_[candidate_].transport == TransportKind::Tcp) ++connections_;
  if (trace() != nullptr) trace()->way(now, TraceStep::Connected, link_->path());
  core_->connected(now, link_->path());
}

void ClientChannel::check_connected(Time now) {
  const std::error_code error = link_->connected();
  if (!error) {
    established(now);
  } else if (error != std::errc::operation_would_block) {
    attempt_failed(error);
  }
}

void ClientChannel::link_lost(Time now, std::string_view problem) {
  datagram_largest_ = std::max<std::uint64_t>(datagram_largest_, link_->largest_datagram());
  link_->shutdown();  // whoever waits for it returns; it is closed when the last one has let go of it
  link_->socket().cancel_waits();
  if (trace() != nullptr) trace()->way(now, TraceStep::Disconnected, link_->path(), problem);
  link_.reset();
  waits_readable_ = waits_writable_ = false;
  unanswered_since_ = kNever;
  const Candidate& lost = candidates_[candidate_];
  if (lost.transport == TransportKind::Tcp) ++connections_lost_;
  info_.last_problem = to_text(lost.transport, lost.address) + ": " + std::string{problem};
  if (!link_brought_) candidate_ = (candidate_ + 1) % candidates_.size();
  // The first reconnection is at once, further ones after links that brought nothing are not.
  if (fruitless_ > 0) {
    const auto doublings = std::min<std::uint32_t>(fruitless_ - 1, 16);
    reconnect_at_ = now + std::min(limits().reconnect_min * (1u << doublings), limits().reconnect_max);
  }
  ++fruitless_;
  core_->disconnected(now);
  fragments_->link_lost();
  if (callbacks_) callbacks_->fragments.link_lost();
}

/// What could not be sent is lost, and sent again in its time: from a new socket, or by then from the old one. No
/// more sockets are opened than after links that were lost.
void ClientChannel::change_socket(Time now, const std::error_code& error) {
  if (leader_ != nullptr || now < reconnect_at_) return;
  const std::size_t candidate = candidate_;
  auto link = ClientLink::open(environment(), candidates_[candidate], limits(), ++links_made_);
  if (!link) return;
  link_lost(now, error.message());
  candidate_ = candidate;
  link_ = std::move(*link);
  established(now);
}

Time ClientChannel::silent_until() const {
  if (unanswered_since_ == kNever || leader_ != nullptr || !core_->awaits_answer()) return kNever;
  // Where another address may be right, what a host says of this one's port is enough.
  const bool go_on = !link_brought_ && link_->refused() && candidates_.size() > 1;
  return go_on ? unanswered_since_ : unanswered_since_ + limits().connect_timeout;
}

// --- Work under the lock

Time ClientChannel::next_wake() const {
  Time wake =
      std::min({core_->next_timeout(), fragments_->next_timeout(), connect_deadline_, silent_until()});
  if (callbacks_) {
    wake = std::min({wake, callbacks_->core.next_timeout(), callbacks_->fragments.next_timeout()});
  }
  if (!link_ && core_->wants_path()) wake = std::min(wake, reconnect_at_);
  return wake;
}

void ClientChannel::on_time(Time now) {
  if (core_->next_timeout() <= now) core_->timeout(now);
  fragments_->timeout(now);
  if (callbacks_) {
    if (callbacks_->core.next_timeout() <= now) callbacks_->core.timeout(now);
    callbacks_->fragments.timeout(now);
  }
  if (connect_deadline_ <= now) attempt_failed(std::make_error_code(std::errc::timed_out));
  if (silent_until() <= now) {
    link_lost(now, link_->refused() ? std::string{kNobodyListens}
                                    : "nothing has come from there for " + to_text(limits().connect_timeout));
  }
}

void ClientChannel::take(Time now, transport::StreamState state) {
  if (link_->moved()) unanswered_since_ = kNever;
  for (Slice& message : inbox_) {
    fruitless_ = 0;
    link_brought_ = true;
    const auto type = core::peek_type(message);
    if (!type || !core::is_client_to_server(*type)) {
      if (trace() != nullptr) trace()->received(now, link_->path(), message);
      core::deliver(*core_, *fragments_, now, link_->path(), message);
    } else if (callbacks_ || settings_->rules->adapter.size() > 0) {
      if (!callbacks_) callbacks_ = std::make_unique<Callbacks>(*settings_, now);
      deliver(callbacks_->core, callbacks_->fragments, now, link_->path(), message, trace());
    }
  }
  inbox_.clear();
  if (state == transport::StreamState::Closed || state == transport::StreamState::Malformed) {
    link_lost(now, kLinkLost);
  }
}

/// Before anything is sent in a lasting session, the outbox knows that it may have been.
bool ClientChannel::may_send() {
  if (to_enter_ && core_->session() != 0 && settings_->options.outbox->enter(*to_enter_)) to_enter_.reset();
  return !to_enter_ || core_->session() == 0;
}

bool ClientChannel::next_message(Time now, core::Transmit& out) {
  if (!may_have_message() || !link_ || closed_ || link_->connecting() || !may_send()) return false;
  if (core::next_datagram(*core_, *fragments_, now, out)) {
    if (trace() != nullptr) trace()->bound(now, out, *core_);
    return true;
  }
  return callbacks_ && core::next_datagram(callbacks_->core, callbacks_->fragments, now, out);
}

bool ClientChannel::send(Time now, const core::Transmit& message) {
  if (unanswered_since_ == kNever && core_->awaits_answer()) unanswered_since_ = now;
  if (trace() != nullptr) trace()->sent(now, message);
  const std::uint32_t link = links_made_;
  const std::error_code error = link_->send(message);
  if (error == std::errc::message_size) {
    fragments_->refused(now, message);
    if (callbacks_) callbacks_->fragments.refused(now, message);
  } else if (error && !link_->is_stream()) {
    change_socket(now, error);
  } else if (error) {
    link_lost(now, kLinkLost);
  }
  return link_ && links_made_ == link;
}

void ClientChannel::send_all(Time now) {
  bool more = next_message(now, transmit_);
  while (more) {
    more = next_message(now, following_);
    if (more && join(transmit_, following_)) continue;
    // What was to follow is lost with a link, and said again over the next one.
    if (!send(now, transmit_)) more = next_message(now, following_);
    transmit_.body = Slice{};
    std::swap(transmit_, following_);
  }
}

bool ClientChannel::has_fragments() const {
  return link_ && !closed_ &&
         (fragments_->sending_bytes() > 0 || (callbacks_ && callbacks_->fragments.sending_bytes() > 0));
}

void ClientChannel::pump(Lock& lock, bool post, Time time) {
  core::CallCompletion completion;
  while (true) {
    if (!post || !core_->has_completions()) {  // handlers may take their time, and nothing waits for them
      connect_if_wanted(time);
      send_all(time);
    }
    if (!core_->has_completions()) {
      if (link_ || time < reconnect_at_ || !core_->wants_path() || closed_) return;
      time = now();
      continue;  // a link was lost just now
    }
    bool paused = false;
    while (core_->poll_completion(completion)) paused = complete(lock, std::move(completion), post) || paused;
    if (paused) time = now();
  }
}

bool ClientChannel::complete(Lock& lock, core::CallCompletion&& completion, bool post) {
  CallRecord& record = CallRecord::of(completion.token);
  const bool refused = completion.reason == Errc::deadline_exceeded && link_ && link_->refused();
  if (refused) {
    info_.last_problem =
        to_text(TransportKind::Udp, address_of(link_->path())) + ": " + std::string{kNobodyListens};
  }
  RawOutcome outcome = make_outcome(std::move(completion), record.info, info_);
  if (record.traced != 0) trace()->call_ended(now(), record, outcome);
  if (record.pending == nullptr) {
    record.outcome = std::move(outcome);
    record.done = true;
    if (&record != leader_) record.wake.notify_one();
    return false;
  }
  PendingCall& pending = *record.pending;
  records_.give_back(record);
  hand_over(lock, pending, std::move(outcome), post);
  return true;
}

void ClientChannel::hand_over(Lock& lock, PendingCall& pending, RawOutcome&& outcome, bool post) {
  const Handling guard{*this};
  handler_sent_for = Duration{0};
  const Time began = post ? Time{} : now();
  lock.unlock();
  pending.complete(std::move(outcome), post ? CompletedIn::Initiation : CompletedIn::Executor);
  lock.lock();
  if (!post) handlers_are_quick_ = now() - began - handler_sent_for <= QuickOperations::kQuick;
}

bool ClientChannel::pump_after(Lock& lock) {
  if (handling != this) {
    pump(lock, true);
    return true;
  }
  // Who runs the handler goes on with the other completions. If they are quick, they may call as well.
  if (handlers_are_quick_ && core_->has_completions()) return false;
  const Time time = now();
  connect_if_wanted(time);
  send_all(time);
  handler_sent_for += now() - time;
  return true;
}

void ClientChannel::settle() {
  if (closed_) return;
  const bool callable = settings_->rules->adapter.size() > 0;
  core_->keep_session(callable);
  const bool called_back =
      callable || (callbacks_ && (callbacks_->dispatcher.running() > 0 || callbacks_->core.queued() > 0));
  // What a transport could not take at once must go out even if nobody waits for an answer: maybe calls.
  const bool queued = link_ && link_->has_queued();
  const bool loop_is_needed = records_.taken() > 0 || called_back || queued || has_fragments();
  const bool reads = link_ && loop_is_needed && leader_ == nullptr && followers_.empty();
  const bool readable = reads && !link_->connecting();
  const bool writable = reads && (link_->connecting() || queued);
  if (readable && !waits_readable_) {
    waits_readable_ = true;
    link_->socket().async_wait(Event::Readable, weak_from_this());
  }
  if (writable && !waits_writable_) {
    waits_writable_ = true;
    link_->socket().async_wait(Event::Writable, weak_from_this());
  }
  if (!loop_is_needed && (waits_readable_ || waits_writable_)) {
    link_->socket().cancel_waits();
    waits_readable_ = waits_writable_ = false;
  }
  const Time wake = next_wake();
  if (timer_.differs(wake)) timer_.set(environment(), weak_from_this(), wake);
}

// --- The event loop

void ClientChannel::on_event(Event event) {
  constexpr int kReadsAtOnce = 64;
  Lock lock{mutex_};
  if (closed_) return;
  const Time time = now();
  switch (event) {
    case Event::Expired: timer_.expired(); break;
    case Event::Readable: waits_readable_ = false; break;
    case Event::Writable: waits_writable_ = false; break;
  }
  if (leader_ == nullptr && link_) {
    if (link_->connecting()) {
      check_connected(time);
    } else if (event == Event::Writable && !link_->flush()) {
      link_lost(time, kLinkLost);
    } else {
      for (int i = 0; i < kReadsAtOnce && link_ && leader_ == nullptr; ++i) {
        const transport::StreamState state = link_->receive(inbox_, Duration{0});
        take(time, state);
        if (state == transport::StreamState::WouldBlock) break;
        pump(lock, false);
        while (ServerCall* const call = next_callback(lock)) run_callback(lock, *call, false);
        if (closed_ || records_.taken() == 0) break;  // what else comes can wait for the next wake-up
      }
    }
  }
  // Time is judged after what had come by then.
  if (event == Event::Expired && !closed_) on_time(now());
  pump(lock, false);
  settle();
}

void ClientChannel::callbacks_changed() {
  const Lock lock{mutex_};
  settle();
}

void ClientChannel::finish(Sequence sequence) {
  Lock lock{mutex_};
  if (closed_) return;
  core_->finish(now(), sequence);
  pump(lock, true);
  settle();
}

bool ClientChannel::session_is_lost() const {
  const Lock lock{mutex_};
  return core_->session_is_lost();
}

void ClientChannel::close() {
  Lock lock{mutex_};
  if (closed_) return;
  core_->close(now());
  send_all(now());
  closed_ = true;
  pump(lock, true);
  timer_.close();
  if (link_) {
    link_->socket().cancel_waits();
    if (leader_ == nullptr) link_.reset();
  }
}

void ClientChannel::add_to(ClientStatistics& statistics) const {
  const Lock lock{mutex_};
  const core::ClientCounters& counters = core_->counters();
  statistics.requests_sent += counters.requests_sent;
  statistics.retransmissions += counters.retransmissions;
  statistics.probes += counters.probes;
  statistics.acknowledgements += counters.acknowledgements;
  statistics.hellos += counters.hellos;
  statistics.sessions += counters.sessions;
  statistics.ignored += counters.ignored;
  statistics.malformed += counters.malformed;
  statistics.completions += counters.completions;
  statistics.retries += counters.retries;
  statistics.retries_denied += counters.retries_denied;
  statistics.connections += connections_;
  statistics.connections_lost += connections_lost_;
  const std::uint64_t largest = link_ ? link_->largest_datagram() : 0;
  statistics.datagram_largest = std::max({statistics.datagram_largest, datagram_largest_, largest});
  const core::FragmentCounters& fragments = fragments_->counters();
  statistics.fragments_sent += fragments.fragments_sent;
  statistics.fragments_lost += fragments.fragments_lost;
}

}  // namespace once::detail
