// once::durable::Store on a disk that fails: at every write, with every kind of loss.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>

#include "simulation/simulated_disk.hpp"

namespace once::test {
namespace {

namespace fs = std::filesystem;
using simulation::SimulatedDisk;

constexpr SessionId kReader = 1;

Slice row(std::uint64_t number) {
  const std::string text = std::to_string(number);
  return Slice::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// Two tables, so that half a call could be seen.
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS small (session INTEGER, sequence INTEGER);
  CREATE TABLE IF NOT EXISTS large (session INTEGER, sequence INTEGER, octets BLOB);
)";

/// What was asked of a store over all its lives, what it answered, and so what must be in it.
class Ledger {
 public:
  struct Call {
    bool writes = true;        // or rolls back, and leaves its outcome alone
    std::optional<bool> kept;  // not known: the store failed meanwhile
    bool forgotten = false;    // the store may drop its outcome
  };
  struct Session {
    std::optional<bool> kept;
    bool forgotten = false;
  };
  std::map<RequestId, Call> calls;
  std::map<SessionId, Session> sessions;
  std::uint64_t epoch = 0;

  static std::optional<bool> kept_if(Errc answer) {
    if (answer == Errc::store_failed) return std::nullopt;
    return answer == Errc::ok;
  }

  void check(const Store::Recovery& recovery) {
    EXPECT_GT(recovery.epoch, epoch);
    epoch = recovery.epoch;
    std::set<SessionId> present;
    for (const Store::SessionRow& row : recovery.sessions) {
      present.insert(row.id);
      EXPECT_EQ(as_text(row.row.view()), std::to_string(row.id));
    }
    for (auto& [id, session] : sessions)
      resolve(session, present.contains(id), "session " + std::to_string(id));
    outcomes_.clear();
    for (const Store::OutcomeRow& row : recovery.outcomes) {
      outcomes_.insert(row.id);
      EXPECT_TRUE(calls.contains(row.id));
      EXPECT_TRUE(present.contains(row.id.session)) << "an outcome without its session";
      EXPECT_EQ(as_text(row.row.view()), std::to_string(row.id.sequence));
    }
  }
  void check_rows(std::multiset<RequestId> small, const std::multiset<RequestId>& large) {
    EXPECT_EQ(small, large) << "half of a call";
    for (auto& [id, call] : calls) {
      const std::string name = "call " + std::to_string(id.session) + "." + std::to_string(id.sequence);
      const bool forgotten = call.forgotten || sessions[id.session].forgotten;
      const bool has_outcome = outcomes_.contains(id);
      const std::size_t rows = small.count(id);
      if (!call.kept && !forgotten) call.kept = has_outcome;
      if (!call.kept) call.kept = rows > 0;
      EXPECT_EQ(rows, *call.kept && call.writes ? 1u : 0u) << name;
      if (!forgotten) {
        EXPECT_EQ(has_outcome, *call.kept) << name;
      }
      small.erase(id);
    }
    EXPECT_TRUE(small.empty()) << "rows of calls that nobody made";
  }

 private:
  static void resolve(Session& session, bool present, const std::string& name) {
    if (session.forgotten) return;
    if (!session.kept) session.kept = present;
    EXPECT_EQ(present, *session.kept) << name;
  }

  std::set<RequestId> outcomes_;
};

class Disk : public testing::Test {
 protected:
  Disk() : folder_(fs::temp_directory_path() / ("once_disk_test." + std::to_string(::getpid()))) { renew(1); }
  ~Disk() override { fs::remove_all(folder_); }

  /// An empty disk, and nothing known.
  void renew(std::uint64_t seed) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    disk_ = std::make_unique<SimulatedDisk>(seed);
    random_.seed(seed);
    ledger_ = {};
    lives_ = 0;
  }
  std::string file() const { return (folder_ / "bank.db").string(); }

  /// Who closes a file finishes what was begun; who is killed does not. Or the power fails meanwhile.
  enum class End { Closed, Killed, PowerFailed };
  /// One life of a server: recovers, checks what is there, works, and goes away. The disk may fail meanwhile.
  void live(End end = End::Closed) {
    stops_ = 0;
    rows_were_checked_ = false;
    refused_.clear();
    const auto open = [this] {
      return std::make_unique<durable::Store>(
          file(), io_.get_executor(),
          durable::StoreOptions{.room_min = 0,  // of the disk below, not of the simulated one
                                .schema = kTables,
                                .vfs = disk_->vfs_name(),
                                .on_stopped = [this](const std::string&) { ++stops_; }});
    };
    try {
      store_ = open();
      ledger_.check(store_->recover());
      check_rows();
      work();
    } catch (const StoreError& error) {
      refused_ = error.what();
    }
    const int stops = stops_;
    if (end == End::Killed) disk_->cut_off();
    if (end == End::PowerFailed) disk_->fail_power_at(disk_->writes() + 1 + random_() % 30);
    store_.reset();
    if (end == End::Killed) stops_ = stops;  // a killed one tells nobody
    ++lives_;
  }
  /// Until it recovers, works and ends without a failure.
  void live_in_peace(End end = End::Closed) {
    live(end);
    EXPECT_EQ(disk_->power_has_failed(), end == End::Killed);
    EXPECT_EQ(stops_, 0);
    EXPECT_EQ(refused_, "");
    EXPECT_TRUE(rows_were_checked_);
  }

