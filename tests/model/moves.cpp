// When each step may be taken. Steps that happen sooner or later, if they can, are fair; all others may, or may never.
#include "moves.hpp"

#include <algorithm>

#include "client.hpp"
#include "relevance.hpp"
#include "server.hpp"

namespace once::model {
namespace {

class Moves {
 public:
  Moves(const World& world, const State& before, bool is_told, const Visit& visit)
      : world_(world), may_(world.configuration), before_(before), is_told_(is_told), visit_(visit) {}

  void all() {
    application();
    client();
    for (std::size_t session = 0; session < kSessions; ++session) server(session);
    restarts();
    network();
  }

 private:
  enum class Fair : bool { No, Yes };

  /// Takes `act`, and once more with a refusal where the server has that choice.
  template <class Act>
  void take(Fair fair, Act&& act) {
    Step step{is_told_};
    State after = before_;
    step.is_fair = fair == Fair::Yes;
    act(after, step, false);
    const bool may_refuse = step.may_refuse && may_.refusals;
    show(after, step);
    if (!may_refuse) return;
    Step other{is_told_};
    after = before_;
    act(after, other, true);
    show(after, other);
  }
  template <class Act>
  void client_does(Fair fair, Act&& act) {
    take(fair, [&](State& after, Step& step, bool) {
      ClientSide client{world_, after, step};
      act(client);
    });
  }
  template <class Act>
  void server_does(Fair fair, Act&& act) {
    take(fair, [&](State& after, Step& step, bool refuses) {
      ServerSide server{world_, after, step};
      act(server, refuses);
    });
  }
  void show(State& after, Step& step) {
    step.broken |= broken_in(world_, after) | broken_between(before_, after);
    drop_what_cannot_matter(world_, after);
    visit_(after, step);
  }

  // --- Whose turn it is

  void application() {
    if (before_.client.closed) return;
    for (std::size_t call = 0; call < world_.calls(); ++call) {
      if (before_.calls[call].phase != Phase::Unissued) continue;
      if (!before_.client.lost) client_does(Fair::No, [&](ClientSide& client) { client.issue(call); });
      break;
    }
    for (std::size_t call = 0; call < world_.calls(); ++call) application(call);
    if (may_.closes) client_does(Fair::No, [](ClientSide& client) { client.close(); });
  }

  void application(std::size_t call) {
    const Call& its = before_.calls[call];
    if (may_.deadlines && (its.is_open() || its.cancelling)) {
      client_does(Fair::No, [&](ClientSide& client) { client.pass_deadline(call); });
    }
    if (may_.cancels && its.is_open())
      client_does(Fair::No, [&](ClientSide& client) { client.cancel(call); });
    if (its.unpolled) client_does(Fair::Yes, [&](ClientSide& client) { client.take_completion(call); });
    if (!may_.is_lasting || its.phase != Phase::Ended || its.unpolled) return;
    if (its.outcome == Outcome::Unknown && !before_.client.lost) {
      client_does(Fair::Yes, [&](ClientSide& client) { client.make_again(call); });
    }
    const Fair fair = its.outcome == Outcome::Unknown ? Fair::No : Fair::Yes;
    client_does(fair, [&](ClientSide& client) { client.forget_key(call); });
  }

  void client() {
    const Client& its = before_.client;
    if (its.closed) return;
    Step step;
    State unchanged = before_;
    const ClientSide asked{world_, unchanged, step};
    if (its.nonce != 0 && !before_.network.holds(asked.hello())) {
      client_does(Fair::Yes, [](ClientSide& client) { client.send_hello(); });
    }
    for (std::size_t call = 0; call < world_.calls(); ++call) send_about(call, asked);
    for (std::size_t place = 0; place < kPlaces; ++place) keep_session(place, asked);
    if (its.life < may_.lives) client_does(Fair::No, [](ClientSide& client) { client.crash(); });
    if (may_.is_lasting) outbox();
  }

  void send_about(std::size_t call, const ClientSide& asked) {
    const Call& about = before_.calls[call];
    if (about.place == 0 || !(about.is_open() || about.cancelling)) return;
    const auto send = [&](Fair fair, MessageType type) {
      const bool is_first = type == MessageType::Request && !about.asked;
      if (!is_first && before_.network.holds(asked.message_about(call, type))) return;
      client_does(fair, [&](ClientSide& client) { client.send_about(call, type); });
    };
    const MessageType opening = asked.opening_of(about);
    if (about.working && opening == MessageType::Request) {
      send(Fair::Yes, MessageType::Probe);
      if (may_.new_paths) send(Fair::No, opening);
    } else {
      send(Fair::Yes, opening);
    }
    if (world_.planted(Fault::PartialWriteNotSent) && !about.asked) {
      client_does(Fair::No, [&](ClientSide& client) { client.send_partly(call); });
    }
    if (may_.withdrawals && about.sent && !about.asked && !about.withdrawn) {
      client_does(Fair::No, [&](ClientSide& client) { client.become_too_large(call); });
    }
  }

  void keep_session(std::size_t place, const ClientSide& asked) {
    const Binding& session = before_.client.sessions[place];
    if (session.session == 0) return;
    if (may_.acks && session.finished != 0 && !before_.network.holds(asked.acknowledgement(place))) {
      client_does(Fair::Yes, [&](ClientSide& client) { client.send_acknowledgement(place); });
    }
    if (may_.stops && !may_.is_lasting && !asked.outlasts_lease(place)) {
      client_does(Fair::No, [&](ClientSide& client) { client.stop_using(place); });
    }
  }

