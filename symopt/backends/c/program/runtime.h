// What a generated program is written with: arrays, their memory, errors, and the library's functions.
//
// No Python and no NumPy: a program sees plain memory, so it compiles in a fraction of the time that their
// headers take. The functions declared here stand in runtime.cpp, which is compiled once for a machine.
#pragma once
#include <math.h>  // its overloads for float, in the global namespace

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

typedef int64_t i64;

// The names that the C code of PyTensor's scalar operations uses.
typedef unsigned char npy_bool;
typedef signed char npy_int8;
typedef unsigned char npy_uint8;
typedef short npy_int16;
typedef unsigned short npy_uint16;
typedef int npy_int32;
typedef unsigned int npy_uint32;
typedef int64_t npy_int64;
typedef uint64_t npy_uint64;
typedef int64_t npy_intp;
typedef float npy_float32;
typedef double npy_float64;
#ifndef NPY_PI
#define NPY_PI 3.141592653589793238462643383279502884
#define NPY_NAN NAN
#define NPY_INFINITY INFINITY
#endif

namespace symopt {

enum { MAX_DIMS = 12, MAX_OPERANDS = 64 };

// ---- errors

// GIVEN_ERROR + k is exception k of those that the program was made with.
enum Kind {
    VALUE_ERROR = 1, INDEX_ERROR, ASSERTION_ERROR, ZERO_DIVISION_ERROR, MEMORY_ERROR, OTHER_ERROR,
    GIVEN_ERROR = 64
};

struct Error {
    int kind;
    char text[480];
};

[[noreturn]] void fail(int kind, const char* format, ...) __attribute__((format(printf, 2, 3), cold));

// ---- memory

// Memory that lives as long as the program and grows to the largest that was asked of it.
struct Slot {
    char* memory;
    size_t size;
};

void grow(Slot& slot, size_t bytes);

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true };  // each array has memory of its own, so that what reads an old one is found out
#else
enum { SANITIZED = false };
#endif

inline void* need(Slot& slot, size_t bytes) {
    if (__builtin_expect(SANITIZED || bytes > slot.size, 0)) grow(slot, bytes);
    return slot.memory;
}

// What a program is called with.
struct Input {
    char* data;
    const i64* dims;
    const i64* strides;  // in bytes
};

struct Host {
    // Memory for output `index`: of this shape, C-contiguous.
    void* (*output)(Host*, int index, int ndim, const i64* dims);
    int threads;
    Error error;
};

typedef int (*Run)(Host*, Slot*, const Input*);

// ---- arrays: dims and strides in elements

template <class T, int N>
struct Array {
    T* p;
    i64 d[N];
    i64 s[N];
};

template <int N>
inline i64 elements(const i64 (&d)[N]) {
    i64 n = 1;
    for (int k = 0; k < N; ++k) n *= d[k];
    return n;
}

template <class T, int N>
inline void contiguous_strides(Array<T, N>& a) {
    i64 step = 1;
    for (int k = N - 1; k >= 0; --k) {
        a.s[k] = step;
        step *= a.d[k];
    }
}

template <class T, int N>
inline bool is_contiguous(const Array<T, N>& a) {
    i64 step = 1;
    for (int k = N - 1; k >= 0; --k) {
        if (a.d[k] != 1 && a.s[k] != step) return false;
        step *= a.d[k];
    }
    return true;
}

// A new array in a slot.
template <class T, int N>
inline Array<T, N> fresh(Slot& slot, const i64 (&d)[N]) {
    Array<T, N> a;
    std::memcpy(a.d, d, sizeof(d));
    contiguous_strides(a);
    i64 n = elements(d);
    if (__builtin_expect(n < 0, 0)) fail(VALUE_ERROR, "negative dimensions are not allowed");
    a.p = (T*)need(slot, n * sizeof(T));
    return a;
}

// A new array at `at`, which has room for the shape `room`, or in the slot where that does not fit.
template <class T, int N>
inline Array<T, N> placed(T* at, const i64* room, Slot& slot, const i64 (&d)[N]) {
    if (at && std::memcmp(room, d, sizeof(d)) == 0) {
        Array<T, N> a;
        a.p = at;
        std::memcpy(a.d, d, sizeof(d));
        contiguous_strides(a);
        return a;
    }
    return fresh<T, N>(slot, d);
}

// A new array in the memory of an output.
template <class T, int N>
inline Array<T, N> output(Host* host, int index, const i64 (&d)[N]) {
    Array<T, N> a;
    std::memcpy(a.d, d, sizeof(d));
    contiguous_strides(a);
    a.p = (T*)host->output(host, index, N, d);
    return a;
}

