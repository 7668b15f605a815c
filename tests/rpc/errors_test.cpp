// What bad input, bad addresses and bad servants get: errors that name the place, and servers that go on.
#include <fstream>
#include <random>

#include "raw.hpp"

#ifdef ONCE_ADDRESS_SANITIZER
#include <sanitizer/allocator_interface.h>
#endif

namespace raw {
namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A port that was free a moment ago.
std::uint16_t free_port(bool tcp) {
  asio::io_context io;
  once::Server server{io};
  server.listen(tcp ? "tcp://127.0.0.1:0" : "udp://127.0.0.1:0");
  return server.endpoints().front().port;
}

TEST(Listen, NamesAnAddressThatIsInUse) {
  for (const std::string transport : {"udp", "tcp"}) {
    asio::io_context io;
    once::Server first{io};
    first.listen(transport + "://127.0.0.1:0");
    const std::string address = to_string(first.endpoints().front());
    once::Loops loops{2};
    once::Server second{io}, several{loops};
    for (once::Server* const server : {&second, &several}) {
      try {
        server->listen(address);
        ADD_FAILURE() << address << " was taken twice";
      } catch (const once::SystemError& error) {
        EXPECT_EQ(error.code(), once::Errc::address_in_use);
        EXPECT_TRUE(contains(error.what(), address)) << error.what();
      }
    }
  }
}

TEST(Listen, RefusesWhatIsNoAddressHere) {
  asio::io_context io;
  once::Server server{io};
  for (const char* const bad :
       {"127.0.0.1:7000", "udp://127.0.0.1", "udp://127.0.0.1:70000", "udp://192.0.2.1:0",
        "udp://no-such-host.invalid:7000", "gopher://127.0.0.1:70"}) {
    try {
      server.listen(bad);
      ADD_FAILURE() << bad;
    } catch (const once::SystemError& error) {
      EXPECT_TRUE(contains(error.what(), bad)) << error.what();
    }
  }
}

TEST(Errors, UnreachableServersAreNamed) {
  once::Client client;
  const std::string address = "127.0.0.1:" + std::to_string(free_port(true));
  const auto outcome = stub(client, "once://" + address + "/alice").call(kEcho, "");
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code, once::Errc::unreachable);
  EXPECT_TRUE(contains(outcome.text, "echo on once://" + address + "/alice: ")) << outcome.text;
  EXPECT_TRUE(contains(outcome.text, "is the server running")) << outcome.text;
}

TEST(Errors, UnknownHostsAreNamed) {
  once::Client client;
  const auto outcome = stub(client, "once://no-such-host.invalid:7000/alice").call(kEcho, "");
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code, once::Errc::unknown_host);
  EXPECT_TRUE(contains(outcome.text, "no-such-host.invalid")) << outcome.text;
}

TEST(Errors, SilenceOverDatagramsEndsAtTheDeadline) {
  once::Client client;
  const std::string url = "once://127.0.0.1:" + std::to_string(free_port(false)) + "/alice?transport=udp";
  const auto outcome = stub(client, url).call(kEcho, "", {.deadline = 100ms});
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code, once::Errc::deadline_exceeded);
  EXPECT_TRUE(contains(outcome.text, "no answer within 100 ms (not sent)")) << outcome.text;
}

class Refusals : public testing::TestWithParam<const char*> {
 protected:
  Refusals() {
    server.activate("object", object);
    listen(server, GetParam());
  }
  once::RawOutcome call(std::string key, const once::Operation& operation, once::CallOptions options = {}) {
    return stub(client, server.reference_to(std::move(key))).call(operation, "?", std::move(options));
  }

  LoopThread loop;
  once::Server server{loop.io};
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Client client;
};

TEST_P(Refusals, ObjectsThatDoNotExist) {
  const auto outcome = call("nobody", kEcho);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotExecuted);
  EXPECT_EQ(outcome.code, once::Errc::no_such_object);
  EXPECT_TRUE(contains(outcome.text, "/nobody: no such object")) << outcome.text;
}

