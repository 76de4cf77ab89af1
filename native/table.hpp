// The rows of one slot and one layout in a chunk of a capture file, column by column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "column.hpp"
#include "layout.hpp"

namespace driftline {

class Table {
 public:
  Table(int64_t slot, Layout& layout, bool keep) : slot(slot), layout(layout), keep_(keep) {
    if (layout.by_position) {
      for (uint32_t i = 0; i < layout.keys().size(); ++i) column(i);
    }
  }

  const int64_t slot;  // seconds since 1970
  Layout& layout;
  size_t rows = 0;

  // By its number in the layout; from now on the table has it.
  Column& column(uint32_t number) {
    if (number >= columns_.size()) columns_.resize(number + size_t{1});
    if (!columns_[number]) {
      columns_[number] = std::make_unique<Column>(keep_);
      if (!layout.by_position) layout.know(number);
    }
    return *columns_[number];
  }

  // Of its columns, by their numbers.
  std::vector<Column::Size> sizes() const {
    std::vector<Column::Size> sizes;
    for (const auto& column : columns_) sizes.push_back(column ? column->size() : Column::Size{});
    return sizes;
  }

  // Room for as many cells as another table of the layout had, in the columns that are there.
  void reserve(const std::vector<Column::Size>& sizes) {
    for (size_t i = 0; i < columns_.size() && i < sizes.size(); ++i) {
      if (columns_[i]) columns_[i]->reserve(sizes[i]);
    }
  }

  // nullptr: no row has it.
  const Column* find(uint32_t number) const { return number < columns_.size() ? columns_[number].get() : nullptr; }

  size_t columns() const {
    size_t count = 0;
    for (const auto& column : columns_) count += column != nullptr;
    return count;
  }

 private:
  bool keep_;
  std::vector<std::unique_ptr<Column>> columns_;
};

}  // namespace driftline
