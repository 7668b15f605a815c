// Sockets of simulated hosts: the ends that the network knows, and what the runtime holds of them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include <once/rpc/network.hpp>

#include "simulation/engine.hpp"

namespace once::simulation {

class Life;

/// Who waits for an end to become readable or writable.
class Waits : public std::enable_shared_from_this<Waits> {
 public:
  explicit Waits(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void wait(Event event, std::weak_ptr<EventHandler> handler, bool is_ready);
  void ready(Event event);
  void cancel();

 private:
  struct Wait {
    std::weak_ptr<EventHandler> handler;
    bool waits = false;
    bool posted = false;
    std::uint64_t number = 0;  // of the wait: what was posted for another is not for this one
  };
  void post(Event event);

  const asio::any_io_executor executor_;
  std::array<Wait, 2> waits_;
};

class DatagramEnd {
 public:
  DatagramEnd(std::shared_ptr<Life> life, const Address& local, std::optional<Address> peer);
  DatagramEnd(const DatagramEnd&) = delete;
  DatagramEnd& operator=(const DatagramEnd&) = delete;
  ~DatagramEnd();

  const Address& local() const { return local_; }
  std::error_code send(const Address& to, std::span<const ByteView> pieces);
  std::error_code receive(Address& from, Slice& datagram);
  bool is_readable() const { return !arrived_.empty() || refused_; }

  // For the network.
  void arrive(const Address& from, const Slice& octets);
  void refused(const Address& by);

  std::shared_ptr<Waits> waits;

 private:
  const std::shared_ptr<Life> life_;
  const Address local_;
  const std::optional<Address> peer_;
  std::deque<std::pair<Address, Slice>> arrived_;
  bool refused_ = false;
};

/// One end of a connection. What is sent travels in pieces, in order, each when the one before it has arrived.
class StreamEnd : public std::enable_shared_from_this<StreamEnd> {
 public:
  StreamEnd(std::shared_ptr<Life> life, const Address& local, const Address& peer);
  ~StreamEnd();
  StreamEnd(const StreamEnd&) = delete;
  StreamEnd& operator=(const StreamEnd&) = delete;

  const std::shared_ptr<Life>& life() const { return life_; }
  const Address& local() const { return local_; }
  const Address& peer() const { return peer_; }

  void connect();
  std::error_code connected() const;
  Result<std::size_t> send(std::span<const ByteView> pieces);
  Result<std::size_t> receive(MutableByteView into);
  /// What was sent before arrives, and the end of it.
  void shutdown();
  bool is_readable() const;
  bool is_writable() const;

  void life_ended(bool power);

  std::shared_ptr<Waits> waits;

 private:
  enum class Phase : std::uint8_t { Connecting, Open, Failed };
  struct Piece {
    Duration at{0};  // when it arrives, if nothing is in its way
    Bytes octets{};
    bool is_end = false;  // the sender has shut down
    bool cut = false;     // the connection breaks behind these octets
  };

  void attempt(Duration pause, Duration given_up_at);
  bool accepted_by(const std::shared_ptr<Life>& server);
  void push(Piece piece);
  void plan_delivery(Duration at);
  void deliver();
  /// Later again; given up after a while.
  void retry();
  void take(const Piece& piece);
  void fail(std::errc why);
  /// The same, when the word of it has come over.
  void fail_later(std::errc why);

  const std::shared_ptr<Life> life_;
  const std::uint64_t number_;  // in its life
  const Address local_;
  const Address peer_;
  std::weak_ptr<StreamEnd> other_;
  Phase phase_ = Phase::Connecting;
  std::errc error_{};
  Bytes arrived_;
  std::size_t read_ = 0;  // of them
  bool at_end_ = false;   // no more will arrive
  bool shut_down_ = false;
  std::deque<Piece> under_way_;
  std::size_t octets_under_way_ = 0;
  Duration last_arrival_{0};
  Duration blocked_since_{0};
  Duration pause_{0};
};

class ListenerEnd {
 public:
  ListenerEnd(std::shared_ptr<Life> life, const Address& local);
  ListenerEnd(const ListenerEnd&) = delete;
  ListenerEnd& operator=(const ListenerEnd&) = delete;
  ~ListenerEnd();

  const Address& local() const { return local_; }
  bool offer(std::shared_ptr<StreamEnd> end);
  std::shared_ptr<StreamEnd> accept();
  bool is_readable() const { return !waiting_.empty(); }

  std::shared_ptr<Waits> waits;

 private:
  const std::shared_ptr<Life> life_;
  const Address local_;
  std::deque<std::shared_ptr<StreamEnd>> waiting_;
};

}  // namespace once::simulation