TEST_P(Refusals, OperationsThatDoNotExistOrHaveOtherTypesOrSemantics) {
  constexpr auto kUnknown = operation("unknown", 99);
  EXPECT_EQ(call("object", kUnknown).code, once::Errc::no_such_operation);
  auto other_types = kEcho;
  other_types.fingerprint += 1;
  EXPECT_EQ(call("object", other_types).code, once::Errc::wrong_interface);
  auto other_semantics = kLook;
  other_semantics.semantics = once::Semantics::AtMostOnce;
  EXPECT_EQ(call("object", other_semantics).code, once::Errc::wrong_interface);
  // A refusal of an at-least-once call that has been sent cannot be certain.
  other_semantics = kEcho;
  other_semantics.semantics = once::Semantics::AtLeastOnce;
  const auto uncertain = call("object", other_semantics);
  EXPECT_EQ(uncertain.kind, once::OutcomeKind::Unknown);
  EXPECT_EQ(uncertain.code, once::Errc::refused_after_sending);
  EXPECT_EQ(object->calls, 0);
}

TEST_P(Refusals, ArgumentsThatDoNotDecode) {
  object->on(kAdd,
             [](once::Request&, once::Responder respond) { respond(once::refuse(once::Errc::bad_request)); });
  const auto outcome = call("object", kAdd);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::NotExecuted);
  EXPECT_EQ(outcome.code, once::Errc::bad_request);
}

TEST_P(Refusals, ServantsThatDropTheirAnswerHaveFailed) {
  object->on(kAdd, [](once::Request&, once::Responder) {});
  const auto outcome = call("object", kAdd);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::Executed);
  EXPECT_EQ(outcome.code, once::Errc::servant_failed);
}

TEST_P(Refusals, AnswersThatDoNotComeAreCounted) {
  std::vector<once::Responder> kept;
  object->on(kWork, [&](once::Request&, once::Responder respond) { kept.push_back(std::move(respond)); });
  const auto outcome = call("object", kWork, {.deadline = 100ms});
  EXPECT_EQ(outcome.kind, once::OutcomeKind::Unknown);
  EXPECT_EQ(outcome.code, once::Errc::deadline_exceeded);
  EXPECT_TRUE(contains(outcome.text, "no answer within 100 ms (sent ")) << outcome.text;
  Latch cleared;
  asio::post(loop.io, [&] {
    kept.clear();
    cleared.open();
  });
  cleared.wait();
}

TEST_P(Refusals, OnewayCallsAreSentAndNoMore) {
  const auto outcome = call("object", kTell);
  EXPECT_EQ(outcome.kind, once::OutcomeKind::Sent);
  ASSERT_TRUE(executed(call("object", kEcho)));  // what came before it has been read
  EXPECT_EQ(object->calls, 2);
}

TEST_P(Refusals, WrappersMayRefuse) {
  LoopThread other_loop;
  once::Server guarded{other_loop.io};
  std::atomic<int> seen{0};
  guarded.wrap([&](once::Request& request, once::Responder respond, once::Next next) {
    ++seen;
    if (request.object_key() == "secret") return respond(once::refuse(once::Errc::forbidden));
    next(request, std::move(respond));
  });
  guarded.activate("secret", object);
  guarded.activate("open", object);
  listen(guarded, GetParam());
  const auto refused = stub(client, guarded.reference_to("secret")).call(kEcho, "");
  EXPECT_EQ(refused.kind, once::OutcomeKind::NotExecuted);
  EXPECT_EQ(refused.code, once::Errc::forbidden);
  EXPECT_TRUE(executed(stub(client, guarded.reference_to("open")).call(kEcho, "")));
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(object->calls, 1);
}

INSTANTIATE_TEST_SUITE_P(Transports, Refusals,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0",
                                         "threads+tcp://127.0.0.1:0"));

TEST(Objects, AreFoundByLocatorAndDefaultServant) {
  LoopThread loop;
  once::Server server{loop.io};
  auto located = std::make_shared<Object>(), fallback = std::make_shared<Object>();
  server.set_locator([&](const once::ObjectKey& key) -> std::shared_ptr<once::Servant> {
    return key == "located" ? located : nullptr;
  });
  server.set_default_servant(fallback);
  server.listen("udp://127.0.0.1:0");
  once::Client client;
  EXPECT_TRUE(executed(stub(client, server.reference_to("located")).call(kEcho, "")));
  EXPECT_TRUE(executed(stub(client, server.reference_to("anything else")).call(kEcho, "")));
  EXPECT_EQ(located->calls, 1);
  EXPECT_EQ(fallback->calls, 1);
}

