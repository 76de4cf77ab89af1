// A capture file, batch by batch: lines become rows, rows become tables of a slot and a layout, tables become chunks.
//
// The chunks are those of domain/capture/tables.py, and rows are taken in the order of domain/capture/blocks.py, because
// sketches and sums depend on both.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "instant.hpp"
#include "layout.hpp"
#include "lines.hpp"
#include "records.hpp"
#include "splitmix.hpp"
#include "table.hpp"

namespace driftline {

class Capture {
 public:
  using Tables = std::vector<std::unique_ptr<Table>>;

  // chunk_cells: A chunk is complete once it has so many cells.
  Capture(bool keep_records, size_t chunk_cells) : chunk_cells_(chunk_cells) {
    if (keep_records) records_.emplace();
  }

  // Its lines are read first, and then taken.
  Lines& lines() { return lines_; }

  // Takes the rows of the lines; the tables of complete chunks.
  Tables take() {
    Tables complete;
    std::vector<Block> blocks = blocks_of_rows();
    for (const Block& block : blocks) {
      Table& table = table_of(block.slot, *block.layout);
      block.layout->by_position ? add_by_position(block, table) : add_by_name(block, table);
      if (records_) add_records(block, table);
      if (cells_ >= chunk_cells_) {
        expected_ = {block.slot, block.layout, table.sizes()};
        Tables chunk = flush();
        std::move(chunk.begin(), chunk.end(), std::back_inserter(complete));
      }
    }
    return complete;
  }

  // The tables of the last chunk.
  Tables flush() {
    if (records_) records_->flush();
    last_ = nullptr;
    by_slot_.clear();
    cells_ = 0;
    return std::exchange(tables_, {});
  }

  // Throws std::invalid_argument: they are not kept.
  Records& records() {
    if (!records_) throw std::invalid_argument("the records are not kept");
    return *records_;
  }

  // The file of the records, which are not kept any longer.
  parquet::File finish(const parquet::KeyValues& metadata, const std::vector<std::string>& names) {
    parquet::File file = records().finish(metadata, names);
    records_.reset();
    return file;
  }

  // Start of each hour, in seconds since 1970 -> hashes of its records' join ids.
  const std::map<int64_t, std::vector<uint64_t>>& join_hashes() const { return join_hashes_; }

 private:
  // The rows of a batch with the same slot and layout.
  struct Block {
    int64_t slot;
    Layout* layout;
    std::vector<const Row*> rows;
  };

  // The last table of a chunk: a file of one slot goes on with another one like it.
  struct Expected {
    int64_t slot = 0;
    const Layout* layout = nullptr;
    std::vector<Column::Size> sizes;
  };

  std::vector<Block> blocks_of_rows() {
    std::vector<Block> blocks;
    std::map<std::pair<int64_t, const Layout*>, size_t> places;
    size_t last = 0;
    for (const Row& row : lines_.rows()) {
      if (blocks.empty() || blocks[last].slot != row.slot || blocks[last].layout != row.layout) {
        auto [place, is_new] = places.try_emplace({row.slot, row.layout}, blocks.size());
        last = place->second;
        if (is_new) blocks.push_back({row.slot, row.layout, {}});
      }
      blocks[last].rows.push_back(&row);
    }
    return blocks;
  }

  Table& table_of(int64_t slot, Layout& layout) {
    if (last_ && last_->slot == slot && &last_->layout == &layout) return *last_;
    Table*& place = by_slot_[{slot, &layout}];
    if (!place) {
      tables_.push_back(std::make_unique<Table>(slot, layout, records_.has_value()));
      place = tables_.back().get();
      if (expected_.slot == slot && expected_.layout == &layout) {
        place->reserve(expected_.sizes);
        expected_ = {};
      }
    }
    return *(last_ = place);
  }

  // Some rows at a time, column by column, so that a column's dictionary is in the cache.
  void add_by_position(const Block& block, Table& table) {
    size_t width = block.layout->keys().size();
    size_t tile = std::clamp<size_t>(TILE_CELLS / width, 1, MOST_TILE_ROWS);
    cells_of_tile_.resize(width * tile);
    for (size_t start = 0; start < block.rows.size(); start += tile) {
      size_t rows = std::min(tile, block.rows.size() - start);
      for (size_t i = 0; i < rows; ++i) {
        lines_.cells(*block.rows[start + i], [&](size_t column, Cell cell) { cells_of_tile_[column * tile + i] = cell; });
      }
      for (uint32_t c = 0; c < width; ++c) {
        Column& column = table.column(c);
        const Cell* cells = &cells_of_tile_[c * tile];
        for (size_t i = 0; i < rows; ++i) {
          column.take(table.rows + i, lines_.batch().text(cells[i]), cells[i].length, false);
        }
      }
      table.rows += rows;
    }
    cells_ += width * block.rows.size();
  }

  void add_by_name(const Block& block, Table& table) {
    for (const Row* row : block.rows) {
      std::span<const NamedCell> cells = lines_.named_cells(*row);
      for (const NamedCell& named : cells) {
        const Cell& cell = named.cell;
        table.column(named.column).take(table.rows, lines_.batch().text(cell), cell.length, cell.quoted);
      }
      ++table.rows;
      cells_ += cells.size() * (cells.size() > WIDE ? 1 : NAMED_WEIGHT);
    }
  }

  void add_records(const Block& block, Table& table) {
    origins_.clear();
    std::vector<uint64_t>& hashes = join_hashes_[block.slot - hour_offset(block.slot)];
    for (const Row* row : block.rows) {
      origins_.push_back(&row->origin);
      const Origin& origin = row->origin;
      Cell id = origin.inference.length ? origin.inference : origin.event;
      if (!origin.index && id.length) hashes.push_back(join_hash(lines_.batch().view(id)));
    }
    records_->add(lines_.batch(), origins_, table);
  }

  static int64_t hour_offset(int64_t slot) {
    int64_t into = slot % HOUR_SECONDS;
    return into < 0 ? into + HOUR_SECONDS : into;
  }

  // domain/capture/tables.py: what a value by name counts, and the columns from which on it is one cell.
  static constexpr size_t NAMED_WEIGHT = 4, WIDE = 1'000;
  static constexpr size_t TILE_CELLS = 1 << 14, MOST_TILE_ROWS = 256;

  size_t chunk_cells_, cells_ = 0;
  Lines lines_;
  std::optional<Records> records_;
  Tables tables_;
  std::map<std::pair<int64_t, const Layout*>, Table*> by_slot_;
  Table* last_ = nullptr;
  Expected expected_;
  std::map<int64_t, std::vector<uint64_t>> join_hashes_;
  std::vector<Cell> cells_of_tile_;
  std::vector<const Origin*> origins_;
};

}  // namespace driftline
