// The search itself: states are kept as they are, and what it leaves out does not matter.
#include "search.hpp"

#include <gtest/gtest.h>

#include "configurations.hpp"
#include "moves.hpp"
#include "mutants.hpp"
#include "state_store.hpp"

namespace once::model {
namespace {

World world_named(std::string_view name) {
  World world;
  world.configuration = *find_configuration(name);
  return world;
}

TEST(ModelStateStore, KeepsEachStateOnce) {
  State state = first_state(world_named("pair"));
  StateStore store;
  EXPECT_TRUE(store.add(state, kNoState).is_new);
  state.network.add(
      {.type = MessageType::Reply, .session = 1, .epoch = 2, .number = 3, .call = 1, .window = 2});
  const auto second = store.add(state, 0);
  EXPECT_TRUE(second.is_new);
  EXPECT_EQ(store.add(state, 0).id, second.id);
  EXPECT_EQ(store.size(), 2u);
  EXPECT_EQ(store.parent(second.id), 0u);
  ASSERT_EQ(store.at(second.id).network.size(), 1u);
  EXPECT_EQ(to_text(unpack(*store.at(second.id).network.begin())), "REPLY s1:3 by e2, of call b");
}

TEST(ModelMessage, IsWhatItWasWhenItIsUnpacked) {
  const Message message{.type = MessageType::Welcome,
                        .session = 3,
                        .epoch = 1,
                        .number = 2,
                        .free = true,
                        .call = 2,
                        .mark = 3,
                        .bitmap = 5,
                        .nonce = 6,
                        .life = 2,
                        .made_in = 1,
                        .window = 3,
                        .expected = 1};
  EXPECT_EQ(pack(unpack(pack(message))), pack(message));
  EXPECT_EQ(unpack(pack(message)).bitmap, 5);
  EXPECT_EQ(unpack(pack(message)).made_in, 1);
}

/// What is reached without the messages that are left out is reached with them, too, and nothing else is.
TEST(ModelSearch, LosesNothingByLeavingMessagesOut) {
  for (const char* const name :
       {"call", "sessions", "window", "pair", "further", "exactly", "mixed", "outbox-again"}) {
    World world = world_named(name);
    world.configuration.strays = true;
    SearchOptions options;
    options.projects = true;
    const Result pruned = search(world, options);
    world.prunes = false;
    const Result whole = search(world, options);
    EXPECT_TRUE(pruned.is_complete && whole.is_complete) << name;
    EXPECT_LE(pruned.states, whole.states) << name;
    EXPECT_EQ(pruned.projection, whole.projection) << name;
  }
}

TEST(ModelSearch, TellsTheShortestStory) {
  const Mutant& mutant = *find_mutant("refusal-not-recorded");
  SearchOptions options;
  options.looked_for = Invariants{}.set(static_cast<std::size_t>(Invariant::NotRun));
  const Result result = search(world_of(mutant), options);
  ASSERT_TRUE(result.finding);
  EXPECT_EQ(result.finding->invariant, Invariant::NotRun);
  EXPECT_EQ(result.finding->story.size(), 9u);
  EXPECT_NE(result.finding->story[5].find("the server answers NOT_EXECUTED s1:1 by e1"), std::string::npos);
}

}  // namespace
}  // namespace once::model
