// Winograd's F(2x2, 3x3): four results of a 3x3 kernel for 16 products in place of 36.
//
// With tiles of 4x4 elements d of the image and the kernel g, Lavin and Gray (2015) write the 2x2
// results as  A'[(G g G') * (B' d B)]A, and summing over channels makes each of the 16 elementwise
// products a matrix product over all tiles. The gradients are the adjoints of these maps.
// The tiles lie two elements apart, so their elements stand in the four phases of a stride of two.

namespace winograd {

enum { WORKSPACE = 1 << 21 };  // bytes for a tile of positions

static bool takes(const Geometry& g) {
    for (int d = 0; d < 3; ++d) {
        if (g.stride[d] != 1 || g.dilation[d] != 1 || g.kernel[d] != (d ? 3 : 1)) return false;
    }
    return true;
}

// The kernels as 16 matrices (results, channels): G g G'.
static void transform_kernels(const Problem& p, const real* weights, real* to) {
    const size plane = p.results * p.channels;
    for (size o = 0; o < p.results; ++o) {
        for (size c = 0; c < p.channels; ++c) {
            real g[3][3], half[4][3];
            for (const Tap& t : p.taps)
                g[t.shift[1]][t.shift[2]] = weights[o * p.weight_result + c * p.weight_channel + t.weight];
            for (int j = 0; j < 3; ++j) {
                half[0][j] = g[0][j];
                half[1][j] = (g[0][j] + g[1][j] + g[2][j]) / 2;
                half[2][j] = (g[0][j] - g[1][j] + g[2][j]) / 2;
                half[3][j] = g[2][j];
            }
            for (int i = 0; i < 4; ++i) {
                const real full[4] = {half[i][0], (half[i][0] + half[i][1] + half[i][2]) / 2,
                                      (half[i][0] - half[i][1] + half[i][2]) / 2, half[i][2]};
                for (int j = 0; j < 4; ++j) to[(4 * i + j) * plane + o * p.channels + c] = full[j];
            }
        }
    }
}

// The adjoint: G' s G, a 3x3 kernel out of 16 sums.
static void gather_kernels(const Problem& p, const real* sums, real* weights) {
    const size plane = p.results * p.channels;
    for (size o = 0; o < p.results; ++o) {
        for (size c = 0; c < p.channels; ++c) {
            real s[4][4], half[3][4], g[3][3];
            for (int i = 0; i < 16; ++i) s[i / 4][i % 4] = sums[i * plane + o * p.channels + c];
            for (int j = 0; j < 4; ++j) {
                half[0][j] = s[0][j] + (s[1][j] + s[2][j]) / 2;
                half[1][j] = (s[1][j] - s[2][j]) / 2;
                half[2][j] = s[3][j] + (s[1][j] + s[2][j]) / 2;
            }
            for (int i = 0; i < 3; ++i) {
                g[i][0] = half[i][0] + (half[i][1] + half[i][2]) / 2;
                g[i][1] = (half[i][1] - half[i][2]) / 2;
                g[i][2] = half[i][3] + (half[i][1] + half[i][2]) / 2;
            }
            for (const Tap& t : p.taps)
                weights[o * p.weight_result + c * p.weight_channel + t.weight] = g[t.shift[1]][t.shift[2]];
        }
    }
}

// Flat tiles: the four phases of a channel of the image, and where 2x2 results go.
struct Tiles {
    Problem p;  // its flat positions are tiles
    size count, offset[4][4], positions;

    explicit Tiles(const Problem& of) : p(of) {
        const std::array<Axis, 3> all = of.phases[0];
        p.phases.clear();
        for (size a = 0; a < 2; ++a)
            for (size b = 0; b < 2; ++b)
                p.phases.push_back({{{1, all[0].start}, {2, all[1].start + a}, {2, all[2].start + b}}});
        for (int d = 1; d < 3; ++d) {
            p.out[d] = (of.out[d] + 1) / 2;
            p.flat[d] = p.out[d] + 1;
        }
        p.flat[0] = p.out[0];
        p.span = p.flat[2] + 1;
        count = p.length();
        const size per_tile = 16 * (p.channels + p.results) + 4 * p.channels;
        positions = round_up(std::min<size>(count, WORKSPACE / (size)sizeof(real) / per_tile) + 1, LANES);
    }

