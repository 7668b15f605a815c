// A network of the test's own: two network namespaces, joined by a pair of virtual interfaces, and what happens to
// interfaces in the middle of a call. Nothing outside of the two is touched; the kernel takes them away when the last of
// the run's processes has ended.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

namespace crash {

/// This machine does not let us: what() says why.
struct NoNamespaces : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Lan {
 public:
  /// Takes this process, which must have one thread, into the servers' namespace. Throws NoNamespaces.
  Lan();
  ~Lan();
  Lan(const Lan&) = delete;
  Lan& operator=(const Lan&) = delete;

  /// Of the servers.
  static constexpr const char* kHost = "10.77.0.1";
  /// What join_network() takes, in processes of this one.
  std::string clients_network() const;

  /// Changes something every now and then, until end_changes(), on a thread of its own, where `changed` is told what:
  /// "address", "gap", "link", "route", "blackhole", "mtu1280", "mtu576" or "netem".
  void begin_changes(std::uint64_t seed, std::function<void(const std::string& what)> changed);
  /// Everything is well again afterwards.
  void end_changes();
  /// How often every one of the changes has been made.
  std::uint32_t rounds() const { return rounds_; }
  /// Without it nothing is lost or delayed by the kernel.
  bool has_netem() const { return netem_; }

 private:
  struct Change;
  static const std::array<Change, 8> kChanges;

  void make_changes();
  void change(const Change& change);
  void stop();
  /// Runs "ip …" among the clients.
  void ip(const std::string& words) const;
  void run_among_clients(const std::string& command) const;
  bool find_netem() const;
  void move_address(bool with_gap);
  /// False: the changes are to end.
  bool wait(std::uint32_t at_least_ms, std::uint32_t at_most_ms);

  int clients_ = -1;  // a descriptor of their namespace
  int address_ = 2;   // the last number of theirs
  bool netem_ = false;
  std::mt19937_64 random_;
  std::function<void(const std::string&)> changed_;
  std::atomic<std::uint32_t> rounds_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::exception_ptr failed_;  // for end_changes()
  std::thread thread_;
};

/// Takes this process, which must have one thread, into the namespace. Throws std::system_error.
void join_network(const std::string& network);

}  // namespace crash
