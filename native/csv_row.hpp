// A CSV payload that is one row without quotes: see domain/capture/csv_rows.py.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>

#include "json.hpp"
#include "lanes.hpp"

namespace driftline {

// The row without its line end; false: it may be none, or several, or has quotes.
inline bool single_row(json::Text& payload) {
  if (payload.size && payload.at[payload.size - 1] == '\n') --payload.size;
  if (!payload.size) return false;
  return !payload.escaped || payload.view().find_first_of("\"\r\n") == std::string_view::npos;
}

inline uint32_t width_of(std::string_view row) {
  return static_cast<uint32_t>(std::count(row.begin(), row.end(), ',')) + 1;
}

// Calls `take(column, from, to)` for each cell, `most` of them at most; how many there are, or more than `most`.
//
// As many bytes as lanes are wide may be read after the row.
template <class Take> uint32_t split(std::string_view row, uint32_t most, Take&& take) {
  const char *p = row.data(), *end = p + row.size(), *cell = p;
  uint32_t column = 0;
  for (; p < end; p += lanes::WIDTH) {
    uint32_t commas = lanes::equal(p, ',');
    if (end - p < lanes::WIDTH) commas &= (1u << (end - p)) - 1;
    for (; commas; commas &= commas - 1) {
      if (column >= most) return most + 1;
      const char* comma = p + std::countr_zero(commas);
      take(column++, cell, comma);
      cell = comma + 1;
    }
  }
  if (column >= most) return most + 1;
  take(column++, cell, end);
  return column;
}

}  // namespace driftline
