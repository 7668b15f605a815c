// Two fragment layers in virtual time, a client's and a server's, without cores: messages go in on one side
// and come out on the other, over a network that a test controls datagram by datagram.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "core/fragments/fragments.hpp"
#include "pair.hpp"

namespace once::core::testing {

constexpr SessionId kFragmentSession = 0xABCD01;

/// A core's answers to the layer.
struct FakeOwner final : SessionOwner {
  bool path_of(SessionId session, Path& out) const override {
    if (!sessions.contains(session)) return false;
    out = path;
    return true;
  }
  bool wants_request(SessionId session, Semantics, Sequence number) const override {
    ++asked;
    return sessions.contains(session) && !unwanted.contains(number);
  }
  bool wants_reply(SessionId session, Semantics semantics, Sequence number) const override {
    return wants_request(session, semantics, number);
  }
  Path path;
  std::set<SessionId> sessions{kFragmentSession};
  std::set<Sequence> unwanted;
  mutable std::size_t asked = 0;  // how often somebody wanted to know
};

/// A request or reply of `body` octets that are told apart by `number`.
inline Transmit large_message(Side from, Sequence number, std::size_t size,
                              SessionId session = kFragmentSession,
                              Semantics semantics = Semantics::AtMostOnce,
                              std::uint32_t budget_ms = kBudgetUnlimited) {
  Buffer octets;
  octets.resize(size);
  std::uint64_t random = number * 0x9E3779B97F4A7C15u + size;
  for (std::uint8_t& octet : octets.writable()) {
    random = random * 6364136223846793005 + 1442695040888963407;
    octet = static_cast<std::uint8_t>(random >> 56);
  }
  Transmit message;
  message.body = std::move(octets).freeze();
  if (from == Side::Client) {
    SessionMessage request;
    request.type = MessageType::Request;
    request.session = session;
    request.sequence = number;
    request.semantics = semantics;
    request.budget_ms = budget_ms;
    request.body_length = static_cast<std::uint32_t>(size);
    request.body_checksum = crc32c(message.body);
    write(request, as_bytes("account"), message.header);
  } else {
    Answer reply;
    reply.type = MessageType::Reply;
    reply.session = session;
    reply.sequence = number;
    reply.semantics = semantics;
    reply.body_length = static_cast<std::uint32_t>(size);
    reply.body_checksum = crc32c(message.body);
    message.header.resize(kServerHeaderMax);
    message.header.resize(write(reply, message.header.data()));
  }
  return message;
}

inline Slice joined(const Transmit& message) {
  Buffer whole{message.header.size() + message.body.size()};
  whole.append(message.header);
  whole.append(message.body);
  return std::move(whole).freeze();
}

inline void expect_same(const Slice& received, const Transmit& sent) {
  const Slice whole = joined(sent);
  ASSERT_EQ(received.size(), whole.size());
  EXPECT_TRUE(std::equal(received.data(), received.data() + received.size(), whole.data()));
}

struct Datagram {
  bool to_server = false;
  Slice octets;

  FragmentKind kind() const { return *fragment_kind(*peek_type(octets)); }
  Fragment fragment() const {
    Prefix prefix;
    Fragment out;
    EXPECT_EQ(read_prefix(octets, prefix), Errc::ok);
    EXPECT_EQ(read(octets, prefix, out), Errc::ok);
    return out;
  }
  FragmentAck ack() const {
    Prefix prefix;
    FragmentAck out;
    EXPECT_EQ(read_prefix(octets, prefix), Errc::ok);
    EXPECT_EQ(read(octets, prefix, out), Errc::ok);
    return out;
  }
};

/// A fragment that somebody made up: its payload is one octet, again and again.
inline Datagram fragment_of(const Fragment& fragment, std::uint8_t octet = 0x11, Side from = Side::Client) {
  const Bytes payload(fragment.payload_size(), octet);
  Bytes message;
  write(fragment, from, crc32c(payload), message);
  message.insert(message.end(), payload.begin(), payload.end());
  return {from == Side::Client, Slice::copy_of(message)};
}

/// The first of ten.
inline Fragment first_fragment() {
  Fragment fragment;
  fragment.session = kFragmentSession;
  fragment.number = 1;
  fragment.transfer = 1;
  fragment.order = 1;
  fragment.whole_length = 10'000;
  fragment.fragment_size = 1'000;
  return fragment;
}

class FragmentDesk {
 public:
  using Fate = std::vector<Duration>;

