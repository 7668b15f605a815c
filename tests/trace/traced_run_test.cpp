// A traced client and a traced server over loopback, on a line that loses the first reply: the traces tell the story.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <once/trace/chart.hpp>
#include <once/trace/explain.hpp>
#include <once/trace/file.hpp>
#include <once/trace/text.hpp>

#include "raw.hpp"
#include "transport/fault_plan.hpp"

namespace raw {
namespace {

namespace fs = std::filesystem;

constexpr double kLoss = 0.3;

/// A seed under which of a client's datagrams only the third that comes is lost: after COOKIE and WELCOME the reply.
std::uint64_t seed_that_loses_the_first_reply() {
  const once::Faults faults{.loss = kLoss};
  for (std::uint64_t seed = 1;; ++seed) {
    once::transport::FaultDice out{seed, 0}, in{seed, 1};
    bool good = true;
    for (int i = 0; i < 8; ++i) {
      good = good && !draw_fate(out, faults).lost;
      good = good && draw_fate(in, faults).lost == (i == 2);
    }
    if (good) return seed;
  }
}

class TracedRun : public testing::Test {
 protected:
  TracedRun() { fs::create_directory(folder); }
  ~TracedRun() override { fs::remove_all(folder); }

  std::vector<once::TraceEvent> read() const {
    once::trace::Reading reading;
    for (const char* const name : {"client.trace", "server.trace"}) {
      std::ifstream in{folder / name};
      once::trace::read(in, reading);
    }
    EXPECT_EQ(reading.damaged, 0U);
    once::trace::sort_by_time(reading.events);
    return reading.events;
  }

  const fs::path folder = fs::path{testing::TempDir()} / ("once_traced_run_" + std::to_string(::getpid()));
  const std::shared_ptr<once::Tracer> client_file = [this] {
    fs::create_directory(folder);
    return once::trace_to(folder / "client.trace");
  }();
  const std::shared_ptr<once::Tracer> server_file = once::trace_to(folder / "server.trace");
};

TEST_F(TracedRun, ShowsThatALostReplyIsReplayed) {
  LoopThread loop;
  once::Server server{loop.io, {.tracer = server_file, .trace_name = "bank"}};
  const auto object = std::make_shared<Object>();
  server.activate("object", object);
  server.listen("udp://127.0.0.1:0");
  asio::io_context io;
  once::Environment environment{io};
  const auto faults = std::make_shared<once::FaultInjector>(
      environment, once::Faults{.seed = seed_that_loses_the_first_reply(), .loss = kLoss});
  environment.network = faults;
  {
    once::ClientOptions options{.tracer = client_file, .trace_name = "teller"};
    options.limits.rto_first_loopback = 10s;  // the handshake says everything once
    once::Client client{environment, options};
    ASSERT_TRUE(
        executed(stub(client, server.reference_to("object")).call(kEcho, "hello", {.deadline = 60s})));
  }
  EXPECT_EQ(object->calls, 1);

  const std::vector<once::TraceEvent> events = read();
  std::ostringstream list;
  once::trace::list_calls(events, list);
  std::string id = list.str().substr(0, list.str().find(' '));
  ASSERT_NE(id.find(":1"), std::string::npos) << list.str();
  // A few digits of the session name the call as well.
  ASSERT_EQ(once::trace::calls_named(events, id.substr(0, 5) + ":1"), std::vector{id});
  std::ostringstream told;
  once::trace::explain(events, id, told);
  const std::string story = told.str();
  for (const char* const part :
       {"echo, at most once, of teller", "Outcome: Executed. It ran", "its servant began once.",
        "Requests: sent twice, arrived twice.", "receives REQUEST, attempt 1: New (V8).",
        "sends REPLY to attempt 1. It never arrives.",
        "receives REQUEST, attempt 2: Replay (V7). The call has been done; its recorded reply is sent again",
        "receives REPLY to attempt 2.", "the call ends: Executed."}) {
    EXPECT_NE(story.find(part), std::string::npos) << part << " is not in\n" << story;
  }
  std::ostringstream drawn;
  once::trace::draw_chart(events, {.call = id}, drawn);
  EXPECT_NE(drawn.str().find("Replay (V7)"), std::string::npos);
  EXPECT_NE(drawn.str().find("class=\"cross\""), std::string::npos);
}

/// A server that is started anew on its port: the trace says why the call's end is unknown.
TEST_F(TracedRun, ShowsWhyNobodyCanKnow) {
  LoopThread loop;
  const auto make = [&](const std::shared_ptr<Object>& object, const std::string& endpoint) {
    auto server = std::make_unique<once::Server>(
        loop.io, once::ServerOptions{.tracer = server_file, .trace_name = "bank"});
    server->activate("object", object);
    server->listen(endpoint);
    return server;
  };
  const auto object = std::make_shared<Object>();
  std::promise<void> begun;
  std::vector<once::Responder> kept;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    kept.push_back(std::move(respond));
    begun.set_value();
  });
  auto server = make(object, "udp://127.0.0.1:0");
  const std::string endpoint = to_string(server->endpoints().front());
  once::ObjectRef target = server->reference_to("object");
  once::Client client{once::ClientOptions{.tracer = client_file, .trace_name = "teller"}};
  std::future<once::RawOutcome> outcome =
      std::async(std::launch::async, [&] { return stub(client, target).call(kWork, "", {.deadline = 60s}); });
  begun.get_future().wait();
  std::promise<void> again;
  asio::post(loop.io, [&] {  // there, nobody else holds the port
    server.reset();
    server = make(std::make_shared<Object>(), endpoint);
    again.set_value();
  });
  again.get_future().wait();
  EXPECT_EQ(outcome.get().code, once::Errc::epoch_changed);

  const std::vector<once::TraceEvent> events = read();
  std::ostringstream list;
  once::trace::list_calls(events, list);
  EXPECT_NE(list.str().find("Unknown epoch_changed"), std::string::npos) << list.str();
  std::ostringstream told;
  once::trace::explain(events, list.str().substr(0, list.str().find(' ')), told);
  for (const char* const part :
       {"Nobody can know whether it ran. The server was started anew", "its servant began once.",
        "Its client could not know that.", "bank    stops.", "WrongEpoch (V2)", "Epochs: 0-"}) {
    EXPECT_NE(told.str().find(part), std::string::npos) << part << " is not in\n" << told.str();
  }
}

}  // namespace
}  // namespace raw
