// CSV payloads without quotes, row by row: see domain/capture/csv_rows.py.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "json.hpp"
#include "lanes.hpp"
#include "number.hpp"

namespace driftline {

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

// Whether a cell of a row is a number.
inline bool has_number(std::string_view row) {
  bool found = false;
  split(row, UINT32_MAX - 1, [&](uint32_t, const char* from, const char* to) {
    double value;
    found = found || parse_number(from, to, value) != Kind::TEXT;
  });
  return found;
}

// The rows of a payload without their line ends; false: it has none, or quotes, or the first of several may be a header
// (domain/capture/header_line.py): none of its cells is a number.
inline bool plain_rows(const json::Text& payload, std::vector<std::string_view>& rows) {
  rows.clear();
  std::string_view text = payload.view();
  if (payload.escaped) {  // without, there is neither quote nor line end in it
    if (text.find_first_of("\"\r") != text.npos) return false;
    for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
      if (end) rows.push_back(text.substr(0, end));
    }
  }
  if (!text.empty()) rows.push_back(text);
  return rows.size() == 1 || (!rows.empty() && has_number(rows[0]));
}

}  // namespace driftline
