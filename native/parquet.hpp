// Writes a Parquet file of texts and 32-bit integers: what the columnar records of a capture file are.
//
// Texts are a dictionary with codes, or DELTA_LENGTH_BYTE_ARRAY; integers are DELTA_BINARY_PACKED. Pages are of version 1
// and compressed with zstd. There are no statistics. https://parquet.apache.org/docs/file-format/
//
// The same calls give the same bytes. Errors are exceptions: `Error`, and std::bad_alloc without memory; a writer that
// threw can only be destroyed. Texts must be UTF-8, which the caller has checked.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "parquet_pages.hpp"
#include "thrift.hpp"

namespace driftline::parquet {

// A text column of a row group, in the caller's memory.
struct Texts {
  const uint8_t* present;  // a byte a row, 0 or 1; nullptr if every row has a text
  size_t rows;
  TextList texts;                   // of the rows that have one, or the dictionary
  std::span<const uint32_t> codes;  // of the rows that have one, into the dictionary
  bool coded;

  static Texts plain(const uint8_t* present, size_t rows, TextList texts) { return {present, rows, texts, {}, false}; }
  static Texts with_codes(const uint8_t* present, size_t rows, std::span<const uint32_t> codes, TextList dictionary) {
    return {present, rows, dictionary, codes, true};
  }
};

using KeyValues = std::vector<std::pair<std::string, std::string>>;

class Writer {
 public:
  // level: Of zstd.
  explicit Writer(int level) : pages_(level) { file_.add("PAR1"); }

  // Its columns follow; one that a group lacks is null in it. A group without rows only names its columns.
  //
  // rank: In the file, groups are in the order of their ranks, and those of the same rank as they were begun. So the
  // rows of several layouts can be written as they come, and are together in the file.
  void begin_group(size_t rows, std::string_view rank = {}) { groups_.push_back({rows, std::string(rank), {}}); }

  void text_column(std::string_view name, const Texts& column) {
    check_rows(name, column.rows);
    Rows rows{column.present, column.rows};
    size_t values = rows.values();
    check_lengths(name, column.texts, column.coded ? column.texts.lengths.size() : values);
    if (column.coded) check_codes(name, column, values);
    bool coded = column.coded && values;
    Chunk& chunk = new_chunk(name, Kind::TEXT, coded ? Encoding::DICTIONARY : Encoding::DELTA_LENGTHS);
    if (coded) {
      pages_.dictionary(file_, chunk, column.texts);
      pages_.codes(file_, chunk, rows, column.codes, column.texts.lengths.size());
    } else {
      pages_.texts(file_, chunk, rows, column.coded ? TextList{} : column.texts);
    }
  }

  // values: Of the rows that have one.
  void int32_column(std::string_view name, size_t rows, std::span<const int32_t> values,
                    const uint8_t* present = nullptr) {
    check_rows(name, rows);
    Rows of_column{present, rows};
    if (values.size() != of_column.values()) throw Error(of(name) + "there is not one value for each row that has one");
    pages_.integers(file_, new_chunk(name, Kind::INT32, Encoding::DELTAS), of_column, values);
  }

  // Names of the columns in the order of the file: as the groups name them, in their order.
  std::vector<std::string> columns() {
    std::vector<std::string> names;
    for (size_t id : in_order()) names.push_back(columns_[id].name);
    return names;
  }

  // The file. The writer is used up.
  //
  // names: Of the columns in the file, in place of those that `columns` gives; none keeps them.
  File finish(const KeyValues& metadata, const std::vector<std::string>& names = {}) {
    std::vector<size_t> ids = in_order();
    if (!names.empty() && names.size() != ids.size()) throw Error("there is not one name for each column");
    for (size_t i = 0; i < names.size(); ++i) columns_[ids[i]].name = names[i];
    std::erase_if(groups_, [](const Group& group) { return !group.rows; });
    for (Group& group : groups_) fill_up(group, ids);
    std::string footer;
    put_footer(footer, ids, metadata);
    if (footer.size() > INT32_MAX) throw Error("the footer of a Parquet file has at most 2 GiB");
    put_uint32(footer, static_cast<uint32_t>(footer.size()));
    footer += "PAR1";
    file_.add(std::move(footer));
    return std::move(file_);
  }

 private:
  struct Column {
    std::string name;
    Kind kind;
  };
  struct Group {
    size_t rows;
    std::string rank;
    std::vector<Chunk> chunks;
  };

  static std::string of(std::string_view name) { return "column " + std::string(name) + ": "; }

  static void check_lengths(std::string_view name, const TextList& texts, size_t count) {
    if (texts.lengths.size() != count) throw Error(of(name) + "there is not one text for each row that has one");
    uint64_t bytes = 0;
    for (uint32_t length : texts.lengths) bytes += length;
    if (bytes != texts.bytes.size()) throw Error(of(name) + "its texts have not the stated lengths");
  }

  static void check_codes(std::string_view name, const Texts& column, size_t count) {
    if (column.codes.size() != count) throw Error(of(name) + "there is not one code for each row that has a text");
    uint32_t most = 0;
    for (uint32_t code : column.codes) most = std::max(most, code);
    if (count && most >= column.texts.lengths.size()) throw Error(of(name) + "its dictionary lacks a code");
  }

  void check_rows(std::string_view name, size_t rows) const {
    if (groups_.empty()) throw Error(of(name) + "no row group was begun");
    if (groups_.back().rows != rows) throw Error(of(name) + "it has not as many rows as its row group");
  }

