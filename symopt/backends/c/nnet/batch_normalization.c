// Batch normalisation over any axes of a C-contiguous array.
//
// settings: how many axes are normalised, then these.
//
// Each operation is one of the functions at the end. Sums are in double, and the variance is
// that of the deviations from a mean known before. What belongs to one parameter is gone through
// several times, so that it comes from the cache but for the first time.

enum { BLOCK = 1024, LANES = 8 };
typedef real loose __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));
typedef double wide __attribute__((vector_size(LANES * sizeof(double))));

// The array as rows along its last axis, after adjacent axes of a kind have become one.
//
// Row `group[k] + member[i]` belongs to parameter k if the last axis is normalised, or to the
// parameters from `k * length` if it is not (`columns`).
struct Rows {
    std::vector<npy_intp> group, member;  // offsets
    npy_intp length = 1;
    bool columns = false;
    npy_intp parameters = 1, count = 1;  // how many, and elements of each

    Rows(PyArrayObject* x, const npy_int64* settings) {
        std::vector<npy_intp> sizes;
        std::vector<bool> kinds;
        for (int d = 0; d < PyArray_NDIM(x); d++) {
            const npy_intp n = PyArray_DIMS(x)[d];
            const bool normalised = std::count(settings + 1, settings + 1 + settings[0], d) > 0;
            (normalised ? count : parameters) *= n;
            if (n == 1) continue;
            if (!kinds.empty() && kinds.back() == normalised) sizes.back() *= n;
            else sizes.push_back(n), kinds.push_back(normalised);
        }
        group.assign(1, 0), member.assign(1, 0);
        if (sizes.empty() || !count || !parameters) return;
        length = sizes.back(), columns = !kinds.back();
        npy_intp stride = length;
        for (size_t d = sizes.size() - 1; d-- > 0;) {
            outer(kinds[d] ? member : group, sizes[d], stride);
            stride *= sizes[d];
        }
    }

  private:
    static void outer(std::vector<npy_intp>& offsets, npy_intp n, npy_intp stride) {
        const std::vector<npy_intp> inner(offsets);
        offsets.clear();
        offsets.reserve(n * inner.size());
        for (npy_intp i = 0; i < n; i++)
            for (npy_intp offset : inner) offsets.push_back(i * stride + offset);
    }
};

static inline wide widened(const real* from) { return __builtin_convertvector(*(const loose*)from, wide); }

static inline double total(const wide& a, const wide& b) {
    const wide both = a + b;
    double sum = 0;
    for (int k = 0; k < LANES; k++) sum += both[k];
    return sum;
}

static double sum_of(const real* x, npy_intp n) {
    wide a = {0}, b = {0};
    npy_intp i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        a += widened(x + i);
        b += widened(x + i + LANES);
    }
    double sum = total(a, b);
    for (; i < n; i++) sum += x[i];
    return sum;
}

static double sum_of_squares(const real* x, npy_intp n, double mean) {
    wide a = {0}, b = {0};
    npy_intp i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        const wide c = widened(x + i) - mean, d = widened(x + i + LANES) - mean;
        a += c * c;
        b += d * d;
    }
    double sum = total(a, b);
    for (; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

// Adds the sums of dy and of dy (x - mean).
static void add_sums(const real* x, const real* dy, npy_intp n, double mean, double& sum, double& product) {
    wide a = {0}, b = {0}, c = {0}, d = {0};
    npy_intp i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        const wide e = widened(dy + i), f = widened(dy + i + LANES);
        a += e;
        b += f;
        c += e * (widened(x + i) - mean);
        d += f * (widened(x + i + LANES) - mean);
    }
    sum += total(a, b);
    product += total(c, d);
    for (; i < n; i++) sum += dy[i], product += dy[i] * (x[i] - mean);
}

// The same for columns: each row adds to a row of sums. GCC has to see one row at a time; of two
// loops it makes the one over rows the inner one, with gathers.
#define ROW __attribute__((noinline)) static void

ROW add_row(const real* __restrict__ x, double* __restrict__ sums, npy_intp n) {
    for (npy_intp j = 0; j < n; j++) sums[j] += x[j];
}

ROW add_squares(const real* __restrict__ x, const real* __restrict__ mean, double* __restrict__ sums,
                npy_intp n) {
    for (npy_intp j = 0; j < n; j++) {
        const double d = (double)x[j] - mean[j];
        sums[j] += d * d;
    }
}

