// Several loops of one kernel in one launch, over arrays that a table lists: a program may update hundreds of
// parameters, and a table takes the compiler no time.
#pragma once
#include "runtime.h"

namespace symopt {

// How a loop reads an array, or writes one.
struct Reading {
    int position;  // among the inputs of the operation, for messages
    int item;      // bytes of an element
    unsigned broadcast;  // a bit for each dimension
    bool constant;       // one value for each row
};

struct Form {
    int ndim;
    const Reading* reading;  // of what is read, then of what is written
};

struct Launch {
    Kernel kernel;
    int reads, writes;
    int cost;
    bool exact;             // see Work
    const char* not_empty;  // the operation that needs at least one element, or NULL
    int count;
    const Form* forms;
    // For each loop: its form, then where each array stands. From 0 on: the input of the program that is read, the
    // output that is written; below: -1 - k is array k of those that the program has made.
    const int* places;
};

// Any array of a program; strides in elements.
struct AnyArray {
    char* p;
    const i64* d;
    const i64* s;
};

template <class T, int N>
inline AnyArray any(const Array<T, N>& a) {
    return {(char*)a.p, a.d, a.s};
}

// The loops of a launch, ready to run. All shapes are right and all outputs have memory when it returns.
Work* make_works(Host*, const Input* in, const AnyArray* made, const Launch&, Slot&);

}  // namespace symopt
