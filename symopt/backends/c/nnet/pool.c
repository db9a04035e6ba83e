// Pooling over the last three axes; images have a depth of 1. Arrays are seen as (outer, depth,
// rows, columns), C-contiguous.
//
// settings: how many axes are pooled (2 or 3), ignore_border, what a sum is divided by (0: by
// nothing, 1: by the size of the window, 2: by the part of it in the image), then for depth, rows and
// columns each window, stride and padding.
//
// Each operation is one of the functions at the end.

// Along one axis: its size, and where its windows lie.
struct Axis {
    npy_intp size, window, stride, pad, count;

    npy_intp begin(npy_intp i) const { return std::max(i * stride - pad, (npy_intp)0); }
    npy_intp end(npy_intp i) const { return std::min(i * stride - pad + window, size); }
    // The windows [first, last) lie in the image with all their elements.
    npy_intp first() const { return std::min((pad + stride - 1) / stride, count); }
    npy_intp last() const {
        const npy_intp room = size + pad - window;
        return room < 0 ? first() : std::max(first(), std::min(count, room / stride + 1));
    }
};

struct Pooling {
    int ndim, lead, divide;
    npy_intp outer;
    Axis axis[3];  // depth, rows, columns
    npy_intp pooled[NPY_MAXDIMS];  // the shape of the pooled array

    Pooling(PyArrayObject* x, const npy_int64* settings) {
        ndim = PyArray_NDIM(x);
        lead = ndim - (int)settings[0];
        divide = (int)settings[2];
        outer = 1;
        for (int d = 0; d < lead; d++) outer *= pooled[d] = PyArray_DIMS(x)[d];
        for (int k = 0; k < 3; k++) {
            const int d = ndim - 3 + k;
            const npy_int64* s = settings + 3 + 3 * k;
            Axis& a = axis[k];
            a.size = d < lead ? 1 : PyArray_DIMS(x)[d];
            a.window = s[0], a.stride = s[1], a.pad = s[2];
            const npy_intp padded = a.size + 2 * a.pad;
            if (a.size == 0) a.count = 0;
            else if (settings[1]) a.count = padded < a.window ? 0 : (padded - a.window) / a.stride + 1;
            else if (a.stride >= a.window) a.count = (padded - 1) / a.stride + 1;
            else a.count = std::max(padded - 1 - a.window + a.stride, (npy_intp)0) / a.stride + 1;
            if (d >= lead) pooled[d] = a.count;
        }
    }
    npy_intp image() const { return axis[0].size * axis[1].size * axis[2].size; }
    npy_intp windows() const { return axis[0].count * axis[1].count * axis[2].count; }

    // For each row of windows: the range of the image's rows that it covers, in depth and height.
    template <class Function> void each_row(Function f) const {
        const Axis &a = axis[0], &b = axis[1];
        for (npy_intp n = 0; n < outer; n++)
            for (npy_intp i = 0; i < a.count; i++)
                for (npy_intp j = 0; j < b.count; j++)
                    f(n * image(), ((n * a.count + i) * b.count + j) * axis[2].count,
                      a.begin(i), a.end(i), b.begin(j), b.end(j));
    }
    // What a sum over a window is divided by, of which this many elements lie in the image.
    real divisor(npy_intp elements) const {
        if (divide == 0) return 1;
        return (real)(divide == 1 ? axis[0].window * axis[1].window * axis[2].window : elements);
    }
};

static bool same_shape(const char* what, PyArrayObject* given, int ndim, const npy_intp* shape) {
    const npy_intp* dims = PyArray_DIMS(given);
    if (PyArray_NDIM(given) == ndim && std::equal(shape, shape + ndim, dims)) return true;
    PyObject* got = PyArray_IntTupleFromIntp(PyArray_NDIM(given), dims);
    PyObject* expected = PyArray_IntTupleFromIntp(ndim, shape);
    if (got && expected)
        PyErr_Format(PyExc_ValueError, "Pooling: %s has shape %R; expected %R, which goes with the "
                     "shape of the input and the windows.", what, got, expected);
    Py_XDECREF(got);
    Py_XDECREF(expected);
    return false;
}

struct Maximum {
    // NaN if either is.
    static real of(real a, real b) { return (b > a) | (b != b) ? b : a; }
};
struct Sum {
    static real of(real a, real b) { return a + b; }
};

// to[i] = the reduction of from[i * STRIDE] and the WINDOW elements from there on.
template <class Reduce, int WINDOW, int STRIDE>
static void reduce_windows(const real* __restrict__ from, real* __restrict__ to, npy_intp n) {
    for (npy_intp i = 0; i < n; i++) {
        real value = from[i * STRIDE];
        for (int k = 1; k < WINDOW; k++) value = Reduce::of(value, from[i * STRIDE + k]);
        to[i] = value;
    }
}

