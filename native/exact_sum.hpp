// Sums without rounding errors, and the sums of numpy and of domain/profiles/moments.py with theirs: same operations in
// the same order, so same bits.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace driftline {

// An unevaluated sum of two doubles.
struct DoubleDouble {
  double high = 0, low = 0;
};

namespace sums {

inline DoubleDouble two_sum(double a, double b) {
  double total = a + b, part = total - a;
  return {total, (a - (total - part)) + (b - part)};
}

inline DoubleDouble fast_two_sum(double a, double b) {
  double total = a + b;
  return {total, b - (total - a)};
}

// As moments.add.
inline DoubleDouble add(DoubleDouble a, DoubleDouble b) {
  DoubleDouble high = two_sum(a.high, b.high), low = two_sum(a.low, b.low);
  DoubleDouble sum = fast_two_sum(high.high, high.low + low.high);
  return fast_two_sum(sum.high, sum.low + low.low);
}

// As math.fsum: the double nearest to the exact sum (Shewchuk 1997). All values are finite, and so is their sum.
class Exact {
 public:
  void add(double x) {
    size_t kept = 0;
    for (double y : partials_) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      DoubleDouble sum = fast_two_sum(x, y);
      if (sum.low != 0) partials_[kept++] = sum.low;
      x = sum.high;
    }
    partials_.resize(kept);
    if (x != 0) partials_.push_back(x);
  }

  double rounded() const {
    size_t n = partials_.size();
    if (!n) return 0;
    double high = partials_[--n], low = 0;
    while (n) {
      DoubleDouble sum = fast_two_sum(high, partials_[--n]);
      high = sum.high, low = sum.low;
      if (low != 0) break;
    }
    // A tie is rounded to even above; what is further down decides it.
    if (n && ((low < 0 && partials_[n - 1] < 0) || (low > 0 && partials_[n - 1] > 0))) {
      double twice = low * 2, sum = high + twice;
      if (twice == sum - high) high = sum;
    }
    return high;
  }

 private:
  std::vector<double> partials_;
};

// As moments._exact_sum, of values whose sum is far from the ends of the range.
inline DoubleDouble exact_sum(const double* values, size_t n) {
  Exact exact;
  for (size_t i = 0; i < n; ++i) exact.add(values[i]);
  double high = exact.rounded();
  exact.add(-high);
  return {high, exact.rounded()};
}

// As numpy's sum of a contiguous array: pairwise, in blocks of 128 with eight accumulators (loops_utils.h.src).
inline double pairwise(const double* values, size_t n) {
  constexpr size_t BLOCK = 128;
  if (n < 8) {
    double sum = -0.0;
    for (size_t i = 0; i < n; ++i) sum += values[i];
    return sum;
  }
  if (n <= BLOCK) {
    double r[8];
    for (size_t k = 0; k < 8; ++k) r[k] = values[k];
    size_t i = 8;
    for (; i + 8 <= n; i += 8) {
      for (size_t k = 0; k < 8; ++k) r[k] += values[i + k];
    }
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; ++i) sum += values[i];
    return sum;
  }
  size_t half = n / 2;
  half -= half % 8;
  return pairwise(values, half) + pairwise(values + half, n - half);
}

}  // namespace sums
}  // namespace driftline
