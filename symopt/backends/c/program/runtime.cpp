// The library behind generated programs: loops over strided arrays, threads, products.
#include "runtime.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace symopt {

void fail(int kind, const char* format, ...) {
    Error error;
    error.kind = kind;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error.text, sizeof error.text, format, arguments);
    va_end(arguments);
    throw error;
}

void grow(Slot& slot, size_t bytes) {
    free(slot.memory);
    slot.memory = NULL;
    slot.size = 0;
    // a vector read past the end stays inside
    const size_t size = SANITIZED ? bytes + !bytes : (bytes + 127) / 64 * 64;
    void* memory;
    if (posix_memalign(&memory, 64, size))
        fail(MEMORY_ERROR, "no memory for an intermediate array of %zu bytes", bytes);
    slot.memory = (char*)memory;
    slot.size = size;
}

void broadcast_error(int i, i64 size, int j, i64 other, int d) {
    if (size == 1 || other == 1)
        fail(VALUE_ERROR,
             "Runtime broadcasting not allowed. One input had a distinct dimension length of 1, but was not "
             "marked as broadcastable: (input[%i].shape[%i] = %lld, input[%i].shape[%i] = %lld). If "
             "broadcasting was intended, use `specify_broadcastable` on the relevant input.",
             i, d, (long long)size, j, d, (long long)other);
    fail(VALUE_ERROR, "Input dimension mismatch: (input[%i].shape[%i] = %lld, input[%i].shape[%i] = %lld)", i, d,
         (long long)size, j, d, (long long)other);
}

// ---- threads

// Below this many simple operations a second thread does not pay. Measured on two cores of an EPYC 9005 (Zen 5), with
// arrays in the second level's cache, as the least of some thousand calls on one thread and on two: to start and to
// join threads takes 0.45 us while they are awake. x * 2 + 1 breaks even at 20,000 floats (0.8 us), exp at 4,000,
// adadelta at 4,100; counted as operations and arrays of each element that is 80, 72 and 135 thousand.
static const double MIN_WORK = 1 << 17;

void parallel(int threads, void (*body)(void*, int, int), void* state) {
#ifdef _OPENMP
    Error error;
    error.kind = 0;
#pragma omp parallel num_threads(threads)
    try {
        body(state, omp_get_thread_num(), omp_get_num_threads());
    } catch (const Error& thrown) {  // none may leave a thread
#pragma omp critical(symopt_error)
        error = thrown;
    }
    if (error.kind) throw error;
#else
    body(state, 0, 1);
#endif
}

int threads_for(const Host* host, double work) {
    if (host->threads <= 1 || work < MIN_WORK) return 1;
    const double most = work / (MIN_WORK / 2);
    return host->threads < most ? host->threads : (int)most;
}

// ---- loops over elements

