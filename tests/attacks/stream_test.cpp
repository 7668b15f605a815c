// A6 and A8 on streams and in fragments: a length that is only claimed, and messages that come in the smallest pieces.
#include <ctime>

#include <gtest/gtest.h>

#include <once/base/crc32c.hpp>

#include "core/fragments/fragments.hpp"
#include "core/octets.hpp"
#include "core/wire.hpp"
#include "figures.hpp"
#include "heap.hpp"
#include "rpc/paths.hpp"
#include "transport/stream_splitter.hpp"

namespace attacks {
namespace {

using once::Bytes;
using once::MutableByteView;
using once::Slice;
using once::transport::StreamSplitter;
using Kind = once::transport::FrontFrame::Kind;

constexpr std::size_t kLengthMax = 16u << 20;

/// A request with a body of so many octets.
Bytes request_of(std::size_t body) {
  once::core::SessionMessage message;
  message.type = once::core::MessageType::Request;
  message.session = 1;
  message.body_length = static_cast<std::uint32_t>(body);
  Bytes octets;
  write(message, once::as_bytes("key"), octets);
  octets.resize(octets.size() + body);
  return octets;
}

/// The processor's time of this thread.
std::chrono::nanoseconds worked() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

struct Work {
  std::size_t reads = 0;
  std::chrono::nanoseconds took{};
};

/// Reads `octets` in pieces of `piece`; the whole message must come out.
Work read_in_pieces(const Bytes& octets, std::size_t piece) {
  StreamSplitter splitter{&once::detail::front_message, kLengthMax};
  Work work;
  Slice message;
  const auto begin = worked();
  for (std::size_t at = 0; splitter.next(message) == Kind::Incomplete; ++work.reads) {
    if (at >= octets.size()) break;
    const MutableByteView room = splitter.room();
    const std::size_t count = std::min({piece, room.size(), octets.size() - at});
    std::copy_n(octets.data() + at, count, room.data());
    splitter.commit(count);
    at += count;
  }
  work.took = worked() - begin;
  EXPECT_EQ(message.size(), octets.size());
  return work;
}

TEST(A06Bombs, LengthsOfStreamsTakeMemoryForWhatHasCome) {
  const Bytes octets = request_of(kLengthMax - 4096);
  StreamSplitter splitter{&once::detail::front_message, kLengthMax};
  const Heap heap;
  Slice message;
  std::ptrdiff_t beyond = 0;
  for (std::size_t at = 0; splitter.next(message) == Kind::Incomplete;) {
    const MutableByteView room = splitter.room();
    const std::size_t count = std::min({std::size_t{1000}, room.size(), octets.size() - at});
    std::copy_n(octets.data() + at, count, room.data());
    splitter.commit(count);
    at += count;
    beyond = std::max(beyond, heap.held() - static_cast<std::ptrdiff_t>(2 * at));
    ASSERT_LE(heap.held(), static_cast<std::ptrdiff_t>(2 * at + 2 * 65'536)) << at;
  }
  EXPECT_EQ(message.size(), octets.size());
  EXPECT_LE(heap.peak(), static_cast<std::ptrdiff_t>(2 * octets.size() + 65'536));
  figure("octets_beyond_twice_what_has_come", beyond);
}

TEST(A08Dribble, OneOctetAtATimeCostsWorkInProportion) {
  constexpr std::size_t kLarge = (4u << 20) / ONCE_TEST_STRIDE;
  const Bytes large = request_of(kLarge), small = request_of(kLarge / 8);
  const Work whole = read_in_pieces(large, kLarge);
  const Work one = read_in_pieces(small, 1), eight = read_in_pieces(large, 1);
  EXPECT_EQ(eight.reads, large.size());
  EXPECT_LE(whole.reads, 80u);
  // Eight times the octets: eight times the work, where quadratic work would be sixty-four.
  EXPECT_LT(eight.took.count(), 30 * one.took.count());
  figure("nanoseconds_an_octet_dribbled",
         static_cast<double>(eight.took.count()) / static_cast<double>(large.size()));
  figure("nanoseconds_an_octet_in_one_read",
         static_cast<double>(whole.took.count()) / static_cast<double>(large.size()));
}

struct AnySession final : once::core::SessionOwner {
  bool path_of(once::SessionId, once::core::Path& out) const override {
    out = path;
    return true;
  }
  bool wants_request(once::SessionId, once::Semantics, once::Sequence) const override { return true; }
  bool wants_reply(once::SessionId, once::Semantics, once::Sequence) const override { return true; }
  once::core::Path path;
};

/// The smallest fragments there may be, the last one first in every span that a receiver keeps.
std::chrono::nanoseconds assemble(std::size_t size, std::size_t& out, std::ptrdiff_t& peak) {
  namespace core = once::core;
  constexpr once::Time kNow{std::chrono::seconds{1000}};
  AnySession owner;
  owner.path.fragments = true;
  owner.path.message_max = 1200;
  core::Fragments layer{core::Side::Server, {}, owner, 1};
  const Bytes message = request_of(size);
  core::Fragment fragment;
  fragment.session = 1;
  fragment.number = 1;
  fragment.transfer = 1;
  fragment.whole_length = static_cast<std::uint32_t>(message.size());
  fragment.fragment_size = core::kFragmentSizeMin;
  Bytes octets;
  core::Transmit answer;
  out = 0;
  const std::uint32_t count = fragment.count();
  const Heap heap;
  const auto begin = worked();
  for (std::uint32_t span = 0; span < count; span += core::kFragmentSpan) {
    const std::uint32_t end = std::min(count, span + core::kFragmentSpan);
    for (std::uint32_t index = end; index-- > span;) {
      ++fragment.order;
      fragment.index = index;
      const once::ByteView payload =
          once::ByteView{message}.subspan(fragment.offset(), fragment.payload_size());
      write(fragment, core::Side::Client, once::crc32c(payload), octets);
      octets.insert(octets.end(), payload.begin(), payload.end());
      layer.receive(kNow, owner.path, Slice::borrowed(octets));
      while (layer.poll_transmit(kNow, answer)) out += answer.header.size();
    }
  }
  const auto took = worked() - begin;
  peak = heap.peak();
  core::Fragments::Received whole;
  EXPECT_TRUE(layer.poll_message(whole));
  EXPECT_EQ(whole.message.size(), message.size());
  return took;
}

TEST(A08Dribble, TheSmallestFragmentsCostWorkInProportion) {
  constexpr std::size_t kLarge = (4u << 20) / ONCE_TEST_STRIDE;
  std::size_t out = 0;
  std::ptrdiff_t peak = 0;
  const auto small = assemble(kLarge / 8, out, peak);
  const auto large = assemble(kLarge, out, peak);
  EXPECT_LT(large.count(), 30 * small.count());
  EXPECT_LE(out, kLarge * 3);  // no more than has come, headers included
  EXPECT_LE(peak, static_cast<std::ptrdiff_t>(2 * kLarge + 65'536));
  figure("nanoseconds_an_octet_in_smallest_fragments", static_cast<double>(large.count()) / kLarge);
  figure("octets_answered_per_octet_of_message", static_cast<double>(out) / kLarge);
}

/// A fragment that says that it belongs to a large message takes its memory, out of the quotas of its session and of
/// the server; this is what limits.md says of it.
TEST(A06Bombs, AFragmentTakesTheMemoryOfItsMessageOnce) {
  namespace core = once::core;
  AnySession owner;
  owner.path.fragments = true;
  owner.path.message_max = 1200;
  core::FragmentLimits limits;
  core::Fragments layer{core::Side::Server, limits, owner, 1};
  const Heap heap;
  core::Fragment fragment;
  fragment.session = 1;
  fragment.fragment_size = core::kFragmentSizeMin;
  fragment.whole_length = limits.message_max;
  const Bytes payload(core::kFragmentSizeMin);
  for (std::uint64_t number = 1; number <= 1000; ++number) {
    fragment.number = fragment.transfer = fragment.order = number;
    Bytes octets;
    write(fragment, core::Side::Client, once::crc32c(payload), octets);
    octets.insert(octets.end(), payload.begin(), payload.end());
    layer.receive(once::Time{std::chrono::seconds{1000}}, owner.path, Slice::borrowed(octets));
  }
  EXPECT_GT(layer.reassembly_bytes(), 0u);
  EXPECT_LE(layer.reassembly_bytes(), limits.message_max + core::kHeaderMax + (1u << 20));
  EXPECT_LE(heap.peak(), static_cast<std::ptrdiff_t>(layer.reassembly_bytes() + (1u << 20)));
  figure("octets_held_for_1000_claims_of_16_MiB", heap.peak());
}

}  // namespace
}  // namespace attacks