template <class T, int N>
inline Array<T, N> input(const Input& in) {
    Array<T, N> a;
    a.p = (T*)in.data;
    for (int k = 0; k < N; ++k) {
        a.d[k] = in.dims[k];
        a.s[k] = in.strides[k] / (i64)sizeof(T);
    }
    return a;
}

// A new array at the slice `part`, or in the slot where it has another shape.
template <class T, int N>
inline Array<T, N> placed_in(const Array<T, N>& part, Slot& slot, const i64 (&d)[N]) {
    return std::memcmp(part.d, d, sizeof(d)) == 0 ? part : fresh<T, N>(slot, d);
}

// ---- threads

// How many threads are worth so many simple operations.
int threads_for(const Host*, double work);
// body(state, thread, threads) on each of them.
void parallel(int threads, void (*body)(void*, int, int), void* state);

template <class Body>
inline void parallel(int threads, Body body) {
    if (threads <= 1) {
        body(0, 1);
        return;
    }
    parallel(threads, [](void* state, int t, int of) { (*(Body*)state)(t, of); }, (void*)&body);
}

// ---- loops over elements

struct Operand {
    char* p;
    i64 s[MAX_DIMS];  // in bytes, 0 where it is broadcast
    int item;         // bytes of an element
    bool constant;    // one value for each row: not read element by element
};

// Rows of n elements; row r of operand i starts at p[i] + r * s[i]. A kernel of reductions takes what it has so far
// from `total`, a cell of 8 bytes for each, and puts there what it has then.
typedef void (*Kernel)(i64 rows, i64 n, char* const* p, const i64* s, double* total);

struct Work {
    Kernel kernel;
    int ndim;
    int operands;
    int written;  // the last ones are written
    int cost;     // of an element, in units of a simple operation
    i64 dims[MAX_DIMS];
    Operand* operand;
    bool exact;    // every operation rounds correctly, so an element is the same wherever a vector begins
    i64 elements;  // set where it runs
};

template <class T, int N>
inline void operand(Operand& o, const Array<T, N>& a, unsigned broadcast, bool constant) {
    o.p = (char*)a.p;
    o.item = sizeof(T);
    o.constant = constant;
    for (int d = 0; d < N; ++d) o.s[d] = broadcast >> d & 1 ? 0 : a.s[d] * (i64)sizeof(T);
}

void run_elementwise(const Host*, Work&);
// Several of one kernel at once, all of one cost; threads share the sum of their elements.
void run_elementwise_many(const Host*, Work*, int count);

// What a kernel of reductions adds up: `count` cells; how they start, and how one set is joined to another.
struct Totals {
    int count;
    void (*start)(double*);
    void (*join)(double* total, const double* part);
};

template <class A>
inline A get_total(const double* cell) {
    static_assert(sizeof(A) <= sizeof(double), "a cell has 8 bytes");
    A value;
    std::memcpy(&value, cell, sizeof value);
    return value;
}

template <class A>
inline void put_total(double* cell, A value) {
    std::memcpy(cell, &value, sizeof value);
}

// Several of one kernel at once, work j into the cells from total[j * totals.count] on. The order of the sums
// depends on the shapes and strides alone: blocks of elements have sums of their own, which are joined in order.
void run_reductions(const Host*, Slot& parts, Work*, int count, const Totals&, double* total);

// How to reduce pieces of values, which are neighbours: `columns` one to each of n results, `row` all to one.
struct Reduce {
    void (*start)(void* result, i64 n);
    void (*columns)(void* result, const void* values, i64 n);
    void (*row)(void* result, const void* values, i64 n);
    void (*put)(void* out, i64 at, const void* result, i64 n);
};

// Reduces what the kernel writes, its only output, along the dimensions in `mask`; `out` is contiguous. The values
// are computed in pieces of a row, so that no memory is as large as the loop.
void run_along(const Host*, Work&, unsigned mask, const Reduce&, void* out);

[[noreturn]] void broadcast_error(int i, i64 size, int j, i64 other, int d) __attribute__((cold));

// Copies elements of `item` bytes between arrays of one shape, whatever their strides (in bytes).
void copy(int ndim, const i64* dims, int item, char* to, const i64* to_strides, const char* from,
          const i64* from_strides);

