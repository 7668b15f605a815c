#include "client_world.hpp"

#include <algorithm>

namespace once::fuzz {

using namespace core;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSentMax = 32;
constexpr int kRoundsMax = 1'000;
constexpr std::size_t kTagSize = 8;  // what tells a request's call, at the front of its body

Slice body_of(std::size_t call, std::size_t size) {
  Bytes octets(std::max(size, kTagSize), 0x5a);
  store(octets.data(), std::uint64_t{call});
  return Slice::copy_of(octets);
}

}  // namespace

ClientWorld::ClientWorld(bool tiny, bool lasting) {
  config_.instance = {0xC1, 1};
  config_.seed = 42;
  if (tiny) {
    config_.limits.window_max = 2;
    config_.limits.queued_calls_max = 2;
    config_.limits.queued_bytes_max = 8'192;
    config_.limits.sessions_max = 2;
    config_.limits.message_max = 4'096;
  }
  if (lasting) {
    config_.name = "till";
    config_.incarnation = 1;
    config_.lasting = LastingSession{7, 0, 0};
  }
  client_.emplace(config_, now_);
  fragments_.emplace(Side::Client, FragmentLimits{}, *client_, 7);
}

void ClientWorld::start(Semantics semantics, std::size_t size, Duration time_left) {
  const std::size_t index = calls.size();
  Call call;
  call.semantics = config_.lasting ? Semantics::ExactlyOnce : semantics;
  call.deadline = time_left == Duration{0} ? kNever : now_ + time_left;
  call.number = index + 1;
  CallRequest request;
  request.semantics = call.semantics;
  request.object_key = Slice::copy_of(as_bytes("account"));
  request.body = body_of(index, size);
  request.deadline = call.deadline;
  request.token = index;
  request.sequence = config_.lasting ? call.number : 0;
  request.given_in = config_.lasting ? 1 : 0;
  const Result<CallKey> key = client_->start(now_, std::move(request));
  call.ended = !key;
  if (key) {
    call.key = *key;
    demand(by_key_.try_emplace(*key, index).second, "S6: a call has a name of its own");
  }
  calls.push_back(call);
  settle();
}

void ClientWorld::cancel(std::size_t call) {
  if (calls[call].ended) return;
  client_->cancel(now_, calls[call].key);
  settle();
}

void ClientWorld::finish(std::size_t call) {
  if (!config_.lasting || !calls[call].ended) return;
  client_->finish(now_, calls[call].number);
  settle();
}

void ClientWorld::connect(std::size_t path) {
  path_ = Path{};
  path_.link = static_cast<std::uint32_t>(path + 1);
  path_.validated = path == 2;
  path_.fragments = path < 2;
  path_.message_max = path == 0 ? 1'200 : path == 1 ? 60'000 : 0;
  connected_ = true;
  client_->connected(now_, path_);
  settle();
}

void ClientWorld::disconnect() {
  connected_ = false;
  client_->disconnected(now_);
  fragments_->link_lost();
  settle();
}

void ClientWorld::fail_to_connect() {
  if (connected_) return;
  client_->connect_failed(now_, Errc::unreachable);
  settle();
}

void ClientWorld::keep_session(bool wanted) {
  client_->keep_session(wanted);
  settle();
}

