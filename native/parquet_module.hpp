// The Parquet writer, for Python: lists of cells in, the bytes of a file out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parquet.hpp"
#include "python.hpp"

namespace driftline::python {

// Cells of a column, str, int or None. Its memory is what the writer's columns point to.
class Cells {
 public:
  explicit Cells(PyObject* cells) {
    Py_ssize_t rows = size_of(cells);
    for (Py_ssize_t i = 0; i < rows; ++i) {
      PyObject* cell = item_of(cells, i);
      present_.push_back(cell != Py_None);
      if (PyLong_Check(cell)) {
        long value = PyLong_AsLong(cell);
        if (value == -1 && PyErr_Occurred()) throw Raised();
        if (value < INT32_MIN || value > INT32_MAX) throw parquet::Error("an integer has at most 32 bits");
        integers_.push_back(static_cast<int32_t>(value));
      } else if (cell != Py_None) {
        std::string text = text_of(cell);
        if (text.size() > INT32_MAX) throw parquet::Error("a text has at most 2 GiB");
        lengths_.push_back(static_cast<uint32_t>(text.size()));
        bytes_ += text;
      }
    }
    if (!integers_.empty() && !lengths_.empty()) throw parquet::Error("a column has either texts or integers");
  }

  size_t rows() const { return present_.size(); }
  const uint8_t* present() const { return present_.data(); }
  bool of_integers() const { return !integers_.empty(); }
  const std::vector<int32_t>& integers() const { return integers_; }
  parquet::TextList texts() const { return {lengths_, bytes_}; }

  std::vector<uint32_t> codes() const {
    if (!lengths_.empty()) throw parquet::Error("a code is an integer");
    return {integers_.begin(), integers_.end()};  // a negative one is beyond every dictionary
  }

 private:
  std::vector<uint8_t> present_;
  std::vector<int32_t> integers_;
  std::vector<uint32_t> lengths_;
  std::string bytes_;
};

inline void add_column(parquet::Writer& writer, const std::string& name, PyObject* column) {
  if (PyTuple_Check(column)) {
    Cells codes(item_of(column, 0)), dictionary(item_of(column, 1));
    if (dictionary.of_integers()) throw parquet::Error("a dictionary has texts");
    std::vector<uint32_t> values = codes.codes();
    writer.text_column(name,
                       parquet::Texts::with_codes(codes.present(), codes.rows(), values, dictionary.texts()));
    return;
  }
  Cells cells(column);
  if (cells.of_integers()) {
    writer.int32_column(name, cells.rows(), cells.integers(), cells.present());
  } else {
    writer.text_column(name, parquet::Texts::plain(cells.present(), cells.rows(), cells.texts()));
  }
}

inline Owned bytes_of(parquet::File file) {
  Owned bytes = owned(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(file.size)));
  file.move_to(PyBytes_AsString(bytes.get()));
  return bytes;
}

inline constexpr char WRITE_PARQUET_DOC[] =
    "write_parquet(groups, metadata, level, /)\n--\n\n"
    "A Parquet file, in bytes.\n\n"
    "Args:\n"
    "    groups: A list of (rank, rows, columns); columns is a list of (name, cells), and cells is a list of str and\n"
    "        None, a list of int and None, or (codes, dictionary): a list of int and None and one of str.\n"
    "    metadata: A list of (key, value).\n"
    "    level: Of zstd.\n\n"
    "Raises:\n"
    "    ValueError: The columns of a group have not its rows, or cells are not of one type.";

inline PyObject* write_parquet(PyObject*, PyObject* arguments) noexcept {
  return guarded([&] {
    PyObject *groups, *metadata;
    int level;
    if (!PyArg_ParseTuple(arguments, "O!O!i", &PyList_Type, &groups, &PyList_Type, &metadata, &level)) throw Raised();
    parquet::Writer writer(level);
    for (Py_ssize_t i = 0; i < size_of(groups); ++i) {
      const char* rank;
      Py_ssize_t rows;
      PyObject* columns;
      if (!PyArg_ParseTuple(item_of(groups, i), "snO!", &rank, &rows, &PyList_Type, &columns)) throw Raised();
      writer.begin_group(static_cast<size_t>(rows), rank);
      for (Py_ssize_t k = 0; k < size_of(columns); ++k) {
        PyObject* column = item_of(columns, k);
        add_column(writer, text_of(item_of(column, 0)), item_of(column, 1));
      }
    }
    parquet::KeyValues pairs;
    for (Py_ssize_t i = 0; i < size_of(metadata); ++i) {
      PyObject* pair = item_of(metadata, i);
      pairs.emplace_back(text_of(item_of(pair, 0)), text_of(item_of(pair, 1)));
    }
    return bytes_of(writer.finish(pairs));
  });
}

}  // namespace driftline::python
