// Sixteen bytes at a time: SSE2 is in every x86-64, NEON in every arm64. Bit i of a mask is byte i.
#pragma once

#include <cstdint>
#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#else
#error "the core is for x86-64 and arm64"
#endif

namespace driftline::lanes {

constexpr int WIDTH = 16;

#if defined(__SSE2__)
inline uint32_t equal(const char* p, char wanted) {
  __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted))));
}

// What a JSON string cannot have as it is, and what is not ASCII: quotes, backslashes, control characters.
inline uint32_t special(const char* p) {
  __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  found = _mm_or_si128(found, _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)));  // signed: bytes from 0x80 on, too
  return static_cast<uint32_t>(_mm_movemask_epi8(found));
}
#else
inline uint32_t mask_of(uint8x16_t found) {
  const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t kept = vandq_u8(found, bits);
  return vaddv_u8(vget_low_u8(kept)) | static_cast<uint32_t>(vaddv_u8(vget_high_u8(kept))) << 8;
}

inline uint32_t equal(const char* p, char wanted) {
  uint8x16_t bytes = vld1q_u8(reinterpret_cast<const uint8_t*>(p));
  return mask_of(vceqq_u8(bytes, vdupq_n_u8(static_cast<uint8_t>(wanted))));
}

inline uint32_t special(const char* p) {
  uint8x16_t bytes = vld1q_u8(reinterpret_cast<const uint8_t*>(p));
  uint8x16_t found = vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\')));
  return mask_of(vorrq_u8(found, vorrq_u8(vcltq_u8(bytes, vdupq_n_u8(0x20)), vcgeq_u8(bytes, vdupq_n_u8(0x80)))));
}
#endif

}  // namespace driftline::lanes
