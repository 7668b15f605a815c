// The same as skeleton.hpp for servants whose functions are coroutines. Apart, so that only who wants
// asio::awaitable compiles it.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <once/rpc/servant.hpp>
#include <once/rpc/skeleton.hpp>

namespace once::detail {

/// The coroutine of one request. Its frame holds the arguments and the one answer, and with the answer the
/// request: when the executor drops the frame, the Responder in it says so.
template <class Op, class CodecList, class Function>
asio::awaitable<void> serve_in_frame(const Request& request, Responder respond, Function call) {
  ArgumentsObject<Op> arguments{request.codec()};
  if (!accept_arguments<Op, CodecList>(request, respond, arguments)) co_return;
  try {
    if constexpr (std::is_void_v<typename Op::Result>) {
      co_await call(*arguments);
      answer_value<Op, CodecList>(request, respond);
    } else {
      typename Op::Result result = co_await call(*arguments);
      answer_value<Op, CodecList>(request, respond, result);
      if constexpr (kIsWorthKeeping<typename Op::Result>) take_back(result);
    }
  } catch (...) {
    answer_current_exception<Op, CodecList>(request, respond);
  }
}

/// Serves one request on its executor: `call(arguments)` is the servant's coroutine for Op's operation.
template <class Op, class CodecList, class Function>
void co_serve(const Request& request, Responder respond, Function call) noexcept {
  try {
    asio::co_spawn(request.executor(),
                   serve_in_frame<Op, CodecList>(request, std::move(respond), std::move(call)),
                   asio::detached);
  } catch (const std::exception&) {
    // No memory for the frame: the Responder has gone with it, and has answered.
  }
}

}  // namespace once::detail
