// The HyperLogLog registers and the count-min counters of a column: domain/profiles/distinct.py and hashed.py.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "blake2b.hpp"
#include "splitmix.hpp"

namespace driftline {

constexpr size_t REGISTERS = 4096, COUNTERS = 4096;

class Registers {
 public:
  void clear() { memset(ranks_, 0, sizeof ranks_); }

  void observe(uint64_t hash) {
    uint8_t rank = static_cast<uint8_t>(std::countl_zero(hash << 12 | 0x800) + 1);
    uint8_t& held = ranks_[hash >> 52];
    if (rank > held) held = rank;
  }

  // The wire form: numbers of the registers in use and their ranks, or all ranks if that is shorter.
  template <class Put> void to_wire(Put&& put) const {
    uint16_t used[REGISTERS];
    uint8_t ranks[REGISTERS];
    size_t n = 0;
    for (size_t word = 0; word < REGISTERS; word += 8) {
      uint64_t eight;
      memcpy(&eight, ranks_ + word, 8);
      if (!eight) continue;
      for (size_t i = word; i < word + 8; ++i) {
        if (ranks_[i]) used[n] = static_cast<uint16_t>(i), ranks[n++] = ranks_[i];
      }
    }
    if (3 * n < REGISTERS) {
      put(std::string_view(reinterpret_cast<const char*>(used), 2 * n),
          std::string_view(reinterpret_cast<const char*>(ranks), n));
    } else {
      put(std::string_view(), std::string_view(reinterpret_cast<const char*>(ranks_), REGISTERS));
    }
  }

 private:
  alignas(8) uint8_t ranks_[REGISTERS] = {};
};

class HashedCounts {
 public:
  void add(uint64_t hash, uint64_t count) { found_.push_back({static_cast<uint16_t>(hash & (COUNTERS - 1)), count}); }
  void clear() { found_.clear(); }

  // The wire form: numbers of the counters in use, bytes of each count, the counts; all counts if that is shorter.
  template <class Put> void to_wire(Put&& put) {
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.counter < b.counter; });
    std::vector<Found> used;
    uint64_t most = 0;
    for (const Found& each : found_) {
      if (used.empty() || used.back().counter != each.counter) used.push_back({each.counter, 0});
      used.back().count += each.count;
      most = std::max(most, used.back().count);
    }
    size_t width = used.empty() || most < 1u << 7 ? 1 : most < 1u << 15 ? 2 : most < 1u << 31 ? 4 : 8;
    std::string counters, counts;
    if ((2 + width) * used.size() < width * COUNTERS) {
      for (const Found& each : used) {
        counters.append(reinterpret_cast<const char*>(&each.counter), 2);
        counts.append(reinterpret_cast<const char*>(&each.count), width);
      }
    } else {
      counts.resize(width * COUNTERS);
      for (const Found& each : used) memcpy(counts.data() + width * each.counter, &each.count, width);
    }
    put(counters, width, counts);
  }

 private:
  struct Found {
    uint16_t counter;
    uint64_t count;
  };
  std::vector<Found> found_;
};

}  // namespace driftline
