// How long servants live, and where they die: their destructors are users' code.
#include <asio/thread_pool.hpp>

#include "raw.hpp"

namespace raw {
namespace {

/// Sees a servant die: whether another thread could take the runtime's lock at that moment.
class Witness {
 public:
  /// `ask` takes the lock.
  explicit Witness(std::function<void()> ask) : ask_(std::move(ask)) {}
  ~Witness() {
    if (thread_.joinable()) thread_.join();
  }

  /// To be kept by the servant.
  std::shared_ptr<void> token() {
    return {this, [](Witness* self) { self->see(); }};
  }
  bool lock_was_free() {
    seen_.wait();
    return lock_was_free_;
  }

 private:
  void see() {
    const auto answered = std::make_shared<std::promise<void>>();
    auto answer = answered->get_future();
    thread_ = std::thread{[this, answered] {
      ask_();
      answered->set_value();
    }};
    lock_was_free_ = answer.wait_for(5s) == std::future_status::ready;  // the time passes only if it was not
    seen_.open();
  }

  const std::function<void()> ask_;
  std::thread thread_;
  bool lock_was_free_ = false;
  Latch seen_;
};

/// Returns when the loop has left whatever it was doing.
void let_finish(LoopThread& loop) {
  Latch done;
  asio::post(loop.io, [&] { done.open(); });
  done.wait();
}

class ServantLife : public testing::Test {
 protected:
  ServantLife() { server.listen("tcp://127.0.0.1:0"); }

  LoopThread loop;
  once::Server server{loop.io};
  Witness witness{[this] { (void)server.statistics(); }};
  LoopThread client_loop;
  once::Client client{client_loop.io};
};

TEST_F(ServantLife, EndsUnderNoLockWithTheLastAnswer) {
  std::promise<once::Responder> kept;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&, token = witness.token()](once::Request&, once::Responder respond) {
    kept.set_value(std::move(respond));
  });
  server.activate("object", std::move(object));
  Pending pending;
  stub(client, server.reference_to("object")).start(kWork, "", pending);
  once::Responder respond = kept.get_future().get();
  let_finish(loop);
  server.deactivate("object");
  std::move(respond).value({}, false);
  EXPECT_TRUE(witness.lock_was_free());
  EXPECT_TRUE(executed(pending.get()));
}

TEST_F(ServantLife, EndsUnderNoLockWithACallThatWaitedTooLong) {
  asio::thread_pool pool{1};
  Latch go_on;
  asio::post(pool, [&] { go_on.wait(); });
  auto object = std::make_shared<Object>();
  object->on(kWork, [token = witness.token()](once::Request&, once::Responder) {});
  server.activate("object", std::move(object), {.executor = pool.get_executor()});
  const Stub remote = stub(client, server.reference_to("object"));
  EXPECT_FALSE(executed(remote.call(kWork, "", {.deadline = 50ms})));
  // When a later call's caller has given up, the first one's budget is gone at the server, too.
  EXPECT_FALSE(executed(remote.call(kWork, "", {.deadline = 50ms})));
  server.deactivate("object");
  go_on.open();
  EXPECT_TRUE(witness.lock_was_free());
  pool.join();
}

TEST_F(ServantLife, EndsUnderNoLockWithARefusal) {
  server.set_locator([&](const once::ObjectKey&) {
    auto object = std::make_shared<Object>();
    object->on(kWork, [token = witness.token()](once::Request&, once::Responder) {});
    return object;
  });
  constexpr auto kUnknown = operation("unknown", 99);
  const auto outcome = stub(client, server.reference_to("object")).call(kUnknown, "");
  EXPECT_EQ(outcome.code, once::Errc::no_such_operation);
  EXPECT_TRUE(witness.lock_was_free());
}

TEST_F(ServantLife, OfACallbackEndsUnderNoLockWithTheLastAnswer) {
  Witness of_client{[this] { (void)client.statistics(); }};
  std::promise<once::Responder> kept;
  auto mine = std::make_shared<Object>();
  mine->on(kEcho, [&, token = of_client.token()](once::Request&, once::Responder respond) {
    kept.set_value(std::move(respond));
  });
  std::optional activation{client.activate(std::move(mine))};
  Pending called_back;
  auto object = std::make_shared<Object>();
  object->on(kCallBack, [&](once::Request& request, once::Responder respond) {
    once::ObjectRef target;
    target.key = text(request.body());
    request.channel_to(target)->start(outgoing(target, kEcho, bytes("?")), called_back);
    std::move(respond).value({}, false);
  });
  server.activate("object", object);
  ASSERT_TRUE(executed(stub(client, server.reference_to("object")).call(kCallBack, activation->ref().key)));
  once::Responder respond = kept.get_future().get();
  let_finish(client_loop);
  activation.reset();
  std::move(respond).value({}, false);
  EXPECT_TRUE(of_client.lock_was_free());
  EXPECT_TRUE(executed(called_back.get()));
}

TEST_F(ServantLife, EndsWithALoopOnWhichACallSleeps) {
  auto io = std::make_unique<asio::io_context>();
  auto sleepy = std::make_unique<once::Server>(*io);
  auto object = std::make_shared<Object>();
  const std::weak_ptr<Object> watched = object;
  Latch begun;
  object->on(kWork, [&](once::Request& request, once::Responder respond) {
    const auto kept = std::make_shared<once::Responder>(std::move(respond));
    request.async_sleep(1h, [kept](std::error_code) { std::move(*kept).value({}, false); });
    begun.open();
  });
  sleepy->activate("object", std::move(object));
  sleepy->listen("tcp://127.0.0.1:0");
  Pending pending;
  stub(client, sleepy->reference_to("object")).start(kWork, "", pending, {.deadline = 1s});
  std::thread thread{[&] { io->run(); }};
  begun.wait();
  io->stop();
  thread.join();
  sleepy.reset();
  EXPECT_FALSE(watched.expired());
  io.reset();
  EXPECT_TRUE(watched.expired());
  EXPECT_FALSE(executed(pending.get()));
}

TEST_F(ServantLife, EndsWithTheServerThoughItKeepsAStubOfItsCaller) {
  // A servant that is activated, a default servant, and one that its locator keeps.
  std::array<std::weak_ptr<Object>, 3> watched;
  auto ending = std::make_unique<once::Server>(loop.io);
  const auto make = [&](std::size_t i) {
    auto object = std::make_shared<Object>();
    watched[i] = object;
    auto kept = std::make_shared<std::vector<once::ChannelPointer>>();
    object->on(kWork, [kept](once::Request& request, once::Responder respond) {
      kept->push_back(request.channel_to(once::ObjectRef{}));
      std::move(respond).value({}, false);
    });
    return object;
  };
  ending->activate("active", make(0));
  ending->set_default_servant(make(1));
  ending->set_locator(
      [object = make(2)](const once::ObjectKey& key) { return key == "located" ? object : nullptr; });
  ending->listen("tcp://127.0.0.1:0");
  for (const char* const key : {"active", "default", "located"}) {
    ASSERT_TRUE(executed(stub(client, ending->reference_to(key)).call(kWork, "")));
  }
  let_finish(loop);
  ending.reset();
  for (const auto& object : watched) EXPECT_TRUE(object.expired());
}

}  // namespace
}  // namespace raw
