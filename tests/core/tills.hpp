// Clients with a name, an outbox and a lasting session.
#pragma once

#include <gtest/gtest.h>

#include "pair.hpp"

namespace once::core::testing {

inline constexpr std::uint64_t kNonce = 0x4711;

/// A life of the client "till", whose outbox says that all numbers up to `through` are finished.
inline ClientConfig life(std::uint64_t incarnation, Sequence through = 0, std::uint64_t bitmap = 0) {
  ClientConfig config;
  config.instance = {7, 7};
  config.seed = incarnation;
  config.name = "till";
  config.incarnation = incarnation;
  config.lasting = LastingSession{kNonce, through, bitmap};
  return config;
}

inline CallRequest numbered(Sequence sequence, std::string_view body, std::uint64_t given_in = 1) {
  CallRequest request = Pair::request(Semantics::ExactlyOnce, body);
  request.sequence = sequence;
  request.given_in = given_in;
  return request;
}
inline CallRequest again(Sequence sequence, std::string_view body, std::uint64_t given_in = 1) {
  CallRequest request = numbered(sequence, body, given_in);
  request.repeated = true;
  return request;
}

/// A till that has a lasting session, in its first life, and has made no call in it that is not finished.
struct Till : Pair {
  Till() : Pair(1, durable()) {
    restart_client(0, life(1));
    EXPECT_TRUE(run_until_done(start(numbered(1, "opened"))));
    clients[0].core->finish(now, 1);
    run_for(1s);
    EXPECT_EQ(server->records(), 0u);
    executed.clear();
    store.effects.clear();
    sent.clear();
  }
  int effects_of(Sequence sequence) const {
    int sum = 0;
    for (const auto& [id, count] : store.effects) sum += id.sequence == sequence ? count : 0;
    return sum;
  }
};

}  // namespace once::core::testing
