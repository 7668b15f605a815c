// What happens next, in virtual time. Events are plain values in a heap; those of one instant come in the
// order in which they were scheduled, so a run is a function of its seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <once/base/time.hpp>

namespace once::simulator {

/// Where virtual time begins. Not zero, so that a time which was never set is seen.
inline constexpr Time kOrigin{std::chrono::hours{1}};

enum class EventKind : std::uint8_t {
  Deliver,     // subject: the packet's slot
  Timer,       // a core's timer; stale unless the host is still armed for this instant
  Resume,      // a paused host goes on
  Issue,       // a client's application makes calls
  Repeat,      // … or makes one again that has no outcome yet; subject: the call
  Prove,       // … and, when the faults have stopped, calls that must succeed
  Cancel,      // subject: the call, detail: its key
  ServantDue,  // subject: the servant's slot and generation
  StoreDue,    // a server's store commits what waits
  StoreTells,  // … and the server hears of it
  Zombie,      // a server that was replaced wakes up
  Connect,     // a client's attempt to get a path is over
  StreamDown,  // subject: the connection that the client finds broken
  Trouble,     // subject: which trouble of the storm
  Crash,       // a server that was told to shut down stops; detail: for how long
  Revive,      // a crashed host starts again
  Phase,       // subject: the phase that begins
  Look,        // whether the phase has reached its end
};

struct Event {
  Time at;
  std::uint64_t order = 0;
  EventKind kind = EventKind::Deliver;
  std::uint16_t host = 0;
  std::uint32_t life = 0;  // of the host that scheduled it; other lives ignore it
  std::uint64_t subject = 0;
  std::uint64_t detail = 0;
};

class EventQueue {
 public:
  void push(Event event) {
    event.order = ++pushed_;
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
  }
  bool empty() const { return heap_.empty(); }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  std::vector<Event> heap_;
  std::uint64_t pushed_ = 0;
};

}  // namespace once::simulator
