// Operations along one axis of a contiguous array, which is then seen as (outer, length, inner).
#pragma once
#include "reduce.h"
#include "wrapping.h"

namespace symopt {

struct Axis {
    i64 outer = 1, length = 1, inner = 1;

    // The axes first..last, side by side, count as one.
    template <int N>
    Axis(const i64 (&d)[N], int first, int last) {
        for (int k = 0; k < N; ++k) (k < first ? outer : k > last ? inner : length) *= d[k];
    }
    bool empty() const { return outer == 0 || length == 0 || inner == 0; }
};

template <class T>
__attribute__((noinline, hot)) void add_to_row(T* __restrict__ row, const T* __restrict__ before, i64 n) {
    for (i64 j = 0; j < n; ++j) row[j] = plus<T>(before[j], row[j]);
}

template <class T>
__attribute__((noinline, hot)) void multiply_row(T* __restrict__ row, const T* __restrict__ before, i64 n) {
    for (i64 j = 0; j < n; ++j) row[j] = times<T>(before[j], row[j]);
}

// x[i] += x[i - 1], or *=, along the axis
template <bool MULTIPLY, class T>
__attribute__((noinline)) void cumulate(const Host* host, T* x, const Axis& axis) {
    if (axis.empty()) return;
    const i64 n = axis.inner;
    parallel(threads_for(host, (double)axis.outer * axis.length * n), [&](int t, int of) {
        for (i64 o = axis.outer * t / of; o < axis.outer * (t + 1) / of; ++o) {
            T* line = x + o * axis.length * n;
            if (n == 1) {
                for (i64 k = 1; k < axis.length; ++k)
                    line[k] = MULTIPLY ? times<T>(line[k - 1], line[k]) : plus<T>(line[k - 1], line[k]);
                continue;
            }
            for (i64 k = 1; k < axis.length; ++k) {
                if (MULTIPLY) multiply_row(line + k * n, line + (k - 1) * n, n);
                else add_to_row(line + k * n, line + (k - 1) * n, n);
            }
        }
    });
}

// out[kept dims] = where the first maximum along the dimensions in `mask` is, in row-major order of these; NaN
// is larger than all.
template <class T, int N>
__attribute__((noinline)) void argmax(const Host* host, const Array<T, N>& x, unsigned mask, i64* out) {
    Dims kept, gone;
    for (int d = 0; d < N; ++d) (mask >> d & 1 ? gone : kept).add(x.d[d], x.s[d]);
    if (kept.total == 0) return;
    if (gone.total == 0) fail(VALUE_ERROR, "attempt to get argmax of an empty sequence");
    const i64 n = gone.count ? gone.size[gone.count - 1] : 1, s = gone.count ? gone.stride[gone.count - 1] : 1;
    const i64 rows = gone.total / n;
    const int outer = gone.count ? gone.count - 1 : 0;
    parallel(threads_for(host, (double)kept.total * gone.total * 2), [&](int t, int of) {
        for (i64 k = kept.total * t / of; k < kept.total * (t + 1) / of; ++k) {
            const T* p = x.p + kept.at(k, kept.count);
            T best = *p;
            i64 at = 0;
            for (i64 r = 0; r < rows && best == best; ++r) {
                const T* q = p + gone.at(r, outer);
                for (i64 j = 0; j < n; ++j)
                    if (q[j * s] > best || q[j * s] != q[j * s]) {
                        best = q[j * s];
                        at = r * n + j;
                        if (best != best) break;
                    }
            }
            out[k] = at;
        }
    });
}

}  // namespace symopt
