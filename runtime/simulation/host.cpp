// A host and its lives.
#include <stdexcept>
#include <utility>

#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include "simulation/world_state.hpp"

namespace once::simulation {
namespace {

/// A coroutine that waits for a time, for the end of its life, or to be cancelled.
template <class Handler>
class Sleep final : public std::enable_shared_from_this<Sleep<Handler>> {
 public:
  Sleep(std::shared_ptr<Life> life, Handler handler) : life_(std::move(life)), handler_(std::move(handler)) {}

  void begin(Time until) {
    auto slot = asio::get_associated_cancellation_slot(*handler_);
    if (slot.is_connected()) {
      slot.assign([weak = this->weak_from_this()](asio::cancellation_type) {
        if (const auto self = weak.lock()) self->end(asio::error::operation_aborted);
      });
    }
    if (until == kNever) {
      life_->park(this->shared_from_this());
    } else {
      planned_ = life_->engine().plan(life_->clock().when(until), Task{[self = this->shared_from_this()] {
                                        self->planned_ = {};
                                        self->end({});
                                      }},
                                      life_.get());
    }
  }

 private:
  void end(const std::error_code& error) {
    const auto self = this->shared_from_this();
    if (planned_.number != 0) life_->engine().drop(planned_);
    life_->unpark(this);
    if (!handler_) return;
    Handler handler = std::move(*handler_);
    handler_.reset();
    asio::get_associated_cancellation_slot(handler).clear();
    const auto executor = asio::get_associated_executor(handler, life_->executor());
    asio::post(executor, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
  }

  const std::shared_ptr<Life> life_;
  std::optional<Handler> handler_;
  Engine::Key planned_;
};

asio::awaitable<void> wait_until(std::shared_ptr<Life> life, Time until) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::error_code)>(
      [life = std::move(life), until](auto handler) {
        using Handler = decltype(handler);
        std::make_shared<Sleep<Handler>>(life, std::move(handler))->begin(until);
      },
      asio::use_awaitable);
}

std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

}  // namespace

// --- What users see

Host::Host(std::unique_ptr<State> state) : state_(std::move(state)) {}
Host::~Host() = default;

const std::string& Host::name() const {
  return state_->name();
}
Host::operator Environment() const {
  return state_->life().environment();
}
asio::any_io_executor Host::executor() const {
  return state_->life().executor();
}
Time Host::now() const {
  return state_->life().now();
}
asio::awaitable<void> Host::sleep(Duration time) {
  return wait_until(state_->life().shared_from_this(), now() + time);
}
asio::awaitable<void> Host::until_crash() {
  return wait_until(state_->life().shared_from_this(), kNever);
}
Random& Host::random() {
  return state_->life().random();
}
Disk Host::disk(std::string file) {
  return Disk{*this, std::move(file)};
}
unsigned Host::life() const {
  return state_->lives();
}
bool Host::is_up() const {
  return state_->is_up();
}
void Host::crash() {
  state_->want_crash(false);
}

// --- Its lives

Host::State::State(World::State& world, std::string name, Main main, std::uint64_t seed)
    : world_(world),
      name_(std::move(name)),
      main_(std::move(main)),
      address_(world.fabric()->add(name_)),
      random_(seed),
      clock_(1 + world.fabric()->faults().clock_error * (2 * random_.unit() - 1)) {}

Life& Host::State::life() const {
  if (!life_) throw std::logic_error{"once::simulation: the host " + name_ + " is down"};
  return *life_;
}

void Host::State::start(Host& host) {
  ++lives_;
  ended_ = crash_wanted_ = power_wanted_ = false;
  life_ = std::make_shared<Life>(Life::Origin{world_.shared_engine(), world_.fabric(), name_, address_,
                                              clock_, [this] { return disk_delay(); }, lives_, random_.next(),
                                              next_port_});
  world_.fabric()->starts(life_);
  world_.engine().note(name_, lives_ == 1 ? "starts" : "starts again");
  if (disk_) {
    disk_->on_power_failure([life = std::weak_ptr{life_}] {
      if (const auto silenced = life.lock()) silenced->fall_silent();
    });
  }
  asio::co_spawn(life_->executor(), main_(host), [this, number = lives_](const std::exception_ptr& thrown) {
    if (number == lives_) ended_ = true;
    if (thrown) world_.engine().fail("main", "main of the host " + name_ + " has thrown: " + text_of(thrown));
  });
}

void Host::State::end(bool power) {
  world_.engine().note(name_, TraceStep::Crashed, power ? "loses its power" : "crashes");
  world_.fabric()->ends(*life_);
  if (disk_) disk_->cut_off();
  const auto life = std::exchange(life_, nullptr);
  next_port_ = life->next_port();
  life->end(power);
  if (disk_) disk_->restart(power ? SimulatedDisk::Loss::Unsynced : SimulatedDisk::Loss::None);
  reads_.clear();
  crash_wanted_ = power_wanted_ = false;
}

Duration Host::State::disk_delay() {
  const Faults& faults = world_.fabric()->faults();
  if (disk_ && world_.chance().chance(faults.failed_syncs)) disk_->fail_sync(1);
  return world_.chance().log_between(std::chrono::microseconds{1}, faults.disk_max);
}

void Host::State::want_crash(bool power) {
  if (!life_) return;
  crash_wanted_ = true;
  power_wanted_ = power_wanted_ || power;
}

void Host::State::arm_power_failure() {
  constexpr std::uint64_t kWritesOfATransaction = 40;
  if (disk_)
    disk_->fail_power_at(disk_->writes() + world_.chance().between<std::uint64_t>(1, kWritesOfATransaction));
}

}  // namespace once::simulation
