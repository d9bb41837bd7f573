/* SHA-512 (FIPS 180-4), which lib/encoding/sha512.ts takes a third of a millisecond for in the engine. */

#include <stdint.h>
#include <string.h>

#include "host.h"

enum { block_size = 128, rounds = 80, hash_size = 64 };

/* The first 64 bits of the fractions of the square roots of the first 8 primes (5.3.5). */
static const uint64_t initial_state[8] = {
    0x6a09e667f3bcc908,
    0xbb67ae8584caa73b,
    0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1,
    0x510e527fade682d1,
    0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
};

/* The first 64 bits of the fractions of the cube roots of the first 80 primes (4.2.3). */
/* clang-format off */
static const uint64_t constants[rounds] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
/* clang-format on */

static uint64_t rotate(uint64_t word, int count) {
  return word >> count | word << (64 - count);
}

static uint64_t word_at(const uint8_t *bytes) {
  uint64_t word = 0;
  for (int i = 0; i < 8; i++) word = word << 8 | bytes[i];
  return word;
}

static void put_word(uint8_t *bytes, uint64_t word) {
  for (int i = 7; i >= 0; i--, word >>= 8) bytes[i] = (uint8_t)word;
}

/* Mixes one block into the state (6.4.2). */
static void compress(uint64_t state[8], const uint8_t *block) {
  uint64_t schedule[rounds];
  for (int i = 0; i < 16; i++) schedule[i] = word_at(block + 8 * i);
  for (int i = 16; i < rounds; i++) {
    uint64_t w15 = schedule[i - 15], w2 = schedule[i - 2];
    uint64_t sigma0 = rotate(w15, 1) ^ rotate(w15, 8) ^ w15 >> 7;
    uint64_t sigma1 = rotate(w2, 19) ^ rotate(w2, 61) ^ w2 >> 6;
    schedule[i] = sigma1 + schedule[i - 7] + sigma0 + schedule[i - 16];
  }

  uint64_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint64_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < rounds; i++) {
    uint64_t sum1 = rotate(e, 14) ^ rotate(e, 18) ^ rotate(e, 41);
    uint64_t choice = (e & f) ^ (~e & g);
    uint64_t first = h + sum1 + choice + constants[i] + schedule[i];
    uint64_t sum0 = rotate(a, 28) ^ rotate(a, 34) ^ rotate(a, 39);
    uint64_t majority = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + sum0 + majority;
  }
  const uint64_t mixed[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; i++) state[i] += mixed[i];
}

/* The rest of the message, a 1 bit, zeros, and the length in bits (5.1.2): one block or two. */
static void compress_end(uint64_t state[8], const uint8_t *rest, size_t rest_length, size_t length) {
  uint8_t end[2 * block_size] = {0};
  size_t end_length = rest_length + 1 + 16 <= block_size ? block_size : 2 * block_size;
  if (rest_length > 0) memcpy(end, rest, rest_length);
  end[rest_length] = 0x80;
  put_word(end + end_length - 16, (uint64_t)length >> 61);
  put_word(end + end_length - 8, (uint64_t)length << 3);
  for (size_t offset = 0; offset < end_length; offset += block_size) compress(state, end + offset);
}

static JSValue host_sha512(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
  (void)self, (void)count;
  size_t length;
  const uint8_t *bytes = JS_GetUint8Array(context, &length, values[0]);
  if (!bytes) return JS_EXCEPTION;
  uint64_t state[8];
  memcpy(state, initial_state, sizeof(state));
  size_t whole = length / block_size * block_size;
  for (size_t offset = 0; offset < whole; offset += block_size) compress(state, bytes + offset);
  compress_end(state, bytes + whole, length - whole, length);

  uint8_t hash[hash_size];
  for (int i = 0; i < 8; i++) put_word(hash + 8 * i, state[i]);
  return JS_NewUint8ArrayCopy(context, hash, sizeof(hash));
}

static const JSCFunctionListEntry entries[] = {
    JS_CFUNC_DEF("sha512", 1, host_sha512),
};

const struct host_functions hash_functions = HOST_FUNCTIONS(entries);
