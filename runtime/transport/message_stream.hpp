// Messages over a connection: what comes in is cut into messages, what goes out and is not taken at once
// waits in a queue that holds the body's memory, never a copy of it.
#pragma once

#include <cstdint>
#include <memory>
#include <system_error>
#include <vector>

#include <once/base/buffer.hpp>
#include <once/base/time.hpp>
#include <once/rpc/network.hpp>

#include "transport/stream_splitter.hpp"

namespace once::transport {

/// How a receive or a send left the stream.
enum class StreamState : std::uint8_t {
  Open,  // there may be more at once
  WouldBlock,
  Closed,     // by the peer, or an error
  Malformed,  // octets that are no message
};

class MessageStream {
 public:
  MessageStream(std::unique_ptr<StreamSocket> socket, FrameFinder find, std::size_t length_max)
      : socket_(std::move(socket)), splitter_(find, length_max) {}

  StreamSocket& socket() { return *socket_; }
  /// Continues on another executor.
  void move_to(asio::any_io_executor executor);

  /// The next message: Open if there is one. WouldBlock, Closed and Malformed come without a message.
  StreamState receive(Slice& message, Duration patience);
  /// Reads once, for receive() to find, unless something is left from before; Open: there may be a message. Another thread
  /// may send meanwhile.
  StreamState fill(Duration patience);
  /// Octets of a message that has begun to arrive and is not complete.
  std::size_t partial_octets() const { return splitter_.partial_octets(); }

  /// Sends header and body, or queues what is not taken: false if the connection is broken.
  bool send(const std::vector<std::uint8_t>& header, const Slice& body);
  /// Sends what is queued: false if the connection is broken.
  bool flush();
  std::size_t queued_octets() const { return queued_octets_; }

 private:
  struct Queued {
    std::vector<std::uint8_t> header;
    Slice body;
  };

  std::unique_ptr<StreamSocket> socket_;
  StreamSplitter splitter_;
  bool drained_ = false;  // the last read took everything that there was
  // A ring of messages that wait; their headers keep their memory.
  std::vector<Queued> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t offset_ = 0;  // octets of the first one that have been taken
  std::size_t queued_octets_ = 0;

  void enqueue(const std::vector<std::uint8_t>& header, const Slice& body, std::size_t taken);
};

}  // namespace once::transport
