#include "planted.hpp"

#include <map>
#include <utility>

namespace crash {
namespace {

class Planted : public once::Store {
 public:
  Planted(once::Store& store, demo::WatchedStore::Watch watch) : store_(store), watch_(std::move(watch)) {}

  Recovery recover() override { return store_.recover(); }
  asio::any_io_executor executor() const override { return store_.executor(); }
  void keep_session(once::SessionId id, once::Slice row, std::function<void(once::Errc)> done) override {
    store_.keep_session(id, std::move(row), std::move(done));
  }
  void forget_session(once::SessionId id) override { store_.forget_session(id); }
  void forget_outcome(once::RequestId id) override { store_.forget_outcome(id); }

 protected:
  /// Where the bug shows.
  void tell_gap(once::RequestId id) const { watch_({demo::Point::Written, id}); }

  once::Store& store_;

 private:
  const demo::WatchedStore::Watch watch_;
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
          tell_gap(id);
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
        [this, id, work = std::move(work), done = std::move(done)](once::Transaction& transaction) {
          once::Effect effect = work(transaction);
          done(once::Errc::ok);
          tell_gap(id);
          return effect;
        },
        [](once::Errc) {});
  }
};

/// Keeps each key under a name of its own for each life.
class NewNumber final : public once::Outbox {
 public:
  NewNumber(once::Outbox& outbox, std::uint32_t lives) : outbox_(outbox), lives_(lives) {}

  std::uint64_t begin_life(Finished receiver) override { return outbox_.begin_life(std::move(receiver)); }
  void end_life() override { outbox_.end_life(); }
  once::Result<Peer> peer(const std::string& place) override { return outbox_.peer(place); }
  bool enter(std::uint64_t peer) override { return outbox_.enter(peer); }
  void lose_session(std::uint64_t peer) override { outbox_.lose_session(peer); }
  once::Result<Entry> add(const std::string& place, const std::string& key, once::ByteView call) override {
    return outbox_.add(place, in_life(key, lives_), call);
  }
  bool has(const std::string& key) const override { return outbox_.has(in_life(key, lives_)); }
  void forget(const std::string& key) override {
    for (std::uint32_t life = 0; life <= lives_; ++life) outbox_.forget(in_life(key, life));
  }

 private:
  static std::string in_life(const std::string& key, std::uint32_t life) {
    return key + " in life " + std::to_string(life);
  }

  once::Outbox& outbox_;
  const std::uint32_t lives_;
};

/// Lets the server hear of a key that was forgotten before that is on disk.
class TellEarly final : public once::Outbox {
 public:
  explicit TellEarly(once::Outbox& outbox) : outbox_(outbox) {}

  std::uint64_t begin_life(Finished receiver) override {
    receiver_ = receiver;
    return outbox_.begin_life(std::move(receiver));
  }
  void end_life() override { outbox_.end_life(); }
  once::Result<Peer> peer(const std::string& place) override { return outbox_.peer(place); }
  bool enter(std::uint64_t peer) override { return outbox_.enter(peer); }
  void lose_session(std::uint64_t peer) override { outbox_.lose_session(peer); }
  once::Result<Entry> add(const std::string& place, const std::string& key, once::ByteView call) override {
    auto entry = outbox_.add(place, key, call);
    if (entry) places_[key] = {place, entry->peer, entry->sequence};
    return entry;
  }
  bool has(const std::string& key) const override { return outbox_.has(key); }
  void forget(const std::string& key) override {
    if (const auto told = places_.extract(key)) {
      const auto& [place, peer, sequence] = told.mapped();
      receiver_(place, peer, sequence);
    }
    outbox_.forget(key);
  }

 private:
  struct Place {
    std::string place;
    std::uint64_t peer = 0;
    once::Sequence sequence = 0;
  };
  once::Outbox& outbox_;
  Finished receiver_;
  std::map<std::string, Place> places_;
};

}  // namespace

std::vector<std::string> planted_names() {
  return {"none", "outcome-later", "answer-early", "new-number", "tell-early", "stale-read", "call-again"};
}

std::unique_ptr<once::Store> plant(const std::string& name, once::Store& store,
                                   demo::WatchedStore::Watch watch) {
  if (name == "outcome-later") return std::make_unique<OutcomeLater>(store, std::move(watch));
  if (name == "answer-early") return std::make_unique<AnswerEarly>(store, std::move(watch));
  return nullptr;
}

std::unique_ptr<once::Outbox> plant(const std::string& name, once::Outbox& outbox, std::uint32_t lives) {
  if (name == "new-number") return std::make_unique<NewNumber>(outbox, lives);
  if (name == "tell-early") return std::make_unique<TellEarly>(outbox);
  return nullptr;
}

}  // namespace crash