  void outbox() {
    const Client& its = before_.client;
    const bool is_settled = std::none_of(before_.calls.begin(), before_.calls.end(), [](const Call& call) {
      return call.is_open() || call.phase == Phase::Ended;
    });
    if (its.lost && is_settled && its.outbox < may_.nonces) {
      client_does(Fair::Yes, [](ClientSide& client) { client.begin_outbox(); });
    }
    const bool was_sent =
        std::any_of(before_.calls.begin(), before_.calls.end(), [](const Call& call) { return call.sent; });
    if (world_.planted(Fault::EnteredLate) && was_sent && !its.entered) {
      client_does(Fair::No, [](ClientSide& client) { client.note_entering(); });
    }
  }

  void server(std::size_t session) {
    const Session& its = before_.server.sessions[session];
    for (Count number = 1; number <= kCalls; ++number) {
      for (const bool free : {false, true}) servant(session, number, free);
      if (its.stray[number - 1u] != 0) {
        server_does(Fair::No, [&](ServerSide& server, bool) { server.commit_stray(session, number); });
      }
    }
    if (its.orphans != 0)
      server_does(Fair::Yes, [&](ServerSide& server, bool) { server.end_orphan(session); });
    if (!its.is_open()) return;
    if (may_.leases) server_does(Fair::No, [&](ServerSide& server, bool) { server.end_lease(session); });
    if (!may_.grants) return;
    if (its.window < may_.window)
      server_does(Fair::No, [&](ServerSide& server, bool) { server.widen(session); });
    if (its.window > 1) server_does(Fair::No, [&](ServerSide& server, bool) { server.shrink(session); });
  }

  void servant(std::size_t session, Count number, bool free) {
    const Session& its = before_.server.sessions[session];
    const Record& record = (free ? its.free_records : its.records)[number - 1u];
    const bool is_exactly_once = world_.is_exactly_once(record.call);
    const bool may_answer = !free && !its.is_acknowledged(number);
    switch (record.state) {
      case RecordState::Queued:
        server_does(Fair::Yes,
                    [&](ServerSide& server, bool refuses) { server.start(session, number, free, refuses); });
        break;
      case RecordState::Running:
        server_does(Fair::Yes, [&](ServerSide& server, bool) {
          is_exactly_once ? server.commit(session, number) : server.finish(session, number, free);
        });
        if (is_exactly_once && may_.refusals) {
          server_does(Fair::No, [&](ServerSide& server, bool) { server.refuse_started(session, number); });
        }
        if (world_.planted(Fault::ReplyBeforeRecord) && may_answer) {
          server_does(Fair::No, [&](ServerSide& server, bool) { server.reply_early(session, number); });
        }
        break;
      case RecordState::Committed:
        server_does(Fair::Yes, [&](ServerSide& server, bool) { server.finish(session, number, free); });
        break;
      case RecordState::Done:
        if (may_.evictions) {
          server_does(Fair::No, [&](ServerSide& server, bool) { server.evict_reply(session, number); });
        }
        evict(session, number, Fault::RecordEvicted);
        break;
      case RecordState::Refused: evict(session, number, Fault::RefusalEvicted); break;
      default: break;
    }
  }

  void evict(std::size_t session, Count number, Fault fault) {
    if (!world_.planted(fault)) return;
    server_does(Fair::No, [&](ServerSide& server, bool) { server.evict_record(session, number); });
  }

  void restarts() {
    if (before_.server.epoch == may_.epochs) return;
    server_does(Fair::No, [](ServerSide& server, bool) { server.restart(true); });
    if (may_.is_durable) server_does(Fair::No, [](ServerSide& server, bool) { server.restart(false); });
  }

  void network() {
    if (may_.losses && before_.network.size() != 0) {
      take(Fair::No, [](State& after, Step& step, bool) {
        after.network.clear();
        step.say([] { return std::string{"all that is on its way is lost"}; });
      });
    }
    for (const std::uint32_t packed : before_.network) {
      const Message message = unpack(packed);
      if (is_to_server(message.type)) {
        Step step;
        State unchanged = before_;
        if (!ServerSide{world_, unchanged, step}.can_receive(message)) continue;
        server_does(Fair::Yes, [&](ServerSide& server, bool refuses) { server.receive(message, refuses); });
      } else {
        client_does(Fair::Yes, [&](ClientSide& client) { client.receive(message); });
      }
    }
  }

  const World& world_;
  const Configuration& may_;
  const State& before_;
  const bool is_told_;
  const Visit& visit_;
};

}  // namespace

State first_state(const World& world) {
  State state;
  state.client.life = state.server.epoch = 1;
  state.client.outbox = world.configuration.is_lasting ? Count{1} : Count{0};
  return state;
}

void for_each_step(const World& world, const State& before, bool is_told, const Visit& visit) {
  Moves{world, before, is_told, visit}.all();
}

bool all_ended(const World& world, const State& state, bool& is_cut_off) {
  const Configuration& may = world.configuration;
  const bool has_open =
      std::any_of(state.calls.begin(), state.calls.end(), [](const Call& call) { return call.is_open(); });
  is_cut_off = false;
  if (!has_open) return true;
  const bool waits = std::any_of(state.calls.begin(), state.calls.end(),
                                 [](const Call& call) { return call.phase == Phase::Waiting; });
  const Client& client = state.client;
  const bool has_no_nonce = client.nonce == 0 && client.sessions[0].session == 0 && !may.is_lasting &&
                            client.next_nonce == may.nonces;
  bool has_no_place = client.nonce != 0;
  for (Count session = 0; session < may.sessions; ++session) {
    const Session& its = state.server.sessions[session];
    has_no_place =
        has_no_place && its.state != SessionState::Free && !(its.is_open() && its.nonce == client.nonce);
  }
  is_cut_off = waits && (has_no_nonce || has_no_place);
  return is_cut_off;
}

}  // namespace once::model