TEST(Client, WrapsOutgoingCalls) {
  LoopThread loop;
  once::Server server{loop.io};
  server.activate("object", std::make_shared<Object>());
  server.listen("tcp://127.0.0.1:0");
  LoopThread client_loop;
  once::Client client{client_loop.io};
  std::vector<std::string> log;
  client.wrap([&](once::OutgoingCall call, once::CallDone done, const once::CallNext& next) {
    log.emplace_back("begin");
    next(std::move(call), [&log, done = std::move(done)](once::RawOutcome outcome) {
      log.emplace_back(to_string(outcome.kind));
      done(std::move(outcome));
    });
  });
  client.wrap([&](once::OutgoingCall call, once::CallDone done, const once::CallNext& next) {
    if (call.operation->id == kAdd.id) {
      once::RawOutcome refused;
      refused.kind = once::OutcomeKind::NotSent;
      refused.code = once::Errc::forbidden;
      done(std::move(refused));
    } else {
      next(std::move(call), std::move(done));
    }
  });
  const Stub remote = stub(client, server.reference_to("object"));
  EXPECT_TRUE(executed(remote.call(kEcho, "")));
  EXPECT_EQ(remote.call(kAdd, "").code, once::Errc::forbidden);
  Pending pending;
  remote.start(kEcho, "async", pending);
  EXPECT_EQ(text(pending.get().body), "async");
  EXPECT_EQ(log, (std::vector<std::string>{"begin", "Executed", "begin", "NotSent", "begin", "Executed"}));
}

/// What this process holds. Under the address sanitizer, whose own copies of stack frames take up memory little
/// by little: what it has allocated.
std::size_t octets_held() {
#ifdef ONCE_ADDRESS_SANITIZER
  return __sanitizer_get_current_allocated_bytes();
#else
  std::size_t whole = 0, resident = 0;
  std::ifstream{"/proc/self/statm"} >> whole >> resident;
  return resident * 4096;
#endif
}

TEST(Garbage, IsDroppedAndCountedAndCostsNoMemory) {
  LoopThread loop;
  once::Server server{loop.io};
  server.activate("object", std::make_shared<Object>());
  server.listen("udp://127.0.0.1:0");
  once::Client client;
  const Stub remote = stub(client, server.reference_to("object"));
  const auto to = *once::parse_address("127.0.0.1", server.endpoints().front().port);
  asio::io_context io;
  const auto socket = std::move(*once::posix_network()->connect_datagram(io.get_executor(), to));

  // The beginning of a real message, for what is nearly right.
  constexpr std::array<std::uint8_t, 16> kPrefix = {0, 0, 0, 112, 0x4f, 0x6e, 1, 2, 0, 0, 0, 112, 1, 2, 3, 4};
  std::mt19937 random{7};
  std::vector<std::uint8_t> octets(1500);
  constexpr int kDatagrams = 200'000, kBatch = 100;
  std::size_t before = 0;
  for (int sent = 0; sent < kDatagrams; sent += kBatch) {
    for (int i = 0; i < kBatch; ++i) {
      const std::size_t size = random() % octets.size();
      for (std::size_t at = 0; at < std::min<std::size_t>(size, 160); ++at) {
        octets[at] = static_cast<std::uint8_t>(random());
      }
      if (random() % 2 == 0) std::copy(kPrefix.begin(), kPrefix.end(), octets.begin());
      const once::ByteView view{octets.data(), size};
      (void)socket->send(to, std::span{&view, 1});
    }
    // The server goes on.
    ASSERT_TRUE(executed(remote.call(kEcho, "")));
    if (sent == 20 * kBatch) before = octets_held();
  }
  const auto statistics = server.statistics();
  EXPECT_GT(statistics.malformed + statistics.bad_checksum + statistics.bad_version, kDatagrams * 9u / 10);
  EXPECT_EQ(statistics.sessions, 1u);
  EXPECT_LT(octets_held(), before + (4u << 20));  // 20 octets for each datagram would be too much
}

}  // namespace
}  // namespace raw