    size ld() const { return positions + p.span; }
};

// B' d B of the tiles [first, first + n) of one channel, to 16 rows `step` apart.
static void transform_image(const Tiles& t, const real* image, real* phases, size first, size n, real* to,
                            size step) {
    const size ld = t.ld(), width = t.p.flat[2];
    lay_flat(t.p, image, 0, 1, phases, ld, first);
    const real* d[4][4];
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) d[i][j] = phases + (2 * (i % 2) + j % 2) * ld + (i / 2) * width + j / 2;
    for (size k = 0; k < n; k += LANES) {
        vec half[4][4];
        for (int j = 0; j < 4; ++j) {
            const vec a = load(d[0][j] + k), b = load(d[1][j] + k), c = load(d[2][j] + k), e = load(d[3][j] + k);
            half[0][j] = a - c;
            half[1][j] = b + c;
            half[2][j] = c - b;
            half[3][j] = b - e;
        }
        for (int i = 0; i < 4; ++i) {
            store(to + (4 * i + 0) * step + k, half[i][0] - half[i][2]);
            store(to + (4 * i + 1) * step + k, half[i][1] + half[i][2]);
            store(to + (4 * i + 2) * step + k, half[i][2] - half[i][1]);
            store(to + (4 * i + 3) * step + k, half[i][1] - half[i][3]);
        }
    }
}

static void correlate(const Problem& of, size batch, size groups, const real* images, const real* weights,
                      real* targets) {
    const Tiles t(of);
    const Problem& p = t.p;
    const size matrix = p.results * p.channels;
    real* kernels = shared_scratch.take(groups * 16 * matrix);
    for (size g = 0; g < groups; ++g)
        transform_kernels(of, weights + g * p.group_weights, kernels + g * 16 * matrix);
    const size blocks = (t.count + t.positions - 1) / t.positions;
    // The four results of a tile, each a phase of the target; odd sizes leave out some of the last.
    Placement quarter[2][2];
    for (int a = 0; a < 2; ++a) {
        for (int b = 0; b < 2; ++b) {
            Placement& q = quarter[a][b];
            q = p.placement();
            q.axes[1] = {2, a};
            q.axes[2] = {2, b};
            q.out[1] = (of.out[1] + 1 - a) / 2;
            q.out[2] = (of.out[2] + 1 - b) / 2;
        }
    }
    const auto block = [&](size task, Scratch& scratch) {
        const size first = task % blocks * t.positions, group = task / blocks % groups, image = task / blocks;
        const size n = std::min(t.positions, t.count - first), ld = t.positions;
        real* phases = scratch.take(4 * t.ld() + LANES + 16 * (p.channels + p.results) * ld + 4 * ld);
        real* tiles = phases + 4 * t.ld() + LANES;
        real* products = tiles + 16 * p.channels * ld;
        real* results = products + 16 * p.results * ld;
        for (size c = 0; c < p.channels; ++c)
            transform_image(t, images + (image * p.channels + c) * p.image_size(), phases, first, n,
                            tiles + c * ld, p.channels * ld);
        for (int i = 0; i < 16; ++i)
            gemm(false, false, p.results, n, p.channels, kernels + (group * 16 + i) * matrix, p.channels,
                 tiles + i * p.channels * ld, ld, 0, products + i * p.results * ld, ld);
        for (size o = 0; o < p.results; ++o) {
            const real* m = products + o * ld;
            const size step = p.results * ld;
            for (size k = 0; k < n; k += LANES) {
                vec half[2][4];
                for (int j = 0; j < 4; ++j) {
                    const vec a = load(m + j * step + k), b = load(m + (4 + j) * step + k);
                    const vec c = load(m + (8 + j) * step + k), d = load(m + (12 + j) * step + k);
                    half[0][j] = a + b + c;
                    half[1][j] = b - c - d;
                }
                for (int i = 0; i < 2; ++i) {
                    store(results + (2 * i) * ld + k, half[i][0] + half[i][1] + half[i][2]);
                    store(results + (2 * i + 1) * ld + k, half[i][1] - half[i][2] - half[i][3]);
                }
            }
            real* target = targets + (image * p.results + o) * p.target_size();
            for (int a = 0; a < 2; ++a)
                for (int b = 0; b < 2; ++b)
                    place(quarter[a][b], target, results + (2 * a + b) * ld, first, first + n, false);
        }
    };
    // The BLAS has threads of its own, so the tiles are taken one after another.
    for (size task = 0; task < batch * groups * blocks; ++task) block(task, scratches[0]);
}

