// The protocol's messages, as far as they matter to the model, each in 32 bits.
#pragma once

#include <cstdint>
#include <string>

namespace once::model {

enum class MessageType : std::uint8_t {
  Hello,
  Request,
  Cancel,
  Probe,
  Ack,
  Bye,
  Welcome,
  Superseded,  // REFUSED
  Reply,
  NotExecuted,
  ReplyLost,
  Working,
  Unseen,
  WrongEpoch,
  NoSession,
};

constexpr bool is_to_server(MessageType type) {
  return type < MessageType::Welcome;
}
/// It is judged from V2 on to V8, and answered.
constexpr bool is_about_call(MessageType type) {
  return type == MessageType::Request || type == MessageType::Cancel || type == MessageType::Probe;
}

/// What has no meaning for the type is zero.
struct Message {
  MessageType type{};
  std::uint8_t session = 0;  // 1 + its place
  std::uint8_t epoch = 0;    // to the server: that it is meant for; from the server: its own
  std::uint8_t number = 0;
  bool free = false;        // the series
  std::uint8_t call = 0;    // of a REQUEST: its arguments; of a REPLY: what was computed
  std::uint8_t mark = 0;    // acknowledged_through
  std::uint8_t bitmap = 0;  // of numbers, not of distances from the mark
  std::uint8_t nonce = 0;
  std::uint8_t life = 0;  // HELLO: the incarnation; WELCOME: of the HELLO that it answers
  std::uint8_t made_in = 0;
  std::uint8_t window = 0;
  std::uint8_t expected = 0;  // WRONG_EPOCH: the epoch that was asked for
};

constexpr std::uint32_t pack(const Message& message) {
  std::uint32_t packed = static_cast<std::uint32_t>(message.type);
  const auto add = [&](unsigned value, unsigned bits) { packed = packed << bits | value; };
  add(message.session, 2), add(message.epoch, 2), add(message.number, 2), add(message.free ? 1 : 0, 1);
  add(message.call, 2), add(message.mark, 2), add(message.bitmap, 3), add(message.nonce, 3);
  add(message.life, 2), add(message.made_in, 2), add(message.window, 2), add(message.expected, 2);
  return packed;
}

constexpr Message unpack(std::uint32_t packed) {
  const auto take = [&](unsigned bits) {
    const std::uint32_t value = packed & ((1u << bits) - 1u);
    packed >>= bits;
    return static_cast<std::uint8_t>(value);
  };
  Message message;
  message.expected = take(2), message.window = take(2), message.made_in = take(2), message.life = take(2),
  message.nonce = take(3);
  message.bitmap = take(3), message.mark = take(2), message.call = take(2), message.free = take(1) != 0;
  message.number = take(2), message.epoch = take(2), message.session = take(2);
  message.type = static_cast<MessageType>(packed);
  return message;
}

/// As a story tells it: "REQUEST s1:2 for e1, of call b, acknowledging 1".
std::string to_text(const Message& message);
/// 'a', 'b', 'c'.
char name_of_call(std::size_t call);

}  // namespace once::model
