// Calls without generated code: servants and callers that speak bytes, and a server with a thread.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

#include <once/once.hpp>

namespace raw {

using namespace std::chrono_literals;

inline constexpr std::string_view kInterface = "IDL:raw/Object:1.0";

constexpr once::Operation operation(std::string_view name, std::uint32_t id,
                                    once::Semantics semantics = once::Semantics::AtMostOnce) {
  once::Operation result;
  result.interface_id = kInterface;
  result.name = name;
  result.id = id;
  result.fingerprint = 0xABCD0000 + id;
  result.semantics = semantics;
  return result;
}

inline constexpr once::Operation kEcho = operation("echo", 1);
inline constexpr once::Operation kAdd = operation("add", 2);
inline constexpr once::Operation kLook = operation("look", 3, once::Semantics::AtLeastOnce);
inline constexpr once::Operation kTell = operation("tell", 4, once::Semantics::Maybe);
inline constexpr once::Operation kWork = operation("work", 5);
inline constexpr once::Operation kCallBack = operation("call_back", 6);
inline constexpr once::Operation kWatch = [] {
  once::Operation result = operation("watch", 7);
  result.orphan = once::OrphanPolicy::Cancel;
  return result;
}();
inline constexpr std::array kOperations = {&kEcho, &kAdd, &kLook, &kTell, &kWork, &kCallBack, &kWatch};

inline once::Slice bytes(std::string_view text) {
  return once::Slice::copy_of(once::as_bytes(text));
}
inline std::string text(const once::Slice& slice) {
  return std::string{once::as_text(slice.view())};
}

/// Answers each operation by a function; echoes what has none.
class Object final : public once::Servant {
 public:
  using Function = std::function<void(once::Request&, once::Responder)>;

  Object& on(const once::Operation& operation, Function function) {
    functions_[operation.id] = std::move(function);
    return *this;
  }

  std::string_view interface_id() const noexcept override { return kInterface; }
  bool is_a(std::string_view id) const noexcept override { return id == kInterface; }
  const once::Operation* find_operation(std::uint32_t id) const noexcept override {
    for (const auto* operation : kOperations) {
      if (operation->id == id) return operation;
    }
    return nullptr;
  }
  void dispatch(once::Request& request, once::Responder respond) noexcept override {
    calls.fetch_add(1);
    const auto found = functions_.find(request.operation());
    if (found != functions_.end()) {
      found->second(request, std::move(respond));
    } else {
      // A copy, as encoded results are: the request's memory may be a whole receive buffer.
      std::move(respond).value(once::Slice::copy_of(request.body().view()), false);
    }
  }

  std::atomic<int> calls{0};

 private:
  std::map<std::uint32_t, Function> functions_;
};

inline once::OutgoingCall outgoing(const once::ObjectRef& target, const once::Operation& operation,
                                   once::Slice body, once::CallOptions options = {}) {
  once::OutgoingCall call;
  call.operation = &operation;
  call.target = &target;
  call.options = options;
  call.body = std::move(body);
  return call;
}

/// An object as its caller sees it.
struct Stub {
  once::ChannelPointer channel;
  once::ObjectRef target;

  once::RawOutcome call(const once::Operation& operation, std::string_view body,
                        once::CallOptions options = {}) const {
    return channel->call(outgoing(target, operation, bytes(body), options));
  }
  std::uint64_t start(const once::Operation& operation, std::string_view body, once::PendingCall& pending,
                      once::CallOptions options = {}) const {
    return channel->start(outgoing(target, operation, bytes(body), options), pending);
  }
};

inline Stub stub(once::Client& client, const once::ObjectRef& target) {
  return {client.channel_to(target), target};
}
inline Stub stub(once::Client& client, std::string_view url) {
  return stub(client, *once::parse_object_ref(url));
}

/// A connection to the server's first endpoint, of a client that speaks octets.
inline std::unique_ptr<once::StreamSocket> connect(asio::io_context& io, const once::Server& server) {
  const once::Address to = *once::parse_address("127.0.0.1", server.endpoints().front().port);
  auto socket = std::move(*once::posix_network()->connect_stream(io.get_executor(), to));
  EXPECT_TRUE(socket->wait({.writable = true}, 5s));
  EXPECT_FALSE(socket->connected());
  return socket;
}
/// True if the server ends the connection.
inline bool ends(once::StreamSocket& socket) {
  std::array<std::uint8_t, 16> room{};
  if (!socket.wait({.readable = true}, 20s)) return false;
  const auto count = socket.receive(room, once::Duration{0});
  return !count || *count == 0;
}

/// A client each of whose connections is cut, mostly in the middle of a call, and which makes the next one at once.
struct CutClient {
  static once::Environment cut_environment(asio::io_context& io) {
    once::Environment environment{io};
    once::Faults faults;
    faults.seed = 3;
    faults.cut = 0.3;
    environment.network = std::make_shared<once::FaultInjector>(environment, faults);
    return environment;
  }
  static once::ClientOptions impatient() {
    once::ClientOptions options;
    options.limits.reconnect_min = 1ms;
    options.limits.reconnect_max = 5ms;
    return options;
  }

  asio::io_context io;
  once::Client client{cut_environment(io), impatient()};
};

/// Listens as a test's parameter says: at an endpoint, or, "threads+" before it, with a thread for each connection.
inline void listen(once::Server& server, std::string_view way) {
  constexpr std::string_view kThreads = "threads+";
  if (way.starts_with(kThreads)) {
    server.listen(way.substr(kThreads.size()), {.threading = once::Threading::PerConnection});
  } else {
    server.listen(way);
  }
}

/// Waits for one asynchronous call.
class Pending final : public once::PendingCall {
 public:
  void complete(once::RawOutcome outcome, once::CompletedIn) override {
    promise_.set_value(std::move(outcome));
  }
  once::RawOutcome get() { return promise_.get_future().get(); }

 private:
  std::promise<once::RawOutcome> promise_;
};

/// An io_context with a thread of its own.
class LoopThread {
 public:
  LoopThread() : work_(io.get_executor()), thread_([this] { io.run(); }) {}
  ~LoopThread() {
    work_.reset();
    io.stop();
    thread_.join();
  }

  asio::io_context io;

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// Something that a test waits for, or makes others wait for.
class Latch {
 public:
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

inline bool executed(const once::RawOutcome& outcome) {
  return outcome.kind == once::OutcomeKind::Executed && !outcome.code;
}

}  // namespace raw
