// What generated skeletons share: decode the arguments, call the servant, encode what it returned or raised.
// The only place where a servant's exceptions are caught.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <once/base/error.hpp>
#include <once/rpc/operation.hpp>
#include <once/rpc/recycle.hpp>
#include <once/rpc/servant.hpp>
#include <once/rpc/values.hpp>

namespace once::detail {

/// The operations of an interface, inherited ones included.
template <class... Op>
struct Operations {
  static const Operation* find([[maybe_unused]] std::uint32_t id) noexcept {
    const Operation* found = nullptr;
    static_cast<void>(((Op::kOperation.id == id && (found = &Op::kOperation, true)) || ...));
    return found;
  }
};

inline bool is_one_of(std::string_view id, std::initializer_list<std::string_view> ids) noexcept {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Errc::ok, or why the request is refused.
template <class Op, class CodecList>
Errc decode_arguments(const Request& request, ArgumentsObject<Op>& arguments) {
  const Errc error = decode_body(CodecList{}, request.codec(), request.little_endian(), request.body(),
                                 [&]<class D>(D& decoder) {
                                   Op::decode_arguments(decoder, *arguments);
                                   if constexpr (DecoderType<D>) arguments.add_memory(decoder.memory_taken());
                                 });
  if (error == Errc::ok) return Errc::ok;
  return error == Errc::no_encoding ? Errc::unsupported : Errc::bad_request;
}

/// Answers with `result`... of Op's operation: none, or one.
template <class Op, class CodecList, class... Result>
void answer_value(const Request& request, Responder& respond, const Result&... result) {
  Body body;
  const Errc error = encode_body(CodecList{}, request.codec(), body, [&](auto& encoder) {
    if constexpr (sizeof...(Result) != 0) Op::encode_result(encoder, result...);
  });
  if (error == Errc::ok) {
    std::move(respond).value(std::move(body.octets), body.little_endian);
  } else {
    std::move(respond).failed(Errc::servant_failed);  // it returned what its own type does not allow
  }
}

/// Answers with `raised` if it is one of E; false if not, or if it cannot be encoded.
template <class... E, class CodecList>
bool answer_exception(Raises<E...>, CodecList codecs, const Request& request, Responder& respond,
                      const UserException& raised) {
  Body body;
  [[maybe_unused]] const auto encode_as = [&]<class Exception>(std::type_identity<Exception>) {
    const auto* const exception = dynamic_cast<const Exception*>(&raised);
    if (exception == nullptr) return false;
    return encode_body(codecs, request.codec(), body,
                       [&](auto& encoder) { encode_raised(encoder, *exception); }) == Errc::ok;
  };
  if (!(encode_as(std::type_identity<E>{}) || ...)) return false;
  std::move(respond).user_exception(std::move(body.octets), body.little_endian);
  return true;
}

/// Answers with the exception that is being handled. Called from a catch block only.
template <class Op, class CodecList>
void answer_current_exception(const Request& request, Responder& respond) noexcept {
  Errc reason = Errc::servant_failed;
  try {
    throw;
  } catch (const UserException& raised) {
    try {
      if (answer_exception(typename Op::Raises{}, CodecList{}, request, respond, raised)) return;
    } catch (const std::bad_alloc&) {
      // the reply cannot be made: the servant failed
    }
  } catch (const Cancelled&) {
    reason = Errc::cancelled;
  } catch (...) {
    // not declared in the IDL: the caller learns that it ran and failed, and no more
  }
  std::move(respond).failed(reason);
}

/// Decodes, refusing what does not decode; true if `arguments` are there.
template <class Op, class CodecList>
bool accept_arguments(const Request& request, Responder& respond, ArgumentsObject<Op>& arguments) noexcept {
  Errc refusal = Errc::overloaded;  // no memory for them
  try {
    refusal = decode_arguments<Op, CodecList>(request, arguments);
  } catch (...) {
  }
  if (refusal != Errc::ok) std::move(respond).refuse(refusal);
  return refusal == Errc::ok;
}

/// Serves one request: `call(arguments)` is the servant's function for Op's operation.
template <class Op, class CodecList, class Function>
void serve(const Request& request, Responder respond, Function call) noexcept {
  if constexpr (Op::kOperation.semantics == Semantics::ExactlyOnce) {
    if (request.transaction() == nullptr) return std::move(respond).refuse(Errc::no_store);
  }
  ArgumentsObject<Op> arguments{request.codec()};
  if (!accept_arguments<Op, CodecList>(request, respond, arguments)) return;
  try {
    if constexpr (std::is_void_v<typename Op::Result>) {
      call(*arguments);
      answer_value<Op, CodecList>(request, respond);
    } else {
      typename Op::Result result = call(*arguments);
      answer_value<Op, CodecList>(request, respond, result);
      if constexpr (kIsWorthKeeping<typename Op::Result>) take_back(result);
    }
  } catch (...) {
    answer_current_exception<Op, CodecList>(request, respond);
  }
}

}  // namespace once::detail
