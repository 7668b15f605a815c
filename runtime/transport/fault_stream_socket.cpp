// A connection that is cut after a given or a random number of octets.
#include <algorithm>
#include <array>

#include "transport/fault_sockets.hpp"

namespace once::transport {
namespace {

std::error_code reset() {
  return std::make_error_code(std::errc::connection_reset);
}

class FaultyStreamSocket final : public StreamSocket {
 public:
  FaultyStreamSocket(FaultState state, std::unique_ptr<StreamSocket> inner, std::uint64_t number)
      : state_(std::move(state)),
        inner_(std::move(inner)),
        cut_at_(state_->next_cut()),
        out_dice_(state_->dice(number, 0)),
        in_dice_(state_->dice(number, 1)) {}

  Address local() const override { return inner_->local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    inner_->async_wait(event, std::move(handler));
  }
  void cancel_waits() override { inner_->cancel_waits(); }
  void leave_loop() override { inner_->leave_loop(); }
  bool wait(Interest interest, Duration timeout) override { return inner_->wait(interest, timeout); }
  Address peer() const override { return inner_->peer(); }
  std::error_code connected() override { return inner_->connected(); }
  void shutdown() override { inner_->shutdown(); }

  Result<std::size_t> send(std::span<const ByteView> pieces) override {
    if (cut_) return Unexpected{reset()};
    std::size_t size = 0;
    for (const ByteView piece : pieces) size += piece.size();
    draw(out_dice_, size, sent_, cut_at_.sent);
    if (sent_ + size < cut_at_.sent) {
      const auto taken = inner_->send(pieces);
      if (taken) sent_ += *taken;
      return taken;
    }
    // Exactly so many octets pass, then the connection ends.
    std::size_t left = static_cast<std::size_t>(cut_at_.sent - sent_);
    if (left == 0) {
      cut();
      return Unexpected{reset()};
    }
    std::array<ByteView, 64> front{};
    std::size_t used = 0;
    for (const ByteView piece : pieces.first(std::min(pieces.size(), front.size()))) {
      const std::size_t part = std::min(left, piece.size());
      if (part == 0) break;
      front[used++] = piece.first(part);
      left -= part;
    }
    const auto taken = inner_->send(std::span{front}.first(used));
    if (!taken) return taken;
    sent_ += *taken;
    if (sent_ == cut_at_.sent) cut();
    return taken;
  }

  Result<std::size_t> receive(MutableByteView into, Duration patience) override {
    if (cut_) return Unexpected{reset()};
    if (received_ == cut_at_.received) {
      cut();
      return Unexpected{reset()};
    }
    const auto room = std::min<std::uint64_t>(into.size(), cut_at_.received - received_);
    const auto count = inner_->receive(into.first(static_cast<std::size_t>(room)), patience);
    if (!count || *count == 0) return count;
    std::uint64_t limit = cut_at_.received;
    draw(in_dice_, *count, received_, limit);
    const auto kept = static_cast<std::size_t>(std::min<std::uint64_t>(*count, limit - received_));
    received_ += kept;
    if (received_ == limit) cut();
    if (kept == 0) return Unexpected{reset()};
    return kept;
  }

  std::unique_ptr<StreamSocket> move_to(asio::any_io_executor executor) override {
    inner_ = inner_->move_to(std::move(executor));
    auto moved = std::unique_ptr<FaultyStreamSocket>{new FaultyStreamSocket{*this}};
    return moved;
  }

 private:
  FaultyStreamSocket(FaultyStreamSocket& other)
      : state_(other.state_),
        inner_(std::move(other.inner_)),
        cut_at_(other.cut_at_),
        out_dice_(other.out_dice_),
        in_dice_(other.in_dice_),
        sent_(other.sent_),
        received_(other.received_),
        cut_(other.cut_.load()) {}

  /// Perhaps moves the cut to somewhere inside the next `size` octets.
  void draw(FaultDice& dice, std::size_t size, std::uint64_t passed, std::uint64_t& limit) {
    const bool strikes = dice.chance(state_->plan().cut);
    const std::uint64_t where = dice.between(0, size - 1);
    if (strikes) limit = std::min(limit, passed + where);
  }
  void cut() {
    if (cut_.exchange(true)) return;
    state_->count([](FaultCounters& counters) { ++counters.connections_cut; });
    inner_->shutdown();
  }

  FaultState state_;
  std::unique_ptr<StreamSocket> inner_;
  Faults::Cut cut_at_;
  FaultDice out_dice_, in_dice_;
  std::uint64_t sent_ = 0, received_ = 0;
  std::atomic<bool> cut_{false};  // one thread sends while another receives
};

class FaultyListener final : public Listener {
 public:
  FaultyListener(FaultState state, std::unique_ptr<Listener> inner)
      : state_(std::move(state)), inner_(std::move(inner)) {}

  Address local() const override { return inner_->local(); }
  void async_wait(Event event, std::weak_ptr<EventHandler> handler) override {
    inner_->async_wait(event, std::move(handler));
  }
  void cancel_waits() override { inner_->cancel_waits(); }
  bool wait(Interest interest, Duration timeout) override { return inner_->wait(interest, timeout); }
  Result<std::unique_ptr<StreamSocket>> accept() override {
    auto accepted = inner_->accept();
    if (!accepted) return accepted;
    return make_faulty(state_, std::move(*accepted));
  }

 private:
  FaultState state_;
  std::unique_ptr<Listener> inner_;
};

}  // namespace

std::unique_ptr<StreamSocket> make_faulty(FaultState state, std::unique_ptr<StreamSocket> inner) {
  const std::uint64_t number = state->next_socket();
  state->count([](FaultCounters& counters) { ++counters.connections; });
  return std::make_unique<FaultyStreamSocket>(std::move(state), std::move(inner), number);
}

std::unique_ptr<Listener> make_faulty(FaultState state, std::unique_ptr<Listener> inner) {
  return std::make_unique<FaultyListener>(std::move(state), std::move(inner));
}

}  // namespace once::transport
