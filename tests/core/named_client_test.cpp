// Clients with a name: which of their lives and sessions are let in, and which are over.
#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/server/named_clients.hpp"
#include "core/server/rows.hpp"
#include "tills.hpp"

namespace once::core::testing {
namespace {

TEST(NamedClient, AnEarlierLifeIsRefusedAndItsSessionsAreOver) {
  Pair pair{2};
  ClientConfig first = life(1);
  first.lasting.reset();
  ClientConfig second = first;
  second.incarnation = 2;
  second.instance = {8, 8};
  pair.restart_client(0, first);
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  EXPECT_EQ(pair.server->sessions(), 1u);
  pair.restart_client(1, second);
  ASSERT_TRUE(pair.run_until_done(pair.start(Pair::request(), 1), 1));
  EXPECT_EQ(pair.server->sessions(), 1u);
  const CallKey sent = pair.start();
  ASSERT_TRUE(pair.run_until_done(sent));
  EXPECT_EQ(pair.completion(sent)->reason, Errc::session_lost);
  const CallKey late = pair.start();
  ASSERT_TRUE(pair.run_until_done(late));
  EXPECT_EQ(pair.outcome(late), OutcomeKind::NotSent);
  EXPECT_EQ(pair.completion(late)->reason, Errc::superseded);
}

TEST(NamedClient, ALaterLifeIsRememberedByTheStore) {
  Pair pair{2, durable()};
  pair.restart_client(0, life(1));
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(1, "x"))));
  pair.restart_client(1, life(5));
  ASSERT_TRUE(pair.run_until_done(pair.start(again(1, "x"), 1), 1));
  pair.restart_server();
  pair.restart_client(0, life(4));
  const CallKey late = pair.start(numbered(2, "y"));
  ASSERT_TRUE(pair.run_until_done(late));
  EXPECT_EQ(pair.completion(late)->reason, Errc::superseded);
}

TEST(NamedClient, AnotherLastingSessionTakesThePlaceOfTheFirst) {
  Till pair;
  ClientConfig other = life(2);
  other.lasting->nonce = kNonce + 1;
  pair.restart_client(0, other);
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(1, "x"))));
  EXPECT_EQ(pair.server->sessions(), 1u);
  EXPECT_EQ(pair.store.sessions.size(), 1u);
}

/// Else two tills that were given one name by mistake would end each other's sessions for ever.
TEST(NamedClient, AnotherClientOfTheSameNameIsRefused) {
  Pair pair{2, durable()};
  pair.restart_client(0, life(1));
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(1, "x"))));
  ClientConfig other = life(1);
  other.instance = {8, 8};
  other.lasting->nonce = kNonce + 1;
  pair.restart_client(1, other);
  const CallKey refused = pair.start(numbered(1, "y"), 1);
  ASSERT_TRUE(pair.run_until_done(refused, 1));
  EXPECT_EQ(pair.outcome(refused, 1), OutcomeKind::NotSent);
  EXPECT_EQ(pair.completion(refused, 1)->reason, Errc::superseded);
  const CallKey call = pair.start(numbered(2, "x"));
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::Executed);
}

/// A HELLO with the instance and nonce of a session, and with something else said of its client, is not believed.
TEST(NamedClient, ALaterLifeEntersNoOrdinarySession) {
  Pair pair;
  ClientConfig config = life(1);
  config.lasting.reset();
  pair.restart_client(0, config);
  ASSERT_TRUE(pair.run_until_done(pair.start()));
  const auto with = [&](const std::function<void(ClientConfig&)>& change) {
    ClientConfig changed = config;
    change(changed);
    pair.restart_client(0, changed);
    CallRequest request = Pair::request();
    request.deadline = pair.now + 500ms;
    const CallKey call = pair.start(std::move(request));
    ASSERT_TRUE(pair.run_until_done(call));
    EXPECT_EQ(pair.outcome(call), OutcomeKind::NotSent);
    EXPECT_EQ(pair.server->sessions(), 1u);
  };
  with([](ClientConfig& changed) { changed.incarnation = 2; });
  with([](ClientConfig& changed) { changed.name = "other"; });
  EXPECT_GT(pair.server->counters().malformed, 0u);
  pair.run_for(std::chrono::hours{1});
  EXPECT_EQ(pair.server->sessions(), 0u);
}

TEST(NamedClient, ALaterLifeIsWelcomedWhenTheStoreKnowsIt) {
  Till pair;
  pair.store.keeps_sessions = false;
  pair.restart_client(0, life(2, 1));
  const CallKey call = pair.start(numbered(2, "x", 2));
  pair.run_for(1s);
  EXPECT_EQ(pair.count_of(MessageType::Welcome), 0u);
  ASSERT_EQ(pair.store.sessions.size(), 1u);
  const auto& [id, octets] = *pair.store.sessions.begin();
  SessionRow row;
  ASSERT_EQ(read_row(octets, row), Errc::ok);
  EXPECT_EQ(row.incarnation, 2u);
  pair.server->kept(pair.now, id, Errc::overloaded);
  pair.drain();
  ASSERT_TRUE(pair.run_until_done(call));
  EXPECT_EQ(pair.outcome(call), OutcomeKind::NotSent);
  EXPECT_EQ(pair.server->sessions(), 1u) << "its outcomes are kept";
  pair.store.keeps_sessions = true;
  ASSERT_TRUE(pair.run_until_done(pair.start(numbered(3, "y", 2))));
  EXPECT_EQ(pair.effects_of(3), 1);
}