ROW add_products(const real* __restrict__ x, const real* __restrict__ dy, const real* __restrict__ mean,
                 double* __restrict__ sums, double* __restrict__ products, npy_intp n) {
    for (npy_intp j = 0; j < n; j++) {
        sums[j] += dy[j];
        products[j] += dy[j] * ((double)x[j] - mean[j]);
    }
}

static bool has_shape(PyArrayObject* given, const char* name, PyArrayObject* x, const npy_intp* shape) {
    const int ndim = PyArray_NDIM(x);
    if (PyArray_NDIM(given) == ndim && std::equal(shape, shape + ndim, PyArray_DIMS(given))) return true;
    PyObject* got = PyArray_IntTupleFromIntp(PyArray_NDIM(given), PyArray_DIMS(given));
    PyObject* inputs = PyArray_IntTupleFromIntp(ndim, PyArray_DIMS(x));
    PyObject* expected = PyArray_IntTupleFromIntp(ndim, (npy_intp*)shape);
    if (got && inputs && expected)
        PyErr_Format(PyExc_ValueError, "Batch normalisation: %s has shape %R and inputs %R; expected shape %R.",
                     name, got, inputs, expected);
    Py_XDECREF(got);
    Py_XDECREF(inputs);
    Py_XDECREF(expected);
    return false;
}

// The shape of x with 1 along the axes.
static void statistics_shape(PyArrayObject* x, const npy_int64* settings, npy_intp* shape) {
    std::copy(PyArray_DIMS(x), PyArray_DIMS(x) + PyArray_NDIM(x), shape);
    for (npy_int64 k = 1; k <= settings[0]; k++) shape[settings[k]] = 1;
}

static inline real* data(PyArrayObject** array) { return (real*)PyArray_DATA(*array); }

static void normalise(const Rows& rows, const real* x, const real* gamma, const real* beta, double epsilon,
                      real* y, real* mean, real* invstd, real* variance) {
    const npy_intp n = rows.length;
    double sums[BLOCK];
    real scale[BLOCK];
    for (npy_intp k = 0; k < (npy_intp)rows.group.size(); k++) {
        const npy_intp start = rows.group[k];
        if (!rows.columns) {
            double sum = 0, squares = 0;
            for (npy_intp m : rows.member) sum += sum_of(x + start + m, n);
            const double center = sum / rows.count;
            for (npy_intp m : rows.member) squares += sum_of_squares(x + start + m, n, center);
            mean[k] = (real)center;
            variance[k] = (real)(squares / rows.count);
            const double inverse = 1 / std::sqrt(squares / rows.count + epsilon);
            invstd[k] = (real)inverse;
            const real middle = mean[k], factor = (real)(gamma[k] * inverse), shift = beta[k];
            for (npy_intp m : rows.member) {
                const real* __restrict__ from = x + start + m;
                real* __restrict__ to = y + start + m;
                for (npy_intp i = 0; i < n; i++) to[i] = (from[i] - middle) * factor + shift;
            }
            continue;
        }
        for (npy_intp first = 0; first < n; first += BLOCK) {
            const npy_intp width = std::min(n - first, (npy_intp)BLOCK), p = k * n + first;
            real* __restrict__ middle = mean + p;
            const real* __restrict__ shift = beta + p;
            std::fill(sums, sums + width, 0.0);
            for (npy_intp m : rows.member) add_row(x + start + m + first, sums, width);
            for (npy_intp j = 0; j < width; j++) middle[j] = (real)(sums[j] / rows.count), sums[j] = 0;
            for (npy_intp m : rows.member) add_squares(x + start + m + first, middle, sums, width);
            for (npy_intp j = 0; j < width; j++) {
                variance[p + j] = (real)(sums[j] / rows.count);
                const double inverse = 1 / std::sqrt(sums[j] / rows.count + epsilon);
                invstd[p + j] = (real)inverse;
                scale[j] = (real)(gamma[p + j] * inverse);
            }
            for (npy_intp m : rows.member) {
                const real* __restrict__ from = x + start + m + first;
                real* __restrict__ to = y + start + m + first;
                for (npy_intp j = 0; j < width; j++) to[j] = (from[j] - middle[j]) * scale[j] + shift[j];
            }
        }
    }
}

