// Calls over real sockets in the codec Protocol Buffers, also between two versions of an interface.
#include <memory>
#include <string>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/once.hpp>

#include "rules.once.hpp"

namespace once::test {
namespace {

struct Older final : older::Service::Servant {
  std::string greet(Call&, const std::string& name) override { return "Hello, " + name; }
  void touch(Call&) override { ++touched; }
  void fail(Call&) override { throw older::Bad{"old"}; }
  int touched = 0;
};
struct Newer final : newer::Service::Servant {
  newer::Service::GreetResult greet(Call&, const std::string& name, std::int32_t times) override {
    return {"Hello, " + name + " (" + std::to_string(times) + ")", times + 1};
  }
  std::int32_t touch(Call&, std::int32_t times) override { return times; }
  void fail(Call&) override { throw newer::Bad{"new", 7}; }
};

class ProtobufCalls : public testing::Test {
 protected:
  ProtobufCalls() : work_(io.get_executor()) {
    server.activate("older", older);
    server.activate("newer", std::make_shared<Newer>());
    server.listen("udp://127.0.0.1:0");
    thread_ = std::thread([this] { io.run(); });
  }
  ~ProtobufCalls() override {
    work_.reset();
    io.stop();
    thread_.join();
  }

  template <class I>
  typename I::Stub stub(const std::string& key) {
    return client.stub<I>(to_string(server.reference_to(key)));
  }

  asio::io_context io;
  Server server{io};
  std::shared_ptr<Older> older = std::make_shared<Older>();
  Client client{ClientOptions{.codec = CodecId::Protobuf}};

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

TEST_F(ProtobufCalls, CarryArgumentsResultsAndExceptions) {
  const auto service = stub<newer::Service>("newer");
  const auto result = service.greet("World", -3);
  EXPECT_EQ(result.result, "Hello, World (-3)");
  EXPECT_EQ(result.total, -2);
  EXPECT_EQ(service.touch(9), 9);
  try {
    service.fail();
    FAIL();
  } catch (const newer::Bad& bad) {
    EXPECT_EQ(bad.why, "new");
    EXPECT_EQ(bad.code, 7);
  }
}

TEST_F(ProtobufCalls, AreRefusedByCodeThatWasMadeForOthers) {
  Client in_xdr{ClientOptions{.codec = CodecId::Xdr}};
  const auto outcome =
      in_xdr.stub<older::Service>(to_string(server.reference_to("older"))).try_greet("World");
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotSent);
  EXPECT_EQ(outcome.code(), Errc::no_encoding);
}

TEST_F(ProtobufCalls, GoFromAnOlderClientToANewerServer) {
  const auto service = stub<older::Service>("newer");
  EXPECT_EQ(service.greet("World"), "Hello, World (0)");
  service.touch();  // what comes back is not asked for
}

TEST_F(ProtobufCalls, GoFromANewerClientToAnOlderServer) {
  const auto service = stub<newer::Service>("older");
  const auto result = service.greet("World", 5);
  EXPECT_EQ(result.result, "Hello, World");
  EXPECT_EQ(result.total, 0);
  EXPECT_EQ(service.touch(9), 0);
  EXPECT_EQ(older->touched, 1);
}

}  // namespace
}  // namespace once::test
