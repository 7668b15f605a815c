// A datagram socket that loses, repeats, delays and reorders in both directions. What is held back leaves at
// its time: by a timer where a loop runs, and by whoever sends, receives or waits where none does.
#include <algorithm>
#include <deque>

#include "transport/fault_sockets.hpp"

namespace once::transport {
namespace {

struct Held {
  Time due = kNever;
  bool until_next = false;
  Address address;
  Slice datagram;
};

/// What one direction holds back.
class Lane {
 public:
  explicit Lane(FaultDice dice) : dice_(dice) {}

  Fate draw(const Faults& faults) { return draw_fate(dice_, faults); }
  void hold(Time due, bool until_next, const Address& address, Slice datagram) {
    held_.push_back({due, until_next, address, std::move(datagram)});
  }
  /// Another datagram has passed: what was waiting for that may follow.
  void passed(Time now) {
    for (Held& held : held_) {
      if (std::exchange(held.until_next, false)) held.due = now;
    }
  }
  Time earliest() const {
    Time earliest = kNever;
    for (const Held& held : held_) earliest = std::min(earliest, held.due);
    return earliest;
  }
  /// The next datagram whose time has come.
  bool take_due(Time now, Held& out) {
    const auto due =
        std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.due <= now; });
    if (due == held_.end()) return false;
    out = std::move(*due);
    held_.erase(due);
    return true;
  }

 private:
  FaultDice dice_;
  std::deque<Held> held_;
};

class Line final : public EventHandler, public std::enable_shared_from_this<Line> {
 public:
  Line(FaultState state, asio::any_io_executor executor, std::unique_ptr<DatagramSocket> inner,
       std::uint64_t number)
      : state_(std::move(state)),
        executor_(std::move(executor)),
        inner_(std::move(inner)),
        out_(state_->dice(number, 0)),
        in_(state_->dice(number, 1)) {}

  DatagramSocket& inner() { return *inner_; }

  std::error_code send(const Address& to, std::span<const ByteView> pieces) {
    const std::lock_guard lock{mutex_};
    const Time now = clock().now();
    release(now);
    const Fate fate = out_.draw(state_->plan());
    count(fate);
    if (fate.duplicated) out_.hold(now + fate.duplicate_delay, false, to, joined(pieces));
    std::error_code result;
    if (!fate.lost && fate.delay > Duration{0}) {
      out_.hold(now + fate.delay, fate.held_for_next, to, joined(pieces));
    } else if (!fate.lost) {
      state_->count([](FaultCounters& counters) { ++counters.delivered; });
      result = inner_->send(to, pieces);
      out_.passed(now);
      release(now);
    }
    arm();
    return result;
  }

  std::error_code receive(Address& from, Slice& datagram, Duration patience) {
    while (true) {
      {
        const std::lock_guard lock{mutex_};
        const Time now = clock().now();
        release(now);
        if (take_incoming(now, from, datagram)) return {};
        if (patience > Duration{0}) patience = std::clamp(earliest() - now, Duration{1}, patience);
      }
      if (const auto error = inner_->receive(from, datagram, patience)) return error;
      const std::lock_guard lock{mutex_};
      const Time now = clock().now();
      const Fate fate = in_.draw(state_->plan());
      count(fate);
      if (fate.duplicated) in_.hold(now + fate.duplicate_delay, false, from, datagram);
      if (!fate.lost && fate.delay > Duration{0}) {
        in_.hold(now + fate.delay, fate.held_for_next, from, std::move(datagram));
      } else if (!fate.lost) {
        state_->count([](FaultCounters& counters) { ++counters.delivered; });
        in_.passed(now);
        arm();
        return {};
      }
      arm();
    }
  }

  void async_wait(Event event, std::weak_ptr<EventHandler> handler) {
    if (event == Event::Writable) {
      inner_->async_wait(event, std::move(handler));
      return;
    }
    const std::lock_guard lock{mutex_};
    reader_ = std::move(handler);
    if (!inner_waits_) {
      inner_waits_ = true;
      inner_->async_wait(Event::Readable, weak_from_this());
    }
    waited_for_ = true;
    arm();
  }

  void cancel_waits() {
    const std::lock_guard lock{mutex_};
    inner_->cancel_waits();
    inner_waits_ = false;
    waited_for_ = false;
    arm();
  }

