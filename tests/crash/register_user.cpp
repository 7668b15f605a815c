#include "register_user.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

namespace crash {
namespace {

using namespace std::chrono_literals;
using Operation = RegisterCall::Operation;
using SteadyClock = std::chrono::steady_clock;  // the same for all processes of a machine

constexpr int kWorkers = 2;
constexpr auto kKeyLasts = 200ms;
/// Of each worker. Two clients, one of which may be followed by its next life, make less than registers.cpp judges.
constexpr std::uint32_t kCallsPerKey = 25;
constexpr auto kWaits = 2s;
constexpr auto kHardlyWaits = 25ms;

std::int64_t ticks() {
  return SteadyClock::now().time_since_epoch().count();
}

std::uint32_t key_now() {
  return static_cast<std::uint32_t>(SteadyClock::now().time_since_epoch() / kKeyLasts);
}

/// Most calls are small; some are larger than a datagram may be, on a wire and on loopback.
Octets ballast_of(std::uint32_t number) {
  if (number % 64 == 9) return Octets(100'000, 0x5A);
  return Octets(number % 8 == 5 ? 3'000 : 0, 0x5A);
}

Operation operation_of(std::uint32_t number) {
  switch (number % 5) {
    case 0: return Operation::Write;
    case 1: return Operation::CompareAndSet;
    default: return Operation::Read;
  }
}

void note_end(RegisterUse& use, const once::Outcome<Found>& outcome) {
  use.call.ended = ticks();
  if (outcome) {
    use.call.found = outcome->value;
    use.end = outcome->number == use.number ? RegisterEnd::Value : RegisterEnd::Misled;
  } else if (outcome.may_call_again()) {
    use.end = RegisterEnd::NotExecuted;
  } else {
    use.end = outcome.completion() == once::Completion::Yes ? RegisterEnd::Executed : RegisterEnd::Unknown;
  }
}

}  // namespace

RegisterUser::RegisterUser(asio::io_context& io, Registers::Stub registers, Settings settings)
    : io_(io),
      registers_(std::move(registers)),
      settings_(std::move(settings)),
      file_(settings_.file),
      next_(settings_.first) {}

void RegisterUser::start() {
  for (int i = 0; i < kWorkers; ++i) {
    ++working_;
    asio::co_spawn(io_, work({}), [this](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
      if (--working_ == 0) settings_.ended();
    });
  }
}

asio::awaitable<void> RegisterUser::work(Worker worker) {
  asio::steady_timer next_key{io_};
  while (!stopping_) {
    if (const std::uint32_t key = key_now(); key != worker.key) worker = {key, 0, 0};
    if (worker.calls++ < kCallsPerKey) {
      co_await use(worker);
    } else {
      next_key.expires_at(SteadyClock::time_point{(worker.key + 1) * kKeyLasts});
      co_await next_key.async_wait(asio::use_awaitable);
    }
  }
}

asio::awaitable<void> RegisterUser::use(Worker& worker) {
  RegisterUse use{next_++, worker.key, {}, RegisterEnd::Never};
  use.call.operation = operation_of(use.number);
  use.call.value = use.number;
  use.call.expected = worker.last;
  use.call.began = ticks();
  file_.write(called_line(use));
  once::Outcome<Found> outcome = co_await make(use);
  if (settings_.calls_again && outcome.kind() == once::OutcomeKind::Unknown) outcome = co_await make(use);
  note_end(use, outcome);
  file_.write(ended_line(use));
  if (use.end == RegisterEnd::Value) {
    worker.last = use.call.operation == Operation::Write ? use.call.value : *use.call.found;
  }
}

asio::awaitable<once::Outcome<Found>> RegisterUser::make(const RegisterUse& use) const {
  const auto& [number, key, call, end] = use;
  const Registers::Stub stub =
      registers_.with({.deadline = number % 8 == 3 ? once::Duration{kHardlyWaits} : kWaits});
  switch (call.operation) {
    case Operation::Write:
      return stub.async_write(number, key, call.value, ballast_of(number), asio::use_awaitable);
    case Operation::CompareAndSet:
      return stub.async_compare_and_set(number, key, call.expected, call.value, asio::use_awaitable);
    case Operation::Read: break;
  }
  return stub.async_read(number, key, ballast_of(number), asio::use_awaitable);
}

}  // namespace crash
