// Drives a ServerCore, and plays its servants.
#include "server_host.hpp"

#include "wire_view.hpp"
#include "world.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kNoServant = ~std::uint32_t{0};

/// A message as the network carries it.
Slice joined(const core::Transmit& message) {
  Buffer bytes{message.header.size() + message.body.size()};
  bytes.append(message.header);
  bytes.append(message.body);
  return std::move(bytes).freeze();
}

/// The call whose request a whole message is; 0 if it is none.
CallId peek_request(const Slice& message) {
  const std::size_t header_size = WireEdit{message}.header_size();
  return header_size <= message.size() ? peek_request_body(message.view().subspan(header_size)) : 0;
}

}  // namespace

ServerHost::ServerHost(World& world, std::uint16_t number, double clock_rate)
    : Host(world, number, clock_rate), random_(world.fork("server", number)) {}

ServerHost::~ServerHost() {
  if (!core_) return;
  world_.tally().add(core_->counters());
  world_.tally().add(fragments_->counters());
}

void ServerHost::boot() {
  begin_life();
  draining_ = false;
  workers_ = world_.knobs().servant.workers;
  core::ServerConfig config;
  config.limits = world_.knobs().server;
  config.epoch = {0, random_.next()};
  config.secret = {random_.next(), random_.next()};
  config.loop = static_cast<std::uint8_t>(number());
  config.tells = world_.told() != nullptr;
  Store::Recovery recovery;
  if (world_.knobs().store.is_there) {
    if (!store_) store_ = std::make_unique<ServerStore>(random_.next());
    recovery = store_->open();
    config.durable = true;
    config.epoch.counter = counter_ = recovery.epoch;
    highest_counter_ = std::max(highest_counter_, counter_);
    config.uptime = std::chrono::floor<std::chrono::seconds>(uptime_);
    booted_at_ = now();
  }
  epoch_ = config.epoch.random;
  core_ = std::make_unique<core::ServerCore>(config, now());
  core::FragmentLimits limits = world_.knobs().fragment_limits;
  limits.message_max = config.limits.message_max;
  fragments_ = std::make_unique<core::Fragments>(core::Side::Server, limits, *core_,
                                                 static_cast<std::uint32_t>(random_.next()));
  ledger_.emplace(config.limits);
  if (store_) restore(recovery);
  ++world_.tally().server_lives;
  if (zombie_) schedule(world_.now() + random_.log_uniform(1ms, 5s), EventKind::Zombie);
  settle();
}

void ServerHost::crash() {
  if (!up()) return;
  end_life();
  world_.tally().add(core_->counters());
  world_.tally().add(fragments_->counters());
  fragments_.reset();
  core_.reset();
  if (store_) end_store();
  servants_.clear();
  free_.clear();
  by_handle_.clear();
  busy_ = 0;
  world_.network().cut_all_of(number());
}

void ServerHost::drain() {
  if (!up() || paused()) return;
  draining_ = true;
  world_.note(Step::Draining, number());
  core_->drain(now());
  settle();
}

void ServerHost::on_arrival_of(const Packet& packet) {
  if (!packet.genuine || packet.to_port != kServerPort) return;
  if (packet.connection != 0 && world_.network().server_life_of(packet.connection) != life()) return;
  const auto said = read_said(packet.bytes);
  if (!said || said->epoch != epoch_ || !knows(said->session)) return;
  ledger_->heard(said->session, said->counter, now() + world_.knobs().server.lease);
}

/// A whole message, and what the judge must know of it.
void ServerHost::hand_over(const core::Path& from, const Slice& message, CallId call, Duration took) {
  const auto said = read_said(message);
  if (said) ledger_->read(said->session, said->counter);
  if (said && said->type == WireType::Request) {
    const auto semantics = static_cast<Semantics>(said->semantics);
    const RequestId id{said->session, said->sequence};
    if (world_.oracle().is_other(id, semantics, said->content)) not_asked_ = id;
    if (call != 0) {
      const bool ends = said->budget_ms != core::kBudgetUnlimited;
      world_.oracle().may_begin(call, ends ? now() + std::chrono::milliseconds{said->budget_ms} : kNever);
    }
  }
  const core::ServerCounters& counters = core_->counters();
  const std::uint64_t ended = counters.sessions_ended;
  const std::uint64_t broken = counters.over_window + counters.collision;
  core_->receive(now(), from, message, took);
  if (counters.over_window + counters.collision != broken && !world_.oracle().is_misused(said->session)) {
    throw Violation{"S7 window", "a client that keeps the rules meets OverWindow or Collision", call};
  }
  if (core_->counters().sessions_ended != ended) ledger_->forget_sessions(*core_, false, now());
}

