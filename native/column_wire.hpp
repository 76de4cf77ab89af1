// The profile of a column as it is stored: ColumnWire of domain/profiles/column.py, byte for byte.
//
// The sketch of more numbers than it keeps as they are is left to the caller, and so are moments of extreme numbers:
// both come with the numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "blake2b.hpp"
#include "column.hpp"
#include "hashed_texts.hpp"
#include "moments.hpp"
#include "msgpack.hpp"
#include "packing.hpp"

namespace driftline {

constexpr size_t MOST_IN_ORDER = 2050;  // kll.total_capacity(1)

// What is not in the wire form yet: numbers without sketch, or without sketch and moments (count 0).
struct Unfinished {
  std::span<const double> numbers, by_type;
  bool any() const { return !numbers.empty() || !by_type.empty(); }
};

class ColumnWire {
 public:
  explicit ColumnWire(MessagePack& out) : out_(out) {}

  Unfinished put(const Column& column) {
    hash_texts(column);
    Unfinished unfinished;
    unfinished.numbers = put_view(column, column.numbers(), false);
    if (column.by_type()) {
      unfinished.by_type = put_view(column, *column.by_type(), true);
      out_.nil();
    } else {
      out_.nil();
    }
    return unfinished;
  }

 private:
  // All fields but the last, by_type.
  std::span<const double> put_view(const Column& column, const Column::Numbers& numbers, bool by_type) {
    out_.array(7);
    put_types(column, numbers, by_type);
    bool finished = put_moments(numbers.values);
    if (numbers.values.empty()) {
      out_.array(0);
    } else if (numbers.values.size() <= MOST_IN_ORDER) {
      Packed level = packed(numbers.values);
      out_.array(1), out_.array(3), out_.whole(level.decimals), out_.whole(level.width), out_.binary(level.bytes);
    } else {
      out_.array(0);
      finished = false;
    }
    put_distinct(column, numbers, by_type);
    put_categories(column);
    put_texts(column, by_type);
    return finished ? std::span<const double>() : std::span<const double>(numbers.values);
  }

  // How often an entry is a text.
  static uint64_t text_count(const Dictionary::Entry& entry, bool by_type) {
    return entry.kind == Kind::TEXT ? entry.count : by_type ? entry.quoted : 0;
  }

  void put_types(const Column& column, const Column::Numbers& numbers, bool by_type) {
    uint64_t texts = 0, booleans = 0, whole = 0;
    for (const Dictionary::Entry& entry : column.dictionary().entries()) {
      uint64_t count = text_count(entry, by_type);
      if (!count) continue;
      std::string_view text = column.dictionary().text(entry);
      texts += count;
      if (text == "true" || text == "false") booleans += count;
    }
    for (double value : numbers.values) whole += std::floor(value) == value;
    out_.array(5);
    for (uint64_t count : {numbers.integral, numbers.values.size() - numbers.integral, booleans, texts - booleans,
                           whole - numbers.integral}) {
      out_.whole(static_cast<int64_t>(count));
    }
  }

  bool put_moments(const std::vector<double>& numbers) {
    std::optional<Moments> found = Moments::of(numbers);
    Moments moments = found.value_or(Moments());
    out_.array(7);
    out_.whole(static_cast<int64_t>(moments.count));
    for (double value : {moments.total.high, moments.total.low, moments.squares.high, moments.squares.low,
                         moments.minimum, moments.maximum}) {
      out_.real(value);
    }
    return found.has_value();
  }

  void hash_texts(const Column& column) {
    const auto& entries = column.dictionary().entries();
    hashes_.clear();
    for (const Dictionary::Entry& entry : entries) {
      bool text = entry.kind == Kind::TEXT || entry.quoted;
      hashes_.push_back(text ? Blake2b::of(column.dictionary().text(entry)) : 0);
    }
  }

  void put_distinct(const Column& column, const Column::Numbers& numbers, bool by_type) {
    registers_.clear();
    const auto& entries = column.dictionary().entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      const Dictionary::Entry& entry = entries[i];
      if (text_count(entry, by_type)) registers_.observe(hashes_[i]);
      bool is_number = entry.kind != Kind::TEXT && (!by_type || entry.count > entry.quoted);
      if (column.categorical() && is_number) registers_.observe(hash_of_number(entry.value));
    }
    if (!column.categorical()) {
      for (double value : numbers.values) registers_.observe(hash_of_number(value));
    }
    out_.array(2);
    registers_.to_wire([&](std::string_view used, std::string_view ranks) { out_.binary(used), out_.binary(ranks); });
  }

  void put_categories(const Column& column) {
    if (!column.categorical()) return out_.nil();
    std::vector<std::pair<std::string_view, uint32_t>> counts;
    for (const Dictionary::Entry& entry : column.dictionary().entries()) {
      counts.emplace_back(column.dictionary().text(entry), entry.count);
    }
    std::sort(counts.begin(), counts.end());  // of UTF-8 as of code points
    out_.map(counts.size());
    for (const auto& [text, count] : counts) out_.text(text), out_.whole(count);
  }

  void put_texts(const Column& column, bool by_type) {
    counts_.clear();
    const auto& entries = column.dictionary().entries();
    for (size_t i = 0; i < entries.size(); ++i) {
      if (uint64_t count = text_count(entries[i], by_type)) counts_.add(hashes_[i], count);
    }
    out_.array(3);
    counts_.to_wire([&](std::string_view counters, size_t width, std::string_view counts) {
      out_.binary(counters), out_.whole(static_cast<int64_t>(width)), out_.binary(counts);
    });
  }

  MessagePack& out_;
  Registers registers_;
  HashedCounts counts_;
  std::vector<uint64_t> hashes_;  // of the dictionary's texts
};

}  // namespace driftline
