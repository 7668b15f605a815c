// The server's sessions, the servants of its calls, and its restarts.
#include "server.hpp"

#include <algorithm>

namespace once::model {

// --- Sessions

Session* ServerSide::find(const Message& hello) {
  for (Session& session : state_.server.sessions) {
    const bool is_same = world_.planted(Fault::SessionByInstance) ? session.incarnation == hello.life
                                                                  : session.nonce == hello.nonce;
    if (session.is_open() && is_same) return &session;
  }
  return nullptr;
}

bool ServerSide::can_receive(const Message& message) const {
  if (message.type != MessageType::Hello || find(message) != nullptr) return true;
  const auto& sessions = state_.server.sessions;
  const auto end = sessions.begin() + world_.configuration.sessions;
  return std::any_of(sessions.begin(), end,
                     [](const Session& session) { return session.state == SessionState::Free; });
}

/// Of a named client, by a later life of it.
bool ServerSide::is_superseded(const Message& hello) const {
  if (!world_.configuration.is_lasting) return false;
  return std::any_of(
      state_.server.sessions.begin(), state_.server.sessions.end(),
      [&](const Session& session) { return session.is_open() && session.incarnation > hello.life; });
}

void ServerSide::receive_hello(const Message& hello) {
  step_.by("H3");
  Session* session = find(hello);
  Message answer;
  answer.nonce = hello.nonce;
  if (is_superseded(hello)) {
    step_.by("N2");
    answer.type = MessageType::Superseded;
  } else {
    if (session == nullptr) {
      auto& sessions = state_.server.sessions;
      session = std::find_if(sessions.begin(), sessions.end(),
                             [](const Session& free) { return free.state == SessionState::Free; });
      open(static_cast<std::size_t>(session - sessions.begin()), hello);
    } else if (world_.configuration.is_lasting) {
      step_.by("L2");
    }
    session->incarnation = hello.life;  // in the row, before the WELCOME goes
    if (world_.configuration.is_durable) step_.by("E1");
    answer.type = MessageType::Welcome;
    answer.session = static_cast<std::uint8_t>(session - state_.server.sessions.data() + 1);
    answer.epoch = state_.server.epoch;
    answer.life = hello.life;
    answer.made_in = session->made_in;
    answer.window = session->window;
  }
  state_.network.add(answer);
  step_.say([&] { return "the server answers " + to_text(answer); });
}

void ServerSide::open(std::size_t session, const Message& hello) {
  step_.by("H1", "I1");
  Session& made = session_at(session);
  made = Session{};
  made.state = SessionState::Open;
  made.nonce = hello.nonce;
  made.made_in = world_.configuration.is_lasting ? hello.life : Count{0};
  made.window = made.held = world_.configuration.grants ? Count{1} : world_.configuration.window;
}

/// Its rows go with it, in one write. Servants that run are orphans of nobody.
void ServerSide::end(std::size_t session) {
  if (world_.configuration.is_durable) step_.by("E8");
  const Session& over = session_at(session);
  Session left;
  left.state = world_.planted(Fault::SessionIdReused) ? SessionState::Free : SessionState::Ended;
  left.orphans = over.orphans;
  left.stray = over.stray;
  for (std::size_t i = 0; i < kCalls; ++i) {
    const Record& record = over.records[i];
    const bool runs = record.state == RecordState::Running || record.state == RecordState::Committed;
    const bool free_runs = over.free_records[i].state == RecordState::Running;
    if (world_.configuration.running_max != 0) {
      left.orphans = static_cast<Count>(left.orphans + (runs ? 1 : 0) + (free_runs ? 1 : 0));
    }
    if (record.state == RecordState::Running && world_.is_exactly_once(record.call)) {
      step_.by("E3");  // its commit will look for the session's row
      if (world_.planted(Fault::NoSessionRowAtCommit)) left.stray[i] = static_cast<Count>(record.call + 1);
    }
  }
  session_at(session) = left;
  step_.say([&] { return "the server ends s" + std::to_string(session + 1); });
}

/// A lasting session ends after 30 days, when every cookie that a HELLO could have carried is long over.
void ServerSide::end_lease(std::size_t session) {
  const Count nonce = session_at(session).nonce;
  step_.say([] { return std::string{"the lease at the server is over"}; });
  step_.by("T6");
  end(session);
  if (!world_.configuration.is_lasting || world_.planted(Fault::CookieForEver)) return;
  step_.by("L6");
  state_.network.remove_if(
      [&](const Message& message) { return message.type == MessageType::Hello && message.nonce == nonce; });
}

void ServerSide::widen(std::size_t session) {
  step_.by("M5");
  step_.say([&] { return "the server widens the window of s" + std::to_string(session + 1); });
  Session& wide = session_at(session);
  ++wide.window;
  wide.held = std::max(wide.held, wide.window);
}

void ServerSide::shrink(std::size_t session) {
  step_.by("M5");
  step_.say([&] { return "the server shrinks the window of s" + std::to_string(session + 1); });
  --session_at(session).window;
}

// --- Calls

Message ServerSide::about(std::size_t session, Count number, bool free) const {
  Message message;
  message.session = static_cast<std::uint8_t>(session + 1);
  message.number = number;
  message.free = free;
  return message;
}

void ServerSide::execute(std::size_t call) {
  Call& executed = state_.calls[call];
  executed.executions = static_cast<Count>(std::min(executed.executions + 1, world_.is_free(call) ? 1 : 2));
  step_.say([&] { return std::string{"call "} + name_of_call(call) + " RUNS"; });
}

/// Orphans count as running until their servants end.
bool ServerSide::may_start() const {
  const Count limit = world_.configuration.running_max;
  if (limit == 0) return true;
  std::size_t running = 0;
  for (const Session& session : state_.server.sessions) {
    if (!world_.planted(Fault::OrphanNotCounted)) running += session.orphans;
    for (Count number = 1; number <= kCalls; ++number) {
      const RecordState state = session.records[number - 1u].state;
      const bool is_orphan = session.is_acknowledged(number);
      const bool counts = !is_orphan || !world_.planted(Fault::OrphanNotCounted);
      running += counts && (state == RecordState::Running || state == RecordState::Committed);
      running += session.free_records[number - 1u].state == RecordState::Running;
    }
  }
  return running < limit;
}

void ServerSide::start(std::size_t session, Count number, bool free, bool refuses) {
  step_.by("V9");
  Record& record = session_at(session).record(number, free);
  if (refuses || !may_start()) {
    step_.say([] { return std::string{"the server cannot start a call that is queued"}; });
    return refuse(about(session, number, free));
  }
  step_.may_refuse = true;
  step_.say([&] { return std::string{"the servant of call "} + name_of_call(record.call) + " begins"; });
  record.state = RecordState::Running;
  if (!world_.is_exactly_once(record.call)) execute(record.call);
}

/// No such object, arguments that do not decode, a transaction that could not begin.
void ServerSide::refuse_started(std::size_t session, Count number) {
  step_.by("V10");
  step_.say([] { return std::string{"the driver refuses a call that has not begun"}; });
  if (!session_at(session).is_acknowledged(number)) return refuse(about(session, number, false));
  session_at(session).record(number, false) = Record{};
}

/// Effect and outcome, in one write, if the store's epoch is still this server's and the session's row is there. What
/// an earlier life or an ended session left running fails here, and nothing of it is left in a state of the model.
void ServerSide::commit(std::size_t session, Count number) {
  step_.by("E3");
  Session& its = session_at(session);
  Record& record = its.record(number, false);
  record.state = RecordState::Committed;
  if (!world_.planted(Fault::OutcomeNotKept)) its.rows[number - 1u] = {true, record.call, record.mark};
  step_.say([] { return std::string{"the store commits"}; });
  execute(record.call);
}

void ServerSide::finish(std::size_t session, Count number, bool free) {
  Session& its = session_at(session);
  Record& record = its.record(number, free);
  const Count call = record.call;
  step_.say([&] { return std::string{"the servant of call "} + name_of_call(call) + " ends"; });
  if (free) {
    record = Record{};
    return answer(about(session, number, free), MessageType::Reply, call);
  }
  if (its.is_acknowledged(number)) {
    record = Record{};  // nobody waits
    return;
  }
  step_.by("V12");
  if (world_.is_exactly_once(call)) step_.by("E5");
  record.state = RecordState::Done;
  answer(about(session, number, free), MessageType::Reply, call);
}

void ServerSide::reply_early(std::size_t session, Count number) {
  const Record& record = session_at(session).record(number, false);
  step_.say([] { return std::string{"the server answers before it records"}; });
  answer(about(session, number, false), MessageType::Reply, record.call);
}

void ServerSide::end_orphan(std::size_t session) {
  step_.by("V9");
  step_.say([] { return std::string{"the servant of an orphan ends"}; });
  --session_at(session).orphans;
}

/// Only with a fault. The row is a key: a second one is refused.
void ServerSide::commit_stray(std::size_t session, Count number) {
  Session& its = session_at(session);
  const auto call = static_cast<Count>(its.stray[number - 1u] - 1);
  its.stray[number - 1u] = 0;
  step_.say([] { return std::string{"a servant of an earlier life, or of an ended session, commits"}; });
  if (its.rows[number - 1u].kept) return;
  its.rows[number - 1u] = {true, call, 0};
  execute(call);
}

void ServerSide::evict_reply(std::size_t session, Count number) {
  step_.by("M4");
  step_.say([] { return std::string{"the server evicts the octets of a reply"}; });
  session_at(session).record(number, false).state = RecordState::ReplyGone;
}

void ServerSide::evict_record(std::size_t session, Count number) {
  step_.say([] { return std::string{"the server evicts a record"}; });
  session_at(session).record(number, false) = Record{};
}

// --- Its next life

void ServerSide::restart(bool forgets) {
  ++state_.server.epoch;
  step_.say([&] { return "the server restarts as e" + std::to_string(state_.server.epoch); });
  for (std::size_t session = 0; session < kSessions; ++session) {
    Session& old = session_at(session);
    old.orphans = 0;
    if (!old.is_open()) continue;
    if (!world_.configuration.is_durable) {
      old = Session{};
      if (!world_.planted(Fault::SessionIdOfEarlierEpoch)) old.state = SessionState::Ended;
    } else {
      load(old, forgets);
    }
  }
}

/// What the disk has of it. Mark, bitmap and refusals are not kept.
void ServerSide::load(Session& session, bool forgets) {
  step_.by("E2", "E8", "E9");
  Session loaded;
  loaded.state = SessionState::Open;
  loaded.nonce = session.nonce;
  loaded.made_in = session.made_in;
  loaded.incarnation = session.incarnation;
  loaded.window = loaded.held = session.held;
  loaded.stray = session.stray;
  for (std::size_t i = 0; i < kCalls; ++i) {
    const Record& old = session.records[i];
    const bool was_under_way = old.state == RecordState::Running || old.state == RecordState::Queued;
    if (was_under_way && world_.is_exactly_once(old.call)) {
      step_.by("E3");  // a server that lives on commits nothing more
      if (world_.planted(Fault::NoFence)) loaded.stray[i] = static_cast<Count>(old.call + 1);
    }
    const Row& row = session.rows[i];
    const bool is_gone = forgets && session.is_acknowledged(static_cast<Count>(i + 1));
    if (!row.kept || is_gone || world_.planted(Fault::RowsBeforeSession)) continue;
    loaded.rows[i] = row;
    if (!world_.planted(Fault::RowsWithoutMark)) loaded.mark = std::max(loaded.mark, row.mark);
  }
  for (Count number = 1; number <= kCalls; ++number) {
    const Row& row = loaded.rows[number - 1u];
    if (!row.kept || world_.planted(Fault::OutcomeNotRestored)) continue;
    if (number > loaded.mark && number <= loaded.mark + loaded.held) {
      loaded.record(number, false) = {RecordState::Done, row.call, 0};
    }
  }
  session = loaded;
}

}  // namespace once::model
