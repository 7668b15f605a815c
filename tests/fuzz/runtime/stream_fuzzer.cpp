// Bundles, and the cutting of streams. The input says how large messages may be and in which pieces the octets come; the
// rest is the stream. However it is cut, the messages are those that stand in it.
#include <algorithm>
#include <vector>

#include "core/wire.hpp"
#include "harness.hpp"
#include "transport/stream_splitter.hpp"

namespace once::fuzz {
namespace {

using transport::FrontFrame;
using transport::StreamSplitter;

FrontFrame find(ByteView octets, std::size_t length_max) {
  const core::Frame frame = core::next_frame(octets, length_max);
  return {static_cast<FrontFrame::Kind>(frame.kind), frame.size};
}

/// The stream cut by hand: where its messages end, and whether something follows that is none.
struct Reference {
  Reference(ByteView stream, std::size_t length_max) {
    while (true) {
      const core::Frame frame = core::next_frame(stream.subspan(end), length_max);
      malformed = frame.kind == core::Frame::Kind::Malformed;
      if (frame.kind != core::Frame::Kind::Message) return;
      end += frame.size;
      ends.push_back(end);
    }
  }
  std::vector<std::size_t> ends;
  std::size_t end = 0;
  bool malformed = false;
};

void check_stream(ByteView stream, std::size_t length_max, Input& pieces) {
  const HeapWatch heap;
  StreamSplitter splitter{find, length_max};
  std::vector<std::size_t> ends;
  std::size_t fed = 0;
  std::size_t end = 0;
  bool malformed = false;
  while (!malformed) {
    Slice message;
    const FrontFrame::Kind kind = splitter.next(message);
    if (kind == FrontFrame::Kind::Message) {
      demand(end + message.size() <= fed &&
                 std::equal(message.data(), message.data() + message.size(), stream.data() + end),
             "messages come out of a stream as they went in");
      demand(message.size() <= length_max, "no message is larger than messages may be");
      end += message.size();
      ends.push_back(end);
      continue;
    }
    malformed = kind == FrontFrame::Kind::Malformed;
    if (malformed || fed == stream.size()) break;
    const MutableByteView room = splitter.room();
    demand(!room.empty(), "a stream that is not at its end can be read");
    const std::size_t piece = std::min({room.size(), stream.size() - fed, pieces.below(64) + 1});
    std::copy_n(stream.data() + fed, piece, room.data());
    splitter.commit(piece);
    fed += piece;
  }
  const Reference reference{stream, length_max};
  demand(ends == reference.ends, "a stream can be cut in one way");
  // Less than a prefix may have come in pieces that nobody looked at.
  demand(malformed == reference.malformed || stream.size() - reference.end < core::kPrefixSize,
         "what is no message is found out");
  // Reading takes up to 64 KiB at a time; a message, and what it is moved to when its length is known.
  demand(heap.peak() <= 2 * (length_max + 65'536) + 64 * ends.size() + 4'096,
         "a stream takes no memory for what it only claims");
}

void check_bundle(ByteView octets) {
  core::BundleReader reader{Slice::borrowed(octets)};
  Slice message;
  std::size_t sum = 0;
  while (reader.next(message)) {
    demand(message.size() >= core::kPrefixSize, "a message has a prefix");
    sum += message.size();
  }
  demand(sum + reader.malformed_octets() == octets.size(), "a bundle is messages, end to end");
}

}  // namespace

void run_input(ByteView octets) {
  Input input{octets};
  const std::size_t length_max = std::size_t{16} << input.below(12);
  Input pieces{input.octets(16)};
  const ByteView stream = input.rest();
  check_bundle(stream);
  check_stream(stream, length_max, pieces);
}

}  // namespace once::fuzz
