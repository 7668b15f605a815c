// The calls of a client: their queues, numbers and timers.
#include "core/client/call_table.hpp"

#include <once/base/crc32c.hpp>

namespace once::core {
namespace {

/// Numbers of the free series rise by one: spread them.
std::uint64_t hash(Sequence number) {
  return number * 0x9E3779B97F4A7C15 >> 16;
}

}  // namespace

Call& CallTable::create(CallRequest&& request) {
  const std::uint32_t place = calls_.take();
  Call& call = calls_[place];
  static_cast<CallState&>(call) = CallState{};
  call.place = place;
  call.in_use = true;
  call.body_checksum = crc32c(request.body);
  call.request = std::move(request);
  order_.push_back(place);
  return call;
}

Call* CallTable::find(CallKey key) {
  const auto place = static_cast<std::uint32_t>(key);
  if (place >= calls_.places()) return nullptr;
  Call& call = calls_[place];
  return call.in_use && !call.polled && call.key() == key ? &call : nullptr;
}

void CallTable::erase(Call& call) {
  ONCE_ASSERT(call.in_use && call.number == 0 && call.queued == CallQueue::None);
  timers_.set(call.place, kNever);
  order_.erase(call.place);
  call.request.object_key = Slice{};
  call.request.body = Slice{};
  call.completion = CallCompletion{};
  call.in_use = false;
  ++call.generation;
  calls_.give_back(call.place);
}

CallTable::Queue& CallTable::queue_of(CallQueue queue) {
  if (queue == CallQueue::Ready) return ready_;
  return queue == CallQueue::WaitingWindowed ? waiting_windowed_ : waiting_free_;
}

void CallTable::wait(Call& call) {
  leave_queue(call);
  call.queued = call.series() == Series::Windowed ? CallQueue::WaitingWindowed : CallQueue::WaitingFree;
  queue_of(call.queued).push_back(call.place);
  ++waiting_calls_;
  waiting_octets_ += call.request_size();
}

void CallTable::make_ready(Call& call, MessageType next) {
  call.next = next;
  if (call.queued == CallQueue::Ready) return;
  leave_queue(call);
  call.queued = CallQueue::Ready;
  ready_.push_back(call.place);
}

void CallTable::leave(Call& call) {
  queue_of(call.queued).erase(call.place);
  if (call.queued != CallQueue::Ready) {
    --waiting_calls_;
    waiting_octets_ -= call.request_size();
  }
  call.queued = CallQueue::None;
}

void CallTable::bind(Call& call, Binding& session, Sequence number) {
  ONCE_ASSERT(call.number == 0);
  call.number = number;
  call.session = &session;
  call.attempts = Attempts{};
  call.requests = 0;
  call.backoff = 0;
  call.working = false;
  if (call.series() == Series::Windowed) {
    ++bound_windowed_;
    session.windowed[number % session.windowed.size()] = call.place;
  } else {
    free_.insert(hash(number), call.place);
  }
}

void CallTable::unbind(Call& call) {
  if (call.number == 0) return;
  if (call.series() == Series::Windowed) {
    --bound_windowed_;
  } else {
    free_.erase(hash(call.number), call.place);
  }
  call.number = 0;
  call.session = nullptr;
}

Call* CallTable::find_bound(const Binding& session, Series series, Sequence number) {
  if (number == 0) return nullptr;
  std::uint32_t place = kNone;
  if (series == Series::Windowed) {
    // The place may be another call's by now; its session, number and series tell.
    place = session.windowed[number % session.windowed.size()];
    if (place >= calls_.places()) return nullptr;
    const Call& call = calls_[place];
    if (!call.in_use || call.session != &session || call.number != number || call.series() != series) {
      return nullptr;
    }
  } else {
    place = free_.find(hash(number), [&](std::uint32_t at) {
      return calls_[at].session == &session && calls_[at].number == number;
    });
    if (place == kNone) return nullptr;
  }
  return &calls_[place];
}

Call* CallTable::take_completion() {
  Call& call = calls_[completions_.front()];
  completions_.pop();
  return &call;
}

}  // namespace once::core
