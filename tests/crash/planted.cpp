#include "planted.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace crash {
namespace {

/// Widens the window in which the bug shows.
constexpr std::chrono::milliseconds kGap{2};

class Planted : public once::Store {
 public:
  explicit Planted(once::Store& store) : store_(store) {}

  Recovery recover() override { return store_.recover(); }
  asio::any_io_executor executor() const override { return store_.executor(); }
  void keep_session(once::SessionId id, once::Slice row, std::function<void(once::Errc)> done) override {
    store_.keep_session(id, std::move(row), std::move(done));
  }
  void forget_session(once::SessionId id) override { store_.forget_session(id); }
  void forget_outcome(once::RequestId id) override { store_.forget_outcome(id); }

 protected:
  once::Store& store_;
};

class OutcomeLater final : public Planted {
 public:
  using Planted::Planted;

  void run(once::RequestId id, std::function<once::Effect(once::Transaction&)> work,
           std::function<void(once::Errc)> done) override {
    const auto outcome = std::make_shared<once::Slice>();
    store_.run(
        id,
        [outcome, work = std::move(work)](once::Transaction& transaction) {
          once::Effect effect = work(transaction);
          *outcome = std::exchange(effect.outcome, {});
          return effect;
        },
        [this, id, outcome, done = std::move(done)](once::Errc error) {
          if (error != once::Errc::ok || outcome->empty()) return done(error);
          std::this_thread::sleep_for(kGap);
          store_.run(
              id,
              [outcome](once::Transaction&) {
                return once::Effect{once::Effect::Writes::Keep, *outcome};
              },
              done);
        });
  }
};

class AnswerEarly final : public Planted {
 public:
  using Planted::Planted;

  void run(once::RequestId id, std::function<once::Effect(once::Transaction&)> work,
           std::function<void(once::Errc)> done) override {
    store_.run(
        id,
        [work = std::move(work), done = std::move(done)](once::Transaction& transaction) {
          once::Effect effect = work(transaction);
          done(once::Errc::ok);
          std::this_thread::sleep_for(kGap);
          return effect;
        },
        [](once::Errc) {});
  }
};

}  // namespace

std::vector<std::string> planted_names() {
  return {"none", "outcome-later", "answer-early"};
}

std::unique_ptr<once::Store> plant(const std::string& name, once::Store& store) {
  if (name == "outcome-later") return std::make_unique<OutcomeLater>(store);
  if (name == "answer-early") return std::make_unique<AnswerEarly>(store);
  return nullptr;
}

}  // namespace crash
