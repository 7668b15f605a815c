// The headers of the once protocol, fragments' included. The first octet says what is sealed again after libFuzzer has
// changed it; the rest is one message. What is read can be written, and is then read as the same.
#include <array>
#include <vector>

#include "harness.hpp"
#include "sealing.hpp"

namespace once::fuzz {
namespace {

using namespace core;

/// The message that `write_one` makes of what was read, its body behind it: read again and written again it is the same.
template <class Message, class WriteOne>
void check_again(ByteView message, const Prefix& prefix, WriteOne write_one) {
  Message read_first;
  if (read(message, prefix, read_first) != Errc::ok) return;
  const Bytes again = write_one(read_first);
  Prefix second_prefix;
  Message read_second;
  demand(read_prefix(again, second_prefix) == Errc::ok, "the prefix of what was written can be read");
  demand(read(again, second_prefix, read_second) == Errc::ok, "what was written can be read");
  demand(write_one(read_second) == again, "a message is the same when it has travelled");
}

Bytes with_body(Bytes header, ByteView body) {
  header.insert(header.end(), body.begin(), body.end());
  return header;
}

template <class Message>
void check_from_server(ByteView message, const Prefix& prefix) {
  check_again<Message>(message, prefix, [&](const Message& content) {
    Bytes octets(kServerHeaderMax);
    octets.resize(write(content, octets.data()));
    if constexpr (std::same_as<Message, Answer>) {
      octets = with_body(std::move(octets), message.subspan(prefix.header_length));
    }
    return octets;
  });
}

void check_from_client(ByteView message, const Prefix& prefix) {
  if (prefix.type == MessageType::Hello) {
    check_again<Hello>(message, prefix, [](const Hello& hello) {
      Bytes octets;
      write(hello, octets);
      return octets;
    });
    return;
  }
  if (prefix.type < MessageType::Request || prefix.type > MessageType::PathResponse)
    return;  // nor do the cores read on
  check_again<SessionMessage>(message, prefix, [&](const SessionMessage& content) {
    Bytes octets;
    const bool is_request = content.type == MessageType::Request;
    write(content, is_request ? message.subspan(kRequestSize, content.key_length) : ByteView{}, octets);
    const CallName name = name_of(octets);
    demand(octets.size() < kCallSize || (name.session == content.session && name.number == content.sequence),
           "a header tells which call it is about");
    return is_request ? with_body(std::move(octets), message.subspan(prefix.header_length)) : octets;
  });
}

void check_of_fragments(ByteView message, const Prefix& prefix, FragmentKind kind) {
  const Side from = is_client_to_server(prefix.type) ? Side::Client : Side::Server;
  Bytes octets;
  if (kind == FragmentKind::Fragment) {
    check_again<Fragment>(message, prefix, [&](const Fragment& fragment) {
      write(fragment, from, crc32c(fragment.payload), octets);
      return with_body(octets, fragment.payload);
    });
  } else if (kind == FragmentKind::Ack) {
    check_again<FragmentAck>(message, prefix, [&](const FragmentAck& ack) {
      write(ack, from, octets);
      return octets;
    });
  } else {
    check_again<PathMessage>(message, prefix, [&](const PathMessage& path) {
      if (kind == FragmentKind::Answer) {
        write_answer(path, from, octets);
      } else {
        write_probe(path, from, message.size(), octets);
      }
      return octets;
    });
  }
}

void check_message(ByteView message) {
  Prefix prefix;
  const Errc error = read_prefix(message, prefix);
  if (error == Errc::ok || error == Errc::bad_version) {
    std::uint64_t nonce = 0;
    static_cast<void>(read_nonce(message, prefix, nonce));
  }
  static_cast<void>(home_of_hello(message));
  if (error == Errc::bad_version && prefix.type == MessageType::Versions) {
    check_from_server<Versions>(message, prefix);
  }
  if (error != Errc::ok) return;
  demand(peek_type(message) == prefix.type, "a message has one type");
  if (const auto kind = fragment_kind(prefix.type)) return check_of_fragments(message, prefix, *kind);
  if (is_client_to_server(prefix.type)) return check_from_client(message, prefix);
  switch (prefix.type) {
    case MessageType::Cookie: return check_from_server<Cookie>(message, prefix);
    case MessageType::Welcome: return check_from_server<Welcome>(message, prefix);
    case MessageType::Refused: return check_from_server<Refused>(message, prefix);
    case MessageType::Versions: return check_from_server<Versions>(message, prefix);
    case MessageType::PathChallenge: return check_from_server<PathChallenge>(message, prefix);
    default: break;
  }
  if (prefix.type >= MessageType::Reply && prefix.type <= MessageType::NoSession) {
    check_from_server<Answer>(message, prefix);
  }
}

}  // namespace

void run_input(ByteView octets) {
  Input input{octets};
  const std::uint8_t what = input.octet();
  const ByteView rest = input.rest();
  Bytes message(rest.begin(), rest.end());
  if (what % 4 != 0) seal_again(message, what % 4 != 1);
  const HeapWatch heap;
  check_message(message);
  demand(heap.peak() <= 16 * message.size() + 16'384, "a header takes memory in proportion");
}

}  // namespace once::fuzz
