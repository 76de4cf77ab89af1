// Encodings of values in the pages of a Parquet file.
// https://parquet.apache.org/docs/file-format/data-pages/encodings/
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "thrift.hpp"

namespace driftline::parquet {

static_assert(std::endian::native == std::endian::little, "a Parquet file is little-endian");

inline void put_uint32(std::string& out, uint32_t value) {
  char bytes[4];
  memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}

// Bits that a value needs; 0 for 0.
inline int bit_width(uint32_t value) { return 32 - std::countl_zero(value); }

// Least significant bit first. The last byte is filled up with zeros.
template <class Value> void put_bits(std::string& out, const Value* values, size_t count, int width) {
  uint64_t bits = 0;
  int held = 0;
  size_t at = out.size();
  out.resize(at + (count * width + 7) / 8);
  for (size_t i = 0; i < count; ++i) {
    bits |= static_cast<uint64_t>(values[i]) << held;
    for (held += width; held >= 8; held -= 8, bits >>= 8) out[at++] = static_cast<char>(bits);
  }
  if (held) out[at] = static_cast<char>(bits);
}

// RLE, of levels and of codes: runs of one value, and groups of eight values as bits between them.
template <class Value> void put_hybrid(std::string& out, const Value* values, size_t count, int width) {
  constexpr size_t WORTH_BITS = 64;  // a run and the head of the bits behind it take some five bytes
  auto bits = [&](size_t from, size_t to) {
    if (from == to) return;
    size_t groups = (to - from + 7) / 8;
    thrift::varint(out, groups << 1 | 1);
    put_bits(out, values + from, to - from, width);
    // The bits of the last group's missing values
    out.append((groups * 8 * width + 7) / 8 - ((to - from) * width + 7) / 8, '\0');
  };
  size_t waiting = 0;  // from here on, nothing is written yet
  for (size_t i = 0; i < count;) {
    size_t end = i + 1;
    while (end < count && values[end] == values[i]) ++end;
    // A run begins behind a full group.
    size_t begin = i + (8 - (i - waiting) % 8) % 8;
    if (begin < end && end - begin >= 8 && (end - begin) * width >= WORTH_BITS) {
      bits(waiting, begin);
      thrift::varint(out, (end - begin) << 1);
      put_bits(out, values + i, 1, (width + 7) / 8 * 8);
      waiting = end;
    }
    i = end;
  }
  bits(waiting, count);
}

// DELTA_BINARY_PACKED of 32-bit values, in blocks of 128 with four miniblocks.
inline void put_deltas(std::string& out, const int32_t* values, size_t count) {
  constexpr size_t BLOCK = 128, MINIBLOCK = 32;
  thrift::varint(out, BLOCK);
  thrift::varint(out, BLOCK / MINIBLOCK);
  thrift::varint(out, count);
  thrift::zigzag(out, count ? values[0] : 0);
  for (size_t i = 1; i < count; i += BLOCK) {
    size_t some = std::min(BLOCK, count - i);
    int32_t deltas[BLOCK], least = INT32_MAX;
    for (size_t k = 0; k < some; ++k) {
      // Modulo 2^32, as the format wants it
      deltas[k] = static_cast<int32_t>(static_cast<uint32_t>(values[i + k]) - static_cast<uint32_t>(values[i + k - 1]));
      least = std::min(least, deltas[k]);
    }
    uint32_t above[BLOCK] = {};
    for (size_t k = 0; k < some; ++k) above[k] = static_cast<uint32_t>(deltas[k]) - static_cast<uint32_t>(least);
    thrift::zigzag(out, least);
    int widths[BLOCK / MINIBLOCK];
    for (size_t m = 0; m < BLOCK / MINIBLOCK; ++m) {
      uint32_t any = 0;
      for (size_t k = 0; k < MINIBLOCK; ++k) any |= above[m * MINIBLOCK + k];
      widths[m] = bit_width(any);
      out.push_back(static_cast<char>(widths[m]));
    }
    for (size_t m = 0; m * MINIBLOCK < some; ++m) put_bits(out, above + m * MINIBLOCK, MINIBLOCK, widths[m]);
  }
}

}  // namespace driftline::parquet
