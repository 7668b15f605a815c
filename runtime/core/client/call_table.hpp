// The calls of a client, from start() until their completion has been polled and their number is finished:
// where they lie, in which order they came, what waits to be bound or sent, and their timers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/client/binding.hpp"
#include "core/client_core.hpp"
#include "core/rtt_estimator.hpp"
#include "core/slab.hpp"
#include "core/timer_heap.hpp"
#include "core/wire.hpp"

namespace once::core {

/// The queue that a call is in: waiting for a number, or ready to be sent.
enum class CallQueue : std::uint8_t { None, WaitingWindowed, WaitingFree, Ready };

/// What a new call begins without.
struct CallState {
  std::uint32_t place = kNone;
  bool in_use = false;
  bool sent = false;        // some request was handed to a transport
  bool working = false;     // the server has it: probe, don't retransmit
  bool cancelling = false;  // over for its caller; a CANCEL is repeated until it is answered
  bool completed = false;   // the completion is waiting, or was polled
  bool polled = false;
  bool refused = false;  // under an earlier number, before it was made again
  bool pausing = false;  // until send_at, when it is made again
  std::uint8_t retries = 0;
  MessageType next = MessageType::Request;  // what is sent when its turn comes
  CallQueue queued = CallQueue::None;
  unsigned backoff = 0;
  std::uint32_t body_checksum = 0;
  std::uint32_t copies = 0;    // requests handed to a transport
  std::uint32_t requests = 0;  // of them, under the present number
  Sequence number = 0;         // in `session`; 0: not bound
  Binding* session = nullptr;
  Time send_at = kNever;  // the next retransmission, probe or cancel
};

struct Call : CallState {
  std::uint32_t generation = 1;
  Attempts attempts;  // of all messages about the present number
  CallRequest request;
  CallCompletion completion;
  Links order;  // all calls, as they came
  Links queue;  // where `queued` says

  Series series() const { return series_of(request.semantics); }
  CallKey key() const { return CallKey{generation} << 32 | place; }
  std::size_t request_size() const {
    return request_header_size(request.object_key.size()) + request.body.size();
  }
};

class CallTable {
 public:
  /// A new call, last in the order, in no queue.
  Call& create(CallRequest&& request);
  /// nullptr if the call's completion has been polled.
  Call* find(CallKey key);
  /// Gives the place back; the call must be in no queue and not bound.
  void erase(Call& call);
  Call& at(std::uint32_t place) { return calls_[place]; }

  /// Calls `visit` for every call in the order in which they came; `visit` may erase the one it is given.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (std::uint32_t place = order_.first(); place != kNone;) {
      Call& call = calls_[place];
      place = call.order.next;
      visit(call);
    }
  }

  // Calls without a number, first come, first bound; and calls that have a message to send.
  void wait(Call& call);
  void make_ready(Call& call, MessageType next);
  void leave_queue(Call& call) {
    if (call.queued != CallQueue::None) leave(call);
  }
  Call* first_waiting(Series series) {
    const std::uint32_t place = (series == Series::Windowed ? waiting_windowed_ : waiting_free_).first();
    return place != kNone ? &calls_[place] : nullptr;
  }
  Call* first_ready() { return ready_.first() != kNone ? &calls_[ready_.first()] : nullptr; }
  std::size_t waiting() const { return waiting_calls_; }
  std::size_t waiting_octets() const { return waiting_octets_; }
  bool has_ready() const { return ready_.first() != kNone; }

  // Calls by their session and number.
  void bind(Call& call, Binding& session, Sequence number);
  void unbind(Call& call);
  Call* find_bound(const Binding& session, Series series, Sequence number);
  /// With numbers of the windowed series, in all sessions together.
  std::size_t bound_windowed() const { return bound_windowed_; }

  // Deadlines and retransmissions.
  void update_timer(const Call& call) {
    const bool has_deadline = !call.completed || call.cancelling;
    timers_.set(call.place, std::min(has_deadline ? call.request.deadline : kNever, call.send_at));
  }
  Time earliest_timer() const { return timers_.earliest(); }
  Call& earliest() { return calls_[timers_.earliest_place()]; }

  // Completions, in the order in which calls ended.
  void push_completion(Call& call) { completions_.push(call.place); }
  Call* pop_completion() { return completions_.empty() ? nullptr : take_completion(); }
  bool has_completions() const { return !completions_.empty(); }

 private:
  using Queue = LinkedList<Call, &Call::queue>;

  Queue& queue_of(CallQueue queue);
  void leave(Call& call);
  Call* take_completion();

  Slab<Call> calls_;
  LinkedList<Call, &Call::order> order_{calls_};
  Queue waiting_windowed_{calls_};
  Queue waiting_free_{calls_};
  Queue ready_{calls_};
  std::size_t waiting_calls_ = 0;
  std::size_t waiting_octets_ = 0;
  HashIndex free_;
  std::size_t bound_windowed_ = 0;
  TimerHeap timers_;
  Ring<std::uint32_t> completions_;
};

}  // namespace once::core