// The windows [0, n), all of which lie in the row: the usual sizes with loops that can be unrolled.
template <class Reduce>
static void reduce_inner(const Axis& c, const real* from, real* to, npy_intp n) {
    const npy_intp shape = c.window * 16 + c.stride;
    if (c.window < 16 && c.stride < 16) {
        if (shape == 0x22) return reduce_windows<Reduce, 2, 2>(from, to, n);
        if (shape == 0x32) return reduce_windows<Reduce, 3, 2>(from, to, n);
        if (shape == 0x33) return reduce_windows<Reduce, 3, 3>(from, to, n);
        if (shape == 0x31) return reduce_windows<Reduce, 3, 1>(from, to, n);
    }
    for (npy_intp i = 0; i < n; i++) {
        real value = from[i * c.stride];
        for (npy_intp k = 1; k < c.window; k++) value = Reduce::of(value, from[i * c.stride + k]);
        to[i] = value;
    }
}

// Down the rows first, which a compiler turns into vector instructions, then along the columns.
template <class Reduce>
static void reduce_all(const Pooling& p, const real* x, real* z, real* row) {
    const Axis &b = p.axis[1], &c = p.axis[2];
    const npy_intp first = c.first(), last = c.last();
    p.each_row([&](npy_intp image, npy_intp windows, npy_intp d0, npy_intp d1, npy_intp r0, npy_intp r1) {
        const real* from = x + image + (d0 * b.size + r0) * c.size;
        if ((d1 - d0) * (r1 - r0) > 1) {
            std::copy(from, from + c.size, row);
            for (npy_intp d = d0; d < d1; d++)
                for (npy_intp r = r0 + (d == d0); r < r1; r++) {
                    const real* __restrict__ more = x + image + (d * b.size + r) * c.size;
                    real* __restrict__ into = row;
                    for (npy_intp k = 0; k < c.size; k++) into[k] = Reduce::of(into[k], more[k]);
                }
            from = row;
        }
        real* to = z + windows;
        reduce_inner<Reduce>(c, from + first * c.stride - c.pad, to + first, last - first);
        for (npy_intp i = 0; i < c.count; i++) {
            if (i == first && first < last) i = last;
            if (i == c.count) break;
            real value = from[c.begin(i)];
            for (npy_intp k = c.begin(i) + 1; k < c.end(i); k++) value = Reduce::of(value, from[k]);
            to[i] = value;
        }
    });
}

// A row of windows, each divided; `rows` of the image's rows lie in each.
static void divide_row(const Pooling& p, npy_intp rows, const real* from, real* to) {
    const Axis& c = p.axis[2];
    const npy_intp first = c.first(), last = c.last();
    const real inner = p.divisor(rows * c.window);
    const auto at_border = [&](npy_intp i) { return p.divisor(rows * (c.end(i) - c.begin(i))); };
    for (npy_intp i = 0; i < first; i++) to[i] = from[i] / at_border(i);
    for (npy_intp i = first; i < last; i++) to[i] = from[i] / inner;
    for (npy_intp i = last; i < c.count; i++) to[i] = from[i] / at_border(i);
}

static std::unique_ptr<real[]> new_row(npy_intp size) {
    std::unique_ptr<real[]> row(new (std::nothrow) real[size + 1]);
    if (!row) PyErr_NoMemory();
    return row;
}

// settings as above, and a last one: 1 for the maximum, 0 for a sum or an average.
static bool pool(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const Pooling p(in[0], settings);
    const Contiguous x(in[0]);
    if (!x || !output_like(out[0], p.ndim, p.pooled)) return false;
    real* z = (real*)PyArray_DATA(*out[0]);
    const auto row = new_row(p.axis[2].size);
    if (!row) return false;
    if (p.outer * p.windows() == 0) return true;
    if (settings[12]) {
        reduce_all<Maximum>(p, x.data(), z, row.get());
        return true;
    }
    reduce_all<Sum>(p, x.data(), z, row.get());
    if (p.divide)
        p.each_row([&](npy_intp, npy_intp windows, npy_intp d0, npy_intp d1, npy_intp r0, npy_intp r1) {
            divide_row(p, (d1 - d0) * (r1 - r0), z + windows, z + windows);
        });
    return true;
}

static bool average_pool_grad(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const Pooling p(in[0], settings);
    if (!same_shape("gz", in[1], p.ndim, p.pooled)) return false;
    const Contiguous gz(in[1]);
    if (!gz || !output_like(out[0], p.ndim, PyArray_DIMS(in[0]))) return false;
    real* gx = (real*)PyArray_DATA(*out[0]);
    std::fill(gx, gx + p.outer * p.image(), (real)0);
    const Axis &b = p.axis[1], &c = p.axis[2];
    const auto row = new_row(c.size), share = new_row(c.count);
    if (!row || !share) return false;
    p.each_row([&](npy_intp image, npy_intp windows, npy_intp d0, npy_intp d1, npy_intp r0, npy_intp r1) {
        // The columns once, then the same row is added to all rows of the window.
        divide_row(p, (d1 - d0) * (r1 - r0), gz.data() + windows, share.get());
        std::fill(row.get(), row.get() + c.size, (real)0);
        for (npy_intp i = 0; i < c.count; i++)
            for (npy_intp k = c.begin(i); k < c.end(i); k++) row[k] += share[i];
        for (npy_intp d = d0; d < d1; d++)
            for (npy_intp r = r0; r < r1; r++) {
                real* __restrict__ into = gx + image + (d * b.size + r) * c.size;
                const real* __restrict__ from = row.get();
                for (npy_intp k = 0; k < c.size; k++) into[k] += from[k];
            }
    });
    return true;
}

