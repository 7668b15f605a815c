// The fragment layer, both ends of it. The input is a list of commands: messages to be sent, and what becomes of each
// datagram on the way: it arrives, twice, late, not at all, or with an octet that is wrong and right checksums.
//   Messages come out as they went in, each once for each time that it was sent, but for those that a wrong octet hit.
//   What is held for reassembly keeps within its limits, and is gone in the end.
//   Timers make progress; if nothing was broken, and datagrams arrive again, everything that is wanted arrives.
#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "core/fragments/fragments.hpp"
#include "harness.hpp"
#include "sealing.hpp"

namespace once::fuzz {
namespace {

using namespace core;
using namespace std::chrono_literals;

constexpr SessionId kSessions[] = {0x105, 0x205};
constexpr std::size_t kSizes[] = {100, 1'200, 3'000, 9'000, 30'000};
constexpr Duration kPauses[] = {0ms, 1ms, 30ms, 300ms, 2s, 11s, 31s};
constexpr std::uint32_t kDatagrams[] = {1'200, 300, 145, 60'000};
constexpr std::uint32_t kWholes[] = {100, 1'000, 20'000, 0xffffffff};
constexpr std::uint32_t kPieces[] = {64, 200, 1'000};
constexpr std::size_t kCommandsMax = 150;
constexpr std::size_t kFlyingMax = 256;

/// What a core says to its layer.
struct Owner final : SessionOwner {
  bool path_of(SessionId session, Path& out) const override {
    if (gone.contains(session) ||
        std::find(std::begin(kSessions), std::end(kSessions), session) == std::end(kSessions)) {
      return false;
    }
    out = path;
    return true;
  }
  bool wants_request(SessionId session, Semantics, Sequence number) const override {
    return !gone.contains(session) && !unwanted.contains(number);
  }
  bool wants_reply(SessionId session, Semantics semantics, Sequence number) const override {
    return wants_request(session, semantics, number);
  }
  Path path;
  std::set<SessionId> gone;
  std::set<Sequence> unwanted;
};

struct End {
  End(Side which, const FragmentLimits& limits)
      : side(which), layer(which, limits, owner, which == Side::Client ? 7 : 9) {
    owner.path.fragments = true;
    owner.path.message_max = kDatagrams[0];
  }
  Side side;
  Owner owner;
  Fragments layer;
  std::map<Sequence, Bytes> given;  // messages that the core gave to the layer
  std::map<Sequence, int> arrived;
};

/// A REQUEST or REPLY whose body follows from its number.
Transmit message_of(Side from, SessionId session, Sequence number, std::size_t size) {
  Bytes body(size);
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::uint8_t>(number * 37 + i * (i >> 8U) + i);
  Transmit message;
  message.body = Slice::copy_of(body);
  if (from == Side::Client) {
    SessionMessage request;
    request.type = MessageType::Request;
    request.session = session;
    request.sequence = number;
    request.body_length = static_cast<std::uint32_t>(size);
    request.body_checksum = crc32c(body);
    write(request, as_bytes("account"), message.header);
  } else {
    Answer reply;
    reply.session = session;
    reply.sequence = number;
    reply.body_length = static_cast<std::uint32_t>(size);
    reply.body_checksum = crc32c(body);
    message.header.resize(kServerHeaderMax);
    message.header.resize(write(reply, message.header.data()));
  }
  return message;
}

class Line {
 public:
  explicit Line(ByteView octets) : input_(octets), limits_(limits_of(input_.octet())) {
    ends_.emplace_back(Side::Client, limits_);
    ends_.emplace_back(Side::Server, limits_);
  }

  void run() {
    for (std::size_t i = 0; i < kCommandsMax && !input_.empty(); ++i) step();
    come_to_rest();
  }

 private:
  struct Datagram {
    std::size_t to = 0;
    Bytes octets;
  };

  static FragmentLimits limits_of(std::uint8_t what) {
    FragmentLimits limits;
    limits.message_max = 32'768;
    if ((what & 1U) != 0) {
      limits.reassembly_bytes_max = limits.sending_bytes_max = 65'536;
      limits.transfers_max = 1;
      limits.session_messages_max = 2;
    }
    return limits;
  }

  void step() {
    switch (input_.below(12)) {
      case 0:
      case 1: return send();
      case 2: return pause(kPauses[input_.below(std::size(kPauses))]);
      case 3: return lose_one();
      case 4: return deliver_broken();
      case 5: return deliver_twice();
      case 6: return deliver_many();
      case 7: return deliver_one(input_.octet());
      case 8: return rare();
      case 9: return invent();
      default: return deliver_many();
    }
  }

  void send() {
    End& from = ends_[input_.below(2)];
    const SessionId session = kSessions[input_.below(2)];
    const bool again = input_.flag() && !from.given.empty();
    const std::size_t size = kSizes[input_.below(std::size(kSizes))];
    const Sequence number = again ? 1 + input_.below(from.given.size()) : from.given.size() + 1;
    Transmit message = message_of(from.side, session, number, size);
    if (again) {
      // The same request again, or the same reply.
      if (!from.given.contains(number)) return;
      const Bytes& octets = from.given.at(number);
      const std::size_t header = load<std::uint16_t>(octets.data() + 10);
      message.header.assign(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(header));
      message.body = Slice::copy_of(ByteView{octets}.subspan(header));
    }
    message.to = from.owner.path;
    const Bytes whole = joined(message);
    const auto take = from.layer.take(now_, message);
    if (take == Fragments::Take::Left && !again) return;  // it fits a datagram: no matter of the layer's
    if (!again) from.given[number] = whole;
    if (take == Fragments::Take::NoRoom) all_arrive_ = false;
    settle();
  }

  void pause(Duration time) {
    if (time > limits_.stall / 2) all_arrive_ = false;  // nothing has come for long: a transfer may end
    pass(time);
  }

  void rare() {
    End& end = ends_[input_.below(2)];
    all_arrive_ = false;
    switch (input_.below(6)) {
      case 0: end.layer.link_lost(); break;
      case 1: end.owner.unwanted.insert(1 + input_.below(8)); break;
      case 2: end.owner.gone.insert(kSessions[input_.below(2)]); break;
      case 3: end.owner.gone.clear(); break;
      case 4: end.owner.path.message_max = kDatagrams[input_.below(std::size(kDatagrams))]; break;
      default: system_max_ = input_.flag() ? 65'507 : 250;
    }
    settle();
  }

  void lose_one() {
    if (!flying_.empty())
      flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(input_.below(flying_.size())));
  }
  Datagram take_one(std::size_t index) {
    const auto place = flying_.begin() + static_cast<std::ptrdiff_t>(index % flying_.size());
    Datagram datagram = std::move(*place);
    flying_.erase(place);
    return datagram;
  }
  void deliver_one(std::size_t index) {
    if (!flying_.empty()) deliver(take_one(index));
  }
  void deliver_many() {
    for (std::size_t count = input_.octet(); count > 0 && !flying_.empty(); --count) deliver_one(0);
  }
  void deliver_twice() {
    if (flying_.empty()) return;
    const Datagram datagram = take_one(input_.octet());
    deliver(datagram);
    deliver(datagram);
  }
  void deliver_broken() {
    if (flying_.empty()) return;
    Datagram datagram = take_one(input_.octet());
    std::size_t place = input_.octet();
    datagram.octets[place % datagram.octets.size()] ^= input_.octet();
    seal_again(datagram.octets);
    broken_ = true;
    deliver(datagram);
  }
  /// A fragment, or an acknowledgement, of no transfer that there is.
  void invent() {
    broken_ = true;
    Datagram datagram{input_.below(2), {}};
    const Side from = datagram.to == 0 ? Side::Server : Side::Client;
    if (input_.flag()) {
      FragmentAck ack;
      ack.session = kSessions[input_.below(2)];
      ack.transfer = std::uint64_t{from == Side::Server ? 7U : 9U} << 32U | input_.octet();
      ack.began = input_.octet();
      ack.echo_order = input_.octet();
      ack.cumulative = input_.take<std::uint16_t>();
      ack.echo_index = input_.octet();
      ack.status = static_cast<TransferStatus>(input_.below(5));
      ack.words = static_cast<std::uint8_t>(input_.below(3));
      ack.bitmap[0] = input_.take<std::uint64_t>();
      write(ack, from, datagram.octets);
    } else {
      Fragment fragment;
      fragment.session = kSessions[input_.below(2)];
      fragment.number = 1 + input_.below(2);
      fragment.transfer = input_.below(3);
      fragment.oldest = input_.below(2);
      fragment.order = 1 + input_.octet();
      fragment.whole_length = kWholes[input_.below(std::size(kWholes))];
      fragment.fragment_size = kPieces[input_.below(std::size(kPieces))];
      fragment.index = static_cast<std::uint32_t>(input_.below(20));
      if (fragment.index >= fragment.count()) return;
      const Bytes payload(fragment.payload_size(), input_.octet());
      write(fragment, from, crc32c(payload), datagram.octets);
      datagram.octets.insert(datagram.octets.end(), payload.begin(), payload.end());
    }
    deliver(datagram);
  }

  void deliver(const Datagram& datagram) {
    End& to = ends_[datagram.to];
    static_cast<void>(to.layer.receive(now_, to.owner.path, Slice::copy_of(datagram.octets)));
    settle();
  }

  void settle() {
    for (std::size_t i = 0; i < ends_.size(); ++i) take_all(i);
  }
  void take_all(std::size_t index) {
    End& end = ends_[index];
    int count = 0;
    for (Transmit out; end.layer.poll_transmit(now_, out); ++count) {
      demand(count < 10'000, "a layer has an end of datagrams");
      Bytes whole = joined(out);
      Prefix prefix;
      demand(read_prefix(whole, prefix) == Errc::ok && fragment_kind(prefix.type),
             "a layer says what layers say");
      if (whole.size() > system_max_) {
        end.layer.refused(now_, out);
      } else if (flying_.size() < kFlyingMax) {
        flying_.push_back({1 - index, std::move(whole)});
      }
    }
    for (Fragments::Received whole; end.layer.poll_message(whole);) judge(end, whole);
    const std::size_t one = Reassembly::cost_of_largest(limits_.message_max + kHeaderMax);
    demand(end.layer.reassembly_bytes() <= std::max(limits_.reassembly_bytes_max, one),
           "reassemblies keep within their limits");
  }

  void judge(End& to, const Fragments::Received& whole) {
    const Bytes octets(whole.message.data(), whole.message.data() + whole.message.size());
    const CallName name = name_of(octets);
    const std::map<Sequence, Bytes>& given = ends_[&to == &ends_[0] ? 1 : 0].given;
    ++to.arrived[name.number];
    if (broken_) return;  // the core's checksum is to find it
    const auto sent = given.find(name.number);
    demand(sent != given.end() && sent->second == octets, "a message comes out as it went in");
  }

  void pass(Duration time) {
    const Time end = now_ + time;
    for (int rounds = 0;; ++rounds) {
      const Time next = std::min(ends_[0].layer.next_timeout(), ends_[1].layer.next_timeout());
      if (next > end) break;
      demand(rounds < 100'000, "timers make progress");
      now_ = std::max(now_, next);
      for (End& one : ends_) {
        if (one.layer.next_timeout() <= now_) one.layer.timeout(now_);
      }
      settle();
      demand(std::min(ends_[0].layer.next_timeout(), ends_[1].layer.next_timeout()) > next,
             "a timer that has fired is set to a later time");
    }
    now_ = std::max(now_, end);
  }

  void come_to_rest() {
    const bool must_arrive = all_arrive_ && !broken_;
    const auto is_over = [this] {
      return flying_.empty() && std::all_of(ends_.begin(), ends_.end(), [](const End& end) {
               return end.layer.next_timeout() == kNever;
             });
    };
    for (int i = 0; i < 400 && !is_over(); ++i) {
      while (!flying_.empty()) deliver(take_one(0));
      pass(500ms);
    }
    for (std::size_t i = 0; must_arrive && i < ends_.size(); ++i) {
      for (const auto& [number, octets] : ends_[i].given) {
        demand(ends_[1 - i].arrived[number] > 0, "what is wanted arrives");
      }
    }
    for (const End& end : ends_) {
      demand(end.layer.reassembly_bytes() == 0 && end.layer.sending_bytes() == 0,
             "in the end nothing is left");
    }
  }

  Input input_;
  FragmentLimits limits_;
  Time now_{1000s};
  std::deque<End> ends_;
  std::vector<Datagram> flying_;
  std::size_t system_max_ = 65'507;
  bool broken_ = false;
  bool all_arrive_ = true;
};

}  // namespace

void run_input(ByteView octets) {
  const HeapWatch heap;
  Line{octets}.run();
  demand(heap.peak() <= (std::size_t{16} << 20U), "the layer's memory keeps within bounds");
}

}  // namespace once::fuzz
