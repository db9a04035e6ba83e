// Calling a function of another library from a program: arrays of any type and number of dimensions in, arrays
// whose shapes the function finds out.
#pragma once
#include "runtime.h"

namespace symopt {

struct Plain {
    char* data;
    int ndim;
    i64 dims[MAX_DIMS];
    i64 strides[MAX_DIMS];  // in bytes
};

template <class T, int N>
inline Plain plain(const Array<T, N>& a) {
    Plain p;
    p.data = (char*)a.p;
    p.ndim = N;
    for (int k = 0; k < N; ++k) {
        p.dims[k] = a.d[k];
        p.strides[k] = a.s[k] * (i64)sizeof(T);
    }
    return p;
}

template <class T>
inline Plain plain(const T& value) {
    Plain p;
    p.data = (char*)&value;
    p.ndim = 0;
    return p;
}

struct Call {
    const Host* host;
    const Plain* in;
    int inputs, outputs;
    const i64* settings;
    int error;  // the kind that the function fails with where inputs do not fit
    void* (*memory)(void* state, int index, const i64* dims);  // for output `index`, C-contiguous
    void* state;
};

// memory(index, dims) makes output `index`.
template <int IN, class Memory>
inline void call(void (*function)(const Call&), const Host* host, const Plain (&in)[IN], int outputs,
                 const i64* settings, int error, Memory memory) {
    function({host, in, IN, outputs, settings, error,
              [](void* state, int index, const i64* dims) { return (*(Memory*)state)(index, dims); },
              (void*)&memory});
}

}  // namespace symopt
