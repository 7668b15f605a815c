// The system's calls that block a client are defined here a second time, in front of the C library's.
#include "one_thread.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

#include "counted_new.hpp"

namespace {

counts::OneThread* current = nullptr;

/// One thing that the loop has to do, or all that it has now. A name of its own, by which scripts/budgets tells the
/// server's instructions from the client's.
extern "C" [[gnu::noinline]] void once_serve(asio::io_context& loop, bool all) {
  const std::size_t done = all ? loop.poll() : loop.run_one();
  if (done == 0 && !all) {
    std::fputs("count_calls: the server has nothing more to do, and the client waits\n", stderr);
    std::abort();
  }
}

/// Likewise: what it takes beside once_serve is nobody's.
extern "C" [[gnu::noinline]] void once_wait(pollfd* entries, nfds_t count) {
  if (current != nullptr) current->serve_until_ready(entries, static_cast<unsigned>(count));
}

void wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  once_wait(&entry, 1);
}

bool is_ready(pollfd* entries, unsigned count) {
  const timespec at_once{};
  return ::syscall(SYS_ppoll, entries, count, &at_once, nullptr, 0) > 0;
}

}  // namespace

// ---- in front of the C library's ----

extern "C" ssize_t recv(int fd, void* into, size_t size, int flags) {
  if ((flags & MSG_DONTWAIT) == 0) wait_for(fd, POLLIN);
  return ::syscall(SYS_recvfrom, fd, into, size, flags, nullptr, nullptr);
}
extern "C" ssize_t recvmsg(int fd, msghdr* message, int flags) {
  if ((flags & MSG_DONTWAIT) == 0) wait_for(fd, POLLIN);
  return ::syscall(SYS_recvmsg, fd, message, flags);
}
extern "C" int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  if ((flags & MSG_DONTWAIT) == 0) wait_for(fd, POLLIN);
  return static_cast<int>(::syscall(SYS_recvmmsg, fd, messages, count, flags, timeout));
}
extern "C" int ppoll(pollfd* entries, nfds_t count, const timespec* timeout, const sigset_t*) {
  once_wait(entries, count);
  timespec limit = timeout != nullptr ? *timeout : timespec{};
  return static_cast<int>(
      ::syscall(SYS_ppoll, entries, count, timeout != nullptr ? &limit : nullptr, nullptr, 0));
}

namespace counts {

/// Reading it costs what reading the machine's does.
class OneThread::StandingClock final : public once::Clock {
 public:
  once::Time now() const override {
    (void)std::chrono::steady_clock::now();
    return now_;
  }
  std::unique_ptr<once::Timer> make_timer(asio::any_io_executor, std::weak_ptr<once::EventHandler>) override {
    return std::make_unique<Never>();
  }
  void call_at(asio::any_io_executor, once::Time, std::function<void()>) override {}
  void add(once::Duration time) { now_ += time; }

 private:
  struct Never final : once::Timer {
    void set(once::Time) override {}
  };

  once::Time now_{std::chrono::hours{1}};
};

namespace {

/// The states of a linear congruential generator.
class SameNumbers final : public once::RandomSource {
 public:
  void fill(once::MutableByteView octets) override {
    for (std::uint8_t& octet : octets) {
      state_ = state_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      octet = static_cast<std::uint8_t>(state_ >> 56U);
    }
  }

 private:
  std::uint64_t state_ = 1;
};

}  // namespace

OneThread::OneThread(bool marks) : marks_(marks), clock_(std::make_shared<StandingClock>()) {
  current = this;
}

OneThread::~OneThread() {
  current = nullptr;
}

once::Environment OneThread::environment_on(asio::io_context& loop) {
  return {loop.get_executor(), clock_, std::make_shared<SameNumbers>(), once::posix_network()};
}

void OneThread::pass_time(once::Duration time) {
  clock_->add(time);
}

void OneThread::mark(Mark mark) const {
  // A call that does nothing, with a number that no process has.
  if (marks_) (void)::syscall(SYS_getpgid, 1'000'000'000 + static_cast<int>(mark));
}

void OneThread::serve(bool all) {
  const long before = allocations();
  serving_ = true;
  mark(Mark::Server);
  once_serve(server_loop_, all);
  mark(Mark::Client);
  serving_ = false;
  server_allocations_ += allocations() - before;
}

void OneThread::turn() {
  client_loop_.restart();
  client_loop_.poll();
  serve(true);
}

void OneThread::serve_until_ready(pollfd* entries, unsigned count) {
  if (serving_) return;
  while (true) {
    mark(Mark::Neither);
    const bool ready = is_ready(entries, count);
    mark(Mark::Client);
    if (ready) return;
    serve(false);
  }
}

}  // namespace counts