void ServerHost::receive(const Packet& packet) {
  if (packet.connection != 0 && world_.network().server_life_of(packet.connection) != life()) return;
  ledger_->received(packet.from, packet.bytes.size(),
                    packet.heard[number()] == life_of_server(number(), life()));
  const std::size_t sessions = core_->sessions();
  if (world_.told() != nullptr) world_.told()->received(world_.now(), number(), packet);
  if (fragments_->receive(now(), packet.from, packet.bytes)) {
    core::Fragments::Received whole;
    while (fragments_->poll_message(whole)) {
      const CallId call = peek_request(whole.message);
      if (call != 0) world_.oracle().delivered(call);
      hand_over(whole.from, whole.message, call, whole.took);
    }
  } else {
    if (packet.call != 0) world_.oracle().delivered(packet.call);
    hand_over(packet.from, packet.bytes, packet.call, Duration{0});
  }
  if (world_.told() != nullptr) world_.told()->judged(world_.now(), number(), *core_);
  if (core_->sessions() > sessions && !ledger_->is_proven(packet.from)) {
    throw Violation{"S8 no amplification", "an address that has not shown that it receives gets a session",
                    0};
  }
  if (wants_no_answer(packet.bytes) && core_->poll_transmit(message_)) {
    throw Violation{"S10 no answer to an answer",
                    describe_message(packet.bytes) + " is answered by " + describe_message(message_.header),
                    packet.call};
  }
}

void ServerHost::timeout() {
  const std::uint64_t expired = core_->counters().sessions_expired;
  core_->timeout(now());
  if (core_->counters().sessions_expired != expired) ledger_->forget_sessions(*core_, true, now());
  fragments_->timeout(now());
}

Time ServerHost::next_timeout() const {
  return std::min(core_->next_timeout(), fragments_->next_timeout());
}

void ServerHost::pump() {
  if (world_.told() != nullptr) world_.told()->judged(world_.now(), number(), *core_);
  Bundle bundle;
  bool again = true;
  while (again) {
    again = false;
    core::Arrival arrival;
    while ((workers_ == 0 || busy_ < workers_) && core_->poll_arrival(now(), arrival)) {
      on_arrival(arrival);
      again = true;
    }
    core::Abandoned abandoned;
    while (core_->poll_abandoned(abandoned)) {
      on_abandoned(abandoned);
      again = true;
    }
    if (transmit_all(bundle)) again = true;
    if (store_) settle_store();
  }
  not_asked_.reset();
  constexpr std::uint32_t kRecountEvery = 4'096;  // pumps; some 10,000 events
  if (pumps_ % kRecountEvery == kRecountEvery - 1 && !core_->sums_hold()) {
    throw Violation{"S9 memory", "a running sum differs from what is counted anew", 0};
  }
  if (++pumps_ % 16 == 0) {
    ledger_->check_memory(*core_, busy_ + core_->queued());
    ServerLedger::check_memory(*fragments_);
  }
}

bool ServerHost::transmit_all(Bundle& bundle) {
  bool any = false;
  while (core_->poll_transmit(message_)) {
    check_statement(message_);
    if (fragments_->take(now(), message_) == core::Fragments::Take::Left) transmit(message_, bundle);
    any = true;
  }
  while (fragments_->poll_transmit(now(), message_)) {
    transmit(message_, bundle);
    any = true;
  }
  return any;
}

void ServerHost::check_statement(const core::Transmit& message) {
  const auto reply = read_reply_body(message.body);
  const CallId call = reply ? reply->call : 0;
  ledger_->spoke(call);
  const Statement statement = read_statement(message.header);
  if (statement.kind == Statement::Kind::Ran && statement.id == not_asked_) {
    throw Violation{"S3 own reply", "a request is answered with what another one has returned", call};
  }
  if (statement.kind == Statement::Kind::Ran) world_.oracle().told_that_it_ran(statement.id);
  if (statement.kind == Statement::Kind::DidNotRun) world_.oracle().told_that_it_did_not_run(statement.id);
  if (const auto session = read_durable_welcome(message.header)) welcomed_.insert(*session);
  if (call != 0) world_.oracle().reply_goes_to(call, message.to.principal);
}

