// Writes the inputs that the fuzzers begin with: seeds FOLDER makes a folder for each of them there.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <vector>

#include <once/base/buffer.hpp>

#include "samples.hpp"
#include "sealing.hpp"

namespace once::fuzz {
namespace {

class Writer {
 public:
  explicit Writer(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  void write(ByteView input) {
    std::ofstream file{folder_ / std::to_string(number_++), std::ios::binary};
    file.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
  }

 private:
  std::filesystem::path folder_;
  int number_ = 0;
};

template <class Codec, class T>
void write_value(Writer& out, std::uint8_t choice, const T& value) {
  Buffer input;
  input.append(Bytes{choice});
  Buffer message;
  typename Codec::Encoder encoder{message};
  encode(encoder, value);
  static_cast<void>(encoder.finish());
  input.append(message.view());
  out.write(input.view());
}

/// A sample of each type, and what it is before anybody has set anything.
template <class Codec, class... T>
void write_samples(const std::filesystem::path& folder, std::type_identity<Roots<T...>>) {
  Writer out{folder};
  std::uint8_t choice = 0;
  (
      [&] {
        write_value<Codec>(out, choice, sample<T>());
        write_value<Codec>(out, choice, T{});
        ++choice;
      }(),
      ...);
}

/// One message of each type, as it is sent.
std::vector<Bytes> messages() {
  using namespace core;
  std::vector<Bytes> all;
  Hello hello;
  hello.nonce = 1;
  hello.window_max = 64;
  write(hello, all.emplace_back());
  hello.name = "till";
  hello.lasting = true;
  write(hello, all.emplace_back());
  for (const MessageType type : {MessageType::Request, MessageType::Cancel, MessageType::Probe,
                                 MessageType::Ack, MessageType::Bye, MessageType::PathResponse}) {
    SessionMessage message;
    message.type = type;
    message.session = 1;
    message.sequence = 1;
    const bool is_request = type == MessageType::Request;
    message.body_length = is_request ? 4 : 0;
    Bytes& octets = all.emplace_back();
    write(message, is_request ? as_bytes("account") : ByteView{}, octets);
    octets.resize(octets.size() + message.body_length);
    seal_again(octets);
  }
  const auto from_server = [&](const auto& message) {
    Bytes& octets = all.emplace_back(kServerHeaderMax);
    octets.resize(write(message, octets.data()));
  };
  from_server(Cookie{1, 2, 3});
  Welcome welcome;
  welcome.session = 1;
  welcome.window = 8;
  from_server(welcome);
  from_server(Refused{1, Errc::overloaded, 1, 50});
  from_server(Versions{1, 1, 1});
  from_server(PathChallenge{1, 2, 3});
  Answer answer;
  answer.session = answer.sequence = 1;
  from_server(answer);
  answer.type = MessageType::NotExecuted;
  from_server(answer);
  for (const Side side : {Side::Client, Side::Server}) {
    Fragment fragment;
    fragment.session = fragment.number = fragment.transfer = fragment.order = 1;
    fragment.whole_length = 100;
    fragment.fragment_size = 64;
    fragment.index = 1;
    Bytes& octets = all.emplace_back();
    write(fragment, side, 0, octets);
    octets.resize(octets.size() + fragment.payload_size());
    seal_again(octets);
    FragmentAck ack;
    ack.words = 2;
    write(ack, side, all.emplace_back());
    write_probe({1, 7}, side, 100, all.emplace_back());
    write_answer({1, 7}, side, all.emplace_back());
  }
  return all;
}

Bytes after(std::initializer_list<int> first, ByteView rest) {
  Bytes whole(first.begin(), first.end());
  whole.insert(whole.end(), rest.begin(), rest.end());
  return whole;
}

void write_messages(const std::filesystem::path& folder) {
  Writer header{folder / "header"};
  Bytes stream(16, 7);  // the pieces that it comes in
  stream.insert(stream.begin(), 11);
  for (const Bytes& message : messages()) {
    header.write(after({2}, message));
    stream.insert(stream.end(), message.begin(), message.end());
  }
  header.write(after({0}, messages().front()));
  Writer{folder / "stream"}.write(stream);
}

void write_references(const std::filesystem::path& folder) {
  Writer out{folder};
  for (const char* text : {"once://host:7000/key", "once://[::1]:7000/a%2Fb?transport=udp",
                           "once://a:1/k?also=udp://b:2&interface=IDL:x/Y:1.0", "once:///back",
                           "udp://127.0.0.1:7000", "tcp://[::1]:7000"}) {
    out.write(as_bytes(text));
  }
}

/// Exchanges for the cores: sessions, calls of all kinds, cancellations, restarts, as commands of their fuzzers.
void write_exchanges(const std::filesystem::path& folder) {
  Writer server{folder / "server"};
  const std::initializer_list<int> call = {2, 1, 0, 0, 2, 2, 13, 2};
  Bytes script;
  for (const int what : {0, 1, 2, 3}) {
    script = {static_cast<std::uint8_t>(what), 0, 0, 0, 0};
    for (int i = 0; i < 3; ++i) script.insert(script.end(), call.begin(), call.end());
    server.write(script);
    server.write(after({what, 0, 1, 0, 0, 0, 1, 0, 0}, script));
    server.write(after({what, 0, 0, 0, 3, 2, 1, 0, 0, 3, 2, 13, 2, 15, 7, 2, 1, 0, 0, 3, 2}, {}));
    server.write(after({what, 0, 0, 0, 0, 2, 1, 0, 0, 130, 4, 0, 0, 13, 4, 8, 7}, {}));
    server.write(after({what, 0, 0, 0, 0, 5, 1, 0, 0, 2, 2, 1, 0, 0, 2, 2, 13, 2}, {}));
    server.write(
        after({what, 0, 0, 0, 0, 2, 1, 0, 0, 2, 2, 13, 2, 7, 1, 0, 0, 4, 9, 0, 2, 1, 0, 0, 2, 2, 13}, {}));
  }
  Writer client{folder / "client"};
  for (const int what : {0, 1, 2}) {
    client.write(after({what, 6, 0, 0, 2, 1, 0, 5, 0, 8, 0, 4, 0, 0, 0, 0}, {}));
    client.write(after({what, 6, 0, 0, 2, 1, 0, 5, 0, 8, 0, 4, 0, 1, 0, 0, 3, 4, 3, 4, 2, 0}, {}));
  }
  Writer fragments{folder / "fragments"};
  for (const int what : {0, 1}) {
    for (const int side : {0, 1}) {
      // A message, all of it; another one, of which datagrams are lost, come twice and are broken; fragments that nobody sent.
      fragments.write(after({what, 0, side, 0, 0, 3, 10, 20, 2, 2, 10, 20}, {}));
      fragments.write(after({what, 0, side, 1, 0, 4, 3, 1, 5, 2, 10, 2, 4, 1, 70, 1, 2, 3, 10, 255}, {}));
      fragments.write(
          after({what, 9, side, 0, 0, 0, 1, 0, 0, 0, 0, 1, 7, 9, side, 0, 0, 0, 1, 0, 1, 2, 1, 1, 7}, {}));
      fragments.write(after({what, 0, side, 0, 0, 3, 9, 1 - side, 1, 0, 1, 1, 1, 2, 0, 1, 1, 1}, {}));
    }
  }
}

}  // namespace
}  // namespace once::fuzz

int main(int argc, char** argv) {
  using namespace once;
  using namespace once::fuzz;
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::filesystem::path folder{argv[1]};
  write_samples<Xdr>(folder / "xdr", std::type_identity<RootsOf<Xdr>>{});
  write_samples<Cdr>(folder / "cdr", std::type_identity<RootsOf<Cdr>>{});
  write_samples<Protobuf>(folder / "protobuf", std::type_identity<RootsOf<Protobuf>>{});
  write_messages(folder);
  write_references(folder / "reference");
  write_exchanges(folder);
  return 0;
}
