// Which fragments are taken, and what is said about those that are not.
#include "core/fragments/transfer_receiver.hpp"

#include <algorithm>

#include "core/rare.hpp"

namespace once::core {
namespace {

/// Transfers that are remembered after their end: as many as a session has calls.
constexpr std::size_t kEndedMax = 64;
/// What waits to be polled; a fragment beyond it is not answered, and comes again.
constexpr std::size_t kStatusesMax = 16;

/// The upper half of a transfer's number is drawn anew by every life of a sender.
bool same_life(std::uint64_t transfer, std::uint64_t other) {
  return transfer >> 32 == other >> 32;
}

}  // namespace

TransferReceiver::~TransferReceiver() {
  octets_in_all_ -= octets_;
}

TransferReceiver::Position TransferReceiver::find(std::uint64_t transfer) {
  return std::find_if(under_way_.begin(), under_way_.end(),
                      [&](const Reassembly& reassembly) { return reassembly.transfer() == transfer; });
}

TransferReceiver::Position TransferReceiver::drop(Position reassembly) {
  octets_ -= reassembly->cost();
  octets_in_all_ -= reassembly->cost();
  return under_way_.erase(reassembly);
}

/// The sender has given up what is before `oldest`, or knows its end. Nothing is remembered of that: a late
/// fragment of it begins a reassembly that the next one of the sender's ends.
void TransferReceiver::drop_before(std::uint64_t oldest) {
  for (Position at = under_way_.begin(); at != under_way_.end();) {
    if (same_life(at->transfer(), oldest) && at->transfer() < oldest) {
      at = drop(at);
    } else {
      ++at;
    }
  }
}

bool TransferReceiver::has_room(const Fragment& first) const {
  const std::size_t cost = Reassembly::cost_of(first);
  const std::size_t session_max = Reassembly::cost_of_largest(limits_.message_max + kHeaderMax);
  const std::size_t all_max = limits_.reassembly_bytes_max;
  // One may always be under way, however small the limit for all is.
  return under_way_.size() < limits_.transfers_max && cost <= session_max - std::min(session_max, octets_) &&
         (octets_in_all_ == 0 || cost <= all_max - std::min(all_max, octets_in_all_));
}

bool TransferReceiver::is_wanted(const Fragment& fragment) const {
  return side_ == Side::Server ? owner_.wants_request(fragment.session, fragment.semantics, fragment.number)
                               : owner_.wants_reply(fragment.session, fragment.semantics, fragment.number);
}

void TransferReceiver::say(const Fragment& fragment, TransferStatus status) {
  if (statuses_.size() == kStatusesMax) return;
  FragmentAck& ack = statuses_.emplace_back();
  ack.session = fragment.session;
  ack.transfer = fragment.transfer;
  ack.echo_order = fragment.order;
  ack.echo_index = fragment.index;
  ack.status = status;
}

void TransferReceiver::end(const Fragment& fragment, TransferStatus status) {
  if (ended_.size() == kEndedMax) ended_.pop_front();
  ended_.push_back({fragment.transfer, status});
  say(fragment, status);
}

bool TransferReceiver::take(Time now, const Fragment& fragment, Slice& out) {
  ++counters_.fragments_received;
  drop_before(fragment.oldest);
  const auto ended = std::find_if(ended_.begin(), ended_.end(), [&](const Ended& transfer) {
    return transfer.transfer == fragment.transfer;
  });
  if (ended != ended_.end()) {
    ++counters_.late;
    say(fragment, ended->status);
    return false;
  }
  Position reassembly = find(fragment.transfer);
  if (!is_wanted(fragment)) {
    if (reassembly != under_way_.end()) drop(reassembly);
    say(fragment, TransferStatus::Unwanted);
    return false;
  }
  if (reassembly == under_way_.end()) {
    if (!has_room(fragment) || rarely(Rare::FragmentRefused)) {
      ++counters_.refused;
      say(fragment, TransferStatus::Refused);
      return false;
    }
    const std::size_t cost = Reassembly::cost_of(fragment);
    octets_ += cost;
    octets_in_all_ += cost;
    under_way_.emplace_back(now, fragment);
    reassembly = under_way_.end() - 1;
  }
  switch (reassembly->put(now, fragment)) {
    case Reassembly::Result::Progress: return false;
    case Reassembly::Result::Copy: ++counters_.copies; return false;
    case Reassembly::Result::Contradiction:
      ++counters_.contradictions;
      drop(reassembly);
      end(fragment, TransferStatus::Broken);
      return false;
    case Reassembly::Result::Complete: break;
  }
  out = reassembly->take();
  drop(reassembly);
  end(fragment, TransferStatus::Complete);
  // What was taken apart is a request or a reply. Whatever else it may be, the core never sees it.
  const auto type = peek_type(out);
  const bool right = type == (side_ == Side::Server ? MessageType::Request : MessageType::Reply);
  ++(right ? counters_.received : counters_.malformed);
  return right;
}

bool TransferReceiver::poll(FragmentAck& out) {
  if (!statuses_.empty()) {
    out = statuses_.front();
    statuses_.pop_front();
    return true;
  }
  const auto waiting = std::find_if(under_way_.begin(), under_way_.end(),
                                    [](const Reassembly& reassembly) { return reassembly.wants_ack(); });
  if (waiting == under_way_.end()) return false;
  waiting->write_ack(out);
  return true;
}

void TransferReceiver::timeout(Time now) {
  for (Position at = under_way_.begin(); at != under_way_.end();) {
    if (at->expires(limits_.stall, limits_.rate_min) > now) {
      ++at;
    } else {
      ++counters_.stalled;
      at = drop(at);
    }
  }
}

Time TransferReceiver::wake() const {
  Time wake = kNever;
  for (const Reassembly& reassembly : under_way_) {
    wake = std::min(wake, reassembly.expires(limits_.stall, limits_.rate_min));
  }
  return wake;
}

}  // namespace once::core