void ClientWorld::pass(Duration time) {
  const Time end = now_ + time;
  for (int rounds = 0;; ++rounds) {
    const Time next = std::min(client_->next_timeout(), fragments_->next_timeout());
    if (next > end) break;
    demand(rounds < 100'000, "timers make progress");
    const Time before = std::max(now_, next);
    now_ = before;
    client_->timeout(now_);
    fragments_->timeout(now_);
    settle();
    demand(std::min(client_->next_timeout(), fragments_->next_timeout()) > next,
           "a timer that has fired is set to a later time");
  }
  now_ = std::max(now_, end);
  judge_deadlines();
}

void ClientWorld::judge_deadlines() const {
  for (const Call& call : calls) {
    demand(call.ended || call.deadline > now_, "S6: a call ends by its deadline");
  }
}

void ClientWorld::deliver(const Bytes& message) {
  remember_answer(message);
  core::deliver(*client_, *fragments_, now_, path_, Slice::copy_of(message));
  settle();
}

void ClientWorld::deliver_in_fragments(const Bytes& message) {
  const CallName name = name_of(message);
  if (name.type != MessageType::Reply || name.number == 0) return;
  remember_answer(message);
  Fragment fragment;
  fragment.session = name.session;
  fragment.number = name.number;
  fragment.semantics = name.semantics;
  fragment.transfer = ++transfers_;
  fragment.oldest = 1;
  fragment.whole_length = static_cast<std::uint32_t>(message.size());
  fragment.fragment_size = 500;
  Bytes octets;
  for (; fragment.index < fragment.count(); ++fragment.index) {
    ++fragment.order;
    const ByteView payload = ByteView{message}.subspan(fragment.offset(), fragment.payload_size());
    write(fragment, Side::Server, crc32c(payload), octets);
    octets.insert(octets.end(), payload.begin(), payload.end());
    core::deliver(*client_, *fragments_, now_, path_, Slice::copy_of(octets));
    settle();
  }
}

/// What the client is told, as it can read it.
void ClientWorld::remember_answer(ByteView octets) {
  Prefix prefix;
  Answer answer;
  if (read_prefix(octets, prefix) != Errc::ok || is_client_to_server(prefix.type) ||
      prefix.type < MessageType::Reply || fragment_kind(prefix.type) ||
      read(octets, prefix, answer) != Errc::ok) {
    return;
  }
  const RequestId id{answer.session, answer.sequence};
  const ByteView body = octets.subspan(prefix.header_length);
  if (answer.type == MessageType::Reply) replies_.emplace(id, Content(body.begin(), body.end()));
  if (answer.type == MessageType::ReplyLost) told_lost_.insert(id);
  if (answer.type == MessageType::NotExecuted) told_not_run_.insert(id);
  if (answer.type == MessageType::NotExecuted && answer.retry_after_ms != 0) told_to_come_again_.insert(id);
}

void ClientWorld::settle() {
  for (int rounds = 0;; ++rounds) {
    demand(rounds < kRoundsMax, "a client that nobody speaks to has no more to say");
    const std::size_t before = sent.size();
    const std::size_t ended_before = pending();
    take_messages();
    take_completions();
    if (sent.size() == before && pending() == ended_before) break;
    if (sent.size() > kSentMax) sent.erase(sent.begin(), sent.end() - kSentMax);
  }
}

void ClientWorld::take_messages() {
  int count = 0;
  for (Transmit out; client_->poll_transmit(now_, out); ++count) {
    demand(count < kRoundsMax, "a client has an end of messages");
    const Bytes whole = joined(out);
    const Slice body = out.body;
    if (fragments_->take(now_, out) == Fragments::Take::NoRoom) {
      const CallName name = name_of(out.header);
      client_->not_handed_over(name.session, name.semantics, name.number);
      continue;
    }
    Prefix prefix;
    demand(read_prefix(whole, prefix) == Errc::ok && is_client_to_server(prefix.type),
           "a client says what clients say");
    Sent& one = sent.emplace_back();
    one.type = prefix.type;
    if (prefix.type == MessageType::Hello) {
      demand(read(whole, prefix, one.hello) == Errc::ok, "a HELLO can be read");
      continue;
    }
    demand(read(whole, prefix, one.message) == Errc::ok, "what a client says can be read");
    judge_acknowledgement(one.message);
    if (prefix.type == MessageType::Request) judge_request(body, one.message);
  }
  for (Transmit out; fragments_->poll_transmit(now_, out); ++count) {
    demand(count < kRoundsMax, "a client has an end of fragments");
    Prefix prefix;
    demand(read_prefix(joined(out), prefix) == Errc::ok && fragment_kind(prefix.type),
           "a layer says what layers say");
  }
}

void ClientWorld::judge_request(const Slice& body, const SessionMessage& message) {
  const std::size_t index = load<std::uint64_t>(body.data());
  demand(index < calls.size(), "S3: a request is that of a call");
  Call& call = calls[index];
  demand(!call.ended, "S2: what has ended is not sent");
  ++call.sent;
  demand(call.semantics != Semantics::Maybe || call.sent == 1, "S5: a maybe call is sent once");
  const RequestId id{message.session, message.sequence};
  if (series_of(call.semantics) == Series::Windowed) {
    demand(!call.id || *call.id == id || told_to_come_again_.contains(*call.id),
           "C: a call is sent in one session under one number");
    demand(by_number_.try_emplace(id, index).first->second == index, "C: a number is one call's");
  }
  call.id = id;
}

void ClientWorld::judge_acknowledgement(const SessionMessage& message) const {
  for (const Call& call : calls) {
    if (call.ended || !call.id || call.id->session != message.session ||
        series_of(call.semantics) != Series::Windowed || told_to_come_again_.contains(*call.id)) {
      continue;
    }
    const Sequence number = call.id->sequence;
    const Acknowledgement& done = message.acknowledgement;
    const bool in_bitmap = number > done.through && number - done.through <= 64 &&
                           (done.bitmap >> (number - done.through - 1) & 1) != 0;
    demand(number > done.through && !in_bitmap, "C: what has not ended is not acknowledged");
  }
}

void ClientWorld::take_completions() {
  for (CallCompletion completion; client_->poll_completion(completion);) {
    const auto found = by_key_.find(completion.call);
    demand(found != by_key_.end() && completion.token == found->second, "S6: what ends had begun");
    judge_completion(calls[found->second], completion);
    by_key_.erase(found);
  }
}

void ClientWorld::judge_completion(Call& call, const CallCompletion& completion) {
  demand(!call.ended, "S6: a call ends once");
  call.ended = true;
  demand(completion.sent == call.sent, "S2: how often it was sent");
  const bool maybe = call.semantics == Semantics::Maybe;
  switch (completion.kind) {
    case OutcomeKind::NotSent: demand(call.sent == 0, "S2: what was not sent never left"); break;
    case OutcomeKind::Sent: demand(maybe && call.sent == 1, "S5: only a maybe call is just sent"); break;
    case OutcomeKind::NotExecuted:
      demand(call.id && told_not_run_.contains(*call.id), "S2: a server has said that it did not run");
      demand(series_of(call.semantics) == Series::Windowed, "S2: it sticks");
      break;
    case OutcomeKind::ReplyLost:
      demand(call.id && (told_lost_.contains(*call.id) || replies_.contains(*call.id)),
             "S2: a server has said that it ran");
      break;
    case OutcomeKind::Executed: {
      demand(call.id.has_value(), "S2: what ran was sent");
      const auto [first, last] = replies_.equal_range(*call.id);
      const ByteView body = completion.body;
      demand(std::any_of(first, last,
                         [&](const auto& reply) {
                           return std::equal(body.begin(), body.end(), reply.second.begin(),
                                             reply.second.end());
                         }),
             "S3: a reply is one that came for it");
      break;
    }
    case OutcomeKind::Unknown: demand(call.sent != 0, "S2: what never left is known"); break;
  }
}

void ClientWorld::take_back() {
  if (sent.empty() || sent.back().type != MessageType::Request) return;
  // A driver says so before it asks for the next message: here, of a maybe call, too late.
  const SessionMessage& message = sent.back().message;
  if (message.semantics == Semantics::Maybe) return;
  const auto call = std::find_if(calls.begin(), calls.end(), [&](const Call& candidate) {
    return !candidate.ended && candidate.semantics == message.semantics &&
           candidate.id == RequestId{message.session, message.sequence};
  });
  if (call == calls.end() || call->sent == 0) return;
  --call->sent;
  client_->not_handed_over(message.session, message.semantics, message.sequence);
  sent.pop_back();
  settle();
}

std::size_t ClientWorld::pending() const {
  return static_cast<std::size_t>(
      std::count_if(calls.begin(), calls.end(), [](const Call& call) { return !call.ended; }));
}

void ClientWorld::come_to_rest() {
  pass(200s);
  for (const Call& call : calls) {
    demand(call.ended || call.deadline == kNever, "S6: a call with a deadline has ended");
  }
  client_->close(now_);
  settle();
  demand(pending() == 0 && client_->in_flight() == 0, "S6: a client that is closed has no calls");
  pass(10min);
  demand(client_->next_timeout() == kNever, "T: a client that is closed has no timer");
  demand(fragments_->reassembly_bytes() == 0 && fragments_->sending_bytes() == 0,
         "S9: of fragments nothing is left");
}

}  // namespace once::fuzz
