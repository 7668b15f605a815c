// The seam to the outside: sockets as the runtime sees them. The real network is POSIX sockets; a simulated
// host brings another, and a FaultInjector wraps either.
//
// Nothing here blocks unless a parameter says so. A socket is not for several threads at a time, with one
// exception that synchronous calls need: one thread may be inside wait() or a patient receive() while another
// one sends or starts an asynchronous wait.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <asio/any_io_executor.hpp>

#include <once/base/buffer.hpp>
#include <once/base/bytes.hpp>
#include <once/base/result.hpp>
#include <once/base/time.hpp>

namespace once {

/// An IP address with a port; IPv4 addresses are IPv4-mapped (::ffff:a.b.c.d).
struct Address {
  std::array<std::uint8_t, 16> octets{};
  std::uint16_t port = 0;
  auto operator<=>(const Address&) const = default;

  static Address v4(std::array<std::uint8_t, 4> octets, std::uint16_t port);
  bool is_v4() const;
  bool is_loopback() const;
  bool is_unspecified() const;
};

/// "127.0.0.1:7000", "[::1]:7000".
std::string to_string(const Address& address);
/// A numeric IPv4 or IPv6 address (without brackets); an error if `host` is a name.
Result<Address> parse_address(std::string_view host, std::uint16_t port);

enum class Event : std::uint8_t { Readable, Writable, Expired };

/// What a thread waits for.
struct Interest {
  bool readable = false;
  bool writable = false;
};

/// Whoever waits for sockets and timers. Called on the executor that the socket or timer was made with, under
/// no lock.
class EventHandler {
 public:
  virtual void on_event(Event event) = 0;

 protected:
  ~EventHandler() = default;
};

/// What all sockets have in common. Destroying one ends its waits.
class Socket {
 public:
  virtual ~Socket() = default;

  virtual Address local() const = 0;
  /// Calls the handler once, when the socket is readable or writable or broken, if the handler still lives.
  /// One wait for each of the two events at a time.
  virtual void async_wait(Event event, std::weak_ptr<EventHandler> handler) = 0;
  /// Waits that have not ended never will.
  virtual void cancel_waits() = 0;
  /// As cancel_waits(); and until the next wait begins, what comes does not wake the loop, and receive() can block, which
  /// it need not while asynchronous waits are on their way.
  virtual void leave_loop() { cancel_waits(); }
  /// Blocks the calling thread until the socket is ready or `timeout` is over; true if it is ready.
  virtual bool wait(Interest interest, Duration timeout) = 0;
};

/// Results of send and receive. Besides the operating system's codes: std::errc::operation_would_block if it
/// cannot be done now, message_size if a datagram is too large, connection_refused if an earlier datagram was
/// answered by ICMP: a hint, never a verdict.
class DatagramSocket : public Socket {
 public:
  /// One datagram made of `pieces`. A connected socket ignores `to`.
  virtual std::error_code send(const Address& to, std::span<const ByteView> pieces) = 0;
  /// The next datagram. May block the calling thread for about `patience`; 0: never. A socket may read ahead: for what
  /// it has then, a wait that began before does not end.
  virtual std::error_code receive(Address& from, Slice& datagram, Duration patience) = 0;
};

/// A connection; octets in order.
class StreamSocket : public Socket {
 public:
  virtual Address peer() const = 0;
  /// operation_would_block while the connection is being made, ok when it stands, else why it failed.
  virtual std::error_code connected() = 0;
  /// How many octets were taken, at least one.
  virtual Result<std::size_t> send(std::span<const ByteView> pieces) = 0;
  /// How many octets came; 0 at the end of the stream. May block for about `patience`; Duration::max(): until shutdown().
  virtual Result<std::size_t> receive(MutableByteView into, Duration patience) = 0;
  /// Ends both directions; whoever is inside wait() or receive() returns.
  virtual void shutdown() = 0;
  /// Continues on another executor: the waits of the old one end. Returns the socket to be used from now on.
  virtual std::unique_ptr<StreamSocket> move_to(asio::any_io_executor executor) = 0;
};

class Listener : public Socket {
 public:
  /// operation_would_block if nobody is waiting to be accepted.
  virtual Result<std::unique_ptr<StreamSocket>> accept() = 0;
};

/// Makes sockets. Safe from any thread.
class Network {
 public:
  virtual ~Network() = default;

  /// The addresses of a host. A name is looked up in the calling thread, which may take seconds; numeric
  /// addresses need no look-up.
  virtual Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) = 0;
  /// A datagram socket for a server. `shared`: several sockets of this process take the same port.
  virtual Result<std::unique_ptr<DatagramSocket>> bind_datagram(asio::any_io_executor executor,
                                                                const Address& local, bool shared) = 0;
  /// A datagram socket for a client, which hears only from `peer`.
  virtual Result<std::unique_ptr<DatagramSocket>> connect_datagram(asio::any_io_executor executor,
                                                                   const Address& peer) = 0;
  virtual Result<std::unique_ptr<Listener>> listen(asio::any_io_executor executor, const Address& local,
                                                   bool shared) = 0;
  /// Begins to connect: writable once connected() can tell.
  virtual Result<std::unique_ptr<StreamSocket>> connect_stream(asio::any_io_executor executor,
                                                               const Address& peer) = 0;
  /// False on a simulated host, where a thread that blocks would stop the world: wait() is never called and
  /// `patience` is always 0.
  virtual bool can_block() const = 0;
};

/// The operating system's sockets.
std::shared_ptr<Network> posix_network();

}  // namespace once