  struct End {
    End(Side which, const FragmentLimits& limits)
        : side(which), layer(which, limits, owner, which == Side::Client ? 7 : 9) {
      owner.path.fragments = true;
      owner.path.message_max = 1'200;
    }
    Side side;
    FakeOwner owner;
    Fragments layer;
    std::vector<Slice> received;
    std::vector<Duration> took;  // of these
    std::vector<Slice> beside;   // messages that the layer left to its core
  };

  explicit FragmentDesk(FragmentLimits client_limits = {}, FragmentLimits server_limits = {})
      : client(Side::Client, client_limits), server(Side::Server, server_limits) {
    fate = [](const Datagram&) { return Fate{1ms}; };
  }

  /// Hands a message to the layer of `from`. False: it has no room, or leaves the message to its core; what it leaves to its core is kept in `beside`.
  bool send(End& from, Transmit message) {
    message.to = from.owner.path;
    const auto take = from.layer.take(now, message);
    if (take == Fragments::Take::Left) from.beside.push_back(joined(message));
    drain(from);
    return take == Fragments::Take::Taken;
  }
  bool send(End& from, Sequence number, std::size_t size) {
    return send(from, large_message(from.side, number, size));
  }

  void deliver(const Datagram& datagram) {
    End& to = datagram.to_server ? server : client;
    EXPECT_TRUE(to.layer.receive(now, to.owner.path, datagram.octets));
    drain(to);
  }
  void run_until(Time end) {
    for (;;) {
      Time next = std::min(client.layer.next_timeout(), server.layer.next_timeout());
      if (!flying_.empty()) next = std::min(next, flying_.begin()->first);
      if (next > end) break;
      // A timer that is due again and again makes no progress.
      ASSERT_LT(next <= now ? ++steps_at_once_ : (steps_at_once_ = 0), 10'000);
      now = std::max(now, next);
      while (!flying_.empty() && flying_.begin()->first <= now) {
        const Datagram datagram = std::move(flying_.begin()->second);
        flying_.erase(flying_.begin());
        deliver(datagram);
      }
      for (End* const side : {&client, &server}) {
        if (side->layer.next_timeout() > now) continue;
        side->layer.timeout(now);
        drain(*side);
      }
    }
    now = std::max(now, end);
  }
  void run_for(Duration time) { run_until(now + time); }
  /// Runs until so many messages have come at `to`, or `limit` has passed.
  bool run_until_received(const End& to, std::size_t count, Duration limit = 10min) {
    const Time end = now + limit;
    while (to.received.size() < count && now < end) run_until(std::min(end, now + 1ms));
    return to.received.size() >= count;
  }
  void drain(End& from) {
    Transmit out;
    while (from.layer.poll_transmit(now, out)) {
      Datagram datagram{from.side == Side::Client, joined(out)};
      if (datagram.octets.size() > system_max) {
        ++refused;
        from.layer.refused(now, out);
        continue;
      }
      largest = std::max(largest, datagram.octets.size());
      octets_sent += datagram.octets.size();
      sent.push_back(datagram);
      for (const Duration delay : fate(datagram)) flying_.emplace(now + delay, datagram);
    }
    Fragments::Received whole;
    while (from.layer.poll_message(whole)) {
      from.received.push_back(whole.message);
      from.took.push_back(whole.took);
    }
  }
  std::vector<Datagram> sent_of(FragmentKind kind) const {
    std::vector<Datagram> result;
    std::copy_if(sent.begin(), sent.end(), std::back_inserter(result),
                 [&](const Datagram& datagram) { return datagram.kind() == kind; });
    return result;
  }

  Time now{1000s};
  End client;
  End server;
  std::function<Fate(const Datagram&)> fate;
  std::vector<Datagram> sent;
  std::size_t largest = 0;
  std::size_t octets_sent = 0;
  std::size_t system_max = 65'507;  // larger datagrams are not taken
  std::size_t refused = 0;

 private:
  std::multimap<Time, Datagram> flying_;
  int steps_at_once_ = 0;
};

}  // namespace once::core::testing
