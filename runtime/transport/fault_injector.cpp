// The injector itself: a network whose sockets are wrapped.
#include <once/rpc/fault_injector.hpp>

#include "transport/fault_sockets.hpp"

namespace once {

Faults::Cut FaultInjector::State::next_cut() {
  const std::lock_guard lock{mutex_};
  if (!active_.load(std::memory_order_relaxed) || cuts_taken_ >= faults_.cuts.size()) return {};
  return faults_.cuts[cuts_taken_++];
}

FaultInjector::FaultInjector(const Environment& environment, Faults faults)
    : state_(std::make_shared<State>(environment, std::move(faults))) {}

FaultInjector::~FaultInjector() = default;

void FaultInjector::stop() {
  state_->stop();
}

FaultCounters FaultInjector::counters() const {
  return state_->counters();
}

Result<std::vector<Address>> FaultInjector::resolve(const std::string& host, std::uint16_t port) {
  return state_->environment().network->resolve(host, port);
}

Result<std::unique_ptr<DatagramSocket>> FaultInjector::bind_datagram(asio::any_io_executor executor,
                                                                     const Address& local, bool shared) {
  auto socket = state_->environment().network->bind_datagram(executor, local, shared);
  if (!socket) return socket;
  return transport::make_faulty(state_, std::move(executor), std::move(*socket));
}

Result<std::unique_ptr<DatagramSocket>> FaultInjector::connect_datagram(asio::any_io_executor executor,
                                                                        const Address& peer) {
  auto socket = state_->environment().network->connect_datagram(executor, peer);
  if (!socket) return socket;
  return transport::make_faulty(state_, std::move(executor), std::move(*socket));
}

Result<std::unique_ptr<Listener>> FaultInjector::listen(asio::any_io_executor executor, const Address& local,
                                                        bool shared) {
  auto listener = state_->environment().network->listen(std::move(executor), local, shared);
  if (!listener) return listener;
  return transport::make_faulty(state_, std::move(*listener));
}

Result<std::unique_ptr<StreamSocket>> FaultInjector::connect_stream(asio::any_io_executor executor,
                                                                    const Address& peer) {
  auto socket = state_->environment().network->connect_stream(std::move(executor), peer);
  if (!socket) return socket;
  return transport::make_faulty(state_, std::move(*socket));
}

bool FaultInjector::can_block() const {
  return state_->environment().network->can_block();
}

}  // namespace once