  Chunk& new_chunk(std::string_view name, Kind kind, Encoding encoding) {
    auto [found, is_new] = ids_.try_emplace(std::string(name), columns_.size());
    if (is_new) columns_.push_back({std::string(name), kind}), last_group_.push_back(0);
    size_t id = found->second;
    if (columns_[id].kind != kind) throw Error(of(name) + "an earlier row group has it with another type");
    if (last_group_[id] == groups_.size()) throw Error(of(name) + "its row group has it already");
    last_group_[id] = groups_.size();
    return groups_.back().chunks.emplace_back(Chunk{id, groups_.back().rows, encoding});
  }

  // Sorts the groups. Ids of the columns in the order in which the groups name them.
  std::vector<size_t> in_order() {
    std::stable_sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) { return a.rank < b.rank; });
    std::vector<size_t> ids;
    std::vector<bool> seen(columns_.size());
    for (const Group& group : groups_) {
      for (const Chunk& chunk : group.chunks) {
        if (!seen[chunk.column]) seen[chunk.column] = true, ids.push_back(chunk.column);
      }
    }
    return ids;
  }

  // A chunk for each column, in the order of the ids.
  void fill_up(Group& group, const std::vector<size_t>& ids) {
    std::vector<const Chunk*> there(columns_.size());
    for (const Chunk& chunk : group.chunks) there[chunk.column] = &chunk;
    std::vector<Chunk> all;
    all.reserve(ids.size());
    std::vector<uint8_t> none;
    for (size_t id : ids) {
      if (there[id]) {
        all.push_back(*there[id]);
        continue;
      }
      none.resize(group.rows);
      bool text = columns_[id].kind == Kind::TEXT;
      Chunk& chunk = all.emplace_back(Chunk{id, group.rows, text ? Encoding::DELTA_LENGTHS : Encoding::DELTAS});
      pages_.integers(file_, chunk, {none.data(), group.rows}, {});  // no lengths of texts are no integers
    }
    group.chunks = std::move(all);
  }

  // FileMetaData of parquet.thrift, whose field ids these are.
  void put_footer(std::string& out, const std::vector<size_t>& ids, const KeyValues& metadata) const {
    int64_t rows = 0;
    for (const Group& group : groups_) rows += static_cast<int64_t>(group.rows);
    thrift::Struct file(out);
    file.i32(1, 2);  // the version that has delta encodings
    file.list(2, thrift::Type::STRUCT, ids.size() + 1);
    file.element_of([&](thrift::Struct& root) { root.text(4, "root"), root.i32(5, static_cast<int32_t>(ids.size())); });
    for (size_t id : ids) file.element_of([&](thrift::Struct& element) { put_schema(element, columns_[id]); });
    file.i64(3, rows);
    file.list(4, thrift::Type::STRUCT, groups_.size());
    for (const Group& group : groups_) file.element_of([&](thrift::Struct& element) { put_group(element, group); });
    if (!metadata.empty()) {
      file.list(5, thrift::Type::STRUCT, metadata.size());
      for (const auto& pair : metadata) {
        file.element_of([&](thrift::Struct& element) { element.text(1, pair.first), element.text(2, pair.second); });
      }
    }
    file.text(6, "driftline");
    file.end();
  }

  static void put_schema(thrift::Struct& element, const Column& column) {
    constexpr int32_t OPTIONAL = 1, UTF8 = 0;
    element.i32(1, static_cast<int32_t>(column.kind));
    element.i32(3, OPTIONAL);
    element.text(4, column.name);
    if (column.kind == Kind::TEXT) {
      element.i32(6, UTF8);
      element.object(10, [](thrift::Struct& type) { type.object(1, [](thrift::Struct&) {}); });  // STRING
    }
  }

  void put_group(thrift::Struct& element, const Group& group) const {
    int64_t unpacked = 0;
    element.list(1, thrift::Type::STRUCT, group.chunks.size());
    for (const Chunk& chunk : group.chunks) {
      unpacked += chunk.unpacked;
      element.element_of([&](thrift::Struct& column) {
        column.i64(2, chunk.data_at);
        column.object(3, [&](thrift::Struct& data) { put_chunk(data, chunk); });
      });
    }
    element.i64(2, unpacked);
    element.i64(3, static_cast<int64_t>(group.rows));
  }

  void put_chunk(thrift::Struct& data, const Chunk& chunk) const {
    const Column& column = columns_[chunk.column];
    data.i32(1, static_cast<int32_t>(column.kind));
    data.list(2, thrift::Type::I32, 2);
    data.element(static_cast<int32_t>(Encoding::RLE));
    data.element(static_cast<int32_t>(chunk.encoding));
    data.list(3, thrift::Type::BINARY, 1);
    data.element(std::string_view(column.name));
    data.i32(4, ZSTD_CODEC);
    data.i64(5, static_cast<int64_t>(chunk.rows));
    data.i64(6, chunk.unpacked);
    data.i64(7, chunk.packed);
    data.i64(9, chunk.data_at);
    if (chunk.dictionary_at >= 0) data.i64(11, chunk.dictionary_at);
  }

  PageWriter pages_;
  File file_;
  std::vector<Group> groups_;
  std::vector<Column> columns_;
  std::vector<size_t> last_group_;  // of each column: the number of the last group that has it, from 1
  std::unordered_map<std::string, size_t> ids_;
};

}  // namespace driftline::parquet
