// The distinct texts of a column, in the order of their first occurrence, and how often each occurs.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "number.hpp"

namespace driftline {

// Texts are followed by as many bytes that may be read, whatever they are: see Batch.
constexpr size_t READABLE = 16;

class Dictionary {
 public:
  struct Entry {
    uint64_t head;  // the first eight bytes
    uint64_t offset;
    uint32_t length;
    uint32_t count = 0;
    uint32_t quoted = 0;  // of them, as JSON strings
    Kind kind;
    double value;
  };

  // The entry of a text; a new one has no count yet. `classify` gives its kind and value.
  template <class Classify> Entry& entry(const char* text, uint32_t length, Classify&& classify) {
    uint64_t head = head_of(text, length);
    uint32_t at = hash_of(head, text, length) & mask_;
    while (uint32_t found = table_[at]) {
      Entry& known = entries_[found - 1];
      if (known.head == head && known.length == length &&
          (length <= 8 || !memcmp(texts_.data() + known.offset, text, length))) {
        return known;
      }
      at = (at + 1) & mask_;
    }
    double value = 0;
    Kind kind = classify(value);
    entries_.push_back({head, texts_.size(), length, 0, 0, kind, value});
    texts_.append(text, length);
    table_[at] = static_cast<uint32_t>(entries_.size());
    if (entries_.size() * 2 > table_.size()) grow();
    return entries_.back();
  }

  const std::vector<Entry>& entries() const { return entries_; }
  uint32_t code(const Entry& entry) const { return static_cast<uint32_t>(&entry - entries_.data()); }
  std::string_view text(const Entry& entry) const { return {texts_.data() + entry.offset, entry.length}; }
  std::string_view texts() const { return texts_; }

 private:
  static uint64_t head_of(const char* text, uint32_t length) {
    uint64_t head;
    memcpy(&head, text, 8);
    return length < 8 ? head & ((uint64_t{1} << (8 * length)) - 1) : head;
  }

  // By multiplication to 128 bits, as wyhash does it. The seed is of the process: texts come from anybody, who must not
  // be able to choose those that collide. No result depends on it.
  static uint32_t hash_of(uint64_t head, const char* text, uint32_t length) {
    uint64_t hash = multiplied(head ^ seed, 0xA0761D6478BD642Fu ^ length);
    for (uint32_t i = 8; i < length; i += 8) {
      uint64_t word = 0;
      memcpy(&word, text + i, length - i < 8 ? length - i : 8);
      hash = multiplied(hash ^ word, 0xE7037ED1A0B428DBu ^ seed);
    }
    return static_cast<uint32_t>(hash >> 32);
  }

  static uint64_t multiplied(uint64_t a, uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }

  static uint64_t random_seed() {
    std::random_device device;
    return static_cast<uint64_t>(device()) << 32 | device();
  }

  static inline const uint64_t seed = random_seed();

  void grow() {
    table_.assign(table_.size() * 2, 0);
    mask_ = static_cast<uint32_t>(table_.size() - 1);
    for (size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      uint32_t at = hash_of(entry.head, texts_.data() + entry.offset, entry.length) & mask_;
      while (table_[at]) at = (at + 1) & mask_;
      table_[at] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<Entry> entries_;
  std::string texts_;
  std::vector<uint32_t> table_ = std::vector<uint32_t>(16, 0);  // 0, or the number of an entry from 1
  uint32_t mask_ = 15;
};

}  // namespace driftline
