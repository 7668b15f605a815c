#include "lan.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace crash {
namespace {

int open_network(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), path};
  return descriptor;
}

void write_file(const char* path, const std::string& text) {
  std::ofstream out{path};
  if (!(out << text).flush()) throw NoNamespaces{std::string{"cannot write "} + path};
}

/// Root in a user namespace, which may make networks; or, where there are no such namespaces, root.
void enter_own_network() {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) {
    write_file("/proc/self/setgroups", "deny");
    write_file("/proc/self/uid_map", "0 " + user + " 1");
    write_file("/proc/self/gid_map", "0 " + group + " 1");
  } else if (::unshare(CLONE_NEWNET) != 0) {
    throw NoNamespaces{std::string{"no network namespace can be made here: "} +
                       std::generic_category().message(errno)};
  }
}

bool succeeds(const std::string& command) {
  return std::system(command.c_str()) == 0;  // every word of it is ours
}

void must(const std::string& command) {
  if (!succeeds(command)) throw std::runtime_error("failed: " + command);
}

}  // namespace

/// What is done to the clients' network, and undone after a while. A move of their address is not undone.
struct Lan::Change {
  const char* name;
  const char* begin;
  const char* end;
};
constexpr std::array<Lan::Change, 8> Lan::kChanges{{
    {"address", "", ""},
    {"gap", "", ""},
    {"link", "ip link set to_servers down", "ip link set to_servers up"},
    {"route", "ip route add unreachable 10.77.0.1/32", "ip route del unreachable 10.77.0.1/32"},
    {"blackhole", "ip route add blackhole 10.77.0.1/32", "ip route del blackhole 10.77.0.1/32"},
    {"mtu1280", "ip link set to_servers mtu 1280", "ip link set to_servers mtu 1500"},
    {"mtu576", "ip link set to_servers mtu 576", "ip link set to_servers mtu 1500"},
    {"netem", "tc qdisc add dev to_servers root netem loss 20% delay 5ms 5ms reorder 25% duplicate 5%",
     "tc qdisc del dev to_servers root netem"},
}};

Lan::Lan() {
  if (!succeeds("command -v ip >/dev/null && command -v nsenter >/dev/null")) {
    throw NoNamespaces{"the programs ip (package iproute2) and nsenter (util-linux) are needed"};
  }
  enter_own_network();
  const int servers = open_network("/proc/self/ns/net");
  if (::unshare(CLONE_NEWNET) != 0) throw std::system_error{errno, std::generic_category(), "unshare"};
  clients_ = open_network("/proc/self/ns/net");
  const int back = ::setns(servers, CLONE_NEWNET);
  ::close(servers);
  if (back != 0) throw std::system_error{errno, std::generic_category(), "setns"};

  if (!succeeds("ip link add name to_clients type veth peer name to_servers netns " + clients_network())) {
    throw NoNamespaces{"this kernel has no virtual interfaces (veth)"};
  }
  must("ip link set lo up && ip link set to_clients up");
  must("ip addr add " + std::string{kHost} + "/24 dev to_clients");
  ip("link set lo up");
  ip("link set to_servers up");
  ip("addr add 10.77.0.2/24 dev to_servers");
  netem_ = find_netem();
}

Lan::~Lan() {
  stop();
  ::close(clients_);
}

std::string Lan::clients_network() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(clients_);
}

void Lan::begin_changes(std::uint64_t seed, std::function<void(const std::string& what)> changed) {
  random_.seed(seed);
  changed_ = std::move(changed);
  thread_ = std::thread{[this] {
    try {
      make_changes();
    } catch (...) {
      failed_ = std::current_exception();
    }
  }};
}

void Lan::make_changes() {
  for (std::vector<const Change*> deck; wait(50, 300);) {
    if (deck.empty()) {
      for (const Change& change : kChanges) deck.push_back(&change);
    }
    std::swap(deck[random_() % deck.size()], deck.back());
    change(*deck.back());
    deck.pop_back();
    if (deck.empty()) ++rounds_;
  }
}

void Lan::end_changes() {
  stop();
  if (failed_) std::rethrow_exception(failed_);
}

void Lan::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Lan::change(const Change& change) {
  const std::string name = change.name;
  if (name == "netem" && !netem_) return;
  changed_(name);
  if (name == "address" || name == "gap") return move_address(name == "gap");
  run_among_clients(change.begin);
  (void)wait(20, 300);
  run_among_clients(change.end);
}

void Lan::move_address(bool with_gap) {
  const int next = address_ == 2 ? 3 : 2;
  const auto words = [](const char* verb, int number) {
    return std::string{"addr "} + verb + " 10.77.0." + std::to_string(number) + "/24 dev to_servers";
  };
  if (!with_gap) ip(words("add", next));
  ip(words("del", address_));
  if (with_gap) (void)wait(20, 300);
  ip(words("replace", next));  // the older of the two may have taken it along
  address_ = next;
}

bool Lan::wait(std::uint32_t at_least_ms, std::uint32_t at_most_ms) {
  const std::chrono::milliseconds time{at_least_ms + random_() % (at_most_ms - at_least_ms + 1)};
  std::unique_lock lock{mutex_};
  return !wake_.wait_for(lock, time, [this] { return ending_; });
}

void Lan::ip(const std::string& words) const {
  run_among_clients("ip " + words);
}

void Lan::run_among_clients(const std::string& command) const {
  must("nsenter --net=" + clients_network() + " sh -c '" + command + "'");
}

bool Lan::find_netem() const {
  const std::string device = " dev to_servers root ";
  return succeeds("nsenter --net=" + clients_network() + " tc qdisc add" + device +
                  "netem loss 1% 2>/dev/null") &&
         succeeds("nsenter --net=" + clients_network() + " tc qdisc del" + device + "netem");
}

void join_network(const std::string& network) {
  const int descriptor = open_network(network);
  const int status = ::setns(descriptor, CLONE_NEWNET);
  ::close(descriptor);
  if (status != 0) throw std::system_error{errno, std::generic_category(), network};
}

}  // namespace crash
