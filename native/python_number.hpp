// A number of JSON as Python writes what it reads: the text of a cell (domain/capture/cells.py, value_text).
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "number.hpp"

namespace driftline {

constexpr size_t LONGEST_REPR = 32;

namespace python_number {

constexpr size_t EXACT_DIGITS = 15;  // decimals that come back from a double as they were
constexpr size_t MOST_ZEROS = 3;     // behind the point before an exponent is written

// Whether repr(float(text)) is the text, by its form alone.
inline bool is_repr(std::string_view text) {
  if (text[0] == '-') text.remove_prefix(1);
  size_t point = text.find('.');
  if (point == text.npos || text.size() > EXACT_DIGITS + 1 || text.find_first_of("eE") != text.npos) return false;
  std::string_view fraction = text.substr(point + 1);
  if (fraction.back() == '0' && fraction.size() > 1) return false;
  return text[0] != '0' || fraction.find_first_not_of('0') <= MOST_ZEROS || fraction == "0";
}

// repr of a finite double; how long it is.
inline size_t repr(double value, char* to) {
  char scientific[LONGEST_REPR];
  auto written = std::to_chars(scientific, scientific + sizeof scientific, value, std::chars_format::scientific);
  char* start = to;
  const char* p = scientific;
  if (*p == '-') *to++ = *p++;
  char digits[LONGEST_REPR];
  size_t n = 0;
  for (; *p != 'e'; ++p) {
    if (*p != '.') digits[n++] = *p;
  }
  int exponent = 0;
  std::from_chars(p[1] == '+' ? p + 2 : p + 1, written.ptr, exponent);
  auto put = [&](const char* from, size_t count) { memcpy(to, from, count), to += count; };
  auto zeros = [&](size_t count) { memset(to, '0', count), to += count; };
  if (exponent >= 16 || exponent < -4) {
    *to++ = digits[0];
    if (n > 1) *to++ = '.', put(digits + 1, n - 1);
    *to++ = 'e', *to++ = exponent < 0 ? '-' : '+';
    int size = exponent < 0 ? -exponent : exponent;
    if (size < 10) *to++ = '0';
    to = std::to_chars(to, to + 3, size).ptr;
  } else if (exponent < 0) {
    put("0.", 2), zeros(static_cast<size_t>(-exponent - 1)), put(digits, n);
  } else {
    auto whole = static_cast<size_t>(exponent) + 1;
    put(digits, n < whole ? n : whole);
    if (n < whole) zeros(whole - n);
    *to++ = '.';
    if (n > whole) put(digits + whole, n - whole);
    else *to++ = '0';
  }
  return static_cast<size_t>(to - start);
}

}  // namespace python_number
}  // namespace driftline