  bool wait(Interest interest, Duration timeout) {
    if (!interest.readable) return inner_->wait(interest, timeout);
    const Time end = clock().now() + timeout;
    while (true) {
      Duration step{0};
      {
        const std::lock_guard lock{mutex_};
        const Time now = clock().now();
        release(now);
        if (in_.earliest() <= now) return true;
        step = std::max(std::min(end, earliest()) - now, Duration{0});
        if (now >= end) step = Duration{0};
      }
      if (inner_->wait(interest, step)) return true;
      if (clock().now() >= end) return false;
    }
  }

  void on_event(Event event) override {
    std::shared_ptr<EventHandler> reader;
    {
      const std::lock_guard lock{mutex_};
      const Time now = clock().now();
      release(now);
      bool ready = false;
      if (event == Event::Readable) {
        inner_waits_ = false;
        ready = true;
      } else {
        ready = in_.earliest() <= now;
      }
      if (ready && std::exchange(waited_for_, false)) reader = reader_.lock();
      if (!reader) arm();
    }
    if (reader) reader->on_event(Event::Readable);
  }

 private:
  static Slice joined(std::span<const ByteView> pieces) {
    Buffer buffer;
    for (const ByteView piece : pieces) buffer.append(piece);
    return std::move(buffer).freeze();
  }
  Clock& clock() { return *state_->environment().clock; }
  Time earliest() const { return std::min(out_.earliest(), in_.earliest()); }

  void count(const Fate& fate) {
    state_->count([&](FaultCounters& counters) {
      ++counters.datagrams;
      if (fate.lost) ++counters.lost;
      if (fate.duplicated) ++counters.duplicated;
      if (!fate.lost && fate.held_for_next) ++counters.reordered;
      if (!fate.lost && !fate.held_for_next && fate.delay > Duration{0}) ++counters.delayed;
    });
  }
  /// Sends what is due. A full socket loses it, as networks do.
  void release(Time now) {
    Held held;
    while (out_.take_due(now, held)) {
      state_->count([](FaultCounters& counters) { ++counters.delivered; });
      const ByteView whole = held.datagram.view();
      (void)inner_->send(held.address, std::span{&whole, 1});
    }
  }
  bool take_incoming(Time now, Address& from, Slice& datagram) {
    Held held;
    if (!in_.take_due(now, held)) return false;
    state_->count([](FaultCounters& counters) { ++counters.delivered; });
    from = held.address;
    datagram = std::move(held.datagram);
    return true;
  }
  void arm() {
    const Time when = waited_for_ ? earliest() : out_.earliest();
    if (when == kNever && !timer_) return;
    if (!timer_) timer_ = clock().make_timer(executor_, weak_from_this());
    timer_->set(when);
  }

  FaultState state_;
  asio::any_io_executor executor_;
  std::unique_ptr<DatagramSocket> inner_;
  std::mutex mutex_;  // never held while the inner socket may block
  Lane out_, in_;
  std::unique_ptr<Timer> timer_;
  std::weak_ptr<EventHandler> reader_;
  bool waited_for_ = false;   // reader_ wants to know
  bool inner_waits_ = false;  // the inner socket has been asked
};

class FaultyDatagramSocket final : public DatagramSocket {
 public:
  explicit FaultyDatagramSocket(std::shared_ptr<Line> line) : line_(std::move(line)) {}

  Address local() const override { return line_->inner().local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    line_->async_wait(event, std::move(handler));
  }
  void cancel_waits() override { line_->cancel_waits(); }
  bool wait(Interest interest, Duration timeout) override { return line_->wait(interest, timeout); }
  std::error_code send(const Address& to, std::span<const ByteView> pieces) override {
    return line_->send(to, pieces);
  }
  std::error_code receive(Address& from, Slice& datagram, Duration patience) override {
    return line_->receive(from, datagram, patience);
  }

 private:
  std::shared_ptr<Line> line_;
};

}  // namespace

std::unique_ptr<DatagramSocket> make_faulty(FaultState state, asio::any_io_executor executor,
                                            std::unique_ptr<DatagramSocket> inner) {
  const std::uint64_t number = state->next_socket();
  return std::make_unique<FaultyDatagramSocket>(
      std::make_shared<Line>(std::move(state), std::move(executor), std::move(inner), number));
}

}  // namespace once::transport
