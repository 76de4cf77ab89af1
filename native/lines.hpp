// The rows of a batch of lines: those that are read here, and those that the caller adds.
//
// What is read is what nearly all lines are: one row, CSV without quotes or JSON, at a time in UTC. All other lines are
// left to the caller, whose reader is complete; so no line is refused here.
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
      if (!row.given) ++counts[row.slot];
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
    if (time != time_) {
      std::optional<int64_t> slot = slot_of(time);
      if (!slot) return false;
      time_ = time, slot_ = *slot;
    }
    Row row{number, slot_, nullptr, {}, {}, {}};
    row.first = cells_.size();
    if (!sides(line, row)) return cells_.resize(row.first), false;
    row.count = cells_.size() - row.first;
    row.origin = {cell(line.event), cell(line.inference), cell(line.time), line.named, 0};
    rows_.push_back(row);
    return true;
  }

  bool sides(Line& line, Row& row) {
    Side &output = line.output, &input = line.input;
    uint32_t widths[2] = {};
    uint32_t* width = widths;
    bool json = false;
    for (Side* side : {&output, &input}) {
      if (side->there && side->encoding == Encoding::CSV) {
        if (!single_row(side->data)) return false;
        *width = width_of(side->data.view());
      } else if (side->there && side->encoding == Encoding::JSON) {
        json = true;
      } else if (side->there) {
        return false;
      }
      ++width;
    }
    if (widths[0] + widths[1] > MOST_COLUMNS) return false;
    if (!json) {
      row.layout = &by_position(widths[0], widths[1]);
      row.output = cell(output.data), row.input = cell(input.data);
      return true;
    }
    Layout& layout = by_name(joined(part(output, widths[0]), part(input, widths[1])));
    size_t known = layout.keys().size();
    json_.begin_row(layout);
    row.layout = &layout;
    if (side("output", output) && side("input", input) && cells_.size() - row.first <= MOST_COLUMNS) return true;
    return layout.forget_after(known), false;
  }

  static std::string part(const Side& side, uint32_t width) {
    if (!side.there) return "";
    return side.encoding == Encoding::JSON ? "json" : "csv:" + std::to_string(width);
  }

  // pairing._join
  static std::string joined(const std::string& output, const std::string& input) {
    if (output.empty() || input.empty()) return output + input;
    return output == "json" && input == "json" ? "json" : output + "+" + input;
  }

  bool side(std::string_view prefix, Side& side) {
    if (!side.there) return true;
    if (side.encoding == Encoding::JSON) return json_.read(prefix, side.data);
    bool ok = true;
    split(side.data.view(), MOST_COLUMNS, [&](uint32_t column, const char* from, const char* to) {
      key_.assign(prefix).append("[").append(std::to_string(column)).append("]");
      ok = ok && json_.put(key_, batch_.cell(from, to));
    });
    return ok;
  }

  Cell cell(json::Text text) const { return text.at ? batch_.cell(text.at, text.at + text.size) : Cell{}; }

  Batch batch_;
  std::vector<Row> rows_;
  std::vector<NamedCell> cells_;
  bool in_order_ = true;
  JsonRowReader json_{batch_, cells_};
  std::map<std::string, std::unique_ptr<Layout>> layouts_;
  Layout* last_ = nullptr;
  std::string time_, key_;
  int64_t slot_ = 0;
};

}  // namespace driftline
