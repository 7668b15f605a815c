#include "datagram_proxy.hpp"

#include <utility>

#include <asio/buffer.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/steady_timer.hpp>

namespace crash {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLargestDatagram = 65'536;
constexpr auto kForgetsAfter = 5s;

/// Not the server's own address, whose port must be free when the next server starts.
asio::ip::udp::endpoint back_address() {
  return {asio::ip::make_address_v4("127.0.0.2"), 0};
}

}  // namespace

DatagramProxy::Back::Back(asio::io_context& io) : socket(io, back_address()), buffer(kLargestDatagram) {}

DatagramProxy::DatagramProxy(asio::io_context& io, Sky& sky, const Protocol::endpoint& local,
                             Protocol::endpoint server)
    : io_(io), sky_(sky), server_(std::move(server)), front_(io, local), buffer_(kLargestDatagram) {
  read_front();
}

void DatagramProxy::read_front() {
  front_.async_receive_from(asio::buffer(buffer_), from_, [this](std::error_code error, std::size_t size) {
    if (!error) {
      const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(size);
      pass({buffer_.begin(), end},
           [this, client = from_](const Octets& datagram) { send_to_server(client, datagram); });
    }
    read_front();
  });
}

/// Until the socket is closed.
void DatagramProxy::read_back(const Protocol::endpoint& client, const std::shared_ptr<Back>& back) {
  back->socket.async_receive_from(
      asio::buffer(back->buffer), back->from, [this, client, back](std::error_code error, std::size_t size) {
        if (!back->socket.is_open()) return;
        if (!error) {
          const auto end = back->buffer.begin() + static_cast<std::ptrdiff_t>(size);
          pass({back->buffer.begin(), end}, [this, client](const Octets& datagram) {
            std::error_code lost;
            front_.send_to(asio::buffer(datagram), client, 0, lost);
          });
        }
        read_back(client, back);
      });
}

void DatagramProxy::pass(Octets datagram, const std::function<void(const Octets&)>& send) {
  if (sky_.happens(sky_.weather.loss, "lost")) return;
  if (sky_.happens(sky_.weather.copy, "copied")) {
    send_later(datagram, sky_.draw(sky_.weather.copy_max), send);
  }
  if (sky_.happens(sky_.weather.damage, "damaged")) damage(datagram);
  ++sky_.counts["through"];
  if (sky_.happens(sky_.weather.delay, "delayed")) {
    send_later(std::move(datagram), sky_.draw(sky_.weather.delay_max), send);
  } else {
    send(datagram);
  }
}

void DatagramProxy::damage(Octets& datagram) {
  constexpr std::uint64_t kBits = 8;
  if (datagram.empty()) return;
  const auto place = static_cast<std::size_t>(sky_.draw(datagram.size() - 1));
  switch (sky_.draw(3)) {
    case 0: datagram.resize(place); break;
    case 1: datagram.resize(datagram.size() + place); break;
    default: datagram[place] ^= static_cast<std::uint8_t>(1U << sky_.draw(kBits - 1)); break;
  }
}

void DatagramProxy::send_later(Octets datagram, std::chrono::microseconds delay,
                               const std::function<void(const Octets&)>& send) {
  const auto timer = std::make_shared<asio::steady_timer>(io_, delay);
  timer->async_wait([timer, datagram = std::move(datagram), send](std::error_code) { send(datagram); });
}

void DatagramProxy::send_to_server(const Protocol::endpoint& client, const Octets& datagram) {
  auto found = backs_.find(client);
  if (found != backs_.end() && sky_.happens(sky_.weather.rebind, "rebound")) {
    found->second->socket.close();  // what is on the way to it is lost
    backs_.erase(found);
    found = backs_.end();
  }
  const std::shared_ptr<Back> back = found == backs_.end() ? open_back(client) : found->second;
  back->used = Clock::now();
  std::error_code lost;  // the server may be gone
  back->socket.send_to(asio::buffer(datagram), server_, 0, lost);
}

std::shared_ptr<DatagramProxy::Back> DatagramProxy::open_back(const Protocol::endpoint& client) {
  close_unused();
  const auto back = std::make_shared<Back>(io_);
  backs_[client] = back;
  read_back(client, back);
  return back;
}

void DatagramProxy::close_unused() {
  const Clock::time_point time = Clock::now();
  std::erase_if(backs_, [time](const auto& entry) {
    const bool unused = time - entry.second->used > kForgetsAfter;
    if (unused) entry.second->socket.close();
    return unused;
  });
}

}  // namespace crash