void ServerHost::transmit(const core::Transmit& message, Bundle& bundle) {
  Packet packet;
  packet.bytes = joined(message);
  const auto reply = read_reply_body(message.body);
  const CallId call = reply ? reply->call : 0;
  ledger_->sent(message.to, packet.bytes.size(), widest(message.to, fragments_->limits()), call);
  packet.direction = Direction::Down;
  packet.to_host = host_of(message.to);
  packet.to_port = message.to.port;
  packet.client = packet.to_host;
  packet.connection = message.to.link;
  packet.from_life = life_of_server(number(), life());
  packet.from = path_to(number(), kServerPort);
  packet.from.link = message.to.link;
  packet.from.validated = message.to.validated;
  packet.from.message_max = message.to.message_max;
  packet.from.fragments = message.to.fragments;
  if (packet.to_host >= kInventedHosts) return;  // nobody is there
  packet.call = call;
  world_.network().send(std::move(packet), bundle);
}

void ServerHost::on_arrival(const core::Arrival& arrival) {
  const CallId call = world_.oracle().arrived(arrival);
  world_.note(Step::Arrived, number(), call, arrival.id.sequence);
  if (call == 0) return core_->refuse(now(), arrival.call, Errc::bad_request);

  const std::uint32_t slot = take_slot();
  Servant& servant = servants_[slot];
  servant.call = call;
  servant.arrival = arrival;
  servant.stage = Stage::Queued;
  if (by_handle_.size() <= arrival.call.slot) by_handle_.resize(arrival.call.slot + 1, kNoServant);
  by_handle_[arrival.call.slot] = slot;

  const ServantKnobs& knobs = world_.knobs().servant;
  const bool storm = world_.phase() == Phase::Storm;
  if (storm && random_.chance(knobs.refuses / 2)) return refuse(slot);
  if (storm && random_.chance(knobs.queues)) return wait(slot, random_.log_uniform(1us, knobs.queue_max));
  begin(slot);
}

void ServerHost::begin(std::uint32_t slot) {
  const ServantKnobs& knobs = world_.knobs().servant;
  const bool storm = world_.phase() == Phase::Storm;
  Servant& servant = servants_[slot];
  const bool honest = !storm || !random_.chance(knobs.undeclared_size);
  if (!core_->start(now(), servant.arrival.call, honest ? knobs.reply_max : kReplyBodyMin)) {
    world_.note(Step::NotBegun, number(), servant.call);
    return free_slot(slot);
  }
  servant.begun = true;
  ledger_->begun(servant.arrival.client);
  if (storm && random_.chance(knobs.refuses / 2)) return refuse(slot);
  if (servant.arrival.semantics == Semantics::ExactlyOnce) return begin_durable(slot);
  servant.execution = world_.oracle().execute(servant.call, servant.arrival, number(), now());
  world_.note(Step::Executing, number(), servant.call, servant.execution);
  servant.stage = Stage::Running;
  if (storm && random_.chance(knobs.hangs)) {
    servant.stage = Stage::Hung;
  } else if (random_.chance(knobs.instant)) {
    finish(slot);
  } else {
    wait(slot, random_.log_uniform(1us, knobs.time_max));
  }
}

ServerHost::Content ServerHost::draw_content(const Servant& servant) {
  const ServantKnobs& knobs = world_.knobs().servant;
  Content content;
  if (servant.abandoned && random_.chance(knobs.heeds_cancel)) {
    content.status = core::ReplyStatus::ServantFailed;
    content.reason = Errc::cancelled;
  } else if (random_.chance(knobs.throws)) {
    const bool declared = random_.chance(0.5);
    content.status = declared ? core::ReplyStatus::UserException : core::ReplyStatus::ServantFailed;
    content.reason = declared ? Errc::ok : Errc::servant_failed;
  }
  content.size = random_.log_uniform(kReplyBodyMin, knobs.reply_max);
  content.little_endian = random_.chance(0.5);
  return content;
}

void ServerHost::finish(std::uint32_t slot) {
  Servant& servant = servants_[slot];
  const auto [status, reason, little_endian, size] = draw_content(servant);
  const ReplyContent content{servant.call, servant.execution};
  world_.oracle().replied(servant.execution, status, little_endian, reason, size);
  world_.note(Step::Replied, number(), servant.call, servant.execution);
  const core::CallHandle handle = servant.arrival.call;
  free_slot(slot);
  ledger_->answered();
  core_->reply(now(), handle, status, make_reply_body(content, size), little_endian, reason);
}

