// Calls with keys: through crashes of their client, and of the server too, they run once.
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <asio/use_future.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>
#include <once/once.hpp>

#include "book.hpp"
#include "ledger.once.hpp"
#include "stores.hpp"

namespace once::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A till at a bank, both of which may end at any time and begin again.
class Keyed : public testing::TestWithParam<const char*> {
 protected:
  Keyed() : folder_(fs::temp_directory_path() / ("once_outbox_test." + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    open_bank();
    open_till();
  }
  ~Keyed() override {
    close_till();
    bank_.reset();
    fs::remove_all(folder_);
  }

  void open_bank() {
    bank_ =
        std::make_unique<Bank>((folder_ / "bank.db").string(), endpoint_, std::make_shared<BookServant>());
    endpoint_ = bank_->endpoint();
  }
  void open_till() {
    outbox_ = std::make_unique<durable::Outbox>((folder_ / "till.db").string());
    client_ = std::make_unique<Client>(ClientOptions{.name = "till-7", .outbox = outbox_.get()});
  }
  void close_till() {
    client_.reset();
    outbox_.reset();
  }
  void restart_till() {
    close_till();
    open_till();
  }
  ledger::Book::Stub book(const std::string& key, Duration deadline = 10s) {
    const std::string transport = GetParam();
    const std::string address = endpoint_.substr(transport.size() + 3);
    return client_->stub<ledger::Book>("once://" + address + "/book?transport=" + transport)
        .with({.deadline = deadline, .key = key});
  }
  std::vector<std::string> entries() const {
    return texts_in(folder_ / "bank.db", "SELECT what FROM entry ORDER BY rowid");
  }
  std::size_t outcomes_kept() const {
    return texts_in(folder_ / "bank.db", "SELECT sequence FROM once_outcome").size();
  }

  fs::path folder_;
  std::string endpoint_ = std::string{GetParam()} + "://127.0.0.1:0";
  std::unique_ptr<Bank> bank_;
  std::unique_ptr<durable::Outbox> outbox_;
  std::unique_ptr<Client> client_;
};

INSTANTIATE_TEST_SUITE_P(Transports, Keyed, testing::Values("udp", "tcp"));

TEST_P(Keyed, ACallThatIsMadeAgainRunsOnce) {
  EXPECT_EQ(book("payment-1").add("one", 1), 1);
  EXPECT_EQ(book("payment-1").add("one", 1), 1);
  restart_till();
  EXPECT_EQ(outbox_->keys(), std::vector<std::string>{"payment-1"});
  EXPECT_EQ(book("payment-1").add("one", 1), 1);
  EXPECT_EQ(book("payment-2").add("two", 2), 2);
  EXPECT_EQ(entries(), (std::vector<std::string>{"one", "two"}));
}

TEST_P(Keyed, AnAnswerThatNeverCameIsThereForTheNextLife) {
  EXPECT_EQ(book("first").add("first", 1), 1);
  bank_.reset();
  const auto outcome = book("payment", 200ms).try_add("payment", 2);
  EXPECT_EQ(outcome.kind(), OutcomeKind::Unknown);
  EXPECT_FALSE(outcome.final());
  close_till();
  open_bank();
  open_till();
  const auto again = book("payment").try_add("payment", 2);
  ASSERT_TRUE(again) << again.text();
  EXPECT_TRUE(again.final());
  EXPECT_EQ(*again, 2);
  EXPECT_EQ(entries(), (std::vector<std::string>{"first", "payment"}));
}

TEST_P(Keyed, WhatNoLifeCouldSendRunsInTheFirstThatCan) {
  bank_.reset();
  for (int life = 1; life <= 2; ++life) {
    const auto outcome = book("payment", 50ms).try_add("payment", 2);
    EXPECT_EQ(outcome.kind(), OutcomeKind::NotSent);
    restart_till();
  }
  open_bank();
  EXPECT_EQ(book("payment").add("payment", 2), 1);
  restart_till();
  EXPECT_EQ(book("payment").add("payment", 2), 1);
  EXPECT_EQ(entries(), std::vector<std::string>{"payment"});
}

TEST_P(Keyed, AnOutboxServesOneClientAfterTheOther) {
  EXPECT_EQ(book("one").add("one", 1), 1);
  const std::string message =
      message_of<std::logic_error>([&] { Client{{.name = "till-7", .outbox = outbox_.get()}}; });
  EXPECT_NE(message.find("has a client already"), std::string::npos) << message;
  client_.reset();
  client_ = std::make_unique<Client>(ClientOptions{.name = "till-7", .outbox = outbox_.get()});
  EXPECT_EQ(book("one").add("one", 1), 1);
  EXPECT_EQ(book("two").add("two", 2), 2);
}

TEST_P(Keyed, WhatIsForgottenTheServerForgets) {
  for (int i = 1; i <= 100; ++i) {
    const std::string key = "payment-" + std::to_string(i);
    EXPECT_EQ(book(key).add(key, 1), i);
    outbox_->forget(key);
  }
  EXPECT_TRUE(outbox_->keys().empty());
  book("last").add("last", 1);
  bank_.reset();
  EXPECT_LE(outcomes_kept(), 2u);
}

TEST_P(Keyed, AKeyThatWasForgottenIsFreeForAnotherCall) {
  EXPECT_EQ(book("key").add("one", 1), 1);
  outbox_->forget("key");
  EXPECT_EQ(book("key").add("two", 2), 2);
  restart_till();
  EXPECT_EQ(book("key").add("two", 2), 2);
}

/// The server refuses the same number again, however often it is asked.
TEST_P(Keyed, ACallThatWasRefusedIsMadeAnew) {
  bank_->server().deactivate("book");
  for (int time = 1; time <= 2; ++time) {
    const auto refused = book("key").try_add("one", 1);
    EXPECT_EQ(refused.kind(), OutcomeKind::NotExecuted) << refused.text();
    EXPECT_TRUE(outbox_->keys().empty());
  }
  bank_->server().activate("book", std::make_shared<BookServant>());
  const auto outcome = book("key").try_add("one", 1);
  ASSERT_TRUE(outcome) << outcome.text();
  restart_till();
  EXPECT_EQ(book("key").add("one", 1), 1);
  EXPECT_EQ(entries(), std::vector<std::string>{"one"});
}

TEST_P(Keyed, OneKeyIsOneCall) {
  EXPECT_EQ(book("key").add("one", 1), 1);
  const auto other = book("key").try_add("one", 2);
  EXPECT_EQ(other.kind(), OutcomeKind::NotSent);
  EXPECT_EQ(other.code(), Errc::key_collision);
  EXPECT_FALSE(other.final()) << "whoever forgets the key forgets the first call";
  EXPECT_EQ(entries(), std::vector<std::string>{"one"});
}

TEST_P(Keyed, UserExceptionsAreOutcomesToo) {
  EXPECT_THROW(book("key").add("too much", 2'000), ledger::TooMuch);
  restart_till();
  EXPECT_THROW(book("key").add("too much", 2'000), ledger::TooMuch);
  EXPECT_TRUE(entries().empty());
}

TEST_P(Keyed, WhereTheServerHasLostItsStoreTheOutcomeIsUnknown) {
  EXPECT_EQ(book("key").add("one", 1), 1);
  bank_.reset();
  for (const char* const part : {"", "-wal", "-shm", "-once"})
    fs::remove(folder_ / ("bank.db" + std::string{part}));
  open_bank();
  // To this life it looks like an old server that a new one has replaced: it waits for the new one.
  const auto waited = book("key", 200ms).try_add("one", 1);
  EXPECT_EQ(waited.kind(), OutcomeKind::Unknown);
  EXPECT_FALSE(waited.final());
  restart_till();
  const auto lost = book("key").try_add("one", 1);
  EXPECT_EQ(lost.kind(), OutcomeKind::Unknown);
  EXPECT_EQ(lost.code(), Errc::session_lost);
  EXPECT_TRUE(lost.final());
  outbox_->forget("key");
  EXPECT_EQ(book("key").add("one", 1), 1);
}

TEST_P(Keyed, AtMostSoManyKeysAreOpen) {
  for (std::uint64_t i = 0; i < Outbox::kOpenMax; ++i) book("key-" + std::to_string(i)).add("x", 1);
  EXPECT_EQ(book("one more").try_add("x", 1).code(), Errc::queue_full);
  outbox_->forget("key-0");
  EXPECT_EQ(book("one more").add("x", 1), 65);
}

TEST_P(Keyed, OtherOperationsHaveNoKeys) {
  EXPECT_EQ(book("key").try_count().code(), Errc::no_outbox);
  Client plain;
  const std::string transport = GetParam();
  const auto stub = plain.stub<ledger::Book>("once://" + endpoint_.substr(transport.size() + 3) +
                                             "/book?transport=" + transport);
  EXPECT_EQ(stub.with({.key = "key"}).try_add("x", 1).code(), Errc::no_outbox);
}

TEST_P(Keyed, AsynchronousCallsHaveKeysToo) {
  auto first = book("key").async_add("one", 1, asio::use_future);
  const auto second = book("key").try_add("one", 1);
  EXPECT_EQ(second.code(), Errc::key_collision) << "in flight";
  client_->run();
  EXPECT_EQ(first.get().value(), 1);
  EXPECT_EQ(book("key").add("one", 1), 1);
}

TEST_P(Keyed, AnEarlierLifeIsRefused) {
  // The same outbox under two names of its file would be a mistake that nothing here can find out: a copy.
  EXPECT_EQ(book("key").add("one", 1), 1);
  close_till();
  fs::copy(folder_ / "till.db", folder_ / "copy.db");
  durable::Outbox old{(folder_ / "copy.db").string()};
  open_till();
  restart_till();
  EXPECT_EQ(book("other").add("two", 2), 2);
  Client zombie{{.name = "till-7", .outbox = &old}};
  const std::string transport = GetParam();
  const auto stub = zombie.stub<ledger::Book>("once://" + endpoint_.substr(transport.size() + 3) +
                                              "/book?transport=" + transport);
  EXPECT_EQ(stub.try_add("three", 3).code(), Errc::superseded);
  EXPECT_EQ(stub.with({.key = "third"}).try_add("three", 3).code(), Errc::superseded);
}

/// An outbox whose file cannot be written just now.
class Stuck final : public Outbox {
 public:
  explicit Stuck(Outbox& outbox) : outbox_(outbox) {}
  std::uint64_t begin_life(Finished receiver) override { return outbox_.begin_life(std::move(receiver)); }
  void end_life() override { outbox_.end_life(); }
  Result<Peer> peer(const std::string&) override { return Unexpected{Errc::outbox_failed}; }
  bool enter(std::uint64_t peer) override { return outbox_.enter(peer); }
  void lose_session(std::uint64_t peer) override { outbox_.lose_session(peer); }
  Result<Entry> add(const std::string& place, const std::string& key, ByteView call) override {
    return outbox_.add(place, key, call);
  }
  bool has(const std::string& key) const override { return outbox_.has(key); }
  void forget(const std::string& key) override { outbox_.forget(key); }

 private:
  Outbox& outbox_;
};

TEST_P(Keyed, WhatAnEarlierLifeMayHaveSentIsNotNotSent) {
  EXPECT_EQ(book("key").add("one", 1), 1);
  client_.reset();
  Stuck stuck{*outbox_};
  client_ = std::make_unique<Client>(ClientOptions{.name = "till-7", .outbox = &stuck});
  const auto sent = book("key").try_add("one", 1);
  EXPECT_EQ(sent.code(), Errc::outbox_failed);
  EXPECT_EQ(sent.kind(), OutcomeKind::Unknown);
  EXPECT_EQ(book("other").try_add("two", 2).kind(), OutcomeKind::NotSent);
  client_.reset();
}

TEST_P(Keyed, StubsThatOutliveTheirClientSayThatItIsClosed) {
  const auto stub = book("key");
  client_.reset();
  EXPECT_EQ(stub.try_add("one", 1).code(), Errc::closed);
}

class OutboxFile : public testing::Test {
 protected:
  OutboxFile() : file_(fs::temp_directory_path() / ("once_outbox_file." + std::to_string(::getpid()))) {
    remove_all();
  }
  ~OutboxFile() override { remove_all(); }
  void remove_all() const {
    for (const char* const part : {"", "-wal", "-shm", "-once", ".old"}) fs::remove(file_.string() + part);
  }
  const fs::path file_;
};

TEST_F(OutboxFile, IsOneProcesss) {
  const durable::Outbox outbox{file_.string()};
  const std::string message = message_of<StoreError>([&] { durable::Outbox{file_.string()}; });
  EXPECT_NE(message.find("is in use by another process"), std::string::npos) << message;
}

TEST_F(OutboxFile, ThatIsAnOlderCopyIsRefused) {
  { const durable::Outbox outbox{file_.string()}; }
  fs::copy(file_, file_.string() + ".old");
  { const durable::Outbox outbox{file_.string()}; }
  fs::copy(file_.string() + ".old", file_, fs::copy_options::overwrite_existing);
  const std::string message = message_of<StoreError>([&] { durable::Outbox{file_.string()}; });
  EXPECT_NE(message.find("is older than it was"), std::string::npos) << message;
}

TEST_F(OutboxFile, CountsLives) {
  std::uint64_t life = 0;
  for (int opened = 0; opened < 3; ++opened) {
    durable::Outbox outbox{file_.string()};
    for (int client = 0; client < 2; ++client) {
      EXPECT_EQ(outbox.begin_life({}), ++life);
      outbox.end_life();
    }
  }
}

TEST_F(OutboxFile, KeepsNumbersThroughLives) {
  std::optional<Outbox::Peer> first;
  for (int life = 1; life <= 3; ++life) {
    durable::Outbox outbox{file_.string()};
    outbox.begin_life({});
    const auto peer = outbox.peer("once://bank:7000");
    ASSERT_TRUE(peer);
    if (!first) first = *peer;
    EXPECT_EQ(peer->nonce, first->nonce);
    EXPECT_EQ(peer->instance, first->instance);
    const std::string key = "key-" + std::to_string(life);
    const auto entry = outbox.add("once://bank:7000", key, as_bytes(key));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->sequence, static_cast<Sequence>(life));
    EXPECT_FALSE(entry->repeated);
  }
  durable::Outbox outbox{file_.string()};
  outbox.begin_life({});
  // What no session was ever there for has not been sent. Then it may have been: in this life, first.
  EXPECT_FALSE(outbox.add("once://bank:7000", "key-1", as_bytes("key-1"))->repeated);
  EXPECT_FALSE(first->entered);
  EXPECT_TRUE(outbox.enter(first->id));
  EXPECT_TRUE(outbox.peer("once://bank:7000")->entered);
  EXPECT_TRUE(outbox.add("once://bank:7000", "key-1", as_bytes("key-1"))->repeated);
  outbox.forget("key-2");
  EXPECT_EQ(outbox.peer("once://bank:7000")->through, 0u);
  EXPECT_EQ(outbox.peer("once://bank:7000")->bitmap, 0b10u);
  outbox.forget("key-1");
  EXPECT_EQ(outbox.peer("once://bank:7000")->through, 2u);
  const auto third = outbox.add("once://bank:7000", "key-3", as_bytes("key-3"));
  EXPECT_TRUE(third->repeated);
  EXPECT_EQ(third->given_in, 4u);
  EXPECT_EQ(outbox.add("once://other:1", "key-3", as_bytes("key-3")).error(), Errc::key_collision);
}

TEST_F(OutboxFile, ForgetsOnDiskBeforeTheServerMay) {
  durable::Outbox outbox{file_.string()};
  std::vector<Sequence> told;
  outbox.begin_life([&](const std::string&, std::uint64_t, Sequence sequence) { told.push_back(sequence); });
  const auto keys_on_disk = [this] { return texts_in(file_, "SELECT key FROM once_call"); };
  ASSERT_TRUE(outbox.peer("once://bank:7000"));
  ASSERT_TRUE(outbox.add("once://bank:7000", "key-1", as_bytes("key-1")));
  outbox.forget("key-1");
  EXPECT_TRUE(outbox.keys().empty());
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(keys_on_disk(), std::vector<std::string>{"key-1"});
  ASSERT_TRUE(outbox.add("once://bank:7000", "key-2", as_bytes("key-2")));
  EXPECT_EQ(told, std::vector<Sequence>{1});
  EXPECT_EQ(keys_on_disk(), std::vector<std::string>{"key-2"});
  outbox.forget("key-2");
  EXPECT_EQ(outbox.peer("once://bank:7000")->through, 2u) << "which the server is told";
  EXPECT_TRUE(keys_on_disk().empty());
}

TEST_F(OutboxFile, ThatIsAnotherIsRefused) {
  { const durable::Outbox outbox{file_.string()}; }
  for (const char* const part : {"", "-wal", "-shm"}) fs::remove(file_.string() + part);
  const std::string message = message_of<StoreError>([&] { durable::Outbox{file_.string()}; });
  EXPECT_NE(message.find("is not the file that"), std::string::npos) << message;
  EXPECT_NE(message.find("another name"), std::string::npos) << message;
}

TEST(ClientOptions, NamesAndOutboxesGoTogether) {
  const std::string message = message_of<std::invalid_argument>([] { Client client{{.name = "till-7"}}; });
  EXPECT_NE(message.find("a name, of at most 64 octets, and an outbox go together"), std::string::npos);
}

}  // namespace
}  // namespace once::test
