// What a large call costs over UDP on a line that loses datagrams: its rate beside raw TCP that loses nothing,
// and what it does to small calls beside it. Everything is measured in one process, in turns, so that a busy
// machine is unfair to none.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <malloc.h>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <once/once.hpp>
#include <once/rpc/fault_injector.hpp>

#include "echo.hpp"
#include "measure.hpp"
#include "raw_tcp.hpp"

namespace large {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Object = peerbench::AtMostOnce;
using Echo = peerbench::Echo<Object>;

struct Options {
  std::size_t size = (16u << 20) - 16;  // with the length before it, just below the largest body
  unsigned rounds = 5;
  std::vector<unsigned> loss = {0, 1, 5, 20};
  std::vector<std::uint32_t> datagrams = {60'000, 1'200};
  bool json = false;
};

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

template <class Work>
double time_of(Work&& work) {
  const auto begin = Clock::now();
  work();
  return milliseconds(Clock::now() - begin);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

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

/// A server, and a client behind a line that loses so many percent of the datagrams, each way, and takes none that is
/// larger than `datagram`.
class Line {
 public:
  Line(unsigned loss_percent, std::uint32_t datagram) : loss_percent_(loss_percent), datagram_(datagram) {
    once::Limits limits;
    limits.datagram_max_loopback = datagram;
    limits.deadline = 10min;
    server_.emplace(loop_.io, once::ServerOptions{.limits = limits});
    // The large calls' servant has a thread of its own, as one that takes long should.
    server_->activate("large", std::make_shared<Echo>(), {.executor = pool_.get_executor()});
    server_->activate("small", std::make_shared<Echo>());
    server_->listen("udp://127.0.0.1:0");
    once::Environment environment{io_};
    if (loss_percent > 0) {
      once::Faults faults;
      faults.loss = loss_percent / 100.0;
      environment.network = std::make_shared<once::FaultInjector>(environment, faults);
    }
    client_.emplace(environment, once::ClientOptions{.limits = limits});
    large_.emplace(client_->stub<Object>(once::Ref<Object>{server_->reference_to("large")}));
    small_.emplace(client_->stub<Object>(once::Ref<Object>{server_->reference_to("small")}));
    small_->null();
  }
  ~Line() { pool_.join(); }

  unsigned loss_percent() const { return loss_percent_; }
  std::uint32_t datagram() const { return datagram_; }

  /// One large call, in milliseconds; throws if it fails or brings something else.
  double echo(const peerbench::Payload& data) {
    peerbench::Payload back;
    const double time = time_of([&] { back = large_->echo_bytes(data); });
    if (back != data) throw std::runtime_error("the echo is not what was sent");
    return time;
  }
  /// The same, with small calls one after the other beside it, on the same channel.
  double echo_beside_small_calls(const peerbench::Payload& data) {
    std::atomic<bool> stop{false};
    std::thread caller{[&] { call_until(stop, beside); }};
    const double time = echo(data);
    stop = true;
    caller.join();
    return time;
  }
  void small_calls_alone(Clock::duration time) {
    std::atomic<bool> stop{false};
    std::thread caller{[&] { call_until(stop, alone); }};
    std::this_thread::sleep_for(time);
    stop = true;
    caller.join();
  }

  std::uint64_t largest_datagram() const {
    return std::max(client_->statistics().datagram_largest, server_->statistics().datagram_largest);
  }
  std::uint64_t fragments_lost() const {
    return client_->statistics().fragments_lost + server_->statistics().fragments_lost;
  }
  std::uint64_t fragments_sent() const {
    return client_->statistics().fragments_sent + server_->statistics().fragments_sent;
  }

  std::vector<double> times, times_beside;
  peerbench::LatencyHistogram alone, beside;

 private:
  void call_until(const std::atomic<bool>& stop, peerbench::LatencyHistogram& latencies) {
    while (!stop) {
      const auto begin = Clock::now();
      small_->null();
      latencies.add(Clock::now() - begin);
    }
  }

  unsigned loss_percent_;
  std::uint32_t datagram_;
  LoopThread loop_;
  asio::thread_pool pool_{1};
  asio::io_context io_;
  std::optional<once::Server> server_;
  std::optional<once::Client> client_;
  std::optional<Object::Stub> large_, small_;
};

void print(const std::vector<std::unique_ptr<Line>>& lines, const std::vector<double>& raw,
           const Options& options) {
  const double raw_time = median(raw);
  const auto rate = [&](double time) { return 2 * static_cast<double>(options.size) / time / 1'000; };
  std::cout
      << std::fixed << std::setprecision(1) << "Echo of " << options.size << " octets, median of "
      << options.rounds << " rounds. Raw TCP without loss: " << raw_time << " ms, " << std::setprecision(0)
      << rate(raw_time) << " MB/s.\n\n"
      << "| datagrams | loss each way | echo over UDP | rate | of raw TCP | beside small calls | so many | "
         "their p50 | p99 | p99 alone | ratio | fragments sent again | largest datagram |\n"
      << "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const auto& line : lines) {
    const double time = median(line->times);
    const double p99 = line->beside.quantile_us(0.99);
    const double p99_alone = line->alone.quantile_us(0.99);
    std::cout << "| " << line->datagram() << " | " << line->loss_percent() << " % | " << std::setprecision(1)
              << time << " ms | " << std::setprecision(0) << rate(time) << " MB/s | " << std::setprecision(2)
              << raw_time / time << " | " << std::setprecision(1) << median(line->times_beside) << " ms | "
              << line->beside.count() << " | " << std::setprecision(0) << line->beside.quantile_us(0.5)
              << " µs | " << p99 << " µs | " << p99_alone << " µs | " << std::setprecision(2)
              << (p99_alone > 0 ? p99 / p99_alone : 0) << " | " << std::setprecision(1)
              << 100.0 * static_cast<double>(line->fragments_lost()) /
                     static_cast<double>(line->fragments_sent())
              << " % | " << line->largest_datagram() << " |\n";
  }
}

/// The times of the first line's echoes, alone and by raw TCP, round by round.
void print_json(const Line& line, const std::vector<double>& raw) {
  const auto list = [](const std::vector<double>& times) {
    std::string text;
    for (const double time : times) text += (text.empty() ? "" : ",") + std::to_string(time);
    return text;
  };
  std::cout << "{\"raw_ms\":[" << list(raw) << "],\"echo_ms\":[" << list(line.times) << "]}\n";
}

void run(const Options& options) {
  peerbench::Payload data(options.size);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  RawTcpEcho raw{options.size};
  std::vector<std::uint8_t> back;
  std::vector<std::unique_ptr<Line>> lines;
  for (const std::uint32_t datagram : options.datagrams) {
    for (const unsigned loss : options.loss) lines.push_back(std::make_unique<Line>(loss, datagram));
  }
  std::vector<double> raw_times;
  raw.echo(data, back);  // warm
  for (const auto& line : lines) line->echo(data);
  for (unsigned round = 0; round < options.rounds; ++round) {
    raw_times.push_back(time_of([&] { raw.echo(data, back); }));
    for (const auto& line : lines) {
      line->times.push_back(line->echo(data));
      if (options.json) continue;
      line->small_calls_alone(300ms);
      line->times_beside.push_back(line->echo_beside_small_calls(data));
    }
  }
  if (options.json) return print_json(*lines.front(), raw_times);
  print(lines, raw_times, options);
}

}  // namespace
}  // namespace large

int main(int argc, char** argv) {
  large::Options options;
  CLI::App app{"Measures large calls over UDP on loopback, on lines that lose datagrams, beside raw TCP.",
               "large_benchmark"};
  app.add_option("--size", options.size, "octets of the argument and of the result")->capture_default_str();
  app.add_option("--rounds", options.rounds, "how often everything is measured")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--loss", options.loss, "percent of the datagrams that are lost, each way; may be repeated")
      ->check(CLI::Range(0, 50));
  app.add_option("--datagram", options.datagrams, "octets of the largest datagram; may be repeated")
      ->check(CLI::Range(576, 65'000))
      ->capture_default_str();
  app.add_flag("--json", options.json,
               "large calls alone, and the times of the first line's as one line of JSON");
  CLI11_PARSE(app, argc, argv);
  // Large blocks are kept by the process: what counts is calls, and not the system's clearing of fresh pages.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  try {
    large::run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
