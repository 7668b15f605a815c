// A6 and A7: messages that claim much and hold little, or nest as deep as they are long.
#include <functional>
#include <pthread.h>

#include <gtest/gtest.h>

#include <once/codec/any.hpp>
#include <once/codec/cdr.hpp>
#include <once/codec/values.hpp>
#include <once/codec/xdr.hpp>
#include <once/rpc/values.hpp>

#include "figures.hpp"
#include "heap.hpp"
#ifdef ONCE_WITH_PROTOBUF
#include <once/protobuf/object_ref.hpp>
#include <once/protobuf/reader.hpp>
#endif

namespace attacks {
namespace {

using once::Bytes;
using once::Errc;

using Cdr = once::CdrDecoder<std::endian::big>;
using Xdr = once::XdrDecoder;

void put(Bytes& octets, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(word >> shift));
}
Bytes words(std::size_t count, std::uint32_t word) {
  Bytes octets;
  octets.reserve(4 * count);
  for (std::size_t i = 0; i < count; ++i) put(octets, word);
  return octets;
}

template <class Decoder, class T>
Errc decode_into(const Bytes& octets, T& value) {
  Decoder decoder{octets};
  decode(decoder, value);
  static_cast<void>(decoder.finish());
  return decoder.error();
}

// --- A6

/// Decodes T from messages that begin with a claim; returns the most that one of them takes beyond twice its size.
template <class Decoder, class T>
void refuse_claims(const char* what) {
  std::ptrdiff_t worst = 0;
  for (const std::uint32_t claim : {0xFFFFFFFFu, 0x80000000u, 0x7FFFFFFFu, 0x40000001u, 0x40000000u,
                                    0x20000000u, 0x15555556u, 0x10000000u, 1u << 24, 1u << 20}) {
    for (const std::size_t size : {4u, 64u, 1024u, 100'000u}) {
      Bytes message = words(size / 4, 0);
      for (std::size_t shift = 0; shift < 4; ++shift) {
        message[shift] = static_cast<std::uint8_t>(claim >> (24 - 8 * shift));
      }
      const Heap heap;
      T value{};
      const Errc error = decode_into<Decoder>(message, value);
      EXPECT_NE(error, Errc::ok) << what << ", claim " << claim << ", size " << size;
      EXPECT_LE(heap.peak(), static_cast<std::ptrdiff_t>(2 * message.size() + 65'536))
          << what << ", claim " << claim;
      worst = std::max(worst, heap.peak() - static_cast<std::ptrdiff_t>(2 * message.size()));
    }
  }
  figure(std::string{"octets_beyond_twice_the_message_for_"} + what, worst);
}

TEST(A06Bombs, ClaimsOfCountsAndLengthsTakeNoMemory) {
  refuse_claims<Cdr, std::string>("string_in_cdr");
  refuse_claims<Xdr, std::string>("string_in_xdr");
  refuse_claims<Cdr, std::vector<std::int32_t>>("numbers_in_cdr");
  refuse_claims<Xdr, std::vector<std::int32_t>>("numbers_in_xdr");
  refuse_claims<Cdr, std::vector<double>>("doubles_in_cdr");
  refuse_claims<Cdr, std::vector<std::vector<std::int32_t>>>("sequences_in_cdr");
  refuse_claims<Xdr, std::vector<std::vector<std::int32_t>>>("sequences_in_xdr");
  refuse_claims<Cdr, std::vector<std::string>>("strings_in_cdr");
  refuse_claims<Xdr, std::vector<std::string>>("strings_in_xdr");
  refuse_claims<Cdr, std::vector<once::ObjectRef>>("references_in_cdr");
  refuse_claims<Xdr, std::vector<once::ObjectRef>>("references_in_xdr");
}

#ifdef ONCE_WITH_PROTOBUF
TEST(A06Bombs, LengthsInProtocolBuffersTakeNoMemory) {
  for (std::uint8_t field = 1; field < 10; ++field) {
    Bytes message{static_cast<std::uint8_t>(field << 3 | 2), 0xFF, 0xFF, 0xFF, 0xFF, 0x07};  // 2 GiB follow
    message.resize(1000);
    const Heap heap;
    once::ObjectRef value;
    once::protobuf::Reader reader{message};
    once::protobuf::decode(reader, value);
    EXPECT_NE(reader.error(), Errc::ok) << int{field};
    EXPECT_LE(heap.peak(), 65'536 + 2000);
  }
}
#endif

// --- A7

constexpr std::size_t kStack = 256 * 1024;
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStackUsed = 4 * kStack;  // frames are larger there
#else
constexpr std::size_t kStackUsed = kStack;
#endif
constexpr std::size_t kDeep = 1'000'000 / ONCE_TEST_STRIDE;

/// On a thread with so little stack that what recurses for each level does not return.
void on_a_small_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStackUsed), 0);
  pthread_t thread{};
  const auto run = [](void* function) -> void* {
    (*static_cast<const std::function<void()>*>(function))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  pthread_attr_destroy(&attributes);
}

/// struct Tree { sequence<Tree> children; }
struct Tree {
  std::vector<Tree> children;
};
template <once::DecoderType D>
void decode(D& decoder, Tree& tree) {
  const once::Nesting nesting{decoder};
  if (nesting) once::decode(decoder, tree.children);
}

template <class Decoder, class T>
void refuse_depth(const char* what, const Bytes& message) {
  on_a_small_stack([&] {
    const Heap heap;
    T value{};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(decode_into<Decoder>(message, value), Errc::limit_exceeded) << what;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    figure(std::string{"milliseconds_in_"} + what, took.count());
    EXPECT_LE(heap.peak(), static_cast<std::ptrdiff_t>(2 * message.size() + 65'536)) << what;
  });
}

TEST(A07Depth, SequencesInSequencesAreRefused) {
  refuse_depth<Xdr, Tree>("XDR", words(kDeep, 1));
  refuse_depth<Cdr, Tree>("CDR", words(kDeep, 1));
  figure("levels", kDeep);
}

TEST(A07Depth, AnysInAnysAreRefused) {
  refuse_depth<Cdr, once::Any>("CDR", words(kDeep, 11));  // tk_any
  refuse_depth<Xdr, once::Any>("XDR", words(kDeep, 11));
}

/// The TypeCode of a sequence of sequences of …, an encapsulation in an encapsulation.
TEST(A07Depth, TypeCodesInEncapsulationsAreRefused) {
  constexpr std::size_t kLevels = kDeep / 10;
  Bytes message;
  for (std::size_t inside = kLevels; inside > 0; --inside) {
    put(message, 19);                                           // tk_sequence
    put(message, static_cast<std::uint32_t>(16 * inside - 4));  // of its encapsulation
    put(message, 0);                                            // byte order
  }
  put(message, 3);  // tk_long
  for (std::size_t i = 0; i < kLevels; ++i) put(message, 0);
  refuse_depth<Cdr, once::TypeCode>("CDR", message);
  figure("encapsulations", kLevels);
}

#ifdef ONCE_WITH_PROTOBUF
TEST(A07Depth, GroupsInUnknownFieldsAreRefused) {
  const Bytes groups(kDeep, 0x7B);  // field 15 begins a group
  on_a_small_stack([&] {
    once::ObjectRef value;
    once::protobuf::Reader reader{groups};
    once::protobuf::decode(reader, value);
    EXPECT_NE(reader.error(), Errc::ok);
  });
}
#endif

}  // namespace
}  // namespace attacks
