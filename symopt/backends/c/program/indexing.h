// Indexing by arrays of integers: x[..., index, ..., index, ...] read, set and added to.
//
// The index arrays are joined into one array of positions first, which also checks them: what runs on several
// threads cannot fail. Then the array is three groups of dimensions: those in front of the indexed ones, the
// positions, and those behind, whose elements are mostly neighbours.
#pragma once
#include "reduce.h"
#include "wrapping.h"

namespace symopt {

// The elements of an array in row-major order.
template <class T, int N>
struct Elements {
    const T* p;
    i64 k[N], left;
    const Array<T, N>& array;

    explicit Elements(const Array<T, N>& a) : p(a.p), k{0}, left(elements(a.d)), array(a) {}
    void next() {
        --left;
        for (int d = N - 1; d >= 0; --d) {
            p += array.s[d];
            if (++k[d] < array.d[d]) return;
            p -= array.s[d] * array.d[d];
            k[d] = 0;
        }
    }
};

// n = n broadcast with the shape of `index`
template <int B, class I, int N>
inline void join_index(i64 (&n)[B], const Array<I, N>& index) {
    for (int k = 0; k < N; ++k) {
        const i64 size = index.d[k];
        i64& joined = n[B - N + k];
        if (size == joined || size == 1) continue;
        if (joined != 1)
            fail(INDEX_ERROR, "shape mismatch: indexing arrays could not be broadcast together: lengths %lld and "
                 "%lld", (long long)joined, (long long)size);
        joined = size;
    }
}

// at[k] = (or +=) where element k of the index, broadcast to `n`, stands along an axis of this size and stride
template <bool FIRST, int B, class I, int N>
__attribute__((noinline)) void positions(i64* at, const i64 (&n)[B], const Array<I, N>& index, i64 size,
                                         i64 stride, int axis) {
    i64 s[B] = {0}, k[B] = {0};
    for (int d = 0; d < N; ++d) s[B - N + d] = index.d[d] == 1 ? 0 : index.s[d];
    const i64 total = elements(n), row = n[B - 1], step = s[B - 1];
    const I* p = index.p;
    for (i64 done = 0; done < total; done += row) {
        for (i64 j = 0; j < row; ++j) {
            const i64 position = index_in((i64)p[j * step], size, axis) * stride;
            at[done + j] = FIRST ? position : at[done + j] + position;
        }
        for (int d = B - 2; d >= 0; --d) {
            p += s[d];
            if (++k[d] < n[d]) break;
            p -= s[d] * n[d];
            k[d] = 0;
        }
    }
}

template <class M, int N>
inline i64 count_nonzero(const Array<M, N>& mask) {
    i64 count = 0;
    for (Elements<M, N> e(mask); e.left; e.next()) count += *e.p != 0;
    return count;
}

// at[d * count + k] = coordinate d of the k-th element that is not zero
template <class M, int N>
inline void nonzero(const Array<M, N>& mask, i64* at, i64 count) {
    i64 k = 0;
    for (Elements<M, N> e(mask); e.left; e.next()) {
        if (*e.p == 0) continue;
        for (int d = 0; d < N; ++d) at[d * count + k] = e.k[d];
        ++k;
    }
}

inline void check_mask(i64 size, i64 expected, int axis) {
    if (size != expected)
        fail(INDEX_ERROR, "boolean index did not match indexed array along axis %d; size of axis is %lld but size "
             "of corresponding boolean axis is %lld", axis, (long long)expected, (long long)size);
}

template <class I>
inline i64 repeats_of(const Array<I, 1>& repeats, i64 k) {
    return (i64)repeats.p[repeats.d[0] == 1 ? 0 : k * repeats.s[0]];
}

// The number of elements when element k of `size` stands there repeats[k] times.
template <class I>
inline i64 repeated_length(const Array<I, 1>& repeats, i64 size) {
    if (repeats.d[0] != size && repeats.d[0] != 1)
        fail(VALUE_ERROR, "operands could not be broadcast together: %lld repeats of %lld elements",
             (long long)repeats.d[0], (long long)size);
    i64 length = 0;
    for (i64 k = 0; k < size; ++k) {
        const i64 n = repeats_of(repeats, k);
        if (n < 0) fail(VALUE_ERROR, "repeats may not contain negative values.");
        length += n;
    }
    return length;
}

// Where these elements stand along an axis of this stride.
template <class I>
inline void repeat(i64* at, const Array<I, 1>& repeats, i64 size, i64 stride) {
    for (i64 k = 0; k < size; ++k)
        for (i64 n = repeats_of(repeats, k); n > 0; --n) *at++ = k * stride;
}

// Some dimensions of two arrays, the innermost last, joined where their elements are neighbours in both.
struct Pair {
    int count = 0;
    i64 total = 1;
    i64 size[MAX_DIMS], a[MAX_DIMS], b[MAX_DIMS];

