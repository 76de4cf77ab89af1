// MessagePack in its shortest forms, as msgspec writes it. https://github.com/msgpack/msgpack/blob/master/spec.md
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace driftline {

class MessagePack {
 public:
  std::string bytes;

  void nil() { byte(0xC0); }
  void array(size_t items) { sized(items, 0x90, 16, 0xDC); }
  void map(size_t pairs) { sized(pairs, 0x80, 16, 0xDE); }
  void real(double value) { byte(0xCB), big(std::bit_cast<uint64_t>(value), 8); }

  void whole(int64_t value) {
    if (value >= 0) {
      auto plain = static_cast<uint64_t>(value);
      if (plain < 128) return byte(static_cast<uint8_t>(plain));
      if (plain < 1u << 8) return byte(0xCC), big(plain, 1);
      if (plain < 1u << 16) return byte(0xCD), big(plain, 2);
      if (plain < uint64_t{1} << 32) return byte(0xCE), big(plain, 4);
      return byte(0xCF), big(plain, 8);
    }
    if (value >= -32) return byte(static_cast<uint8_t>(value));
    if (value >= INT8_MIN) return byte(0xD0), big(static_cast<uint64_t>(value), 1);
    if (value >= INT16_MIN) return byte(0xD1), big(static_cast<uint64_t>(value), 2);
    if (value >= INT32_MIN) return byte(0xD2), big(static_cast<uint64_t>(value), 4);
    byte(0xD3), big(static_cast<uint64_t>(value), 8);
  }

  void text(std::string_view value) {
    size_t size = value.size();
    if (size < 32) byte(static_cast<uint8_t>(0xA0 | size));
    else if (size < 1u << 8) byte(0xD9), big(size, 1);
    else if (size < 1u << 16) byte(0xDA), big(size, 2);
    else byte(0xDB), big(size, 4);
    bytes.append(value);
  }

  void binary(std::string_view value) {
    size_t size = value.size();
    if (size < 1u << 8) byte(0xC4), big(size, 1);
    else if (size < 1u << 16) byte(0xC5), big(size, 2);
    else byte(0xC6), big(size, 4);
    bytes.append(value);
  }

 private:
  void byte(uint8_t value) { bytes.push_back(static_cast<char>(value)); }

  void big(uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) byte(static_cast<uint8_t>(value >> shift));
  }

  void sized(size_t count, uint8_t fixed, size_t most_fixed, uint8_t sixteen) {
    if (count < most_fixed) return byte(static_cast<uint8_t>(fixed | count));
    if (count < 1u << 16) return byte(sixteen), big(count, 2);
    byte(static_cast<uint8_t>(sixteen + 1)), big(count, 4);
  }
};

}  // namespace driftline
