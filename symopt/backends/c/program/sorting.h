// Sorting along an axis of a contiguous array; NaN comes last. The code stands in sorting.cpp.
#pragma once
#include "axis.h"

namespace symopt {

template <class T>
void sort_lines(const Host* host, T* x, const Axis& axis);

// order[k] = which element comes k-th; equal ones stay in their order.
template <class T>
void argsort_lines(const Host* host, const T* x, i64* order, const Axis& axis);

}  // namespace symopt
