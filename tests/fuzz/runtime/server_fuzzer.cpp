// The server core. The input is a list of commands: messages of clients that break rules, whole, in fragments, with a
// field that is wrong; pauses; what servants do; a new life. ServerWorld judges.
#include "core/planted_bugs.hpp"
#include "planted.hpp"
#include "server_world.hpp"

namespace once::fuzz {
namespace {

using namespace core;
using namespace std::chrono_literals;

constexpr Duration kPauses[] = {0ms, 1ms, 25ms, 200ms, 1s, 10s, 31s, 61s};
constexpr std::size_t kSizes[] = {0, 16, 100, 1'000, 3'000, 8'000};
constexpr std::uint32_t kBudgets[] = {kBudgetUnlimited, 0, 10, 1'000};
constexpr Errc kRefusals[] = {Errc::no_such_object, Errc::overloaded, Errc::cancelled, Errc::shutting_down};
constexpr MessageType kUnanswered[] = {MessageType::Bye, MessageType::Ack, MessageType::PathResponse};
constexpr std::size_t kCommandsMax = 200;
constexpr std::size_t kRemembered = 8;

class Commands {
 public:
  explicit Commands(ByteView octets) : input_(octets) {
    const std::uint8_t what = input_.octet();
    world_.emplace((what & 1) != 0, (what & 2) != 0);
  }

  void run() {
    for (std::size_t i = 0; i < kCommandsMax && !input_.empty(); ++i) step();
    world_->come_to_rest();
  }

 private:
  void step() {
    switch (input_.below(16)) {
      case 0:
      case 1: return say_hello();
      case 2:
      case 3:
      case 4: return say_in_session(MessageType::Request);
      case 5: return say_in_session(MessageType::Cancel);
      case 6: return say_in_session(MessageType::Probe);
      case 7: return say_in_session(kUnanswered[input_.below(std::size(kUnanswered))]);
      case 8: return world_->pass(kPauses[input_.below(std::size(kPauses))]);
      case 9: return start_one();
      case 10: return reply_to_one();
      case 11: return refuse_one();
      case 12: return repeat_one();
      case 13: return run_one();
      case 14: return say_octets();
      default: return rare();
    }
  }

  void rare() {
    switch (input_.below(8)) {
      case 0: return world_->drain();
      case 1: return world_->refuse_durable(input_.flag() ? Errc::store_failed : Errc::ok);
      case 2: world_->keeps_rows = input_.flag(); return;
      default: return world_->restart();
    }
  }

  void say_hello() {
    client_ = input_.below(ServerWorld::kClients);
    Hello hello;
    hello.nonce = 1 + input_.below(4);
    hello.instance = {0xC1, client_};
    hello.cookie = world_->cookies[client_];
    hello.window_max = 64;
    hello.message_max = 1U << 20U;
    hello.attempt = 1;
    const std::uint8_t more = input_.octet();
    if ((more & 1) != 0) {
      hello.name = "till";
      hello.incarnation = more >> 4U;
      hello.lasting = (more & 2) != 0;
    }
    Bytes octets;
    write(hello, octets);
    send(std::move(octets), (more & 4) != 0);
  }

  void say_in_session(MessageType type) {
    const auto& session = world_->sessions[input_.below(world_->sessions.size())];
    client_ = session.client;
    SessionMessage message;
    message.type = type;
    message.session = session.id;
    message.counter = ++counter_;
    message.expected = world_->config.epoch;
    message.sequence = 1 + input_.below(input_.flag() ? 4 : 80);
    message.attempt = 1;
    const std::uint8_t how = input_.octet();
    message.semantics = static_cast<Semantics>(how & 3U);
    message.acknowledgement.through = (how & 4U) != 0 ? input_.below(80) : 0;
    message.acknowledgement.bitmap = (how & 8U) != 0 ? input_.octet() : 0;
    message.budget_ms = kBudgets[(how >> 4U) & 3U];
    message.cookie = world_->path_cookies[client_];
    const bool breaks = (how & 64U) != 0;
    const bool in_pieces = (how & 128U) != 0;
    Bytes octets;
    if (type != MessageType::Request) {
      write(message, {}, octets);
      return send(std::move(octets), breaks);
    }
    const std::uint8_t content = input_.octet();
    const Bytes body(kSizes[(content & 7U) % std::size(kSizes)], content);
    message.operation = content >> 6U;
    message.body_length = static_cast<std::uint32_t>(body.size());
    message.body_checksum = crc32c(body);
    write(message, as_bytes("account"), octets);
    octets.insert(octets.end(), body.begin(), body.end());
    if (!in_pieces) return send(std::move(octets), breaks);
    const std::uint8_t order = input_.octet();
    world_->deliver_in_fragments(client_, octets, order, input_.octet());
  }

  /// With one octet that is wrong, and the checksums of what it has become.
  void send(Bytes octets, bool breaks) {
    if (breaks) {
      const std::size_t place = input_.octet();
      octets[place % octets.size()] ^= input_.octet();
      seal_again(octets);
    }
    remember(octets);
    world_->deliver(client_, Slice::copy_of(octets));
  }
  void remember(const Bytes& octets) {
    if (remembered_.size() < kRemembered) remembered_.emplace_back();
    remembered_[next_++ % kRemembered % remembered_.size()] = octets;
  }
  /// An earlier message, perhaps from somewhere else.
  void repeat_one() {
    if (remembered_.empty()) return;
    const Bytes& octets = remembered_[input_.below(remembered_.size())];
    world_->deliver(input_.below(ServerWorld::kClients), Slice::copy_of(octets));
  }
  void say_octets() {
    const ByteView octets = input_.octets(input_.octet());
    Bytes message(octets.begin(), octets.end());
    if (input_.flag()) seal_again(message);
    world_->deliver(input_.below(ServerWorld::kClients), Slice::copy_of(message));
  }

  void start_one() {
    if (!world_->held.empty()) world_->start(input_.below(world_->held.size()), 256);
  }
  void reply_to_one() {
    if (world_->held.empty()) return;
    const std::size_t index = input_.below(world_->held.size());
    world_->reply(index, static_cast<ReplyStatus>(input_.below(3)), kSizes[input_.below(std::size(kSizes))]);
  }
  void refuse_one() {
    if (world_->held.empty()) return;
    const std::size_t index = input_.below(world_->held.size());
    world_->refuse(index, kRefusals[input_.below(std::size(kRefusals))]);
  }
  void run_one() {
    if (world_->held.empty()) return;
    const std::size_t before = world_->held.size();
    world_->start(before - 1, 4'096);
    if (world_->held.size() == before) {
      world_->reply(before - 1, ReplyStatus::Value, kSizes[input_.below(std::size(kSizes))]);
    }
  }

  Input input_;
  std::optional<ServerWorld> world_;
  std::size_t client_ = 0;
  std::uint64_t counter_ = 0;
  std::vector<Bytes> remembered_;
  std::size_t next_ = 0;
};

void plant_bugs() {
  plant(Bug::FilterOff, planted("FilterOff"));
  plant(Bug::RefusalNotRecorded, planted("RefusalNotRecorded"));
  plant(Bug::StaleAsNew, planted("StaleAsNew"));
  plant(Bug::OutcomeNotRestored, planted("OutcomeNotRestored"));
}

}  // namespace

void run_input(ByteView octets) {
  plant_bugs();
  const HeapWatch heap;
  Commands{octets}.run();
  demand(heap.peak() <= (std::size_t{24} << 20U), "S9: a server's memory keeps within bounds");
}

}  // namespace once::fuzz
