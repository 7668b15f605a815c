// Code around a client's calls that calls itself.
#include <asio/thread_pool.hpp>

#include "raw.hpp"

namespace raw {
namespace {

class ClientWrapper : public testing::TestWithParam<const char*> {
 protected:
  ClientWrapper() {
    server.activate("object", object, {.executor = pool.get_executor()});
    server.listen(GetParam());
  }
  ~ClientWrapper() override { pool.join(); }

  LoopThread loop;
  asio::thread_pool pool{2};
  std::shared_ptr<Object> object = std::make_shared<Object>();
  once::Server server{loop.io};
};

TEST_P(ClientWrapper, MayCallWhereACallEndsOnAThreadThatReadsForAll) {
  Latch nested_has_ended;
  object->on(kWork, [&](once::Request&, once::Responder respond) {
    nested_has_ended.wait();
    std::move(respond).value(bytes("outer"), false);
  });
  once::Client client;  // whose loop does not run: whoever calls synchronously reads for all
  const Stub* inside = nullptr;
  once::RawOutcome nested;
  client.wrap([&](once::OutgoingCall call, once::CallDone done, const once::CallNext& next) {
    const bool calls_again = call.operation == &kAdd;
    next(std::move(call), [&, calls_again, done = std::move(done)](once::RawOutcome outcome) {
      if (calls_again) {
        nested = inside->call(kEcho, "nested", {.deadline = 5s});
        nested_has_ended.open();
      }
      done(std::move(outcome));
    });
  });
  const Stub remote = stub(client, server.reference_to("object"));
  inside = &remote;

  // The end of the asynchronous call is read by the thread that waits for the synchronous one.
  Pending pending;
  remote.start(kAdd, "", pending);
  const auto outcome = remote.call(kWork, "", {.deadline = 60s});
  EXPECT_TRUE(executed(nested)) << nested.text;
  EXPECT_EQ(text(nested.body), "nested");
  ASSERT_TRUE(executed(outcome)) << outcome.text;
  EXPECT_EQ(text(outcome.body), "outer");
  EXPECT_TRUE(executed(pending.get()));
}

INSTANTIATE_TEST_SUITE_P(Transports, ClientWrapper,
                         testing::Values("udp://127.0.0.1:0", "tcp://127.0.0.1:0"));

}  // namespace
}  // namespace raw
