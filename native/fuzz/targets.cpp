// What is fuzzed: the entry points of the native core, without Python. An input's first bytes choose how it is used, the
// rest is what is read. Wrong results abort, as what the sanitizers find does.
//
// libFuzzer and driver.cpp call LLVMFuzzerTestOneInput; DRIFTLINE_FUZZ names the target.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "../batch.hpp"
#include "../capture.hpp"
#include "../json_row.hpp"
#include "../number.hpp"
#include "../parquet.hpp"
#include "../python_number.hpp"
#include "../table_wire.hpp"
#include "allocations.hpp"

namespace {

using namespace driftline;

void must(bool holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "WRONG RESULT: %s\n", what);
  abort();
}

// Takes numbers from the front of an input.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint8_t byte() { return size_ ? (--size_, *data_++) : 0; }
  size_t number(size_t most) { return (size_t{byte()} << 8 | byte()) % (most + 1); }
  std::string_view take(size_t bytes) {
    bytes = std::min(bytes, size_);
    std::string_view taken(reinterpret_cast<const char*>(data_), bytes);
    data_ += bytes, size_ -= bytes;
    return taken;
  }
  std::string_view rest() { return take(size_); }
  bool empty() const { return !size_; }

 private:
  const uint8_t* data_;
  size_t size_;
};

void check_file(parquet::File file) {
  std::string bytes(file.size, '\0');
  file.move_to(bytes.data());
  must(bytes.starts_with("PAR1") && bytes.ends_with("PAR1"), "a Parquet file begins and ends with PAR1");
}

size_t rows_of(const Capture::Tables& tables) {
  size_t rows = 0;
  for (const auto& table : tables) {
    rows += table->rows;
    std::vector<EncodedColumn> columns = encoded_columns(*table);
    must(!encoded_table(table->rows, columns).empty(), "a table is encoded");
  }
  return rows;
}

