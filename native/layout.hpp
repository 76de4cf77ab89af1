// How rows are shaped: domain/capture/pairing.py. The columns of a layout by position are known, those of one by name are
// found as rows come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace driftline {

class Layout {
 public:
  // By position.
  Layout(std::string name, uint32_t outputs, uint32_t inputs)
      : name(std::move(name)), outputs(outputs), inputs(inputs), by_position(true) {
    for (uint32_t i = 0; i < outputs; ++i) keys_.push_back("output[" + std::to_string(i) + "]");
    for (uint32_t i = 0; i < inputs; ++i) keys_.push_back("input[" + std::to_string(i) + "]");
    for (uint32_t i = 0; i < keys_.size(); ++i) in_records.push_back(i);
  }

  // By name.
  explicit Layout(std::string name) : name(std::move(name)) {}

  const std::string name;
  const uint32_t outputs = 0, inputs = 0;
  const bool by_position = false;

  // Columns in the order of the records: of their first row in a table.
  std::vector<uint32_t> in_records;

  const std::vector<std::string>& keys() const { return keys_; }

  // The number of a column by name; `likely` is looked at first.
  uint32_t column(std::string_view key, uint32_t likely) {
    if (likely < keys_.size() && keys_[likely] == key) return likely;
    auto [found, is_new] = numbers_.try_emplace(std::string(key), static_cast<uint32_t>(keys_.size()));
    if (is_new) keys_.push_back(found->first), known_.push_back(false);
    return found->second;
  }

  // Columns beyond the first so many were those of a row that is not taken.
  void forget_after(size_t columns) {
    for (; keys_.size() > columns; keys_.pop_back()) numbers_.erase(keys_.back());
    known_.resize(keys_.size());
  }

  // A row of a table has a column by name.
  void know(uint32_t column) {
    if (known_[column]) return;
    known_[column] = true;
    in_records.push_back(column);
  }

 private:
  std::vector<std::string> keys_;
  std::unordered_map<std::string, uint32_t> numbers_;  // of layouts by name
  std::vector<bool> known_;                            // of layouts by name
};

}  // namespace driftline
