// HELLOs from addresses that nobody has proved, as fast as a server answers them, beside the bare echo of datagrams of
// the same size; and what is left to a client that has a session while half as many come.
//
// Both servers are asked in the same way: so many datagrams are on the way, and every answer brings the next.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdio>
#include <functional>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <once/once.hpp>

#include "core/wire.hpp"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class UdpSocket {
 public:
  UdpSocket() : handle_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const timeval patience{0, 20'000};
    ::setsockopt(handle_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const sockaddr_in any = at(0);
    ::bind(handle_, reinterpret_cast<const sockaddr*>(&any), sizeof any);
  }
  ~UdpSocket() { ::close(handle_); }
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  static sockaddr_in at(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(handle_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  void send(const sockaddr_in& to, once::ByteView octets) const {
    ::sendto(handle_, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  ssize_t receive(once::MutableByteView room, sockaddr_in& from) const {
    socklen_t size = sizeof from;
    return ::recvfrom(handle_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  }

 private:
  int handle_;
};

/// HELLOs of ever new clients.
class Hellos {
 public:
  once::ByteView next() {
    ++hello_.nonce;
    ++hello_.instance.low;
    write(hello_, octets_);
    return octets_;
  }

 private:
  once::core::Hello hello_ = [] {
    once::core::Hello hello;
    hello.window_max = 64;
    hello.message_max = 1 << 20;
    hello.attempt = 1;
    return hello;
  }();
  std::vector<std::uint8_t> octets_;
};

/// Answers a second, with `in_flight` on the way; those that get lost are made up for.
double answered(std::uint16_t port, once::Duration time, int in_flight) {
  const UdpSocket socket;
  const sockaddr_in to = UdpSocket::at(port);
  Hellos hellos;
  std::array<std::uint8_t, 256> room{};
  sockaddr_in from{};
  std::size_t answers = 0;
  const auto begin = Clock::now();
  for (int i = 0; i < in_flight; ++i) socket.send(to, hellos.next());
  while (Clock::now() - begin < time) {
    if (socket.receive(room, from) > 0) {
      ++answers;
      socket.send(to, hellos.next());
    } else {
      for (int i = 0; i < in_flight; ++i) socket.send(to, hellos.next());
    }
  }
  return static_cast<double>(answers) / std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Sends so many a second, and looks at no answer.
void flood(std::uint16_t port, double rate, const std::atomic<bool>& stop) {
  const UdpSocket socket;
  const sockaddr_in to = UdpSocket::at(port);
  Hellos hellos;
  const auto begin = Clock::now();
  for (double sent = 0; !stop; std::this_thread::sleep_for(1ms)) {
    const double due = rate * std::chrono::duration<double>(Clock::now() - begin).count();
    for (; sent < due && !stop; ++sent) socket.send(to, hellos.next());
  }
}

class Echo {
 public:
  ~Echo() {
    stop_ = true;
    thread_.join();
  }
  std::uint16_t port() const { return socket_.port(); }

 private:
  void run() const {
    std::array<std::uint8_t, 256> room{};
    sockaddr_in from{};
    while (!stop_) {
      const ssize_t size = socket_.receive(room, from);
      if (size > 0) socket_.send(from, once::ByteView{room}.first(static_cast<std::size_t>(size)));
    }
  }
  UdpSocket socket_;
  std::atomic<bool> stop_{false};
  std::thread thread_{[this] { run(); }};
};

constexpr once::Operation kPing = [] {
  once::Operation operation;
  operation.interface_id = "IDL:flood/Object:1.0";
  operation.name = "ping";
  operation.id = 1;
  operation.semantics = once::Semantics::AtMostOnce;
  return operation;
}();

class Object final : public once::Servant {
 public:
  std::string_view interface_id() const noexcept override { return kPing.interface_id; }
  bool is_a(std::string_view id) const noexcept override { return id == kPing.interface_id; }
  const once::Operation* find_operation(std::uint32_t id) const noexcept override {
    return id == kPing.id ? &kPing : nullptr;
  }
  void dispatch(once::Request&, once::Responder respond) noexcept override {
    std::move(respond).value({}, false);
  }
};

class Place {
 public:
  Place() : server_(io_) {
    server_.activate("object", std::make_shared<Object>());
    server_.listen("udp://127.0.0.1:0");
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~Place() {
    io_.stop();
    thread_.join();
  }
  once::Server& server() { return server_; }
  std::uint16_t port() const { return server_.endpoints().front().port; }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  once::Server server_;
  std::thread thread_;
};

/// Calls a second that succeed, of one client, one at a time.
double goodput(const once::ChannelPointer& channel, const once::ObjectRef& target, once::Duration time) {
  std::size_t calls = 0;
  const auto begin = Clock::now();
  while (Clock::now() - begin < time) {
    once::OutgoingCall call;
    call.operation = &kPing;
    call.target = &target;
    const once::RawOutcome outcome = channel->call(std::move(call));
    calls += outcome.kind == once::OutcomeKind::Executed && !outcome.code ? 1 : 0;
  }
  return static_cast<double>(calls) / std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 1;
  int rounds = 5;
  int in_flight = 64;
  CLI::App options{"What a flood of HELLOs costs"};
  options.add_option("--seconds", seconds, "of each measurement");
  options.add_option("--rounds", rounds, "of which the medians are shown");
  options.add_option("--in-flight", in_flight, "datagrams on the way");
  CLI11_PARSE(options, argc, argv);
  const auto time = std::chrono::duration_cast<once::Duration>(std::chrono::duration<double>{seconds});

  Place place;
  const Echo echo;
  asio::io_context io;
  once::Client client{io};
  const once::ObjectRef target = place.server().reference_to("object");
  const auto channel = client.channel_to(target);
  const auto under_flood = [&](std::uint16_t port, double rate) {
    std::atomic<bool> stop{false};
    std::thread flooding{[&] { flood(port, rate, stop); }};
    const double calls = goodput(channel, target, time);
    stop = true;
    flooding.join();
    return calls;
  };
  std::vector<double> hellos, echoes, ratios, alone, elsewhere, beside, shares, of_alone;
  for (int i = 0; i < rounds; ++i) {
    echoes.push_back(answered(echo.port(), time, in_flight));
    hellos.push_back(answered(place.port(), time, in_flight));
    ratios.push_back(hellos.back() / echoes.back());
    alone.push_back(goodput(channel, target, time));
    elsewhere.push_back(under_flood(echo.port(), hellos.back() / 2));
    beside.push_back(under_flood(place.port(), hellos.back() / 2));
    shares.push_back(beside.back() / elsewhere.back());
    of_alone.push_back(beside.back() / alone.back());
  }
  std::printf("%-48s %10.0f /s\n", "datagrams echoed by a bare socket", median(echoes));
  std::printf("%-48s %10.0f /s  %.2f of that\n", "HELLOs answered", median(hellos), median(ratios));
  std::printf("%-48s %10.0f /s\n", "calls of a client with a session", median(alone));
  std::printf("%-48s %10.0f /s\n", "while half as many HELLOs go to the bare socket", median(elsewhere));
  std::printf("%-48s %10.0f /s  %.2f of that, %.2f of those alone\n", "while they come to the server",
              median(beside), median(shares), median(of_alone));
  std::printf("%-48s %10llu\n", "sessions that the flood has made",
              static_cast<unsigned long long>(place.server().statistics().sessions - 1));
  return place.server().statistics().sessions == 1 ? 0 : 1;
}
