// Python's C interface, in its limited form of 3.11: owned references, and exceptions that become Python's.
#pragma once

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

namespace driftline::python {

// A Python error is set.
struct Raised {};

struct Release {
  void operator()(PyObject* object) const { Py_XDECREF(object); }
};
using Owned = std::unique_ptr<PyObject, Release>;

// A new reference of Python's, or the error that it set.
inline Owned owned(PyObject* object) {
  if (!object) throw Raised();
  return Owned(object);
}

inline std::string text_of(PyObject* object) {
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (!text) throw Raised();
  return {text, static_cast<size_t>(size)};
}

// An item of a tuple or list, borrowed.
inline PyObject* item_of(PyObject* sequence, Py_ssize_t at) {
  PyObject* item = PyTuple_Check(sequence) ? PyTuple_GetItem(sequence, at) : PyList_GetItem(sequence, at);
  if (!item) throw Raised();
  return item;
}

inline Py_ssize_t size_of(PyObject* sequence) {
  Py_ssize_t size = PyObject_Size(sequence);
  if (size < 0) throw Raised();
  return size;
}

// Calls `body`, whose exceptions never reach Python's own code.
template <class Body> PyObject* guarded(Body&& body) noexcept {
  try {
    return body().release();
  } catch (const Raised&) {
    return nullptr;
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
    return nullptr;
  }
}

}  // namespace driftline::python
