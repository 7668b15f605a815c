// Servers, clients, and their clocks.
#include "load.hpp"

#include <future>
#include <pthread.h>

#include <asio/post.hpp>

namespace overload {
namespace {

using namespace std::chrono_literals;

/// Keeps the processor busy for so long, however often the thread is set aside meanwhile.
class Worker final : public Object::Servant {
 public:
  explicit Worker(std::chrono::microseconds work) : work_(work) {}
  void null(once::Call&) override {
    const CpuClock clock;
    const Seconds end = clock.now() + work_;
    while (clock.now() < end) continue;
  }
  peerbench::Payload echo_bytes(once::Call&, const peerbench::Payload& data) override { return data; }
  peerbench::Persons echo_persons(once::Call&, const peerbench::Persons& persons) override { return persons; }

 private:
  Seconds work_;
};

/// Before anything is counted: a queue is cut back when it has stood for 100 ms.
constexpr auto kWarmUp = 300ms;

}  // namespace

CpuClock::CpuClock() {
  pthread_getcpuclockid(pthread_self(), &clock_);
}

Seconds CpuClock::now() const {
  timespec time{};
  clock_gettime(clock_, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

LoadedServer::LoadedServer(const std::string& transport, std::chrono::microseconds work,
                           std::chrono::microseconds target, bool on_executor) {
  once::Limits limits;
  limits.slow_call = 1s;  // a busy machine is no news
  limits.queue_target = target;
  server_.emplace(io_, once::ServerOptions{.limits = limits});
  once::ActivationOptions options;
  if (on_executor) options.executor = pool_.get_executor();
  server_->activate("object", std::make_shared<Worker>(work), options);
  server_->listen(transport + "://127.0.0.1:0");
  std::promise<void> started, pool_started;
  thread_ = std::thread{[this, &started] {
    loop_clock_.emplace();
    started.set_value();
    io_.run();
  }};
  asio::post(pool_, [this, &pool_started] {
    pool_clock_.emplace();
    pool_started.set_value();
  });
  started.get_future().wait();
  pool_started.get_future().wait();
}

LoadedServer::~LoadedServer() {
  guard_.reset();
  io_.stop();
  thread_.join();
  pool_.join();
}

Seconds LoadedServer::processor_time() const {
  return loop_clock_->now() + pool_clock_->now();
}

Clients::Clients(const LoadedServer& server, std::size_t count, const once::Limits& limits)
    : server_(server) {
  clients_.resize(count);
  for (Client& client : clients_) {
    client.client = std::make_unique<once::Client>(io_, once::ClientOptions{.limits = limits});
    client.stub.emplace(client.client->stub<Object>(server.object()));
  }
  tally_.by_client.resize(count);
  end_ = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {  // sessions stand when it begins
    call(i, Clock::now(), false);
    while (open_calls_ > 0) io_.run_one_for(1s);
  }
}

void Clients::call(std::size_t client, Clock::time_point due, bool again) {
  ++open_calls_;
  ++tally_.made;
  clients_[client].stub->async_null([this, client, due, again](once::Outcome<void> outcome) {
    --open_calls_;
    const Clock::time_point now = Clock::now();
    if (now < end_) {
      if (outcome) {
        ++tally_.executed;
        ++tally_.by_client[client];
        tally_.latencies.add(now - due);
      } else if (outcome.kind() == once::OutcomeKind::NotExecuted) {
        ++tally_.refused;
        tally_.refusals.add(now - due);
      } else {
        ++tally_.others;
      }
      if (again) call(client, now, true);
    }
  });
}

Tally Clients::measure(double rate, Clock::duration time, std::size_t callers) {
  tally_ = {};
  tally_.by_client.resize(clients_.size());
  Clock::time_point begin = Clock::now();
  Seconds processor = server_.processor_time();
  const Clock::time_point counted_from = begin + kWarmUp;
  bool counts = false;
  end_ = counted_from + time;
  for (std::size_t client = 0; client < callers; ++client) call(client, begin, true);
  const auto gap = std::chrono::duration_cast<Clock::duration>(Seconds{rate > 0 ? 1 / rate : 1e6});
  std::size_t turn = callers;
  Clock::time_point due = begin + gap;
  for (Clock::time_point now = begin; now < end_; now = Clock::now()) {
    if (!counts && now >= counted_from) {
      counts = true;
      tally_ = {};
      tally_.by_client.resize(clients_.size());
      begin = now;
      processor = server_.processor_time();
    }
    // What has fallen due is made now, but counts from when it was due.
    for (; due <= now; due += gap) {
      call(turn, due, false);
      if (++turn == clients_.size()) turn = callers;
    }
    if (rate > 0) {
      io_.poll();
    } else {
      io_.run_one_for(10ms);
    }
  }
  tally_.processor = server_.processor_time() - processor;
  tally_.seconds = Seconds{Clock::now() - begin}.count();
  Tally result = std::move(tally_);
  tally_ = {};
  tally_.by_client.resize(clients_.size());
  while (open_calls_ > 0) io_.run_one_for(1s);
  return result;
}

Tally Clients::closed(std::size_t callers, Clock::duration time) {
  return measure(0, time, callers);
}

Tally Clients::open(double rate, Clock::duration time, std::size_t callers) {
  return measure(rate, time, callers);
}

once::ClientStatistics Clients::statistics() const {
  once::ClientStatistics sum;
  for (const Client& client : clients_) {
    const once::ClientStatistics one = client.client->statistics();
    sum.requests_sent += one.requests_sent;
    sum.retransmissions += one.retransmissions;
    sum.retries += one.retries;
    sum.retries_denied += one.retries_denied;
  }
  return sum;
}

}  // namespace overload
