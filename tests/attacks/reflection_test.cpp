// A1 and A12 by hand: whoever speaks under an address that has proved nothing gets no more octets than it has sent
// and leaves nothing behind, and answers answer no answers.
#include <iomanip>
#include <map>

#include "figures.hpp"
#include "heap.hpp"
#include "messages.hpp"

namespace once::core::testing {
namespace {

using attacks::by_day;
using attacks::figure;
using attacks::Heap;

/// A server's or a client's half with its fragments, as both sides of a channel have them.
class Host {
 public:
  explicit Host(std::uint64_t id, Time now)
      : server_(server_config(id), now),
        client_(client_config(id), now),
        server_fragments_(Side::Server, {}, server_, 1),
        client_fragments_(Side::Client, {}, client_, 2) {
    path_.link = 1;
    path_.address[15] = static_cast<std::uint8_t>(id);
    path_.port = 4000;
    path_.message_max = 1200;
    path_.fragments = true;
  }
  const Path& path() const { return path_; }
  ServerCore& server() { return server_; }

  /// What is sent when this has come.
  std::vector<Bytes> receive(Time now, const Path& from, ByteView datagram) {
    BundleReader bundle{Slice::copy_of(datagram)};
    for (Slice message; bundle.next(message);) {
      // To both halves, although a driver tells by the type which one it is for.
      deliver(client_, client_fragments_, now, from, message);
      deliver(server_, server_fragments_, now, from, message);
    }
    std::vector<Bytes> sent;
    while (next_datagram(server_, server_fragments_, now, out_)) sent.push_back(whole());
    while (next_datagram(client_, client_fragments_, now, out_)) sent.push_back(whole());
    return sent;
  }

 private:
  static ServerConfig server_config(std::uint64_t id) {
    ServerConfig config;
    config.epoch = {0, id};
    config.secret = {id, 12};
    return config;
  }
  static ClientConfig client_config(std::uint64_t id) {
    ClientConfig config;
    config.instance = {0xC1, id};
    config.seed = id;
    return config;
  }
  Bytes whole() const {
    Bytes octets = out_.header;
    octets.insert(octets.end(), out_.body.data(), out_.body.data() + out_.body.size());
    return octets;
  }

