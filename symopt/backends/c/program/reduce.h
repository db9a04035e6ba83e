// Reductions along any dimensions: sums, products, maxima, whatever a scalar operation defines.
//
// An operation is a struct with the type A of the result so far, the type B as which an element comes, `start()`,
// `step(A, B)` and `join(A, A)` of two results. Results do not depend on anything but the shape, the strides and the
// number of threads: every order of summation is fixed.
#pragma once
#include "runtime.h"

namespace symopt {

template <class Op, class T>
__attribute__((noinline, hot)) typename Op::A reduce_row(const T* p, i64 n, i64 s) {
    typedef typename Op::A A;
    typedef typename Op::B B;
    enum { LANES = 16 };
    i64 k = 0;
    A result = Op::start();
    if (s == 1 && n >= LANES) {
        A lane[LANES];
        for (int l = 0; l < LANES; ++l) lane[l] = Op::start();
        for (; k + LANES <= n; k += LANES)
            for (int l = 0; l < LANES; ++l) lane[l] = Op::step(lane[l], (B)p[k + l]);
        for (int l = 0; l < LANES; ++l) result = Op::join(result, lane[l]);
    }
    for (; k < n; ++k) result = Op::step(result, (B)p[k * s]);
    return result;
}

template <class Op, class T>
__attribute__((noinline, hot)) void reduce_columns(typename Op::A* __restrict__ sum, const T* __restrict__ p, i64 n) {
    for (i64 j = 0; j < n; ++j) sum[j] = Op::step(sum[j], (typename Op::B)p[j]);
}

// Dimensions of a loop, the innermost last, joined where their elements are neighbours.
struct Dims {
    int count = 0;
    i64 total = 1;
    i64 size[MAX_DIMS], stride[MAX_DIMS];

    void add(i64 n, i64 s) {
        total *= n;
        if (n == 1) return;
        if (count && stride[count - 1] == s * n) {
            size[count - 1] *= n;
            stride[count - 1] = s;
        } else {
            size[count] = n;
            stride[count++] = s;
        }
    }
    // The position of element `k` in row-major order.
    i64 at(i64 k, int dims) const {
        i64 position = 0;
        for (int d = dims - 1; d >= 0; --d) {
            position += k % size[d] * stride[d];
            k /= size[d];
        }
        return position;
    }
};

// out[kept dims] = the reduction of x along the dimensions in `mask`; out is contiguous.
template <class Op, class T, class O, int N>
void reduce(const Host* host, const Array<T, N>& x, unsigned mask, O* out) {
    typedef typename Op::A A;
    Dims kept, gone;
    for (int d = 0; d < N; ++d) (mask >> d & 1 ? gone : kept).add(x.d[d], x.s[d]);
    if (kept.total == 0) return;
    if (gone.total == 0) {
        for (i64 k = 0; k < kept.total; ++k) out[k] = (O)Op::start();
        return;
    }
    const int threads = threads_for(host, (double)kept.total * gone.total * 4);
    if (kept.count && kept.stride[kept.count - 1] == 1 && kept.size[kept.count - 1] > 1) {
        // Columns: the elements that are kept are neighbours.
        enum { WIDTH = 512 };
        const i64 n = kept.size[kept.count - 1], pieces = (n + WIDTH - 1) / WIDTH;
        const i64 blocks = kept.total / n * pieces;
        parallel(threads, [&](int t, int of) {
            for (i64 b = blocks * t / of; b < blocks * (t + 1) / of; ++b) {
                const i64 from = b % pieces * WIDTH, width = n - from < WIDTH ? n - from : (i64)WIDTH;
                const T* p = x.p + kept.at(b / pieces, kept.count - 1) + from;
                A sum[WIDTH];
                for (i64 j = 0; j < width; ++j) sum[j] = Op::start();
                for (i64 r = 0; r < gone.total; ++r) reduce_columns<Op>(sum, p + gone.at(r, gone.count), width);
                O* to = out + b / pieces * n + from;
                for (i64 j = 0; j < width; ++j) to[j] = (O)sum[j];
            }
        });
        return;
    }
    const i64 n = gone.count ? gone.size[gone.count - 1] : 1, s = gone.count ? gone.stride[gone.count - 1] : 1;
    const i64 rows = gone.total / n;
    if (kept.total == 1 && rows == 1 && threads > 1) {  // all of one row
        enum { MOST = 256 };
        A part[MOST];
        int parts = 1;
        parallel(threads < MOST ? threads : MOST, [&](int t, int of) {
            const i64 from = n * t / of, to = n * (t + 1) / of;
            part[t] = reduce_row<Op>(x.p + from * s, to - from, s);
            if (t == 0) parts = of;
        });
        A result = Op::start();
        for (int t = 0; t < parts; ++t) result = Op::join(result, part[t]);
        *out = (O)result;
        return;
    }
    parallel(threads, [&](int t, int of) {
        for (i64 k = kept.total * t / of; k < kept.total * (t + 1) / of; ++k) {
            const T* p = x.p + kept.at(k, kept.count);
            A result = Op::start();
            for (i64 r = 0; r < rows; ++r)
                result = Op::join(result, reduce_row<Op>(p + gone.at(r, gone.count - (gone.count ? 1 : 0)), n, s));
            out[k] = (O)result;
        }
    });
}

// The same of what a kernel computes, piece by piece: see run_along.
template <class Op, class T, class O>
struct Pieces {
    typedef typename Op::A A;

    static void start(void* result, i64 n) {
        for (i64 j = 0; j < n; ++j) ((A*)result)[j] = Op::start();
    }
    static void columns(void* result, const void* values, i64 n) { reduce_columns<Op>((A*)result, (const T*)values, n); }
    static void row(void* result, const void* values, i64 n) {
        A& a = *(A*)result;
        a = Op::join(a, reduce_row<Op>((const T*)values, n, 1));
    }
    static void put(void* out, i64 at, const void* result, i64 n) {
        for (i64 j = 0; j < n; ++j) ((O*)out)[at + j] = (O)((const A*)result)[j];
    }
};

template <class Op, class T, class O>
inline void reduce_along(const Host* host, Work& work, unsigned mask, O* out) {
    typedef Pieces<Op, T, O> P;
    run_along(host, work, mask, {P::start, P::columns, P::row, P::put}, out);
}

}  // namespace symopt
