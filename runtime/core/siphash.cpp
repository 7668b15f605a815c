// SipHash-2-4: two rounds for each word, four at the end.
#include "core/siphash.hpp"

#include <bit>

namespace once::core {
namespace {

class Sip {
 public:
  explicit Sip(const SipKey& key)
      : v_{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
           key[1] ^ 0x7465646279746573} {}

  void word(std::uint64_t word) {
    v_[3] ^= word;
    round();
    round();
    v_[0] ^= word;
  }
  std::uint64_t finish(std::uint64_t last) {
    word(last);
    v_[2] ^= 0xFF;
    for (int i = 0; i < 4; ++i) round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void round() {
    v_[0] += v_[1];
    v_[1] = std::rotl(v_[1], 13) ^ v_[0];
    v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[3];
    v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] += v_[3];
    v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] += v_[1];
    v_[1] = std::rotl(v_[1], 17) ^ v_[2];
    v_[2] = std::rotl(v_[2], 32);
  }

  std::array<std::uint64_t, 4> v_;
};

/// Up to eight octets as a word, least significant first.
std::uint64_t little_endian(const std::uint8_t* octets, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{octets[i]} << (8 * i);
  return word;
}

}  // namespace

std::uint64_t siphash(const SipKey& key, ByteView message) {
  Sip sip{key};
  std::size_t at = 0;
  for (; message.size() - at >= 8; at += 8) sip.word(little_endian(message.data() + at, 8));
  const std::uint64_t rest = little_endian(message.data() + at, message.size() - at);
  return sip.finish(rest | std::uint64_t{message.size()} << 56);
}

std::uint64_t siphash(const SipKey& key, std::initializer_list<std::uint64_t> words) {
  Sip sip{key};
  for (const std::uint64_t word : words) sip.word(word);
  return sip.finish(std::uint64_t{words.size() * 8} << 56);
}

}  // namespace once::core
