// `driftline_core.Capture`: Python's side of capture.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture.hpp"
#include "number.hpp"
#include "python.hpp"
#include "table_wire.hpp"

namespace driftline::python {

struct CaptureObject {
  PyObject_HEAD
  Capture* capture;
};

inline Capture& capture_of(PyObject* self) { return *reinterpret_cast<CaptureObject*>(self)->capture; }

inline Owned bytes_of(std::string_view bytes) {
  return owned(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

inline Owned text_from(std::string_view text) {
  return owned(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
}

inline Owned none() { return Owned(Py_NewRef(Py_None)); }

template <class Items, class Of> Owned list_of(const Items& items, Of&& of) {
  Owned list = owned(PyList_New(0));
  for (const auto& item : items) {
    Owned object = of(item);
    if (PyList_Append(list.get(), object.get()) < 0) throw Raised();
  }
  return list;
}

inline std::string_view view_of(PyObject* object) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (!text) throw Raised();
  return {text, static_cast<size_t>(size)};
}

inline Owned numbers_of(std::span<const double> numbers) {
  return numbers.empty() ? none() : bytes_of({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
}

// (slot, layout, rows, number of columns, TableWire), or in place of the last (key, ColumnWire, numbers or None, numbers
// by type or None) of each column.
inline Owned table_of(const Table& table) {
  std::vector<EncodedColumn> columns = encoded_columns(table);
  bool finished = true;
  for (const EncodedColumn& column : columns) finished = finished && !column.unfinished.any();
  Owned profile = finished ? bytes_of(encoded_table(table.rows, columns)) : list_of(columns, [](const EncodedColumn& column) {
    return owned(Py_BuildValue("(NNNN)", text_from(*column.key).release(), bytes_of(column.wire).release(),
                               numbers_of(column.unfinished.numbers).release(),
                               numbers_of(column.unfinished.by_type).release()));
  });
  return owned(Py_BuildValue("(LNnnN)", static_cast<long long>(table.slot), text_from(table.layout.name).release(),
                             static_cast<Py_ssize_t>(table.rows), static_cast<Py_ssize_t>(columns.size()),
                             profile.release()));
}

inline Owned tables_of(Capture::Tables tables) {
  Owned list = owned(PyList_New(0));
  for (auto& table : tables) {
    Owned object = table_of(*table);
    table.reset();  // as much memory again
    if (PyList_Append(list.get(), object.get()) < 0) throw Raised();
  }
  return list;
}

inline PyObject* capture_new(PyTypeObject* type, PyObject* args, PyObject*) {
  return guarded([&] {
    int records = 0;
    Py_ssize_t chunk_cells = 0;
    if (!PyArg_ParseTuple(args, "pn", &records, &chunk_cells)) throw Raised();
    auto allocate = reinterpret_cast<allocfunc>(PyType_GetSlot(type, Py_tp_alloc));
    Owned self = owned(allocate(type, 0));
    reinterpret_cast<CaptureObject*>(self.get())->capture = new Capture(records, static_cast<size_t>(chunk_cells));
    return self;
  });
}

inline void capture_dealloc(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  delete reinterpret_cast<CaptureObject*>(self)->capture;
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

inline PyObject* capture_read(PyObject* self, PyObject* lines) {
  return guarded([&] {
    char* bytes = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(lines, &bytes, &size) < 0) throw Raised();
    auto others = capture_of(self).lines().read({bytes, static_cast<size_t>(size)});
    if (!others) return none();
    return list_of(*others, [](uint32_t line) { return owned(PyLong_FromUnsignedLong(line)); });
  });
}

// The cells of a row: texts by position, or (key, text or None, quoted) by name.
inline std::vector<GivenCell> given_cells(PyObject* cells, bool by_position) {
  std::vector<GivenCell> found;
  for (Py_ssize_t i = 0, n = size_of(cells); i < n; ++i) {
    PyObject* cell = item_of(cells, i);
    if (by_position) {
      found.push_back({{}, view_of(cell)});
      continue;
    }
    PyObject* text = item_of(cell, 1);
    int quoted = PyObject_IsTrue(item_of(cell, 2));
    if (quoted < 0) throw Raised();
    found.push_back({view_of(item_of(cell, 0)), text == Py_None ? std::string_view() : view_of(text), quoted > 0});
  }
  return found;
}

inline PyObject* capture_add(PyObject* self, PyObject* args) {
  return guarded([&] {
    unsigned long line = 0, index = 0;
    long long slot = 0;
    PyObject *layout = nullptr, *event = nullptr, *inference = nullptr, *time = nullptr, *cells = nullptr;
    if (!PyArg_ParseTuple(args, "kLOUOUkO", &line, &slot, &layout, &event, &inference, &time, &index, &cells)) {
      throw Raised();
    }
    Lines& lines = capture_of(self).lines();
    bool by_position = PyTuple_Check(layout);
    Layout* found = nullptr;
    if (by_position) {
      unsigned int outputs = 0, inputs = 0;
      if (!PyArg_ParseTuple(layout, "II", &outputs, &inputs)) throw Raised();
      if (outputs > MOST_COLUMNS || inputs > MOST_COLUMNS) throw std::invalid_argument("too many columns");
      found = &lines.by_position(outputs, inputs);
    } else {
      found = &lines.by_name(std::string(view_of(layout)));
    }
    std::string_view id = inference == Py_None ? std::string_view() : view_of(inference);
    lines.add(static_cast<uint32_t>(line), slot, *found, view_of(event), inference == Py_None ? nullptr : &id,
              view_of(time), static_cast<uint32_t>(index), given_cells(cells, by_position));
    return none();
  });
}

// (name, (outputs, inputs), []) of layouts by position, (name, None, keys) of those by name.
inline PyObject* capture_layouts(PyObject* self, PyObject*) {
  return guarded([&] {
    return list_of(capture_of(self).lines().layouts(), [](const auto& named) {
      const Layout& layout = *named.second;
      Owned name = text_from(layout.name);
      if (layout.by_position) return owned(Py_BuildValue("(N(II)[])", name.release(), layout.outputs, layout.inputs));
      Owned keys = list_of(layout.keys(), [](const std::string& key) { return text_from(key); });
      return owned(Py_BuildValue("(NON)", name.release(), Py_None, keys.release()));
    });
  });
}

inline PyObject* capture_counts(PyObject* self, PyObject*) {
  return guarded([&] {
    return list_of(capture_of(self).lines().counts(), [](const auto& count) {
      return owned(Py_BuildValue("(Lk)", static_cast<long long>(count.first), static_cast<unsigned long>(count.second)));
    });
  });
}

inline PyObject* capture_take(PyObject* self, PyObject*) {
  return guarded([&] { return tables_of(capture_of(self).take()); });
}

inline PyObject* capture_flush(PyObject* self, PyObject*) {
  return guarded([&] { return tables_of(capture_of(self).flush()); });
}

inline PyObject* capture_join_hashes(PyObject* self, PyObject*) {
  return guarded([&] {
    return list_of(capture_of(self).join_hashes(), [](const auto& of_hour) {
      const std::vector<uint64_t>& hashes = of_hour.second;
      std::string_view bytes(reinterpret_cast<const char*>(hashes.data()), hashes.size() * sizeof(uint64_t));
      return owned(Py_BuildValue("(LN)", static_cast<long long>(of_hour.first), bytes_of(bytes).release()));
    });
  });
}

inline PyObject* capture_columns(PyObject* self, PyObject*) {
  return guarded([&] {
    return list_of(capture_of(self).records().columns(), [](const std::string& name) { return text_from(name); });
  });
}

inline PyObject* capture_finish(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *key = nullptr, *value = nullptr, *names = nullptr;
    if (!PyArg_ParseTuple(args, "UUO", &key, &value, &names)) throw Raised();
    std::vector<std::string> of_columns;
    for (Py_ssize_t i = 0, n = size_of(names); i < n; ++i) of_columns.push_back(text_of(item_of(names, i)));
    parquet::File file = capture_of(self).finish({{text_of(key), text_of(value)}}, of_columns);
    Owned bytes = owned(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(file.size)));
    file.move_to(PyBytes_AsString(bytes.get()));
    return bytes;
  });
}

// Python's own reader of numbers, which has no locale.
inline double number_beyond(const char* text) {
  double value = PyOS_string_to_double(text, nullptr, nullptr);
  if (value == -1.0 && PyErr_Occurred()) {
    PyErr_Clear();
    throw std::bad_alloc();  // the text is a number
  }
  return value;
}

inline PyMethodDef capture_methods[] = {
    {"read", capture_read, METH_O, "Read a batch: the lines whose rows must be added, None for all."},
    {"add", capture_add, METH_VARARGS, "Add a row: (line, slot, layout, eventId, inferenceId, time, index, cells)."},
    {"layouts", capture_layouts, METH_NOARGS, "All layouts so far."},
    {"counts", capture_counts, METH_NOARGS, "(slot, records) that were read in this batch."},
    {"take", capture_take, METH_NOARGS, "Take the rows of the batch: the tables of complete chunks."},
    {"flush", capture_flush, METH_NOARGS, "The tables of the last chunk."},
    {"join_hashes", capture_join_hashes, METH_NOARGS, "(start of the hour, hashes as bytes) of each hour."},
    {"columns", capture_columns, METH_NOARGS, "Columns of the records."},
    {"finish", capture_finish, METH_VARARGS, "The records as Parquet: (key and value of its metadata, column names)."},
    {nullptr, nullptr, 0, nullptr},
};

inline PyType_Slot capture_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(capture_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(capture_dealloc)},
    {Py_tp_methods, capture_methods},
    {Py_tp_doc, const_cast<char*>("A capture file, batch by batch: Capture(keep_records, chunk_cells).")},
    {0, nullptr},
};

inline PyType_Spec capture_spec = {"driftline_core.Capture", sizeof(CaptureObject), 0, Py_TPFLAGS_DEFAULT, capture_slots};

inline int add_capture(PyObject* module) {
  number::beyond = number_beyond;
  PyObject* type = PyType_FromSpec(&capture_spec);
  int status = type ? PyModule_AddObjectRef(module, "Capture", type) : -1;
  Py_XDECREF(type);
  return status;
}

}  // namespace driftline::python
