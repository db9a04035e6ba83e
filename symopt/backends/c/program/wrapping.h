// Sums and products of integers wrap around, as NumPy's; in C++ that is undefined for signed ones.
#pragma once
#include "runtime.h"

namespace symopt {

template <class T, class A, class B>
inline T plus(A a, B b) {
    if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) return (T)((uint64_t)a + (uint64_t)b);
    else return (T)(a + b);
}

template <class T, class A, class B>
inline T times(A a, B b) {
    if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) return (T)((uint64_t)a * (uint64_t)b);
    else return (T)(a * b);
}

}  // namespace symopt
