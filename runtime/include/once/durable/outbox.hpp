// An outbox in an SQLite file of its own.
//
//     once::durable::Outbox outbox{"till.db"};
//     once::Client client{{.name = "till-7", .outbox = &outbox}};
//     auto outcome = alice.with({.key = "payment-4711"}).try_transfer(bob, 5'000);
//     // … and when the till's own books have the outcome:
//     if (outcome.final()) outbox.forget("payment-4711");
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <once/durable/place.hpp>
#include <once/rpc/outbox.hpp>

namespace once::durable {

/// A call with a key waits for the disk once, in the thread that makes it; forget() does not.
class Outbox final : public once::Outbox {
 public:
  /// Opens `file`, or makes it. Beside it stands FILE-once, which keeps a second
  /// process away and tells an older copy of the file from the file. Throws StoreError.
  /// `vfs`: of SQLite's; empty: its default.
  explicit Outbox(const std::string& file, const std::string& vfs = {});
  /// The same for a file that may lie elsewhere.
  explicit Outbox(const Place& place);
  ~Outbox() override;

  /// What has not been forgotten: after a crash, the calls to be made again.
  std::vector<std::string> keys() const;

  std::uint64_t begin_life(Finished receiver) override;
  void end_life() override;
  Result<Peer> peer(const std::string& place) override;
  bool enter(std::uint64_t peer) override;
  void lose_session(std::uint64_t peer) override;
  Result<Entry> add(const std::string& place, const std::string& key, ByteView call) override;
  bool has(const std::string& key) const override;
  void forget(const std::string& key) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace once::durable
