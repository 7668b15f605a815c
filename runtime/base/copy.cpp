// Four registers at a time. The choice is made at run time, so that one build of the library runs everywhere.
#include <once/base/copy.hpp>

namespace once::detail {

#if defined(__x86_64__) && defined(__GNUC__)
namespace {

typedef char Vector __attribute__((vector_size(32)));
constexpr std::size_t kStride = 4 * sizeof(Vector);

__attribute__((target("avx2"))) inline Vector load_vector(const std::uint8_t* place) {
  Vector part;
  std::memcpy(&part, place, sizeof part);
  return part;
}
__attribute__((target("avx2"))) inline void store_vector(std::uint8_t* place, const Vector& part) {
  std::memcpy(place, &part, sizeof part);
}

/// Of at least kStride octets.
__attribute__((target("avx2"))) void copy_by_vectors(std::uint8_t* to, const std::uint8_t* from,
                                                     std::size_t octets) {
  // Stores that cross no line of the cache: the first vector reaches up to where they begin, and beyond.
  store_vector(to, load_vector(from));
  std::size_t done = sizeof(Vector) - reinterpret_cast<std::uintptr_t>(to) % sizeof(Vector);
  for (; octets - done >= kStride; done += kStride) {
    const Vector a = load_vector(from + done), b = load_vector(from + done + 32);
    const Vector c = load_vector(from + done + 64), d = load_vector(from + done + 96);
    store_vector(to + done, a);
    store_vector(to + done + 32, b);
    store_vector(to + done + 64, c);
    store_vector(to + done + 96, d);
  }
  if (octets != done) std::memcpy(to + done, from + done, octets - done);
}

}  // namespace

void copy_large(std::uint8_t* to, const std::uint8_t* from, std::size_t octets) {
  constexpr std::size_t kBeyondCaches = std::size_t{1} << 20U;  // where the library writes past them
  if (octets < kBeyondCaches && __builtin_cpu_supports("avx2")) return copy_by_vectors(to, from, octets);
  std::memcpy(to, from, octets);
}
#else
void copy_large(std::uint8_t* to, const std::uint8_t* from, std::size_t octets) {
  std::memcpy(to, from, octets);
}
#endif

}  // namespace once::detail