namespace {

enum { CHUNK = 256 };

// A loop with neighbouring dimensions joined where every operand allows it.
struct Plan {
    int groups;  // 0 is the innermost
    i64 size[MAX_DIMS];
    i64 stride[MAX_DIMS][MAX_OPERANDS];
    i64 rows;     // of all groups but the innermost
    bool packed;  // an operand's elements are no neighbours
};

void make_plan(const Work& work, Plan& plan) {
    const int last = work.ndim - 1;
    plan.groups = 1;
    plan.size[0] = work.dims[last];
    plan.packed = false;
    for (int i = 0; i < work.operands; ++i) {
        const Operand& o = work.operand[i];
        i64 s = o.s[last];
        if (work.dims[last] <= 1) s = o.constant ? 0 : o.item;
        plan.stride[0][i] = s;
        plan.packed = plan.packed || (!o.constant && s != o.item);
    }
    plan.rows = 1;
    for (int d = last - 1; d >= 0; --d) {
        const i64 size = work.dims[d];
        if (size == 1) continue;
        const int top = plan.groups - 1;
        bool joins = true;
        for (int i = 0; joins && i < work.operands; ++i)
            joins = work.operand[i].s[d] == plan.stride[top][i] * plan.size[top];
        if (joins) {
            plan.size[top] *= size;
            if (top > 0) plan.rows *= size;
            continue;
        }
        for (int i = 0; i < work.operands; ++i) plan.stride[plan.groups][i] = work.operand[i].s[d];
        plan.size[plan.groups++] = size;
        plan.rows *= size;
    }
}

void gather(char* to, const char* from, i64 n, i64 stride, int item) {
    switch (item) {
        case 1: for (i64 k = 0; k < n; ++k) to[k] = from[k * stride]; break;
        case 2: for (i64 k = 0; k < n; ++k) ((int16_t*)to)[k] = *(const int16_t*)(from + k * stride); break;
        case 4: for (i64 k = 0; k < n; ++k) ((int32_t*)to)[k] = *(const int32_t*)(from + k * stride); break;
        default: for (i64 k = 0; k < n; ++k) ((i64*)to)[k] = *(const i64*)(from + k * stride);
    }
}

void scatter(char* to, const char* from, i64 n, i64 stride, int item) {
    switch (item) {
        case 1: for (i64 k = 0; k < n; ++k) to[k * stride] = from[k]; break;
        case 2: for (i64 k = 0; k < n; ++k) *(int16_t*)(to + k * stride) = ((const int16_t*)from)[k]; break;
        case 4: for (i64 k = 0; k < n; ++k) *(int32_t*)(to + k * stride) = ((const int32_t*)from)[k]; break;
        default: for (i64 k = 0; k < n; ++k) *(i64*)(to + k * stride) = ((const i64*)from)[k];
    }
}

// One row whose operands are no neighbours: through chunks that are.
void run_packed(const Work& work, const Plan& plan, char* const* at, i64 columns, double* total) {
    alignas(64) static thread_local char memory[MAX_OPERANDS][CHUNK * 8];
    char* p[MAX_OPERANDS];
    const i64 none[MAX_OPERANDS] = {0};
    const int inputs = work.operands - work.written;
    for (i64 c = 0; c < columns; c += CHUNK) {
        const i64 n = columns - c < CHUNK ? columns - c : (i64)CHUNK;
        for (int i = 0; i < work.operands; ++i) {
            const Operand& o = work.operand[i];
            const i64 s = plan.stride[0][i];
            p[i] = at[i] + c * s;
            if (o.constant || s == o.item) continue;
            if (i < inputs) gather(memory[i], p[i], n, s, o.item);
            p[i] = memory[i];
        }
        work.kernel(1, n, p, none, total);
        for (int i = inputs; i < work.operands; ++i) {
            const Operand& o = work.operand[i];
            const i64 s = plan.stride[0][i];
            if (s != o.item && !o.constant) scatter(at[i] + c * s, memory[i], n, s, o.item);
        }
    }
}

// Rows r0 to r1 of all, columns c0 to c1 of each.
void run_part(const Work& work, const Plan& plan, i64 r0, i64 r1, i64 c0, i64 c1, double* total) {
    if (r0 >= r1 || c0 >= c1) return;
    char* at[MAX_OPERANDS];
    i64 index[MAX_DIMS] = {0};
    i64 row = r0;
    for (int g = 1; g < plan.groups; ++g) {
        index[g] = row % plan.size[g];
        row /= plan.size[g];
    }
    for (int i = 0; i < work.operands; ++i) {
        at[i] = work.operand[i].p + c0 * plan.stride[0][i];
        for (int g = 1; g < plan.groups; ++g) at[i] += index[g] * plan.stride[g][i];
    }
    const i64 none[MAX_OPERANDS] = {0};
    for (row = r0; row < r1;) {
        i64 rows = 1;  // that one call can take
        if (!plan.packed && plan.groups > 1) {
            rows = plan.size[1] - index[1];
            if (rows > r1 - row) rows = r1 - row;
        }
        if (plan.packed)
            run_packed(work, plan, at, c1 - c0, total);
        else
            work.kernel(rows, c1 - c0, at, plan.groups > 1 ? plan.stride[1] : none, total);
        row += rows;
        if (row >= r1) break;
        i64 by = rows;
        for (int g = 1; g < plan.groups; ++g) {
            for (int i = 0; i < work.operands; ++i) at[i] += by * plan.stride[g][i];
            index[g] += by;
            if (index[g] < plan.size[g]) break;
            for (int i = 0; i < work.operands; ++i) at[i] -= index[g] * plan.stride[g][i];
            index[g] = 0;
            by = 1;
        }
    }
}

// Elements from..to of a loop, in the order of its rows.
void run_range(const Work& work, const Plan& plan, i64 from, i64 to, double* total) {
    const i64 n = plan.size[0];
    const i64 first = from / n, last = to / n, column = from % n, rest = to % n;
    if (first == last) return run_part(work, plan, first, first + 1, column, rest, total);
    if (column) run_part(work, plan, first, first + 1, column, n, total);
    run_part(work, plan, first + (column > 0), last, 0, n, total);
    run_part(work, plan, last, last + 1, 0, rest, total);
}

enum { LINE = 64 };  // bytes of a cache line, and of the longest vectors

// The elements of one row that stand in front of a cache line's begin in what is written first.
i64 elements_to_line(const Work& work, i64 at) {
    const Operand& o = work.operand[work.operands - work.written];
    const i64 behind = (uintptr_t)(o.p + at * o.item) % LINE;
    return behind % o.item ? 0 : (LINE - behind) % LINE / o.item;
}

// Vectors that lie across two cache lines cost both, a third of the time of an update. NumPy's large arrays all
// begin 16 bytes behind a line: a few elements later all of them are at a line's begin.
bool can_shift(const Work& work, const Plan& plan) {
    return work.exact && plan.rows == 1 && !plan.packed && work.written;
}

// Where a share that begins near element `at` of a loop begins. It is the same for all who ask, no two shares
// write to one cache line, and a number does not depend on the threads: where operations do not round correctly
// (a vector's exp is not that of a single number), shares begin where vectors begin anyway.
i64 share_begin(const Work& work, const Plan& plan, i64 at) {
    enum { LONG = 1024 };
    const i64 n = plan.size[0];
    if (at <= 0 || at >= work.elements) return at <= 0 ? 0 : work.elements;
    if (can_shift(work, plan)) {
        const i64 shifted = at + elements_to_line(work, at);
        return shifted < work.elements ? shifted : work.elements;
    }
    return n < LONG ? at / n * n : at / n * n + at % n / LINE * LINE;
}

void run_share(const Work& work, i64 from, i64 to) {
    enum { WORTH = 256 };  // elements
    Plan plan;
    make_plan(work, plan);
    const bool first = from <= 0, whole = first && to >= work.elements;
    from = share_begin(work, plan, from);
    to = share_begin(work, plan, to);
    if (first && to > WORTH && can_shift(work, plan)) {
        from = elements_to_line(work, 0);
        run_part(work, plan, 0, 1, 0, from, NULL);
        run_part(work, plan, 0, 1, from, to, NULL);
    } else if (whole) {
        run_part(work, plan, 0, plan.rows, 0, plan.size[0], NULL);
    } else if (from < to) {
        run_range(work, plan, from, to, NULL);
    }
}

// Of an element: to load or to store it is an operation too.
double unit_work(const Work& work) { return work.cost + work.operands; }

// Sets the elements of each and gives the sum.
i64 count_elements(Work* work, int count) {
    i64 total = 0;
    for (int j = 0; j < count; ++j) {
        i64 n = 1;
        for (int d = 0; d < work[j].ndim; ++d) n *= work[j].dims[d];
        total += work[j].elements = n;
    }
    return total;
}

}  // namespace

