/* What the two programs of a differential test share, in the language that both C and C++ are: the stream of random
 * values, which gives the same to both as long as they ask in the same order, and main().
 *
 *   PROGRAM encode COUNT           COUNT random values of each type, encoded
 *   PROGRAM recode COUNT < octets  what the other program encoded, decoded and encoded again
 *
 * Values stand on the standard output one after the other, each with its length before it; a length of 2^32 - 1 says
 * that the value was refused. Memory is not freed: the programs are short. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------------ random */

static uint64_t random_state;
static int random_depth; /* of the structs and unions around what is filled */
static int random_room;  /* elements that the value may still get: it stays small, whatever its type */

static inline uint64_t random_next(void) { /* splitmix64 */
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline void random_start(uint64_t seed) {
  random_state = seed;
  random_depth = 0;
  random_room = 300;
}

static inline uint32_t random_below(uint32_t end) { return (uint32_t)(random_next() % end); }

/* Numbers are often small, zero or all ones: most mistakes live there. */
static inline uint64_t random_bits(unsigned bits) {
  const uint64_t mask = bits == 64 ? ~(uint64_t)0 : ((uint64_t)1 << bits) - 1;
  const uint64_t value = random_next();
  switch (random_below(8)) {
    case 0: return 0;
    case 1: return mask;
    case 2: return (uint64_t)1 << (bits - 1);
    case 3: return value & 15;
    default: return value & mask;
  }
}

static inline float random_float(void) {
  switch (random_below(5)) {
    case 0: return 0.0f;
    case 1: return -0.0f;
    case 2: return 1.0f / 0.0f;
    default: return (float)((double)(int32_t)random_next() / 1024.0);
  }
}

static inline double random_double(void) {
  switch (random_below(5)) {
    case 0: return 0.0;
    case 1: return -1.0 / 0.0;
    case 2: return 4.9e-324;
    default: return (double)(int64_t)random_next() / 3.0;
  }
}

/* A length within the bound; 0: no bound. */
static inline uint32_t random_length(uint64_t bound) {
  const uint32_t most = bound == 0 || bound > 5 ? 5 : (uint32_t)bound;
  const uint32_t length = random_below(most + 1);
  if (random_depth > 5 || random_room <= 0) return 0;
  random_room -= (int)length;
  return length;
}

static inline int random_present(void) { return random_length(1) == 1; }

static inline char random_char(void) { return (char)(32 + random_below(95)); }

static inline char* random_text(uint64_t bound) {
  const uint32_t length = random_length(bound);
  char* const text = (char*)calloc(length + 1, 1);
  for (uint32_t i = 0; i < length; ++i) text[i] = random_char();
  return text;
}

/* A decimal number with so many digits, `scale` of them behind the point. */
static inline char* random_decimal(uint32_t digits, uint32_t scale) {
  char* const text = (char*)calloc(digits + 4, 1);
  char* place = text;
  if (random_below(2) == 0) *place++ = '-';
  if (digits == scale) *place++ = '0';
  for (uint32_t i = 0; i < digits; ++i) {
    if (i == digits - scale) *place++ = '.';
    *place++ = (char)('0' + random_below(10));
  }
  return text;
}

/* ------------------------------------------------------------------------------------------------------- main */

enum { kRoom = 1 << 22 };

/* Both give the number of octets written to `out`, or -1. */
struct tested_type {
  const char* name;
  long (*encode)(char* out);
  long (*recode)(char* in, long size, char* out);
};

static inline void put(const char* octets, long size) {
  const uint32_t length = size < 0 ? UINT32_MAX : (uint32_t)size;
  fwrite(&length, 4, 1, stdout);
  if (size > 0) fwrite(octets, 1, (size_t)size, stdout);
}

static inline int run(const struct tested_type* types, int type_count, int argc, char** argv) {
  char* const in = (char*)malloc(kRoom);
  char* const out = (char*)malloc(kRoom);
  const int values = argc == 3 ? atoi(argv[2]) : 0;
  if (values == 0) return 2;
  for (int type = 0; type < type_count; ++type) {
    for (int value = 0; value < values; ++value) {
      long size = 0;
      if (strcmp(argv[1], "encode") == 0) {
        random_start((uint64_t)type * 1000003u + (uint64_t)value);
        size = types[type].encode(out);
      } else {
        uint32_t length;
        if (fread(&length, 4, 1, stdin) != 1) return 3;
        if (length != UINT32_MAX && (length > kRoom || fread(in, 1, length, stdin) != length)) return 3;
        size = length == UINT32_MAX ? -1 : types[type].recode(in, (long)length, out);
      }
      put(out, size);
    }
  }
  return 0;
}
