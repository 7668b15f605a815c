#include <iostream>
#include <memory>
#include <string>

#include <asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <once/durable.hpp>
#include <once/once.hpp>
#include <once/simulation.hpp>

#include "bank.once.hpp"

using once::simulation::Host;
using once::simulation::World;

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account (key TEXT PRIMARY KEY, cents INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS transfer (cents INTEGER NOT NULL);
  INSERT OR IGNORE INTO account VALUES ('alice', 50000), ('bob', 50000);
)";

// The service: what runs in the simulation is what runs in production.
class Savings final : public bank::SavingsAccount::Servant {
 public:
  bank::Cents transfer(once::Call& call, once::Transaction& transaction, const std::string& to,
                       bank::Cents amount) override {
    once::durable::Sql sql{transaction};
    const auto cents = sql.value<bank::Cents>("SELECT cents FROM account WHERE key = ?", call.object_key());
    if (cents < amount) throw bank::InsufficientFunds{cents};
    sql.run("UPDATE account SET cents = cents - ? WHERE key = ?", amount, call.object_key());
    sql.run("UPDATE account SET cents = cents + ? WHERE key = ?", amount, to);
    sql.run("INSERT INTO transfer VALUES (?)", amount);
    return cents - amount;
  }
};

asio::awaitable<void> savings_server(Host& host) {  // its main(); again after each crash
  once::durable::Store store{host.disk("bank.db"), {.schema = kTables}};
  once::Server server{host, {.store = &store}};
  server.activate("alice", std::make_shared<Savings>());
  server.activate("bob", std::make_shared<Savings>());
  server.listen("udp://server:7000");
  co_await host.until_crash();
}

struct Calls {
  int made = 0;
  int answered = 0;
};

void transfers(World& world) {
  auto& calls = world.make<Calls>();
  auto& server = world.host("server", savings_server);
  world.host("client", [&calls](Host& host) -> asio::awaitable<void> {
    once::Client client{host};
    const auto alice = client.stub<bank::SavingsAccount>("once://server:7000/alice?transport=udp");
    for (int i = 0; i < 50; ++i) {
      ++calls.made;
      const auto outcome = co_await alice.async_transfer("bob", 10, asio::use_awaitable);
      if (outcome) ++calls.answered;
    }
  });
  world.crash_at_random(server, {.times = 3});

  world.check("no money made or lost", [&server] {  // after every event
    const auto sum = server.disk("bank.db").find<long>("SELECT sum(cents) FROM account");
    return !sum || *sum == 100'000;
  });
  world.check("each transfer once", [&server, &calls] {
    const int kept = server.disk("bank.db").find<int>("SELECT count(*) FROM transfer").value_or(0);
    return calls.answered <= kept && kept <= calls.made;
  });
}

TEST(Bank, MoneyIsNeitherMadeNorLost) {
  const auto seen = once::simulation::run({.seeds = 200, .faults = once::simulation::harsh()}, transfers);
  std::cout << seen.seeds << " seeds, " << seen.crashes << " crashes\n";
}

// A mistake, and how it is found: an operation that is declared to be harmless when it runs twice.
class Account final : public bank::Account::Servant {
 public:
  explicit Account(bank::Cents& balance) : balance_(balance) {}
  bank::Cents balance(once::Call&) override { return balance_; }
  bank::Cents deposit(once::Call&, std::uint32_t, bank::Cents amount) override { return balance_ += amount; }
  bank::Cents deposit_at_least_once(once::Call&, std::uint32_t, bank::Cents amount) override {
    return balance_ += amount;
  }
  void deposit_maybe(once::Call&, std::uint32_t, bank::Cents amount) override { balance_ += amount; }

 private:
  bank::Cents& balance_;
};

void carelessly_paid_in(World& world) {
  auto& paid = world.make<bank::Cents>(0);
  auto& balance = world.make<bank::Cents>(0);
  world.host("server", [&balance](Host& host) -> asio::awaitable<void> {
    once::Server server{host};
    server.activate("account", std::make_shared<Account>(balance));
    server.listen("udp://server:7000");
    co_await host.until_crash();
  });
  world.host("client", [&paid](Host& host) -> asio::awaitable<void> {
    once::Client client{host};
    const auto account = client.stub<bank::Account>("once://server:7000/account?transport=udp");
    for (std::uint32_t payment = 1; payment <= 10; ++payment) {
      paid += 100;
      (void)co_await account.async_deposit_at_least_once(payment, 100, asio::use_awaitable);
    }
  });
  world.check("no more than was paid in", [&] { return balance <= paid; });
}

TEST(Bank, AMistakeIsFound) {
  const once::simulation::Options options{.seeds = 200, .faults = once::simulation::mild()};
  try {
    once::simulation::run(options, carelessly_paid_in);
    FAIL() << "nobody has noticed";
  } catch (const once::simulation::Failure& failure) {
    EXPECT_EQ(failure.check(), "no more than was paid in") << failure.what();
    std::cout << failure.what() << "\n";
  }
}
