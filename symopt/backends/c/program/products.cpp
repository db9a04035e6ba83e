// Products: by BLAS, and by registers where a loop multiplies by the same matrix at every step.
#include "runtime.h"

#include <cstdlib>

extern "C" {
void scipy_sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*,
                  const int*, const float*, const int*, const float*, float*, const int*);
void scipy_dgemm_(const char*, const char*, const int*, const int*, const int*, const double*, const double*,
                  const int*, const double*, const int*, const double*, double*, const int*);
void scipy_sgemv_(const char*, const int*, const int*, const float*, const float*, const int*, const float*,
                  const int*, const float*, float*, const int*);
void scipy_dgemv_(const char*, const int*, const int*, const double*, const double*, const int*, const double*,
                  const int*, const double*, double*, const int*);
}

namespace symopt {

namespace {

inline void blas_gemm(const char* ta, const char* tb, int m, int n, int k, float alpha, const float* a, int lda,
                      const float* b, int ldb, float beta, float* c, int ldc) {
    scipy_sgemm_(ta, tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);
}
inline void blas_gemm(const char* ta, const char* tb, int m, int n, int k, double alpha, const double* a, int lda,
                      const double* b, int ldb, double beta, double* c, int ldc) {
    scipy_dgemm_(ta, tb, &m, &n, &k, &alpha, a, &lda, b, &ldb, &beta, c, &ldc);
}
inline void blas_gemv(const char* t, int m, int n, float alpha, const float* a, int lda, const float* x, int incx,
                      float beta, float* y, int incy) {
    scipy_sgemv_(t, &m, &n, &alpha, a, &lda, x, &incx, &beta, y, &incy);
}
inline void blas_gemv(const char* t, int m, int n, double alpha, const double* a, int lda, const double* x,
                      int incx, double beta, double* y, int incy) {
    scipy_dgemv_(t, &m, &n, &alpha, a, &lda, x, &incx, &beta, y, &incy);
}

// A matrix as BLAS takes it: one stride is 1, the other at least the length of a line.
template <class T>
struct Matrix {
    const T* p;
    i64 ld;
    bool transposed;  // the elements of a column are neighbours
    T* copy;

    Matrix(const T* at, i64 rows, i64 columns, i64 s0, i64 s1) : p(at), copy(NULL) {
        if (rows == 1) s0 = columns * (s1 == 1 ? 1 : columns + 1);
        if (columns == 1) s1 = s0 == 1 ? rows : 1;
        if (rows == 1 && columns == 1) s0 = s1 = 1;
        if (s1 == 1 && s0 >= columns) {
            ld = s0;
            transposed = false;
        } else if (s0 == 1 && s1 >= rows) {
            ld = s1;
            transposed = true;
        } else if (rows == 1 && s1 >= 1) {  // a row with gaps is a column of a larger matrix
            ld = s1;
            transposed = true;
        } else {
            copy = (T*)malloc(rows * columns * sizeof(T));
            if (!copy) fail(MEMORY_ERROR, "no memory for the copy of a matrix");
            const i64 dims[] = {rows, columns}, to[] = {columns * (i64)sizeof(T), sizeof(T)},
                      from[] = {s0 * (i64)sizeof(T), s1 * (i64)sizeof(T)};
            symopt::copy(2, dims, sizeof(T), (char*)copy, to, (const char*)at, from);
            p = copy;
            ld = columns;
            transposed = false;
        }
        if (ld < 1) ld = 1;
    }
    ~Matrix() { free(copy); }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;

