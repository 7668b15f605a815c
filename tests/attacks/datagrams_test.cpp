// A3, F4, F7, F8 and F12 on real sockets: datagrams that are recorded and said again, meant for the client before,
// come from another address, are damaged on the way, or meet a system that is out of room.
#include <csignal>
#include <random>

#include "figures.hpp"
#include "hooks.hpp"

namespace raw {
namespace {

using attacks::figure;
using Datagram = std::vector<std::uint8_t>;

struct Place {
  explicit Place(const std::string& at = "udp://127.0.0.1:0") : server(loop.io) {
    server.activate("object", object);
    server.listen(at);
  }
  explicit Place(const std::shared_ptr<DatagramHooks>& hooks) : server(hooked(loop.io, hooks)) {
    server.activate("object", object);
    server.listen("udp://127.0.0.1:0");
  }
  std::uint16_t port() const { return server.endpoints().front().port; }

  std::shared_ptr<Object> object = std::make_shared<Object>();
  LoopThread loop;
  once::Server server;
};

/// Says it all again, so slowly that the server reads everything.
void replay(const std::vector<Datagram>& datagrams, Place& place) {
  BareSocket socket;
  std::uint64_t seen = place.server.statistics().datagrams;
  for (const Datagram& datagram : datagrams) {
    socket.send(place.port(), datagram);
    ++seen;
    while (place.server.statistics().datagrams < seen) std::this_thread::yield();
  }
}

class A03Replay : public testing::Test {
 protected:
  /// Calls of a client whose datagrams are recorded; it says goodbye if `ends`.
  void record(Place& place, const std::vector<const once::Operation*>& operations, bool ends) {
    asio::io_context io;
    client_ = std::make_unique<once::Client>(hooked(io_, hooks_));
    const Stub remote = stub(*client_, url_of(place.port()));
    for (int i = 0; i < 100; ++i) {
      for (const once::Operation* operation : operations) remote.call(*operation, std::to_string(i));
    }
    if (ends) client_.reset();
  }
  std::vector<Datagram> recorded() {
    const std::lock_guard lock{mutex_};
    return recorded_;
  }
  /// So many times over, each time in another order.
  void replay_shuffled(Place& place, int times) {
    auto datagrams = recorded();
    ASSERT_GT(datagrams.size(), 100u);
    std::mt19937 random{7};
    for (int i = 0; i < times; ++i) {
      replay(datagrams, place);
      std::shuffle(datagrams.begin(), datagrams.end(), random);
      said_ += datagrams.size();
    }
  }

