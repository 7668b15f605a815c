// Messages that an attacker might send: of every type there is, and of those that there are not.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "server_desk.hpp"

namespace once::core::testing {

struct Forgery {
  std::string layout;
  Bytes octets;
};

/// Lengths and checksums made right, so that what is in the message is looked at.
inline void make_right(Bytes& message, std::uint16_t header_length) {
  store(message.data(), static_cast<std::uint32_t>(message.size()));
  store(message.data() + 4, kMagic);
  store(message.data() + 10, header_length);
  reseal(message);
}

/// A message of that type: `size` octets, of which `fill` are in the place of whatever its type has there.
inline Bytes forged(std::uint8_t type, std::uint16_t header_length, std::size_t size, std::uint8_t fill,
                    std::uint8_t version = kVersion) {
  Bytes message(size, fill);
  std::fill(message.begin(), message.begin() + kPrefixSize, std::uint8_t{0});
  message[6] = version;
  message[7] = type;
  make_right(message, header_length);
  return message;
}

/// Messages with the layout of their type, so far as it has one, under `type`.
inline std::vector<Forgery> forgeries_of(std::uint8_t type) {
  std::vector<Forgery> result;
  for (std::uint16_t header = 16; header <= 256; header = static_cast<std::uint16_t>(header + 8)) {
    for (const std::uint8_t fill : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xFF}}) {
      result.push_back({"any", forged(type, header, header, fill)});
      result.push_back({"another version", forged(type, header, header, fill, 2)});
    }
    result.push_back({"padded", forged(type, header, 1200, 0)});
  }
  return result;
}

inline Bytes bytes_of(const Hello& hello) {
  Bytes octets;
  write(hello, octets);
  return octets;
}

/// HELLOs that differ in what a server looks at.
inline std::vector<Forgery> forged_hellos() {
  Hello hello;
  hello.nonce = 7;
  hello.instance = {8, 9};
  hello.window_max = 64;
  hello.message_max = 1 << 20;
  hello.attempt = 1;
  std::vector<Forgery> result{{"plain", bytes_of(hello)}};
  Hello guess = hello;
  guess.cookie = 0x0123456789ABCDEF;
  result.push_back({"a guessed cookie", bytes_of(guess)});
  Hello future = hello;
  future.version_min = future.version_max = 9;
  result.push_back({"no common version", bytes_of(future)});
  Hello named = hello;
  named.name = "somebody";
  named.incarnation = 3;
  result.push_back({"a name", bytes_of(named)});
  named.lasting = true;
  result.push_back({"a lasting session", bytes_of(named)});
  Bytes demanding = bytes_of(hello);
  store(demanding.data() + 64, std::uint16_t{0x8999});  // an extension that must be understood
  reseal(demanding);
  result.push_back({"an extension that nobody knows", demanding});
  for (const std::size_t size : {32u, 64u, 96u, 120u}) {
    result.push_back({"short", forged(0x01, static_cast<std::uint16_t>(size), size, 1)});
    result.push_back(
        {"short, of another version", forged(0x01, static_cast<std::uint16_t>(size), size, 1, 7)});
  }
  return result;
}

/// What belongs to sessions, for one that there is not, or that somebody has guessed.
inline std::vector<Forgery> forged_in(SessionId session, const Epoch& epoch) {
  std::vector<Forgery> result;
  for (const MessageType type : {MessageType::Request, MessageType::Cancel, MessageType::Probe,
                                 MessageType::Ack, MessageType::Bye, MessageType::PathResponse}) {
    for (const std::size_t body : {std::size_t{0}, std::size_t{4}, std::size_t{1000}}) {
      for (const bool right_epoch : {true, false}) {
        SessionMessage message;
        message.type = type;
        message.session = session;
        message.counter = 1;
        message.expected = right_epoch ? epoch : Epoch{5, 5};
        message.sequence = 1;
        message.attempt = 1;
        const bool is_request = type == MessageType::Request;
        const std::string text(is_request ? body : 0, 'x');
        const Slice whole = ServerDesk::message(message, is_request ? "key" : "", text);
        result.push_back(
            {right_epoch ? "right epoch" : "wrong epoch", Bytes{whole.data(), whole.data() + whole.size()}});
        if (!is_request) break;
      }
    }
  }
  return result;
}

inline std::vector<Forgery> forged_fragments(SessionId session) {
  std::vector<Forgery> result;
  const Bytes payload(1000, 7);
  Fragment fragment;
  fragment.session = session;
  fragment.number = 1;
  fragment.transfer = 1;
  fragment.order = 1;
  fragment.whole_length = 1u << 20;
  fragment.fragment_size = 1000;
  fragment.ask = true;
  Bytes octets;
  write(fragment, Side::Client, crc32c(payload), octets);
  octets.insert(octets.end(), payload.begin(), payload.end());
  result.push_back({"one of many", octets});
  FragmentAck ack;
  ack.session = session;
  ack.transfer = 1;
  write(ack, Side::Client, octets);
  result.push_back({"acknowledgement", octets});
  for (const std::size_t size : {kPathMessageSize, std::size_t{100}, std::size_t{1472}}) {
    write_probe({session, 1}, Side::Client, size, octets);
    result.push_back({"path probe", octets});
  }
  write_answer({session, 1}, Side::Client, octets);
  result.push_back({"path answer", octets});
  return result;
}

/// All of it.
inline std::vector<Forgery> forgeries(SessionId session, const Epoch& epoch) {
  std::vector<Forgery> result;
  const auto add = [&](std::vector<Forgery> more) {
    result.insert(result.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  for (int type = 0; type < 256; ++type) add(forgeries_of(static_cast<std::uint8_t>(type)));
  add(forged_hellos());
  add(forged_in(session, epoch));
  add(forged_fragments(session));
  return result;
}

}  // namespace once::core::testing
