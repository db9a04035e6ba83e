// Products that BLAS has not: of integers, truth values, and factors of different types.
#pragma once
#include "wrapping.h"

namespace symopt {

// C = A B of A (m, k) and B (k, n), C contiguous; truth values are multiplied by "and" and added by "or".
template <bool LOGICAL, class T, class A, class B>
__attribute__((noinline, hot)) void plain_product(const Host* host, i64 m, i64 n, i64 k, const A* a, i64 a0,
                                                  i64 a1, const B* b, i64 b0, i64 b1, T* c) {
    parallel(threads_for(host, (double)m * n * k), [&](int t, int of) {
        for (i64 i = m * t / of; i < m * (t + 1) / of; ++i) {
            T* row = c + i * n;
            for (i64 j = 0; j < n; ++j) row[j] = 0;
            for (i64 l = 0; l < k; ++l) {
                const T x = (T)a[i * a0 + l * a1];
                const B* y = b + l * b0;
                if constexpr (LOGICAL) for (i64 j = 0; j < n; ++j) row[j] |= x & (T)y[j * b1];
                else for (i64 j = 0; j < n; ++j) row[j] = plus<T>(row[j], times<T>(x, (T)y[j * b1]));
            }
        }
    });
}

}  // namespace symopt
