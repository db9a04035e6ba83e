// What a convolution needs of PyTensor's C code: threads, products, errors. Its settings hold the measurements.

static inline int allowed_threads() { return scipy_openblas_get_num_threads(); }

template <typename Work>
static void on_threads(int count, Work work) {
    std::vector<std::thread> threads;
    for (int k = 1; k < count; ++k) threads.emplace_back(work, k);
    work(0);
    for (std::thread& thread : threads) thread.join();
}

// BLAS for row-major matrices: C = A B + beta C, with A (m, k) and B (k, n), each possibly transposed.
static inline void gemm(bool ta, bool tb, size m, size n, size k, const real* a, size lda, const real* b,
                        size ldb, real beta, real* c, size ldc) {
    const real one = 1;
    const int M = (int)m, N = (int)n, K = (int)k, A = (int)lda, B = (int)ldb, C = (int)ldc;
    GEMM(tb ? "T" : "N", ta ? "T" : "N", &N, &M, &K, &one, b, &B, a, &A, &beta, c, &C);
}

static inline const npy_int64* measurements(const npy_int64* settings) { return settings + 17; }

// A Python function explains what does not fit.
static bool reject(PyArrayObject** in, int count, const npy_int64* settings) {
    PyObject* shapes = PyTuple_New(2);
    PyObject* numbers = PyTuple_New(17);
    for (int i = 0; shapes && i < 2; ++i) {
        PyObject* shape = PyTuple_New(PyArray_NDIM(in[i]));
        for (int d = 0; d < PyArray_NDIM(in[i]); ++d)
            PyTuple_SET_ITEM(shape, d, PyLong_FromSsize_t(PyArray_DIMS(in[i])[d]));
        PyTuple_SET_ITEM(shapes, i, shape);
    }
    for (int i = 0; numbers && i < 17; ++i) PyTuple_SET_ITEM(numbers, i, PyLong_FromLongLong(settings[i]));
    PyObject* module = PyImport_ImportModule("symopt.backends.c.nnet.convolution");
    PyObject* third = count == 3 ? (PyObject*)in[2] : Py_None;
    PyObject* nothing = module ? PyObject_CallMethod(module, "reject", "OOO", shapes, numbers, third) : NULL;
    Py_XDECREF(nothing);
    Py_XDECREF(module);
    Py_XDECREF(numbers);
    Py_XDECREF(shapes);
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "The shapes of a convolution do not fit.");
    return false;
}
