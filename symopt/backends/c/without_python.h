// What the C++ of native operations uses of Python and NumPy, for libraries that programs call: these have
// neither. Errors are thrown. One call runs at a time, since a program holds the GIL.

enum { REAL, NPY_MAXDIMS = symopt::MAX_DIMS };

const symopt::Call* running;  // the call

struct PyArrayObject {
    symopt::Plain plain;
    int index;  // of an output
};

inline int PyArray_NDIM(const PyArrayObject* a) { return a->plain.ndim; }
inline npy_intp* PyArray_DIMS(PyArrayObject* a) { return a->plain.dims; }
inline void* PyArray_DATA(const PyArrayObject* a) { return a->plain.data; }
inline void* PyArray_GETPTR1(const PyArrayObject* a, npy_intp i) {
    return a->plain.data + i * a->plain.strides[0];
}
inline npy_intp PyArray_SIZE(const PyArrayObject* a) {
    npy_intp n = 1;
    for (int d = 0; d < a->plain.ndim; ++d) n *= a->plain.dims[d];
    return n;
}

// ---- errors: a text stands for an object that is printed

typedef std::string PyObject;
enum ErrorType { PyExc_ValueError = symopt::VALUE_ERROR };

inline PyObject* PyArray_IntTupleFromIntp(int n, const npy_intp* values) {
    static std::string texts[4];  // as many as a message holds
    static int next = 0;
    std::string& text = texts[next++ % 4];
    text = "(";
    for (int k = 0; k < n; ++k) text += (k ? ", " : "") + std::to_string(values[k]);
    text += n == 1 ? ",)" : ")";
    return &text;
}

inline void Py_XDECREF(const void*) {}
inline void PyErr_NoMemory() { throw std::bad_alloc(); }

// %s is a C string, %R an object.
inline void PyErr_Format(ErrorType type, const char* format, ...) {
    std::string text;
    va_list arguments;
    va_start(arguments, format);
    for (const char* p = format; *p; ++p) {
        if (*p != '%') text += *p;
        else if (*++p == 'R') text += *va_arg(arguments, PyObject*);
        else text += va_arg(arguments, const char*);
    }
    va_end(arguments);
    symopt::fail(type, "%s", text.c_str());
}

// ---- as in arrays.h

inline bool output_like(PyArrayObject** out, int ndim, const npy_intp* shape) {
    symopt::Plain& plain = (*out)->plain;
    plain.ndim = ndim;
    std::copy(shape, shape + ndim, plain.dims);
    plain.data = (char*)running->memory(running->state, (*out)->index, shape);
    return true;
}

class Contiguous {
  public:
    explicit Contiguous(PyArrayObject* given) : array(given) {
        const symopt::Plain& plain = given->plain;
        i64 step[symopt::MAX_DIMS], next = sizeof(real);
        bool good = true;
        for (int d = plain.ndim - 1; d >= 0; --d) {
            step[d] = next;
            good = good && (plain.dims[d] == 1 || plain.strides[d] == next);
            next *= plain.dims[d];
        }
        if (good) return;
        copy.reset(new real[PyArray_SIZE(given)]);
        symopt::copy(plain.ndim, plain.dims, sizeof(real), (char*)copy.get(), step, plain.data, plain.strides);
    }
    Contiguous(const Contiguous&) = delete;
    Contiguous& operator=(const Contiguous&) = delete;
    explicit operator bool() const { return true; }
    const real* data() const { return copy ? copy.get() : (const real*)PyArray_DATA(array); }
    npy_intp size(int d) const { return array->plain.dims[d]; }

  private:
    PyArrayObject* array;
    std::unique_ptr<real[]> copy;
};

inline void run_call(const symopt::Call& call,
                     bool (*function)(PyArrayObject**, PyArrayObject***, const npy_int64*)) {
    enum { MOST = 8 };
    PyArrayObject inputs[MOST], outputs[MOST];
    PyArrayObject *in[MOST], *pointers[MOST], **out[MOST];
    for (int k = 0; k < call.inputs; ++k) {
        inputs[k].plain = call.in[k];
        in[k] = &inputs[k];
    }
    for (int k = 0; k < call.outputs; ++k) {
        outputs[k].index = k;
        pointers[k] = &outputs[k];
        out[k] = &pointers[k];
    }
    running = &call;
    try {
        function(in, out, call.settings);
    } catch (const std::exception&) {  // the standard library has no memory
        symopt::fail(symopt::MEMORY_ERROR, "no memory");
    }
}