static void gradients(const Rows& rows, const real* x, const real* dy, const real* gamma, const real* mean,
                      const real* invstd, real* dx, real* dgamma, real* dbeta) {
    const npy_intp n = rows.length;
    double sums[BLOCK], products[BLOCK];
    real scale[BLOCK], offset[BLOCK], slope[BLOCK];
    for (npy_intp k = 0; k < (npy_intp)rows.group.size(); k++) {
        const npy_intp start = rows.group[k];
        // dx = scale (dy - offset - (x - mean) slope)
        if (!rows.columns) {
            double sum = 0, product = 0;
            for (npy_intp m : rows.member) add_sums(x + start + m, dy + start + m, n, mean[k], sum, product);
            dbeta[k] = (real)sum;
            dgamma[k] = (real)(product * invstd[k]);
            const real middle = mean[k], factor = gamma[k] * invstd[k], level = (real)(sum / rows.count);
            const real tilt = (real)(product / rows.count * invstd[k] * invstd[k]);
            for (npy_intp m : rows.member) {
                const real* __restrict__ at = x + start + m;
                const real* __restrict__ from = dy + start + m;
                real* __restrict__ to = dx + start + m;
                for (npy_intp i = 0; i < n; i++) to[i] = factor * (from[i] - level - (at[i] - middle) * tilt);
            }
            continue;
        }
        for (npy_intp first = 0; first < n; first += BLOCK) {
            const npy_intp width = std::min(n - first, (npy_intp)BLOCK), p = k * n + first;
            const real* __restrict__ middle = mean + p;
            std::fill(sums, sums + width, 0.0);
            std::fill(products, products + width, 0.0);
            for (npy_intp m : rows.member)
                add_products(x + start + m + first, dy + start + m + first, middle, sums, products, width);
            for (npy_intp j = 0; j < width; j++) {
                const double inverse = invstd[p + j];
                dbeta[p + j] = (real)sums[j];
                dgamma[p + j] = (real)(products[j] * inverse);
                scale[j] = (real)(gamma[p + j] * inverse);
                offset[j] = (real)(sums[j] / rows.count);
                slope[j] = (real)(products[j] / rows.count * inverse * inverse);
            }
            for (npy_intp m : rows.member) {
                const real* __restrict__ at = x + start + m + first;
                const real* __restrict__ from = dy + start + m + first;
                real* __restrict__ to = dx + start + m + first;
                for (npy_intp j = 0; j < width; j++)
                    to[j] = scale[j] * (from[j] - offset[j] - (at[j] - middle[j]) * slope[j]);
            }
        }
    }
}

// in: x, gamma, beta, epsilon; out: y, mean, invstd, variance
static inline bool train(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const int ndim = PyArray_NDIM(in[0]);
    npy_intp shape[NPY_MAXDIMS];
    statistics_shape(in[0], settings, shape);
    if (!has_shape(in[1], "gamma", in[0], shape) || !has_shape(in[2], "beta", in[0], shape)) return false;
    const Contiguous x(in[0]), gamma(in[1]), beta(in[2]), epsilon(in[3]);
    if (!x || !gamma || !beta || !epsilon || !output_like(out[0], ndim, PyArray_DIMS(in[0]))) return false;
    for (int k = 1; k < 4; k++)
        if (!output_like(out[k], ndim, shape)) return false;
    const Rows rows(in[0], settings);
    if (!rows.count)
        for (int k = 1; k < 4; k++) std::fill(data(out[k]), data(out[k]) + rows.parameters, (real)NAN);
    if (rows.count && rows.parameters)
        normalise(rows, x.data(), gamma.data(), beta.data(), *epsilon.data(), data(out[0]), data(out[1]),
                  data(out[2]), data(out[3]));
    return true;
}

// in: x, dy, gamma, mean, invstd; out: dx, dgamma, dbeta
static inline bool train_grad(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const int ndim = PyArray_NDIM(in[0]);
    npy_intp shape[NPY_MAXDIMS];
    statistics_shape(in[0], settings, shape);
    if (!has_shape(in[1], "dy", in[0], PyArray_DIMS(in[0])) || !has_shape(in[2], "gamma", in[0], shape)
        || !has_shape(in[3], "mean", in[0], shape) || !has_shape(in[4], "invstd", in[0], shape))
        return false;
    const Contiguous x(in[0]), dy(in[1]), gamma(in[2]), mean(in[3]), invstd(in[4]);
    if (!x || !dy || !gamma || !mean || !invstd || !output_like(out[0], ndim, PyArray_DIMS(in[0]))) return false;
    for (int k = 1; k < 3; k++)
        if (!output_like(out[k], ndim, shape)) return false;
    const Rows rows(in[0], settings);
    if (!rows.count)
        for (int k = 1; k < 3; k++) std::fill(data(out[k]), data(out[k]) + rows.parameters, (real)0);
    if (rows.count && rows.parameters)
        gradients(rows, x.data(), dy.data(), gamma.data(), mean.data(), invstd.data(), data(out[0]),
                  data(out[1]), data(out[2]));
    return true;
}
