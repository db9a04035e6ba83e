// Sorting, compiled once: the standard library's headers take a second.
#include "sorting.h"

#include <algorithm>
#include <new>
#include <vector>

namespace symopt {

namespace {

template <class T>
inline bool before(T a, T b) {
    return a < b || (b != b && a == a);
}

// body(outer, inner, memory) for each line, with memory for `length` values of type V and i64.
template <class V, class Body>
void each_line(const Host* host, const Axis& axis, Body body) {
    if (axis.empty()) return;
    const i64 lines = axis.outer * axis.inner;
    const int threads = threads_for(host, (double)lines * axis.length * 16);
    std::vector<V> memory;
    try {
        memory.resize((size_t)threads * axis.length);
    } catch (const std::bad_alloc&) {
        fail(MEMORY_ERROR, "no memory to sort");
    }
    parallel(threads, [&](int t, int of) {
        V* own = memory.data() + (size_t)t * axis.length;
        for (i64 k = lines * t / of; k < lines * (t + 1) / of; ++k)
            body(k / axis.inner * axis.length * axis.inner + k % axis.inner, own);
    });
}

template <class T>
struct Keyed {
    T key;
    i64 at;
};

}  // namespace

template <class T>
void sort_lines(const Host* host, T* x, const Axis& axis) {
    const i64 n = axis.length, s = axis.inner;
    each_line<T>(host, axis, [&](i64 start, T* own) {
        T* line = x + start;
        if (s == 1) {
            std::sort(line, line + n, before<T>);
            return;
        }
        for (i64 k = 0; k < n; ++k) own[k] = line[k * s];
        std::sort(own, own + n, before<T>);
        for (i64 k = 0; k < n; ++k) line[k * s] = own[k];
    });
}

template <class T>
void argsort_lines(const Host* host, const T* x, i64* order, const Axis& axis) {
    const i64 n = axis.length, s = axis.inner;
    each_line<Keyed<T>>(host, axis, [&](i64 start, Keyed<T>* own) {
        for (i64 k = 0; k < n; ++k) own[k] = {x[start + k * s], k};
        std::sort(own, own + n, [](const Keyed<T>& a, const Keyed<T>& b) {
            return before(a.key, b.key) || (!before(b.key, a.key) && a.at < b.at);
        });
        for (i64 k = 0; k < n; ++k) order[start + k * s] = own[k].at;
    });
}

#define FOR(T)                                               \
    template void sort_lines(const Host*, T*, const Axis&);  \
    template void argsort_lines(const Host*, const T*, i64*, const Axis&);
FOR(npy_int8)
FOR(npy_uint8)
FOR(npy_int16)
FOR(npy_uint16)
FOR(npy_int32)
FOR(npy_uint32)
FOR(npy_int64)
FOR(npy_uint64)
FOR(npy_float32)
FOR(npy_float64)
#undef FOR

}  // namespace symopt