void run_elementwise(const Host* host, Work& work) { run_elementwise_many(host, &work, 1); }

void run_elementwise_many(const Host* host, Work* work, int count) {
    const i64 total = count_elements(work, count);
    if (!total) return;
    parallel(threads_for(host, total * unit_work(work[0])), [&](int t, int of) {
        const i64 from = total / of * t, to = t + 1 == of ? total : total / of * (t + 1);
        i64 begin = 0;
        for (int j = 0; j < count && begin < to; begin += work[j++].elements)
            if (begin + work[j].elements > from) run_share(work[j], from - begin, to - begin);
    });
}

void run_reductions(const Host* host, Slot& parts, Work* work, int count, const Totals& totals, double* total) {
    enum { BLOCK = 1 << 15 };  // elements
    const i64 elements = count_elements(work, count);
    i64 blocks = 0;
    for (int j = 0; j < count; ++j) blocks += (work[j].elements + BLOCK - 1) / BLOCK;
    double* const part = (double*)need(parts, blocks * totals.count * sizeof(double));
    parallel(threads_for(host, elements * unit_work(work[0])), [&](int t, int of) {
        const i64 from = elements / of * t, to = t + 1 == of ? elements : elements / of * (t + 1);
        i64 begin = 0;
        double* at = part;
        for (int j = 0; j < count && begin < to; begin += work[j++].elements) {
            const i64 n = work[j].elements;
            Plan plan;
            if (n && begin + n > from) make_plan(work[j], plan);
            for (i64 k = 0; k < n; k += BLOCK, at += totals.count) {
                if (begin + k < from || begin + k >= to) continue;
                totals.start(at);
                run_range(work[j], plan, k, k + BLOCK < n ? k + BLOCK : n, at);
            }
        }
    });
    const double* next = part;
    for (int j = 0; j < count; ++j) {
        totals.start(total + j * totals.count);
        for (i64 k = 0; k < work[j].elements; k += BLOCK, next += totals.count)
            totals.join(total + j * totals.count, next);
    }
}