    __attribute__((noinline)) void add(i64 n, i64 sa, i64 sb) {
        total *= n;
        if (n == 1) return;
        if (count && a[count - 1] == sa * n && b[count - 1] == sb * n) {
            size[count - 1] *= n;
            a[count - 1] = sa;
            b[count - 1] = sb;
        } else {
            size[count] = n;
            a[count] = sa;
            b[count++] = sb;
        }
    }
    // Moves the pointers to element `k` in row-major order of the first `dims` dimensions.
    template <class A, class B>
    void move(i64 k, int dims, A*& pa, B*& pb) const {
        for (int d = dims - 1; d >= 0; --d) {
            const i64 i = d ? k % size[d] : k;
            pa += i * a[d];
            pb += i * b[d];
            k /= d ? size[d] : 1;
        }
    }
};

// The stride with which a value of length `size` is read where `expected` is wanted: 0 if it is broadcast.
inline i64 fitted(i64 size, i64 stride, i64 expected, bool may_broadcast, int d) {
    if (size == expected) return stride;
    if (size == 1 && may_broadcast) return 0;
    fail(VALUE_ERROR, "a value of length %lld does not fit dimension %d of the indexed elements, of length %lld",
         (long long)size, d, (long long)expected);
}

// A loop over the rows of a pair: its last dimension is a row.
struct Rows {
    i64 length, a, b, count;
    int dims;
    Rows(const Pair& pair) {
        dims = pair.count ? pair.count - 1 : 0;
        length = pair.count ? pair.size[dims] : 1;
        a = pair.count ? pair.a[dims] : 1;
        b = pair.count ? pair.b[dims] : 1;
        count = length ? pair.total / length : 0;
    }
};

// Of moving an element, in simple operations.
constexpr double COST = 0.3;

// to[front, k, behind] = from[front, at[k], behind]; `to` is `a` in the pairs and contiguous
template <class T>
__attribute__((noinline)) void take(const Host* host, T* to, const T* from, const Pair& front, const i64* at, i64 m,
                                    const Pair& behind) {
    const i64 n = behind.total, lines = front.total * m;
    if (!lines || !n) return;
    const Rows rows(behind);
    parallel(threads_for(host, (double)lines * n * COST), [&](int t, int of) {
        i64 line = lines * t / of;
        const i64 end = lines * (t + 1) / of;
        while (line < end) {
            const i64 i = line / m, first = line % m, last = end - i * m < m ? end - i * m : m;
            T* p = to + i * m * n;
            T* unused = p;
            const T* q = from;
            front.move(i, front.count, unused, q);
            if (n == 1) {
                for (i64 k = first; k < last; ++k) p[k] = q[at[k]];
            } else if (rows.count == 1 && rows.b == 1) {
                for (i64 k = first; k < last; ++k)
                    std::memcpy((void*)(p + k * n), (const void*)(q + at[k]), n * sizeof(T));
            } else {
                for (i64 k = first; k < last; ++k)
                    for (i64 r = 0; r < rows.count; ++r) {
                        T* a = p + k * n;
                        const T* b = q + at[k];
                        behind.move(r, rows.dims, a, b);
                        for (i64 j = 0; j < rows.length; ++j) a[j] = b[j * rows.b];
                    }
            }
            line = i * m + last;
        }
    });
}

template <bool ADD, class T, class Y>
__attribute__((noinline, hot)) void put_row(T* __restrict__ to, const Y* __restrict__ from, i64 n) {
    for (i64 j = 0; j < n; ++j) to[j] = ADD ? plus<T>(to[j], from[j]) : (T)from[j];
}

template <bool ADD, class T, class Y>
inline void put_row(T* to, i64 a, const Y* from, i64 b, i64 n) {
    if (n == 1) {
        *to = ADD ? plus<T>(*to, *from) : (T)*from;
    } else if (a == 1 && b == 1) {
        put_row<ADD>(to, from, n);
    } else if (b == 0) {
        const Y y = *from;
        for (i64 j = 0; j < n; ++j) to[j * a] = ADD ? plus<T>(to[j * a], y) : (T)y;
    } else {
        for (i64 j = 0; j < n; ++j) to[j * a] = ADD ? plus<T>(to[j * a], from[j * b]) : (T)from[j * b];
    }
}

// to[front, at[k], behind] = (or +=) from[front, k, behind] for each k in turn; `to` is `a` in the pairs. The
// dimensions of k are in `index`, of which `b` alone counts. Threads share elements of `to`, not k: so the
// order of a sum does not depend on them.
template <bool ADD, class T, class Y>
__attribute__((noinline)) void put(const Host* host, T* to, const Y* from, const Pair& front, const i64* at,
                                   const Pair& index, const Pair& behind) {
    const i64 m = index.total;
    if (!front.total || !m || !behind.total) return;
    const Rows rows(behind);
    enum { LINE = 64 / sizeof(T) };
    const int threads = threads_for(host, (double)front.total * m * behind.total * COST);
    const bool by_front = front.total >= threads, by_rows = !by_front && rows.count >= threads;
    const i64 shared = by_front ? front.total : by_rows ? rows.count : (rows.length + LINE - 1) / LINE;
    const int most = shared < threads ? (int)shared : threads;
    parallel(most, [&](int t, int of) {
        const i64 low = shared * t / of, high = shared * (t + 1) / of;
        const i64 i0 = by_front ? low : 0, i1 = by_front ? high : front.total;
        const i64 r0 = by_rows ? low : 0, r1 = by_rows ? high : rows.count;
        const i64 j0 = by_front || by_rows ? 0 : low * LINE;
        i64 j1 = by_front || by_rows ? rows.length : high * LINE;
        if (j1 > rows.length) j1 = rows.length;
        if (j0 >= j1) return;
        for (i64 i = i0; i < i1; ++i) {
            T* p = to;
            const Y* q = from;
            front.move(i, front.count, p, q);
            for (i64 k = 0; k < m; ++k) {
                const i64* unused = at;
                const Y* value = q;
                index.move(k, index.count, unused, value);
                for (i64 r = r0; r < r1; ++r) {
                    T* a = p + at[k];
                    const Y* b = value;
                    behind.move(r, rows.dims, a, b);
                    put_row<ADD>(a + j0 * rows.a, rows.a, b + j0 * rows.b, rows.b, j1 - j0);
                }
            }
        }
    });
}

}  // namespace symopt
