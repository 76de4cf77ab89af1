// The columnar records of a capture file: every row as text, with whose it is (adapters/tables/columnar.py).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "batch.hpp"
#include "column.hpp"
#include "instant.hpp"
#include "layout.hpp"
#include "parquet.hpp"
#include "record_texts.hpp"
#include "table.hpp"

namespace driftline {

// Whose a row is.
struct Origin {
  Cell event, inference, time;
  bool named = false;  // has an inferenceId
  uint32_t index = 0;  // of the row in its record
};

class Records {
 public:
  Records() : writer_(LEVEL) {
    writer_.begin_group(0);
    put_origin(Rows{});
  }

  // The next rows of a table.
  void add(const Batch& batch, const std::vector<const Origin*>& origins, Table& table) {
    Rows& rows = rows_[table.layout.name];
    auto found = std::find(rows.tables.begin(), rows.tables.end(), &table);
    auto at = static_cast<size_t>(found - rows.tables.begin());
    if (found == rows.tables.end()) rows.tables.push_back(&table);
    rows.runs.push_back({at, origins.size()}), rows.count += origins.size();
    // In the files of rows by position an empty id is none (adapters/tables/columnar.py).
    bool empties = !table.layout.by_position;
    for (const Origin* origin : origins) {
      rows.event.put(batch.text(origin->event), origin->event.length, empties || origin->event.length);
      rows.inference.put(batch.text(origin->inference), origin->inference.length,
                         origin->named && (empties || origin->inference.length));
      rows.time.put(batch.text(origin->time), origin->time.length, true);
      rows.index.push_back(static_cast<int32_t>(origin->index));
    }
  }

  // A row group of each layout; the tables are no longer needed.
  void flush() {
    for (auto& [name, rows] : rows_) {
      if (!rows.count) continue;
      writer_.begin_group(rows.count, name);
      put_origin(rows);
      const Layout& layout = rows.tables[0]->layout;
      for (uint32_t number : layout.in_records) {
        bool there = false;
        for (const Table* table : rows.tables) there = there || table->find(number);
        if (there) writer_.text_column(layout.keys()[number], texts_.gather(rows.tables, rows.runs, rows.count, number));
      }
      rows = {};
    }
  }

  std::vector<std::string> columns() { return writer_.columns(); }

  parquet::File finish(const parquet::KeyValues& metadata, const std::vector<std::string>& names) {
    return writer_.finish(metadata, names);
  }

 private:
  static constexpr int LEVEL = 1;  // takes the least time, and what is encoded before hardly shrinks with more

  // Ids and times of rows: codes while they repeat.
  class Ids {
   public:
    void put(const char* text, uint32_t length, bool there) {
      present_.push_back(there);
      missing_ = missing_ || !there;
      if (!there) return;
      if (repeats_ && length) {
        auto& entry = dictionary_.entry(text, length, [](double&) { return Kind::TEXT; });
        texts_.put(dictionary_.code(entry), text, length);
        repeats_ = dictionary_.entries().size() < LOOKED_AT || dictionary_.entries().size() * 2 < present_.size();
      } else {
        repeats_ = false;
        texts_.put_uncoded(dictionary_, text, length);
      }
    }

    parquet::Texts texts(RecordTexts& room) const {
      const uint8_t* present = missing_ ? present_.data() : nullptr;
      if (texts_.coded()) return room.with_codes(present, present_.size(), texts_.codes(), dictionary_);
      return parquet::Texts::plain(present, present_.size(), {texts_.lengths(), texts_.bytes()});
    }

   private:
    static constexpr size_t LOOKED_AT = 256;

    bool repeats_ = true, missing_ = false;
    std::vector<uint8_t> present_;
    Dictionary dictionary_;
    KeptTexts texts_;
  };

  // Those of a layout that are in no row group yet.
  struct Rows {
    size_t count = 0;
    Ids event, inference, time;
    std::vector<int32_t> index;
    std::vector<Table*> tables;
    std::vector<Run> runs;
  };

  void put_origin(const Rows& rows) {
    writer_.text_column("event_id", rows.event.texts(texts_));
    writer_.text_column("inference_id", rows.inference.texts(texts_));
    writer_.text_column("inference_time", rows.time.texts(texts_));
    writer_.int32_column("row", rows.count, rows.index);
    std::vector<uint32_t> lengths, codes;
    std::string slots;
    for (const Table* table : rows.tables) {
      std::string slot = instant::text_of(table->slot);
      lengths.push_back(static_cast<uint32_t>(slot.size()));
      slots += slot;
    }
    for (const Run& run : rows.runs) codes.insert(codes.end(), run.rows, static_cast<uint32_t>(run.table));
    writer_.text_column("slot", parquet::Texts::with_codes(nullptr, rows.count, codes, {lengths, slots}));
  }

  parquet::Writer writer_;
  RecordTexts texts_;
  std::map<std::string, Rows> rows_;
};

}  // namespace driftline