namespace {

// Dimensions of a reduction, the innermost first; those that all inputs see as one are joined.
struct Along {
    int inputs, groups = 1;
    i64 size[MAX_DIMS];
    bool gone[MAX_DIMS];
    i64 stride[MAX_DIMS][MAX_OPERANDS];
    i64 kept_total = 1, gone_total = 1;  // of all but the innermost

    Along(const Work& work, unsigned mask) : inputs(work.operands - 1) {
        const int last = work.ndim - 1;
        size[0] = work.dims[last];
        gone[0] = mask >> last & 1;
        for (int i = 0; i < inputs; ++i) {
            const Operand& o = work.operand[i];
            stride[0][i] = size[0] > 1 ? o.s[last] : o.constant ? 0 : o.item;
        }
        for (int d = last - 1; d >= 0; --d) {
            const i64 n = work.dims[d];
            if (n == 1) continue;
            const bool goes = mask >> d & 1;
            if (size[groups - 1] == 1) gone[groups - 1] = goes;  // a single one does both
            if (gone[groups - 1] == goes && joins(work, d)) {
                size[groups - 1] *= n;
                continue;
            }
            size[groups] = n;
            gone[groups] = goes;
            for (int i = 0; i < inputs; ++i) stride[groups][i] = work.operand[i].s[d];
            ++groups;
        }
        for (int g = 1; g < groups; ++g) (gone[g] ? gone_total : kept_total) *= size[g];
    }
    bool joins(const Work& work, int d) const {
        for (int i = 0; i < inputs; ++i)
            if (work.operand[i].s[d] != stride[groups - 1][i] * size[groups - 1]) return false;
        return true;
    }
    // Moves pointers to element k, in row-major order, of the dimensions that go or of those that stay.
    void move(i64 k, bool goes, char** at) const {
        for (int g = 1; g < groups; ++g) {
            if (gone[g] != goes) continue;
            const i64 index = k % size[g];
            k /= size[g];
            for (int i = 0; i < inputs; ++i) at[i] += index * stride[g][i];
        }
    }
};

}  // namespace

