// Bytes that grow: texts of a few bytes each are appended a million times, for which a call of memcpy takes too long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "lanes.hpp"

namespace driftline {

class TextBytes {
 public:
  std::string_view view() const { return {bytes_.get(), size_}; }

  void append(std::string_view text) {
    if (text.empty()) return;
    reserve(text.size());
    memcpy(bytes_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }

  // Room for so many more, and for a lane behind them.
  void reserve(size_t more) {
    if (size_ + more + lanes::WIDTH > capacity_) grow(more);
  }

  // A text with at least lanes::WIDTH readable bytes, whatever they are: a short one is copied with some of them.
  void append_readable(const char* text, size_t length) {
    reserve(length);
    char* to = bytes_.get() + size_;
    if (length <= lanes::WIDTH) memcpy(to, text, lanes::WIDTH);
    else memcpy(to, text, length);
    size_ += length;
  }

 private:
  static constexpr size_t LEAST = 64;

  void grow(size_t more) {
    size_t capacity = LEAST + 2 * capacity_ + more;
    std::unique_ptr<char[]> bytes(new char[capacity]);
    if (size_) memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes), capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace driftline
