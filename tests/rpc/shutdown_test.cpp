// Servers that end: who is told, when, and what may be destroyed by whoever is told.
#include <asio/bind_executor.hpp>
#include <asio/execution.hpp>

#include "raw.hpp"

namespace raw {
namespace {

TEST(Shutdown, MayDestroyTheServerInItsHandlerOnTheLoop) {
  asio::io_context io;
  auto server = std::make_unique<once::Server>(io);
  server->listen("udp://127.0.0.1:0");
  bool inside = false, ended = false;
  asio::post(io, [&] {
    inside = true;
    server->async_shutdown(5s, [&](std::error_code) {
      EXPECT_FALSE(inside);
      server.reset();
      ended = true;
    });
    inside = false;
  });
  io.run();
  EXPECT_TRUE(ended);
}

/// Runs what it is given on another thread, and goes on when that has ended: the fastest thread there can be.
struct FastestThread {
  template <class Function>
  void execute(Function function) const {
    std::thread{std::move(function)}.join();
  }
  FastestThread require(asio::execution::blocking_t::never_t) const { return *this; }
  static constexpr asio::execution::blocking_t::never_t query(asio::execution::blocking_t) { return {}; }
  bool operator==(const FastestThread&) const = default;
};

TEST(Shutdown, MayDestroyTheServerInItsHandlerOnAnotherThread) {
  asio::io_context io;
  auto object = std::make_shared<Object>();
  const std::weak_ptr<Object> watched = object;
  auto server = std::make_unique<once::Server>(io);
  server->activate("object", std::move(object));
  server->listen("udp://127.0.0.1:0");
  bool alive_meanwhile = false;
  server->async_shutdown(5s, asio::bind_executor(FastestThread{}, [&](std::error_code) {
                           server.reset();
                           // The thread that shuts down is still inside the server: it must find it whole.
                           alive_meanwhile = !watched.expired();
                         }));
  EXPECT_TRUE(alive_meanwhile);
  EXPECT_TRUE(watched.expired());
}

TEST(Shutdown, CompletesEverybodyWhoAskedForIt) {
  LoopThread loop;
  once::Server server{loop.io};
  std::promise<once::Responder> kept;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&](once::Request&, once::Responder respond) { kept.set_value(std::move(respond)); });
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  LoopThread client_loop;
  once::Client client{client_loop.io};
  Pending pending;
  stub(client, server.reference_to("object")).start(kWork, "", pending);
  once::Responder respond = kept.get_future().get();
  std::array<std::promise<std::error_code>, 3> ended;
  for (auto& one : ended) {
    server.async_shutdown(1min, [&one](std::error_code error) { one.set_value(error); });
  }
  std::move(respond).value({}, false);
  for (auto& one : ended) EXPECT_FALSE(one.get_future().get());
  EXPECT_TRUE(executed(pending.get()));
}

TEST(Shutdown, HurriesWhenItIsAskedForAgainWithLessGrace) {
  LoopThread loop;
  once::Server server{loop.io};
  std::promise<once::Responder> kept;
  auto object = std::make_shared<Object>();
  object->on(kWork, [&](once::Request&, once::Responder respond) { kept.set_value(std::move(respond)); });
  server.activate("object", object);
  server.listen("tcp://127.0.0.1:0");
  LoopThread client_loop;
  once::Client client{client_loop.io};
  Pending pending;
  stub(client, server.reference_to("object")).start(kWork, "", pending, {.deadline = 100ms});
  const once::Responder never_used = kept.get_future().get();
  std::array<std::promise<std::error_code>, 3> ended;
  const std::array<once::Duration, 3> graces = {1h, 10ms, 1h};
  for (std::size_t i = 0; i < graces.size(); ++i) {
    server.async_shutdown(graces[i], [&one = ended[i]](std::error_code error) { one.set_value(error); });
  }
  for (auto& one : ended) EXPECT_EQ(one.get_future().get(), std::errc::timed_out);
  EXPECT_EQ(pending.get().kind, once::OutcomeKind::Unknown);
}

}  // namespace
}  // namespace raw
