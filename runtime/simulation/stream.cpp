// Connections: how they are made, what travels on them, and how they break.
#include <algorithm>
#include <utility>

#include "simulation/fabric.hpp"
#include "simulation/life.hpp"
#include "simulation/sockets.hpp"

namespace once::simulation {
namespace {

using namespace std::chrono_literals;

/// Of octets that are under way, or wait to be read.
constexpr std::size_t kWindow = std::size_t{64} << 10U;
/// What TCP does: it tries again, with longer and longer pauses, and gives up at last.
constexpr Duration kConnectAgain = 1s;
constexpr Duration kConnectFor = 60s;
constexpr Duration kSendAgain = 200ms;
constexpr Duration kSendAgainMax = 2s;
constexpr Duration kSendFor = 30s;
constexpr std::size_t kSmallPiece = 16;

Unexpected<std::error_code> error_of(std::errc code) {
  return Unexpected{std::make_error_code(code)};
}

}  // namespace

StreamEnd::StreamEnd(std::shared_ptr<Life> life, const Address& local, const Address& peer)
    : life_(std::move(life)), number_(++life_->streams_made), local_(local), peer_(peer) {
  life_->streams[number_] = this;
}

StreamEnd::~StreamEnd() {
  life_->streams.erase(number_);
}

// --- Making one

void StreamEnd::connect() {
  attempt(kConnectAgain, life_->engine().now() + kConnectFor);
}

/// The first packet goes to the peer, and its answer comes back.
void StreamEnd::attempt(Duration pause, Duration given_up_at) {
  Fabric& fabric = life_->fabric();
  Engine& engine = life_->engine();
  engine.plan(engine.now() + fabric.delay(local_, peer_), Task{[weak = weak_from_this(), pause, given_up_at] {
                const auto self = weak.lock();
                if (!self || self->life_->is_over()) return;
                Fabric& network = self->life_->fabric();
                Engine& time = self->life_->engine();
                const auto server = network.life_at(self->peer_);
                const bool lost = !server || network.is_parted(self->local_, self->peer_) ||
                                  network.is_parted(self->peer_, self->local_) ||
                                  network.random().chance(network.faults().loss);
                if (!lost) {
                  if (network.random().chance(network.faults().refusals) || !self->accepted_by(server)) {
                    ++time.summary.refused;
                    self->fail_later(std::errc::connection_refused);
                  }
                } else if (time.now() + pause > given_up_at) {
                  self->fail(std::errc::timed_out);
                } else {
                  time.plan(time.now() + pause, Task{[weak, pause, given_up_at] {
                              if (const auto again = weak.lock()) again->attempt(pause * 2, given_up_at);
                            }});
                }
              }});
}

bool StreamEnd::accepted_by(const std::shared_ptr<Life>& server) {
  const auto listener = server->listeners.find(peer_.port);
  if (listener == server->listeners.end()) return false;
  const auto end = std::make_shared<StreamEnd>(server, peer_, local_);
  end->phase_ = Phase::Open;
  end->other_ = weak_from_this();
  if (!listener->second->offer(end)) return false;
  other_ = end;
  Engine& engine = life_->engine();
  ++engine.summary.connections;
  engine.plan(engine.now() + life_->fabric().delay(peer_, local_), Task{[weak = weak_from_this()] {
                const auto self = weak.lock();
                if (!self || self->phase_ != Phase::Connecting) return;
                self->phase_ = Phase::Open;
                if (self->waits) self->waits->ready(Event::Writable);
              }});
  return true;
}

std::error_code StreamEnd::connected() const {
  if (phase_ == Phase::Connecting) return std::make_error_code(std::errc::operation_would_block);
  return phase_ == Phase::Open ? std::error_code{} : std::make_error_code(error_);
}

// --- What the runtime does with it

bool StreamEnd::is_readable() const {
  return read_ < arrived_.size() || at_end_ || shut_down_ || phase_ == Phase::Failed;
}

bool StreamEnd::is_writable() const {
  return phase_ == Phase::Failed || shut_down_ || (phase_ == Phase::Open && octets_under_way_ < kWindow);
}

Result<std::size_t> StreamEnd::send(std::span<const ByteView> pieces) {
  if (life_->is_over()) return error_of(std::errc::network_down);
  if (phase_ == Phase::Failed) return error_of(error_);
  if (shut_down_) return error_of(std::errc::broken_pipe);
  if (phase_ == Phase::Connecting || octets_under_way_ >= kWindow) {
    return error_of(std::errc::operation_would_block);
  }
  Fabric& fabric = life_->fabric();
  Random& random = fabric.random();
  std::size_t room = kWindow - octets_under_way_;
  if (random.chance(fabric.faults().small_pieces))
    room = random.between<std::size_t>(1, std::min(room, kSmallPiece));
  Piece piece;
  for (const ByteView part : pieces) {
    const std::size_t count = std::min(room - piece.octets.size(), part.size());
    piece.octets.insert(piece.octets.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(count));
  }
  const std::size_t taken = piece.octets.size();
  if (random.chance(fabric.faults().cuts)) {
    piece.cut = true;
    piece.octets.resize(random.between<std::size_t>(0, taken));
    ++life_->engine().summary.cut;
    life_->engine().note(life_->host(), "connection to " + fabric.name(peer_) + " breaks after " +
                                            std::to_string(piece.octets.size()) + " octets of " +
                                            std::to_string(taken));
  }
  push(std::move(piece));
  return taken;
}

Result<std::size_t> StreamEnd::receive(MutableByteView into) {
  if (read_ < arrived_.size()) {
    std::size_t count = std::min(into.size(), arrived_.size() - read_);
    Random& random = life_->fabric().random();
    if (random.chance(life_->fabric().faults().small_pieces)) {
      count = random.between<std::size_t>(1, std::min(count, kSmallPiece));
    }
    std::copy_n(arrived_.begin() + static_cast<std::ptrdiff_t>(read_), count, into.begin());
    read_ += count;
    if (read_ == arrived_.size()) {
      arrived_.clear();
      read_ = 0;
    }
    return count;
  }
  if (phase_ == Phase::Failed) return error_of(error_);
  if (at_end_ || shut_down_) return std::size_t{0};
  return error_of(std::errc::operation_would_block);
}

void StreamEnd::shutdown() {
  if (std::exchange(shut_down_, true)) return;
  if (phase_ == Phase::Open && !life_->is_over()) push({.is_end = true});
  if (waits) {
    waits->ready(Event::Readable);
    waits->ready(Event::Writable);
  }
}

// --- What travels

void StreamEnd::push(Piece piece) {
  Engine& engine = life_->engine();
  piece.at = last_arrival_ = std::max(last_arrival_, engine.now() + life_->fabric().delay(local_, peer_));
  octets_under_way_ += piece.octets.size();
  under_way_.push_back(std::move(piece));
  if (under_way_.size() == 1) plan_delivery(under_way_.front().at);
}

/// The network keeps this end until what was sent has arrived, though its socket may be closed.
void StreamEnd::plan_delivery(Duration at) {
  life_->engine().plan(at, Task{[self = shared_from_this()] { self->deliver(); }});
}

void StreamEnd::deliver() {
  if (phase_ == Phase::Failed || under_way_.empty()) return;
  Fabric& fabric = life_->fabric();
  const auto other = other_.lock();
  const auto host = fabric.life_at(peer_);
  if (life_->is_over()) return;
  if (!host || fabric.is_parted(local_, peer_)) {
    retry();
    return;
  }
  if (!other || other->life_->is_over() || other->phase_ == Phase::Failed) {
    fail_later(std::errc::connection_reset);  // nobody knows of it there
    return;
  }
  pause_ = Duration{0};
  const Piece piece = std::move(under_way_.front());
  under_way_.pop_front();
  octets_under_way_ -= piece.octets.size();
  other->take(piece);
  if (piece.cut) {
    other->fail(std::errc::connection_reset);
    fail_later(std::errc::connection_reset);
    return;
  }
  if (waits) waits->ready(Event::Writable);
  if (!under_way_.empty()) plan_delivery(std::max(under_way_.front().at, life_->engine().now()));
}

void StreamEnd::retry() {
  const Duration now = life_->engine().now();
  if (pause_ == Duration{0}) {
    pause_ = kSendAgain;
    blocked_since_ = now;
  }
  if (now - blocked_since_ > kSendFor) {
    fail(std::errc::timed_out);
    return;
  }
  plan_delivery(now + pause_);
  pause_ = std::min(pause_ * 2, kSendAgainMax);
}

void StreamEnd::take(const Piece& piece) {
  arrived_.insert(arrived_.end(), piece.octets.begin(), piece.octets.end());
  at_end_ = at_end_ || piece.is_end;
  if (waits) waits->ready(Event::Readable);
}

void StreamEnd::fail(std::errc why) {
  if (phase_ == Phase::Failed) return;
  if (phase_ == Phase::Open && why != std::errc::timed_out) ++life_->engine().summary.resets;
  phase_ = Phase::Failed;
  error_ = why;
  if (waits) {
    waits->ready(Event::Readable);
    waits->ready(Event::Writable);
  }
}

void StreamEnd::fail_later(std::errc why) {
  Engine& engine = life_->engine();
  engine.plan(engine.now() + life_->fabric().delay(peer_, local_), Task{[weak = weak_from_this(), why] {
                if (const auto self = weak.lock()) self->fail(why);
              }});
}

/// A process that is killed has its connections reset by the system; a machine without power says nothing.
void StreamEnd::life_ended(bool power) {
  const auto other = other_.lock();
  if (power || !other || phase_ != Phase::Open) return;
  other->fail_later(std::errc::connection_reset);
}

}  // namespace once::simulation