template <class T, int N>
inline void copy(const Array<T, N>& to, const Array<T, N>& from) {
    if (is_contiguous(to) && is_contiguous(from)) {
        std::memcpy((void*)to.p, (const void*)from.p, elements(from.d) * sizeof(T));
        return;
    }
    i64 a[N], b[N];
    for (int k = 0; k < N; ++k) {
        a[k] = to.s[k] * (i64)sizeof(T);
        b[k] = from.s[k] * (i64)sizeof(T);
    }
    copy(N, from.d, sizeof(T), (char*)to.p, a, (const char*)from.p, b);
}

// The same elements, contiguous: itself, or a copy in the slot.
template <class T, int N>
inline Array<T, N> contiguous(const Array<T, N>& a, Slot& slot) {
    if (is_contiguous(a)) return a;
    Array<T, N> b = fresh<T, N>(slot, a.d);
    copy(b, a);
    return b;
}

template <class T, int N>
inline void fill(const Host* host, const Array<T, N>& a, T value) {  // a is contiguous
    const i64 n = elements(a.d), line = 64 / sizeof(T);
    const bool zero = value == T(0) && !(std::is_floating_point_v<T> && std::signbit((double)value));
    // Memory is slow enough that a thread pays only where it is much.
    const int threads = n * (i64)sizeof(T) < 1 << 23 ? 1 : threads_for(host, (double)n);
    parallel(threads, [&](int t, int of) {
        const i64 from = n / line * t / of * line, to = t + 1 == of ? n : n / line * (t + 1) / of * line;
        if (zero) std::memset((void*)(a.p + from), 0, (to - from) * sizeof(T));
        else for (i64 k = from; k < to; ++k) a.p[k] = value;
    });
}

// Repeats an array along its dimensions of length 1 to the shape `d`.
template <class T, int N>
inline void stretch(Array<T, N>& a, const i64* d) {
    for (int k = 0; k < N; ++k) {
        if (a.d[k] == d[k]) continue;
        if (a.d[k] != 1)
            fail(VALUE_ERROR, "could not broadcast a value of length %lld along dimension %d of length %lld",
                 (long long)a.d[k], k, (long long)d[k]);
        a.d[k] = d[k];
        a.s[k] = 0;
    }
}

template <class T, bool ADD>
__attribute__((noinline, hot)) void put_rows_of(i64 rows, i64 n, char* const* p, const i64* s, double*) {
    for (i64 r = 0; r < rows; ++r) {
        const T* x = (const T*)(p[0] + r * s[0]);
        const T* old = (const T*)(p[1] + r * s[1]);
        T* to = (T*)(p[2] + r * s[2]);
#pragma omp simd
        for (i64 k = 0; k < n; ++k) to[k] = ADD ? (T)(old[k] + x[k]) : x[k];
    }
}

// to = x, or to += x
template <bool ADD, class T, int N>
inline void put(const Host* host, const Array<T, N>& to, const Array<T, N>& x) {
    Operand operands[3];
    operand(operands[0], x, 0, false);
    operand(operands[1], to, 0, false);
    operand(operands[2], to, 0, false);
    Work work = {put_rows_of<T, ADD>, N, 3, 1, 1, {}, operands};
    std::memcpy(work.dims, to.d, sizeof to.d);
    run_elementwise(host, work);
}

// ---- loops over time

// Puts a value into a row of a trace, unless it stands there.
template <class T, int M, int N>
inline void keep(const Array<T, M>& trace, i64 row, const Array<T, N>& value) {
    static_assert(M == N + 1, "a trace has one dimension more");
    Array<T, N> to;
    to.p = trace.p + row * trace.s[0];
    if (to.p == value.p) return;
    for (int d = 0; d < N; ++d) {
        to.d[d] = trace.d[d + 1];
        to.s[d] = trace.s[d + 1];
        if (to.d[d] != value.d[d])
            fail(VALUE_ERROR, "An output of the Scan has changed shape: dimension %d has length %lld, before %lld",
                 d, (long long)value.d[d], (long long)to.d[d]);
    }
    copy(to, value);
}

template <class T>
inline void keep(const Array<T, 1>& trace, i64 row, T value) {
    trace.p[row * trace.s[0]] = value;
}

// The first rows of the trace `from`.
template <class T, int N>
inline void copy_rows(const Array<T, N>& to, const Array<T, N>& from, i64 rows) {
    Array<T, N> a = to, b = from;
    a.d[0] = b.d[0] = rows < to.d[0] ? rows : to.d[0];
    copy(a, b);
}