void ServerHost::refuse(std::uint32_t slot) {
  const Errc reason = random_.pick({Errc::no_such_object, Errc::no_such_operation, Errc::wrong_interface,
                                    Errc::bad_request, Errc::forbidden, Errc::overloaded});
  world_.note(Step::Refused, number(), servants_[slot].call, static_cast<std::uint64_t>(reason));
  const core::CallHandle handle = servants_[slot].arrival.call;
  free_slot(slot);
  ledger_->answered();
  core_->refuse(now(), handle, reason, reason == Errc::overloaded ? 20ms : 0ms);
}

void ServerHost::on_abandoned(const core::Abandoned& abandoned) {
  const std::uint32_t slot =
      abandoned.call.slot < by_handle_.size() ? by_handle_[abandoned.call.slot] : kNoServant;
  if (slot == kNoServant || !(servants_[slot].arrival.call == abandoned.call)) {
    throw Violation{"S7 orphans", "a call is abandoned that does not run", 0};
  }
  Servant& servant = servants_[slot];
  world_.note(Step::Abandoned, number(), servant.call, static_cast<std::uint64_t>(abandoned.reason));
  // Who has merely stopped waiting may still cancel; nothing else is told twice.
  const bool cancelled = abandoned.reason == core::Abandoned::Reason::Cancelled;
  if (servant.cancelled || (servant.abandoned && !cancelled)) {
    throw Violation{"S7 orphans", "a call is abandoned twice", servant.call};
  }
  servant.abandoned = true;
  servant.cancelled = cancelled;
}

void ServerHost::on_servant_due(std::uint64_t subject) {
  const auto slot = static_cast<std::uint32_t>(subject);
  if (slot >= servants_.size() || servants_[slot].generation != subject >> 32) return;
  if (servants_[slot].stage == Stage::Queued) {
    begin(slot);
  } else {
    finish(slot);
  }
  settle();
}

void ServerHost::release_hung() {
  workers_ = 0;
  for (std::uint32_t slot = 0; slot < servants_.size(); ++slot) {
    if (servants_[slot].stage != Stage::Hung) continue;
    servants_[slot].stage = Stage::Running;
    wait(slot, random_.log_uniform(1us, 1s));
  }
}

void ServerHost::wait(std::uint32_t slot, Duration length) {
  schedule(world_.now() + length, EventKind::ServantDue,
           std::uint64_t{servants_[slot].generation} << 32 | slot);
}

std::uint32_t ServerHost::take_slot() {
  ++busy_;
  if (free_.empty()) {
    servants_.emplace_back();
    return static_cast<std::uint32_t>(servants_.size() - 1);
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void ServerHost::free_slot(std::uint32_t slot) {
  Servant& servant = servants_[slot];
  std::uint32_t& entry = by_handle_[servant.arrival.call.slot];
  if (entry == slot) entry = kNoServant;  // the core may have given the handle's slot to another call
  if (servant.begun) ledger_->ended(servant.arrival.client);
  const std::uint32_t generation = servant.generation + 1;
  servant = {};
  servant.generation = generation;
  free_.push_back(slot);
  --busy_;
}

bool ServerHost::knows(SessionId session) const {
  core::Path path;
  return core_->path_of(session, path);
}

void ServerHost::check_base_line() {
  if (!up()) return;
  const std::string left = std::to_string(core_->sessions()) + " sessions, " +
                           std::to_string(core_->records()) + " records, " +
                           std::to_string(core_->reply_bytes()) + " reply octets";
  if (busy_ > 0 || !core_->idle()) {
    throw Violation{"L4 base line", "a servant is still there long after all clients are gone", 0};
  }
  if (store_) world_.oracle().check_effects(number(), store_->effects());
  if (fragments_->reassembly_bytes() != 0 || fragments_->sending_bytes() != 0) {
    throw Violation{"L4 base line",
                    "octets of messages in fragments are left long after all clients are gone", 0};
  }
  if (!core_->sums_hold()) throw Violation{"S9 memory", "a running sum is wrong in the end", 0};
  if (core_->sessions() != 0 || core_->records() != 0 || core_->reply_bytes() != 0) {
    throw Violation{"L4 base line", left + " are left long after all clients are gone", 0};
  }
}

}  // namespace once::simulator