  Path path_;
  ServerCore server_;
  ClientCore client_;
  Fragments server_fragments_;
  Fragments client_fragments_;
  Transmit out_;
};

constexpr Time kStart{std::chrono::seconds{1000}};

struct Row {
  std::size_t messages = 0, answered = 0;
  double worst = 0;
  void add(std::size_t in, std::size_t out) {
    ++messages;
    answered += out > 0 ? 1 : 0;
    worst = std::max(worst, static_cast<double>(out) / static_cast<double>(in));
  }
};

/// By type; those that mean nothing to a server, and that it never answers, in one row.
void print(const std::map<int, Row>& rows) {
  constexpr std::pair<MessageType, const char*> kNames[] = {
      {MessageType::Hello, "HELLO"},
      {MessageType::Request, "REQUEST"},
      {MessageType::Cancel, "CANCEL"},
      {MessageType::Probe, "PROBE"},
      {MessageType::Ack, "ACK"},
      {MessageType::Bye, "BYE"},
      {MessageType::PathResponse, "PATH_RESPONSE"},
      {MessageType::FragmentUp, "FRAGMENT"},
      {MessageType::FragmentAckUp, "FRAGMENT_ACK"},
      {MessageType::PathProbeUp, "PATH_PROBE"},
      {MessageType::PathAnswerUp, "PATH_ANSWER"},
  };
  std::cout << "type            messages  answered  octets out per octet in\n";
  const auto line = [](const std::string& name, const Row& row) {
    std::cout << std::left << std::setw(16) << name << std::right << std::setw(8) << row.messages
              << std::setw(10) << row.answered << "  " << row.worst << '\n';
  };
  std::map<int, Row> others = rows;
  for (const auto& [type, name] : kNames) {
    const auto row = others.find(static_cast<int>(type));
    if (row == others.end()) continue;
    line(name, row->second);
    others.erase(row);
  }
  Row silent;
  for (const auto& [type, row] : others) {
    if (row.answered > 0) line(std::to_string(type), row);
    silent.messages += row.answered > 0 ? 0 : row.messages;
  }
  if (silent.messages > 0) line("all others", silent);
}

TEST(A01Reflection, NoMessageTypeGetsMoreThanItSends) {
  Host host{1, kStart};
  Path stranger;
  stranger.link = 1;
  stranger.message_max = 1200;
  stranger.fragments = true;
  std::map<int, Row> rows;
  std::uint16_t port = 1;
  for (const Forgery& forgery : forgeries(0x1234567800, {0, 1})) {
    stranger.port = ++port;
    std::size_t octets = 0;
    for (const Bytes& sent : host.receive(kStart, stranger, forgery.octets)) octets += sent.size();
    EXPECT_LE(octets, forgery.octets.size()) << forgery.layout << " of type " << int{forgery.octets[7]};
    rows[forgery.octets[7]].add(forgery.octets.size(), octets);
  }
  ASSERT_EQ(rows.size(), 256u);
  print(rows);
  double worst = 0;
  for (const auto& [type, row] : rows) worst = std::max(worst, row.worst);
  EXPECT_GT(worst, 0.5);  // some are answered
  figure("octets_out_per_octet_in_at_most", worst);
}

TEST(A01Reflection, NoBundleGetsMoreThanItSends) {
  Host host{1, kStart};
  Path stranger;
  stranger.message_max = 60'000;
  Bytes bundle;
  for (const Forgery& forgery : forged_hellos())
    bundle.insert(bundle.end(), forgery.octets.begin(), forgery.octets.end());
  for (const Forgery& forgery : forged_in(7, {0, 1}))
    bundle.insert(bundle.end(), forgery.octets.begin(), forgery.octets.end());
  std::size_t octets = 0;
  for (const Bytes& sent : host.receive(kStart, stranger, bundle)) octets += sent.size();
  EXPECT_GT(octets, 0u);
  EXPECT_LE(octets, bundle.size());
  figure("bundle_octets_out_per_octet_in", static_cast<double>(octets) / static_cast<double>(bundle.size()));
}

/// Whoever has a session says that he is elsewhere, where large replies then would go.
TEST(A01Reflection, AStolenAddressGetsNoMoreThanWasSentInItsName) {
  ServerDesk desk;
  desk.open();
  desk.run(1, std::string(10'000, 'r'));
  desk.request(2);
  ASSERT_TRUE(desk.start(1));
  Fragments fragments{Side::Server, {}, *desk.server, 1};
  Path victim = desk.path;
  victim.validated = false;
  victim.port = 4001;
  victim.message_max = 1'200;
  victim.fragments = true;
  std::map<int, Row> rows;
  const auto say = [&](const Bytes& octets) {
    deliver(*desk.server, fragments, desk.now, victim, Slice::copy_of(octets));
    std::size_t out = 0;
    for (Transmit sent; next_datagram(*desk.server, fragments, desk.now, sent);) {
      if (sent.to.port == victim.port) out += sent.header.size() + sent.body.size();
    }
    EXPECT_LE(out, octets.size()) << int{octets[7]};
    rows[octets[7]].add(octets.size(), out);
  };
  for (const Forgery& forgery : forged_fragments(desk.session)) say(forgery.octets);
  for (std::uint64_t counter = 1'000; const Forgery& forgery : forged_in(desk.session, desk.config.epoch)) {
    if (forgery.octets[7] == static_cast<std::uint8_t>(MessageType::Bye)) continue;  // at last
    Bytes newest = forgery.octets;
    store(newest.data() + 24, ++counter);
    reseal(newest);
    say(newest);
  }
  // A PATH_RESPONSE by guess, too, has brought nothing there: nor do the replies of what runs.
  desk.reply(1, std::string(10'000, 'r'));
  ASSERT_EQ(desk.sent.size(), 1u);
  EXPECT_NE(desk.last().to.port, victim.port);
  for (const MessageType type : {MessageType::Request, MessageType::Cancel, MessageType::Probe,
                                 MessageType::PathResponse, MessageType::FragmentUp}) {
    EXPECT_GT(rows[static_cast<int>(type)].messages, 0u);
  }
  print(rows);
  double worst = 0;
  for (const auto& [type, row] : rows) worst = std::max(worst, row.worst);
  EXPECT_GT(worst, 0.3);
  figure("moved_session_octets_out_per_octet_in_at_most", worst);
}

TEST(A01Reflection, SpoofedHellosLeaveNothingBehind) {
  const std::size_t count = by_day(1'000'000);
  Host host{1, kStart};
  Path spoofed;
  spoofed.message_max = 1200;
  Hello hello;
  hello.window_max = 64;
  hello.message_max = 1 << 20;
  const auto flood = [&](std::size_t hellos) {
    for (std::size_t i = 0; i < hellos; ++i) {
      spoofed.address[3] = static_cast<std::uint8_t>(i >> 16);
      spoofed.address[15] = static_cast<std::uint8_t>(i >> 8);
      spoofed.port = static_cast<std::uint16_t>(i);
      hello.nonce = i + 1;
      hello.instance = {i, i};
      ASSERT_EQ(host.receive(kStart + std::chrono::microseconds{i}, spoofed, bytes_of(hello)).size(), 1u);
    }
  };
  flood(100);  // buffers that are used again
  const Heap heap;
  flood(count);
  const auto left = heap.held();
  EXPECT_EQ(left, 0);
  EXPECT_EQ(host.server().sessions(), 0u);
  figure("spoofed_hellos", count);
  figure("octets_left_behind", left);
}

// --- A12

struct Exchange {
  std::size_t rounds = 0;  // until nobody said anything any more
  std::size_t datagrams = 0;
};

/// Delivers to `b`, as if it came from `a`, and everything that follows from it.
Exchange exchange(Host& a, Host& b, const Bytes& datagram) {
  constexpr std::size_t kRoundsMax = 100;
  Exchange result;
  std::vector<Bytes> under_way{datagram};
  Host* from = &a;
  Host* to = &b;
  for (; !under_way.empty() && result.rounds < kRoundsMax; ++result.rounds) {
    std::vector<Bytes> answers;
    for (const Bytes& one : under_way) {
      for (Bytes& answer : to->receive(kStart, from->path(), one)) answers.push_back(std::move(answer));
    }
    result.datagrams += answers.size();
    under_way = std::move(answers);
    std::swap(from, to);
  }
  return result;
}

TEST(A12PingPong, NothingIsSaidAfterTwoExchanges) {
  std::size_t rounds = 0, datagrams = 0;
  for (const Forgery& forgery : forgeries(0x1234567800, {0, 1})) {
    Host a{1, kStart}, b{2, kStart};
    const Exchange ended = exchange(a, b, forgery.octets);
    EXPECT_LE(ended.rounds, 3u) << forgery.layout << " of type "
                                << int{forgery.octets[7]};  // the last one is silent
    rounds = std::max(rounds, ended.rounds);
    datagrams += ended.datagrams;
  }
  EXPECT_GT(datagrams, 0u);
  figure("exchanges_at_most", rounds - 1);
}

TEST(A12PingPong, AnswersToAnswersAreNone) {
  std::size_t answers = 0;
  Host a{1, kStart}, b{2, kStart};
  for (const Forgery& forgery : forgeries(0x1234567800, {0, 2})) {
    for (const Bytes& first : b.receive(kStart, a.path(), forgery.octets)) {
      ++answers;
      EXPECT_TRUE(a.receive(kStart, b.path(), first).empty()) << forgery.layout << ": " << int{first[7]};
      EXPECT_TRUE(b.receive(kStart, b.path(), first).empty()) << "its own, from itself";
    }
  }
  EXPECT_GT(answers, 0u);
}

}  // namespace
}  // namespace once::core::testing
