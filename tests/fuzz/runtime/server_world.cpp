#include "server_world.hpp"

#include <algorithm>

namespace once::fuzz {

using namespace core;
using namespace std::chrono_literals;

namespace {

constexpr int kRoundsMax = 1'000;
constexpr std::size_t kReplyMax = 8'192;

bool is_windowed(Semantics semantics) {
  return series_of(semantics) == Series::Windowed;
}

}  // namespace

Slice reply_body(const RequestId& id, std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) {
    octets[i] = static_cast<std::uint8_t>((id.session >> (i % 8 * 8)) + id.sequence * 31 + i);
  }
  return Slice::copy_of(octets);
}

ServerWorld::ServerWorld(bool tiny, bool durable) {
  config.epoch = {durable ? 1U : 0U, 0xE1};
  config.secret = {11, 12};
  config.loop = 5;
  config.durable = durable;
  if (tiny) {
    ServerLimits& limits = config.limits;
    limits.window_initial = 2;
    limits.window_max = 4;
    limits.sessions_max = 3;
    limits.running_per_client_max = 2;
    limits.running_max = 3;
    limits.queued_max = 3;
    limits.records_max = 6;
    limits.reply_bytes_per_session = 4'096;
    limits.reply_bytes_max = 8'192;
    limits.message_max = 2'048;
    fragment_limits_.message_max = 2'048;
    fragment_limits_.reassembly_bytes_max = 8'192;
    fragment_limits_.sending_bytes_max = 8'192;
    fragment_limits_.session_messages_max = 4;
  }
  for (std::size_t i = 0; i < kClients; ++i) {
    Path& path = paths_[i];
    path.link = static_cast<std::uint32_t>(i + 1);
    path.address[15] = static_cast<std::uint8_t>(i + 1);
    path.port = 4'000;
    path.validated = i == 0;  // a stream
    path.fragments = i != 0;
    path.message_max = i == 0 ? 0 : 1'200;
    path.principal = i == 2 ? 7 : 0;
  }
  make_server();
}

void ServerWorld::make_server() {
  fragments_.reset();
  server_.emplace(config, now_);
  fragments_.emplace(Side::Server, fragment_limits_, *server_, 9);
}

void ServerWorld::restart() {
  if (!config.durable) return;
  ++config.epoch.counter;
  config.secret[0] += 100;
  config.uptime += std::chrono::duration_cast<std::chrono::seconds>(now_ - started_);
  started_ = now_;
  held.clear();
  make_server();
  // What it knew of other calls is gone; only clients that keep the rules do not send them again.
  std::erase_if(windowed_, [](const auto& entry) { return !entry.second.committed; });
  ran_free_.clear();
  const auto rows = stored_sessions_;
  for (const auto& [id, octets] : rows) {
    SessionRow row;
    demand(read_row(octets, row) == Errc::ok, "a row can be read");
    row.id = id;
    server_->restore(now_, row);
  }
  for (const auto& [id, octets] : stored_outcomes_) {
    OutcomeRow row;
    demand(read_row(octets, row) == Errc::ok, "a row can be read");
    row.id = id;
    if (server_->restore(row)) continue;
    demand(!server_->wants_request(id.session, Semantics::ExactlyOnce, id.sequence),
           "S4: an outcome is restored, or its client has finished the call");
    windowed_.erase(id);
  }
  settle();
}

void ServerWorld::deliver(std::size_t client, const Slice& message) {
  const ServerCounters before = server_->counters();
  core::deliver(*server_, *fragments_, now_, paths_[client], message);
  take_answers(client, message.size());
  settle();
  demand(server_->counters().hellos - before.hellos <= 1, "a message is taken once");
}

void ServerWorld::deliver_in_fragments(std::size_t client, const Bytes& message, std::uint8_t order,
                                       std::uint8_t leave_out) {
  const CallName name = name_of(message);
  Fragment fragment;
  fragment.session = name.session;
  fragment.number = name.number;
  fragment.semantics = name.semantics;
  fragment.transfer = ++transfers_;
  fragment.oldest = (leave_out & 1) != 0 ? transfers_ : 1;
  fragment.whole_length = static_cast<std::uint32_t>(message.size());
  fragment.fragment_size = 64 + 8U * (order >> 4U);
  if (message.size() < kPrefixSize || name.number == 0) return;
  const std::uint32_t count = fragment.count();
  Bytes octets;
  for (std::uint32_t i = 0; i < count; ++i) {
    fragment.index = (i ^ (order & 3U)) < count ? i ^ (order & 3U) : i;
    fragment.order = ++orders_;
    fragment.ask = i + 1 == count;
    if (leave_out != 0 && fragment.index % leave_out == 1) continue;
    const ByteView payload = ByteView{message}.subspan(fragment.offset(), fragment.payload_size());
    write(fragment, Side::Client, crc32c(payload), octets);
    octets.insert(octets.end(), payload.begin(), payload.end());
    deliver(client, Slice::copy_of(octets));
  }
}

