// Disks of simulated hosts: stores and outboxes there, what a crash leaves of them, and who reads behind their backs.
#include <once/durable.hpp>

#include "counter.hpp"

namespace sim {
namespace {

using once::simulation::harsh;
using once::simulation::none;

constexpr const char* kTable = "CREATE TABLE IF NOT EXISTS entry (number INTEGER)";

class Writer final : public Book::Servant {
 public:
  std::uint32_t write(once::Call&, once::Transaction& transaction, std::uint32_t number) override {
    once::durable::Sql sql{transaction};
    sql.run("INSERT INTO entry VALUES (?)", number);
    return sql.value<std::uint32_t>("SELECT count(*) FROM entry");
  }
};

asio::awaitable<void> serve(Host& host) {
  once::durable::Store store{host.disk("book.db"),
                             {.schema = kTable, .on_stopped = [&host](const std::string&) { host.crash(); }}};
  once::Server server{host, {.store = &store}};
  server.activate("book", std::make_shared<Writer>());
  server.listen("udp://server:7000");
  co_await host.until_crash();
}

struct Answers {
  int right = 0, other = 0;
};

TEST(SimulatedDisks, KeepWhatWasAnsweredThroughCrashes) {
  once::simulation::Faults faults = harsh();
  faults.failed_syncs = 0.02;
  const auto seen =
      once::simulation::run({.seeds = 80 / ONCE_TEST_STRIDE, .faults = faults}, [](World& world) {
        auto& answers = world.make<Answers>();
        auto& server = world.host("server", serve);
        world.host("client", [&answers](Host& host) -> asio::awaitable<void> {
          once::Client client{host};
          const auto book = client.stub<Book>("once://server:7000/book?transport=udp", {.deadline = 5min});
          for (std::uint32_t i = 1; i <= 20; ++i) {
            const auto outcome = co_await book.async_write(i, asio::use_awaitable);
            ++(outcome ? answers.right : answers.other);
          }
        });
        world.crash_at_random(server, {.times = 3});
        const auto count = [&server](const char* what) {
          return server.disk("book.db")
              .find<int>(std::string{"SELECT count("} + what + ") FROM entry")
              .value_or(0);
        };
        world.check("each once", [count] { return count("*") == count("DISTINCT number"); });
        world.check("answered ones are there", [count, &answers] { return count("*") >= answers.right; });
      });
  EXPECT_GT(seen.power_failures, seen.seeds / 4);
}

TEST(SimulatedDisks, AreReadByTheTestWithoutTheStoreNoticing) {
  once::simulation::run({.seeds = 1, .faults = none()}, [](World& world) {
    auto& reads = world.make<std::vector<int>>();
    auto& server = world.host("server", serve);
    world.host("client", [](Host& host) -> asio::awaitable<void> {
      once::Client client{host};
      const auto book = client.stub<Book>("once://server:7000/book?transport=udp");
      for (std::uint32_t i = 1; i <= 5; ++i) EXPECT_TRUE(co_await book.async_write(i, asio::use_awaitable));
    });
    world.check("reads", [&] {
      auto disk = server.disk("book.db");
      const auto sum = disk.find<int>("SELECT sum(number) FROM entry");
      if (sum && (reads.empty() || reads.back() != *sum)) reads.push_back(*sum);
      EXPECT_EQ(disk.find<int>("SELECT x FROM no_table"), std::nullopt);
      return true;
    });
    world.finally("each commit was seen", [&] { return reads == std::vector{1, 3, 6, 10, 15}; });
    world.finally("values", [&] {
      auto disk = server.disk("book.db");
      EXPECT_EQ(disk.find<std::string>("SELECT 'a' || 'b'"), "ab");
      EXPECT_EQ(disk.find<double>("SELECT 1.5"), 1.5);
      EXPECT_EQ(disk.find<std::string>("SELECT date('now')"), "2000-01-01");
      EXPECT_EQ(server.disk("other.db").find<int>("SELECT 1"), std::nullopt);
      EXPECT_THROW(disk.find<int>("SELEKT 1"), once::durable::SqlError);
      return true;
    });
  });
}

/// Journals are synced by whoever wants to find them again: SQLite's setting for those who do not.
TEST(SimulatedDisks, LoseWhatWasNotSynced) {
  constexpr const char* kCareless =
      "PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS entry (number INTEGER)";
  int lost = 0;
  once::simulation::run({.seeds = 30, .faults = {.power_failures = 1}}, [&](World& world) {
    auto& answers = world.make<Answers>();
    auto& server = world.host("server", [](Host& host) -> asio::awaitable<void> {
      once::durable::Store store{host.disk("book.db"), {.schema = kCareless}};
      once::Server server_of_book{host, {.store = &store}};
      server_of_book.activate("book", std::make_shared<Writer>());
      server_of_book.listen("udp://server:7000");
      co_await host.until_crash();
    });
    world.host("client", [&answers](Host& host) -> asio::awaitable<void> {
      once::Client client{host};
      const auto book = client.stub<Book>("once://server:7000/book?transport=udp");
      for (std::uint32_t i = 1; i <= 20; ++i) {
        if (co_await book.async_write(i, asio::use_awaitable)) ++answers.right;
      }
    });
    world.crash_at_random(server, {.times = 3, .within = 20ms});
    world.check("kept", [&lost, &server, &answers] {
      if (server.disk("book.db").find<int>("SELECT count(*) FROM entry").value_or(0) < answers.right) ++lost;
      return true;
    });
  });
  EXPECT_GT(lost, 0);
}

/// A till that crashes makes its payments again, under the same keys.
TEST(SimulatedDisks, HaveOutboxesOfClientsThatCrash) {
  once::simulation::run({.seeds = 40 / ONCE_TEST_STRIDE, .faults = harsh()}, [](World& world) {
    auto& server = world.host("server", serve);
    auto& till = world.host("till", [](Host& host) -> asio::awaitable<void> {
      once::durable::Outbox outbox{host.disk("till.db")};
      once::Client client{host, {.name = "till", .outbox = &outbox}};
      const auto book = client.stub<Book>("once://server:7000/book?transport=udp");
      for (std::uint32_t i = 1; i <= 10; ++i) {
        const auto keyed = book.with({.deadline = 1min, .key = "payment-" + std::to_string(i)});
        while (!(co_await keyed.async_write(i, asio::use_awaitable))) co_await host.sleep(100ms);
      }
    });
    world.crash_at_random(server, {.times = 1});
    world.crash_at_random(till, {.times = 3});
    world.check("each once", [&server] {
      auto disk = server.disk("book.db");
      return disk.find<int>("SELECT count(*) - count(DISTINCT number) FROM entry").value_or(0) == 0;
    });
    world.finally("all",
                  [&server] { return server.disk("book.db").find<int>("SELECT count(*) FROM entry") == 10; });
  });
}

}  // namespace
}  // namespace sim
