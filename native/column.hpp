// The cells of one column of a table: what its profile is made of, and the texts for the records.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dictionary.hpp"
#include "number.hpp"
#include "text_bytes.hpp"

namespace driftline {

constexpr size_t MAX_CATEGORIES = 120;  // domain/capture/columns.py

// A text in a batch. No length: missing.
struct Cell {
  uint32_t at = 0;
  uint32_t length = 0;
  bool quoted = false;  // a JSON string, which is a text even if it reads as a number
};

// Texts of rows: codes of the dictionary, or once there are numbers that are not in it, the texts themselves.
class KeptTexts {
 public:
  bool coded() const { return coded_; }
  std::span<const uint32_t> codes() const { return codes_; }
  std::span<const uint32_t> lengths() const { return lengths_; }
  std::string_view bytes() const { return bytes_.view(); }

  // A byte a row, 1 if it has a text; rows after the last text may be left out, or may follow without one.
  const std::vector<uint8_t>& present() const { return present_; }

  struct Size {
    size_t rows = 0, codes = 0, lengths = 0, bytes = 0;
  };

  Size size() const { return {present_.size(), codes_.size(), lengths_.size(), bytes_.view().size()}; }

  void reserve(const Size& size) {
    present_.reserve(size.rows), codes_.reserve(size.codes), lengths_.reserve(size.lengths);
    if (size.bytes) bytes_.reserve(size.bytes);
  }

  void mark(size_t row) {
    if (row >= present_.size()) present_.resize(2 * row + LEAST_ROWS);
    present_[row] = 1;
  }

  // Texts are followed by READABLE bytes.
  void put(uint32_t code, const char* text, uint32_t length) {
    if (coded_) codes_.push_back(code);
    else put_text(text, length);
  }

  void put_uncoded(const Dictionary& dictionary, const char* text, uint32_t length) {
    if (coded_) uncode(dictionary);
    put_text(text, length);
  }

 private:
  static constexpr size_t LEAST_ROWS = 16;

  void put_text(const char* text, uint32_t length) {
    lengths_.push_back(length);
    bytes_.append_readable(text, length);
  }

  void uncode(const Dictionary& dictionary) {
    coded_ = false;
    for (uint32_t code : codes_) {
      std::string_view text = dictionary.text(dictionary.entries()[code]);
      lengths_.push_back(static_cast<uint32_t>(text.size()));
      bytes_.append(text);
    }
    std::vector<uint32_t>().swap(codes_);
  }

  bool coded_ = true;
  std::vector<uint8_t> present_;
  std::vector<uint32_t> codes_, lengths_;
  TextBytes bytes_;
};

class Column {
 public:
  // Numbers in the order of the rows, and how many of them are whole.
  struct Numbers {
    std::vector<double> values;
    uint64_t integral = 0;

    void add(double value, Kind kind) {
      values.push_back(value);
      integral += kind == Kind::INTEGRAL;
    }
  };

  explicit Column(bool keep) : keep_(keep) {}

  // One cell of the row; rows come in ascending order, and missing cells may be left out.
  void take(size_t row, const char* text, uint32_t length, bool quoted) {
    if (!length) return;
    if (keep_) kept_.mark(row);
    double value = 0;
    Kind kind = Kind::TEXT;
    bool known = false;
    if (!categorical_) {
      kind = parse_number(text, text + length, value);
      known = true;
      if (kind != Kind::TEXT && !quoted) {
        add(value, kind);
        if (keep_) kept_.put_uncoded(dictionary_, text, length);
        return;
      }
    }
    Dictionary::Entry& entry = dictionary_.entry(text, length, [&](double& of_entry) {
      if (!known) kind = parse_number(text, text + length, value);
      of_entry = value;
      return kind;
    });
    ++entry.count;
    if (entry.kind != Kind::TEXT) {
      if (quoted) add_quoted(entry);
      else add(entry.value, entry.kind);
    }
    if (keep_) kept_.put(dictionary_.code(entry), text, length);
    if (categorical_ && dictionary_.entries().size() > MAX_CATEGORIES) categorical_ = false;
  }

  struct Size {
    size_t numbers = 0;
    KeptTexts::Size kept;
  };

  Size size() const { return {numbers_.values.size(), kept_.size()}; }

  void reserve(const Size& size) { numbers_.values.reserve(size.numbers), kept_.reserve(size.kept); }

  const Dictionary& dictionary() const { return dictionary_; }
  const KeptTexts& kept() const { return kept_; }
  const Numbers& numbers() const { return numbers_; }

  // The numbers without those that are JSON strings; nullptr if no string reads as a number.
  const Numbers* by_type() const { return by_type_.get(); }

  // Whether the dictionary has every text and its count: there are no more than MAX_CATEGORIES.
  bool categorical() const { return categorical_; }

 private:
  void add(double value, Kind kind) {
    numbers_.add(value, kind);
    if (by_type_) by_type_->add(value, kind);
  }

  void add_quoted(Dictionary::Entry& entry) {
    if (!by_type_) by_type_ = std::make_unique<Numbers>(numbers_);
    ++entry.quoted;
    numbers_.add(entry.value, entry.kind);
  }

  bool keep_, categorical_ = true;
  Dictionary dictionary_;
  Numbers numbers_;
  std::unique_ptr<Numbers> by_type_;
  KeptTexts kept_;
};

}  // namespace driftline
