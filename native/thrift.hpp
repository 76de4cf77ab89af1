// Thrift's compact protocol, as far as the metadata of a Parquet file needs it.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace driftline::thrift {

enum class Type : uint8_t { I32 = 5, I64 = 6, BINARY = 8, LIST = 9, STRUCT = 12 };

inline void varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

inline void zigzag(std::string& out, int64_t value) {
  varint(out, static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63));
}

// Writes one struct. Its fields must come in the order of their ids.
class Struct {
 public:
  explicit Struct(std::string& out) : out_(out) {}

  void i32(int id, int32_t value) { head(id, Type::I32), zigzag(out_, value); }
  void i64(int id, int64_t value) { head(id, Type::I64), zigzag(out_, value); }
  void text(int id, std::string_view value) { head(id, Type::BINARY), element(value); }

  // The elements follow, with the functions below.
  void list(int id, Type of, size_t count) {
    head(id, Type::LIST);
    auto type = static_cast<uint8_t>(of);
    if (count < 15) {
      out_.push_back(static_cast<char>(count << 4 | type));
    } else {
      out_.push_back(static_cast<char>(0xF0 | type));
      varint(out_, count);
    }
  }
  void element(int32_t value) { zigzag(out_, value); }
  void element(std::string_view value) { varint(out_, value.size()), out_.append(value); }

  // A struct as field, or as element of a list: `fields` is called with its writer.
  template <class Fields> void object(int id, Fields&& fields) { head(id, Type::STRUCT), element_of(fields); }
  template <class Fields> void element_of(Fields&& fields) {
    Struct inner(out_);
    fields(inner);
    inner.end();
  }

  void end() { out_.push_back('\0'); }

 private:
  void head(int id, Type type) {
    int step = id - last_;
    last_ = id;
    if (step > 0 && step < 16) {
      out_.push_back(static_cast<char>(step << 4 | static_cast<int>(type)));
    } else {
      out_.push_back(static_cast<char>(type));
      zigzag(out_, id);
    }
  }

  std::string& out_;
  int last_ = 0;
};

}  // namespace driftline::thrift
