// What becomes of a call does not depend on what carries it: when the same messages arrive at the same times, it ends
// alike over datagrams and streams, with every codec, in either byte order (S11).
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "pair.hpp"

namespace once::core::testing {
namespace {

struct Carrier {
  bool is_stream = false;
  std::uint8_t codec = 0;  // a codec's id, which the cores pass on
  bool little_endian = false;
};

enum class Servant : std::uint8_t { Answers, Raises, Fails, Refuses, AnswersLate, Hangs };

struct Plan {
  Duration begin{};
  Semantics semantics = Semantics::AtMostOnce;
  Duration time_left{};  // 0: without a deadline
  Duration cancelled{};  // after its begin; 0: not
  Servant servant = Servant::Answers;
  Duration answered{};  // after its begin, if late
};

struct End {
  OutcomeKind kind = OutcomeKind::Sent;
  Errc reason = Errc::ok;
  ReplyStatus status = ReplyStatus::Value;
  std::string body;
  int executions = 0;
  bool operator==(const End&) const = default;
  friend void PrintTo(const End& end, std::ostream* out) {
    *out << to_string(end.kind) << " (" << make_error_code(end.reason).message() << "), executed "
         << end.executions << " times, '" << end.body << "'";
  }
};

constexpr std::size_t kCalls = 40;
constexpr int kSeeds = 200 / ONCE_TEST_STRIDE;

std::vector<Plan> draw_plans(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  const auto milliseconds = [&](unsigned most) { return std::chrono::milliseconds{1 + random() % most}; };
  std::vector<Plan> plans(kCalls);
  for (Plan& plan : plans) {
    plan.begin = milliseconds(400);
    plan.semantics = static_cast<Semantics>(random() % 4);
    if (random() % 3 == 0) plan.time_left = milliseconds(200);
    if (random() % 6 == 0) plan.cancelled = milliseconds(60);
    plan.servant = static_cast<Servant>(random() % 6);
    plan.answered = milliseconds(300);
  }
  return plans;
}

/// All calls of a seed, with one carrier.
class Exchange {
 public:
  Exchange(std::uint64_t seed, Carrier carrier, bool is_rough)
      : carrier_(carrier), seed_(seed), is_rough_(is_rough), plans_(draw_plans(seed)) {
    Path& path = pair_.clients[0].path;
    path.validated = carrier.is_stream;
    if (carrier.is_stream) path.message_max = 0;
    pair_.clients[0].core->connected(pair_.now, path);
    pair_.run_until_done(pair_.start());  // the handshakes differ
    pair_.executed.clear();
    pair_.run_until(begin_);
    pair_.fate = [this](const Packet& packet) { return fate(packet); };
    pair_.servant = [this](const Arrival& arrival) { serve(arrival); };
  }

  std::vector<End> ends() {
    std::multimap<Time, std::function<void()>> steps;
    for (std::size_t i = 0; i < kCalls; ++i) {
      const Time begin = begin_ + plans_[i].begin;
      steps.emplace(begin, [this, i] { start(i); });
      if (plans_[i].cancelled != 0ms)
        steps.emplace(begin + plans_[i].cancelled, [this, i] { pair_.cancel(keys_[i]); });
      steps.emplace(begin + plans_[i].answered, [this, i] { answer_late(i); });
    }
    for (const auto& [time, step] : steps) {
      pair_.run_until(time);
      step();
    }
    pair_.run_for(60s);
    pair_.clients[0].core->close(pair_.now);
    pair_.drain();
    std::vector<End> ends;
    for (std::size_t i = 0; i < kCalls; ++i) {
      const CallCompletion& end = pair_.clients[0].done.at(keys_[i]);
      // Copies of what need not run once may run, and how many there are is the client's to say.
      const bool is_free = plans_[i].semantics == Semantics::AtLeastOnce;
      ends.push_back({end.kind, end.reason, end.status, std::string{as_text(end.body.view())},
                      is_free ? std::min(executions_[i], 1) : executions_[i]});
    }
    return ends;
  }

