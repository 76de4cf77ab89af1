// The lines of a batch in memory that is ours: strings are unescaped in place, and what lines lack room for follows them.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "column.hpp"
#include "dictionary.hpp"

namespace driftline {

// Cells of a batch are read with up to READABLE bytes after them.
class Batch {
 public:
  // Offsets of cells are 32 bits wide, and lines of other rows are added.
  static constexpr size_t MOST_BYTES = 64 << 20;

  // False: it is too large.
  bool load(std::string_view lines) {
    if (lines.size() > MOST_BYTES) return false;
    if (memory_.size() < 2 * lines.size() + ROOM) memory_.resize(2 * lines.size() + ROOM);
    if (!lines.empty()) memcpy(memory_.data(), lines.data(), lines.size());
    used_ = lines.size();
    return true;
  }

  char* begin() { return memory_.data(); }
  const char* begin() const { return memory_.data(); }
  const char* text(Cell cell) const { return memory_.data() + cell.at; }
  std::string_view view(Cell cell) const { return {text(cell), cell.length}; }

  Cell cell(const char* from, const char* to, bool quoted = false) const {
    return {static_cast<uint32_t>(from - memory_.data()), static_cast<uint32_t>(to - from), quoted};
  }

  // Room for a text while lines are read, when nothing may move; nullptr: there is none.
  char* room(size_t bytes) { return used_ + bytes + READABLE <= memory_.size() ? memory_.data() + used_ : nullptr; }

  Cell keep(size_t bytes, bool quoted = false) {
    Cell kept{static_cast<uint32_t>(used_), static_cast<uint32_t>(bytes), quoted};
    used_ += bytes;
    return kept;
  }

  // A copy of a text of another row. Throws std::length_error: more than offsets reach.
  Cell add(std::string_view text, bool quoted = false) {
    if (text.size() > UINT32_MAX - 2 * READABLE - used_) throw std::length_error("a batch of more than 4 GiB");
    if (!room(text.size())) memory_.resize(2 * (used_ + text.size()) + ROOM);
    if (!text.empty()) memcpy(memory_.data() + used_, text.data(), text.size());
    return keep(text.size(), quoted);
  }

 private:
  static constexpr size_t ROOM = 1 << 16;

  std::string memory_;
  size_t used_ = 0;
};

}  // namespace driftline
