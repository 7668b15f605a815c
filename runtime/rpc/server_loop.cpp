// A server's loop: its life, its timer, its answers. What it reads from sockets is in server_sockets.cpp,
// calls to clients' objects in back_channel.cpp.
#include "rpc/server_loop.hpp"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "core/server/rows.hpp"
#include "rpc/back_channel.hpp"
#include "rpc/core_limits.hpp"
#include "rpc/paths.hpp"

namespace once::detail {
namespace {

/// Clients on datagrams may still miss a last reply when everything has been answered: so long they may ask
/// for it again.
constexpr Duration kLastReplies = std::chrono::milliseconds{300};

/// Judging leases costs a look at every socket: so often at most while one lease runs.
constexpr int kJudgementsInLease = 64;

core::ServerConfig make_config(const ServerSettings& settings, std::uint8_t index) {
  core::ServerConfig config;
  config.limits = server_limits(settings.limits);
  config.epoch = settings.epoch;
  config.secret = settings.secret;
  config.loop = index;
  config.durable = settings.rules->store != nullptr;
  config.uptime = settings.uptime;
  config.tells = settings.trace != nullptr;
  return config;
}

/// Servants may keep the loop for so long before everything is read that has arrived: what waits unread waits unseen,
/// and can be neither refused in time nor answered WORKING. Small enough against the least wait that counts as one
/// too long, and large against the cost of looking.
constexpr Duration kTurn = std::chrono::microseconds{100};

/// Answers wait for further calls, to be sent together, until these have taken so long.
constexpr Duration kAnswersWait = std::chrono::microseconds{50};

/// The loop that the calling thread occupies.
thread_local const ServerLoop* current_loop = nullptr;
/// What it runs there is quick: its answer is sent with others.
thread_local bool answers_may_wait = false;
/// How long that has been sending answers meanwhile: a slow network makes no servant slow.
thread_local Duration spent_on_sending{0};

}  // namespace

ServerLoop::ServerLoop(Environment environment, std::shared_ptr<const ServerSettings> settings,
                       std::uint8_t index)
    : environment_(std::move(environment)),
      settings_(std::move(settings)),
      index_(index),
      core_(make_config(*settings_, index), environment_.clock->now()),
      fragments_(core::Side::Server, fragment_limits(settings_->limits), core_,
                 new_life(*environment_.random)),
      dispatcher_(core_, settings_->rules) {}

ServerLoop::~ServerLoop() = default;

ServerLoop::Occupied::Occupied(const ServerLoop& loop, bool may_wait)
    : outer_(std::exchange(current_loop, &loop)),
      outer_may_wait_(std::exchange(answers_may_wait, may_wait)) {}

ServerLoop::Occupied::~Occupied() {
  current_loop = outer_;
  answers_may_wait = outer_may_wait_;
}

bool ServerLoop::is_occupied() const {
  return current_loop == this;
}

bool ServerLoop::is_current() const {
  if (is_occupied() || served_here() != nullptr) return true;
  const auto* const executor = environment_.executor.target<asio::io_context::executor_type>();
  return executor != nullptr && executor->running_in_this_thread();
}

// --- Answers

void ServerLoop::answered(ServerCall& call) {
  std::shared_ptr<Servant> gone;  // dropped after the lock
  Lock lock{mutex_};
  const Time time = now();
  gone = dispatcher_.finish(time, call);
  if (closed_ || (current_loop == this && answers_may_wait)) return;  // work() goes on
  settle_store();
  send_all(time);
  if (current_loop == this) spent_on_sending += now() - time;
  settle_timer();
  finish_shutdown(lock);
}

void ServerLoop::let_go(ServerCall& call) {
  std::shared_ptr<Servant> gone;  // dropped after the lock
  const Lock lock{mutex_};
  gone = dispatcher_.recycle(call);
}

std::string ServerLoop::peer_of(const core::Path& path) const {
  return to_text(path.validated ? TransportKind::Tcp : TransportKind::Udp, address_of(path));
}

// --- The store

void ServerLoop::restore(const core::SessionRow& row) {
  const Lock lock{mutex_};
  core_.restore(now(), row);
}

void ServerLoop::restore(const core::OutcomeRow& row) {
  const Lock lock{mutex_};
  if (!core_.restore(row)) settings_->rules->store->forget_outcome(row.id);
}

void ServerLoop::settle_store() {
  Store* const store = settings_->rules->store;
  if (store == nullptr) return;
  core::SessionRow row;
  while (core_.poll_keep(row)) {
    store->keep_session(row.id, write_row(row), [weak = weak_from_this(), id = row.id](Errc error) {
      if (const auto loop = weak.lock()) loop->kept(id, error);
    });
  }
  RequestId forgotten;
  while (core_.poll_forget(forgotten)) {
    if (forgotten.sequence == 0) {
      store->forget_session(forgotten.session);
    } else {
      store->forget_outcome(forgotten);
    }
  }
}

void ServerLoop::kept(SessionId session, Errc error) {
  const Lock lock{mutex_};
  if (closed_) return;
  core_.kept(now(), session, error);
  settle_store();
  send_all();
  settle_timer();
}

// --- Work

bool ServerLoop::has_work(const Workplace& place) const {
  if (core_.waiting(place.lane) == 0) return false;
  return place.connection == nullptr || !place.connection->open || !is_overfull(*place.connection);
}

void ServerLoop::work(Lock& lock, Time time, Workplace& place) {
  const auto self = shared_from_this();
  // Whoever is blocked here waits for a call of its own, and perhaps for what is to run here: no turn comes meanwhile.
  const bool nested = is_occupied();
  const bool is_loops = place.connection == nullptr;
  Duration answers_wait{0};  // for what ran after them
  bool time_has_passed = true;
  while (!closed_) {
    settle_store();
    dispatcher_.mark_abandoned();
    if (!nested && place.turn_used >= kTurn) {
      if (is_loops && core_.waiting() != 0) post_turn();
      break;
    }
    if (!is_loops && !has_work(place)) break;
    ServerCall* const call = dispatcher_.next(lock, self, time, place.lane);
    if (call == nullptr) break;
    const Operation& operation = call->operation();
    const bool may_wait = quick_.contains(operation);
    if (!may_wait || answers_wait >= kAnswersWait) {
      send_all(time);
      answers_wait = Duration{0};
      time_has_passed = true;
    }
    if (std::exchange(time_has_passed, false)) time = now();
    if (is_loops && place.slow && core_.waiting() != 0) post_turn();  // which another thread may take at once
    if (!is_loops) await_writable(*place.connection);
    std::shared_ptr<Servant> gone = std::move(place.gone);
    lock.unlock();
    gone.reset();
    bool answered = false;
    spent_on_sending = Duration{0};
    const Time ended = run(*call, time, may_wait, answered);
    lock.lock();
    if (answered) place.gone = dispatcher_.finish(ended, *call);
    const Duration took = ended - time;
    time = ended;
    quick_.ran(operation, took - spent_on_sending);
    answers_wait += took;
    place.turn_used += took;
    place.slow = took >= kTurn;
  }
  if (closed_) return;
  send_all(time);
  const core::ServerCounters& counters = core_.counters();
  if (const auto gone = counters.sessions_ended + counters.sessions_expired; gone != sessions_gone_) {
    sessions_gone_ = gone;
    end_back_channels(lock);
  }
  pump_due(lock);
}

Time ServerLoop::run(ServerCall& call, Time began, bool may_wait, bool& answered) {
  const Occupied occupied{*this, may_wait};
  if (!may_wait) return dispatcher_.run(call, began);
  const ServerCall::AnswerHere here{call};
  const Time ended = dispatcher_.run(call, began);
  answered = here.answered();
  return ended;
}

void ServerLoop::post_turn() {
  if (std::exchange(turn_posted_, true)) return;
  asio::post(environment_.executor, [self = shared_from_this()] { self->take_turn(); });
}

void ServerLoop::take_turn() {
  Entry entry{*this};
  Lock& lock = entry.lock;
  turn_posted_ = false;
  place_.turn_used = Duration{0};
  if (closed_) return;
  work(lock);
  settle_timer();
  finish_shutdown(lock);
}

void ServerLoop::run_next(core::Lane lane) {
  Lock lock{mutex_};
  if (closed_) return;
  Time time = now();
  ServerCall* const call = dispatcher_.next(lock, shared_from_this(), time, lane);
  dispatcher_.come_back(lane);
  if (!closed_) {
    if (core_.waiting() != 0) post_turn();
    send_all();  // refusals
    settle_timer();
    finish_shutdown(lock);
  }
  lock.unlock();
  if (call != nullptr) dispatcher_.run(*call, time);
}

void ServerLoop::refuse_next(core::Lane lane) {
  Lock lock{mutex_};
  dispatcher_.refuse_next(lock, lane);
  if (closed_) return;
  send_all();
  settle_timer();
  finish_shutdown(lock);
}

void ServerLoop::on_event(Event) {
  Entry entry{*this};
  Lock& lock = entry.lock;
  timer_.expired();
  if (closed_) return;
  const Time time = now();
  if (judgement() <= time) judge(lock, time);
  fragments_.timeout(time);
  work(lock);
  if (closed_) return;
  if (accept_again_at_ <= time) {
    accept_again_at_ = kNever;
    for (const auto& listener : listeners_) settle(*listener);
  }
  if (sweep_at_ <= time) sweep(time);
  if (back_wake_ <= time) {
    back_wake_ = kNever;
    for (const auto& [session, channel] : back_channels_) {
      if (channel->next_timeout() <= time) {
        channel->timeout(time);
        due_.push_back(channel);
      }
      back_wake_ = std::min(back_wake_, channel->next_timeout());
    }
    pump_due(lock);
  }
  settle_timer();
  finish_shutdown(lock);
}

void ServerLoop::judge(Lock& lock, Time now) {
  judge_again_at_ = now + limits().lease / kJudgementsInLease;
  if (!read_everything(lock)) return;  // it was too much to be read at once: another time
  // What the threads of connections had read by now, they have handed on by the next time.
  const Time emptied = std::exchange(emptied_at_, now);
  core_.timeout(threads_->running() == 0 ? now : emptied);
}

void ServerLoop::settle_timer() {
  if (closed_) return;
  const Time wake = std::min({judgement(), fragments_.next_timeout(), back_wake_, sweep_at_, accept_again_at_,
                              shutdown_at_, last_replies_until_});
  if (timer_.differs(wake)) timer_.set(environment_, weak_from_this(), wake);
}

// --- The end

void ServerLoop::shut_down(Duration grace, std::function<void(bool)> done) {
  Lock lock{mutex_};
  if (closed_) {
    lock.unlock();
    done(true);
    return;
  }
  const Time time = now();
  listeners_.clear();
  accept_again_at_ = kNever;
  core_.drain(time);
  if (shutdown_done_) {
    done = [first = std::move(shutdown_done_), second = std::move(done)](bool in_time) {
      first(in_time);
      second(in_time);
    };
  }
  shutdown_done_ = std::move(done);
  shutdown_at_ = std::min(shutdown_at_, time + grace);
  finish_shutdown(lock);
  settle_timer();
}

void ServerLoop::finish_shutdown(Lock& lock) {
  if (!shutdown_done_ || closed_) return;
  if (served_here() != nullptr) {
    post_turn();  // whoever is told may wait for this thread
    return;
  }
  const bool idle = core_.idle() && dispatcher_.running() == 0 && fragments_.sending_bytes() == 0 &&
                    std::all_of(connections_.begin(), connections_.end(),
                                [](const auto& entry) { return entry.second->stream.queued_octets() == 0; });
  const Time time = now();
  if (time < shutdown_at_) {
    if (!idle) return;
    if (!ports_.empty() && core_.records() > 0) {
      if (last_replies_until_ == kNever) {
        last_replies_until_ = std::min(shutdown_at_, time + kLastReplies);
        settle_timer();
      }
      if (time < last_replies_until_) return;
    }
  }
  const auto done = std::exchange(shutdown_done_, {});
  close_all(lock);
  lock.unlock();
  done(idle);
  lock.lock();
}

void ServerLoop::close() {
  Lock lock{mutex_};
  if (!closed_) close_all(lock);
}

void ServerLoop::close_all(Lock& lock) {
  const auto channels = std::exchange(back_channels_, {});
  back_paths_.clear();
  for (const auto& [session, channel] : channels) {
    channel->core_.close(now());
    while (channel->core_.poll_transmit(now(), transmit_)) send(transmit_, channel->fragments_);
  }
  closed_ = true;
  for (const auto& port : ports_) datagram_largest_ = std::max(datagram_largest_, port->port.largest());
  ports_.clear();
  listeners_.clear();
  for (const auto& [link, connection] : connections_) {
    connection->open = false;
    if (connection->has_thread()) connection->stream.socket().shutdown();
  }
  connections_.clear();
  timer_.close();
  for (const auto& [session, channel] : channels) pump(lock, *channel);
}

void ServerLoop::add_to(ServerStatistics& statistics) const {
  const Lock lock{mutex_};
  const core::ServerCounters& counters = core_.counters();
  statistics.fresh += counters.fresh;
  statistics.in_progress += counters.in_progress;
  statistics.replay += counters.replay;
  statistics.stale += counters.stale;
  statistics.over_window += counters.over_window;
  statistics.collision += counters.collision;
  statistics.reply_lost += counters.reply_lost;
  statistics.refused_again += counters.refused_again;
  statistics.refused += counters.refused;
  statistics.unseen += counters.unseen;
  statistics.wrong_epoch += counters.wrong_epoch;
  statistics.no_session += counters.no_session;
  statistics.challenged += counters.challenged;
  statistics.malformed += counters.malformed + malformed_;
  statistics.bad_checksum += counters.bad_checksum;
  statistics.bad_version += counters.bad_version;
  statistics.unexpected += counters.unexpected;
  statistics.hellos += counters.hellos;
  statistics.sessions_opened += counters.sessions_opened;
  statistics.sessions_ended += counters.sessions_ended;
  statistics.sessions_expired += counters.sessions_expired;
  statistics.executed += counters.executed;
  statistics.overloaded += counters.overloaded;
  statistics.shed += counters.shed;
  statistics.orphans += counters.orphans;
  statistics.replies_evicted += counters.replies_evicted;
  statistics.datagrams += datagrams_;
  statistics.datagrams_not_sent += datagrams_not_sent_;
  statistics.answers_dropped += answers_dropped_;
  std::uint64_t largest = datagram_largest_;
  for (const auto& port : ports_) largest = std::max<std::uint64_t>(largest, port->port.largest());
  statistics.datagram_largest = std::max(statistics.datagram_largest, largest);
  const core::FragmentCounters& fragments = fragments_.counters();
  statistics.fragments_sent += fragments.fragments_sent;
  statistics.fragments_lost += fragments.fragments_lost;
  statistics.fragments_received += fragments.fragments_received;
  statistics.reassemblies_refused += fragments.refused;
  statistics.reassemblies_dropped += fragments.stalled + fragments.contradictions;
  statistics.reassembly_bytes += fragments_.reassembly_bytes();
  statistics.connections_accepted += accepted_;
  statistics.connections_closed += connections_closed_;
  statistics.handed_over += handed_over_;
  statistics.hand_overs_dropped += hand_overs_dropped_;
  statistics.accept_pauses += accept_pauses_;
  statistics.threads_refused += threads_refused_;
  statistics.connection_threads += threads_->running();
  statistics.sessions += core_.sessions();
  statistics.connections += connections_.size();
  statistics.records += core_.records();
  statistics.reply_bytes += core_.reply_bytes();
  statistics.queued += core_.queued();
  statistics.request_bytes += core_.request_bytes();
}

}  // namespace once::detail
