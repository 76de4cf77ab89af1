// The rows of a batch of lines: those that are read here, and those that the caller adds.
//
// What is read is what nearly all lines are: CSV without quotes or JSON, at a time in UTC. All other lines are left to the
// caller, whose reader is complete; so no line is refused here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base64.hpp"
#include "batch.hpp"
#include "csv_row.hpp"
#include "envelope.hpp"
#include "instant.hpp"
#include "json_row.hpp"
#include "layout.hpp"
#include "records.hpp"

namespace driftline {

constexpr uint32_t MOST_COLUMNS = 5'000;  // of a row and of a file (domain/capture/columns.py)

struct Row {
  uint32_t line;  // in the batch, from 0
  int64_t slot;
  Layout* layout;
  Origin origin;
  // By position and read here: both sides, to be split. By name, or added by the caller: places of its cells.
  Cell output, input;
  size_t first = 0, count = 0;
  bool given = false;
};

// A cell of a row that the caller adds; only those of rows by name have keys.
struct GivenCell {
  std::string_view key, text;
  bool quoted = false;
};

class Lines {
 public:
  // Reads a batch. The result are the lines that are capture records and whose rows the caller adds; nothing if those of
  // all lines are to be added.
  std::optional<std::vector<uint32_t>> read(std::string_view lines) {
    clear();
    if (!batch_.load(lines)) return std::nullopt;
    std::vector<uint32_t> others;
    char *p = batch_.begin(), *end = p + lines.size();
    for (uint32_t number = 0; p < end; ++number) {
      auto found = static_cast<char*>(memchr(p, '\n', static_cast<size_t>(end - p)));
      char* line_end = found ? found : end;
      LineReader reader(p, line_end);
      if (!reader.blank()) {
        Line line;
        if (!reader.read(line)) return clear(), std::nullopt;
        if (!take(number, line)) others.push_back(number);
      }
      p = line_end + 1;
    }
    in_order_ = true;
    return others;
  }

  // Adds a row of a line that was not read. Throws std::invalid_argument: not the cells of its layout.
  void add(uint32_t line, int64_t slot, Layout& layout, std::string_view event, const std::string_view* inference,
           std::string_view time, uint32_t index, std::span<const GivenCell> cells) {
    if (layout.by_position && cells.size() != layout.keys().size()) {
      throw std::invalid_argument("a row by position needs a cell for each column");
    }
    if (slot < EARLIEST_SLOT || slot >= END_OF_SLOTS) throw std::invalid_argument("a time out of bounds");
    Row row{line, slot, &layout, {}, {}, {}};
    row.origin = {batch_.add(event), inference ? batch_.add(*inference) : Cell{}, batch_.add(time),
                  inference != nullptr, index};
    row.given = true;
    row.first = cells_.size();
    json_.begin_row(layout);
    uint32_t position = 0;
    for (const GivenCell& cell : cells) {
      Cell text = batch_.add(cell.text, cell.quoted);
      if (layout.by_position) cells_.push_back({position++, text});
      else json_.put(cell.key, text);
    }
    row.count = cells_.size() - row.first;
    rows_.push_back(row);
    in_order_ = false;
  }

