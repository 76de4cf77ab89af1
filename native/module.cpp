// The Python module `driftline_core`: what capture files cost most, in C++.
#include "capture_module.hpp"
#include "parquet_module.hpp"
#include "python.hpp"

namespace {

// What the Python code that calls this module must know: it changes with the functions and what they return.
constexpr long ABI = 1;

PyMethodDef functions[] = {
    {"write_parquet", driftline::python::write_parquet, METH_VARARGS, driftline::python::WRITE_PARQUET_DOC},
    {nullptr, nullptr, 0, nullptr},
};

int fill(PyObject* module) {
  if (PyModule_AddIntConstant(module, "ABI", ABI) < 0) return -1;
  return driftline::python::add_capture(module);
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(fill)},
    {0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "driftline_core", "What capture files cost most, in C++.", 0, functions, slots,
    nullptr, nullptr, nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit_driftline_core() { return PyModuleDef_Init(&definition); }
