// What a server does with a message: checks it, asks the duplicate filter, carries out the verdict.
#include <once/base/crc32c.hpp>

#include "core/planted_bugs.hpp"
#include "core/rare.hpp"
#include "core/server/server_state.hpp"

namespace once::core {
namespace {

/// A message that is held, and lies in a block that is much larger than itself, gets one of its own: a small
/// request shall not hold a whole receive buffer.
Slice own_block(const Slice& message) {
  constexpr std::size_t kSmall = 512;
  return message.footprint() > 2 * message.size() + kSmall ? Slice::copy_of(message.view()) : message;
}

}  // namespace

// --- Receiving

void ServerCore::State::receive(Time now, const Path& from, const Slice& message, Duration took) {
  Prefix prefix;
  switch (read_prefix(message, prefix)) {
    case Errc::ok: break;
    case Errc::bad_version: receive_other_version(from, message, prefix); return;
    case Errc::bad_checksum: ++counters.bad_checksum; return;
    default: ++counters.malformed; return;
  }
  switch (prefix.type) {
    case MessageType::Hello: receive_hello(now, from, message, prefix); return;
    case MessageType::Request:
    case MessageType::Cancel:
    case MessageType::Probe:
    case MessageType::Ack:
    case MessageType::Bye:
    case MessageType::PathResponse: receive_in_session(now, from, message, prefix, took); return;
    default:
      // What a server says is never answered by a server, so two of them cannot talk for ever.
      ++(is_client_to_server(prefix.type) ? counters.malformed : counters.unexpected);
      return;
  }
}

void ServerCore::State::receive_other_version(const Path& from, const Slice& message, const Prefix& prefix) {
  ++counters.bad_version;
  if (prefix.type != MessageType::Hello || message.size() < kVersionsSize) return;
  std::uint64_t nonce = 0;
  if (read_nonce(message, prefix, nonce) == Errc::ok) send(from, Versions{nonce, kVersion, kVersion});
}

void ServerCore::State::receive_hello(Time now, const Path& from, const Slice& message,
                                      const Prefix& prefix) {
  Hello hello;
  if (read(message, prefix, hello) != Errc::ok) {
    ++counters.malformed;
    return;
  }
  ++counters.hellos;
  if (hello.version_min > kVersion || hello.version_max < kVersion) {
    ++counters.bad_version;
    send(from, Versions{hello.nonce, kVersion, kVersion});
    return;
  }
  if (hello.must_understand) {
    send(from, Refused{hello.nonce, Errc::unsupported, hello.attempt, 0});
    return;
  }
  const bool is_right = secrets.accepts(hello.cookie, now, from, hello.instance, hello.nonce);
  if (!from.validated && (!is_right || rarely(Rare::CookieAgain))) {
    ++counters.cookies;
    send(from, Cookie{hello.nonce, secrets.cookie(now, from, hello.instance, hello.nonce), hello.attempt});
    return;
  }
  if (hello.lasting && !config.durable) {
    refuse_hello(from, hello.nonce, hello.attempt, Errc::no_store);
    return;
  }
  Session* session = sessions.find(hello.instance, hello.nonce);
  if (session != nullptr && session->path.principal != from.principal) {
    ++counters.wrong_principal;
    return;
  }
  if (session != nullptr && !is_of(*session, hello)) {
    ++counters.malformed;
    return;
  }
  const bool is_new = session == nullptr;
  const NamedClients::Owner owner{from.principal, hello.name};
  if (!hello.name.empty() && (!named.admits(owner, hello.incarnation) ||
                              (is_new && hello.lasting && named.is_taken(owner, hello.incarnation)))) {
    refuse_hello(from, hello.nonce, hello.attempt, Errc::superseded);
    return;
  }
  if (is_new) session = open_session(now, from, hello);
  if (session == nullptr) return;
  if (!is_new && session->lasting) enter(now, *session, hello);
  if (!session->kept) {  // the WELCOME waits for the store, and goes to where the newest HELLO came from
    session->path = from;
    session->has_path = true;
    session->hello_attempt = hello.attempt;
    if (!session->row_under_way) keep(*session);  // again: there was no room for it
    return;
  }
  if (!is_new && session->newest_counter == 0) {
    renew(now, *session);  // the client counts from the copy that is answered
    session->path = from;  // which its cookie, or its transport, has proven
    session->has_path = true;
  }
  welcome(from, *session, hello.attempt);
}

/// What a HELLO says of its client must be so of the session that it names. Later lives enter a lasting session only.
bool ServerCore::State::is_of(const Session& session, const Hello& hello) const {
  const std::string* const name = named.name_of(session.id);
  return hello.lasting == session.lasting && hello.name == (name != nullptr ? *name : std::string{}) &&
         (hello.lasting || hello.incarnation == session.made_in);
}

/// nullptr if the server takes no more: it has said so.
Session* ServerCore::State::open_session(Time now, const Path& from, const Hello& hello) {
  if (draining || sessions.size() >= config.limits.sessions_max ||
      rows_under_way >= config.limits.rows_under_way_max || rarely(Rare::SessionRefused)) {
    refuse_hello(from, hello.nonce, hello.attempt, draining ? Errc::shutting_down : Errc::overloaded);
    return nullptr;
  }
  if (planted(Bug::SessionIdAgain)) secrets.begin_ids_again();
  SessionId id = secrets.next_session_id();
  const auto settle_home = [&] {
    if (!hello.name.empty()) id = (id & ~SessionId{0xff}) | home_of(hello.name);
  };
  settle_home();
  while (id == 0 || sessions.find(id) != nullptr) {  // one that an earlier server gave
    id = secrets.next_session_id();
    settle_home();
  }
  const Duration lease = hello.lasting ? config.limits.lasting_lease : config.limits.lease;
  Session& session = sessions.create(id, hello.instance, hello.nonce, now + lease, hello.lasting);
  session.path = from;
  session.made_in = hello.incarnation;
  session.heard = uptime(now);
  session.message_max = hello.message_max;
  session.window_max = static_cast<std::uint8_t>(std::min(config.limits.window_max, hello.window_max));
  // What a durable session was granted must hold in every epoch: it is granted all at once.
  const std::uint32_t window = config.durable ? session.window_max : config.limits.window_initial;
  session.window = static_cast<std::uint8_t>(std::min<std::uint32_t>(window, hello.window_max));
  session.window_floor = session.window_held = session.window;
  ++counters.sessions_opened;
  tell(Told::What::SessionOpened, id);
  if (config.durable) {
    session.kept = planted(Bug::WelcomeBeforeRow);
    keep(session);
  }
  if (!hello.name.empty()) {
    const NamedClients::Owner owner{from.principal, hello.name};
    Session* const lasting = hello.lasting ? nullptr : sessions.find(named.lasting_of(owner));
    const bool is_later_life = lasting != nullptr && named.incarnation_of(lasting->id) < hello.incarnation;
    end_all(named.add(id, owner, hello.incarnation, hello.lasting));
    if (is_later_life) keep(*lasting);  // its row names the life from now on
  }
  return &session;
}

/// A client is back in its lasting session: perhaps in a later life, which its row must name before the WELCOME goes.
void ServerCore::State::enter(Time now, Session& session, const Hello& hello) {
  std::vector<SessionId> over;
  if (named.enter(session.id, hello.incarnation, over)) {
    end_all(over);
    renew(now, session);
    keep(session);
  }
  if (session.row_under_way) session.kept = false;
}

void ServerCore::State::keep(Session& session) {
  if (std::exchange(session.row_under_way, true)) {
    session.row_is_behind = true;
  } else {
    to_keep.push(session.id);
  }
}

void ServerCore::State::end_all(const std::vector<SessionId>& over) {
  for (const SessionId id : over) {
    ++counters.sessions_ended;
    end_session(*sessions.find(id));
  }
}

void ServerCore::State::refuse_hello(const Path& to, std::uint64_t nonce, std::uint16_t attempt,
                                     Errc reason) {
  const bool full = reason == Errc::overloaded;
  if (full) ++counters.overloaded;
  send(to, Refused{nonce, reason, attempt, full ? retry_after_ms() : 0});
}

void ServerCore::State::welcome(const Path& to, const Session& session, std::uint16_t attempt) {
  const auto lease = std::chrono::duration_cast<std::chrono::milliseconds>(lease_of(session));
  send(to, Welcome{session.nonce, session.id, config.epoch, session.window, to_ms(lease),
                   config.limits.message_max, attempt, config.durable, session.made_in,
                   named.incarnation_of(session.id)});
}

void ServerCore::State::receive_in_session(Time now, const Path& from, const Slice& whole,
                                           const Prefix& prefix, Duration took) {
  SessionMessage message;
  const Errc error = read(whole, prefix, message);
  if (error != Errc::ok || (message.must_understand && message.type != MessageType::Request)) {
    ++(error == Errc::bad_checksum ? counters.bad_checksum : counters.malformed);
    return;
  }
  if (message.budget_ms != kBudgetUnlimited) {  // it has been running since the first of the message came
    message.budget_ms -=
        std::min(message.budget_ms, to_ms(std::chrono::floor<std::chrono::milliseconds>(took)));
  }
  Session* const session = sessions.find(message.session);
  if (session != nullptr && session->path.principal != from.principal) {  // step 1
    ++counters.wrong_principal;
    return;
  }
  const bool answered = message.type == MessageType::Request || message.type == MessageType::Cancel ||
                        message.type == MessageType::Probe;
  const Verdict verdict = filter.admit(session, message);
  if (verdict != Verdict::Admitted || !answered) tell(from, message, whole.size(), verdict);
  switch (verdict) {
    case Verdict::WrongEpoch:
      ++counters.wrong_epoch;
      if (answered) answer_outside(from, message, MessageType::WrongEpoch);
      return;
    case Verdict::NoSession:
      ++counters.no_session;
      if (answered) answer_outside(from, message, MessageType::NoSession);
      return;
    default: ONCE_ASSERT(session != nullptr);
  }
  const bool is_proven = follow(now, *session, from, message);
  if (message.type == MessageType::Bye) {
    ++counters.sessions_ended;
    end_session(*session);
  } else if (answered && !is_proven) {
    ++counters.challenged;
    tell(from, message, whole.size(), Verdict::Challenged);
    send(from, challenge(now, *session, from, message.counter));
  } else if (answered) {
    judge(now, *session, message, whole);
  }
}

bool ServerCore::State::follow(Time now, Session& session, const Path& from, const SessionMessage& message) {
  const bool was_proven = session.is_proven(from) || planted(Bug::PathUnproven);
  const bool proves = !was_proven && message.type == MessageType::PathResponse &&
                      secrets.accepts_path(message.cookie, now, from, session.id);
  if ((was_proven || proves) && message.counter > session.path_counter) {
    counters.moved += proves ? 1 : 0;
    session.path_counter = message.counter;
    session.path = from;
    session.has_path = true;
  }
  if (message.counter > session.newest_counter) {
    session.newest_counter = message.counter;
    renew(now, session);
  }
  return was_proven;
}

void ServerCore::State::tell(const Path& from, const SessionMessage& message, std::size_t octets,
                             Verdict verdict, Errc reason) {
  if (!config.tells) return;
  Told& about = told.push();
  about = Told{};
  about.id = {message.session, message.sequence};
  about.type = message.type;
  about.semantics = message.semantics;
  about.attempt = message.attempt;
  about.verdict = verdict;
  about.reason = reason;
  about.expected = message.expected;
  about.counter = message.counter;
  about.acknowledged_through = message.acknowledgement.through;
  about.acknowledged_beyond = message.acknowledgement.bitmap;
  about.octets = octets;
  about.from = from;
}

void ServerCore::State::tell(Told::What what, SessionId session) {
  if (!config.tells) return;
  Told& about = told.push();
  about = Told{};
  about.what = what;
  about.id.session = session;
}

// --- The verdict and what follows from it

void ServerCore::State::judge(Time now, Session& session, const SessionMessage& message, const Slice& whole) {
  Digest digest;
  if (message.type == MessageType::Request) {
    digest = {message.operation, crc32c(whole.view().subspan(kRequestSize, message.key_length)),
              message.body_length, message.body_checksum};
  }
  const Judgement judgement = filter.judge(now, session, message, digest);
  tell(session.path, message, whole.size(), judgement.verdict, judgement.reason);
  switch (judgement.verdict) {
    case Verdict::New:
      ++counters.fresh;
      accept(now, session, message, whole, digest);
      break;
    case Verdict::Stale:
      ++counters.stale;
      if (message.type == MessageType::Cancel && judgement.record != nullptr) {
        calls.cancel_running(*judgement.record);
      }
      break;
    case Verdict::OverWindow: ++counters.over_window; break;
    case Verdict::Collision:
      ++counters.collision;
      send(session.path, answer_to(session, message, MessageType::Collision));
      break;
    case Verdict::InProgress:
      ++counters.in_progress;
      if (message.type == MessageType::Cancel) calls.cancel_running(*judgement.record);
      answer_working(now, session, message, *judgement.record);
      break;
    case Verdict::Replay:
      ++counters.replay;
      answer_reply(session, *judgement.record, answer_to(session, message, MessageType::Reply));
      break;
    case Verdict::ReplyLost: {
      ++counters.reply_lost;
      Answer answer = answer_to(session, message, MessageType::ReplyLost);
      answer.reason = judgement.record->reason;
      send(session.path, answer);
      break;
    }
    case Verdict::RefusedAgain: {
      ++counters.refused_again;
      std::uint32_t wait_ms = 0;
      if (judgement.record != nullptr)
        wait_ms = judgement.record->retry_after_ms;
      else if (judgement.reason == Errc::overloaded)
        wait_ms = retry_after_ms();
      answer_not_executed(session, answer_to(session, message, MessageType::NotExecuted), judgement.reason,
                          wait_ms);
      break;
    }
    case Verdict::Unseen:
      ++counters.unseen;
      send(session.path, answer_to(session, message, MessageType::Unseen));
      break;
    case Verdict::Refused:
      ++counters.refused;
      if (judgement.record != nullptr)
        give_up_queued(*judgement.record, judgement.reason);
      else
        refuse_at_once(session, message, digest, judgement.reason);
      break;
    case Verdict::Admitted:
    case Verdict::WrongEpoch:
    case Verdict::NoSession:
    case Verdict::Challenged: break;  // steps 2 to 4, and its address, are behind us
  }
}

/// New: recorded, queued for the driver.
void ServerCore::State::accept(Time now, Session& session, const SessionMessage& message, const Slice& whole,
                               const Digest& digest) {
  bool findable = message.semantics != Semantics::Maybe;
  if (series_of(message.semantics) == Series::Windowed) {
    findable = !session.is_acknowledged(message.sequence) &&
               message.sequence - session.mark <= session.window_held &&
               session.state_of(message.sequence) == NumberState::Unseen;
    if (findable) {
      session.set_state(message.sequence, NumberState::Recorded);
      session.follow_use(message.sequence);
    }
  }
  const Slice kept = own_block(whole);
  Record& record = calls.create(now, session, message, findable);
  record.digest = digest;
  record.key = kept.part(kRequestSize, message.key_length);
  record.body = kept.part(message.header_length, message.body_length);
  if (message.budget_ms != kBudgetUnlimited && !planted(Bug::BudgetIgnored)) {
    record.deadline = now + std::chrono::milliseconds{message.budget_ms};
  }
}

/// A number that was not known is refused: recorded, then answered. Where the reason is want of room, or
/// nobody waits for it, the two bits of the session are all that is kept.
void ServerCore::State::refuse_at_once(Session& session, const SessionMessage& message, const Digest& digest,
                                       Errc reason) {
  const bool forgets =
      planted(Bug::RefusalNotRecorded) || (planted(Bug::CancelForgets) && reason == Errc::cancelled);
  if (series_of(message.semantics) == Series::Windowed && !forgets) {
    NumberState state = NumberState::RefusedOverload;
    if (reason == Errc::cancelled || reason == Errc::deadline_exceeded) {
      state = NumberState::RefusedGivenUp;
    } else if (reason != Errc::overloaded && calls.has_room() && !rarely(Rare::RecordsFull)) {
      state = NumberState::Recorded;
      calls.create_refused(session, message, reason).digest = digest;
    }
    session.set_state(message.sequence, state);
  }
  answer_not_executed(session, answer_to(session, message, MessageType::NotExecuted), reason,
                      reason == Errc::overloaded ? retry_after_ms() : 0);
}

/// A queued call is refused by the core itself; its bits in the window remain.
void ServerCore::State::give_up_queued(Record& record, Errc reason) {
  Session& session = sessions.at(record.session);
  const Answer answer = answer_about(session, record, MessageType::NotExecuted);
  if (record.series() == Series::Windowed && record.findable) {
    NumberState state =
        reason == Errc::overloaded ? NumberState::RefusedOverload : NumberState::RefusedGivenUp;
    if (planted(Bug::RefusalNotRecorded)) state = NumberState::Unseen;
    if (planted(Bug::CancelForgets) && reason == Errc::cancelled) state = NumberState::Unseen;
    session.set_state(record.id.sequence, state);
  }
  calls.remove(record);
  answer_not_executed(session, answer, reason, reason == Errc::overloaded ? retry_after_ms() : 0);
}

std::uint32_t ServerCore::State::retry_after_ms() const {
  constexpr std::size_t kAsLongAgain = 64;  // a client's window
  return to_ms(config.limits.retry_after * (1 + calls.queued() / kAsLongAgain));
}

void ServerCore::State::answer_working(Time now, Session& session, const SessionMessage& message,
                                       Record& record) {
  if (record.last_working != Time::min() && now < record.last_working + config.limits.working_interval)
    return;
  record.last_working = now;
  if (rarely(Rare::WorkingDropped)) return;
  send(session.path, answer_to(session, message, MessageType::Working));
}

/// The lease of a lasting session goes on in the server's next life: its row says, now and then, from when.
void ServerCore::State::renew(Time now, Session& session) {
  constexpr std::uint32_t kWriteEvery = 60;
  sessions.renew(session, now + lease_of(session));
  if (!session.lasting || !session.kept || uptime(now) - session.heard < kWriteEvery) return;
  session.heard = uptime(now);
  keep(session);
}

void ServerCore::State::end_session(Session& session) {
  tell(Told::What::SessionEnded, session.id);
  if (config.durable) calls.forget({session.id, 0});
  named.remove(session.id);
  calls.end_session(session);
  sessions.erase(session);
}

void ServerCore::State::expire(Time now) {
  for (Session* session = sessions.oldest(); session != nullptr && session->lease_until <= now;
       session = sessions.oldest()) {
    ++counters.sessions_expired;
    end_session(*session);
  }
}

}  // namespace once::core