  asio::io_context io_;
  std::mutex mutex_;
  std::vector<Datagram> recorded_;
  std::size_t said_ = 0;
  std::shared_ptr<DatagramHooks> hooks_ = [this] {
    auto hooks = std::make_shared<DatagramHooks>();
    hooks->send = [this](once::ByteView octets) {
      const std::lock_guard lock{mutex_};
      recorded_.emplace_back(octets.begin(), octets.end());
      return std::error_code{};
    };
    return hooks;
  }();
  std::unique_ptr<once::Client> client_;
};

TEST_F(A03Replay, InTheSameSessionRunsNothingAgain) {
  Place place;
  record(place, {&kEcho}, false);
  ASSERT_EQ(place.object->calls, 100);
  replay_shuffled(place, 10);
  EXPECT_EQ(place.object->calls, 100);
  // And the client's session is none the worse for it.
  EXPECT_EQ(text(stub(*client_, url_of(place.port())).call(kEcho, "still there").body), "still there");
  figure("replayed", said_);
  figure("executions", place.object->calls - 101);
}

TEST_F(A03Replay, AfterItsSessionRunsNothing) {
  Place place;
  record(place, {&kEcho, &kLook, &kTell}, true);
  while (place.server.statistics().sessions > 0) std::this_thread::yield();
  const int before = place.object->calls;
  replay_shuffled(place, 10);
  EXPECT_EQ(place.object->calls, before);
  EXPECT_EQ(place.server.statistics().sessions, 0u);
  figure("replayed", said_);
}

TEST_F(A03Replay, AfterARestartRunsNothing) {
  std::string at;
  {
    Place first;
    at = to_string(first.server.endpoints().front());
    record(first, {&kEcho, &kLook, &kTell}, true);
  }
  Place second{at};
  replay_shuffled(second, 10);
  EXPECT_EQ(second.object->calls, 0);
  EXPECT_EQ(second.server.statistics().sessions, 0u);
  EXPECT_GT(second.server.statistics().wrong_epoch, 0u);
  figure("replayed", said_);
}

// --- F4

TEST(F04Restart, RepliesOfTheClientBeforeNeverReachTheNextOneAtItsPort) {
  constexpr int kLives = 50;
  Place place;
  std::vector<once::Responder> held;
  std::mutex mutex;
  place.object->on(kWork, [&](once::Request&, once::Responder respond) {
    const std::lock_guard lock{mutex};
    held.push_back(std::move(respond));
  });
  const auto hooks = std::make_shared<DatagramHooks>();
  hooks->local_port = BareSocket{}.port();
  asio::io_context io;
  std::uint64_t ignored = 0;
  int crossings = 0;
  const auto fresh = [&] { return std::make_unique<once::Client>(hooked(io, hooks)); };
  for (int life = 0; life < kLives; ++life) {
    Pending abandoned;
    hooks->send = [](once::ByteView) { return std::error_code{}; };
    auto first = fresh();
    const Stub earlier = stub(*first, url_of(place.port()));
    EXPECT_TRUE(executed(earlier.call(kEcho, "")));
    earlier.start(kWork, "", abandoned);
    const auto arrived = [&] {
      const std::lock_guard lock{mutex};
      return held.size() == 1;
    };
    while (!arrived()) std::this_thread::yield();
    hooks->send = [](once::ByteView) { return std::make_error_code(std::errc::network_unreachable); };
    first.reset();  // it dies without a word
    hooks->send = [](once::ByteView) { return std::error_code{}; };
    auto second = fresh();
    const Stub remote = stub(*second, url_of(place.port()));
    EXPECT_TRUE(executed(remote.call(kEcho, "")));
    {
      const std::lock_guard lock{mutex};
      std::move(held.back()).value(bytes("of the life before"), false);  // goes to the same port
      held.pop_back();
    }
    for (int i = 0; i < 20; ++i) {
      const std::string mine = std::to_string(life) + "/" + std::to_string(i);
      crossings += text(remote.call(kEcho, mine).body) == mine ? 0 : 1;
    }
    ignored += second->statistics().ignored;
  }
  EXPECT_EQ(crossings, 0);
  EXPECT_GT(ignored, 0u);  // they did come
  figure("lives", kLives);
  figure("crossings", crossings);
  figure("late_replies_ignored", ignored);
}

// --- F7

/// The repetition that finds out costs a round trip, as any lost answer does, and the proof of the new address another.
TEST(F07Rebinding, InTheMiddleOfACallCostsOneRoundTripAndRunsNothingTwice) {
  constexpr int kCalls = 20;
  Place place;
  Box box{place.port()};
  place.object->on(kWork, [&](once::Request&, once::Responder respond) {
    box.rebind();  // the answer goes to a port that is no more
    std::move(respond).value(bytes("done"), false);
  });
  asio::io_context io;
  once::Client client{io};
  const Stub remote = stub(client, url_of(box.port()));
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  const std::size_t before = client.statistics().retransmissions + client.statistics().probes;
  for (int i = 0; i < kCalls; ++i) EXPECT_EQ(text(remote.call(kWork, "").body), "done");
  const std::size_t extra = client.statistics().retransmissions + client.statistics().probes - before;
  EXPECT_EQ(place.object->calls, kCalls + 1);
  EXPECT_EQ(place.server.statistics().sessions_opened, 1u);
  const std::size_t challenged = place.server.statistics().challenged;
  EXPECT_GE(challenged, std::size_t{kCalls});
  EXPECT_LE(challenged, std::size_t{kCalls + 5});  // one each; a busy machine's timers may be late
  EXPECT_LE(extra, std::size_t{2 * kCalls + 10});
  figure("doubles", place.object->calls - kCalls - 1);
  figure("extra_round_trips_a_call", static_cast<double>(challenged) / kCalls);
}

// --- F8

TEST(F08Corruption, IsNeverTakenForAMessage) {
  constexpr int kCalls = 400 / ONCE_TEST_STRIDE;
  Place place;
  std::mt19937 random{11};
  std::mutex mutex;
  std::size_t changed = 0;
  Datagram last;
  Box box{place.port(), [&](Datagram& octets) {
            const std::lock_guard lock{mutex};
            const auto kind = random() % 20;
            Datagram original = octets;
            if (kind == 0) octets[random() % octets.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
            if (kind == 1) octets.resize(octets.size() * (random() % 100) / 100);
            if (kind == 2) octets.insert(octets.end(), last.begin(), last.end());
            changed += kind < 2 ? 1 : 0;
            last = std::move(original);
          }};
  asio::io_context io;
  once::Client client{io};
  const Stub remote = stub(client, url_of(box.port()));
  int wrong = 0;
  for (int i = 0; i < kCalls; ++i) {
    const std::string body = std::to_string(i) + std::string(static_cast<std::size_t>(i % 700), 'c');
    const once::RawOutcome outcome = remote.call(kEcho, body);
    wrong += executed(outcome) && text(outcome.body) == body ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(place.object->calls, kCalls);
  const auto seen = place.server.statistics();
  EXPECT_GT(seen.bad_checksum + seen.malformed, 0u);
  const std::lock_guard lock{mutex};
  figure("damaged", changed);
  figure("wrong_results", wrong);
  figure("doubles", place.object->calls - kCalls);
}

// --- F12

TEST(F12System, AFullDeviceIsNoBusyLoopAndPassesByItself) {
  std::atomic<bool> full{false};
  std::atomic<std::size_t> attempts{0};
  const auto hooks = std::make_shared<DatagramHooks>();
  hooks->send = [&](once::ByteView) {
    if (!full) return std::error_code{};
    ++attempts;
    return std::make_error_code(std::errc::operation_would_block);  // what a socket makes of ENOBUFS
  };
  Place place{hooks};
  asio::io_context io;
  once::Client client{io};
  const Stub remote = stub(client, url_of(place.port()));
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  full = true;
  EXPECT_FALSE(executed(remote.call(kEcho, "", {.deadline = 300ms})));
  const std::size_t tried = attempts;
  full = false;
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_GT(tried, 0u);
  EXPECT_LE(tried, 1000u);  // a busy loop makes a million
  figure("attempts_in_300_ms", tried);
}

TEST(F12System, ErrorsOfReceivingAreHintsAndNoBusyLoop) {
  std::atomic<int> errors{0};
  std::atomic<std::size_t> attempts{0};
  const auto hooks = std::make_shared<DatagramHooks>();
  hooks->receive = [&] {
    ++attempts;
    if (errors.fetch_sub(1) <= 0) return std::error_code{};
    return std::make_error_code(errors % 2 == 0 ? std::errc::connection_refused
                                                : std::errc::not_enough_memory);
  };
  Place place{hooks};
  asio::io_context io;
  once::Client client{hooked(io, hooks)};
  const Stub remote = stub(client, url_of(place.port()));
  for (int i = 0; i < 50; ++i) {
    errors = 100;
    EXPECT_TRUE(executed(remote.call(kEcho, "")));
  }
  EXPECT_EQ(place.object->calls, 50);
  EXPECT_LE(attempts, 50u * 400);
  figure("attempts_a_call_with_100_errors", attempts / 50);
}

TEST(F12System, ARefusalByIcmpIsNoVerdict) {
  const std::uint16_t port = BareSocket{}.port();  // free again
  std::promise<void> refused;
  std::atomic<int> sent{0};
  const auto hooks = std::make_shared<DatagramHooks>();
  hooks->send = [&](once::ByteView) {
    if (++sent == 3) refused.set_value();  // those before were answered by ICMP
    return std::error_code{};
  };
  LoopThread client_loop;
  once::Client client{hooked(client_loop.io, hooks)};
  Pending pending;
  const Stub remote = stub(client, url_of(port));
  remote.start(kEcho, "late", pending);
  refused.get_future().wait();
  Place place{"udp://127.0.0.1:" + std::to_string(port)};
  EXPECT_EQ(text(pending.get().body), "late");
  EXPECT_EQ(place.object->calls, 1);
}

TEST(F12System, SignalsInterruptNothing) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);  // without SA_RESTART
  for (const std::string transport : {"udp", "tcp"}) {
    Place place{transport + "://127.0.0.1:0"};
    std::atomic<bool> stop{false};
    std::atomic<int> signals{0};
    std::thread caller{[&] {
      asio::io_context io;
      once::Client client{io};
      const Stub remote = stub(client, place.server.reference_to("object"));
      for (int i = 0; i < 500 / ONCE_TEST_STRIDE; ++i) EXPECT_TRUE(executed(remote.call(kEcho, "signal")));
      stop = true;
    }};
    while (!stop) {
      pthread_kill(caller.native_handle(), SIGUSR1);
      ++signals;
      std::this_thread::yield();
    }
    caller.join();
    EXPECT_EQ(place.object->calls, 500 / ONCE_TEST_STRIDE);
    figure("signals_over_" + transport, signals);
  }
  sigaction(SIGUSR1, &before, nullptr);
}

}  // namespace
}  // namespace raw
