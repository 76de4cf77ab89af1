// The number in a cell, by Deequ's patterns: see domain/capture/cells.py, which this equals bit for bit.
//
//   INTEGRAL   [-+]? ?[0-9]+
//   FRACTIONAL the same with a fraction, an exponent, or both
//
// Every double is the nearest one: small decimals by one exact division or product (Clinger 1990), all others by
// std::from_chars, which has no locale. Standard libraries differ in what they say about numbers near the ends of the
// range, so `beyond` reads these.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

namespace driftline {

enum class Kind : uint8_t { TEXT = 0, INTEGRAL = 1, FRACTIONAL = 2 };

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

namespace number {

// Reads a number beyond the range of normal doubles: infinity, a subnormal, zero. The Python module sets Python's own
// reader, because strtod follows the locale of the process.
using Beyond = double (*)(const char* text);
inline Beyond beyond = [](const char* text) { return std::strtod(text, nullptr); };

constexpr double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int MOST_POWER = 22;
constexpr uint64_t MOST_EXACT = uint64_t{1} << 53;
constexpr size_t MOST_DIGITS = 19;  // which 64 bits hold
constexpr int MOST_EXPONENT = 100'000;

// Digits, fraction and exponent, without a sign.
inline double slow(const char* first, const char* end) {
  double value = 0;
  auto read = std::from_chars(first, end, value);
  if (read.ec == std::errc() && std::isnormal(value)) return value;
  return beyond(std::string(first, end).c_str());
}

}  // namespace number

// The value is finite, and never minus zero: a number too large for a double is a text.
inline Kind parse_number(const char* p, const char* end, double& value) {
  bool negative = false;
  if (p < end && (*p == '-' || *p == '+')) negative = *p++ == '-';
  if (p < end && *p == ' ') ++p;
  const char* first = p;
  uint64_t digits_value = 0;
  while (p < end && is_digit(*p)) digits_value = digits_value * 10 + static_cast<uint64_t>(*p++ - '0');
  auto digits = static_cast<size_t>(p - first);
  if (!digits) return Kind::TEXT;
  Kind kind = Kind::INTEGRAL;
  int exponent = 0;
  if (p < end && *p == '.') {
    const char* fraction = ++p;
    while (p < end && is_digit(*p)) digits_value = digits_value * 10 + static_cast<uint64_t>(*p++ - '0');
    auto more = static_cast<size_t>(p - fraction);
    if (!more) return Kind::TEXT;
    digits += more;
    exponent = -static_cast<int>(more < number::MOST_EXPONENT ? more : number::MOST_EXPONENT);
    kind = Kind::FRACTIONAL;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    bool down = false;
    if (p < end && (*p == '-' || *p == '+')) down = *p++ == '-';
    const char* start = p;
    int power = 0;
    for (; p < end && is_digit(*p); ++p) {
      if (power < number::MOST_EXPONENT) power = power * 10 + (*p - '0');
    }
    if (p == start) return Kind::TEXT;
    exponent += down ? -power : power;
    kind = Kind::FRACTIONAL;
  }
  if (p != end) return Kind::TEXT;
  if (digits <= number::MOST_DIGITS && digits_value <= number::MOST_EXACT && exponent >= -number::MOST_POWER &&
      exponent <= number::MOST_POWER) {
    auto whole = static_cast<double>(digits_value);
    value = exponent < 0 ? whole / number::POWERS[-exponent] : whole * number::POWERS[exponent];
  } else {
    value = number::slow(first, end);
    if (!std::isfinite(value)) return Kind::TEXT;
  }
  value = (negative ? -value : value) + 0.0;
  return kind;
}

}  // namespace driftline
