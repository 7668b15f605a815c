#include "stream_proxy.hpp"

#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

namespace crash {
namespace {

using namespace std::chrono_literals;

constexpr auto kStallMax = 200ms;
constexpr std::size_t kSinglyMax = 64;  // of a piece; the rest goes as it came

}  // namespace

StreamProxy::StreamProxy(asio::io_context& io, Sky& sky, const Protocol::endpoint& local,
                         Protocol::endpoint server)
    : io_(io), sky_(sky), server_(std::move(server)), acceptor_(io, local) {
  asio::co_spawn(io_, accept(), asio::detached);
}

void StreamProxy::Pair::close() {
  std::error_code ignored;
  front.close(ignored);
  back.close(ignored);
}

void StreamProxy::Pair::reset() {
  std::error_code ignored;
  front.set_option(Protocol::socket::linger{true, 0}, ignored);
  back.set_option(Protocol::socket::linger{true, 0}, ignored);
  close();
}

asio::awaitable<void> StreamProxy::accept() {
  for (;;) {
    const auto pair = std::make_shared<Pair>(io_);
    std::error_code error;
    co_await acceptor_.async_accept(pair->front, asio::redirect_error(asio::use_awaitable, error));
    if (!error) asio::co_spawn(io_, serve(pair), asio::detached);
  }
}

asio::awaitable<void> StreamProxy::serve(std::shared_ptr<Pair> pair) {
  ++sky_.counts["connections"];
  std::error_code error;
  pair->back.open(Protocol::v4());
  // Not the server's own address, whose port must be free when the next server starts.
  pair->back.bind({asio::ip::make_address_v4("127.0.0.2"), 0}, error);
  if (!error) {
    co_await pair->back.async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) co_return pair->reset();
  for (Protocol::socket* const socket : {&pair->front, &pair->back}) {
    socket->set_option(Protocol::no_delay{true}, error);
  }
  carry(pair, pair->front, pair->back);
  carry(pair, pair->back, pair->front);
}

/// clang-analyzer takes a read in a coroutine for an error, so the coroutine begins behind it.
void StreamProxy::carry(const std::shared_ptr<Pair>& pair, Protocol::socket& from, Protocol::socket& to) {
  const auto piece = std::make_shared<Piece>();
  const auto end = [&to] {
    std::error_code ignored;
    to.shutdown(Protocol::socket::shutdown_send, ignored);
  };
  from.async_read_some(asio::buffer(*piece), [=, this, &from, &to](std::error_code error, std::size_t size) {
    if (error) return end();
    asio::co_spawn(io_, pass(pair, to, piece, size),
                   [=, this, &from, &to](const std::exception_ptr&, bool on) {
                     if (!on) return end();
                     carry(pair, from, to);
                   });
  });
}

asio::awaitable<bool> StreamProxy::pass(std::shared_ptr<Pair> pair, Protocol::socket& to,
                                        std::shared_ptr<Piece> piece, std::size_t size) {
  const Weather& weather = sky_.weather;
  const bool cut = sky_.happens(weather.cut, "cut");
  const bool reset = !cut && sky_.happens(weather.reset, "reset");
  const bool half = !cut && !reset && sky_.happens(weather.half_close, "half-closed");
  if (sky_.happens(weather.stall, "stalled")) co_await wait(sky_.draw(kStallMax));
  if (sky_.happens(weather.freeze, "frozen")) co_await wait(1h);
  const bool ends = cut || reset || half;
  const std::size_t passes = ends ? static_cast<std::size_t>(sky_.draw(size)) : size;
  const bool stands = co_await send(to, piece->data(), passes, sky_.happens(weather.dribble, "dribbled"));
  if (cut) pair->close();
  if (reset) pair->reset();
  co_return stands && !ends;
}

asio::awaitable<bool> StreamProxy::send(Protocol::socket& to, const std::uint8_t* octets, std::size_t size,
                                        bool singly) const {
  std::error_code error;
  for (std::size_t i = 0; i < size && !error;) {
    const std::size_t count = singly && i < kSinglyMax ? 1 : size - i;
    co_await asio::async_write(to, asio::buffer(octets + i, count),
                               asio::redirect_error(asio::use_awaitable, error));
    i += count;
  }
  co_return !error;
}

asio::awaitable<void> StreamProxy::wait(std::chrono::microseconds time) const {
  asio::steady_timer timer{io_, time};
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace crash
