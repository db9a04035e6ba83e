// One matrix product for a tile of positions: the image is copied once for each tap.

namespace im2col {

enum { WORKSPACE = 1 << 20 };  // bytes of copies at a time

struct Tile {
    size channels, positions;
};

static Tile tile(const Problem& p) {
    const size elements = WORKSPACE / (size)sizeof(real), rows = p.taps_count();
    Tile t;
    t.channels = std::max<size>(1, std::min(p.channels, elements / (256 * rows)));
    t.positions = std::max<size>(64, elements / std::max(t.channels * rows, p.results));
    t.positions = std::min(t.positions, p.length());
    return t;
}

// Channels [c0, c1) at positions [first, first + n): a row of `columns` for each channel and tap.
static void copy_taps(const Problem& p, const real* image, size c0, size c1, size first, size n, real* phases,
                      real* columns) {
    const size ld = n + p.span;
    for (size c = c0; c < c1; ++c) {
        lay_flat(p, image, c, c + 1, phases, ld, first);
        for (const Tap& t : p.taps) {
            const real* from = phases + t.phase * ld + t.offset;
            columns = std::copy(from, from + n, columns);
        }
    }
}

// Weights of each result by channel and tap, in the order of the taps.
static void pack(const Problem& p, const real* weights, real* to) {
    for (size o = 0; o < p.results; ++o)
        for (size c = 0; c < p.channels; ++c)
            for (const Tap& t : p.taps) *to++ = weights[o * p.weight_result + c * p.weight_channel + t.weight];
}

// The BLAS has threads of its own.
static void correlate(const Problem& p, size batch, size groups, const real* images, const real* weights,
                      real* targets) {
    const size taps = p.taps_count(), rows = p.channels * taps, group_weights = p.results * rows;
    const Tile tile = im2col::tile(p);
    const Placement to = p.placement();
    const size block = tile.channels * taps * tile.positions;
    const size ld = tile.positions + p.span;
    real* packed = shared_scratch.take(
        group_weights + block + (size)p.phases.size() * ld + p.results * tile.positions);
    real* columns = packed + group_weights;
    real* phases = columns + block;
    real* sums = phases + (size)p.phases.size() * ld;
    for (size g = 0; g < groups; ++g) {
        pack(p, weights + g * p.group_weights, packed);
        for (size b = 0; b < batch; ++b) {
            const real* image = images + (b * groups + g) * p.channels * p.image_size();
            real* target = targets + (b * groups + g) * p.results * p.target_size();
            if (p.plain()) {
                const size n = p.length();
                gemm(false, false, p.results, n, rows, packed, rows, image, n, 0, target, n);
                continue;
            }
            for (size first = 0; first < p.length(); first += tile.positions) {
                const size n = std::min(tile.positions, p.length() - first);
                for (size c = 0; c < p.channels; c += tile.channels) {
                    const size c1 = std::min(p.channels, c + tile.channels);
                    copy_taps(p, image, c, c1, first, n, phases, columns);
                    gemm(false, false, p.results, n, (c1 - c) * taps, packed + c * taps, rows, columns, n,
                         c > 0, sums, n);
                }
                for (size o = 0; o < p.results; ++o)
                    place(to, target + o * p.target_size(), sums + o * n, first, first + n, false);
            }
        }
    }
}

static void correlate_gradients(const Problem& p, size batch, size groups, const real* images,
                                const real* gradients, real* weights) {
    const size taps = p.taps_count(), rows = p.channels * taps, group_weights = p.results * rows;
    const Tile tile = im2col::tile(p);
    const size block = tile.channels * taps * tile.positions;
    const size ld = tile.positions + p.span;
    const std::array<Axis, 3> as_it_is = {{{1, 0}, {1, 0}, {1, 0}}};
    real* packed = shared_scratch.take(
        group_weights + block + (size)p.phases.size() * ld + p.results * tile.positions);
    real* columns = packed + group_weights;
    real* phases = columns + block;
    real* above = phases + (size)p.phases.size() * ld;
    for (size g = 0; g < groups; ++g) {
        std::fill(packed, packed + group_weights, real(0));
        for (size b = 0; b < batch; ++b) {
            const real* image = images + (b * groups + g) * p.channels * p.image_size();
            const real* gradient = gradients + (b * groups + g) * p.results * p.target_size();
            if (p.plain()) {
                const size n = p.length();
                gemm(false, true, p.results, rows, n, gradient, n, image, n, 1, packed, rows);
                continue;
            }
            for (size first = 0; first < p.length(); first += tile.positions) {
                const size n = std::min(tile.positions, p.length() - first);
                for (size o = 0; o < p.results; ++o)
                    fill(above + o * n, gradient + o * p.target_size(), p.out, p.flat, as_it_is, first, first + n);
                for (size c = 0; c < p.channels; c += tile.channels) {
                    const size c1 = std::min(p.channels, c + tile.channels);
                    copy_taps(p, image, c, c1, first, n, phases, columns);
                    gemm(false, true, p.results, (c1 - c) * taps, n, above, n, columns, n, 1,
                         packed + c * taps, rows);
                }
            }
        }
        const real* from = packed;
        for (size o = 0; o < p.results; ++o)
            for (size c = 0; c < p.channels; ++c)
                for (const Tap& t : p.taps)
                    weights[g * p.group_weights + o * p.weight_result + c * p.weight_channel + t.weight] = *from++;
    }
}

}  // namespace im2col
