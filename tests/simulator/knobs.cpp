// Draws the knobs of a seed. The ranges are those of the fault model; extremes (window 1, budgets of one
// reply, a lease of a second) are drawn on purpose, since bugs live at the edges.
#include "knobs.hpp"

#include <algorithm>
#include <ostream>

#include "event_queue.hpp"
#include "random.hpp"

namespace once::simulator {
namespace {

using namespace std::chrono_literals;

/// Draws fault rates; in a sparse seed half of them are zero, in a calm one all.
class Faults {
 public:
  Faults(Random& random, bool calm) : random_(random), calm_(calm), sparse_(random.chance(1.0 / 3)) {}

  double rate(double high) { return off() ? 0 : random_.unit() * high; }
  std::uint32_t count(std::uint32_t high) { return off() ? 0 : random_.between(0, high); }

 private:
  bool off() { return calm_ || (sparse_ && random_.chance(0.5)); }

  Random& random_;
  bool calm_, sparse_;
};

LinkKnobs draw_link(Random& random, Faults& faults) {
  LinkKnobs link;
  link.loss = faults.rate(random.chance(0.5) ? 0.5 : 0.15);
  link.duplicate = faults.rate(random.chance(0.3) ? 0.5 : 0.2);
  link.reorder = faults.rate(1.0);
  link.corrupt = faults.rate(0.01);
  link.delay_min = random.uniform(30ms);
  link.delay_mean = random.log_uniform(100us, 500ms);
  link.duplicate_delay_max = random.log_uniform(10ms, 60s);
  link.heavy_tail = random.chance(0.3);
  return link;
}

StormKnobs draw_storm(Random& random, Faults& faults) {
  StormKnobs storm;
  storm.server_crashes = faults.count(3);
  storm.client_restarts = faults.count(5);
  storm.pauses = faults.count(4);
  storm.moves = faults.count(6);
  storm.stream_cuts = faults.count(10);
  storm.partitions = faults.count(6);
  storm.adversary_steps = faults.count(200);
  storm.rogue_steps = faults.count(120);
  storm.downtime_max = random.log_uniform(10ms, 60s);
  storm.pause_max = random.log_uniform(50ms, 90s);
  storm.partition_max = random.log_uniform(100ms, 30s);
  storm.drain_first = random.chance(0.3) ? 0.5 : 0;
  storm.stream_break = faults.rate(0.5);
  storm.bundle = faults.rate(0.5);
  storm.principals = random.chance(0.3);
  storm.skewed_clocks = random.chance(0.3);
  return storm;
}

LoadKnobs draw_load(Random& random, Faults& faults) {
  LoadKnobs load;
  load.calls = random.between(200, 800);
  load.gap_mean = random.log_uniform(2ms, 500ms);
  load.burst_max = random.chance(0.3) ? random.log_uniform(2u, 60u) : 1;
  load.naps = random.chance(0.5) ? 0.02 : 0;
  load.maybe = random.unit() * 0.2;
  load.at_least_once = random.unit() * 0.4;
  load.cancel = faults.rate(0.5);
  load.short_deadline = faults.rate(0.3);
  load.no_deadline = random.chance(0.3) ? 0.1 : 0;
  load.deadline_max = random.log_uniform(10s, 60s);
  load.request_max = random.log_uniform(32u, 900u);
  load.oversize_request = faults.count(1) * random.log_uniform(20u, 200u);
  return load;
}

ServantKnobs draw_servant(Random& random, Faults& faults) {
  ServantKnobs servant;
  servant.instant = 1 - 0.5 * random.unit() * random.unit();
  servant.throws = random.unit() * 0.2;
  servant.hangs = faults.rate(0.02);
  servant.refuses = faults.rate(0.15);
  servant.queues = faults.rate(0.3);
  servant.time_max = random.log_uniform(1ms, random.chance(0.3) ? 10s : 300ms);
  servant.queue_max = random.log_uniform(1ms, 2s);
  servant.reply_max = random.log_uniform(64u, 4'000u);
  servant.undeclared_size = faults.rate(random.chance(0.5) ? 1.0 : 0.1);
  return servant;
}

core::ServerLimits draw_server_limits(Random& random) {
  core::ServerLimits limits;
  limits.window_max = random.log_uniform(random.chance(0.3) ? 1u : 16u, 64u);
  limits.window_initial =
      random.log_uniform(random.chance(0.3) ? 1u : std::min(8u, limits.window_max), limits.window_max);
  limits.lease = random.log_uniform(Duration{1s}, Duration{60s});
  limits.running_per_client_max = random.pick<std::size_t>({64, 64, 64, 64, 8, 2});
  limits.queued_max = random.pick<std::size_t>({1'024, 1'024, 64, 8});
  limits.reply_bytes_per_session = random.pick<std::size_t>({1u << 20, 65'536, 16'384, 4'096});
  limits.reply_bytes_max = random.pick<std::size_t>({256u << 20, 256u << 20, 65'536, 16'384});
  limits.message_max = random.pick<std::uint32_t>({16u << 20, 16u << 20, 65'536});
  limits.records_max = random.pick<std::size_t>({1'000'000, 1'000'000, 1'000'000, 64});
  limits.working_interval = random.log_uniform(1ms, 50ms);
  return limits;
}

core::ClientLimits draw_client_limits(Random& random) {
  core::ClientLimits limits;
  limits.window_max = random.log_uniform(random.chance(0.3) ? 1u : 16u, 64u);
  limits.queued_calls_max = random.pick<std::size_t>({1'024, 1'024, 1'024, 1'024, 64, 8});
  limits.queued_bytes_max = random.pick<std::size_t>({16u << 20, 16u << 20, 65'536});
  limits.message_max = random.pick<std::uint32_t>({16u << 20, 16u << 20, 16u << 20, 400});
  limits.rto_first = random.log_uniform(20ms, 1s);
  limits.rto_min = random.log_uniform(1ms, 200ms);
  limits.rto_max = random.log_uniform(1s, 30s);
  limits.idle_acknowledgement = random.log_uniform(5ms, 400ms);
  limits.probe_max = random.log_uniform(100ms, 10s);
  limits.sessions_max = random.pick<std::uint32_t>({8, 8, 2, 1});
  return limits;
}

/// Takes away what may keep a call from succeeding, and leaves what the protocol promises to get over.
void calm_down(Knobs& knobs) {
  const core::ServerLimits roomy;
  knobs.server.lease = 60s;
  knobs.server.running_per_client_max = roomy.running_per_client_max;
  knobs.server.queued_max = roomy.queued_max;
  knobs.server.records_max = roomy.records_max;
  knobs.server.reply_bytes_per_session = roomy.reply_bytes_per_session;
  knobs.server.reply_bytes_max = roomy.reply_bytes_max;
  knobs.server.message_max = roomy.message_max;
  const core::ClientLimits patient;
  knobs.client.queued_calls_max = patient.queued_calls_max;
  knobs.client.queued_bytes_max = patient.queued_bytes_max;
  knobs.client.message_max = patient.message_max;
  knobs.client.rto_max = std::min<Duration>(knobs.client.rto_max, 2s);
  knobs.datagram_max = 60'000;
  for (LinkKnobs* link : {&knobs.up, &knobs.down}) {
    link->loss = std::min(link->loss, 0.2);
    link->delay_mean = std::min<Duration>(link->delay_mean, 100ms);
  }
  knobs.storm.server_crashes = knobs.storm.client_restarts = 0;
  knobs.storm.partitions = knobs.storm.adversary_steps = knobs.storm.rogue_steps = 0;
  knobs.storm.pause_max = std::min<Duration>(knobs.storm.pause_max, 1s);
  knobs.load.cancel = knobs.load.short_deadline = knobs.load.no_deadline = 0;
  knobs.load.oversize_request = 0;
  knobs.load.naps =
      0;  // a call that begins just before a silent client's lease ends may find no answer in time
  knobs.load.deadline_max = 3'600s;
  knobs.servant.hangs = knobs.servant.refuses = knobs.servant.undeclared_size = 0;
  knobs.servant.time_max = std::min<Duration>(knobs.servant.time_max, 1s);
}

/// Replies that were not declared in full compete for a small budget, so that some are evicted.
void tighten(Knobs& knobs, Random& random) {
  knobs.servant.reply_max = random.between(600, 1'000);
  knobs.servant.undeclared_size = 0.5;
  knobs.server.reply_bytes_per_session = random.pick<std::size_t>({4'096, 8'192, 16'384});
  knobs.server.window_initial = knobs.server.window_max = 64;
  knobs.client.window_max = 64;
  knobs.load.burst_max = random.between(10, 60);
  knobs.down.loss = std::max(knobs.down.loss, 0.2);
}

/// A fourth of the runs has servers with stores.
void draw_store(Knobs& knobs, Random random) {
  StoreKnobs& store = knobs.store;
  store.is_there = random.chance(0.25);
  if (!store.is_there) return;
  store.time_max = random.log_uniform(10us, 50ms);
  store.lasting = random.pick({0.0, 0.3, 1.0});
  knobs.server.lasting_lease = knobs.server.lease;  // so that it ends, now and then
  knobs.load.exactly_once = 0.2 + 0.8 * random.unit() * (1 - knobs.load.maybe - knobs.load.at_least_once);
  if (knobs.weather != Weather::Storm) return;
  store.power_fails = random.chance(0.7) ? random.unit() * 0.15 : 0;
  store.sync_fails = random.chance(0.3) ? random.unit() * 0.03 : 0;
  store.is_full = random.chance(0.3) ? random.unit() * 0.05 : 0;
  store.rollback = random.chance(0.3) ? 0.5 : 0;
  store.zombies = random.chance(0.5) ? 0.8 : 0;
  if (store.zombies > 0) knobs.storm.server_crashes = std::max(knobs.storm.server_crashes, 2u);
}

/// What came to the knobs later has a source of its own, so that old draws stay as they are.
void draw_jams(Knobs& knobs, Random random) {
  if (knobs.weather != Weather::Storm) return;
  Faults faults{random, false};
  for (LinkKnobs* link : {&knobs.up, &knobs.down}) {
    link->capacity = random.chance(0.3) ? random.log_uniform(2u, 200u) : 0;
    link->clog = random.chance(0.4) ? faults.rate(0.02) : 0;
    link->clog_mean = random.uniform(5s);
    link->no_buffers = random.chance(0.3) ? faults.rate(0.02) : 0;
    link->no_acks = random.chance(0.2) ? faults.rate(1) : 0;
  }
  knobs.storm.swizzles = random.chance(0.3) ? faults.count(3) : 0;
  if (random.chance(0.02)) {  // a crowd; each of it must have its turn in the end
    knobs.clients = static_cast<std::uint16_t>(random.log_uniform(13u, 1000u));
    knobs.server.records_max = std::max<std::size_t>(knobs.server.records_max, knobs.clients);
    knobs.server.reply_bytes_max =
        std::max(knobs.server.reply_bytes_max, std::size_t{65'536} * knobs.clients);
  }
  if (random.chance(0.1)) knobs.server.queued_max = 1;
  if (random.chance(0.1)) knobs.store.time_max = random.log_uniform(50ms, 1s);
  knobs.load.keeps_session = random.pick({0.0, 0.0, 0.5});
  if (random.chance(0.1)) {  // pauses of about a lease
    knobs.server.lease = random.log_uniform(Duration{1s}, Duration{3s});
    if (knobs.store.is_there) knobs.server.lasting_lease = knobs.server.lease;
    knobs.load.gap_mean = std::max<Duration>(knobs.load.gap_mean, 100ms);
    knobs.storm.pauses = random.between(2, 6);
    knobs.storm.pause_max = knobs.server.lease * 2;
  }
}

/// Messages that one datagram cannot carry, over paths whose real width has to be found.
void draw_fragments(Knobs& knobs, Random random) {
  knobs.fragments = random.chance(0.4);
  if (!knobs.fragments) return;
  knobs.load.request_max = std::max(knobs.load.request_max, random.pick({0u, 4'000u, 30'000u}));
  knobs.servant.reply_max = std::max(knobs.servant.reply_max, random.pick({0u, 8'000u, 30'000u}));
  knobs.load.oversize_request = random.pick({0u, 20u, 200u});
  // A reply for which the whole server has no room would never be promised any.
  knobs.server.reply_bytes_max =
      std::max<std::size_t>(knobs.server.reply_bytes_max, std::size_t{8} * knobs.servant.reply_max);
  knobs.mtu = std::max(knobs.datagram_max, random.pick({1'200u, 1'400u, 1'472u, 8'952u}));
  if (random.chance(0.5)) knobs.narrows_at = kOrigin + random.log_uniform(100ms, 20'000ms);
  core::FragmentLimits& limits = knobs.fragment_limits;
  limits.transfers_max = random.between(1, 4);
  limits.stall = 2s;  // shorter than what is waited for the base line
  limits.datagram_max = random.pick({0u, 1'472u, 8'952u});
  limits.flight_max = random.log_uniform(4'000u, 1u << 20);
  limits.rto.min = random.log_uniform(1ms, 100ms);
  if (knobs.weather != Weather::Storm) {  // there is room for a window of them
    knobs.server.reply_bytes_per_session =
        std::max(knobs.server.reply_bytes_per_session, 128 * std::size_t{knobs.servant.reply_max});
    return;
  }
  limits.reassembly_bytes_max = random.pick<std::size_t>({256u << 20, 100'000, 10'000});
  limits.sending_bytes_max = random.pick<std::size_t>({256u << 20, 256u << 20, 200'000});
}

/// Servers whose calls wait, and how long they may; how often clients may ask again.
void draw_queue(Knobs& knobs, Random random) {
  knobs.client.retry_reserve = random.pick({10u, 10u, 100u, 0u});
  knobs.client.retry_percent = random.pick({10u, 100u});
  if (knobs.weather != Weather::Storm || random.chance(0.7)) return;
  knobs.servant.workers = random.between(1, 4);
  knobs.server.queue_interval = random.log_uniform(1ms, 100ms);
  knobs.server.queue_target = random.chance(0.2) ? Duration{0} : knobs.server.queue_interval / 20;
  knobs.server.queue_passed_min = random.pick({0u, 1u, 4u, 64u});
  knobs.server.request_bytes_max = random.pick<std::size_t>({64u << 20, 64u << 20, 10'000});
}

}  // namespace

Knobs draw_knobs(std::uint64_t seed) {
  Random random{mix(seed ^ 0x6b6e6f6273u)};
  Knobs knobs;
  const std::uint32_t weather = random.below(24);
  knobs.weather = weather == 0 ? Weather::Calm : weather <= 2 ? Weather::Rough : Weather::Storm;
  Faults faults{random, knobs.weather == Weather::Calm};
  knobs.servers = random.chance(0.25) ? 2 : 1;
  knobs.clients = static_cast<std::uint16_t>(random.log_uniform(1u, 12u));
  knobs.streams = random.pick({0.0, 0.0, 0.3, 1.0});
  knobs.datagram_max = random.pick({576u, 1'200u, 1'200u, 60'000u});
  knobs.up = draw_link(random, faults);
  knobs.down = draw_link(random, faults);
  knobs.storm = draw_storm(random, faults);
  knobs.load = draw_load(random, faults);
  knobs.servant = draw_servant(random, faults);
  knobs.server = draw_server_limits(random);
  knobs.client = draw_client_limits(random);
  constexpr Sequence k32Bits = Sequence{1} << 32;
  knobs.first_sequence = random.pick<Sequence>({1, 1, 1, k32Bits - 100, ~Sequence{0} - 200});
  if (knobs.weather != Weather::Storm) {
    calm_down(knobs);
  } else if (random.chance(0.15)) {
    tighten(knobs, random);
  }
  knobs.rare_branches = knobs.weather == Weather::Storm && Random{mix(seed ^ 0x72617265u)}.chance(0.75);
  draw_fragments(knobs, Random{mix(seed ^ 0x667261676du)});
  draw_store(knobs, Random{mix(seed ^ 0x73746f7265u)});
  draw_jams(knobs, Random{mix(seed ^ 0x6a616d73u)});
  if (knobs.load.burst_max > 1) knobs.load.quiet = Random{mix(seed ^ 0x7175696574u)}.pick({0.0, 0.0, 0.97});
  draw_queue(knobs, Random{mix(seed ^ 0x7175657565u)});
  knobs.rogues = knobs.storm.rogue_steps > 0 ? 1 : 0;
  return knobs;
}

namespace {

std::ostream& operator<<(std::ostream& out, Duration time) {
  return out << std::chrono::duration<double>(time).count() << " s";
}

std::ostream& operator<<(std::ostream& out, const LinkKnobs& link) {
  return out << "loss " << link.loss << ", duplicate " << link.duplicate << " (up to "
             << link.duplicate_delay_max << " later), reorder " << link.reorder << ", corrupt "
             << link.corrupt << ", delay " << link.delay_min << " + " << link.delay_mean
             << (link.heavy_tail ? " (heavy tail)" : "") << ", capacity " << link.capacity << ", clog "
             << link.clog << " (" << link.clog_mean << "), no buffers " << link.no_buffers << ", no ACKs "
             << link.no_acks;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Knobs& knobs) {
  const StormKnobs& storm = knobs.storm;
  const LoadKnobs& load = knobs.load;
  const ServantKnobs& servant = knobs.servant;
  out << "hosts     " << knobs.servers << (knobs.store.is_there ? " durable" : "") << " servers, "
      << knobs.clients << " clients, " << knobs.rogues << " rogues, on streams " << knobs.streams
      << ", datagrams up to " << knobs.datagram_max
      << (knobs.fragments ? ", larger messages in fragments on a path for " + std::to_string(knobs.mtu) : "")
      << (knobs.weather == Weather::Calm    ? ", calm"
          : knobs.weather == Weather::Rough ? ", rough"
                                            : "")
      << (knobs.rare_branches ? ", rare branches" : "") << "\n"
      << "up        " << knobs.up << "\n"
      << "down      " << knobs.down << "\n"
      << "storm     server crashes " << storm.server_crashes << " (down up to " << storm.downtime_max
      << ", drained " << storm.drain_first << "), client restarts " << storm.client_restarts << ", pauses "
      << storm.pauses << " (up to " << storm.pause_max << "), moves " << storm.moves << ", swizzles "
      << storm.swizzles << ", partitions " << storm.partitions << " (up to " << storm.partition_max
      << "), cuts " << storm.stream_cuts << ", breaks " << storm.stream_break << ", bundles " << storm.bundle
      << ", adversary " << storm.adversary_steps << ", rogue " << storm.rogue_steps
      << (storm.principals ? ", principals" : "") << (storm.skewed_clocks ? ", skewed clocks" : "") << "\n"
      << "load      " << load.calls << " calls, gap " << load.gap_mean << ", bursts " << load.burst_max
      << " (quiet " << load.quiet << ")"
      << ", maybe " << load.maybe << ", at least once " << load.at_least_once << ", exactly once "
      << load.exactly_once << ", cancel " << load.cancel << ", short deadlines " << load.short_deadline
      << ", deadline " << load.deadline_max << ", request " << load.request_max << "\n"
      << "servants  instant " << servant.instant << ", time " << servant.time_max << ", throws "
      << servant.throws << ", hangs " << servant.hangs << ", refuses " << servant.refuses << ", queues "
      << servant.queues << " (" << servant.queue_max << "), reply " << servant.reply_max
      << ", undeclared size " << servant.undeclared_size << ", at once " << servant.workers << "\n"
      << "store     power fails " << knobs.store.power_fails << ", sync fails " << knobs.store.sync_fails
      << ", full " << knobs.store.is_full << ", lasting sessions " << knobs.store.lasting << ", takes up to "
      << knobs.store.time_max << "\n"
      << "server    window " << knobs.server.window_initial << " to " << knobs.server.window_max << ", lease "
      << knobs.server.lease << ", running per client " << knobs.server.running_per_client_max << ", queued "
      << knobs.server.queued_max << " (" << knobs.server.queue_target << " in " << knobs.server.queue_interval
      << ", " << knobs.server.queue_passed_min << ")"
      << ", reply bytes " << knobs.server.reply_bytes_per_session << " of " << knobs.server.reply_bytes_max
      << "\n"
      << "client    window " << knobs.client.window_max << ", sessions " << knobs.client.sessions_max
      << ", queue " << knobs.client.queued_calls_max << ", message " << knobs.client.message_max
      << ", numbers from " << knobs.first_sequence << ", RTO " << knobs.client.rto_first << " ("
      << knobs.client.rto_min << " to " << knobs.client.rto_max << ")\n";
  return out;
}

}  // namespace once::simulator
