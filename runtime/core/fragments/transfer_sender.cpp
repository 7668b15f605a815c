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

bool same(const CallName& a, const CallName& b) {
  return a.session == b.session && a.number == b.number && a.series() == b.series();
}

PathSearch make_search(const FragmentLimits& limits, const Path& path) {
  return {path.message_max, path.local ? 0 : limits.datagram_max};
}

CongestionWindow make_window(const FragmentLimits& limits, const Path& path) {
  return path.local ? CongestionWindow{path.message_max, limits.flight_max_local, kWindowMinLocal}
                    : CongestionWindow{path.message_max, limits.flight_max, kWindowMin};
}

}  // namespace

TransferSender::TransferSender(Side side, const FragmentLimits& limits, const SessionOwner& owner,
                               const Path& path, std::uint64_t& next_transfer, FragmentCounters& counters)
    : side_(side),
      limits_(limits),
      owner_(owner),
      next_transfer_(next_transfer),
      counters_(counters),
      is_local_(path.local),
      rtt_(path.local ? limits.rto_local : limits.rto),
      search_(make_search(limits, path)),
      window_(make_window(limits, path)) {}

void TransferSender::change_path(Time now, const Path& path) {
  is_local_ = path.local;
  rtt_ = RttEstimator{path.local ? limits_.rto_local : limits_.rto};
  search_ = make_search(limits_, path);
  window_ = make_window(limits_, path);
  backoff_ = 0;
  pace_at_ = kNever;
  heard_order_ = 0;
  for (Position at = sending_.begin(); at != sending_.end();) {
    const Position here = at++;
    const bool ends = may_not_be_repeated(*here);
    here->transfer.begin(next_transfer_++, fragment_size());
    if (ends) erase(here);
  }
  latest_event_ = now;
}

// --- Transfers

TransferSender::Position TransferSender::find(std::uint64_t transfer) {
  return std::find_if(sending_.begin(), sending_.end(),
                      [&](const Sending& sending) { return sending.transfer.number() == transfer; });
}

TransferSender::Position TransferSender::find(const CallName& name) {
  return std::find_if(sending_.begin(), sending_.end(),
                      [&](const Sending& sending) { return same(sending.transfer.name(), name); });
}

std::list<TransferSender::Sending>::const_iterator TransferSender::find(const CallName& name) const {
  return std::find_if(sending_.begin(), sending_.end(),
                      [&](const Sending& sending) { return same(sending.transfer.name(), name); });
}

bool TransferSender::is_under_way(Time now, const CallName& name) const {
  return find(name) != sending_.end() || std::any_of(done_.begin(), done_.end(), [&](const Done& done) {
           return done.until > now && same(done.name, name);
         });
}

ByteView TransferSender::header_of(const CallName& name) const {
  const auto found = find(name);
  return found != sending_.end() ? found->transfer.header() : ByteView{};
}

void TransferSender::begin(const CallName& name, std::vector<std::uint8_t> header, Slice body) {
  session_ = name.session;
  Sending& sending = sending_.emplace_back(Sending{{name, std::move(header), std::move(body)}});
  sending.transfer.begin(next_transfer_++, fragment_size());
  octets_ += sending.transfer.size();
  ++counters_.transfers;
}

void TransferSender::end(const CallName& name) {
  if (const Position found = find(name); found != sending_.end()) erase(found);
}

/// A maybe call is over for the core when it was handed over; its session is all that it needs.
bool TransferSender::is_wanted(const CallName& name) const {
  if (name.semantics == Semantics::Maybe) return true;
  return side_ == Side::Client ? owner_.wants_request(name.session, name.semantics, name.number)
                               : owner_.wants_reply(name.session, name.semantics, name.number);
}

/// The payloads' size: a multiple of 8, as headers are.
std::uint32_t TransferSender::fragment_size() const {
  ONCE_ASSERT(search_.size() >= kFragmentDatagramMin);
  return static_cast<std::uint32_t>((search_.size() - kFragmentHeaderSize) / 8 * 8);
}

bool TransferSender::may_not_be_repeated(const Sending& sending) {
  return sending.transfer.name().semantics == Semantics::Maybe && !sending.transfer.is_unsent();
}

void TransferSender::restart(Time now, Sending& sending, bool pause) {
  ++counters_.restarted;
  window_.gone(sending.transfer.flying_octets());
  sending.transfer.begin(next_transfer_++, fragment_size());
  if (!pause) return;
  sending.paused_until = now + std::min(kRefusedPause * (1u << sending.refusals), kRefusedPauseMax);
  sending.refusals = std::min(sending.refusals + 1, kBackoffMax);
}

void TransferSender::erase(Position sending) {
  window_.gone(sending->transfer.flying_octets());
  octets_ -= sending->transfer.size();
  sending_.erase(sending);
}

void TransferSender::complete(Time now, Position sending) {
  ++counters_.completed;
  if (done_.size() == kDoneMax) done_.pop_front();
  done_.push_back({sending->transfer.name(), now + rtt_.rto()});
  erase(sending);
}

/// Fragments that are larger than what the path is now taken to carry are of no use.
void TransferSender::fit_to_path(Time now) {
  window_.set_datagram(search_.size());
  for (Position at = sending_.begin(); at != sending_.end();) {
    const Position here = at++;
    if (here->transfer.fragment_size() <= fragment_size()) continue;
    may_not_be_repeated(*here) ? erase(here) : restart(now, *here, false);
  }
}

// --- Acknowledgements

