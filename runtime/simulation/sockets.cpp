#include "simulation/sockets.hpp"

#include <utility>

#include <asio/post.hpp>

#include "simulation/fabric.hpp"
#include "simulation/life.hpp"

namespace once::simulation {
namespace {

/// Of datagrams that wait to be read; more are lost, as in a socket's buffer.
constexpr std::size_t kArrivedMax = 256;
/// Of connections that wait to be accepted.
constexpr std::size_t kBacklog = 128;

}  // namespace

// --- Waits

void Waits::wait(Event event, std::weak_ptr<EventHandler> handler, bool is_ready) {
  Wait& wait = waits_.at(static_cast<std::size_t>(event));
  wait.handler = std::move(handler);
  wait.waits = true;
  if (is_ready) post(event);
}

void Waits::ready(Event event) {
  if (waits_.at(static_cast<std::size_t>(event)).waits) post(event);
}

void Waits::cancel() {
  for (Wait& wait : waits_) {
    wait.waits = wait.posted = false;
    ++wait.number;
  }
}

void Waits::post(Event event) {
  Wait& posted = waits_.at(static_cast<std::size_t>(event));
  if (std::exchange(posted.posted, true)) return;
  asio::post(executor_, [weak = weak_from_this(), event, number = posted.number] {
    const auto self = weak.lock();
    if (!self) return;
    Wait& wait = self->waits_.at(static_cast<std::size_t>(event));
    if (wait.number != number || !wait.waits) return;
    wait.waits = wait.posted = false;
    ++wait.number;
    if (const auto handler = std::exchange(wait.handler, {}).lock()) handler->on_event(event);
  });
}

// --- Datagrams

DatagramEnd::DatagramEnd(std::shared_ptr<Life> life, const Address& local, std::optional<Address> peer)
    : life_(std::move(life)), local_(local), peer_(peer) {
  life_->datagram_ports[local_.port] = this;
}

DatagramEnd::~DatagramEnd() {
  if (!life_->is_over()) life_->datagram_ports.erase(local_.port);
}

std::error_code DatagramEnd::send(const Address& to, std::span<const ByteView> pieces) {
  if (life_->is_over()) return std::make_error_code(std::errc::network_down);
  if (std::exchange(refused_, false)) return std::make_error_code(std::errc::connection_refused);
  Bytes octets;
  for (const ByteView piece : pieces) octets.insert(octets.end(), piece.begin(), piece.end());
  return life_->fabric().send(*life_, local_, peer_.value_or(to), Slice::copy_of(octets));
}

std::error_code DatagramEnd::receive(Address& from, Slice& datagram) {
  if (std::exchange(refused_, false)) return std::make_error_code(std::errc::connection_refused);
  if (arrived_.empty()) return std::make_error_code(std::errc::operation_would_block);
  from = arrived_.front().first;
  datagram = std::move(arrived_.front().second);
  arrived_.pop_front();
  return {};
}

void DatagramEnd::arrive(const Address& from, const Slice& octets) {
  if ((peer_ && from != *peer_) || arrived_.size() == kArrivedMax) return;
  arrived_.emplace_back(from, octets);
  if (waits) waits->ready(Event::Readable);
}

void DatagramEnd::refused(const Address& by) {
  if (!peer_ || by != *peer_) return;
  refused_ = true;
  if (waits) waits->ready(Event::Readable);
}

// --- Listeners

ListenerEnd::ListenerEnd(std::shared_ptr<Life> life, const Address& local)
    : life_(std::move(life)), local_(local) {
  life_->listeners[local_.port] = this;
}

ListenerEnd::~ListenerEnd() {
  if (!life_->is_over()) life_->listeners.erase(local_.port);
}

bool ListenerEnd::offer(std::shared_ptr<StreamEnd> end) {
  if (waiting_.size() == kBacklog) return false;
  waiting_.push_back(std::move(end));
  if (waits) waits->ready(Event::Readable);
  return true;
}

std::shared_ptr<StreamEnd> ListenerEnd::accept() {
  if (waiting_.empty()) return nullptr;
  auto end = std::move(waiting_.front());
  waiting_.pop_front();
  return end;
}

}  // namespace once::simulation
