// The texts of a column of the records, row by row, gathered from the tables whose rows take turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "column.hpp"
#include "dictionary.hpp"
#include "parquet.hpp"
#include "table.hpp"

namespace driftline {

// The next so many rows are those of a table.
struct Run {
  size_t table;  // of the tables of a layout
  size_t rows;
};

class RecordTexts {
 public:
  // The column of this number in the rows of the runs, all together `rows`. Valid until the next call.
  parquet::Texts gather(const std::vector<Table*>& tables, const std::vector<Run>& runs, size_t rows, uint32_t number) {
    clear();
    columns_.clear();
    for (const Table* table : tables) columns_.push_back(table->find(number));
    if (columns_.size() == 1) return of_one(*columns_[0], rows);
    bool coded = true;
    for (const Column* column : columns_) coded = coded && (!column || column->kept().coded());
    if (coded) translate();
    cursors_.assign(columns_.size(), {});
    for (const Run& run : runs) append(run, coded);
    if (!coded) return parquet::Texts::plain(present_.data(), rows, {lengths_, bytes_});
    return with_codes(present_.data(), rows, codes_, dictionary_);
  }

  // Codes if they save anything: the dictionary of mostly different texts is as long as the texts.
  parquet::Texts with_codes(const uint8_t* present, size_t rows, std::span<const uint32_t> codes,
                            const Dictionary& dictionary) {
    lengths_.clear();
    if (dictionary.entries().size() * 2 <= codes.size()) {
      for (const Dictionary::Entry& entry : dictionary.entries()) lengths_.push_back(entry.length);
      return parquet::Texts::with_codes(present, rows, codes, {lengths_, dictionary.texts()});
    }
    bytes_.clear();
    for (uint32_t code : codes) put(dictionary.text(dictionary.entries()[code]));
    return parquet::Texts::plain(present, rows, {lengths_, bytes_});
  }

 private:
  // How far a table's texts have been taken.
  struct Cursor {
    size_t row = 0, value = 0, byte = 0;
  };

  void clear() {
    present_.clear(), codes_.clear(), lengths_.clear(), bytes_.clear();
    dictionary_ = {};
  }

  void put(std::string_view text) {
    lengths_.push_back(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }

  parquet::Texts of_one(const Column& column, size_t rows) {
    const KeptTexts& kept = column.kept();
    const uint8_t* present = nullptr;
    size_t values = kept.coded() ? kept.codes().size() : kept.lengths().size();
    if (values < rows) {
      present_ = kept.present();
      present_.resize(rows);
      present = present_.data();
    }
    if (!kept.coded()) return parquet::Texts::plain(present, rows, {kept.lengths(), kept.bytes()});
    return with_codes(present, rows, kept.codes(), column.dictionary());
  }

  // One dictionary for all tables.
  void translate() {
    codes_of_.assign(columns_.size(), {});
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i]) continue;
      const Dictionary& dictionary = columns_[i]->dictionary();
      for (const Dictionary::Entry& entry : dictionary.entries()) {
        padded_.assign(dictionary.text(entry));
        padded_.append(READABLE, '\0');
        auto& known = dictionary_.entry(padded_.data(), entry.length, [](double&) { return Kind::TEXT; });
        codes_of_[i].push_back(dictionary_.code(known));
      }
    }
  }

  void append(const Run& run, bool coded) {
    const Column* column = columns_[run.table];
    Cursor& cursor = cursors_[run.table];
    for (size_t end = cursor.row + run.rows; cursor.row < end; ++cursor.row) {
      bool there = column && cursor.row < column->kept().present().size() && column->kept().present()[cursor.row];
      present_.push_back(there);
      if (!there) continue;
      const KeptTexts& kept = column->kept();
      if (coded) {
        codes_.push_back(codes_of_[run.table][kept.codes()[cursor.value]]);
      } else if (kept.coded()) {
        put(column->dictionary().text(column->dictionary().entries()[kept.codes()[cursor.value]]));
      } else {
        uint32_t length = kept.lengths()[cursor.value];
        put(kept.bytes().substr(cursor.byte, length));
        cursor.byte += length;
      }
      ++cursor.value;
    }
  }

  std::vector<const Column*> columns_;
  std::vector<Cursor> cursors_;
  std::vector<std::vector<uint32_t>> codes_of_;  // of each table: its codes in the common dictionary
  std::vector<uint8_t> present_;
  std::vector<uint32_t> codes_, lengths_;
  std::string bytes_, padded_;
  Dictionary dictionary_;
};

}  // namespace driftline