void TransferSender::acknowledged(Time now, const FragmentAck& ack) {
  const Position found = find(ack.transfer);
  if (found == sending_.end() || ack.echo_order > latest_order_) return;
  Sending& sending = *found;
  if (const auto sent_at = sending.transfer.sent_at(ack.echo_index, ack.echo_order)) {
    rtt_.sample(now - *sent_at);
  }
  const bool once = may_not_be_repeated(sending);
  switch (ack.status) {
    case TransferStatus::GoingOn: {
      sending.refusals = 0;
      const std::size_t flying = sending.transfer.flying_octets();
      const OutgoingTransfer::News news = sending.transfer.acknowledge(ack);
      const std::size_t landed = flying - sending.transfer.flying_octets();
      if (news == OutgoingTransfer::News::Progress) {
        backoff_ = 0;
        latest_event_ = now;
        window_.acknowledged(landed);
      } else {
        window_.gone(landed);
      }
      if (news == OutgoingTransfer::News::Forgotten || sending.transfer.all_arrived()) {
        // It may have arrived as a whole before it was forgotten.
        once ? erase(found) : restart(now, sending, false);
      }
      break;
    }
    case TransferStatus::Complete:
      backoff_ = 0;
      window_.acknowledged(sending.transfer.flying_octets());
      sending.transfer.begin(0, fragment_size());  // nothing of it is on the way
      complete(now, found);
      break;
    case TransferStatus::Refused:
    case TransferStatus::Broken:
      if (once && ack.status == TransferStatus::Broken) {
        erase(found);
      } else {
        restart(now, sending, true);
      }
      break;
    case TransferStatus::Unwanted:
      ++counters_.unwanted;
      erase(found);
      break;
  }
  heard_order_ = std::max(heard_order_, ack.echo_order);
  find_losses();
}

/// When the last that was sent has been heard of, nothing later will come to tell of a loss before it.
void TransferSender::find_losses() {
  const std::uint64_t overtaken = heard_order_ == latest_order_ ? 1 : kOvertaken;
  for (; !flights_.empty(); flights_.pop()) {
    const Flight& flight = flights_.front();
    const Position found = find(flight.transfer);
    if (found == sending_.end() || !found->transfer.is_flying(flight.index, flight.order)) continue;
    if (flight.order + overtaken > heard_order_) return;
    ++counters_.fragments_lost;
    window_.gone(found->transfer.size_of(flight.index));
    window_.lost(flight.order, latest_order_);
    found->transfer.lose(flight.index);
  }
}

// --- Time

Time TransferSender::alarm() const {
  return window_.in_flight() == 0 ? kNever : latest_event_ + rtt_.rto(backoff_);
}

void TransferSender::timeout(Time now) {
  if (alarm() > now) return;
  ++counters_.timeouts;
  for (; !flights_.empty(); flights_.pop()) {
    const Flight& flight = flights_.front();
    const Position found = find(flight.transfer);
    if (found == sending_.end() || !found->transfer.is_flying(flight.index, flight.order)) continue;
    window_.gone(found->transfer.size_of(flight.index));
    found->transfer.lose(flight.index);
  }
  window_.timed_out(latest_order_);
  backoff_ = std::min(backoff_ + 1, kBackoffMax);
  latest_event_ = now;
  if (backoff_ >= kTimeoutsToSuspect) search_.suspect(now);
}

Time TransferSender::wake() const {
  Time wake = std::min({alarm(), pace_at_, probe_at()});
  for (const Sending& sending : sending_) {
    // One that is not paused waits for room, which an acknowledgement or the alarm makes.
    if (sending.paused_until != Time::min()) wake = std::min(wake, sending.paused_until);
  }
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
  fit_to_path(now);
  if (size == 0) return false;
  ++counters_.path_probes;
  write_probe({session_, search_.probe(), static_cast<std::uint32_t>(size)}, side_, header);
  return true;
}

/// Of the transfers that take turns, the one that was served longest ago and has something to send. They are
/// the first that are neither unwanted nor paused.
TransferSender::Position TransferSender::next_turn(Time now) {
  Position next = sending_.end();
  std::size_t taking_turns = 0;
  for (Position at = sending_.begin(); at != sending_.end();) {
    const Position here = at++;
    if (!is_wanted(here->transfer.name())) {
      ++counters_.unwanted;
      erase(here);
      continue;
    }
    if (here->paused_until > now) continue;
    here->paused_until = Time::min();
    if (taking_turns++ >= limits_.transfers_max) continue;
    if (here->transfer.next() && (next == sending_.end() || here->served < next->served)) next = here;
  }
  return next;
}

/// Nobody else's datagrams wait on the way within one machine: what is under way at once is bound enough.
Time TransferSender::next_send(Time now) {
  return is_local_ ? now : window_.next_send(now, rtt_.smoothed());
}

bool TransferSender::poll_fragment(Time now, std::vector<std::uint8_t>& header, Slice& body) {
  const Position turn = next_turn(now);
  if (turn == sending_.end()) return false;
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
  fragment.oldest = transfer.number();
  for (const Sending& sending : sending_) {
    fragment.oldest = std::min(fragment.oldest, sending.transfer.number());
  }
  const Position then = next_turn(now);
  fragment.ask = then == sending_.end() ||
                 !window_.has_room(then->transfer.size_of(*then->transfer.next())) || next_send(now) > now;
  transfer.write_to(fragment, side_, header, body);
  return true;
}

}  // namespace once::core
