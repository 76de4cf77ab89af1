// BLAKE2b without a key, eight bytes of it (RFC 7693): the hash of a text in profiles/distinct.py.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace driftline {

class Blake2b {
 public:
  // The digest as a little-endian number.
  static uint64_t of(std::string_view text) {
    Blake2b state;
    size_t at = 0;
    for (; text.size() - at > BLOCK; at += BLOCK) state.compress(text.data() + at, at + BLOCK, false);
    char last[BLOCK] = {};
    if (text.size() > at) memcpy(last, text.data() + at, text.size() - at);
    state.compress(last, text.size(), true);
    return state.h_[0];
  }

 private:
  static constexpr size_t BLOCK = 128;
  static constexpr uint64_t START[8] = {0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu,
                                        0xA54FF53A5F1D36F1u, 0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu,
                                        0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u};
  static constexpr uint8_t ORDER[10][16] = {
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
      {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
      {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
      {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
      {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

  uint64_t h_[8];

  Blake2b() {
    memcpy(h_, START, sizeof h_);
    h_[0] ^= 0x01010000u ^ 8;  // no key, eight bytes
  }

  static uint64_t rotated(uint64_t word, int by) { return word >> by | word << (64 - by); }

  void compress(const char* block, uint64_t length, bool last) {
    uint64_t m[16], v[16];
    memcpy(m, block, sizeof m);
    memcpy(v, h_, sizeof h_);
    memcpy(v + 8, START, sizeof START);
    v[12] ^= length;
    if (last) v[14] = ~v[14];
    auto mix = [&](int a, int b, int c, int d, uint64_t x, uint64_t y) {
      v[a] += v[b] + x, v[d] = rotated(v[d] ^ v[a], 32), v[c] += v[d], v[b] = rotated(v[b] ^ v[c], 24);
      v[a] += v[b] + y, v[d] = rotated(v[d] ^ v[a], 16), v[c] += v[d], v[b] = rotated(v[b] ^ v[c], 63);
    };
    for (int round = 0; round < 12; ++round) {
      const uint8_t* s = ORDER[round % 10];
      mix(0, 4, 8, 12, m[s[0]], m[s[1]]), mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
      mix(2, 6, 10, 14, m[s[4]], m[s[5]]), mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
      mix(0, 5, 10, 15, m[s[8]], m[s[9]]), mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
      mix(2, 7, 8, 13, m[s[12]], m[s[13]]), mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; ++i) h_[i] ^= v[i] ^ v[i + 8];
  }
};

}  // namespace driftline