    const T* row(i64 r) const { return p + r * (transposed ? 1 : ld); }
    const T* column(i64 c) const { return p + c * (transposed ? ld : 1); }
};

// A product of this many multiplications is worth a second thread.
const double MIN_PRODUCT = 400e3;

template <class T>
void product(const Host* host, i64 m, i64 n, i64 k, T alpha, const T* A, i64 a0, i64 a1, const T* B, i64 b0, i64 b1,
             T beta, T* C, i64 c0, i64 c1) {
    if (m == 0 || n == 0) return;
    if (c1 != 1 && n != 1) {  // C transposed: B' A'
        if (c0 != 1 && m != 1) fail(OTHER_ERROR, "gemm: the result has no unit stride");
        return product(host, n, m, k, alpha, B, b1, b0, A, a1, a0, beta, C, c1, (i64)1);
    }
    if (m == 1) c0 = n;
    if (k == 0) {
        for (i64 i = 0; i < m; ++i)
            for (i64 j = 0; j < n; ++j) C[i * c0 + j] = beta == 0 ? T(0) : beta * C[i * c0 + j];
        return;
    }
    const Matrix<T> a(A, m, k, a0, a1), b(B, k, n, b0, b1);
    int threads = 1;
    const double work = (double)m * n * k;
    if (host->threads > 1 && work > MIN_PRODUCT) {
        const double most = work / (MIN_PRODUCT / 2);
        threads = host->threads < most ? host->threads : (int)most;
    }
    const bool by_rows = m >= n;
    parallel(threads, [&](int t, int of) {
        const i64 size = by_rows ? m : n, step = 16;
        const i64 pieces = (size + step - 1) / step;
        i64 from = pieces * t / of * step, to = pieces * (t + 1) / of * step;
        if (to > size) to = size;
        if (from >= to) return;
        const i64 i0 = by_rows ? from : 0, rows = by_rows ? to - from : m;
        const i64 j0 = by_rows ? 0 : from, columns = by_rows ? n : to - from;
        const T* pa = a.row(i0);
        const T* pb = b.column(j0);
        T* pc = C + i0 * c0 + j0;
        // BLAS has columns as neighbours: it sees C' = B' A'.
        if (rows == 1)
            blas_gemv(b.transposed ? "T" : "N", b.transposed ? (int)k : (int)columns,
                      b.transposed ? (int)columns : (int)k, alpha, pb, (int)b.ld, pa,
                      a.transposed ? (int)a.ld : 1, beta, pc, 1);
        else if (columns == 1)
            blas_gemv(a.transposed ? "N" : "T", a.transposed ? (int)rows : (int)k,
                      a.transposed ? (int)k : (int)rows, alpha, pa, (int)a.ld, pb,
                      b.transposed ? 1 : (int)b.ld, beta, pc, (int)c0);
        else
            blas_gemm(b.transposed ? "T" : "N", a.transposed ? "T" : "N", (int)columns, (int)rows, (int)k, alpha,
                      pb, (int)b.ld, pa, (int)a.ld, beta, pc, (int)c0);
    });
}

}  // namespace

void gemm(const Host* host, i64 m, i64 n, i64 k, float alpha, const float* A, i64 a0, i64 a1, const float* B,
          i64 b0, i64 b1, float beta, float* C, i64 c0, i64 c1) {
    product(host, m, n, k, alpha, A, a0, a1, B, b0, b1, beta, C, c0, c1);
}
void gemm(const Host* host, i64 m, i64 n, i64 k, double alpha, const double* A, i64 a0, i64 a1, const double* B,
          i64 b0, i64 b1, double beta, double* C, i64 c0, i64 c1) {
    product(host, m, n, k, alpha, A, a0, a1, B, b0, b1, beta, C, c0, c1);
}

// ---- products with a factor that a loop reads at every step

namespace {

// A block of the result stays in vector registers: MR rows of two vectors. BLAS copies both factors into an order
// of its own at every call, which at a recurrent layer's sizes takes as long as the product (measured: 16 x 128
// times 128 x 512 in 15 us by OpenBLAS on AVX-512, in 8.5 us so).
#ifdef __AVX512F__
enum { VECTOR_BYTES = 64, MR = 12 };
#else
enum { VECTOR_BYTES = 32, MR = 6 };
#endif

template <class T>
struct Vector {
    typedef T type __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(T))));
    enum { N = VECTOR_BYTES / sizeof(T), NR = 2 * N };
};

template <class T, int ROWS>
__attribute__((noinline, hot)) void block(i64 k, const T* __restrict__ a, i64 a0, i64 a1, const T* __restrict__ b,
                                          T alpha, const T* z, i64 z0, T beta, T* c, i64 c0) {
    typedef typename Vector<T>::type vec;
    enum { N = Vector<T>::N };
    vec sum[ROWS][2];
    for (int r = 0; r < ROWS; ++r) sum[r][0] = sum[r][1] = vec{};
    for (i64 p = 0; p < k; ++p) {
        const vec b0 = *(const vec*)(b + p * 2 * N), b1 = *(const vec*)(b + p * 2 * N + N);
#pragma GCC unroll 16
        for (int r = 0; r < ROWS; ++r) {
            const T x = a[r * a0 + p * a1];
            sum[r][0] += x * b0;
            sum[r][1] += x * b1;
        }
    }
    for (int r = 0; r < ROWS; ++r)
        for (int h = 0; h < 2; ++h) {
            vec* to = (vec*)(c + r * c0 + h * N);
            *to = beta == 0 ? alpha * sum[r][h] : alpha * sum[r][h] + beta * *(const vec*)(z + r * z0 + h * N);
        }
}

template <class T>
void block(int rows, i64 k, const T* a, i64 a0, i64 a1, const T* b, T alpha, const T* z, i64 z0, T beta, T* c,
           i64 c0) {
    switch (rows) {
#define ROWS(R) case R: return block<T, R>(k, a, a0, a1, b, alpha, z, z0, beta, c, c0);
        ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6)
#if defined(__AVX512F__)
        ROWS(7) ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12)
