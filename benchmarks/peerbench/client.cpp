// A client that loads the server in one of three ways and says in one line of JSON what it saw:
//
//   sync       a thread and a connection for each of C, one call at a time on each
//   pipelined  C connections on one event loop, K calls on the way on each; a call that ends starts the next
//   idle       C connections that make one call each and then stay
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <once/once.hpp>
#include <once/rpc/fault_injector.hpp>

#include "bench.once.hpp"
#include "measure.hpp"
#include "operations.hpp"
#include "options.hpp"

namespace peerbench {
namespace {

using namespace std::chrono_literals;

std::string url_of(const ClientOptions& options, const std::string& object) {
  return "once://" + options.host + ":" + std::to_string(options.port) + "/" + object +
         "?transport=" + kTransport;
}

template <class Interface>
typename Interface::Stub stub_of(once::Client& client, const ClientOptions& options) {
  constexpr bool at_most_once = std::is_same_v<Interface, AtMostOnce>;
  return client.stub<Interface>(url_of(options, at_most_once ? "at-most-once" : "at-least-once"));
}

std::string peer() {
  return std::string{"once_"} + kTransport;
}

/// Says why the first failed call failed; the others are only counted.
void report_failure(std::string_view text) {
  static std::atomic_flag said;
  if (!said.test_and_set()) std::cerr << text << std::endl;
}

/// True if the call succeeded and, if it is one of those that are checked, brought back what was sent.
template <class Operation, class Outcome>
bool judge(const Operation& operation, const Outcome& outcome, std::uint64_t call) {
  if (!outcome) {
    report_failure(outcome.text());
    return false;
  }
  if (!is_checked(call) || operation.came_back(outcome)) return true;
  report_failure("the reply differs from what was sent");
  return false;
}

// ---- sync ----

template <class Outcome>
void recycle_result(Outcome& outcome) {
  if constexpr (!std::is_same_v<Outcome, once::Outcome<void>>) {
    if (outcome) once::recycle(std::move(*outcome));
  }
}

template <class Stub, class Operation>
void call_one_by_one(const Window& window, Stub& stub, const Operation& operation, bool reuse,
                     Counts& counts) {
  Clock::time_point sent = Clock::now();
  for (std::uint64_t call = 0; sent < window.end && !counts.hopeless(); ++call) {
    auto outcome = operation.call(stub);
    const Clock::time_point answered = Clock::now();
    counts.add_call(window, sent, answered, judge(operation, outcome, call));
    if (reuse) recycle_result(outcome);
    sent = is_checked(call) ? Clock::now() : answered;
  }
}

template <class Interface, class Operation>
Counts run_sync(const ClientOptions& options, const Operation& operation) {
  struct Caller {
    explicit Caller(const ClientOptions& options)
        : client(once::ClientOptions{.codec = options.codec}), stub(stub_of<Interface>(client, options)) {}
    once::Client client;
    typename Interface::Stub stub;
    Counts counts;
  };
  std::deque<Caller> callers;
  for (unsigned i = 0; i < options.connections; ++i) callers.emplace_back(options);

  const Window window = Window::from_now(options);
  std::vector<std::jthread> threads;
  for (Caller& caller : callers) {
    threads.emplace_back(
        [&] { call_one_by_one(window, caller.stub, operation, options.reuse, caller.counts); });
  }
  Counts sum;
  for (unsigned i = 0; i < options.connections; ++i) {
    threads[i].join();
    sum.add(callers[i].counts);
  }
  return sum;
}

// ---- pipelined ----

/// One place in the window of calls on the way: there is always one call in it, until the time is over.
template <class Stub, class Operation>
class Place {
 public:
  struct Shared {
    asio::io_context& io;
    const Window window;
    const Operation& operation;
    Counts counts;
    std::size_t busy = 0;  // places with a call on the way
  };

  Place(Stub stub, Shared& shared) : stub_(std::move(stub)), shared_(shared) { ++shared_.busy; }

  void start() {
    sent_ = Clock::now();
    shared_.operation.start(stub_, [this](const auto& outcome) { this->finish(outcome); });
  }

 private:
  void finish(const auto& outcome) {
    const Clock::time_point answered = Clock::now();
    shared_.counts.add_call(shared_.window, sent_, answered, judge(shared_.operation, outcome, call_++));
    if (answered < shared_.window.end && !shared_.counts.hopeless()) {
      start();
    } else if (--shared_.busy == 0) {
      shared_.io.stop();
    }
  }

