// SplitMix64 (Steele, Lea and Flood 2014), and the hashes that are made with it: of numbers (profiles/distinct.py) and
// of join ids (ground_truth/join_ids.py).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace driftline {

inline uint64_t mixed(uint64_t state) {
  state += 0x9E3779B97F4A7C15u;
  state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9u;
  state = (state ^ state >> 27) * 0x94D049BB133111EBu;
  return state ^ state >> 31;
}

inline uint64_t hash_of_number(double number) {
  uint64_t bits;
  memcpy(&bits, &number, 8);
  return mixed(bits);
}

inline uint64_t join_hash(std::string_view id) {
  uint64_t state = id.size();
  for (size_t i = 0; i < id.size(); i += 8) {
    uint64_t word = 0;
    memcpy(&word, id.data() + i, id.size() - i < 8 ? id.size() - i : 8);
    state = mixed(state ^ word);
  }
  return mixed(state);
}

}  // namespace driftline
