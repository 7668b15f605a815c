// A server and a client that talk over TCP, each built from a version of the same interface.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <once/once.hpp>

#include "compare/rules.hpp"

namespace once::test {

using oncec::compare::Fate;

/// A servant of one operation, `pay`, that counts its calls and returns nothing of interest.
template <class Base, class Function = decltype(&Base::pay)>
class Answering;
template <class Base, class Result, class Declaring, class... Arguments>
class Answering<Base, Result (Declaring::*)(Call&, Arguments...)> : public Base {
 public:
  Result pay(Call&, Arguments...) override {
    ++calls;
    return Result();
  }
  std::atomic<int> calls{0};
};

class World {
 public:
  explicit World(CodecId codec, Store* store = nullptr)
      : server(io_, ServerOptions{.store = store}), client(ClientOptions{.codec = codec}) {
    server.listen("tcp://127.0.0.1:0");
  }
  ~World() {
    work_.reset();
    io_.stop();
    thread_.join();
  }

  template <class Interface>
  typename Interface::Stub stub(const std::string& key) {
    const std::string port = std::to_string(server.endpoints().front().port);
    return client.stub<Interface>("once://127.0.0.1:" + port + "/" + key + "?transport=tcp");
  }

 private:
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};

 public:
  Server server;
  Client client;
};

template <class T>
Fate fate_of(const Outcome<T>& outcome) {
  if (outcome) return Fate::Works;
  if (outcome.kind() == OutcomeKind::Unknown &&
      outcome.code() == make_error_code(Errc::refused_after_sending)) {
    return Fate::UnknownRefusal;
  }
  EXPECT_EQ(outcome.kind(), OutcomeKind::NotExecuted) << outcome.text();
  if (outcome.code() == make_error_code(Errc::wrong_interface)) return Fate::WrongInterface;
  if (outcome.code() == make_error_code(Errc::no_such_operation)) return Fate::NoSuchOperation;
  if (outcome.code() == make_error_code(Errc::no_such_object)) return Fate::NoSuchObject;
  ADD_FAILURE() << "the call ended as " << outcome.text();
  return Fate::NothingToCall;
}

/// Calls `operation` of the object `key` with a zero, or something as empty, for each argument.
template <class Stub, class Result, class... Arguments>
Fate call(World& world, const std::string& key, Outcome<Result> (Stub::*operation)(Arguments...) const) {
  const auto stub = world.stub<typename Stub::Interface>(key);
  return fate_of((stub.*operation)(std::decay_t<Arguments>{}...));
}

/// The whole of it for servants with one operation, `pay`.
template <class Servant, class Operation>
Fate call_of(CodecId codec, Operation operation, Store* store = nullptr) {
  World world{codec, store};
  const auto servant = std::make_shared<Answering<Servant>>();
  world.server.activate("till", servant);
  const Fate fate = call(world, "till", operation);
  EXPECT_EQ(servant->calls, fate == Fate::Works ? 1 : 0);
  return fate;
}

}  // namespace once::test
