// Which algorithm: that of the most similar convolution among those measured.

enum Algorithm { AUTO, DIRECT, IM2COL, FFT, WINOGRAD };

// A measurement: direction, then channels and results of a group, kernel's width, stride, image's
// width and batch, each in 1/16 of a power of two; then the fastest algorithm.
enum { FEATURES = 7, ENTRY = FEATURES + 1 };

static size log16(double x) { return (size)std::lround(16 * std::log2(std::max(x, 1.0))); }

// The table's first number says how many measurements follow.
static Algorithm choose(const Geometry& g, int direction, const npy_int64* table) {
    const size count = *table++;
    const double width = std::sqrt((double)g.image_size());
    const double kernel = std::pow((double)g.kernel_size(), g.image[0] > 1 ? 1.0 / 3 : 0.5);
    const size mine[FEATURES] = {
        direction, log16(g.group_channels()), log16(g.group_results()), log16(kernel),
        log16(std::max(g.stride[1], g.stride[2])), log16(width), log16(g.batch)};
    // Kernel and stride decide most, the batch least.
    const size weight[FEATURES] = {1000, 2, 2, 8, 8, 2, 1};
    Algorithm best = kernel == 1 ? IM2COL : DIRECT;
    size least = -1;
    for (size i = 0; i < count; ++i, table += ENTRY) {
        const Algorithm candidate = (Algorithm)table[FEATURES];
        if (candidate == WINOGRAD && !winograd::takes(g)) continue;
        if (candidate == FFT && !fft::takes(g)) continue;
        size distance = 0;
        for (int f = 0; f < FEATURES; ++f) distance += weight[f] * std::abs(mine[f] - (size)table[f]);
        if (least < 0 || distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}