// A contiguous trace behind its loop, as PyTensor's Scan leaves it: the oldest row first, zeros behind the last
// step where it stopped early. `rows` have been written, `next` would be the next one.
template <class T, int N>
inline void finish(Array<T, N>& trace, i64 rows, i64 next, i64 missing, Slot& slot) {
    const i64 size = trace.d[0], row = size ? elements(trace.d) / size : 0;
    if (size < rows && next) {
        T* turned = (T*)need(slot, size * row * sizeof(T));
        std::memcpy((void*)turned, (const void*)(trace.p + next * row), (size - next) * row * sizeof(T));
        std::memcpy((void*)(turned + (size - next) * row), (const void*)trace.p, next * row * sizeof(T));
        std::memcpy((void*)trace.p, (const void*)turned, size * row * sizeof(T));
    } else if (size > rows) {
        std::memset((void*)(trace.p + rows * row), 0, (size - rows) * row * sizeof(T));
        trace.d[0] -= missing;
    }
}

// ---- products; strides in elements

// C = alpha * A @ B + beta * C, A (m, k), B (k, n).
void gemm(const Host*, i64 m, i64 n, i64 k, float alpha, const float* A, i64 a0, i64 a1, const float* B, i64 b0,
          i64 b1, float beta, float* C, i64 c0, i64 c1);
void gemm(const Host*, i64 m, i64 n, i64 k, double alpha, const double* A, i64 a0, i64 a1, const double* B,
          i64 b0, i64 b1, double beta, double* C, i64 c0, i64 c1);

// A matrix that a loop multiplies by at every step, in the order in which a product reads it.
template <class T>
struct Packed {
    Array<T, 2> plain;
    T* packed;  // NULL where it is too narrow
};

void pack(Slot&, Packed<float>&, const Array<float, 2>&);
void pack(Slot&, Packed<double>&, const Array<double, 2>&);
// C = alpha * A @ B + beta * Z
void gemm(const Host*, float alpha, const Array<float, 2>& A, const Packed<float>& B, float beta,
          const Array<float, 2>& Z, const Array<float, 2>& C);
void gemm(const Host*, double alpha, const Array<double, 2>& A, const Packed<double>& B, double beta,
          const Array<double, 2>& Z, const Array<double, 2>& C);

// ---- small things

inline i64 modulo(i64 a, i64 n) {  // as Python's
    i64 r = a % n;
    return r + (r < 0 ? n : 0);
}

// start, step and length of a[start:stop:step] over `size` elements, as Python has them.
struct Slice {
    i64 start, step, length;
};

inline Slice resolve(i64 size, bool has_start, i64 start, bool has_stop, i64 stop, i64 step) {
    if (step == 0) fail(VALUE_ERROR, "slice step cannot be zero");
    const i64 low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    auto clip = [&](i64 k) {
        if (k < 0) k += size;
        return k < low ? low : k > high ? high : k;
    };
    const i64 a = has_start ? clip(start) : (step > 0 ? low : high);
    const i64 b = has_stop ? clip(stop) : (step > 0 ? high : low);
    i64 n = step > 0 ? (b - a + step - 1) / step : (a - b - step - 1) / -step;
    return {a, step, n < 0 ? 0 : n};
}

inline i64 range_length(i64 start, i64 stop, i64 step) {
    const i64 span = step > 0 ? stop - start : start - stop, by = step > 0 ? step : -step;
    return span <= 0 ? 0 : (span + by - 1) / by;
}

// The shape of a reshape to `d`, one of which may be -1, of `total` elements.
inline void resolve_shape(i64* d, int ndim, i64 total) {
    int open = -1;
    i64 known = 1;
    for (int k = 0; k < ndim; ++k) {
        if (d[k] == -1 && open < 0) open = k;
        else if (d[k] < 0) fail(VALUE_ERROR, "can only specify one unknown dimension, and no negative ones");
        else known *= d[k];
    }
    if (open >= 0 ? known == 0 || total % known : known != total)
        fail(VALUE_ERROR, "cannot reshape array of size %lld into %d dimensions of product %lld",
             (long long)total, ndim, (long long)known);
    if (open >= 0) d[open] = total / known;
}

inline i64 index_in(i64 k, i64 size, int axis) {
    const i64 i = k < 0 ? k + size : k;
    if (__builtin_expect(i < 0 || i >= size, 0))
        fail(INDEX_ERROR, "index %lld is out of bounds for axis %d with size %lld", (long long)k, axis,
             (long long)size);
    return i;
}

}  // namespace symopt