void ServerWorld::pass(Duration time) {
  const Time end = now_ + time;
  for (int rounds = 0;; ++rounds) {
    const Time next = std::min(server_->next_timeout(), fragments_->next_timeout());
    if (next > end) break;
    // Retransmissions of fragments are no more than one each 2 ms; most waits are minutes.
    demand(rounds < 200'000, "timers make progress");
    const Time before = next;
    now_ = std::max(now_, next);
    server_->timeout(now_);
    fragments_->timeout(now_);
    settle();
    demand(std::min(server_->next_timeout(), fragments_->next_timeout()) > before || next < now_,
           "a timer that has fired is set to a later time");
  }
  now_ = std::max(now_, end);
}

void ServerWorld::start(std::size_t index, std::uint32_t reply_max) {
  Held& call = held[index];
  if (call.running) return;
  const core::Arrival& arrival = call.arrival;
  if (!server_->start(now_, arrival.call, reply_max)) {
    held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
    return settle();
  }
  call.running = true;
  demand(now_ < arrival.deadline, "O2: a call whose budget is used up is not started");
  if (is_windowed(arrival.semantics)) {
    History& past = history(arrival.id);
    demand(!past.ran, "S1: a number runs once");
    demand(!past.refused, "S2: what was refused never runs");
    past.ran = true;
  } else {
    ran_free_.insert(arrival.id);
  }
  settle();
}

void ServerWorld::reply(std::size_t index, ReplyStatus status, std::size_t size) {
  const Held call = held[index];
  if (!call.running) return;
  held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
  const core::Arrival& arrival = call.arrival;
  const Slice body = status == ReplyStatus::ServantFailed ? Slice{} : reply_body(arrival.id, size);
  const Errc reason = status == ReplyStatus::ServantFailed ? Errc::servant_failed : Errc::ok;
  if (arrival.semantics == Semantics::ExactlyOnce && config.durable &&
      stored_sessions_.contains(arrival.id.session)) {
    stored_outcomes_[arrival.id] = write_row(
        OutcomeRow{arrival.id, arrival.mark, arrival.digest, arrival.codec, status, arrival.little_endian,
                   reason, body, body.footprint() > server_->reply_promised(arrival.call)});
    history(arrival.id).committed = true;
  }
  server_->reply(now_, arrival.call, status, body, arrival.little_endian, reason);
  settle();
}

void ServerWorld::refuse(std::size_t index, Errc reason) {
  const Held call = held[index];
  held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
  // A servant that has been started and has not begun.
  if (call.running && is_windowed(call.arrival.semantics)) history(call.arrival.id).ran = false;
  server_->refuse(now_, call.arrival.call, reason);
  settle();
}

void ServerWorld::drain() {
  server_->drain(now_);
  settle();
}

void ServerWorld::refuse_durable(Errc reason) {
  server_->refuse_durable(reason);
}

void ServerWorld::settle() {
  for (int rounds = 0;; ++rounds) {
    demand(rounds < kRoundsMax, "a server that nobody speaks to has no more to say");
    bool busy = false;
    for (Arrival arrival; server_->poll_arrival(now_, arrival); busy = true) held.push_back({arrival});
    for (SessionRow row; server_->poll_keep(row); busy = true) {
      if (keeps_rows) stored_sessions_[row.id] = write_row(row);
      server_->kept(now_, row.id, keeps_rows ? Errc::ok : Errc::store_failed);
    }
    for (RequestId forgotten; server_->poll_forget(forgotten); busy = true) {
      if (forgotten.sequence == 0) stored_sessions_.erase(forgotten.session);
      std::erase_if(stored_outcomes_, [&](const auto& outcome) {
        return forgotten.sequence == 0 ? outcome.first.session == forgotten.session
                                       : outcome.first == forgotten;
      });
    }
    for (Abandoned news; server_->poll_abandoned(news); busy = true) {
    }
    if (!busy) break;
  }
  take_answers(kClients, 0);
  check_limits();
}

void ServerWorld::take_answers(std::size_t answered_client, std::size_t answered_octets) {
  int sent = 0;
  for (Transmit out; next_datagram(*server_, *fragments_, now_, out); ++sent) {
    demand(sent < kRoundsMax, "a message has an end of answers");
    const Bytes whole = joined(out);
    demand(out.to.message_max == 0 || whole.size() <= 1'472, "a datagram fits its path");
    Prefix prefix;
    demand(read_prefix(whole, prefix) == Errc::ok && !is_client_to_server(prefix.type),
           "a server says what servers say");
    if (fragment_kind(prefix.type)) continue;
    Welcome welcome;
    Cookie cookie;
    PathChallenge challenge;
    Answer answer;
    const bool before_session = prefix.type < MessageType::Reply || prefix.type == MessageType::NoSession ||
                                prefix.type == MessageType::WrongEpoch;
    if (before_session && answered_client < kClients) {
      demand(whole.size() <= answered_octets, "S8: no octet out that did not come in");
    }
    const std::size_t client = out.to.link - 1;
    if (prefix.type == MessageType::Welcome && read(whole, prefix, welcome) == Errc::ok) {
      sessions.push_back({welcome.session, client});
    } else if (prefix.type == MessageType::Cookie && read(whole, prefix, cookie) == Errc::ok) {
      cookies[client] = cookie.cookie;
    } else if (prefix.type == MessageType::PathChallenge) {
      demand(read(whole, prefix, challenge) == Errc::ok, "a challenge can be read");
      path_cookies[client] = challenge.cookie;
    } else if (prefix.type >= MessageType::Reply) {
      demand(read(whole, prefix, answer) == Errc::ok, "an answer can be read");
      judge_answer(out, answer);
    }
  }
}

void ServerWorld::judge_answer(const Transmit& message, const Answer& answer) {
  const RequestId id{answer.session, answer.sequence};
  const bool windowed = is_windowed(answer.semantics);
  const bool says_it_ran = answer.type == MessageType::Reply || answer.type == MessageType::ReplyLost;
  if (says_it_ran && windowed) demand(history(id).ran || history(id).committed, "S2: what ran had run");
  if (says_it_ran && !windowed) demand(ran_free_.contains(id), "S2: what ran had run");
  if (answer.type == MessageType::Reply) {
    const Slice own = reply_body(id, message.body.size());
    demand(std::equal(own.data(), own.data() + own.size(), message.body.data()),
           "S3: a reply is its own call's");
  }
  if (answer.type == MessageType::NotExecuted && windowed) {
    demand(!history(id).ran, "S2: what is refused had not run");
    history(id).refused = true;
  }
}

void ServerWorld::check_limits() const {
  const ServerLimits& limits = config.limits;
  demand(server_->sessions() <= limits.sessions_max || config.durable, "S9: sessions");
  demand(server_->records() <= limits.records_max + limits.running_max || config.durable, "S9: records");
  demand(server_->reply_bytes() <= limits.reply_bytes_max + 2 * kReplyMax || config.durable, "S9: replies");
  const std::size_t one = Reassembly::cost_of_largest(fragment_limits_.message_max + kHeaderMax);
  demand(fragments_->reassembly_bytes() <= std::max(fragment_limits_.reassembly_bytes_max, one),
         "S9: reassemblies");
}

void ServerWorld::come_to_rest() {
  while (!held.empty()) {
    start(0, 256);
    if (!held.empty() && held.front().running) reply(0, ReplyStatus::Value, 100);
  }
  pass(2 * std::chrono::duration_cast<Duration>(config.limits.lease));
  if (config.durable) pass(config.limits.lasting_lease + std::chrono::hours{48});
  demand(server_->idle() && server_->sessions() == 0 && server_->records() == 0 &&
             server_->reply_bytes() == 0 && stored_outcomes_.empty(),
         "S9: when leases are over nothing is left");
  pass(1min);
  demand(fragments_->reassembly_bytes() == 0 && fragments_->sending_bytes() == 0,
         "S9: of fragments nothing is left");
}

}  // namespace once::fuzz