  /// What is answered to all that waits.
  void run_store() {
    io_.restart();
    io_.run();
  }
  void keep_session(SessionId id) {
    ledger_.sessions[id] = {};
    store_->keep_session(id, row(id),
                         [this, id](Errc answer) { ledger_.sessions[id].kept = Ledger::kept_if(answer); });
  }
  /// `octets`: how much it writes.
  void call(RequestId id, std::size_t octets, Effect::Writes writes) {
    ledger_.calls[id].writes = writes == Effect::Writes::Keep;
    store_->run(
        id,
        [id, octets, writes](Transaction& transaction) {
          durable::Sql sql{transaction};
          sql.run("INSERT INTO small VALUES (?, ?)", id.session, id.sequence);
          sql.run("INSERT INTO large VALUES (?, ?, zeroblob(?))", id.session, id.sequence, octets);
          return Effect{writes, row(id.sequence)};
        },
        [this, id](Errc answer) {
          answers_.push_back(answer);
          ledger_.calls[id].kept = Ledger::kept_if(answer);
        });
  }
  void check_rows() {
    std::multiset<RequestId> small;
    std::multiset<RequestId> large;
    if (ledger_.sessions[kReader].kept != true) keep_session(kReader);
    std::optional<Errc> answer;
    store_->run(
        {kReader, 1},
        [&](Transaction& transaction) {
          ::sqlite3_wal_autocheckpoint(durable::sqlite(transaction), 20);  // often, since this is small
          durable::Sql sql{transaction};
          try {
            sql.rows<SessionId, Sequence>(
                [&](auto a, auto b) {
                  small.insert({a, b});
                },
                "SELECT * FROM small");
            sql.rows<SessionId, Sequence>(
                [&](auto a, auto b) {
                  large.insert({a, b});
                },
                "SELECT session, sequence FROM large");
          } catch (const durable::SqlError&) {  // the power has failed
            EXPECT_TRUE(disk_->power_has_failed());
          }
          return Effect{};
        },
        [&](Errc error) { answer = error; });
    run_store();
    ASSERT_TRUE(answer);
    rows_were_checked_ = answer == Errc::ok;
    if (rows_were_checked_) ledger_.check_rows(std::move(small), large);
  }

  /// Calls alone and together, small and large, kept and rolled back; sessions and outcomes that are forgotten.
  void work() {
    const SessionId first = 10 + 2 * lives_;
    const SessionId second = first + 1;
    keep_session(first);
    keep_session(second);
    run_store();
    Sequence next = 1;
    for (int round = 0; round < kRounds; ++round) {
      if (before_round_) before_round_(round);
      for (int i = 0; i < 1 + round % 3 * 3; ++i, ++next) {
        const std::size_t octets = next % 7 == 0 ? 9'000 : next % 3 == 0 ? 700 : 10;
        const auto writes = next % 5 == 0 ? Effect::Writes::RollBack : Effect::Writes::Keep;
        call({next % 2 == 0 ? first : second, next}, octets, writes);
      }
      run_store();
      if (round > 2) {
        ledger_.calls[{next % 2 == 0 ? first : second, next - 4}].forgotten = true;
        store_->forget_outcome({next % 2 == 0 ? first : second, next - 4});
      }
    }
    ledger_.sessions[second].forgotten = true;
    store_->forget_session(second);
  }
  static constexpr int kRounds = 9;

