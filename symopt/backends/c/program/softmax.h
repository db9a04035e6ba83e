// exp(x - max) / sum(exp(x - max)) and its logarithm along one axis, in one pass over what the cache holds.
//
// NaN, an infinity, or nothing but -infinity makes all of a line NaN: infinity - infinity does it, and the sum
// carries it to the others. So the maximum may pass over NaN.
#pragma once
#include "axis.h"

namespace symopt {

// y may be x. Sums of floats are added up in double, piece by piece.
template <bool LOG, class T>
__attribute__((noinline, hot)) void softmax_line(const T* x, T* y, i64 n) {
    enum { PIECE = 1024 };
    T most = -(T)INFINITY;
#pragma omp simd reduction(max : most)
    for (i64 j = 0; j < n; ++j) most = x[j] > most ? x[j] : most;
    double total = 0;
    for (i64 from = 0; from < n; from += PIECE) {
        const i64 to = n - from < PIECE ? n : from + PIECE;
        T sum = 0;
        if (LOG) {
#pragma omp simd reduction(+ : sum)
            for (i64 j = from; j < to; ++j) sum += std::exp(x[j] - most);
        } else {
#pragma omp simd reduction(+ : sum)
            for (i64 j = from; j < to; ++j) {
                const T e = std::exp(x[j] - most);
                y[j] = e;
                sum += e;
            }
        }
        total += sum;
    }
    const T last = LOG ? (T)std::log(total) : (T)total;
    if (LOG) {
#pragma omp simd
        for (i64 j = 0; j < n; ++j) y[j] = x[j] - most - last;
    } else {
#pragma omp simd
        for (i64 j = 0; j < n; ++j) y[j] /= last;
    }
}

// Lines side by side: element i of line j stands at i * step + j.
template <bool LOG, class T>
__attribute__((noinline, hot)) void softmax_columns(const T* x, T* y, i64 length, i64 columns, i64 step) {
    enum { WIDTH = 256 };
    T most[WIDTH], sum[WIDTH];
    for (i64 j = 0; j < columns; ++j) {
        most[j] = -(T)INFINITY;
        sum[j] = 0;
    }
    for (i64 i = 0; i < length; ++i) {
        const T* p = x + i * step;
#pragma omp simd
        for (i64 j = 0; j < columns; ++j) most[j] = p[j] > most[j] ? p[j] : most[j];
    }
    for (i64 i = 0; i < length; ++i) {
        const T* p = x + i * step;
        T* q = y + i * step;
#pragma omp simd
        for (i64 j = 0; j < columns; ++j) {
            const T e = std::exp(p[j] - most[j]);
            if (!LOG) q[j] = e;
            sum[j] += e;
        }
    }
    if (LOG) {
#pragma omp simd
        for (i64 j = 0; j < columns; ++j) sum[j] = std::log(sum[j]);
    }
    for (i64 i = 0; i < length; ++i) {
        const T* p = x + i * step;
        T* q = y + i * step;
#pragma omp simd
        for (i64 j = 0; j < columns; ++j) q[j] = LOG ? p[j] - most[j] - sum[j] : q[j] / sum[j];
    }
}

template <bool LOG, class T>
__attribute__((noinline)) void softmax(const Host* host, const T* x, T* y, const Axis& axis) {
    if (axis.outer == 0 || axis.inner == 0) return;
    if (axis.length == 0) fail(VALUE_ERROR, "zero-size array to reduction operation maximum which has no identity");
    enum { WIDTH = 256 };
    const i64 pieces = (axis.inner + WIDTH - 1) / WIDTH, lines = axis.outer * pieces;
    parallel(threads_for(host, (double)axis.outer * axis.length * axis.inner * 16), [&](int t, int of) {
        for (i64 k = lines * t / of; k < lines * (t + 1) / of; ++k) {
            const i64 at = k / pieces * axis.length * axis.inner + k % pieces * WIDTH;
            const i64 left = axis.inner - k % pieces * WIDTH;
            if (axis.inner == 1) softmax_line<LOG>(x + at, y + at, axis.length);
            else softmax_columns<LOG>(x + at, y + at, axis.length, left < WIDTH ? left : (i64)WIDTH, axis.inner);
        }
    });
}

}  // namespace symopt
