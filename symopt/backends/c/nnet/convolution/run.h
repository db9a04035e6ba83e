// Convolution, and its gradients by the input and by the weights. The settings, by number:
//   0 what to compute: 0 the convolution of (image, weights, nothing), 1 the gradient by the image of
//     (weights, gradient, spatial shape of the image), 2 that by the weights of
//     (image, gradient, spatial shape of the weights)
//   1 algorithm; 2 groups; 3 whether kernels are flipped; 4 padding: 0 given, 1 half, 2 full
//   5.. stride, dilation, padding before, padding after, three of each (the first dimension's
//     first, which is 1, 1, 0, 0 in two dimensions)
//   17 number of measurements, which follow (see choose.h)

enum Direction { FORWARD, BY_IMAGE, BY_WEIGHTS };

static void correlate(Algorithm algorithm, const Problem& p, const Geometry& g, const real* images,
                      const real* weights, real* targets) {
    switch (algorithm) {
        case IM2COL: return im2col::correlate(p, g.batch, g.groups, images, weights, targets);
        case FFT: return fft::correlate(p, g.batch, g.groups, images, weights, targets);
        case WINOGRAD: return winograd::correlate(p, g.batch, g.groups, images, weights, targets);
        default: return direct::correlate(p, g.batch, g.groups, images, weights, targets);
    }
}

static void correlate_gradients(Algorithm algorithm, const Problem& p, const Geometry& g, const real* images,
                                const real* gradients, real* weights) {
    switch (algorithm) {
        case IM2COL: return im2col::correlate_gradients(p, g.batch, g.groups, images, gradients, weights);
        case FFT: return fft::correlate_gradients(p, g.batch, g.groups, images, gradients, weights);
        case WINOGRAD: return winograd::correlate_gradients(p, g.batch, g.groups, images, gradients, weights);
        default: return direct::correlate_gradients(p, g.batch, g.groups, images, gradients, weights);
    }
}

static bool run(PyArrayObject** in, PyArrayObject*** out, const npy_int64* settings) {
    const Direction direction = (Direction)settings[0];
    const int count = direction == FORWARD ? 2 : 3;
    const int ndim = PyArray_NDIM(in[0]) - 2, missing = 3 - ndim;
    PyArrayObject* const image = direction == BY_IMAGE ? NULL : in[0];
    PyArrayObject* const weights = direction == FORWARD ? in[1] : direction == BY_IMAGE ? in[0] : NULL;
    PyArrayObject* const above = direction == FORWARD ? NULL : in[1];

    Geometry g;
    g.groups = settings[2];
    g.flip = settings[3];
    const npy_int64* at = settings + 5;
    bool fits = true;
    for (int d = 0; d < 3; ++d) {
        const bool there = d >= missing;
        const int axis = d - missing;
        const auto given = [&](PyArrayObject* array) -> size {
            if (!there) return 1;
            if (array) return PyArray_DIMS(array)[axis + 2];
            return *(const npy_int64*)PyArray_GETPTR1(in[2], axis);
        };
        g.image[d] = given(image);
        g.kernel[d] = given(weights);
        g.stride[d] = at[d];
        g.dilation[d] = at[3 + d];
        const size reach = (g.kernel[d] - 1) * g.dilation[d];  // of the kernel, less 1
        size before = at[6 + d], after = at[9 + d];
        if (there && settings[4] == 1) before = after = (reach + 1) / 2;
        if (there && settings[4] == 2) before = after = reach;
        g.before[d] = before;
        const size room = g.image[d] + before + after - reach - 1;
        g.out[d] = room < 0 ? 0 : room / g.stride[d] + 1;
        fits = fits && g.kernel[d] > 0 && g.out[d] > 0;
        if (above && there) fits = fits && PyArray_DIMS(above)[axis + 2] == g.out[d];
    }
    g.batch = PyArray_DIMS(image ? image : above)[0];
    g.results = weights ? PyArray_DIMS(weights)[0] : PyArray_DIMS(above)[1];
    g.channels = image ? PyArray_DIMS(image)[1] : PyArray_DIMS(weights)[1] * g.groups;
    fits = fits && g.channels % g.groups == 0 && g.results % g.groups == 0;
    if (weights) fits = fits && PyArray_DIMS(weights)[1] * g.groups == g.channels;
    if (above) fits = fits && PyArray_DIMS(above)[1] == g.results;
    if (above && image) fits = fits && PyArray_DIMS(above)[0] == g.batch;
    if (!fits) return reject(in, count, settings);

    npy_intp shape[5] = {g.batch, g.results};
    if (direction == BY_IMAGE) shape[1] = g.channels;
    if (direction == BY_WEIGHTS) {
        shape[0] = g.results;
        shape[1] = g.group_channels();
    }
    const size* spatial = direction == FORWARD ? g.out : direction == BY_IMAGE ? g.image : g.kernel;
    for (int d = missing; d < 3; ++d) shape[2 + d - missing] = spatial[d];
    if (!output_like(out[0], 2 + ndim, shape)) return false;
    real* to = (real*)PyArray_DATA(*out[0]);
    if (PyArray_SIZE(*out[0]) == 0) return true;
    if (g.batch == 0 || g.channels == 0 || g.results == 0) {
        std::fill(to, to + PyArray_SIZE(*out[0]), real(0));
        return true;
    }
    const Contiguous first(in[0]), second(in[1]);
    if (!first || !second) return false;
    Algorithm algorithm = (Algorithm)settings[1];
    if (algorithm == AUTO) algorithm = choose(g, direction, measurements(settings));
    if (algorithm == WINOGRAD && !winograd::takes(g)) algorithm = DIRECT;
    if (algorithm == FFT && !fft::takes(g)) algorithm = DIRECT;
    if (direction == FORWARD) {
        correlate(algorithm, g.forward(), g, first.data(), second.data(), to);
    } else if (direction == BY_WEIGHTS) {
        correlate_gradients(algorithm, g.forward(), g, first.data(), second.data(), to);
    } else {
        const std::vector<Problem> problems = g.backward();
        if (problems.empty() || problems[0].untouched_target)
            std::fill(to, to + PyArray_SIZE(*out[0]), real(0));
        for (const Problem& p : problems) correlate(algorithm, p, g, second.data(), first.data(), to);
    }
    return true;
}
