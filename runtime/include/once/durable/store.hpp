// A durable store in an SQLite file, which the servants' own tables live in, too. docs/exactly-once.md tells what
// it guarantees.
//
// Calls that are ready at the same time are committed together: each in a savepoint of its own, all with one
// fsync. The store's tables begin with "once_"; everything else in the file is the user's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <asio/any_io_executor.hpp>

#include <once/durable/place.hpp>
#include <once/rpc/store.hpp>

namespace once::durable {

struct StoreOptions {
  /// With less room than this on the disk, exactly-once calls are refused (overloaded) before they run.
  std::uint64_t room_min = std::uint64_t{16} << 20U;
  /// At most so many calls share a commit.
  std::size_t batch_max = 256;
  /// Statements for the servants' own tables, executed whenever the file is opened: CREATE TABLE IF NOT EXISTS …
  std::string schema{};
  /// Through which of SQLite's VFSs the file is read and written; empty: its default.
  std::string vfs{};
  /// Told once, on the store's executor, when the store stops: an fsync failed, the file cannot be read any more,
  /// or another server has taken it over. Only a new server's recovery tells what was kept.
  std::function<void(const std::string& why)> on_stopped{};
};

struct StoreStatistics {
  std::uint64_t commits = 0;  // each with one fsync
  std::uint64_t calls = 0;    // committed
  std::uint64_t batch_peak = 0;
};

/// See once::Store for thread rules.
class Store final : public once::Store {
 public:
  /// Opens `file`, or makes it. Beside it stands FILE-once, which keeps a second server away and tells an older
  /// copy of the file from the file. `executor` runs the transactions, one after the other, and with them the
  /// servants: a thread of its own, since a commit blocks. Throws StoreError: the file is in use by another
  /// server, is damaged, of another version, or older than it was.
  Store(const std::string& file, asio::any_io_executor executor, const StoreOptions& options = {});
  /// The same for a file that may lie elsewhere; the place's VFS is taken, and not the options'.
  explicit Store(Place place, StoreOptions options = {});
  /// Waits for the transaction that runs. What waited behind it is told store_failed.
  ~Store() override;

  Recovery recover() override;
  asio::any_io_executor executor() const override;
  void keep_session(SessionId id, Slice row, std::function<void(Errc)> done) override;
  void forget_session(SessionId id) override;
  void forget_outcome(RequestId id) override;
  void run(RequestId id, std::function<Effect(Transaction&)> work, std::function<void(Errc)> done) override;

  StoreStatistics statistics() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace once::durable
