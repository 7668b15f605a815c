// A client core and a server core that hand each other their messages, without I/O. A call is a request, its
// reply, and everything that the cores do about them; like a transport, the exchange copies each message once,
// from header and body into one buffer.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "core/client_core.hpp"
#include "core/server_core.hpp"

namespace once::core {

class Exchange {
 public:
  explicit Exchange(std::size_t body_size) : server_(server_config(), now_), client_(client_config(), now_) {
    Buffer body;
    body.resize(body_size);
    std::fill_n(body.data(), body_size, std::uint8_t{0x5A});
    body_ = std::move(body).freeze();
    path_.message_max = 1 << 20;
    client_.connected(now_, path_);
  }

  /// Runs `count` calls, all in flight together.
  void run(std::size_t count, Semantics semantics) {
    CallRequest request;
    request.semantics = semantics;
    request.operation = 1;
    request.object_key = key_;
    request.body = body_;
    for (std::size_t i = 0; i < count; ++i) {
      if (!client_.start(now_, request)) std::abort();
    }
    now_ += std::chrono::microseconds{10};
    std::size_t done = 0;
    while (done < count) {
      while (client_.poll_transmit(now_, out_)) {
        server_.receive(now_, path_, whole());
        serve();
      }
      while (client_.poll_completion(completion_)) ++done;
    }
  }

 private:
  static ServerConfig server_config() {
    ServerConfig config;
    config.epoch = {0, 1};
    config.secret = {1, 2};
    return config;
  }
  static ClientConfig client_config() {
    ClientConfig config;
    config.instance = {1, 2};
    config.seed = 3;
    return config;
  }
  Slice whole() {
    Buffer message{out_.header.size() + out_.body.size()};
    message.append(out_.header);
    message.append(out_.body);
    return std::move(message).freeze();
  }
  void serve() {
    while (server_.poll_arrival(now_, arrival_)) {
      if (!server_.start(now_, arrival_.call, 256)) std::abort();
      server_.reply(now_, arrival_.call, ReplyStatus::Value, std::move(arrival_.body), false);
    }
    while (server_.poll_transmit(out_)) client_.receive(now_, path_, whole());
  }

  Time now_{std::chrono::seconds{1000}};
  Path path_;
  ServerCore server_;
  ClientCore client_;
  Slice key_ = Slice::borrowed(as_bytes("account"));
  Slice body_;
  Transmit out_;
  Arrival arrival_;
  CallCompletion completion_;
};

}  // namespace once::core
