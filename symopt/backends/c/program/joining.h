// Arrays joined along an axis, and taken apart.
#pragma once
#include "runtime.h"

namespace symopt {

template <class T, class X, int N>
inline void check_joined(const Array<T, N>& first, const Array<X, N>& x, int axis) {
    for (int d = 0; d < N; ++d)
        if (d != axis && first.d[d] != x.d[d])
            fail(VALUE_ERROR, "all the input array dimensions except for the concatenation axis must match exactly, "
                 "but along dimension %d, the lengths are %lld and %lld", d, (long long)first.d[d], (long long)x.d[d]);
}

// Writes x into the rows of `to` from `at` on; returns how many.
template <class T, class X, int N>
__attribute__((noinline)) i64 put_part(const Array<T, N>& to, const Array<X, N>& x, int axis, i64 at) {
    Array<T, N> part = to;
    part.p += at * to.s[axis];
    part.d[axis] = x.d[axis];
    if constexpr (std::is_same_v<T, X>) {
        copy(part, x);
    } else {
        i64 index[N] = {0};
        const X* from = x.p;
        T* into = part.p;
        for (i64 k = elements(x.d); k > 0; --k) {
            *into = (T)*from;
            for (int d = N - 1; d >= 0; --d) {
                from += x.s[d];
                into += part.s[d];
                if (++index[d] < x.d[d]) break;
                from -= x.s[d] * x.d[d];
                into -= part.s[d] * x.d[d];
                index[d] = 0;
            }
        }
    }
    return x.d[axis];
}

template <class I>
inline void check_split(i64 length, const Array<I, 1>& sizes, i64 expected) {
    if (sizes.d[0] != expected)
        fail(VALUE_ERROR, "Split: %lld sizes are given, expected %lld", (long long)sizes.d[0], (long long)expected);
    i64 sum = 0;
    for (i64 k = 0; k < expected; ++k) {
        const i64 size = (i64)sizes.p[k * sizes.s[0]];
        if (size < 0) fail(VALUE_ERROR, "Split sizes cannot be negative");
        sum += size;
    }
    if (sum != length)
        fail(VALUE_ERROR, "Split sizes sum to %lld; expected %lld", (long long)sum, (long long)length);
}

}  // namespace symopt