// A capture file: in batches of some lines, with and without records; lines that are left out get a row.
void lines(Bytes input) {
  uint8_t how = input.byte();
  size_t batch_bytes = how & 1 ? 1 + input.number(300) : SIZE_MAX;
  Capture capture(how & 2, how & 4 ? 50 : 250'000);
  std::string_view body = input.rest();
  size_t taken = 0, out = 0;
  while (!body.empty()) {
    size_t end = body.size() > batch_bytes ? body.find('\n', batch_bytes) : std::string_view::npos;
    std::string_view batch = body.substr(0, end == std::string_view::npos ? end : end + 1);
    body.remove_prefix(batch.size());
    auto others = capture.lines().read(batch);
    if (!others) continue;
    for (uint32_t line : *others) {
      if (how & 8) {
        GivenCell cells[] = {{{}, "0.5", false}, {{}, batch.substr(0, line % 9), false}};
        capture.lines().add(line, 0, capture.lines().by_position(1, 1), "id", nullptr, "2026-03-01", line, cells);
      } else {
        GivenCell cells[] = {{"output.a", "1", false}, {"input.b", batch.substr(0, line % 9), true}, {"input.c", {}}};
        std::string_view inference = "i";
        capture.lines().add(line, 300, capture.lines().by_name("json"), "", &inference, "t", 0, cells);
      }
    }
    taken += capture.lines().rows().size();
    out += rows_of(capture.take());
  }
  out += rows_of(capture.flush());
  must(out == taken, "every row that was read is in one table");
  if (how & 2) {
    std::vector<std::string> names = capture.records().columns();
    check_file(capture.records().finish({{"driftline_hours", ""}}, names));
  }
}

// A payload of JSON.
void json_payload(Bytes input) {
  std::string_view text = input.rest();
  {
    Batch batch;
    must(batch.load(text), "a batch is loaded");
    json::Reader(batch.begin(), batch.begin() + text.size()).skip();
  }
  Batch batch;
  must(batch.load(text), "a batch is loaded");
  std::vector<NamedCell> cells;
  JsonRowReader reader(batch, cells);
  Layout layout("json");
  for (const char* side : {"output", "input"}) {
    std::vector<size_t> ends;
    size_t before = cells.size();
    if (!reader.read(side, layout, {batch.begin(), text.size(), false}, ends)) continue;
    must(std::is_sorted(ends.begin(), ends.end()) && ends.front() >= before, "rows follow each other");
    must(ends.back() == cells.size(), "each cell is in a row");
  }
  for (const NamedCell& cell : cells) {
    must(cell.column < layout.keys().size(), "a cell has a column");
    must(cell.cell.length <= 2 * text.size() + 64, "a cell is not longer than its batch");
  }
}

// The text of a cell: what strtod says, and what Python writes.
void number_text(Bytes input) {
  std::string text(input.rest());
  double value = 0;
  Kind kind = parse_number(text.data(), text.data() + text.size(), value);
  if (kind == Kind::TEXT) return;
  size_t at = text[0] == '-' || text[0] == '+';
  bool negative = text[0] == '-';
  at += text[at] == ' ';
  double wanted = strtod(text.c_str() + at, nullptr);
  wanted = (negative ? -wanted : wanted) + 0.0;
  must(std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(wanted), "a number is the nearest double");
  bool integral = text.find_first_not_of("0123456789", at) == std::string::npos;
  must(integral == (kind == Kind::INTEGRAL), "an integral number has digits alone");
  char written[LONGEST_REPR];
  std::string repr(written, python_number::repr(value, written));
  must(strtod(repr.c_str(), nullptr) == value, "a number is what is written of it");
  if (text[0] != '+' && !(at && text[at - 1] == ' ') && (text[at] != '0' || text.size() == at + 1 || text[at + 1] == '.')) {
    if (python_number::is_repr(text) && value != 0) must(repr == text, "what looks like Python's is Python's");
  }
}

// Columns of a Parquet file; what cannot be is refused.
void parquet_file(Bytes input) {
  parquet::Writer writer(1);
  try {
    while (!input.empty()) {
      size_t rows = input.number(600);
      writer.begin_group(rows, input.take(input.byte() % 3));
      for (size_t columns = input.byte() % 5; columns; --columns) {
        uint8_t how = input.byte();
        std::string name(input.take(1 + how % 2));
        std::vector<uint8_t> present(rows);
        for (auto& there : present) there = !(how & 4) || input.byte() & 1;
        auto values = static_cast<size_t>(std::count(present.begin(), present.end(), 1)) + (how == 0xFF);
        std::vector<uint32_t> numbers(values), lengths(how & 8 ? values : input.byte());
        std::string texts;
        for (auto& number : numbers) number = static_cast<uint32_t>(input.number(how & 16 ? 3 : 0xFFFF));
        for (auto& length : lengths) {
          std::string_view text = input.take(input.byte() % 20);
          length = static_cast<uint32_t>(text.size()), texts += text;
        }
        const uint8_t* levels = how & 4 ? present.data() : nullptr;
        parquet::TextList list{lengths, texts};
        if (how & 32) {
          std::vector<int32_t> integers(numbers.begin(), numbers.end());
          for (auto& integer : integers) integer = static_cast<int32_t>(static_cast<uint32_t>(integer) * 2654435761u);
          writer.int32_column(name, rows, integers, levels);
        } else if (how & 8) {
          writer.text_column(name, parquet::Texts::plain(levels, rows, list));
        } else {
          writer.text_column(name, parquet::Texts::with_codes(levels, rows, numbers, list));
        }
      }
    }
    check_file(writer.finish({{"key", "value"}}));
  } catch (const parquet::Error&) {
  }
}

using Target = void (*)(Bytes);

Target target() {
  const char* name = getenv("DRIFTLINE_FUZZ");
  std::string_view wanted = name ? name : "";
  if (wanted == "lines") return lines;
  if (wanted == "json") return json_payload;
  if (wanted == "numbers") return number_text;
  if (wanted == "parquet") return parquet_file;
  fprintf(stderr, "DRIFTLINE_FUZZ must be lines, json, numbers or parquet\n");
  exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Target of_process = target();
  Bytes input(data, size);
  // Of every eight inputs one runs out of memory at some allocation: that is an exception, and nothing is lost.
  uint8_t first = input.byte();
  Allocations failing(first % 8 == 7 ? 1 + input.number(2'000) : 0);
  try {
    of_process(input);
  } catch (const std::bad_alloc&) {
    must(failing.failed(), "memory is enough");
  } catch (const std::exception& error) {
    must(false, error.what());
  }
  return 0;
}
