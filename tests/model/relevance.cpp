// A message is dropped if no delivery of it, now or later, can change anything but the network, or lead to an answer
// that could.
#include "relevance.hpp"

namespace once::model {
namespace {

class Relevance {
 public:
  Relevance(const World& world, const State& state) : world_(world), state_(state) {}

  bool matters(const Message& message) const {
    switch (message.type) {
      case MessageType::Hello: return is_outstanding(message.nonce) || may_stray();
      case MessageType::Welcome:
      case MessageType::Superseded: return is_outstanding(message.nonce);
      case MessageType::Ack:
      case MessageType::Bye:
        return is_admitted(message) && (message.type == MessageType::Bye || is_news(message));
      case MessageType::Request:
      case MessageType::Cancel:
      case MessageType::Probe: return is_admitted(message) ? may_be_judged(message) : may_be_heard(message);
      default: return may_be_heard(message);
    }
  }

 private:
  bool is_lasting() const { return world_.configuration.is_lasting; }
  /// The nonce of a lasting session stays its client's, in all lives.
  bool is_outstanding(Count nonce) const {
    const Client& client = state_.client;
    return is_lasting() ? nonce == client.outbox : nonce == client.nonce;
  }
  /// A HELLO of which the client has taken leave makes a session that nobody uses.
  bool may_stray() const {
    const auto& sessions = state_.server.sessions;
    return world_.configuration.strays &&
           sessions[world_.configuration.sessions - 1u].state == SessionState::Free;
  }
  bool is_admitted(const Message& message) const {
    return message.epoch == state_.server.epoch && session_of(message).is_open();
  }
  const Session& session_of(const Message& message) const {
    return state_.server.sessions[message.session - 1u];
  }
  bool is_news(const Message& message) const {
    const Session& session = session_of(message);
    return message.mark > session.mark || (message.bitmap & ~(session.bitmap | up_to(session.mark))) != 0;
  }
  /// Stale from now on, or about an at-least-once call that has ended, and it acknowledges nothing new.
  bool may_be_judged(const Message& message) const {
    if (is_news(message)) return true;
    if (message.free) {  // a copy of what was refused may still run
      return may_be_heard(message) || world_.configuration.running_max != 0 ||
             world_.configuration.retries != 0;
    }
    return !session_of(message).is_acknowledged(message.number);
  }
  /// The client has a call under this number, or may still give it to one, and would believe what is said.
  bool may_be_heard(const Message& message) const {
    const Client& client = state_.client;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      const Binding& session = client.sessions[place];
      if (session.session == message.session && !is_lasting()) {
        return is_bound(place, message) && is_of_epoch(session, message);
      }
    }
    return is_lasting() && is_numbered(message);
  }
  bool is_bound(std::size_t place, const Message& message) const {
    for (std::size_t call = 0; call < world_.calls(); ++call) {
      const Call& bound = state_.calls[call];
      if (bound.place == place + 1 && bound.number == message.number &&
          world_.is_free(call) == message.free) {
        return true;
      }
    }
    return false;
  }
  bool is_numbered(const Message& message) const {
    for (const Call& call : state_.calls) {
      if (call.number == message.number && call.phase != Phase::Forgotten) return true;
    }
    return false;
  }
  /// The epoch of a session never goes back.
  static bool is_of_epoch(const Binding& session, const Message& message) {
    switch (message.type) {
      case MessageType::NotExecuted:
      case MessageType::Working:
      case MessageType::Unseen: return message.epoch >= session.epoch;
      case MessageType::WrongEpoch: return message.expected >= session.epoch;
      case MessageType::Request:
      case MessageType::Cancel:
      case MessageType::Probe:
        return message.epoch >= session.epoch;  // else WRONG_EPOCH, for an epoch that is over
      default: return true;
    }
  }

  const World& world_;
  const State& state_;
};

/// Where nobody counts orphans, that of an at-most-once call has done what it could do.
void drop_orphans(const World& world, State& state) {
  if (world.configuration.running_max != 0) return;
  for (Session& session : state.server.sessions) {
    for (Count number = 1; number <= kCalls; ++number) {
      Record& record = session.record(number, false);
      if (record.state == RecordState::None || !session.is_acknowledged(number)) continue;
      if (record.state == RecordState::Running && world.is_exactly_once(record.call)) continue;
      if (record.state == RecordState::Running || record.state == RecordState::Committed) record = Record{};
    }
  }
}

}  // namespace

void drop_what_cannot_matter(const World& world, State& state) {
  drop_orphans(world, state);
  if (!world.prunes) return;
  const Relevance relevance{world, state};
  state.network.remove_if([&](const Message& message) { return !relevance.matters(message); });
}

}  // namespace once::model
