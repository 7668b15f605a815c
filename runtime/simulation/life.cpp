#include "simulation/life.hpp"

#include <algorithm>
#include <cmath>

#include <asio/post.hpp>

#include <once/rpc/trace.hpp>

#include "simulation/fabric.hpp"
#include "simulation/network.hpp"
#include "simulation/sockets.hpp"

namespace once::simulation {
namespace {

/// What a clock shows when the world begins: no program may take 0 for a time.
constexpr Duration kClockAtBeginning = std::chrono::hours{1000};
/// Nothing is planned later than this: no world is so old.
constexpr Duration kLatest = std::chrono::hours{24 * 365};
/// A turn of an event loop takes so long.
constexpr Duration kTurn = std::chrono::microseconds{1};

class LifeTimer final : public Timer {
 public:
  LifeTimer(std::shared_ptr<Life> life, std::weak_ptr<EventHandler> handler)
      : life_(std::move(life)), handler_(std::move(handler)) {}
  ~LifeTimer() override { drop(); }
  LifeTimer(const LifeTimer&) = delete;
  LifeTimer& operator=(const LifeTimer&) = delete;

  void set(Time when) override {
    drop();
    if (when == kNever || life_->is_over()) return;
    planned_ = life_->engine().plan(life_->clock().when(when), Task{[this] {
                                      planned_ = {};
                                      if (const auto handler = handler_.lock()) {
                                        handler->on_event(Event::Expired);
                                      }
                                    }},
                                    life_.get());
  }

 private:
  void drop() {
    if (planned_.number != 0) life_->engine().drop(std::exchange(planned_, {}));
  }

  const std::shared_ptr<Life> life_;
  const std::weak_ptr<EventHandler> handler_;
  Engine::Key planned_;
};

class LifeClock final : public Clock {
 public:
  explicit LifeClock(std::weak_ptr<Life> life) : life_(std::move(life)) {}

  Time now() const override {
    if (const auto life = life_.lock()) last_ = life->now();
    return last_;
  }
  std::unique_ptr<Timer> make_timer(asio::any_io_executor, std::weak_ptr<EventHandler> handler) override {
    return std::make_unique<LifeTimer>(life_.lock(), std::move(handler));
  }
  void call_at(asio::any_io_executor executor, Time when, std::function<void()> function) override {
    const auto life = life_.lock();
    if (!life || life->is_over()) return;
    life->engine().plan(life->clock().when(when), Task{[executor, function = std::move(function)]() mutable {
                          asio::post(executor, std::move(function));
                        }},
                        life.get());
  }

 private:
  const std::weak_ptr<Life> life_;
  mutable Time last_{};
};

/// Tells the world's story from this host's side.
class LifeTracer final : public Tracer {
 public:
  explicit LifeTracer(std::weak_ptr<Life> life) : life_(std::move(life)) {}

  void on_event(const TraceEvent& event) override {
    const auto life = life_.lock();
    if (!life || life->is_over()) return;  // what ends with a life does not happen
    TraceEvent told = event;
    told.host = life->host();
    told.peer = life->fabric().with_names(event.peer);
    life->engine().trace(std::move(told));
  }

 private:
  const std::weak_ptr<Life> life_;
};

}  // namespace

Time HostClock::at(Duration world) const {
  const double passed = static_cast<double>(world.count()) * rate_;
  return Time{kClockAtBeginning + Duration{static_cast<Duration::rep>(passed)}};
}

Duration HostClock::when(Time time) const {
  const auto passed = static_cast<double>((time.time_since_epoch() - kClockAtBeginning).count());
  const double world = std::ceil(std::max(passed, 0.0) / rate_);
  if (world > static_cast<double>(kLatest.count())) return kLatest;
  Duration result{static_cast<Duration::rep>(world)};
  while (at(result) < time) ++result;
  return result;
}

Life::Life(Origin origin)
    : origin_(std::move(origin)),
      random_(std::make_shared<Random>(origin_.seed)),
      loop_(std::make_shared<Loop>(origin_.engine, *this, [] { return kTurn; })),
      disk_loop_(std::make_shared<Loop>(origin_.engine, *this, origin_.disk_delay)),
      next_port_(origin_.first_port) {}

Life::~Life() = default;

Environment Life::environment() {
  if (!clock_source_) clock_source_ = std::make_shared<LifeClock>(weak_from_this());
  if (!tracer_) tracer_ = std::make_shared<LifeTracer>(weak_from_this());
  Environment environment{executor(), clock_source_, random_,
                          std::make_shared<LifeNetwork>(shared_from_this())};
  environment.tracer = tracer_;
  return environment;
}

void Life::end(bool power) {
  over_ = true;
  for (const auto& [number, stream] : std::exchange(streams, {})) stream->life_ended(power);
  datagram_ports.clear();
  listeners.clear();
  loop_->close();
  disk_loop_->close();
  engine().drop_all(*this);
  std::exchange(parked_, {}).clear();
  loop_->end_services();
  disk_loop_->end_services();
}

void Life::park(std::shared_ptr<void> waiter) {
  const void* const key = waiter.get();
  parked_[key] = std::move(waiter);
}

void Life::unpark(const void* waiter) {
  const auto gone = parked_.extract(waiter);
}

std::uint16_t Life::free_port() {
  constexpr std::uint16_t kFirst = 32'768;
  for (int tries = 0; tries < 32'768; ++tries) {
    next_port_ =
        next_port_ < kFirst || next_port_ == 0xffff ? kFirst : static_cast<std::uint16_t>(next_port_ + 1);
    const std::uint16_t port = next_port_;
    if (!datagram_ports.contains(port) && !listeners.contains(port)) return port;
  }
  return 0;
}

}  // namespace once::simulation
