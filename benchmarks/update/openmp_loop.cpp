// The updates as one would write them by hand: one pass over the streams of all tensors, the
// total work split among the threads, vector instructions.
#include <algorithm>
#include <cmath>

namespace {

const long LANES = 16;  // floats in a cache line: no two threads write to the same one

// Where a boundary between two shares cuts a tensor: a line's begin, counted from the tensor's.
long cut(long boundary, long offset, long size) {
  long inside = std::min(std::max(boundary - offset, 0L), size);
  return inside == size ? size : inside / LANES * LANES;
}

// f(first, last, tensor) for each thread's share of all elements, tensor by tensor.
template <class F>
void each_share(int tensors, const long *sizes, int threads, F f) {
  long total = 0;
  for (int k = 0; k < tensors; k++) total += sizes[k];
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int t = 0; t < threads; t++) {
    long begin = total * t / threads, end = total * (t + 1) / threads, offset = 0;
    for (int k = 0; k < tensors && offset < end; offset += sizes[k++]) {
      long first = cut(begin, offset, sizes[k]), last = cut(end, offset, sizes[k]);
      if (first < last) f(first, last, k);
    }
  }
}

}  // namespace

extern "C" void adadelta(int tensors, const long *sizes, int threads, float *const *ps,
                         const float *const *gs, float *const *ss, float *const *us, float rho,
                         float epsilon) {
  each_share(tensors, sizes, threads, [=](long first, long last, int k) {
    float *__restrict__ p = ps[k], *__restrict__ s = ss[k], *__restrict__ u = us[k];
    const float *__restrict__ g = gs[k];
#pragma omp simd
    for (long i = first; i < last; i++) {
      float s_t = rho * s[i] + (1 - rho) * g[i] * g[i];
      float delta = std::sqrt((u[i] + epsilon) / (s_t + epsilon)) * g[i];
      s[i] = s_t;
      u[i] = rho * u[i] + (1 - rho) * delta * delta;
      p[i] -= delta;
    }
  });
}

extern "C" void adam(int tensors, const long *sizes, int threads, float *const *ps,
                     const float *const *gs, float *const *ms, float *const *vs, float beta1,
                     float beta2, float epsilon, float rate, float correction) {
  // rate: divided by the first moment's correction; correction: of the second, 1 over it.
  each_share(tensors, sizes, threads, [=](long first, long last, int k) {
    float *__restrict__ p = ps[k], *__restrict__ m = ms[k], *__restrict__ v = vs[k];
    const float *__restrict__ g = gs[k];
#pragma omp simd
    for (long i = first; i < last; i++) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      p[i] -= rate * m[i] / (std::sqrt(v[i] * correction) + epsilon);
    }
  });
}