 private:
  void start(std::size_t call) {
    CallRequest request = Pair::request(plans_[call].semantics, std::to_string(call));
    request.codec = carrier_.codec;
    request.little_endian = carrier_.little_endian;
    if (plans_[call].time_left != 0ms) request.deadline = pair_.now + plans_[call].time_left;
    keys_[call] = pair_.start(std::move(request));
  }
  void serve(const Arrival& arrival) {
    const std::size_t call = std::stoul(std::string{as_text(arrival.body.view())});
    const Servant servant = plans_[call].servant;
    if (servant == Servant::Refuses)
      return pair_.server->refuse(pair_.now, arrival.call, Errc::no_such_object);
    if (!pair_.server->start(pair_.now, arrival.call, 256)) return;
    ++executions_[call];
    switch (servant) {
      case Servant::Answers: return reply(arrival, call, ReplyStatus::Value);
      case Servant::Raises: return reply(arrival, call, ReplyStatus::UserException);
      case Servant::Fails: return reply(arrival, call, ReplyStatus::ServantFailed);
      default: late_.emplace(call, arrival);
    }
  }
  void reply(const Arrival& arrival, std::size_t call, ReplyStatus status) {
    const std::string body = "answer " + std::to_string(call) + " " + std::to_string(executions_[call]);
    const bool has_body = status != ReplyStatus::ServantFailed;
    pair_.server->reply(pair_.now, arrival.call, status, has_body ? octets(body) : Slice{},
                        arrival.little_endian, has_body ? Errc::ok : Errc::servant_failed);
  }
  void answer_late(std::size_t call) {
    if (plans_[call].servant != Servant::AnswersLate) return;
    const auto [first, last] = late_.equal_range(call);
    for (auto at = first; at != last; ++at) reply(at->second, call, ReplyStatus::Value);
    late_.erase(first, last);
    pair_.drain();
  }

  /// The same for the n-th message that says the same, whatever carries it.
  Pair::Fate fate(const Packet& packet) {
    const MessageType type = packet.type();
    if (type == MessageType::Hello || type == MessageType::Welcome || type == MessageType::Ack) return {1ms};
    const auto [semantics, number] = packet.to_server
                                         ? std::pair{packet.request().semantics, packet.request().sequence}
                                         : std::pair{packet.answer().semantics, packet.answer().sequence};
    const std::tuple what{type, series_of(semantics), number};
    std::minstd_rand random{static_cast<unsigned>(seed_ * 7919 + static_cast<unsigned>(type) * 104729 +
                                                  static_cast<unsigned>(series_of(semantics)) * 1299709 +
                                                  number * 15485863 + ++said_[what] * 32452843)};
    random.discard(2);
    const auto delay = [&](unsigned most) { return std::chrono::milliseconds{1 + random() % most}; };
    const auto dice = random() % 8;
    if (dice == 0 && is_rough_) return {};
    if (dice <= 2) return {delay(3), delay(60)};
    return {delay(is_rough_ ? 30 : 3)};
  }

  Carrier carrier_;
  std::uint64_t seed_;
  bool is_rough_;  // messages are lost and overtaken
  std::vector<Plan> plans_;
  Pair pair_{1, durable()};
  const Time begin_ = pair_.now + 1s;
  std::array<CallKey, kCalls> keys_{};
  std::array<int, kCalls> executions_{};
  std::multimap<std::size_t, Arrival> late_;
  std::map<std::tuple<MessageType, Series, Sequence>, std::uint64_t> said_;
};

/// How the calls of all seeds end with each carrier; it must be the same.
void expect_the_same(std::initializer_list<Carrier> carriers, bool is_rough) {
  std::map<OutcomeKind, int> kinds;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<End> ends = Exchange{static_cast<std::uint64_t>(seed), {}, is_rough}.ends();
    for (const End& end : ends) ++kinds[end.kind];
    for (const Carrier& carrier : carriers) {
      const std::vector<End> others = Exchange{static_cast<std::uint64_t>(seed), carrier, is_rough}.ends();
      for (std::size_t call = 0; call < kCalls; ++call) EXPECT_EQ(ends[call], others[call]) << call;
    }
  }
  for (const OutcomeKind kind :
       {OutcomeKind::NotExecuted, OutcomeKind::Executed, OutcomeKind::Unknown, OutcomeKind::Sent}) {
    EXPECT_GT(kinds[kind], kSeeds) << to_string(kind);
  }
}

TEST(Carriers, CodecsAndByteOrdersMakeNoDifferenceToWhatBecomesOfCalls) {
  expect_the_same({Carrier{false, 1, true}, Carrier{false, 1, false}, Carrier{false, 2, false}}, true);
}

/// Where nothing is lost: over a stream a client asks before it repeats what may have been (T3).
TEST(Carriers, StreamsMakeNoDifferenceToWhatBecomesOfCalls) {
  expect_the_same({Carrier{true, 0, false}, Carrier{true, 1, true}}, false);
}

}  // namespace
}  // namespace once::core::testing
