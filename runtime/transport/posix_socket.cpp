#include "transport/posix_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

#include <asio/post.hpp>

namespace once::transport {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

SystemAddress::SystemAddress(const Address& address) {
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.octets.data() + 12, 4);
    std::memcpy(&storage, &v4, sizeof v4);
    size = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&v6.sin6_addr, address.octets.data(), 16);
    std::memcpy(&storage, &v6, sizeof v6);
    size = sizeof v6;
  }
}

Address SystemAddress::address() const {
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof v4);
    std::array<std::uint8_t, 4> octets{};
    std::memcpy(octets.data(), &v4.sin_addr, 4);
    return Address::v4(octets, ntohs(v4.sin_port));
  }
  sockaddr_in6 v6{};
  std::memcpy(&v6, &storage, sizeof v6);
  Address address;
  std::memcpy(address.octets.data(), &v6.sin6_addr, 16);
  address.port = ntohs(v6.sin6_port);
  return address;
}

std::error_code would_block() {
  return std::make_error_code(std::errc::operation_would_block);
}

std::error_code last_error() {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return would_block();
  return {errno, std::generic_category()};
}

Descriptor PosixWaits::release() {
  leave_loop();
  return std::move(descriptor_);
}

Address PosixWaits::local() const {
  SystemAddress address;
  if (::getsockname(fd(), address.data(), &address.size) != 0) return {};
  return address.address();
}

void PosixWaits::async_wait(Event event, std::weak_ptr<EventHandler> handler, bool is_empty) {
  if (!reactor_) reactor_.emplace(executor_, fd(), told_readable_);
  const bool for_change = event == Event::Readable && is_empty && !told_readable_.load();
  reactor_->async_wait(event, std::move(handler), for_change);
}

void PosixWaits::post(Event event, std::weak_ptr<EventHandler> handler) {
  if (posted_ == nullptr) posted_ = std::make_shared<int>();
  asio::post(executor_, [event, handler = std::move(handler), posted = std::weak_ptr{posted_}] {
    if (posted.expired()) return;  // cancelled
    if (const auto alive = handler.lock()) alive->on_event(event);
  });
}

void PosixWaits::cancel() {
  if (reactor_) reactor_->cancel();
  posted_.reset();
}

bool PosixWaits::wait(Interest interest, Duration timeout) const {
  const int events = (interest.readable ? POLLIN : 0) | (interest.writable ? POLLOUT : 0);
  pollfd entry{fd(), static_cast<short>(events), 0};
  const auto whole = std::max(timeout, Duration{0});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(whole);
  const timespec limit{static_cast<time_t>(seconds.count()), static_cast<long>((whole - seconds).count())};
  // An interrupted wait is reported as "not ready": the caller looks at its clock and waits again.
  return ::ppoll(&entry, 1, &limit, nullptr) > 0;
}

bool PosixWaits::set_patience(Duration patience) {
  if (patience == patience_) return true;
  // Rounded up: a limit of zero is none.
  const bool endless = patience == Duration::max();
  const auto micros = endless ? 0 : std::chrono::ceil<std::chrono::microseconds>(patience).count();
  const timeval limit{static_cast<time_t>(micros / 1'000'000), static_cast<suseconds_t>(micros % 1'000'000)};
  if (::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) return false;
  patience_ = patience;
  return true;
}

}  // namespace once::transport