/// However many lives come while the store works on the row of the first: one row is under way, and the last is awaited.
TEST(NamedClient, ManyLaterLivesAreOneRowForTheStore) {
  Till pair;
  pair.store.keeps_sessions = false;
  for (std::uint64_t incarnation = 2; incarnation <= 400; ++incarnation) {
    pair.restart_client(0, life(incarnation, 1));
    pair.start(numbered(2, "x", incarnation));
    pair.run_for(5ms);
  }
  ASSERT_EQ(pair.store.sessions.size(), 1u);
  const auto& [id, octets] = *pair.store.sessions.begin();
  for (const std::uint64_t incarnation : {2u, 400u}) {
    EXPECT_EQ(pair.count_of(MessageType::Welcome), 0u);
    SessionRow row;
    ASSERT_EQ(read_row(octets, row), Errc::ok);
    EXPECT_EQ(row.incarnation, incarnation);
    pair.server->kept(pair.now, id, Errc::ok);
    pair.drain();
    pair.run_for(1s);
  }
  EXPECT_EQ(pair.count_of(MessageType::Welcome), 1u);
}

TEST(NamedClient, RowsOnTheirWayToTheStoreAreBounded) {
  ServerConfig config = durable();
  config.limits.rows_under_way_max = 3;
  Pair pair{5, config};
  pair.store.keeps_sessions = false;
  for (std::size_t client = 0; client < 5; ++client)
    pair.start(Pair::request(Semantics::ExactlyOnce), client);
  pair.run_for(20ms);
  EXPECT_EQ(pair.server->sessions(), 3u);
  EXPECT_EQ(pair.count_of(MessageType::Refused), 2u);
  pair.store.keeps_sessions = true;
  for (const auto& [id, octets] : std::map{pair.store.sessions}) pair.server->kept(pair.now, id, Errc::ok);
  pair.drain();
  pair.run_for(5s);
  EXPECT_EQ(pair.server->sessions(), 3u);
  pair.start(Pair::request(Semantics::ExactlyOnce), 4);
  pair.run_for(5s);
  EXPECT_EQ(pair.server->sessions(), 4u);
}

/// The life's own ordinary session may have come first.
TEST(NamedClient, ALaterLifeIsWelcomedWhenTheStoreKnowsItWhicheverSessionComesFirst) {
  Till pair;
  ClientConfig ordinary = life(2);
  ordinary.lasting.reset();
  const std::size_t other = pair.add_client(ordinary);
  ASSERT_TRUE(
      pair.run_until_done(pair.start(Pair::request(Semantics::ExactlyOnce, "ordinary"), other), other));
  pair.restart_client(0, life(2, 1));
  const CallKey call = pair.start(numbered(2, "x", 2));
  ASSERT_TRUE(pair.run_until_done(call));
  const bool is_known =
      std::any_of(pair.store.sessions.begin(), pair.store.sessions.end(), [](const auto& kept) {
        SessionRow row;
        return read_row(kept.second, row) == Errc::ok && row.lasting && row.incarnation == 2;
      });
  EXPECT_TRUE(is_known);
}

/// The server has crashed between the row of the new session and the end of the old one's.
TEST(NamedClient, OneLastingSessionOfTwoIsRestored) {
  for (const bool newer_first : {false, true}) {
    ServerConfig config = durable();
    ServerCore server{config, Time{1000s}};
    SessionRow older;
    older.id = 0x1100;
    older.instance = {7, 7};
    older.nonce = 1;
    older.window = 64;
    older.client = "till";
    older.incarnation = older.made_in = 1;
    older.lasting = true;
    SessionRow newer = older;
    newer.id = 0x2200;
    newer.nonce = 2;
    newer.incarnation = newer.made_in = 2;
    SessionRow ordinary = older;  // of the first life
    ordinary.id = 0x3300;
    ordinary.nonce = 3;
    ordinary.lasting = false;
    std::vector<SessionRow> rows{older, ordinary, newer};
    if (newer_first) std::reverse(rows.begin(), rows.end());
    for (const SessionRow& row : rows) server.restore(Time{1000s}, row);
    EXPECT_EQ(server.sessions(), 1u);
    std::set<SessionId> forgotten;
    RequestId id;
    while (server.poll_forget(id)) forgotten.insert(id.session);
    EXPECT_EQ(forgotten, (std::set<SessionId>{older.id, ordinary.id}));
  }
}

TEST(NamedClient, AllItsSessionsHaveOneHome) {
  Till pair;
  ASSERT_EQ(pair.store.sessions.size(), 1u);
  EXPECT_EQ(static_cast<std::uint8_t>(pair.store.sessions.begin()->first), home_of("till"));
  pair.restart_client(0, life(2, 1));
  pair.start(numbered(2, "x"));
  const auto hellos = pair.sent_of(MessageType::Hello);
  ASSERT_FALSE(hellos.empty());
  EXPECT_EQ(home_of_hello(hellos.front().message.view()), home_of("till"));
}

TEST(NamedClients, ForgetTheirSessions) {
  NamedClients clients;
  const NamedClients::Owner owner{0, "till"};
  EXPECT_TRUE(clients.add(10, owner, 3, false).empty());
  EXPECT_TRUE(clients.add(11, owner, 3, true).empty());
  EXPECT_FALSE(clients.admits(owner, 2));
  EXPECT_TRUE(clients.admits({1, "till"}, 2)) << "another principal's";
  EXPECT_EQ(clients.add(12, owner, 4, false), std::vector<SessionId>{10});
  clients.remove(10);
  EXPECT_EQ(clients.add(13, owner, 4, true), std::vector<SessionId>{11});
  for (const SessionId session : {11u, 12u, 13u}) clients.remove(session);
  EXPECT_TRUE(clients.admits(owner, 1)) << "nothing is left of it";
}

}  // namespace
}  // namespace once::core::testing
