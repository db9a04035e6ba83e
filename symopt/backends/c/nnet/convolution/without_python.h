// What a convolution needs of a program: threads, products, errors.

static inline int allowed_threads() { return running->host->threads; }

template <typename Work>
static void on_threads(int count, Work work) {
    symopt::parallel(count, [&](int k, int) { work(k); });
}

// C = A B + beta C, row-major, with A (m, k) and B (k, n), each possibly transposed.
static inline void gemm(bool ta, bool tb, size m, size n, size k, const real* a, size lda, const real* b,
                        size ldb, real beta, real* c, size ldc) {
    symopt::gemm(running->host, m, n, k, real(1), a, ta ? 1 : lda, ta ? lda : 1, b, tb ? 1 : ldb, tb ? ldb : 1,
                 beta, c, ldc, 1);
}

static inline const npy_int64* measurements(const npy_int64*) {
    static const npy_int64 table[] = {MEASUREMENTS};
    return table;
}

// The program's failure is given both shapes and the third input, if there is one, as Python writes them.
static bool reject(PyArrayObject** in, int count, const npy_int64*) {
    std::string text;
    for (int k = 0; k < 2; ++k) text += *PyArray_IntTupleFromIntp(PyArray_NDIM(in[k]), PyArray_DIMS(in[k])) + ", ";
    npy_intp lengths[3];
    const int n = count == 3 ? PyArray_NDIM(in[0]) - 2 : 0;
    for (int d = 0; d < n; ++d) lengths[d] = *(const npy_int64*)PyArray_GETPTR1(in[2], d);
    symopt::fail(running->error, "%s%s", text.c_str(), PyArray_IntTupleFromIntp(n, lengths)->c_str());
}