  const fs::path folder_;
  asio::io_context io_;
  std::unique_ptr<SimulatedDisk> disk_;
  std::unique_ptr<durable::Store> store_;
  Ledger ledger_;
  std::vector<Errc> answers_;
  std::uint64_t lives_ = 0;
  std::mt19937_64 random_;
  int stops_ = 0;
  bool rows_were_checked_ = false;
  std::function<void(int)> before_round_;
  std::string refused_;  // how the store said that it cannot be used
};

/// With the power failing at each write in turn, until a life ends without having come so far.
TEST_F(Disk, MayFailAtEveryWrite) {
  std::uint64_t write = 1;
  for (bool failed = true; failed; write += ONCE_TEST_STRIDE) {
    SCOPED_TRACE("the power fails at write " + std::to_string(write));
    renew(write);
    disk_->fail_power_at(write);
    live();
    failed = disk_->power_has_failed();
    disk_->restart();
    live_in_peace();
    disk_->restart();
    live_in_peace();
    if (HasFailure()) return;
  }
  EXPECT_GT(write, 100u) << "there is more to fail";
  RecordProperty("writes", static_cast<int>(write));
}

/// How many seeds: what the environment says, else as many as the build is for.
std::uint64_t seeds_wanted() {
  const char* text = std::getenv("ONCE_DISK_SEEDS");
  return text == nullptr ? ONCE_DISK_SEEDS : std::strtoull(text, nullptr, 10);
}

/// Several times in one file's life, in recovery too, and each time something else is lost.
TEST_F(Disk, MayFailAgainAndAgain) {
  const std::uint64_t seeds = seeds_wanted();
  std::uint64_t cuts = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    renew(seed);
    for (int life = 0; life < 4; ++life) {
      const std::uint64_t range = random_() % 3 == 0 ? 12 : 150;
      disk_->fail_power_at(disk_->writes() + 1 + random_() % range);
      live();
      if (disk_->power_has_failed()) ++cuts;
      disk_->restart();
    }
    live_in_peace();
    if (HasFailure()) return;
  }
  EXPECT_GT(cuts, seeds) << "too few of the lives ended so";
  std::cout << cuts << " power cuts\n";
}

/// The store stops, says so once, and what was answered outlives both the process and the machine.
TEST_F(Disk, MayFailToSync) {
  constexpr std::uint64_t kSeeds = 16 / ONCE_TEST_STRIDE;  // for each sync
  bool failed = true;
  std::uint64_t sync = 1;
  for (std::uint64_t seed = 1; failed; ++seed, sync = 1 + seed / kSeeds) {
    SCOPED_TRACE("sync " + std::to_string(sync) + " fails, seed " + std::to_string(seed));
    renew(seed);
    live_in_peace();
    disk_->fail_sync(sync);
    answers_.clear();
    live(seed % 2 == 0 ? End::Killed : End::PowerFailed);
    failed = !disk_->sync_is_to_fail();
    EXPECT_LE(stops_, 1);
    const auto stopped = std::find(answers_.begin(), answers_.end(), Errc::store_failed);
    EXPECT_TRUE(
        std::all_of(stopped, answers_.end(), [](Errc answer) { return answer == Errc::store_failed; }));
    EXPECT_TRUE(stops_ > 0 || stopped == answers_.end());
    disk_->fail_sync(0);
    if (seed % 2 == 0) {  // the next process begins with what the kernel still has
      disk_->restart(SimulatedDisk::Loss::None);
      disk_->fail_power_at(disk_->writes() + 1 + random_() % 60);
      live(End::Killed);
    }
    disk_->restart();
    live_in_peace();
    if (HasFailure()) return;
  }
  EXPECT_GT(sync, 10u) << "there is more to sync";
}

/// For a while: calls are refused, and nothing else happens.
TEST_F(Disk, MayBeFullForAWhile) {
  std::ptrdiff_t refused = 0;
  for (int full = 0; full < kRounds; ++full) {
    SCOPED_TRACE("full in round " + std::to_string(full));
    renew(1);
    live_in_peace();
    before_round_ = [&](int round) {
      disk_->set_full(round == full);
      if (round == full) answers_.clear();
      if (round != full + 1) return;
      refused += std::count(answers_.begin(), answers_.end(), Errc::overloaded);
      answers_.clear();
    };
    live(End::Killed);
    EXPECT_EQ(stops_, 0);
    EXPECT_EQ(refused_, "");
    if (full + 1 < kRounds) {
      EXPECT_EQ(std::count(answers_.begin(), answers_.end(), Errc::ok), std::ssize(answers_));
    }
    before_round_ = {};
    disk_->set_full(false);
    disk_->restart();
    live_in_peace();
  }
  EXPECT_GT(refused, 0);
}

TEST_F(Disk, MayBeFullFromTheStart) {
  disk_->set_full(true);
  live();
  EXPECT_NE(refused_.find("full"), std::string::npos) << refused_;
  EXPECT_NE(refused_.find(file()), std::string::npos) << refused_;
}

/// However many pages are missing at the end of the file, the store says so, and does not serve.
TEST_F(Disk, MayHaveTornTheFile) {
  live_in_peace();
  const std::uint64_t size = disk_->size(file());
  ASSERT_GT(size, 20'000u);
  for (std::uint64_t rest = size - 4'096; rest > 1'000; rest -= std::min<std::uint64_t>(rest, 1'111)) {
    disk_->cut(file(), rest);
    live();
    EXPECT_NE(refused_.find(file()), std::string::npos) << rest << " octets of " << size << ": " << refused_;
    EXPECT_NE(refused_.find("malformed"), std::string::npos) << refused_;
  }
}

}  // namespace
}  // namespace once::test
