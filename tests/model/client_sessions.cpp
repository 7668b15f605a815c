// The life of sessions at the client: asked for, entered, left, resumed; and which calls go in which.
#include <algorithm>

#include "client.hpp"

namespace once::model {

void ClientSide::progress() {
  if (client().closed) return;
  if (is_lasting()) {
    bind_numbered();
  } else {
    bind_waiting(false);
    bind_waiting(true);
  }
  ask_for_session();
}

/// First come, first bound.
void ClientSide::bind_waiting(bool free) {
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& waiting = call_at(call);
    if (waiting.phase != Phase::Waiting || world_.is_free(call) != free) continue;
    const std::size_t place = place_for(free);
    if (place == kPlaces) return;
    Binding& session = client().sessions[place];
    waiting.phase = Phase::Bound;
    waiting.place = static_cast<Count>(place + 1);
    waiting.number = free ? session.next_free++ : session.next++;
    step_.by("I3", "C10");
    step_.say([&] {
      return std::string{"call "} + name_of_call(call) + " gets s" + std::to_string(session.session) +
             (free ? ":f" : ":") + std::to_string(waiting.number);
    });
  }
}

/// A call that is made again has an earlier number than some that wait before it.
void ClientSide::bind_numbered() {
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& waiting = call_at(call);
    if (waiting.phase != Phase::Waiting || !in_session()) continue;
    if (!client().sessions[0].admits(waiting.number)) continue;
    step_.by("L1", "C10");
    waiting.phase = Phase::Bound;
    waiting.place = 1;
    waiting.asked = false;
  }
}

/// The first session that has room, unless all together have as many calls as the widest grant.
std::size_t ClientSide::place_for(bool free) const {
  std::size_t first = kPlaces;
  std::array<std::size_t, kPlaces> bound{};  // of this series
  std::size_t bound_in_all = 0;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    const Call& other = state_.calls[call];
    if (other.place == 0 || world_.is_free(call) != free) continue;
    ++bound[other.place - 1u];
    ++bound_in_all;
  }
  std::size_t widest = 0;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const Binding& session = client().sessions[place];
    if (session.session == 0) continue;
    widest = std::max<std::size_t>(widest, session.grant);
    const bool has_room = free ? bound[place] < session.grant : session.has_room();
    if (first == kPlaces && has_room) first = place;
  }
  return bound_in_all < widest ? first : kPlaces;
}

void ClientSide::ask_for_session() {
  const bool has_open =
      std::any_of(state_.calls.begin(), state_.calls.end(), [](const Call& call) { return call.is_open(); });
  if (!has_open || client().lost) {
    client().nonce = 0;
  } else if (client().nonce == 0 && wants_session()) {
    if (is_lasting()) {
      client().nonce = client().outbox;
    } else if (client().next_nonce < world_.configuration.nonces) {
      client().nonce = ++client().next_nonce;
    }
  }
}

bool ClientSide::wants_session() const {
  if (!in_session()) return true;
  if (is_lasting()) return false;
  bool waits = false;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    waits = waits || (state_.calls[call].phase == Phase::Waiting && !world_.is_free(call));
  }
  std::size_t in_use = 0;
  for (const Binding& session : client().sessions) {
    if (session.session == 0) continue;
    ++in_use;
    if (!session.is_held_up()) return false;
  }
  return waits && in_use < world_.configuration.places;
}

void ClientSide::enter(const Message& welcome) {
  client().nonce = 0;
  std::size_t place = 0;
  while (client().sessions[place].session != 0) ++place;
  if (place > 0) step_.by("C16");
  Binding& session = client().sessions[place];
  session.session = welcome.session;
  session.epoch = welcome.epoch;
  session.next = session.next_free = 1;
  session.grant = welcome.window;
  if (is_lasting()) enter_lasting(welcome);
  progress();
}

/// What was numbered in an earlier life than the session was made for, and may have been sent, went to another one.
bool ClientSide::is_of_earlier_session(std::size_t call) const {
  const Call& its = state_.calls[call];
  return its.sent && its.given_in < client().made_in && !world_.planted(Fault::MadeInIgnored);
}

void ClientSide::enter_lasting(const Message& welcome) {
  step_.by("L2");
  client().sessions[0].next = 0;
  client().sessions[0].finished = numbers_forgotten();
  client().made_in = welcome.made_in;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    if (!call_at(call).is_open() || !is_of_earlier_session(call)) continue;
    step_.by("L3");
    complete(call, Outcome::Lost);
  }
}

/// What was sent in it and must not run twice is Unknown; the rest is bound again.
void ClientSide::leave(std::size_t place) {
  step_.by("C8");
  step_.say([&] { return "the client leaves s" + std::to_string(client().sessions[place].session); });
  if (is_lasting()) return leave_lasting();
  auto& sessions = client().sessions;
  std::copy(sessions.begin() + static_cast<std::ptrdiff_t>(place) + 1, sessions.end(),
            sessions.begin() + static_cast<std::ptrdiff_t>(place));
  sessions.back() = Binding{};
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& left = call_at(call);
    if (left.place > place + 1)
      --left.place;
    else if (left.place == place + 1) {
      const bool may_have_run =
          left.sent && !world_.is_free(call) && !world_.planted(Fault::BoundAgainAfterSending);
      left.place = left.number = 0;
      left.asked = left.working = false;
      if (left.cancelling) {
        end_cancel(call);
      } else if (left.is_open()) {
        left.phase = Phase::Waiting;
        if (may_have_run) complete(call, Outcome::Unknown);
      }
    }
  }
  progress();
}

void ClientSide::leave_lasting() {
  step_.by("L5");
  client().sessions[0] = Binding{};
  client().lost = true;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& left = call_at(call);
    left.place = 0;
    left.asked = false;
    if (left.cancelling) end_cancel(call);
    if (left.is_open()) complete(call, left.sent ? Outcome::Lost : Outcome::NotSent);
  }
  progress();
}

void ClientSide::stop_using(std::size_t place) {
  step_.by("T5");
  step_.say([] { return std::string{"the client's part of the lease is over"}; });
  leave(place);
}

bool ClientSide::outlasts_lease(std::size_t place) const {
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    const Call& sent = state_.calls[call];
    if (sent.place == place + 1 && sent.is_open() && sent.sent && world_.is_exactly_once(call)) return true;
  }
  return false;
}

/// The server has restarted, and knows the session.
void ClientSide::resume(std::size_t place, Count epoch) {
  step_.by("E6");
  if (outlasts_lease(place)) step_.by("E7");
  step_.say([&] { return "the client goes on in e" + std::to_string(epoch); });
  client().sessions[place].epoch = epoch;
  for (std::size_t call = 0; call < world_.calls(); ++call) {
    Call& resumed = call_at(call);
    if (resumed.place != place + 1 || !resumed.sent) continue;
    if (world_.semantics(call) == Semantics::AtMostOnce && !world_.planted(Fault::AtMostOnceResumed)) {
      if (resumed.cancelling) {
        end_cancel(call);
      } else if (resumed.is_open()) {
        complete(call, Outcome::Unknown);
      }
    } else {
      resumed.working = false;
    }
  }
  progress();
}

}  // namespace once::model
