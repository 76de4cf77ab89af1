// The five-minute slot of an inference time: 2026-03-01T14:00:00Z, with or without a fraction of a second.
//
// Other ISO 8601 forms and times out of bounds (domain/instants.py) are left to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "number.hpp"

namespace driftline {

constexpr int64_t SLOT_SECONDS = 300, HOUR_SECONDS = 3600;

// 1900-01-01 and 2200-01-01, in seconds since 1970 (domain/instants.py).
constexpr int64_t EARLIEST_SLOT = -2'208'988'800, END_OF_SLOTS = 7'258'118'400;

namespace instant {

// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
inline int64_t days_of(int year, int month, int day) {
  year -= month <= 2;
  int era = year / 400, of_era = year - era * 400;
  int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return int64_t{era} * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

inline int days_in(int year, int month) {
  constexpr int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return DAYS[month - 1] + (month == 2 && leap);
}

constexpr size_t WHOLE = 19;  // yyyy-mm-ddThh:mm:ss
constexpr size_t MOST_FRACTION = 6;

// Whether an end of an instant is a fraction or none, and then Z or +00:00: UTC.
inline bool is_end(std::string_view end) {
  if (!end.empty() && end[0] == '.') {
    size_t digits = 1;
    while (digits < end.size() && is_digit(end[digits])) ++digits;
    if (digits < 2 || digits > MOST_FRACTION + 1) return false;
    end.remove_prefix(digits);
  }
  return end == "Z" || end == "+00:00";
}

// The start of a slot as domain/instants.py writes it.
inline std::string text_of(int64_t seconds) {
  int64_t days = seconds / 86'400 - (seconds % 86'400 < 0), of_day = seconds - days * 86'400;
  int year = 1900;
  for (; days_of(year + 1, 1, 1) <= days; ++year) {}
  int month = 1;
  for (; month < 12 && days_of(year, month + 1, 1) <= days; ++month) {}
  auto day = static_cast<int>(days - days_of(year, month, 1)) + 1;
  auto put = [text = std::string()](int value, char end, int width) mutable {
    std::string digits = std::to_string(value);
    text.append(static_cast<size_t>(width) - digits.size(), '0').append(digits).push_back(end);
    return text;
  };
  put(year, '-', 4), put(month, '-', 2), put(day, 'T', 2);
  put(static_cast<int>(of_day / HOUR_SECONDS), ':', 2), put(static_cast<int>(of_day / 60 % 60), ':', 2);
  return put(static_cast<int>(of_day % 60), 'Z', 2);
}

}  // namespace instant

// Seconds since 1970, a multiple of SLOT_SECONDS.
inline std::optional<int64_t> slot_of(std::string_view text) {
  constexpr char FORM[] = "0000-00-00T00:00:00";
  if (text.size() <= instant::WHOLE) return std::nullopt;
  for (size_t i = 0; i < instant::WHOLE; ++i) {
    if (FORM[i] == '0' ? !is_digit(text[i]) : text[i] != FORM[i]) return std::nullopt;
  }
  if (!instant::is_end(text.substr(instant::WHOLE))) return std::nullopt;
  auto two = [&](size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  int year = two(0) * 100 + two(2), month = two(5), day = two(8), hour = two(11), minute = two(14), second = two(17);
  if (year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1 || day > instant::days_in(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  int64_t seconds = instant::days_of(year, month, day) * 86'400 + hour * HOUR_SECONDS + minute * 60 + second;
  int64_t into = seconds % SLOT_SECONDS;
  return seconds - (into < 0 ? into + SLOT_SECONDS : into);
}

}  // namespace driftline
