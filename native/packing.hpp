// Numbers as whole numbers of the narrowest width and a power of ten, if that loses nothing: domain/profiles/packing.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "number.hpp"

namespace driftline {

struct Packed {
  int decimals = -1, width = 8;  // -1: plain doubles
  std::string bytes;
};

namespace packing {

constexpr int MOST_DECIMALS = 9;
constexpr double LARGEST = 2'147'483'647;

template <class Whole> std::string narrowed(const std::vector<int32_t>& values) {
  std::vector<Whole> narrow(values.begin(), values.end());
  return {reinterpret_cast<const char*>(narrow.data()), narrow.size() * sizeof(Whole)};
}

}  // namespace packing

inline Packed packed(std::span<const double> numbers) {
  std::vector<int32_t> whole(numbers.size());
  for (int decimals = 0; !numbers.empty() && decimals <= packing::MOST_DECIMALS; ++decimals) {
    double power = number::POWERS[decimals], most = 0;
    bool fits = true;
    for (size_t i = 0; i < numbers.size() && fits; ++i) {
      double scaled = std::nearbyint(numbers[i] * power);
      fits = std::fabs(scaled) <= packing::LARGEST && scaled / power == numbers[i];
      if (!fits) break;
      most = std::max(most, std::fabs(scaled));
      whole[i] = static_cast<int32_t>(scaled);
    }
    if (!fits) continue;
    if (most <= INT8_MAX) return {decimals, 1, packing::narrowed<int8_t>(whole)};
    if (most <= INT16_MAX) return {decimals, 2, packing::narrowed<int16_t>(whole)};
    return {decimals, 4, packing::narrowed<int32_t>(whole)};
  }
  return {-1, 8, {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()}};
}

}  // namespace driftline