void run_along(const Host* host, Work& work, unsigned mask, const Reduce& reduce, void* out) {
    enum { WIDTH = 512 };
    const int inputs = work.operands - 1;
    const Along along(work, mask);
    const i64 n = along.size[0], pieces = (n + WIDTH - 1) / WIDTH;
    const bool columns = !along.gone[0];
    const i64 blocks = along.kept_total * (columns ? pieces : 1);
    Plan plan;
    plan.groups = 1;
    plan.size[0] = n;
    plan.rows = 1;
    plan.packed = false;
    for (int i = 0; i < inputs; ++i) {
        const Operand& o = work.operand[i];
        plan.stride[0][i] = along.stride[0][i];
        plan.packed = plan.packed || (!o.constant && plan.stride[0][i] != o.item);
    }
    plan.stride[0][inputs] = work.operand[inputs].item;
    const double elements = (double)n * along.kept_total * along.gone_total;
    parallel(threads_for(host, elements * unit_work(work)), [&](int t, int of) {
        alignas(64) char values[WIDTH * 8], result[WIDTH * 8];
        const i64 none[MAX_OPERANDS] = {0};
        char* at[MAX_OPERANDS];
        for (i64 b = blocks * t / of; b < blocks * (t + 1) / of; ++b) {
            const i64 kept = columns ? b / pieces : b, first = columns ? b % pieces * WIDTH : 0;
            const i64 end = columns && first + WIDTH < n ? first + WIDTH : n;
            reduce.start(result, columns ? end - first : 1);
            for (i64 g = 0; g < along.gone_total; ++g)
                for (i64 from = first; from < end; from += WIDTH) {
                    const i64 width = end - from < WIDTH ? end - from : (i64)WIDTH;
                    for (int i = 0; i < inputs; ++i) at[i] = work.operand[i].p + from * plan.stride[0][i];
                    along.move(kept, false, at);
                    along.move(g, true, at);
                    at[inputs] = values;
                    if (plan.packed) run_packed(work, plan, at, width, NULL);
                    else work.kernel(1, width, at, none, NULL);
                    (columns ? reduce.columns : reduce.row)(result, values, width);
                }
            reduce.put(out, columns ? kept * n + first : kept, result, columns ? end - first : 1);
        }
    });
}

void copy(int ndim, const i64* dims, int item, char* to, const i64* to_strides, const char* from,
          const i64* from_strides) {
    // Joins dimensions as loops over elements do, without a kernel.
    i64 size[MAX_DIMS], a[MAX_DIMS], b[MAX_DIMS];
    int groups = 0;
    for (int d = ndim - 1; d >= 0; --d) {
        if (dims[d] == 0) return;
        if (dims[d] == 1) continue;
        if (groups && to_strides[d] == a[groups - 1] * size[groups - 1]
            && from_strides[d] == b[groups - 1] * size[groups - 1]) {
            size[groups - 1] *= dims[d];
            continue;
        }
        size[groups] = dims[d];
        a[groups] = to_strides[d];
        b[groups++] = from_strides[d];
    }
    if (!groups) {
        std::memcpy(to, from, item);
        return;
    }
    i64 index[MAX_DIMS] = {0};
    for (;;) {
        if (a[0] == item && b[0] == item) std::memcpy(to, from, size[0] * item);
        else if (a[0] == item) gather(to, from, size[0], b[0], item);
        else if (b[0] == item) scatter(to, from, size[0], a[0], item);
        else for (i64 k = 0; k < size[0]; ++k) std::memcpy(to + k * a[0], from + k * b[0], item);
        int g = 1;
        for (; g < groups; ++g) {
            to += a[g];
            from += b[g];
            if (++index[g] < size[g]) break;
            to -= a[g] * size[g];
            from -= b[g] * size[g];
            index[g] = 0;
        }
        if (g == groups) return;
    }
}

}  // namespace symopt
