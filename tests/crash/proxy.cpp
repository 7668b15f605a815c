#include "proxy.hpp"

#include <stdexcept>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/signal_set.hpp>

#include <once/once.hpp>

#include "datagram_proxy.hpp"
#include "kills/lines.hpp"
#include "options.hpp"
#include "stream_proxy.hpp"

namespace crash {
namespace {

using namespace std::chrono_literals;

template <class Protocol>
typename Protocol::endpoint asio_endpoint(const std::string& address) {
  const auto endpoint = once::parse_endpoint(address);
  if (!endpoint) throw std::runtime_error("cannot read the address " + address);
  return {asio::ip::make_address(endpoint->host), endpoint->port};
}

/// `Proxy` until SIGTERM.
template <class Proxy>
int run_until_told(const Options& options) {
  using Protocol = typename Proxy::Protocol;
  asio::io_context io;
  Sky sky{weather_of(options.proxy), options.seed};
  Proxy proxy{io, sky, asio_endpoint<Protocol>(options.address), asio_endpoint<Protocol>(options.upstream)};
  asio::signal_set stop{io, SIGTERM};
  stop.async_wait([&](std::error_code, int) { io.stop(); });
  const auto local = proxy.local();
  demo::write_line(STDOUT_FILENO, options.transport + "://" + local.address().to_string() + ':' +
                                      std::to_string(local.port()));
  io.run();
  demo::write_line(STDOUT_FILENO, to_string(sky.counts));
  return 0;
}

}  // namespace

Weather weather_of(const std::string& name) {
  if (name == "mild") {
    return {.loss = 0.01,
            .copy = 0.02,
            .delay = 0.1,
            .damage = 0.005,
            .rebind = 0.001,
            .cut = 0.001,
            .reset = 0.001,
            .half_close = 0.0005,
            .freeze = 0,
            .stall = 0.01,
            .dribble = 0.01,
            .delay_max = 5ms,
            .copy_max = 50ms};
  }
  return {.loss = 0.1,
          .copy = 0.1,
          .delay = 0.3,
          .damage = 0.02,
          .rebind = 0.01,
          .cut = 0.01,
          .reset = 0.01,
          .half_close = 0.005,
          .freeze = 0.001,
          .stall = 0.05,
          .dribble = 0.05,
          .delay_max = 30ms,
          .copy_max = 3s};
}

bool Sky::happens(double probability, const char* what) {
  const bool so = std::uniform_real_distribution<>{}(random_) < probability;
  if (so) ++counts[what];
  return so;
}

int run_proxy(const Options& options) {
  return options.transport == "udp" ? run_until_told<DatagramProxy>(options)
                                    : run_until_told<StreamProxy>(options);
}

}  // namespace crash