// into[i * STRIDE] += gz[i] where x[i * STRIDE] is z[i]
template <int STRIDE>
static void spread_to_maxima(const real* __restrict__ x, const real* __restrict__ z,
                             const real* __restrict__ gz, real* __restrict__ into, npy_intp n,
                             npy_intp stride) {
    if (STRIDE) stride = STRIDE;
    for (npy_intp i = 0; i < n; i++) into[i * stride] += x[i * stride] == z[i] ? gz[i] : (real)0;
}

// to[i] += v[i * STRIDE] where x[i * STRIDE] is z[i]
template <int STRIDE>
static void gather_at_maxima(const real* __restrict__ x, const real* __restrict__ z,
                             const real* __restrict__ v, real* __restrict__ to, npy_intp n,
                             npy_intp stride) {
    if (STRIDE) stride = STRIDE;
    for (npy_intp i = 0; i < n; i++) to[i] += x[i * stride] == z[i] ? v[i * stride] : (real)0;
}

// f(offset, i, n): element `offset` of a row of the image is the k-th of window i, and so on for n
// windows, a stride apart.
template <class Function> static void each_column(const Axis& c, Function f) {
    for (npy_intp k = 0; k < c.window; k++) {
        const npy_intp first = k >= c.pad ? 0 : (c.pad - k + c.stride - 1) / c.stride;
        const npy_intp room = c.size - 1 - k + c.pad;
        const npy_intp last = room < 0 ? 0 : std::min(c.count, room / c.stride + 1);
        if (first < last) f(first * c.stride + k - c.pad, first, last - first);
    }
}

static bool max_pool_grad(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const Pooling p(in[0], settings);
    if (!same_shape("z", in[1], p.ndim, p.pooled)) return false;
    if (!same_shape("gz", in[2], p.ndim, p.pooled)) return false;
    const Contiguous x(in[0]), z(in[1]), gz(in[2]);
    if (!x || !z || !gz || !output_like(out[0], p.ndim, PyArray_DIMS(in[0]))) return false;
    real* gx = (real*)PyArray_DATA(*out[0]);
    std::fill(gx, gx + p.outer * p.image(), (real)0);
    const Axis &b = p.axis[1], &c = p.axis[2];
    const auto spread = c.stride == 1 ? spread_to_maxima<1>
        : c.stride == 2 ? spread_to_maxima<2> : spread_to_maxima<0>;
    p.each_row([&](npy_intp image, npy_intp windows, npy_intp d0, npy_intp d1, npy_intp r0, npy_intp r1) {
        for (npy_intp d = d0; d < d1; d++)
            for (npy_intp r = r0; r < r1; r++) {
                const npy_intp row = image + (d * b.size + r) * c.size;
                each_column(c, [&](npy_intp offset, npy_intp i, npy_intp n) {
                    spread(x.data() + row + offset, z.data() + windows + i, gz.data() + windows + i,
                           gx + row + offset, n, c.stride);
                });
            }
    });
    return true;
}

static bool max_pool_grad_grad(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const Pooling p(in[0], settings);
    if (!same_shape("z", in[1], p.ndim, p.pooled)) return false;
    if (!same_shape("v", in[2], p.ndim, PyArray_DIMS(in[0]))) return false;
    const Contiguous x(in[0]), z(in[1]), v(in[2]);
    if (!x || !z || !v || !output_like(out[0], p.ndim, p.pooled)) return false;
    real* to = (real*)PyArray_DATA(*out[0]);
    std::fill(to, to + p.outer * p.windows(), (real)0);
    const Axis &b = p.axis[1], &c = p.axis[2];
    const auto gather = c.stride == 1 ? gather_at_maxima<1>
        : c.stride == 2 ? gather_at_maxima<2> : gather_at_maxima<0>;
    p.each_row([&](npy_intp image, npy_intp windows, npy_intp d0, npy_intp d1, npy_intp r0, npy_intp r1) {
        for (npy_intp d = d0; d < d1; d++)
            for (npy_intp r = r0; r < r1; r++) {
                const npy_intp row = image + (d * b.size + r) * c.size;
                each_column(c, [&](npy_intp offset, npy_intp i, npy_intp n) {
                    gather(x.data() + row + offset, z.data() + windows + i, v.data() + row + offset,
                           to + windows + i, n, c.stride);
                });
            }
    });
    return true;
}