  // In the order of the lines, and of the rows in a record.
  const std::vector<Row>& rows() {
    if (!in_order_) {
      std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.line < b.line; });
      in_order_ = true;
    }
    return rows_;
  }

  // Start of each slot -> records that were read in it.
  std::map<int64_t, size_t> counts() const {
    std::map<int64_t, size_t> counts;
    for (const Row& row : rows_) {
      if (!row.given && !row.origin.index) ++counts[row.slot];
    }
    return counts;
  }

  const Batch& batch() const { return batch_; }

  std::span<const NamedCell> named_cells(const Row& row) const { return {cells_.data() + row.first, row.count}; }

  // Calls `put(column, cell)` for each cell of a row by position.
  template <class Put> void cells(const Row& row, Put&& put) const {
    if (row.given) {
      for (const NamedCell& cell : named_cells(row)) put(cell.column, cell.cell);
      return;
    }
    const Layout& layout = *row.layout;
    auto side = [&](Cell text, uint32_t first, uint32_t width) {
      if (!width) return;
      split(batch_.view(text), width, [&](uint32_t column, const char* from, const char* to) {
        put(first + column, batch_.cell(from, to));
      });
    };
    side(row.output, 0, layout.outputs), side(row.input, layout.outputs, layout.inputs);
  }

  Layout& by_position(uint32_t outputs, uint32_t inputs) {
    if (last_ && last_->by_position && last_->outputs == outputs && last_->inputs == inputs) return *last_;
    std::string name = "csv:" + std::to_string(outputs) + "+" + std::to_string(inputs);
    auto& layout = layouts_[name];
    if (!layout) layout = std::make_unique<Layout>(name, outputs, inputs);
    return *(last_ = layout.get());
  }

  Layout& by_name(const std::string& name) {
    if (last_ && last_->name == name) return *last_;
    auto& layout = layouts_[name];
    if (!layout) layout = std::make_unique<Layout>(name);
    return *(last_ = layout.get());
  }

  const std::map<std::string, std::unique_ptr<Layout>>& layouts() const { return layouts_; }

 private:
  void clear() { rows_.clear(), cells_.clear(), in_order_ = true; }

  // False: a record for the caller.
  bool take(uint32_t number, Line& line) {
    if (line.shadow || !(line.output.there || line.input.there)) return false;
    std::string_view time = line.time.view();
    if (time.empty() || time != time_) {
      std::optional<int64_t> slot = slot_of(time);
      if (!slot) return false;
      time_ = time, slot_ = *slot;
    }
    bool json = false;
    for (Side* side : {&line.output, &line.input}) {
      if (!side->there) continue;
      if (side->encoding == Encoding::BASE64 && !decode_base64(*side)) return false;
      if (side->encoding > Encoding::JSON || side->data.size > MOST_TEXT) return false;
      json = json || side->encoding == Encoding::JSON;
    }
    Row row{number, slot_, nullptr, {}, {}, {}};
    row.origin = {cell(line.event), cell(line.inference), cell(line.time), line.named, 0};
    size_t rows = rows_.size(), cells = cells_.size();
    if (json ? rows_by_name(line, row) : rows_by_position(line, row)) return true;
    return rows_.resize(rows), cells_.resize(cells), false;
  }

  bool rows_by_position(const Line& line, Row& row) {
    const Side &output = line.output, &input = line.input;
    outputs_.clear(), inputs_.clear();
    if ((output.there && !plain_rows(output.data, outputs_)) || (input.there && !plain_rows(input.data, inputs_))) return false;
    if (output.there && input.there && outputs_.size() != inputs_.size()) return false;
    for (size_t i = 0; i < std::max(outputs_.size(), inputs_.size()); ++i, ++row.origin.index) {
      uint32_t widths[] = {output.there ? width_of(outputs_[i]) : 0, input.there ? width_of(inputs_[i]) : 0};
      if (widths[0] + widths[1] > MOST_COLUMNS) return false;
      row.layout = &by_position(widths[0], widths[1]);
      if (output.there) row.output = cell(outputs_[i]);
      if (input.there) row.input = cell(inputs_[i]);
      rows_.push_back(row);
    }
    return true;
  }

  bool rows_by_name(Line& line, Row& row) {
    Layout* layout = layout_by_name(line);
    if (!layout) return false;
    size_t known = layout->keys().size(), start = cells_.size();
    row.layout = layout;
    output_ends_.clear(), input_ends_.clear();
    bool ok = side("output", line.output, *layout, output_ends_) && side("input", line.input, *layout, input_ends_) &&
              (!line.output.there || !line.input.there || output_ends_.size() == input_ends_.size());
    ok = ok && put_rows(row, start);
    return ok || (layout->forget_after(known), false);
  }

  // The rows whose cells begin at `start`: first those of all outputs, then those of all inputs.
  bool put_rows(Row& row, size_t start) {
    size_t rows = std::max(output_ends_.size(), input_ends_.size());
    size_t output = start, input = output_ends_.empty() ? start : output_ends_.back();
    if (rows > 1) moved_.assign(cells_.begin() + static_cast<ptrdiff_t>(start), cells_.end());
    for (size_t i = 0, at = start; i < rows; ++i, ++row.origin.index) {
      size_t output_end = output_ends_.empty() ? start : output_ends_[i], input_end = input_ends_.empty() ? input : input_ends_[i];
      row.first = at, row.count = output_end - output + input_end - input;
      if (row.count > MOST_COLUMNS) return false;
      if (rows > 1) {
        for (; output < output_end; ++output) cells_[at++] = moved_[output - start];
        for (; input < input_end; ++input) cells_[at++] = moved_[input - start];
      }
      rows_.push_back(row);
    }
    return true;
  }

  // nullptr: CSV next to JSON that is not one plain row.
  Layout* layout_by_name(Line& line) {
    std::string parts[2];
    std::string* part = parts;
    for (Side* side : {&line.output, &line.input}) {
      if (side->there && side->encoding == Encoding::JSON) *part = "json";
      if (side->there && side->encoding == Encoding::CSV) {
        if (!plain_rows(side->data, outputs_) || outputs_.size() > 1) return nullptr;
        side->data.at = const_cast<char*>(outputs_[0].data()), side->data.size = outputs_[0].size();
        *part = "csv:" + std::to_string(width_of(outputs_[0]));
      }
      ++part;
    }
    return &by_name(joined(parts[0], parts[1]));
  }

  // pairing._join
  static std::string joined(const std::string& output, const std::string& input) {
    if (output.empty() || input.empty()) return output + input;
    return output == "json" && input == "json" ? "json" : output + "+" + input;
  }

  bool side(std::string_view prefix, const Side& side, Layout& layout, std::vector<size_t>& ends) {
    if (!side.there) return true;
    if (side.encoding == Encoding::JSON) return json_.read(prefix, layout, side.data, ends);
    json_.begin_row(layout);
    bool ok = true;
    uint32_t width = split(side.data.view(), MOST_COLUMNS, [&](uint32_t column, const char* from, const char* to) {
      key_.assign(prefix).append("[").append(std::to_string(column)).append("]");
      ok = ok && json_.put(key_, batch_.cell(from, to));
    });
    ends.push_back(cells_.size());
    return ok && width <= MOST_COLUMNS;
  }

  Cell cell(std::string_view text) const { return batch_.cell(text.data(), text.data() + text.size()); }
  Cell cell(json::Text text) const { return text.at ? cell(text.view()) : Cell{}; }

  static constexpr size_t MOST_TEXT = 2'000'000;  // longer ones may have too many values (domain/capture/payloads.py)

  Batch batch_;
  std::vector<Row> rows_;
  std::vector<NamedCell> cells_;
  bool in_order_ = true;
  JsonRowReader json_{batch_, cells_};
  std::map<std::string, std::unique_ptr<Layout>> layouts_;
  Layout* last_ = nullptr;
  std::string time_, key_;
  std::vector<std::string_view> outputs_, inputs_;  // rows of a line
  std::vector<size_t> output_ends_, input_ends_;    // of its rows by name, among the cells
  std::vector<NamedCell> moved_;
  int64_t slot_ = 0;
};

}  // namespace driftline
