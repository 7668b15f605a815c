// The client core. The input is a list of commands: calls, cancellations, links that come and go, pauses, and what a
// server says, which fits what the client has sent but for what the input breaks. ClientWorld judges.
#include "client_world.hpp"
#include "core/planted_bugs.hpp"
#include "planted.hpp"

namespace once::fuzz {
namespace {

using namespace core;
using namespace std::chrono_literals;

constexpr Duration kPauses[] = {0ms, 1ms, 50ms, 250ms, 1s, 5s, 21s, 61s};
constexpr Duration kDeadlines[] = {0s, 10ms, 1s, 10s, 100s};
constexpr std::size_t kSizes[] = {8, 100, 2'000, 5'000};
constexpr MessageType kAnswers[] = {MessageType::Reply,      MessageType::NotExecuted, MessageType::ReplyLost,
                                    MessageType::Working,    MessageType::Unseen,      MessageType::Collision,
                                    MessageType::WrongEpoch, MessageType::NoSession};
constexpr std::size_t kCommandsMax = 200;

class Commands {
 public:
  explicit Commands(ByteView octets) : input_(octets) {
    const std::uint8_t what = input_.octet();
    world_.emplace((what & 1U) != 0, (what & 2U) != 0);
    durable_ = (what & 2U) != 0;
  }

  void run() {
    world_->connect(0);
    for (std::size_t i = 0; i < kCommandsMax && !input_.empty(); ++i) step();
    world_->come_to_rest();
  }

 private:
  void step() {
    switch (input_.below(16)) {
      case 0:
      case 1:
      case 2: {
        const auto semantics = static_cast<Semantics>(input_.below(4));
        const std::size_t size = kSizes[input_.below(std::size(kSizes))];
        return world_->start(semantics, size, kDeadlines[input_.below(std::size(kDeadlines))]);
      }
      case 3: return world_->pass(kPauses[input_.below(std::size(kPauses))]);
      case 4:
      case 5:
      case 6:
      case 7: return answer();
      case 8:
      case 9: return welcome();
      case 10: return refuse_session();
      case 11:
        if (!world_->calls.empty()) world_->cancel(input_.below(world_->calls.size()));
        return;
      case 12: return change_link();
      case 13:
        if (!world_->calls.empty()) world_->finish(input_.below(world_->calls.size()));
        return;
      case 14: return repeat();
      default: return rare();
    }
  }

  void rare() {
    switch (input_.below(4)) {
      case 0: return world_->keep_session(input_.flag());
      case 1: return world_->take_back();
      case 2: return challenge();
      default: {
        const ByteView octets = input_.octets(input_.octet());
        Bytes message(octets.begin(), octets.end());
        if (input_.flag()) seal_again(message);
        return world_->deliver(message);
      }
    }
  }

  void change_link() {
    const std::size_t what = input_.below(5);
    if (what < 3) return world_->connect(what);
    if (what == 3) return world_->disconnect();
    world_->fail_to_connect();
  }

  template <class Message>
  void say(const Message& message, std::size_t body_size = 0) {
    Bytes octets(kServerHeaderMax);
    octets.resize(write(message, octets.data()));
    octets.resize(octets.size() + body_size, input_.octet());
    seal_again(octets);
    const std::uint8_t how = input_.octet();
    if ((how & 1U) != 0) {  // one octet is wrong
      const std::size_t place = input_.octet();
      octets[place % octets.size()] ^= input_.octet();
      if ((how & 2U) == 0) seal_again(octets);
    }
    if ((how & 4U) != 0) {
      world_->deliver_in_fragments(octets);
    } else {
      world_->deliver(octets);
    }
    last_ = octets;
  }
  void repeat() {
    if (!last_.empty()) world_->deliver(last_);
  }

  const ClientWorld::Sent* choose(bool hello) {
    std::vector<const ClientWorld::Sent*> fitting;
    for (const auto& one : world_->sent) {
      if ((one.type == MessageType::Hello) == hello) fitting.push_back(&one);
    }
    return fitting.empty() ? nullptr : fitting[fitting.size() - 1 - input_.below(fitting.size())];
  }

  void welcome() {
    const ClientWorld::Sent* const sent = choose(true);
    if (sent == nullptr) return;
    Welcome message;
    message.nonce = sent->hello.nonce;
    const std::uint8_t how = input_.octet();
    // Of several ids for one HELLO some are lies; but none is given for two, which would be a server that breaks I1.
    message.session = sent->hello.nonce << 8U | how % 4;
    message.epoch = epoch_;
    message.window = 1U << (how >> 2U & 3U);
    message.lease_ms = (how & 16U) != 0 ? 2'000 : 60'000;
    message.message_max = (how & 32U) != 0 ? 1'000 : 1U << 20U;
    message.attempt = sent->hello.attempt;
    message.durable = durable_ || (how & 64U) != 0;
    message.made_in = (how & 128U) != 0 ? 2 : 1;
    say(message);
  }

  void refuse_session() {
    const ClientWorld::Sent* const sent = choose(true);
    if (sent == nullptr) return;
    switch (input_.below(3)) {
      case 0: return say(Cookie{sent->hello.nonce, 77, sent->hello.attempt});
      case 1: return say(Refused{sent->hello.nonce, Errc::overloaded, sent->hello.attempt, 50});
      default: return say(Versions{sent->hello.nonce, 2, 3});
    }
  }

  void challenge() {
    const ClientWorld::Sent* const sent = choose(false);
    if (sent == nullptr) return;
    const std::uint64_t counter = input_.flag() ? sent->message.counter : 0;
    say(PathChallenge{sent->message.session, counter, 1U + input_.octet()});
  }

  void answer() {
    const ClientWorld::Sent* const sent = choose(false);
    if (sent == nullptr) return;
    const SessionMessage& message = sent->message;
    Answer answer;
    answer.type = kAnswers[input_.below(std::size(kAnswers))];
    answer.semantics = message.semantics;
    answer.session = message.session;
    answer.sequence = message.sequence;
    answer.attempt = message.attempt;
    const std::uint8_t how = input_.octet();
    if ((how & 1U) != 0) ++epoch_.counter;
    if ((how & 2U) != 0) epoch_.random ^= 1;
    answer.epoch = epoch_;
    answer.expected = message.expected;
    answer.status = static_cast<ReplyStatus>((how >> 2U) % 3U);
    answer.reason = (how & 16U) != 0 ? Errc::overloaded : Errc::ok;
    answer.retry_after_ms = (how & 48U) == 48U ? 20 : 0;
    answer.window = static_cast<std::uint16_t>(how >> 5U);
    say(answer, answer.type == MessageType::Reply ? kSizes[input_.below(std::size(kSizes))] : 0);
  }

  Input input_;
  std::optional<ClientWorld> world_;
  bool durable_ = false;
  Epoch epoch_{1, 0xE1};
  Bytes last_;
};

}  // namespace

void run_input(ByteView octets) {
  plant(Bug::NoSessionMeansNotRun, planted("NoSessionMeansNotRun"));
  const HeapWatch heap;
  Commands{octets}.run();
  demand(heap.peak() <= (std::size_t{24} << 20U), "S9: a client's memory keeps within bounds");
}

}  // namespace once::fuzz
