// What native operations share: outputs to write into, inputs as plain memory.

// *out as a C-contiguous array of this shape, the old one if it fits; false: a Python error is set.
static inline bool output_like(PyArrayObject** out, int ndim, const npy_intp* shape, int type = REAL) {
    if (*out && PyArray_NDIM(*out) == ndim && PyArray_IS_C_CONTIGUOUS(*out)
        && PyArray_TYPE(*out) == type && PyArray_ISALIGNED(*out) && PyArray_ISWRITEABLE(*out)
        && std::equal(shape, shape + ndim, PyArray_DIMS(*out))) {
        return true;
    }
    Py_XDECREF(*out);
    *out = (PyArrayObject*)PyArray_EMPTY(ndim, (npy_intp*)shape, type, 0);
    return *out != NULL;
}

// An input as C-contiguous, aligned memory: itself, or a copy that lives as long as this object.
class Contiguous {
  public:
    explicit Contiguous(PyArrayObject* given) {
        array = PyArray_ISCARRAY_RO(given)
            ? (PyArrayObject*)Py_NewRef((PyObject*)given)
            : (PyArrayObject*)PyArray_NewCopy(given, NPY_CORDER);
    }
    ~Contiguous() { Py_XDECREF(array); }
    Contiguous(const Contiguous&) = delete;
    Contiguous& operator=(const Contiguous&) = delete;
    explicit operator bool() const { return array != NULL; }  // false: no memory, an error is set
    const real* data() const { return (const real*)PyArray_DATA(array); }
    npy_intp size(int d) const { return PyArray_DIMS(array)[d]; }

  private:
    PyArrayObject* array;
};
