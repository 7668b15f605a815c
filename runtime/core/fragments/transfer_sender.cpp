// What is sent when, and what an acknowledgement changes.
#include "core/fragments/transfer_sender.hpp"

#include <algorithm>

#include <once/base/assert.hpp>

namespace once::core {
namespace {

using namespace std::chrono_literals;

/// Datagrams that may be on the way however much is lost. Within one machine there is no bottleneck to share,
/// and four are what three later ones need to tell of a loss.
constexpr std::size_t kWindowMin = 2;
constexpr std::size_t kWindowMinLocal = 4;
/// RFC 6675: what so many later ones have overtaken is lost.
constexpr std::uint64_t kOvertaken = 3;
/// Timeouts in a row after which the size of the datagrams is suspected.
constexpr unsigned kTimeoutsToSuspect = 3;
constexpr unsigned kBackoffMax = 16;
/// After a refusal: doubled for each in a row.
constexpr Duration kRefusedPause = 20ms;
constexpr Duration kRefusedPauseMax = 2s;
/// Names of messages that arrived lately.
constexpr std::size_t kDoneMax = 64;

PathSearch make_search(const FragmentLimits& limits, const Path& path, std::uint32_t probe = 0) {
  return {path.message_max, path.local ? 0 : limits.datagram_max, probe};
}

CongestionWindow make_window(const FragmentLimits& limits, const Path& path) {
  return path.local ? CongestionWindow{path.message_max, limits.flight_max_local, kWindowMinLocal}
                    : CongestionWindow{path.message_max, limits.flight_max, kWindowMin};
}

/// A maybe call is over for the core when it was handed over: its own deadline ends its transfer.
Time expiry(Time now, const CallName& name) {
  const bool ends = name.semantics == Semantics::Maybe && name.budget_ms != kBudgetUnlimited;
  return ends ? now + std::chrono::milliseconds{name.budget_ms} : kNever;
}

std::uint32_t age_in_ms(Duration age) {
  return static_cast<std::uint32_t>(std::min<std::int64_t>(
      std::chrono::floor<std::chrono::milliseconds>(age).count(), kBudgetUnlimited - 1));
}

}  // namespace

TransferSender::TransferSender(Side side, SessionId session, const FragmentLimits& limits,
                               const SessionOwner& owner, const Path& path, std::uint64_t& next_transfer,
                               std::size_t& octets_in_all, FragmentCounters& counters)
    : side_(side),
      session_(session),
      limits_(limits),
      owner_(owner),
      next_transfer_(next_transfer),
      octets_in_all_(octets_in_all),
      counters_(counters),
      is_local_(path.local),
      rtt_(path.local ? limits.rto_local : limits.rto),
      search_(make_search(limits, path)),
      window_(make_window(limits, path)) {}

TransferSender::~TransferSender() {
  octets_in_all_ -= octets_;
}

void TransferSender::change_path(Time now, const Path& path) {
  lose_all();
  is_local_ = path.local;
  rtt_ = RttEstimator{path.local ? limits_.rto_local : limits_.rto};
  search_ = make_search(limits_, path, search_.probe());
  window_ = make_window(limits_, path);
  backoff_ = 0;
  pace_at_ = kNever;
  heard_at_ = latest_event_ = now;
  fit_to_path();
}

// --- Transfers

TransferSender::Position TransferSender::find_active(std::uint64_t transfer) {
  return std::find_if(active_.begin(), active_.end(),
                      [&](const Sending& sending) { return sending.transfer.number() == transfer; });
}

const CallName* TransferSender::known(Time now, const CallName& name) const {
  for (const Sendings* const sendings : {&active_, &waiting_}) {
    for (const Sending& sending : *sendings) {
      if (same_call(sending.transfer.name(), name)) return &sending.transfer.name();
    }
  }
  const auto done = std::find_if(done_.begin(), done_.end(), [&](const Done& at) {
    return at.until > now && same_message(at.name, name);
  });
  return done != done_.end() ? &done->name : nullptr;
}

bool TransferSender::has_room(std::size_t octets) const {
  const std::size_t octets_max = limits_.transfers_max * (std::size_t{limits_.message_max} + kHeaderMax);
  return idle() || (active_.size() + waiting_.size() < limits_.session_messages_max &&
                    octets <= octets_max - std::min(octets_max, octets_));
}

void TransferSender::begin(Time now, const CallName& name, std::vector<std::uint8_t> header, Slice body) {
  if (idle()) heard_at_ = now;
  waiting_.push_back({{name, std::move(header), std::move(body)}, now, expiry(now, name), 0, 0, Time::min()});
  const std::size_t size = waiting_.back().transfer.size();
  octets_ += size;
  octets_in_all_ += size;
  ++counters_.transfers;
}

void TransferSender::end(const CallName& name) {
  for (Sendings* const sendings : {&active_, &waiting_}) {
    const Position found = std::find_if(sendings->begin(), sendings->end(), [&](const Sending& sending) {
      return same_call(sending.transfer.name(), name);
    });
    if (found == sendings->end()) continue;
    erase(*sendings, found);
    return;
  }
}

bool TransferSender::is_wanted(Time now, const Sending& sending) const {
  const CallName& name = sending.transfer.name();
  if (name.semantics == Semantics::Maybe) return now < sending.expires;
  return side_ == Side::Client ? owner_.wants_request(name.session, name.semantics, name.number)
                               : owner_.wants_reply(name.session, name.semantics, name.number);
}

bool TransferSender::may_not_be_repeated(const Sending& sending) {
  return sending.transfer.name().semantics == Semantics::Maybe && sending.transfer.may_have_arrived();
}

/// The payloads' size: a multiple of 8, as headers are.
std::uint32_t TransferSender::fragment_size() const {
  ONCE_ASSERT(search_.size() >= kFragmentDatagramMin);
  return static_cast<std::uint32_t>((search_.size() - kFragmentHeaderSize) / 8 * 8);
}

void TransferSender::restart(Position active) {
  ++counters_.restarted;
  window_.gone(active->transfer.flying_octets());
  active->transfer.stop();
  waiting_.splice(waiting_.begin(), active_, active);
}

void TransferSender::restart_or_end(Position active) {
  may_not_be_repeated(*active) ? erase(active_, active) : restart(active);
}

void TransferSender::pause(Time now, Position active) {
  active->paused_until = now + std::min(kRefusedPause * (1u << active->refusals), kRefusedPauseMax);
  active->refusals = std::min(active->refusals + 1, kBackoffMax);
  restart(active);
}

void TransferSender::erase(Sendings& from, Position sending) {
  const std::size_t size = sending->transfer.size();
  window_.gone(sending->transfer.flying_octets());
  octets_ -= size;
  octets_in_all_ -= size;
  from.erase(sending);
}

void TransferSender::give_up() {
  counters_.given_up += active_.size() + waiting_.size();
  while (!active_.empty()) erase(active_, active_.begin());
  while (!waiting_.empty()) erase(waiting_, waiting_.begin());
}

void TransferSender::complete(Time now, Position active) {
  ++counters_.completed;
  window_.acknowledged(active->transfer.flying_octets());
  active->transfer.stop();
  if (done_.size() == kDoneMax) done_.pop_front();
  done_.push_back({active->transfer.name(), now + rtt_.rto()});
  erase(active_, active);
}

// --- The path

/// Fragments that are larger than what the path is now taken to carry are of no use.
void TransferSender::fit_to_path() {
  window_.set_datagram(search_.size());
  for (Position at = active_.begin(); at != active_.end();) {
    const Position here = at++;
    if (here->transfer.fragment_size() > fragment_size()) restart_or_end(here);
  }
}

void TransferSender::too_large(Time now, std::size_t octets) {
  search_.too_large(now, octets);
  fit_to_path();
}

void TransferSender::probe_answered(Time now, const PathMessage& answer) {
  search_.answered(now, answer.probe);
}

// --- Acknowledgements

void TransferSender::acknowledged(Time now, const FragmentAck& ack) {
  const Position found = find_active(ack.transfer);
  if (found == active_.end() || std::max(ack.echo_order, ack.began) > latest_order_) return;  // never true
  OutgoingTransfer& transfer = found->transfer;
  if (const auto sent_at = transfer.sent_at(ack.echo_index, ack.echo_order)) rtt_.sample(now - *sent_at);
  heard_at_ = now;
  switch (ack.status) {
    case TransferStatus::GoingOn: take_news(now, found, ack); break;
    case TransferStatus::Complete:
      backoff_ = 0;
      complete(now, found);
      break;
    case TransferStatus::Refused:
      // What was begun there has been forgotten; it may have been complete before that.
      transfer.was_begun() && may_not_be_repeated(*found) ? erase(active_, found) : pause(now, found);
      break;
    case TransferStatus::Broken:
      may_not_be_repeated(*found) ? erase(active_, found) : pause(now, found);
      break;
    case TransferStatus::Unwanted:
      ++counters_.unwanted;
      erase(active_, found);
      break;
  }
  heard_order_ = std::max(heard_order_, ack.echo_order);
  find_losses();
}

void TransferSender::take_news(Time now, Position active, const FragmentAck& ack) {
  OutgoingTransfer& transfer = active->transfer;
  active->refusals = 0;
  const std::size_t flying = transfer.flying_octets();
  const OutgoingTransfer::News news = transfer.acknowledge(ack);
  const std::size_t landed = flying - transfer.flying_octets();
  if (news == OutgoingTransfer::News::Progress) {
    backoff_ = 0;
    latest_event_ = now;
    window_.acknowledged(landed);
  } else {
    window_.gone(landed);
  }
  // It may have arrived as a whole before it was forgotten.
  if (news == OutgoingTransfer::News::Forgotten || transfer.all_arrived()) restart_or_end(active);
}

TransferSender::Position TransferSender::flying(const Flight& flight) {
  const Position found = find_active(flight.transfer);
  const bool flies = found != active_.end() && found->transfer.is_flying(flight.index, flight.order);
  return flies ? found : active_.end();
}

void TransferSender::lose(Position active, const Flight& flight) {
  window_.gone(active->transfer.size_of(flight.index));
  active->transfer.lose(flight.index);
}

void TransferSender::lose_all() {
  for (; !flights_.empty(); flights_.pop()) {
    const Flight& flight = flights_.front();
    const Position found = flying(flight);
    if (found == active_.end()) continue;
    ++counters_.fragments_lost;
    lose(found, flight);
  }
}

/// When the last that was sent has been heard of, nothing later will come to tell of a loss before it.
void TransferSender::find_losses() {
  const std::uint64_t overtaken = heard_order_ == latest_order_ ? 1 : kOvertaken;
  for (; !flights_.empty(); flights_.pop()) {
    const Flight& flight = flights_.front();
    const Position found = flying(flight);
    if (found == active_.end()) continue;
    if (flight.order + overtaken > heard_order_) return;
    ++counters_.fragments_lost;
    window_.lost(flight.order, latest_order_);
    lose(found, flight);
  }
}

// --- Time

Time TransferSender::alarm() const {
  return window_.in_flight() == 0 ? kNever : latest_event_ + rtt_.rto(backoff_);
}

void TransferSender::timeout(Time now) {
  if (alarm() > now) return;
  ++counters_.timeouts;
  if (now - heard_at_ >= limits_.silence) {
    give_up();
    return;
  }
  lose_all();
  window_.timed_out(latest_order_);
  backoff_ = std::min(backoff_ + 1, kBackoffMax);
  latest_event_ = now;
  if (backoff_ >= kTimeoutsToSuspect) search_.suspect(now);
}

Time TransferSender::wake() const {
  Time wake = std::min({alarm(), pace_at_, probe_at()});
  if (active_.size() == limits_.transfers_max) return wake;
  // What waits has been paused.
  for (const Sending& sending : waiting_) wake = std::min(wake, sending.paused_until);
  return wake;
}

// --- Sending

bool TransferSender::poll(Time now, std::vector<std::uint8_t>& header, Slice& body) {
  pace_at_ = kNever;
  body = Slice{};
  return poll_probe(now, header) || poll_fragment(now, header, body);
}

bool TransferSender::poll_probe(Time now, std::vector<std::uint8_t>& header) {
  if (probe_at() > now) return false;
  const std::size_t size = search_.next_probe(now, rtt_.rto(backoff_));
  fit_to_path();
  if (size == 0) return false;
  ++counters_.path_probes;
  write_probe({session_, search_.probe()}, side_, size, header);
  return true;
}

/// The first that are neither unwanted nor paused begin to take turns, as far as there are turns to take.
void TransferSender::admit(Time now) {
  for (Position at = waiting_.begin(); at != waiting_.end() && active_.size() < limits_.transfers_max;) {
    const Position here = at++;
    if (!is_wanted(now, *here)) {
      ++counters_.unwanted;
      erase(waiting_, here);
    } else if (here->paused_until <= now) {
      here->transfer.begin(next_transfer_++, fragment_size());
      active_.splice(active_.end(), waiting_, here);
    }
  }
}

/// Of the transfers that take turns, the one that was served longest ago and has something to send.
TransferSender::Position TransferSender::next_turn(Time now) {
  for (Position at = active_.begin(); at != active_.end();) {
    const Position here = at++;
    if (is_wanted(now, *here)) continue;
    ++counters_.unwanted;
    erase(active_, here);
  }
  admit(now);
  Position next = active_.end();
  for (Position at = active_.begin(); at != active_.end(); ++at) {
    if (at->transfer.next() && (next == active_.end() || at->served < next->served)) next = at;
  }
  return next;
}

/// Nobody else's datagrams wait on the way within one machine: what is under way at once is bound enough.
Time TransferSender::next_send(Time now) {
  return is_local_ ? now : window_.next_send(now, rtt_.smoothed());
}

bool TransferSender::poll_fragment(Time now, std::vector<std::uint8_t>& header, Slice& body) {
  const Position turn = next_turn(now);
  if (turn == active_.end()) return false;
  OutgoingTransfer& transfer = turn->transfer;
  const std::uint32_t index = *transfer.next();
  const std::uint32_t size = transfer.size_of(index);
  if (!window_.has_room(size)) return false;
  pace_at_ = next_send(now);
  if (pace_at_ > now) return false;
  pace_at_ = kNever;
  Fragment fragment;
  transfer.send(now, index, ++latest_order_, fragment);
  turn->served = latest_order_;
  flights_.push({transfer.number(), latest_order_, index});
  window_.sent(size);
  latest_event_ = now;
  ++counters_.fragments_sent;
  fragment.age_ms = age_in_ms(now - turn->taken_at);
  fragment.oldest = transfer.number();
  for (const Sending& sending : active_) {
    fragment.oldest = std::min(fragment.oldest, sending.transfer.number());
  }
  const Position then = next_turn(now);
  fragment.ask = then == active_.end() || !window_.has_room(then->transfer.size_of(*then->transfer.next())) ||
                 next_send(now) > now;
  transfer.write_to(fragment, side_, header, body);
  return true;
}

}  // namespace once::core
