// What makes a call survive the crash of its caller: an outbox gives the call a number and keeps it, with its
// arguments, before anything is sent. The same call, made again under the same key by a later life of the
// program, has the same number, and the server runs it once. once::durable::Outbox is one on SQLite.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <once/base/bytes.hpp>
#include <once/base/ids.hpp>
#include <once/base/result.hpp>

namespace once {

/// The calls with keys of one client, which has it to itself. All functions may be called from any thread.
class Outbox {
 public:
  /// The numbers of the keys at one server that have not been forgotten are less than so far apart.
  static constexpr std::uint64_t kOpenMax = 64;

  /// What one server knows the client by: its lasting session (docs/protocol.md, "Lasting sessions").
  struct Peer {
    std::uint64_t id = 0;  // in this outbox
    ClientInstance instance;
    std::uint64_t nonce = 0;
    Sequence through = 0;      // every number up to it is finished
    std::uint64_t bitmap = 0;  // bit i: number through + 1 + i is finished too
    bool entered = false;      // as enter() has noted
  };
  /// A call's place.
  struct Entry {
    std::uint64_t peer = 0;
    Sequence sequence = 0;
    std::uint64_t given_in = 0;  // the life that the number was given in
    bool repeated = false;       // it may have been sent before
    bool lost = false;           // its session has been lost: nobody knows what became of it
  };
  using Finished = std::function<void(const std::string& place, std::uint64_t peer, Sequence sequence)>;

  Outbox() = default;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  virtual ~Outbox() = default;

  /// A client begins: the number of its life, higher than that of any life before. `receiver` is told of numbers
  /// that nobody will use again, in add(). Throws StoreError if that cannot be kept, std::logic_error if another
  /// client has not ended.
  virtual std::uint64_t begin_life(Finished receiver) = 0;
  virtual void end_life() = 0;
  /// The server at `place`; a new one if there is none, or if its session was lost.
  virtual Result<Peer> peer(const std::string& place) = 0;
  /// The server has granted the session: from now on, what has been added may have been sent. True if that is
  /// on disk; until then the client sends nothing.
  virtual bool enter(std::uint64_t peer) = 0;
  virtual void lose_session(std::uint64_t peer) = 0;

  /// The place of the call under `key`. If there is none yet, it is on disk when this returns. Errors:
  /// key_collision (the key names another call, or one at another place), queue_full, outbox_failed.
  virtual Result<Entry> add(const std::string& place, const std::string& key, ByteView call) = 0;
  /// True if there is a call under `key`.
  virtual bool has(const std::string& key) const = 0;
  /// The key means nothing any more: its outcome has been seen to. A key that is not there is ignored. Not for a
  /// call in flight, which would never hear of its outcome. The server may forget the outcome when, and not before,
  /// that is on disk, which nobody waits for: after a crash the key may be there still.
  virtual void forget(const std::string& key) = 0;
};

}  // namespace once
