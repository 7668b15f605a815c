// For the suite of what every once::Store must do (stores.cpp), which a new kind of store runs by naming
// how it is made. See docs/stores.md.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <once/rpc/store.hpp>

namespace once::test {

/// Where a store keeps things, over several lives of servers.
class Storage {
 public:
  virtual ~Storage() = default;
  /// A store on it, as a new server would open it. The one before may still be there.
  virtual std::unique_ptr<Store> open() = 0;
  /// The same where there is no room for anything more.
  virtual std::unique_ptr<Store> open_without_room() = 0;
  /// A write of a servant, and what is there now.
  virtual void write(Transaction& transaction, int value) = 0;
  virtual std::vector<int> written(Store& store) = 0;
};

struct StorageKind {
  const char* name;
  std::function<std::unique_ptr<Storage>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const StorageKind& kind) {
  return out << kind.name;
}

/// What is thrown by `action`, in words.
template <class Error>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

/// Waits for a store's answers.
class Answer {
 public:
  std::function<void(Errc)> receiver() {
    return [state = state_](Errc error) {
      const std::lock_guard lock{state->mutex};
      state->answers.push_back(error);
      state->arrived.notify_all();
    };
  }
  /// The answer, once it is there.
  Errc get() {
    std::unique_lock lock{state_->mutex};
    state_->arrived.wait(lock, [this] { return !state_->answers.empty(); });
    return state_->answers.front();
  }
  std::size_t count() const {
    const std::lock_guard lock{state_->mutex};
    return state_->answers.size();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable arrived;
    std::vector<Errc> answers;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

inline Slice row(std::string_view text) {
  return Slice::copy_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

class Stores : public testing::TestWithParam<StorageKind> {
 protected:
  Stores() : storage_(GetParam().make()) {}

  Errc keep(Store& store, SessionId id, std::string_view text = "session") {
    Answer answer;
    store.keep_session(id, row(text), answer.receiver());
    return answer.get();
  }
  Errc run(Store& store, RequestId id, int value, std::string_view outcome = "outcome",
           Effect::Writes writes = Effect::Writes::Keep) {
    Answer answer;
    store.run(
        id,
        [this, value, writes, kept = row(outcome)](Transaction& transaction) {
          storage_->write(transaction, value);
          return Effect{writes, kept};
        },
        answer.receiver());
    return answer.get();
  }
  /// The first calls of session 7, as many as there are answers, all at once; each writes its index. `seen` is told when
  /// it runs.
  void run_all(
      Store& store, std::vector<Answer>& answers, const std::function<void(int)>& seen = [](int) {}) {
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const int value = static_cast<int>(i);
      store.run(
          {7, i + 1},
          [this, value, seen](Transaction& transaction) {
            seen(value);
            storage_->write(transaction, value);
            return Effect{Effect::Writes::Keep, row("kept")};
          },
          answers[i].receiver());
    }
  }
  static std::optional<std::string> outcome_of(const Store::Recovery& recovery, RequestId id) {
    for (const Store::OutcomeRow& outcome : recovery.outcomes) {
      if (outcome.id == id) return std::string{as_text(outcome.row.view())};
    }
    return std::nullopt;
  }

  std::unique_ptr<Storage> storage_;
};

}  // namespace once::test