  Stub stub_;
  Shared& shared_;
  std::uint64_t call_ = 0;
  Clock::time_point sent_;
};

template <class Interface, class Operation>
Counts run_pipelined(const ClientOptions& options, const Operation& operation, asio::io_context& io,
                     const once::Environment& environment) {
  using Stub = typename Interface::Stub;
  typename Place<Stub, Operation>::Shared shared{io, Window::from_now(options), operation, {}};
  std::deque<once::Client> clients;
  std::deque<Place<Stub, Operation>> places;
  for (unsigned i = 0; i < options.connections; ++i) {
    const Stub stub = stub_of<Interface>(
        clients.emplace_back(environment, once::ClientOptions{.codec = options.codec}), options);
    for (unsigned k = 0; k < options.inflight; ++k) places.emplace_back(stub, shared);
  }
  for (auto& place : places) place.start();
  io.run();
  return shared.counts;
}

// ---- pipelined, with datagrams that travel twice ----

/// Like run_pipelined(), and beside it asks the server how often it has run the operation. At most once: as often as it
/// was called.
template <class Interface, class Operation>
void run_with_duplicates(const ClientOptions& options, const Operation& operation) {
  asio::io_context io{1};
  once::Environment environment{io};
  const auto faults = std::make_shared<once::FaultInjector>(
      environment, once::Faults{.duplication = options.duplicates, .delay_min = {}, .delay_max = 2ms});
  once::Client asking;
  const auto tally = asking.stub<Tally>(url_of(options, "tally"));
  const std::uint64_t before = tally.executions();
  environment.network = faults;
  const Counts counts = run_pipelined<Interface>(options, operation, io, environment);
  print_report(options, peer(), operation.payload_octets(), counts,
               Duplicates{tally.executions() - before, faults->counters().duplicated});
}

// ---- idle ----

/// Runs `io` until standard input is closed.
void run_until_input_ends(asio::io_context& io) {
  asio::posix::stream_descriptor input{io, ::dup(STDIN_FILENO)};
  char ignored[64];
  const auto read = [&](const auto& again) -> void {
    input.async_read_some(asio::buffer(ignored), [&](std::error_code error, std::size_t) {
      if (error) {
        io.stop();
      } else {
        again(again);
      }
    });
  };
  read(read);
  io.run();
}

template <class Interface>
void run_idle(const ClientOptions& options) {
  asio::io_context io{1};
  std::deque<once::Client> clients;
  std::uint64_t errors = 0;
  for (unsigned i = 0; i < options.connections; ++i) {
    auto stub =
        stub_of<Interface>(clients.emplace_back(io, once::ClientOptions{.codec = options.codec}), options);
    if (!judge(Null{}, stub.try_null(), i)) ++errors;
  }
  print_idle_report(peer(), options.connections, errors);
  run_until_input_ends(io);
}

// ---- the choice ----

template <class Interface, class Operation>
void run(const ClientOptions& options, const Operation& operation) {
  if (options.duplicates > 0) return run_with_duplicates<Interface>(options, operation);
  asio::io_context io{1};
  const Counts counts = options.mode == Mode::Sync ? run_sync<Interface>(options, operation)
                                                   : run_pipelined<Interface>(options, operation, io, io);
  print_report(options, peer(), operation.payload_octets(), counts);
}

template <class Interface>
void run(const ClientOptions& options) {
  if (options.mode == Mode::Idle) return run_idle<Interface>(options);
  switch (options.operation) {
    case OperationKind::NullCall: return run<Interface>(options, Null{});
    case OperationKind::BytesEcho: return run<Interface>(options, EchoBytes{options.size});
    case OperationKind::PersonsEcho: return run<Interface>(options, EchoPersons{options.size});
  }
}

}  // namespace
}  // namespace peerbench

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = peerbench::parse_client_options(argc, argv, exit_code);
  if (!options) return exit_code;
  peerbench::raise_descriptor_limit();
  try {
    if (options->semantics == once::Semantics::AtLeastOnce) {
      peerbench::run<peerbench::AtLeastOnce>(*options);
    } else {
      peerbench::run<peerbench::AtMostOnce>(*options);
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