#endif
#undef ROWS
    }
}

template <class T>
void pack_matrix(Slot& slot, Packed<T>& to, const Array<T, 2>& b) {
    enum { NR = Vector<T>::NR };
    to.plain = b;
    to.packed = NULL;
    const i64 k = b.d[0], n = b.d[1];
    if (n < NR / 2) return;  // most of a vector would be empty
    to.packed = (T*)need(slot, (n + NR - 1) / NR * NR * k * sizeof(T));
    enum { STEPS = 16 };  // rows at a time, for the caches' sake where columns are neighbours
    for (i64 j = 0; j < n; j += NR) {
        const i64 width = n - j < NR ? n - j : (i64)NR;
        T* panel = to.packed + j * k;
        for (i64 p0 = 0; p0 < k; p0 += STEPS) {
            const i64 p1 = p0 + STEPS < k ? p0 + STEPS : k;
            if (b.s[1] == 1) {
                for (i64 p = p0; p < p1; ++p)
                    for (i64 q = 0; q < width; ++q) panel[p * NR + q] = b.p[p * b.s[0] + j + q];
            } else {
                for (i64 q = 0; q < width; ++q)
                    for (i64 p = p0; p < p1; ++p) panel[p * NR + q] = b.p[p * b.s[0] + (j + q) * b.s[1]];
            }
            for (i64 p = p0; p < p1; ++p)
                for (i64 q = width; q < NR; ++q) panel[p * NR + q] = 0;
        }
    }
}

template <class T>
void packed_product(const Host* host, T alpha, const Array<T, 2>& a, const Packed<T>& b, T beta,
                    const Array<T, 2>& z, const Array<T, 2>& c) {
    enum { NR = Vector<T>::NR };
    const i64 m = a.d[0], k = b.plain.d[0], n = b.plain.d[1];
    if (!b.packed || k == 0 || z.s[1] != 1) {
        if (beta != 0) copy(c, z);
        return product(host, m, n, k, alpha, a.p, a.s[0], a.s[1], b.plain.p, b.plain.s[0], b.plain.s[1], beta, c.p,
                       c.s[0], c.s[1]);
    }
    int threads = 1;
    const double work = (double)m * n * k;
    if (host->threads > 1 && work > MIN_PRODUCT) {
        const double most = work / (MIN_PRODUCT / 2);
        threads = host->threads < most ? host->threads : (int)most;
    }
    const i64 panels = (n + NR - 1) / NR, blocks = (m + MR - 1) / MR;
    parallel(threads, [&](int t, int of) {
        for (i64 panel = panels * t / of; panel < panels * (t + 1) / of; ++panel) {
            const i64 j = panel * NR, width = n - j < NR ? n - j : (i64)NR;
            for (i64 q = 0; q < blocks; ++q) {
                const i64 i = m * q / blocks;
                const int rows = (int)(m * (q + 1) / blocks - i);
                const T* pa = a.p + i * a.s[0];
                const T* pz = z.p + i * z.s[0] + j;
                T* pc = c.p + i * c.s[0] + j;
                if (width == NR) {
                    block<T>(rows, k, pa, a.s[0], a.s[1], b.packed + j * k, alpha, pz, z.s[0], beta, pc, c.s[0]);
                    continue;
                }
                T edge[MR * NR], old[MR * NR];
                if (beta != 0)
                    for (int r = 0; r < rows; ++r)
                        for (i64 w = 0; w < width; ++w) old[r * NR + w] = pz[r * z.s[0] + w];
                block<T>(rows, k, pa, a.s[0], a.s[1], b.packed + j * k, alpha, old, NR, beta, edge, NR);
                for (int r = 0; r < rows; ++r)
                    for (i64 w = 0; w < width; ++w) pc[r * c.s[0] + w] = edge[r * NR + w];
            }
        }
    });
}

}  // namespace

void pack(Slot& slot, Packed<float>& to, const Array<float, 2>& b) { pack_matrix(slot, to, b); }
void pack(Slot& slot, Packed<double>& to, const Array<double, 2>& b) { pack_matrix(slot, to, b); }
void gemm(const Host* host, float alpha, const Array<float, 2>& a, const Packed<float>& b, float beta,
          const Array<float, 2>& z, const Array<float, 2>& c) {
    packed_product(host, alpha, a, b, beta, z, c);
}
void gemm(const Host* host, double alpha, const Array<double, 2>& a, const Packed<double>& b, double beta,
          const Array<double, 2>& z, const Array<double, 2>& c) {
    packed_product(host, alpha, a, b, beta, z, c);
}

}  // namespace symopt
