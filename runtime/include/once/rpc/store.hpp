// What makes an @exactly_once call possible: a store that commits what a servant has written together with
// the outcome of its call, and keeps the sessions in which such calls are repeated. Once::durable has one on
// SQLite (once/durable.hpp); docs/stores.md says how to write another, and which tests it must pass.
//
// To a store, sessions and outcomes are octets under their ids. What they mean is the server's matter.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <asio/any_io_executor.hpp>

#include <once/base/buffer.hpp>
#include <once/base/error.hpp>
#include <once/base/ids.hpp>

namespace once {

/// The part of a store's transaction that belongs to one call. Each kind of store says how a servant writes
/// in it. Lives until the servant's function returns.
class Transaction {
 public:
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Asked when the servant has returned: true if what it has done cannot be committed. Its call then ends as
  /// servant_failed, and that is kept.
  virtual bool is_broken() const { return false; }

 protected:
  Transaction() = default;
  virtual ~Transaction() = default;
};

/// A store cannot be used: what() says which file, why, and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a call leaves behind.
struct Effect {
  enum class Writes : std::uint8_t { Keep, RollBack };
  Writes writes = Writes::RollBack;
  Slice outcome;  // empty: the servant did not begin, and nothing is to be kept
};

/// A durable store. One server uses it at a time, and it outlives that server. All functions may be called
/// from any thread; none calls back before it returns, and none blocks for the disk but recover().
class Store {
 public:
  struct SessionRow {
    SessionId id = 0;
    Slice row;
  };
  struct OutcomeRow {
    RequestId id;
    Slice row;
  };
  struct Recovery {
    std::uint64_t epoch = 0;  // a counter, higher than at every start before, and on disk
    /// How long servers have used the store before; give or take what passed since its last commit.
    std::chrono::seconds uptime{0};
    std::vector<SessionRow> sessions;
    std::vector<OutcomeRow> outcomes;
  };

  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Called once, before a server listens. From here on no transaction of an earlier server commits. Throws
  /// StoreError.
  virtual Recovery recover() = 0;

  /// Where transactions run, and with them the servants of exactly-once operations: not on a server's loop.
  virtual asio::any_io_executor executor() const = 0;

  /// `done(Errc::ok)` when the row is on disk, overloaded if there is no room for it, store_failed if the
  /// store has stopped.
  virtual void keep_session(SessionId id, Slice row, std::function<void(Errc)> done) = 0;
  /// The session and its outcomes need not be kept any longer: both go at the same time, some time later.
  virtual void forget_session(SessionId id) = 0;
  virtual void forget_outcome(RequestId id) = 0;
  /// Calls `work`, once at the most, in a transaction, and commits its writes, if they are to be kept, together with the
  /// outcome, if there is one. Both or neither: in the same transaction it is checked that no later server
  /// has recovered the store, and that the session is kept. Then done, exactly once for each run():
  ///
  ///     ok             it is on disk
  ///     overloaded     `work` may have been called; nothing was kept, since there was no room
  ///     session_lost   the same, since the session is not kept any longer
  ///     store_failed   the store has stopped, and only the next recover() will tell what was kept
  ///
  /// Transactions take effect one after the other, in the order of run() for one session.
  virtual void run(RequestId id, std::function<Effect(Transaction&)> work,
                   std::function<void(Errc)> done) = 0;
};

}  // namespace once
