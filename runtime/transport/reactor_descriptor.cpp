#include "transport/reactor_descriptor.hpp"

#include <system_error>
#include <utility>

#include <asio/detail/reactor_op.hpp>
#include <asio/dispatch.hpp>
#include <asio/execution/context.hpp>
#include <asio/io_context.hpp>

namespace once::transport {
namespace {

asio::detail::reactor& reactor_of(const asio::any_io_executor& executor) {
  asio::execution_context& context = asio::query(executor, asio::execution::context);
  return asio::use_service<asio::detail::reactor>(context);
}

}  // namespace

/// Used again for the next wait, unless it is abandoned while the reactor has it: then it ends itself.
class ReactorDescriptor::Wait final : public asio::detail::reactor_op {
 public:
  Wait(const asio::any_io_executor& executor, std::atomic<bool>& told_readable)
      : reactor_op({}, &Wait::be_ready, &Wait::complete),
        executor_(executor),
        told_readable_(told_readable),
        runs_in_place_(executor.target<asio::io_context::executor_type>() != nullptr) {
    cancellation_key_ = this;
  }

  void begin(Event event, std::weak_ptr<EventHandler> handler) {
    event_ = event;
    handler_ = std::move(handler);
    ec_ = {};
    state_.store(State::Waiting, std::memory_order_relaxed);  // the reactor's lock makes it known
  }
  bool is_under_way() const { return state_.load(std::memory_order_acquire) == State::Waiting; }
  void abandon() {
    if (state_.exchange(State::Abandoned, std::memory_order_acq_rel) == State::Idle) delete this;
  }

 private:
  enum class State : std::uint8_t { Idle, Waiting, Abandoned };

  ~Wait() = default;

  /// There is nothing to do but to call the handler. "Exhausted": another wait ends by another change.
  static status be_ready(reactor_op* base) {
    const auto* const self = static_cast<Wait*>(base);
    if (self->event_ == Event::Readable) self->told_readable_.store(true);
    return done_and_exhausted;
  }

  static void complete(void* scheduler, asio::detail::operation* base, const std::error_code&, std::size_t) {
    auto* const self = static_cast<Wait*>(base);
    const bool ready = scheduler != nullptr && !self->ec_;
    const Event event = self->event_;
    std::weak_ptr<EventHandler> handler = std::move(self->handler_);
    asio::any_io_executor elsewhere;
    if (!self->runs_in_place_) elsewhere = self->executor_;
    if (self->state_.exchange(State::Idle, std::memory_order_acq_rel) == State::Abandoned) {
      delete self;
      return;
    }
    // From here on it may be waiting again, or gone.
    if (!ready) return;
    const auto call = [event, handler = std::move(handler)] {
      if (const auto alive = handler.lock()) alive->on_event(event);
    };
    if (elsewhere) {
      asio::dispatch(elsewhere, call);
    } else {
      call();
    }
  }

  const asio::any_io_executor executor_;
  std::atomic<bool>& told_readable_;  // there while the reactor has this
  const bool runs_in_place_;
  Event event_ = Event::Readable;
  std::weak_ptr<EventHandler> handler_;
  std::atomic<State> state_ = State::Idle;
};

ReactorDescriptor::ReactorDescriptor(asio::any_io_executor executor, int fd, std::atomic<bool>& told_readable)
    : executor_(std::move(executor)),
      fd_(fd),
      told_readable_(told_readable),
      reactor_(reactor_of(executor_)) {
  reactor_.init_task();
  if (const int error = reactor_.register_descriptor(fd_, registration_); error != 0) {
    reactor_.cleanup_descriptor_data(registration_);
    throw std::system_error{error, std::generic_category(), "waiting for a socket"};
  }
}

ReactorDescriptor::~ReactorDescriptor() {
  abandon_waits();
  reactor_.deregister_descriptor(fd_, registration_, false);
  reactor_.cleanup_descriptor_data(registration_);
}

void ReactorDescriptor::async_wait(Event event, std::weak_ptr<EventHandler> handler, bool for_change) {
  const bool writable = event == Event::Writable;
  Wait*& wait = waits_[writable ? 1 : 0];
  const int kind = writable ? asio::detail::reactor::write_op : asio::detail::reactor::read_op;
  if (wait != nullptr && wait->is_under_way()) {
    reactor_.cancel_ops_by_key(fd_, registration_, kind, wait);
    std::exchange(wait, nullptr)->abandon();
  }
  if (wait == nullptr) wait = new Wait{executor_, told_readable_};
  wait->begin(event, std::move(handler));
  reactor_.start_op(kind, fd_, registration_, wait, false, for_change);
}

void ReactorDescriptor::cancel() {
  abandon_waits();
  reactor_.cancel_ops(fd_, registration_);
}

void ReactorDescriptor::abandon_waits() {
  for (Wait*& wait : waits_) {
    if (wait != nullptr) std::exchange(wait, nullptr)->abandon();
  }
}

}  // namespace once::transport
