// The state behind ServerCore: what it consists of. Messages and verdicts are in server_messages.cpp, what
// the driver does with calls in server_calls.cpp, answers in server_answers.cpp, what concerns a durable
// store in server_durable.cpp.
#pragma once

#include <algorithm>
#include <array>

#include "core/server/call_book.hpp"
#include "core/server/duplicate_filter.hpp"
#include "core/server/named_clients.hpp"
#include "core/server/secrets.hpp"
#include "core/server/session_table.hpp"
#include "core/server_core.hpp"
#include "core/slab.hpp"
#include "core/wire.hpp"

namespace once::core {

/// A message that waits to be polled; its header is written already.
struct Outgoing {
  Path to;
  std::size_t header_size = 0;
  std::array<std::uint8_t, kServerHeaderMax> header;
  Slice body;
};

/// As milliseconds travel.
inline std::uint32_t to_ms(std::chrono::milliseconds time) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.count(), 0, kBudgetUnlimited - 1));
}

class ServerCore::State {
 public:
  State(const ServerConfig& server_config, Time now)
      : config(server_config),
        started(now),
        secrets(config.secret, config.loop),
        sessions(secrets),
        calls(config.limits, sessions, siphash(config.secret, {0, config.epoch.random})),
        filter(config.epoch, config.limits, calls, config.durable) {
    config.limits.window_max = std::clamp<std::uint32_t>(config.limits.window_max, 1, 64);
    config.limits.window_initial =
        std::clamp<std::uint32_t>(config.limits.window_initial, 1, config.limits.window_max);
  }

  // As ServerCore's.
  void receive(Time now, const Path& from, const Slice& message, Duration took);
  bool start(Time now, CallHandle call, std::uint32_t reply_max);
  void refuse(CallHandle call, Errc reason, std::uint32_t retry_after_ms);
  void reply(CallHandle call, ReplyStatus status, Slice body, bool little_endian, Errc reason);
  bool poll_transmit(Transmit& out);
  bool poll_arrival(Time now, Arrival& out, Lane lane);
  void expire(Time now);
  void restore(Time now, const SessionRow& row);
  bool restore(const OutcomeRow& row);
  bool poll_keep(SessionRow& out);
  /// Asks for the proof that the session's client is at `from`, which has sent a message with this counter.
  PathChallenge challenge(Time now, const Session& session, const Path& from, std::uint64_t counter) const {
    return {session.id, counter, secrets.path_cookie(now, from, session.id)};
  }
  void kept(Time now, SessionId id, Errc error);

  ServerConfig config;
  Time started;
  Secrets secrets;
  SessionTable sessions;
  NamedClients named;
  CallBook calls;
  DuplicateFilter filter;
  Ring<Outgoing> outgoing;
  Ring<SessionId> to_keep;
  std::size_t rows_under_way = 0;  // to the store
  Ring<Told> told;
  ServerCounters counters;
  bool draining = false;

 private:
  void receive_hello(Time now, const Path& from, const Slice& message, const Prefix& prefix);
  bool is_of(const Session& session, const Hello& hello) const;
  Session* open_session(Time now, const Path& from, const Hello& hello);
  void enter(Time now, Session& session, const Hello& hello);
  /// Its row goes to the store, as it is when the driver asks for it.
  void keep(Session& session);
  void end_all(const std::vector<SessionId>& over);
  Duration lease_of(const Session& session) const {
    return session.lasting ? config.limits.lasting_lease : config.limits.lease;
  }
  void renew(Time now, Session& session);
  /// Of all servers with this store.
  std::uint32_t uptime(Time now) const {
    const auto here = std::chrono::duration_cast<std::chrono::seconds>(now - started);
    return static_cast<std::uint32_t>((config.uptime + here).count());
  }
  bool is_over(const SessionRow& row);
  void welcome(const Path& to, const Session& session, std::uint16_t attempt);
  void refuse_hello(const Path& to, std::uint64_t nonce, std::uint16_t attempt, Errc reason);
  void receive_other_version(const Path& from, const Slice& message, const Prefix& prefix);
  void receive_in_session(Time now, const Path& from, const Slice& message, const Prefix& prefix,
                          Duration took);
  /// V4, but for the acknowledgement. True if an answer to the message may go to where it came from.
  bool follow(Time now, Session& session, const Path& from, const SessionMessage& message);
  void tell(const Path& from, const SessionMessage& message, std::size_t octets, Verdict verdict,
            Errc reason = Errc::ok);
  void tell(Told::What what, SessionId session);
  void shed(Record& record);
  void judge(Time now, Session& session, const SessionMessage& message, const Slice& whole);

  void accept(Time now, Session& session, const SessionMessage& message, const Slice& whole,
              const Digest& digest);
  void refuse_at_once(Session& session, const SessionMessage& message, const Digest& digest, Errc reason);
  void give_up_queued(Record& record, Errc reason);
  /// What OVERLOADED suggests now: longer, the more calls wait.
  std::uint32_t retry_after_ms() const;
  void answer_working(Time now, Session& session, const SessionMessage& message, Record& record);
  void end_session(Session& session);

  Answer answer_to(const Session& session, const SessionMessage& message, MessageType type) const;
  Answer answer_about(const Session& session, const Record& record, MessageType type) const;
  void answer_outside(const Path& to, const SessionMessage& message, MessageType type);
  void answer_not_executed(const Session& session, Answer answer, Errc reason, std::uint32_t retry_after_ms);
  void answer_reply(const Session& session, const Record& record, Answer answer);
  bool reply_fits(const Session& session, std::size_t body_size) const;
  template <class Message>
  void send(const Path& to, const Message& message, Slice body = {});
};

template <class Message>
void ServerCore::State::send(const Path& to, const Message& message, Slice body) {
  Outgoing& out = outgoing.push();
  out.to = to;
  out.header_size = write(message, out.header.data());
  out.body = std::move(body);
}

}  // namespace once::core
