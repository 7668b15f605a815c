// The part of a client that calls registers. All clients call the same one at a time, which is soon followed by another: so each
// has a short history.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include "kills/lines.hpp"
#include "registers.hpp"
#include "transfers.once.hpp"

namespace crash {

class RegisterUser {
 public:
  struct Settings {
    std::string file;             // where its calls are written down
    std::uint32_t first = 0;      // the number of its first call
    bool calls_again = false;     // a bug: what ended as Unknown is called once more
    std::function<void()> ended;  // after stop()
  };
  RegisterUser(asio::io_context& io, Registers::Stub registers, Settings settings);

  void start();
  /// No new calls.
  void stop() { stopping_ = true; }

 private:
  /// Makes one call after the other.
  struct Worker {
    std::uint32_t key = 0;
    std::uint32_t calls = 0;  // of that key
    std::int64_t last = 0;    // what it has last seen there
  };

  asio::awaitable<void> work(Worker worker);
  asio::awaitable<void> use(Worker& worker);
  asio::awaitable<once::Outcome<Found>> make(const RegisterUse& use) const;

  asio::io_context& io_;
  const Registers::Stub registers_;
  const Settings settings_;
  demo::Log file_;
  std::uint32_t next_;
  int working_ = 0;
  bool stopping_ = false;
};

}  // namespace crash