static void correlate_gradients(const Problem& of, size batch, size groups, const real* images,
                                const real* gradients, real* weights) {
    const Tiles t(of);
    const Problem& p = t.p;
    const size matrix = p.results * p.channels, ld = t.positions, out = of.target_size();
    real* sums = shared_scratch.take(16 * matrix);
    real* phases = scratches[0].take(4 * t.ld() + LANES + 16 * (p.channels + p.results) * ld + 4 * ld);
    real* tiles = phases + 4 * t.ld() + LANES;
    real* above = tiles + 16 * p.channels * ld;
    real* quarters = above + 16 * p.results * ld;
    for (size g = 0; g < groups; ++g) {
        std::fill(sums, sums + 16 * matrix, real(0));
        for (size b = 0; b < batch; ++b) {
            const real* image = images + (b * groups + g) * p.channels * p.image_size();
            const real* gradient = gradients + (b * groups + g) * p.results * out;
            for (size first = 0; first < t.count; first += t.positions) {
                const size n = std::min(t.positions, t.count - first);
                for (size c = 0; c < p.channels; ++c)
                    transform_image(t, image + c * p.image_size(), phases, first, n, tiles + c * ld,
                                    p.channels * ld);
                for (size o = 0; o < p.results; ++o) {  // A y A'
                    for (size a = 0; a < 2; ++a)
                        for (size b2 = 0; b2 < 2; ++b2) {
                            // the tile past the last column must be 0: as wide as the results, no wider
                            const size shape[3] = {of.out[0], of.out[1], of.out[2]};
                            const std::array<Axis, 3> axes = {{{1, 0}, {2, (size)a}, {2, (size)b2}}};
                            fill(quarters + (2 * a + b2) * ld, gradient + o * out, shape, p.flat, axes, first,
                                 first + n);
                        }
                    real* to = above + o * ld;
                    const size step = p.results * ld;
                    for (size k = 0; k < n; k += LANES) {
                        vec half[4][2];
                        for (int j = 0; j < 2; ++j) {
                            const vec a = load(quarters + j * ld + k), c = load(quarters + (2 + j) * ld + k);
                            half[0][j] = a;
                            half[1][j] = a + c;
                            half[2][j] = a - c;
                            half[3][j] = -c;
                        }
                        for (int i = 0; i < 4; ++i) {
                            store(to + (4 * i + 0) * step + k, half[i][0]);
                            store(to + (4 * i + 1) * step + k, half[i][0] + half[i][1]);
                            store(to + (4 * i + 2) * step + k, half[i][0] - half[i][1]);
                            store(to + (4 * i + 3) * step + k, -half[i][1]);
                        }
                    }
                }
                for (int i = 0; i < 16; ++i)
                    gemm(false, true, p.results, p.channels, n, above + i * p.results * ld, ld,
                         tiles + i * p.channels * ld, ld, 1, sums + i * matrix, p.channels);
            }
        }
        gather_kernels(of, sums, weights + g * p.group_weights);
    }
}

}  // namespace winograd
