// Between PyTensor's storage of arrays and a program: what runs when a program's node is reached.
#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_1_20_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>

#include <new>

#include "runtime.h"

extern "C" {
int scipy_openblas_get_num_threads();
void scipy_openblas_set_num_threads(int);
}

namespace {

using symopt::Error;
using symopt::Host;
using symopt::Input;
using symopt::Slot;

int threads = 1;

struct Argument {
    PyObject* cell;  // a list of one element, which holds the value
    int type;
    int ndim;
    int reuse;    // outputs: the input whose memory they may take, or -1
    bool scalar;  // outputs: a NumPy scalar instead of an array
};

struct Program : Host {
    PyObject* failure;  // a list of three, where PyTensor's loop in C looks for an exception
    PyObject* address;  // waits for the compiler and returns the address of the program
    PyObject* failures;  // a list of what makes exceptions of texts
    symopt::Run run;
    int n_in, n_out, n_slots;
    Argument* in;
    Argument* out;
    PyArrayObject** held;  // the inputs of this call, then its outputs
    Input* inputs;
    Slot* slots;
};

// What PyTensor's loop is given: it reads the first word as the list for exceptions.
struct Handle {
    PyObject* failure;
    Program* program;
};

bool fits(PyObject* object, const Argument& a, int ndim, const i64* dims) {
    if (!object || !PyArray_CheckExact(object)) return false;
    PyArrayObject* array = (PyArrayObject*)object;
    if (PyArray_TYPE(array) != a.type || PyArray_NDIM(array) != ndim || !PyArray_ISCARRAY(array)) return false;
    for (int d = 0; d < ndim; ++d)
        if (PyArray_DIMS(array)[d] != dims[d]) return false;
    return true;
}

void* memory_of_output(Host* host, int index, int ndim, const i64* dims) {
    Program* program = static_cast<Program*>(host);
    const Argument& out = program->out[index];
    PyArrayObject*& held = program->held[program->n_in + index];
    if (held) symopt::fail(symopt::OTHER_ERROR, "an output was asked for twice");
    PyObject* object = NULL;
    if (out.reuse >= 0) object = PyList_GET_ITEM(program->in[out.reuse].cell, 0);
    if (!fits(object, out, ndim, dims)) {
        object = PyList_GET_ITEM(out.cell, 0);
        if (Py_REFCNT(object) != 1 || !fits(object, out, ndim, dims)) object = NULL;
    }
    if (object) {
        Py_INCREF(object);
        held = (PyArrayObject*)object;
    } else {
        held = (PyArrayObject*)PyArray_EMPTY(ndim, (npy_intp*)dims, out.type, 0);
        if (!held) {
            PyErr_Clear();
            symopt::fail(symopt::MEMORY_ERROR, "no memory for an output");
        }
    }
    return PyArray_DATA(held);
}

PyObject* exception_of(int kind) {
    switch (kind) {
        case symopt::VALUE_ERROR: return PyExc_ValueError;
        case symopt::INDEX_ERROR: return PyExc_IndexError;
        case symopt::ASSERTION_ERROR: return PyExc_AssertionError;
        case symopt::ZERO_DIVISION_ERROR: return PyExc_ZeroDivisionError;
        case symopt::MEMORY_ERROR: return PyExc_MemoryError;
        default: return PyExc_RuntimeError;
    }
}

void raise(Program* program) {
    const int given = program->error.kind - symopt::GIVEN_ERROR;
    if (given < 0) {
        PyErr_SetString(exception_of(program->error.kind), program->error.text);
        return;
    }
    PyObject* exception = PyObject_CallFunction(PyList_GET_ITEM(program->failures, given), "s", program->error.text);
    if (!exception) return;
    PyErr_SetObject((PyObject*)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

// An input as aligned memory in this machine's byte order, with strides of whole elements.
PyArrayObject* as_input(PyObject* object, const Argument& a) {
    if (PyArray_Check(object)) {
        PyArrayObject* array = (PyArrayObject*)object;
        bool good = PyArray_TYPE(array) == a.type && PyArray_NDIM(array) == a.ndim
                    && PyArray_ISALIGNED(array) && PyArray_ISNOTSWAPPED(array);
        const npy_intp item = PyArray_ITEMSIZE(array);
        for (int d = 0; good && d < a.ndim; ++d) good = PyArray_STRIDES(array)[d] % item == 0;
        if (good) {
            Py_INCREF(array);
            return array;
        }
    }
    return (PyArrayObject*)PyArray_FromAny(object, PyArray_DescrFromType(a.type), a.ndim, a.ndim,
                                           NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED, NULL);
}

bool call(Program* program) {  // false: a Python error is set
    if (!program->run) {
        PyObject* address = PyObject_CallNoArgs(program->address);
        if (!address) return false;
        program->run = (symopt::Run)PyLong_AsVoidPtr(address);
        Py_DECREF(address);
        if (!program->run) return false;
    }
    const int n_in = program->n_in, n_out = program->n_out;
    bool good = true;
    for (int i = 0; good && i < n_in; ++i) {
        PyArrayObject* array = as_input(PyList_GET_ITEM(program->in[i].cell, 0), program->in[i]);
        program->held[i] = array;
        good = array != NULL;
        if (good)
            program->inputs[i] = {PyArray_BYTES(array), (const i64*)PyArray_DIMS(array),
                                  (const i64*)PyArray_STRIDES(array)};
    }
    if (good) {
        program->threads = threads;
        program->output = memory_of_output;
        // Programs share their products among threads by themselves.
        const int blas_threads = scipy_openblas_get_num_threads();
        if (blas_threads != 1) scipy_openblas_set_num_threads(1);
        good = program->run(program, program->slots, program->inputs) == 0;
        if (blas_threads != 1) scipy_openblas_set_num_threads(blas_threads);
        if (!good) raise(program);
    }
    for (int o = 0; good && o < n_out; ++o) {
        PyArrayObject*& held = program->held[n_in + o];
        PyObject* value = (PyObject*)held;
        held = NULL;
        if (value && program->out[o].scalar) value = PyArray_Return((PyArrayObject*)value);
        if (!value) {
            PyErr_SetString(PyExc_RuntimeError, "a program left an output unwritten");
            good = false;
            break;
        }
        PyObject* old = PyList_GET_ITEM(program->out[o].cell, 0);
        PyList_SET_ITEM(program->out[o].cell, 0, value);
        Py_XDECREF(old);
    }
    for (int i = 0; i < n_in + n_out; ++i) Py_CLEAR(program->held[i]);
    return good;
}

int call_from_c(void* data) {
    Handle* handle = (Handle*)data;
    if (call(handle->program)) return 0;
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyObject* parts[] = {type, value, trace};
    for (int i = 0; i < 3; ++i) {
        PyObject* part = parts[i] ? parts[i] : Py_NewRef(Py_None);
        PyList_SetItem(handle->failure, i, part);
    }
    return 1;
}

void destroy(PyObject* capsule) {
    Handle* handle = (Handle*)PyCapsule_GetContext(capsule);
    Program* program = handle->program;
    for (int i = 0; i < program->n_in; ++i) Py_XDECREF(program->in[i].cell);
    for (int o = 0; o < program->n_out; ++o) Py_XDECREF(program->out[o].cell);
    for (int s = 0; s < program->n_slots; ++s) free(program->slots[s].memory);
    Py_XDECREF(program->address);
    Py_XDECREF(program->failures);
    Py_XDECREF(handle->failure);
    delete[] program->in;
    delete[] program->out;
    delete[] program->held;
    delete[] program->inputs;
    delete[] program->slots;
    delete program;
    delete handle;
}

// (cell, type number, ndim, input to reuse, scalar) for each.
Argument* arguments(PyObject* list) {
    const Py_ssize_t n = PyList_GET_SIZE(list);
    Argument* all = new Argument[n ? n : 1]();
    for (Py_ssize_t i = 0; i < n; ++i) {
        Argument& a = all[i];
        int scalar;
        if (!PyArg_ParseTuple(PyList_GET_ITEM(list, i), "O!iiip", &PyList_Type, &a.cell, &a.type, &a.ndim,
                              &a.reuse, &scalar)) {
            a.cell = NULL;
            for (Py_ssize_t j = 0; j < i; ++j) Py_DECREF(all[j].cell);
            delete[] all;
            return NULL;
        }
        a.scalar = scalar;
        Py_INCREF(a.cell);
    }
    return all;
}

PyObject* make(PyObject*, PyObject* args) {
    PyObject *in, *out, *address, *failures;
    int slots;
    if (!PyArg_ParseTuple(args, "O!O!iOO!", &PyList_Type, &in, &PyList_Type, &out, &slots, &address, &PyList_Type,
                          &failures))
        return NULL;
    Argument* inputs = arguments(in);
    if (!inputs) return NULL;
    Argument* outputs = arguments(out);
    if (!outputs) return NULL;
    Program* program = new Program();
    program->n_in = (int)PyList_GET_SIZE(in);
    program->n_out = (int)PyList_GET_SIZE(out);
    program->n_slots = slots;
    program->in = inputs;
    program->out = outputs;
    program->held = new PyArrayObject*[program->n_in + program->n_out + 1]();
    program->inputs = new Input[program->n_in + 1]();
    program->slots = new Slot[slots + 1]();
    program->address = Py_NewRef(address);
    program->failures = Py_NewRef(failures);
    PyObject* failure = PyList_New(3);
    for (int i = 0; i < 3; ++i) PyList_SET_ITEM(failure, i, Py_NewRef(Py_None));
    Handle* handle = new Handle{failure, program};
    PyObject* capsule = PyCapsule_New((void*)call_from_c, NULL, destroy);
    PyCapsule_SetContext(capsule, handle);
    return capsule;
}

Program* of(PyObject* capsule) { return ((Handle*)PyCapsule_GetContext(capsule))->program; }

PyObject* call_from_python(PyObject*, PyObject* capsule) {
    if (!call(of(capsule))) return NULL;
    Py_RETURN_NONE;
}

PyObject* memory(PyObject*, PyObject* capsule) {
    Program* program = of(capsule);
    size_t bytes = 0;
    for (int s = 0; s < program->n_slots; ++s) bytes += program->slots[s].size;
    return PyLong_FromSize_t(bytes);
}

PyObject* slots(PyObject*, PyObject* capsule) {
    Program* program = of(capsule);
    PyObject* sizes = PyList_New(program->n_slots);
    for (int s = 0; sizes && s < program->n_slots; ++s)
        PyList_SET_ITEM(sizes, s, PyLong_FromSize_t(program->slots[s].size));
    return sizes;
}

PyObject* set_threads(PyObject*, PyObject* count) {
    const long n = PyLong_AsLong(count);
    if (n == -1 && PyErr_Occurred()) return NULL;
    threads = (int)n;
    Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"make", make, METH_VARARGS, "A program's handle: make(inputs, outputs, slots, address, failures)."},
    {"call", call_from_python, METH_O, "Run a program."},
    {"memory", memory, METH_O, "Bytes that a program keeps between calls."},
    {"slots", slots, METH_O, "Bytes of each of a program's slots."},
    {"set_threads", set_threads, METH_O, "Threads of all programs, from their next call on."},
    {NULL, NULL, 0, NULL},
};

PyModuleDef module = {PyModuleDef_HEAD_INIT, "symopt_native", "Runs generated programs.", -1, methods};

}  // namespace

PyMODINIT_FUNC PyInit_symopt_native() {
    import_array();
    return PyModule_Create(&module);
}
