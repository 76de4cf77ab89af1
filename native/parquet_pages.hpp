// Pages of a column chunk of a Parquet file: levels, values, zstd. https://parquet.apache.org/docs/file-format/data-pages/
#pragma once

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parquet_encodings.hpp"
#include "thrift.hpp"

namespace driftline::parquet {

// What a caller did wrong, or what the format has no room for.
struct Error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// Texts, one after the other.
struct TextList {
  std::span<const uint32_t> lengths;  // in bytes
  std::string_view bytes;
};

// Numbers of the format (parquet.thrift)
enum class Kind : int32_t { INT32 = 1, TEXT = 6 };
enum class Encoding : int32_t { PLAIN = 0, RLE = 3, DELTAS = 5, DELTA_LENGTHS = 6, DICTIONARY = 8 };
enum class PageType : int32_t { DATA = 0, DICTIONARY = 2 };
constexpr int32_t ZSTD_CODEC = 6;

// Which rows of a column have a value.
struct Rows {
  const uint8_t* present;  // a byte a row, 0 or 1; nullptr if all have one
  size_t count;

  size_t values() const {
    if (!present) return count;
    size_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += present[i] != 0;
    return sum;
  }
};

// Where the pages of one column in one row group are.
struct Chunk {
  size_t column, rows;
  Encoding encoding;
  int64_t dictionary_at = -1, data_at = -1;  // in the file; -1 if it has none
  int64_t unpacked = 0, packed = 0;          // bytes, with the heads of the pages
};

// A file in parts, so that nothing is copied while it grows.
struct File {
  std::vector<std::string> parts;
  size_t size = 0;

  void add(std::string part) {
    size += part.size();
    parts.push_back(std::move(part));
  }

  // Copies the file to `to`, which has room for `size` bytes, and frees its parts on the way.
  void move_to(char* to) {
    for (std::string& part : parts) {
      memcpy(to, part.data(), part.size());
      to += part.size();
      std::string().swap(part);
    }
    parts.clear();
  }
};

// Appends pages to a file.
class PageWriter {
 public:
  explicit PageWriter(int level) : level_(level), context_(ZSTD_createCCtx()) {
    if (!context_) throw std::bad_alloc();
  }

  void dictionary(File& file, Chunk& chunk, const TextList& texts) {
    body_.clear();
    body_.reserve(texts.bytes.size() + 4 * texts.lengths.size());
    const char* text = texts.bytes.data();
    for (uint32_t length : texts.lengths) {
      put_uint32(body_, length);
      body_.append(text, length);
      text += length;
    }
    chunk.dictionary_at = static_cast<int64_t>(file.size);
    page(file, chunk, PageType::DICTIONARY, Encoding::PLAIN, texts.lengths.size());
  }

  void codes(File& file, Chunk& chunk, Rows rows, std::span<const uint32_t> codes, size_t dictionary_size) {
    int width = std::max(1, bit_width(static_cast<uint32_t>(dictionary_size - 1)));
    data(file, chunk, rows, [](size_t) { return 0; }, [&](size_t from, size_t to) {
      body_.push_back(static_cast<char>(width));
      put_hybrid(body_, codes.data() + from, to - from, width);
    });
  }

  void texts(File& file, Chunk& chunk, Rows rows, const TextList& texts) {
    const uint32_t* lengths = texts.lengths.data();
    const char* next = texts.bytes.data();
    data(file, chunk, rows, [&](size_t i) { return lengths[i]; }, [&](size_t from, size_t to) {
      put_deltas(body_, reinterpret_cast<const int32_t*>(lengths) + from, to - from);
      size_t bytes = 0;
      for (size_t i = from; i < to; ++i) bytes += lengths[i];
      body_.append(next, bytes);
      next += bytes;
    });
  }

  void integers(File& file, Chunk& chunk, Rows rows, std::span<const int32_t> values) {
    data(file, chunk, rows, [](size_t) { return 4; }, [&](size_t from, size_t to) {
      put_deltas(body_, values.data() + from, to - from);
    });
  }

 private:
  // Readers unpack a page of each column at a time. A text that is longer is a page of its own.
  static constexpr size_t PAGE_BYTES = 1 << 20, PAGE_ROWS = 1 << 18;

  // size: Of a value, in bytes. put: Appends the values [from, to) to `body_`.
  template <class Size, class Put> void data(File& file, Chunk& chunk, Rows rows, Size&& size, Put&& put) {
    for (size_t row = 0, value = 0; row < rows.count;) {
      size_t end_row = row, end_value = value, bytes = 0;
      for (; end_row < rows.count && end_row - row < PAGE_ROWS; ++end_row) {
        if (rows.present && !rows.present[end_row]) continue;
        size_t more = size(end_value);
        if (end_value > value && bytes + more > PAGE_BYTES) break;
        bytes += more, ++end_value;
      }
      body_.clear();
      put_levels(rows.present ? rows.present + row : nullptr, end_row - row);
      put(value, end_value);
      if (chunk.data_at < 0) chunk.data_at = static_cast<int64_t>(file.size);
      page(file, chunk, PageType::DATA, chunk.encoding, end_row - row);
      row = end_row, value = end_value;
    }
  }

  void put_levels(const uint8_t* present, size_t rows) {
    put_uint32(body_, 0);
    if (present) {
      put_hybrid(body_, present, rows, 1);
    } else {
      thrift::varint(body_, rows << 1);
      body_.push_back(1);
    }
    auto length = static_cast<uint32_t>(body_.size() - 4);
    memcpy(body_.data(), &length, 4);
  }

  // `body_` as a page.
  void page(File& file, Chunk& chunk, PageType type, Encoding encoding, size_t values) {
    if (body_.size() > MOST_BYTES) throw Error("a page of a Parquet file has at most 1 GiB: a text is longer");
    packed_.resize(ZSTD_compressBound(body_.size()));
    size_t packed =
        ZSTD_compressCCtx(context_.get(), packed_.data(), packed_.size(), body_.data(), body_.size(), level_);
    if (ZSTD_isError(packed)) {
      if (ZSTD_getErrorCode(packed) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      throw Error(std::string("zstd: ") + ZSTD_getErrorName(packed));
    }
    std::string part;
    part.reserve(packed + MOST_HEAD_BYTES);
    thrift::Struct head(part);
    head.i32(1, static_cast<int32_t>(type));
    head.i32(2, static_cast<int32_t>(body_.size()));
    head.i32(3, static_cast<int32_t>(packed));
    head.object(type == PageType::DATA ? 5 : 7, [&](thrift::Struct& of_type) {
      of_type.i32(1, static_cast<int32_t>(values));
      of_type.i32(2, static_cast<int32_t>(encoding));
      if (type == PageType::DATA) {
        of_type.i32(3, static_cast<int32_t>(Encoding::RLE));  // definition levels
        of_type.i32(4, static_cast<int32_t>(Encoding::RLE));  // repetition levels, of which there are none
      }
    });
    head.end();
    chunk.unpacked += static_cast<int64_t>(part.size() + body_.size());
    part.append(packed_, 0, packed);
    chunk.packed += static_cast<int64_t>(part.size());
    file.add(std::move(part));
  }

  // Sizes are signed 32-bit numbers in the file, the packed one's bound, too.
  static constexpr size_t MOST_BYTES = 1 << 30, MOST_HEAD_BYTES = 40;

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  int level_;
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::string body_, packed_;  // kept, because most pages are of a size
};

}  // namespace driftline::parquet
