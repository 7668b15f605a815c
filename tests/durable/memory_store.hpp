// The smallest store that there is, in memory: what the suite of all stores asks for, and no more. And all the ways
// in which it can be wrong, each of which the suite must find.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "stores.hpp"

namespace once::test {

enum class Bug : std::uint8_t {
  None,
  SameEpoch,          // every start has the epoch of the one before
  FirstRowStays,      // a session's row is not replaced
  NoOutcome,          // writes are kept without the outcome
  NoOutcomeOfUndone,  // neither writes nor outcome of what is rolled back
  EmptyOutcome,       // an outcome of what did not begin
  AnySession,         // calls of sessions that are not kept are run
  OutcomesStay,       // when their session goes
  NoFence,            // an earlier server goes on
  TwoAnswers,         // for a call
  OutOfOrder,         // calls overtake each other
  NoLastAnswer,       // a call waits for the next one, which may never come
  UndoesNeighbours,   // a call that is rolled back takes another one with it
  SecondOutcome,      // in the place of the first
  WritesWithoutRoom,  // and says that it did not
  AnswersWithin,      // before run() has returned
};

/// Nothing for a name that there is not. "none" is one.
std::optional<Bug> bug_of(const std::string& name);

class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(Bug bug) : bug_(bug) {}

  std::unique_ptr<Store> open() override;
  std::unique_ptr<Store> open_without_room() override;
  void write(Transaction& transaction, int value) override;
  std::vector<int> written(Store& store) override;

  struct Disk {
    std::mutex mutex;
    std::uint64_t epoch = 0;
    std::map<SessionId, Slice> sessions;
    std::map<RequestId, Slice> outcomes;
    std::vector<int> values;
  };

 private:
  Disk disk_;
  const Bug bug_;
};

}  // namespace once::test
