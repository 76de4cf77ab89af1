// Digests of all that the native core makes of some inputs, without Python: to be the same on every architecture.
//
//   digest CAPTURE_FILE NUMBERS     the second file has a number a line
#include <charconv>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "../blake2b.hpp"
#include "../capture.hpp"
#include "../number.hpp"
#include "../python_number.hpp"
#include "../table_wire.hpp"

namespace {

using namespace driftline;

std::string content(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fprintf(stderr, "%s cannot be read\n", path), exit(2);
  return {std::istreambuf_iterator<char>(file), {}};
}

void print(const char* what, std::string_view bytes) {
  printf("%s %zu %016" PRIx64 "\n", what, bytes.size(), Blake2b::of(bytes));
}

std::string_view bytes_of(std::span<const double> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

void put(std::string& out, const Capture::Tables& tables) {
  for (const auto& table : tables) {
    std::vector<EncodedColumn> columns = encoded_columns(*table);
    for (const EncodedColumn& column : columns) {
      out += *column.key, out += bytes_of(column.unfinished.numbers), out += bytes_of(column.unfinished.by_type);
    }
    out += encoded_table(table->rows, columns);
  }
}

void capture(const std::string& body) {
  Capture capture(true, 20'000);
  std::string others, profiles, hashes;
  size_t batch_bytes = 100'000;
  for (std::string_view rest = body; !rest.empty();) {
    size_t end = rest.find('\n', std::min(batch_bytes, rest.size()));
    std::string_view batch = rest.substr(0, end == std::string_view::npos ? end : end + 1);
    rest.remove_prefix(batch.size());
    auto left_out = capture.lines().read(batch);
    others += left_out ? std::to_string(left_out->size()) + " " : "none ";
    put(profiles, capture.take());
  }
  put(profiles, capture.flush());
  for (const auto& [hour, of_hour] : capture.join_hashes()) {
    hashes += std::to_string(hour);
    hashes.append(reinterpret_cast<const char*>(of_hour.data()), of_hour.size() * sizeof of_hour[0]);
  }
  parquet::File file = capture.records().finish({}, capture.records().columns());
  std::string records(file.size, '\0');
  file.move_to(records.data());
  print("lines", others), print("profiles", profiles), print("hashes", hashes), print("records", records);
}

void numbers(const std::string& body) {
  std::string all;
  for (size_t at = 0; at < body.size();) {
    size_t end = std::min(body.find('\n', at), body.size());
    double value = 0;
    Kind kind = parse_number(body.data() + at, body.data() + end, value);
    all.push_back(static_cast<char>(kind));
    if (kind != Kind::TEXT) {
      char bytes[sizeof value], text[LONGEST_REPR];
      memcpy(bytes, &value, sizeof value);
      all.append(bytes, sizeof value);
      all.append(text, python_number::repr(value, text));
    }
    at = end + 1;
  }
  print("numbers", all);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return fprintf(stderr, "digest CAPTURE_FILE NUMBERS\n"), 2;
  capture(content(argv[1]));
  numbers(content(argv[2]));
}
