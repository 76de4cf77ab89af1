// The profile of a table as it is stored: TableWire of domain/profiles/table.py, byte for byte.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "column_wire.hpp"
#include "msgpack.hpp"
#include "table.hpp"

namespace driftline {

struct EncodedColumn {
  const std::string* key;
  std::string wire;
  Unfinished unfinished;
};

// The columns of a table, sorted by key.
inline std::vector<EncodedColumn> encoded_columns(const Table& table) {
  std::vector<EncodedColumn> columns;
  MessagePack out;
  ColumnWire encoder(out);
  for (uint32_t number = 0; number < table.layout.keys().size(); ++number) {
    const Column* column = table.find(number);
    if (!column) continue;
    out.bytes.clear();
    Unfinished unfinished = encoder.put(*column);
    columns.push_back({&table.layout.keys()[number], out.bytes, unfinished});
  }
  std::sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return *a.key < *b.key; });
  return columns;
}

inline std::string encoded_table(size_t rows, const std::vector<EncodedColumn>& columns) {
  MessagePack out;
  size_t bytes = 16;
  for (const EncodedColumn& column : columns) bytes += column.key->size() + column.wire.size() + 8;
  out.bytes.reserve(bytes);
  out.array(2), out.whole(static_cast<int64_t>(rows)), out.map(columns.size());
  for (const EncodedColumn& column : columns) out.text(*column.key), out.bytes += column.wire;
  return std::move(out.bytes);
}

}  // namespace driftline
