
// One row: $n_in inputs, $n_out outputs. A function of its own, since the compiler takes the
// large function around it for cold and does not vectorise it.
static void __attribute__((noinline, hot))
${name}_row(const npy_intp n, $parameters) {
    $hoisted
    #pragma omp simd
    for (npy_intp k = 0; k < n; ++k) {
        $loads
        { $expression }
        $stores
    }
}

static void ${name}_mismatch(int i, npy_intp size, int j, npy_intp other, int d) {
    const char* text = size == 1 || other == 1
        ? "Runtime broadcasting not allowed. One input had a distinct dimension length of 1, but was "
          "not marked as broadcastable: (input[%i].shape[%i] = %zd, input[%i].shape[%i] = %zd). "
          "If broadcasting was intended, use `specify_broadcastable` on the relevant input."
        : "Input dimension mismatch: (input[%i].shape[%i] = %zd, input[%i].shape[%i] = %zd)";
    PyErr_Format(PyExc_ValueError, text, i, d, (Py_ssize_t)size, j, d, (Py_ssize_t)other);
}

// False: a Python error is set.
static bool ${name}_drive(PyArrayObject* const* given, PyArrayObject** const* out) {
    enum { ND = $ndim, NIN = $n_in, NOUT = $n_out, LIVE = $n_live };
    static const int live[LIVE] = {$live};        // dimensions that are not 1 by declaration
    static const char fixed[NIN][ND] = {$fixed};  // where an input is broadcast
    static const npy_intp item[NIN] = {$item};
    static const int alias[NOUT] = {$alias};      // the input an output overwrites, or -1
    static const int types[NOUT] = {$types};

    npy_intp dims[ND];
    for (int d = 0; d < ND; ++d) {
        int first = -1;
        dims[d] = 1;
        for (int i = 0; i < NIN; ++i) {
            if (fixed[i][d]) continue;
            const npy_intp size = PyArray_DIMS(given[i])[d];
            if (first < 0) {
                first = i;
                dims[d] = size;
            } else if (size != dims[d]) {
                ${name}_mismatch(first, dims[d], i, size, d);
                return false;
            }
        }
    }

    const int last = live[LIVE - 1];
    bool whole = true;  // everything is one long row
    bool good = true;
    PyArrayObject* in[NIN];
    for (int i = 0; i < NIN; ++i) {
        const bool steps = !fixed[i][last] && dims[last] > 1
                           && PyArray_STRIDES(given[i])[last] != item[i];
        if (steps || !PyArray_ISALIGNED(given[i])) {
            in[i] = (PyArrayObject*)PyArray_NewCopy(given[i], NPY_CORDER);
            good = good && in[i];
        } else {
            in[i] = given[i];
            Py_INCREF(in[i]);
        }
        int n_fixed = 0;
        for (int l = 0; l < LIVE; ++l) n_fixed += fixed[i][live[l]];
        whole = whole && (n_fixed == LIVE
                          || (n_fixed == 0 && good && PyArray_IS_C_CONTIGUOUS(in[i])));
    }
    char* at[NIN + NOUT];
    npy_intp step[NIN + NOUT][ND];
    for (int o = 0; good && o < NOUT; ++o) {
        PyArrayObject*& array = *out[o];
        if (alias[o] >= 0) {
            Py_INCREF(given[alias[o]]);
            Py_XDECREF(array);
            array = given[alias[o]];
            continue;
        }
        bool fits = array && PyArray_NDIM(array) == ND && PyArray_IS_C_CONTIGUOUS(array)
                    && PyArray_ISBEHAVED(array);
        for (int d = 0; fits && d < ND; ++d) fits = PyArray_DIMS(array)[d] == dims[d];
        if (!fits) {
            Py_XDECREF(array);
            array = (PyArrayObject*)PyArray_EMPTY(ND, dims, types[o], 0);
            good = array;
        }
    }
    if (good) {
        for (int a = 0; a < NIN + NOUT; ++a) {
            PyArrayObject* array = a < NIN ? in[a] : *out[a - NIN];
            at[a] = PyArray_BYTES(array);
            for (int d = 0; d < ND; ++d)
                step[a][d] = a < NIN && fixed[a][d] ? 0 : PyArray_STRIDES(array)[d];
        }
        npy_intp rows = 1, n = dims[last], index[ND] = {0};
        for (int l = 0; l + 1 < LIVE; ++l) rows *= dims[live[l]];
        if (whole) {
            n *= rows;
            rows = n ? 1 : 0;
        }
        for (npy_intp row = 0; n && row < rows; ++row) {
            ${name}_row(n, $arguments);
            for (int l = LIVE - 2; l >= 0; --l) {  // to the next row
                const int d = live[l];
                for (int a = 0; a < NIN + NOUT; ++a) at[a] += step[a][d];
                if (++index[d] < dims[d]) break;
                for (int a = 0; a < NIN + NOUT; ++a) at[a] -= step[a][d] * dims[d];
                index[d] = 0;
            }
        }
    }
    for (int o = 0; good && o < NOUT; ++o)  // what was to be overwritten, but was a copy
        if (alias[o] >= 0 && in[alias[o]] != given[alias[o]])
            good = PyArray_CopyInto(given[alias[o]], in[alias[o]]) == 0;
    for (int i = 0; i < NIN; ++i) Py_XDECREF(in[i]);
    return good;
}
