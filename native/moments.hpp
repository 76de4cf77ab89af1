// Count, sum, sum of squares, minimum and maximum of numbers: domain/profiles/moments.py, bit for bit, which says why and
// by whom. Sums that are exact in any order are in the order that vectors like; all others are in numpy's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>

#include "exact_sum.hpp"

namespace driftline {

struct Moments {
  uint64_t count = 0;
  DoubleDouble total, squares;
  double minimum = INFINITY, maximum = -INFINITY;

  // Of finite numbers; none if some are so large or so small that squares leave the range of doubles.
  static std::optional<Moments> of(std::span<const double> numbers) {
    Moments moments;
    moments.count = numbers.size();
    Scratch scratch;
    for (size_t start = 0; start < numbers.size(); start += BLOCK) {
      std::span<const double> block = numbers.subspan(start, std::min(BLOCK, numbers.size() - start));
      auto [least, most] = bounds(block);
      moments.minimum = std::min(moments.minimum, least), moments.maximum = std::max(moments.maximum, most);
      int exponent = 0;
      std::frexp(std::max(most, -least), &exponent);
      if (std::abs(exponent) > FAR) return std::nullopt;
      Pair sums = block.size() <= FEW ? few(block) : sliced(block, exponent, scratch);
      moments.total = sums::add(moments.total, sums.total), moments.squares = sums::add(moments.squares, sums.squares);
    }
    return moments;
  }

 private:
  struct Pair {
    DoubleDouble total, squares;
  };
  struct Scratch {
    std::vector<double> rest, products;
  };

  static constexpr size_t BLOCK = 8192, FEW = 48, LANES = 8;
  static constexpr int SLICE = 20, FAR = 400;
  static constexpr double SPLITTER = 134'217'729.0;

  static std::pair<double, double> bounds(std::span<const double> block) {
    double least[LANES], most[LANES];
    std::fill_n(least, LANES, block[0]), std::fill_n(most, LANES, block[0]);
    size_t i = 0;
    for (; i + LANES <= block.size(); i += LANES) {
      for (size_t k = 0; k < LANES; ++k) {
        double x = block[i + k];
        least[k] = x < least[k] ? x : least[k], most[k] = x > most[k] ? x : most[k];
      }
    }
    for (; i < block.size(); ++i) least[0] = std::min(least[0], block[i]), most[0] = std::max(most[0], block[i]);
    return {*std::min_element(least, least + LANES), *std::max_element(most, most + LANES)};
  }

  // moments._sums of at most FEW numbers.
  static Pair few(std::span<const double> block) {
    double highs[FEW], crossed[FEW], lows[FEW];
    for (size_t i = 0; i < block.size(); ++i) {
      double scaled = block[i] * SPLITTER, high = scaled - (scaled - block[i]), low = block[i] - high;
      highs[i] = high * high, crossed[i] = 2.0 * high * low, lows[i] = low * low;
    }
    DoubleDouble squares = sums::add(sums::exact_sum(highs, block.size()), sums::exact_sum(crossed, block.size()));
    squares = sums::add(squares, {sums::pairwise(lows, block.size()), 0.0});
    return {sums::exact_sum(block.data(), block.size()), squares};
  }

  // moments._sliced_sums.
  static Pair sliced(std::span<const double> block, int exponent, Scratch& scratch) {
    const double shift = std::ldexp(1.5, 52 + exponent - SLICE);
    double sum[LANES] = {}, square[LANES] = {}, left[LANES] = {};
    each(block, [&](size_t, size_t k, double x) {
      double a = (x + shift) - shift;
      sum[k] += a, square[k] += a * a, left[k] += x - a != 0 ? 1 : 0;
    });
    if (folded(left) == 0) {
      double total = folded(sum), squares = folded(square);
      return {sums::exact_sum(&total, 1), sums::exact_sum(&squares, 1)};
    }
    return all_slices(block, exponent, scratch);
  }

  static Pair all_slices(std::span<const double> block, int exponent, Scratch& scratch) {
    const double shifts[] = {std::ldexp(1.5, 52 + exponent - SLICE), std::ldexp(1.5, 52 + exponent - 2 * SLICE),
                             std::ldexp(1.5, 52 + exponent - 3 * SLICE)};
    double sa[LANES] = {}, sb[LANES] = {}, sc[LANES] = {}, aa[LANES] = {}, ab[LANES] = {}, bb[LANES] = {},
           ac[LANES] = {}, bc[LANES] = {}, cc[LANES] = {};
    scratch.rest.resize(block.size()), scratch.products.resize(block.size());
    double *rests = scratch.rest.data(), *products = scratch.products.data();
    each(block, [&](size_t i, size_t k, double x) {
      double a = (x + shifts[0]) - shifts[0], after = x - a;
      double b = (after + shifts[1]) - shifts[1];
      after -= b;
      double c = (after + shifts[2]) - shifts[2];
      after -= c;
      sa[k] += a, sb[k] += b, sc[k] += c;
      aa[k] += a * a, ab[k] += a * b, bb[k] += b * b, ac[k] += a * c, bc[k] += b * c, cc[k] += c * c;
      rests[i] = after, products[i] = after * (2 * x - after);
    });
    double total[] = {folded(sa), folded(sb), folded(sc), sums::pairwise(rests, block.size())};
    double squares[] = {folded(aa),     2 * folded(ab), folded(bb), 2 * folded(ac),
                        2 * folded(bc), folded(cc),     sums::pairwise(products, block.size())};
    return {sums::exact_sum(total, 4), sums::exact_sum(squares, 7)};
  }

  template <class Take> static void each(std::span<const double> block, Take&& take) {
    size_t i = 0;
    for (; i + LANES <= block.size(); i += LANES) {
      for (size_t k = 0; k < LANES; ++k) take(i + k, k, block[i + k]);
    }
    for (; i < block.size(); ++i) take(i, 0, block[i]);
  }

  static double folded(const double* lanes) {
    double sum = 0;
    for (size_t k = 0; k < LANES; ++k) sum += lanes[k];
    return sum;
  }
};

}  // namespace driftline
