// JSON payloads, row by row, whose number of rows does not depend on the other side: see domain/capture/json_tables.py.
//
//   one row:       0.7   [1, 2]   {"a": 1, "b": {"c": [2]}}   {"features": [1, 2]}
//   a row an item: [{"a": 1}, {"a": 2}]   {"instances": [[1, 2], [3, 4]]}
//
// What may be columns of several rows is left to the caller.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "batch.hpp"
#include "column.hpp"
#include "json.hpp"
#include "layout.hpp"
#include "number.hpp"
#include "python_number.hpp"

namespace driftline {

// A cell of a row by name. One without length is missing, but the row has its column.
struct NamedCell {
  uint32_t column;
  Cell cell;
};

class JsonRowReader {
 public:
  JsonRowReader(Batch& batch, std::vector<NamedCell>& cells) : batch_(batch), cells_(cells) {}

  // A row of this layout follows.
  void begin_row(Layout& layout) { layout_ = &layout, ++row_, next_ = 0; }

  // Appends the cells of a payload, and the end of each of its rows among the cells. False: rows may be something else, it
  // is not plain JSON, or two values of a row have one name.
  bool read(std::string_view prefix, Layout& layout, json::Text payload, std::vector<size_t>& ends) {
    begin_row(layout);
    path_ = prefix;
    ends.clear(), ends_ = &ends;
    size_t before = cells_.size();
    json::Reader reader(payload.at, payload.at + payload.size);
    if (!document(reader) || reader.more() || cells_.size() == before) return false;
    if (ends.empty()) ends.push_back(cells_.size());
    return true;
  }

  // False: the row has the column already.
  bool put(std::string_view key, Cell cell) {
    uint32_t column = layout_->column(key, next_);
    next_ = column + 1;
    if (column >= rows_.size()) rows_.resize(column + size_t{1});
    if (rows_[column] == row_) return false;
    rows_[column] = row_;
    cells_.push_back({column, cell});
    return true;
  }

 private:
  static constexpr size_t MOST_ITEMS = 5'000;  // columns of a file (domain/capture/columns.py)

  static bool is_nested(char next) { return next == '{' || next == '['; }

  static bool is_any_of(std::string_view key, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), key) != names.end();
  }

  // Keys of serving protocols, of options next to them, and of pandas' split: they decide what the others mean.
  static bool is_of_protocol(std::string_view key) {
    return is_any_of(key, {"instances", "inputs", "dataframe_split", "dataframe_records", "predictions", "outputs",
                           "columns", "data"});
  }
  static bool is_option(std::string_view key) { return is_any_of(key, {"signature_name", "params", "parameters"}); }

  bool document(json::Reader& reader) {
    char first = reader.peek();
    if (first == '{') return reader.is('{') && object(reader);
    if (first == '[') return reader.is('[') && (is_nested(reader.peek()) ? rows(reader) : plain_list(reader));
    path_ += "[0]";
    return scalar(reader);
  }

  bool object(json::Reader& reader) {
    size_t members = 0, nested = 0;
    bool first_nested = false, alone = false, of_protocol = false, option = false;
    bool ok = reader.members([&](std::string_view key) {
      bool is_first = !members++;
      of_protocol = of_protocol || is_of_protocol(key), option = option || is_option(key);
      char next = reader.peek();
      if (!is_nested(next)) return named(reader, key, 1);
      ++nested;
      if (!is_first) return named(reader, key, 1);
      first_nested = true;
      if (next != '[') return false;
      alone = true;  // it is the row, or has the rows
      reader.is('[');
      char item = reader.peek();
      if (item == '{' && is_any_of(key, {"inputs", "outputs"})) return false;  // tensors
      if (is_nested(item)) return rows(reader);
      size_t size = path_.size();
      path_ += '.', path_ += key;
      bool ok = plain_list(reader);
      path_.resize(size);
      return ok;
    });
    if (!ok || option) return false;
    if (first_nested) return alone && members == 1;
    return !nested || !of_protocol;
  }

  // Behind the bracket of a list of rows.
  bool rows(json::Reader& reader) {
    return reader.items([&] {
      if (!is_nested(reader.peek()) || !value(reader, 1)) return false;
      ends_->push_back(cells_.size());
      begin_row(*layout_);
      return true;
    });
  }

  // Behind the bracket of a list of plain values.
  bool plain_list(json::Reader& reader) {
    return list(reader, [&] { return !is_nested(reader.peek()) && scalar(reader); });
  }

  bool named(json::Reader& reader, std::string_view key, int depth) {
    size_t size = path_.size();
    path_ += '.', path_ += key;
    bool ok = value(reader, depth);
    path_.resize(size);
    return ok;
  }

  // What a row has, with lists and objects in it.
  bool value(json::Reader& reader, int depth) {
    if (depth > json::MOST_DEPTH) return false;
    char next = reader.peek();
    if (next == '[') return reader.is('[') && list(reader, [&] { return value(reader, depth + 1); });
    if (next != '{') return scalar(reader);
    return reader.is('{') && reader.members([&](std::string_view key) { return named(reader, key, depth + 1); });
  }

  template <class Item> bool list(json::Reader& reader, Item&& item) {
    size_t size = path_.size(), at = 0;
    return reader.items([&] {
      if (at >= MOST_ITEMS) return false;
      path_ += '[', path_ += std::to_string(at++), path_ += ']';
      bool ok = item();
      path_.resize(size);
      return ok;
    });
  }

  bool scalar(json::Reader& reader) {
    auto word = [&](std::string_view text) {
      return reader.word(text) && put(path_, batch_.cell(reader.at() - text.size(), reader.at()));
    };
    switch (reader.peek()) {
      case '"': {
        json::Text text;
        return reader.string(text) && put(path_, batch_.cell(text.at, text.at + text.size, true));
      }
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return reader.word("null") && put(path_, {});
      default: return number(reader);
    }
  }

  bool number(json::Reader& reader) {
    std::string_view text;
    bool whole;
    if (!reader.number(text, whole)) return false;
    Cell cell = batch_.cell(text.data(), text.data() + text.size());
    if (whole) return text.size() <= json::PLAIN_NUMBER && text != "-0" && put(path_, cell);
    if (python_number::is_repr(text)) return put(path_, cell);
    double value;
    if (parse_number(text.data(), text.data() + text.size(), value) == Kind::TEXT) return false;
    if (text[0] == '-' && value == 0) value = -0.0;
    char* room = batch_.room(LONGEST_REPR);
    return room && put(path_, batch_.keep(python_number::repr(value, room)));
  }

  Batch& batch_;
  std::vector<NamedCell>& cells_;
  Layout* layout_ = nullptr;
  std::vector<size_t>* ends_ = nullptr;
  std::string path_;
  std::vector<uint64_t> rows_;  // of each column, the last row that has it
  uint64_t row_ = 0;
  uint32_t next_ = 0;
};

}  // namespace driftline
