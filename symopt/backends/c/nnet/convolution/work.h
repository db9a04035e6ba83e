// Memory that is kept between calls, vectors, and threads.

#if defined(__AVX512F__)
enum { VECTOR = 64 };
#elif defined(__AVX__)
enum { VECTOR = 32 };
#else
enum { VECTOR = 16 };
#endif
enum { LANES = VECTOR / sizeof(real) };
typedef real vec __attribute__((vector_size(VECTOR)));
typedef real loose __attribute__((vector_size(VECTOR), aligned(sizeof(real)), may_alias));  // anywhere in memory

static inline vec load(const real* from) { return *(const loose*)from; }
static inline void store(real* to, vec v) { *(loose*)to = v; }

// The sum of a vector's elements, by halves.
static inline real total(vec v) {
    real parts[LANES] __attribute__((aligned(VECTOR)));
    *(vec*)parts = v;
    #pragma GCC unroll 8
    for (int width = LANES / 2; width; width /= 2) {
        #pragma GCC unroll 8
        for (int l = 0; l < width; ++l) parts[l] += parts[l + width];
    }
    return parts[0];
}

static inline size round_up(size n, size to) { return (n + to - 1) / to * to; }

// A thread's scratch memory: grows to the largest request, stays for the next call. Requests are
// bounded by what the algorithms ask for, a few MiB whatever the batch.
struct Scratch {
    real* memory = NULL;
    size capacity = 0;
    ~Scratch() { free(memory); }
    real* take(size n) {  // throws if there is no memory
        if (n > capacity) {
            free(memory);
            capacity = 0;
            memory = (real*)aligned_alloc(64, round_up(n * sizeof(real), 64));
            if (!memory) throw std::bad_alloc();
            capacity = n;
        }
        return memory;
    }
};

enum { MAX_THREADS = 256 };
static Scratch scratches[MAX_THREADS];
static Scratch shared_scratch;

// task(i, scratch) for i in [0, n), on several threads. The GIL is held by the caller, so that there
// is one of these at a time; tasks touch no Python.
template <typename Task>
static void in_parallel(size n, Task task) {
    const size wanted = std::min<size>(std::min<size>(n, allowed_threads()), MAX_THREADS);
    if (wanted <= 1) {
        for (size i = 0; i < n; ++i) task(i, scratches[0]);
        return;
    }
    std::atomic<size> next(0);
    std::atomic<bool> failed(false);
    on_threads((int)wanted, [&](int thread) {
        try {
            for (size i; (i = next++) < n;) task(i, scratches[thread]);
        } catch (...) {
            failed = true;
        }
    });
    if (failed) throw std::bad_alloc();
}
