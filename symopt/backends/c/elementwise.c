
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

// 1: done; 0: not for this path; -1: no memory, with a Python error set.
static int ${name}_drive(PyArrayObject** in, PyArrayObject*** out) {
    enum { ND = $ndim, NIN = $n_in, NOUT = $n_out, LIVE = $n_live };
    static const int live[LIVE] = {$live};        // dimensions that are not 1 by declaration
    static const char fixed[NIN][ND] = {$fixed};  // where an input is broadcast
    static const npy_intp item[NIN + NOUT] = {$item};
    static const int alias[NOUT] = {$alias};      // the input an output overwrites, or -1
    static const int types[NOUT] = {$types};
    npy_intp dims[ND];
    for (int d = 0; d < ND; ++d) {
        dims[d] = 1;
        bool known = false;
        for (int i = 0; i < NIN; ++i) {
            if (fixed[i][d]) continue;
            const npy_intp size = PyArray_DIMS(in[i])[d];
            if (known && size != dims[d]) return 0;  // PyTensor's code raises
            dims[d] = size;
            known = true;
        }
    }
    const int last = live[LIVE - 1];
    bool whole = true;  // everything is one long row
    for (int i = 0; i < NIN; ++i) {
        if (!PyArray_ISALIGNED(in[i])) return 0;
        if (!fixed[i][last] && dims[last] > 1 && PyArray_STRIDES(in[i])[last] != item[i]) return 0;
        int n_fixed = 0;
        for (int l = 0; l < LIVE; ++l) n_fixed += fixed[i][live[l]];
        whole = whole && (n_fixed == LIVE || (n_fixed == 0 && PyArray_IS_C_CONTIGUOUS(in[i])));
    }
    for (int o = 0; o < NOUT; ++o) {
        PyArrayObject*& array = *out[o];
        if (alias[o] >= 0) {
            Py_INCREF(in[alias[o]]);
            Py_XDECREF(array);
            array = in[alias[o]];
            continue;
        }
        bool fits = array && PyArray_NDIM(array) == ND && PyArray_IS_C_CONTIGUOUS(array)
                    && PyArray_ISBEHAVED(array);
        for (int d = 0; fits && d < ND; ++d) fits = PyArray_DIMS(array)[d] == dims[d];
        if (!fits) {
            Py_XDECREF(array);
            array = (PyArrayObject*)PyArray_EMPTY(ND, dims, types[o], 0);
            if (!array) return -1;
        }
    }
    char* at[NIN + NOUT];
    npy_intp rows = 1, n = dims[last], step[NIN + NOUT][ND];
    for (int a = 0; a < NIN + NOUT; ++a) {
        PyArrayObject* array = a < NIN ? in[a] : *out[a - NIN];
        at[a] = PyArray_BYTES(array);
        for (int d = 0; d < ND; ++d)
            step[a][d] = a < NIN && fixed[a][d] ? 0 : PyArray_STRIDES(array)[d];
    }
    for (int l = 0; l + 1 < LIVE; ++l) rows *= dims[live[l]];
    if (rows == 0 || n == 0) return 1;
    if (whole) {
        n *= rows;
        rows = 1;
    }
    npy_intp index[ND] = {0};
    for (;;) {
        ${name}_row(n, $arguments);
        if (--rows == 0) return 1;
        for (int l = LIVE - 2; l >= 0; --l) {  // the next row
            const int d = live[l];
            for (int a = 0; a < NIN + NOUT; ++a) at[a] += step[a][d];
            if (++index[d] < dims[d]) break;
            for (int a = 0; a < NIN + NOUT; ++a) at[a] -= step[a][d] * dims[d];
            index[d] = 0;
        }
    }
}
