// The sums as they stand: a block of results times a block of positions in registers.
//
// Every loop over such a block is unrolled, or the compiler keeps the block in memory.

namespace direct {

#if defined(__AVX512F__)
enum { ROWS = 6, COLUMNS = 4 };  // 24 of 32 registers
#else
enum { ROWS = 6, COLUMNS = 2 };  // 12 of 16
#endif

// R results at N * LANES positions. x: the first position of the first channel's first phase.
template <int R, int N>
static void __attribute__((noinline, hot))
block(const real* x, size step, size channels, const size* offsets, size taps, const real* w, real* to, size ld) {
    vec sum[R][N];
    #pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
        #pragma GCC unroll 8
        for (int n = 0; n < N; ++n) sum[r][n] = vec{};
    }
    for (size c = 0; c < channels; ++c, x += step) {
        for (size t = 0; t < taps; ++t, w += R) {
            const real* at = x + offsets[t];
            vec v[N];
            #pragma GCC unroll 8
            for (int n = 0; n < N; ++n) v[n] = load(at + n * LANES);
            #pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                #pragma GCC unroll 8
                for (int n = 0; n < N; ++n) sum[r][n] += v[n] * w[r];
            }
        }
    }
    #pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
        #pragma GCC unroll 8
        for (int n = 0; n < N; ++n) store(to + r * ld + n * LANES, sum[r][n]);
    }
}

template <int R, int N>
static void blocks(const real* x, size step, size channels, const size* offsets, size taps, const real* w,
                   real* to, size ld, size positions) {
    for (size p = 0; p < positions; p += N * LANES)
        block<R, N>(x + p, step, channels, offsets, taps, w, to + p, ld);
}

enum { GRAIN = 8 * LANES };  // positions are computed in multiples of this

static void rows(int count, const real* x, size step, size channels, const size* offsets, size taps,
                 const real* w, real* to, size ld, size positions) {
    switch (count) {
        case 1: return blocks<1, 8>(x, step, channels, offsets, taps, w, to, ld, positions);
        case 2: return blocks<2, COLUMNS>(x, step, channels, offsets, taps, w, to, ld, positions);
        case 3: return blocks<3, COLUMNS>(x, step, channels, offsets, taps, w, to, ld, positions);
        case 4: return blocks<4, COLUMNS>(x, step, channels, offsets, taps, w, to, ld, positions);
        case 5: return blocks<5, COLUMNS>(x, step, channels, offsets, taps, w, to, ld, positions);
        default: return blocks<ROWS, COLUMNS>(x, step, channels, offsets, taps, w, to, ld, positions);
    }
}

// How many channels and positions are laid flat at a time: about 256 KiB, for the second-level cache.
struct Tile {
    size channels, positions, ld;
};

static Tile tile(const Problem& p, size budget, size most_positions) {
    const size phases = (size)p.phases.size(), elements = budget / (size)sizeof(real);
    Tile t;
    t.channels = std::max<size>(1, std::min(p.channels, elements / ((4 * GRAIN + p.span) * phases)));
    const size left = elements / (t.channels * phases) - p.span;
    t.positions = std::min(round_up(p.length(), GRAIN), std::min(most_positions, left / GRAIN * GRAIN));
    t.positions = std::max<size>(t.positions, GRAIN);
    t.ld = t.positions + p.span;
    return t;
}

static void correlate(const Problem& p, size batch, size groups, const real* images, const real* weights,
                      real* targets) {
    const size taps = p.taps_count(), phases = (size)p.phases.size();
    const Tile tile = direct::tile(p, 256 * 1024, 4096);
    const size chunks = (p.channels + tile.channels - 1) / tile.channels;
    const size row_blocks = (p.results + ROWS - 1) / ROWS;
    std::vector<size> offsets(taps);
    for (size t = 0; t < taps; ++t) offsets[t] = p.taps[t].phase * tile.ld + p.taps[t].offset;

    // Weights in the order in which they are read: group, block of results, channel, tap, result.
    const size group_weights = p.results * p.channels * taps;
    real* packed = shared_scratch.take(groups * group_weights);
    for (size g = 0; g < groups; ++g) {
        real* to = packed + g * group_weights;
        for (size o = 0; o < p.results; o += ROWS) {
            const size count = std::min<size>(ROWS, p.results - o);
            for (size c = 0; c < p.channels; ++c)
                for (size t = 0; t < taps; ++t)
                    for (size r = 0; r < count; ++r)
                        *to++ = weights[g * p.group_weights + (o + r) * p.weight_result + c * p.weight_channel
                                        + p.taps[t].weight];
        }
    }

    const Placement to = p.placement();
    const size blocks = (p.length() + tile.positions - 1) / tile.positions;
    in_parallel(batch * groups * blocks, [&](size task, Scratch& scratch) {
        const size first = task % blocks * tile.positions, group = task / blocks % groups;
        const size image = task / blocks;  // and group
        const size last = std::min(first + tile.positions, p.length());
        const size positions = round_up(last - first, GRAIN);
        real* flat = scratch.take(tile.channels * phases * tile.ld + GRAIN + ROWS * tile.positions);
        real* sums = flat + tile.channels * phases * tile.ld + GRAIN;
        for (size chunk = 0; chunk < chunks; ++chunk) {
            const size c0 = chunk * tile.channels, c1 = std::min(p.channels, c0 + tile.channels);
            lay_flat(p, images + image * p.channels * p.image_size(), c0, c1, flat, tile.ld, first);
            for (size b = 0; b < row_blocks; ++b) {
                const size o = b * ROWS, count = std::min<size>(ROWS, p.results - o);
                const real* w = packed + group * group_weights + o * p.channels * taps + c0 * taps * count;
                rows((int)count, flat, phases * tile.ld, c1 - c0, offsets.data(), taps, w, sums,
                     tile.positions, positions);
                for (size r = 0; r < count; ++r)
                    place(to, targets + (image * p.results + o + r) * p.target_size(),
                          sums + r * tile.positions, first, last, chunk > 0);
            }
        }
    });
}

// R rows of gradients times N taps, multiplied along the positions and added to R * N vectors.
template <int R, int N>
static void __attribute__((noinline, hot))
dots(const real* const* gradients, const real* const* x, size positions, vec* sums) {
    vec sum[R][N];
    #pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
        #pragma GCC unroll 8
        for (int n = 0; n < N; ++n) sum[r][n] = sums[r * N + n];
    }
    for (size p = 0; p < positions; p += LANES) {
        vec v[N];
        #pragma GCC unroll 8
        for (int n = 0; n < N; ++n) v[n] = load(x[n] + p);
        #pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            const vec g = load(gradients[r] + p);
            #pragma GCC unroll 8
            for (int n = 0; n < N; ++n) sum[r][n] += g * v[n];
        }
    }
    #pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
        #pragma GCC unroll 8
        for (int n = 0; n < N; ++n) sums[r * N + n] = sum[r][n];
    }
}

// The gradient by the weights; `p` is the forward problem. A task has the weights between a block of
// channels and a block of results to itself, each as a vector that is summed up at the end.
static void correlate_gradients(const Problem& p, size batch, size groups, const real* images,
                                const real* gradients, real* weights) {
#if defined(__AVX512F__)
    enum { R = 4, N = 6 };
#else
    enum { R = 3, N = 4 };
#endif
    const size taps = p.taps_count(), phases = (size)p.phases.size(), out = p.target_size();
    const size threads = allowed_threads();
    Tile tile = direct::tile(p, 256 * 1024, 1024);
    const size vectors = 512 * 1024 / VECTOR;  // half a MiB of sums
    const size share = (p.channels + threads - 1) / threads;
    tile.channels = std::min(tile.channels, std::max<size>(1, std::min(share, vectors / (taps * 8 * R))));
    const size channel_blocks = (p.channels + tile.channels - 1) / tile.channels;
    const size most_pairs = round_up(tile.channels * taps, N);
    size results = std::min(round_up(p.results, R), std::max<size>(1, vectors / most_pairs / R) * R);
    if (channel_blocks < threads) results = std::min(results, round_up((p.results + threads - 1) / threads, R));
    const size result_blocks = (p.results + results - 1) / results;
    const std::array<Axis, 3> as_it_is = {{{1, 0}, {1, 0}, {1, 0}}};
    const size laid_out = tile.channels * phases * tile.ld;
    const size above_ld = tile.positions + LANES;  // no power of two, which would share cache lines

    in_parallel(groups * channel_blocks * result_blocks, [&](size task, Scratch& scratch) {
        const size group = task / (channel_blocks * result_blocks);
        const size c0 = task / result_blocks % channel_blocks * tile.channels;
        const size c1 = std::min(p.channels, c0 + tile.channels);
        const size o0 = task % result_blocks * results, o1 = std::min(p.results, o0 + results);
        const size pairs = (c1 - c0) * taps, blocks = (o1 - o0 + R - 1) / R;
        vec* sums = (vec*)scratch.take(results * most_pairs * LANES + laid_out + results * above_ld);
        real* flat = (real*)(sums + results * most_pairs);
        real* above = flat + laid_out;
        std::fill(sums, sums + blocks * R * round_up(pairs, N), vec{});
        for (size b = 0; b < batch; ++b) {
            const real* image = images + (b * groups + group) * p.channels * p.image_size();
            const real* gradient = gradients + (b * groups + group) * p.results * out;
            for (size first = 0; first < p.length(); first += tile.positions) {
                const size last = std::min(first + tile.positions, p.length());
                const size positions = round_up(last - first, LANES);
                lay_flat(p, image, c0, c1, flat, tile.ld, first);
                for (size o = o0; o < o1; ++o)
                    fill(above + (o - o0) * above_ld, gradient + o * out, p.out, p.flat, as_it_is,
                         first, first + positions);
                vec* sum = sums;
                for (size pair = 0; pair < pairs; pair += N) {
                    const real* x[N];
                    for (int n = 0; n < N; ++n) {  // past the last pair, that one again
                        const size i = std::min(pair + n, pairs - 1), c = i / taps;
                        const Tap& t = p.taps[i - c * taps];
                        x[n] = flat + (c * phases + t.phase) * tile.ld + t.offset;
                    }
                    for (size o = 0; o < o1 - o0; o += R, sum += R * N) {
                        const real* g[R];
                        for (int r = 0; r < R; ++r)
                            g[r] = above + std::min(o + r, o1 - o0 - 1) * above_ld;
                        dots<R, N>(g, x, positions, sum);
                    }
                }
            }
        }
        const vec* sum = sums;
        for (size pair = 0; pair < pairs; pair += N) {
            const size used = std::min<size>(N, pairs - pair);
            size at[N];
            for (size n = 0; n < used; ++n) {
                const size c = (pair + n) / taps;
                at[n] = (c0 + c) * p.weight_channel + p.taps[pair + n - c * taps].weight;
            }
            for (size o = o0; o < o1; o += R, sum += R * N)
                for (size r = 0; r < std::min<size>(R, o1 - o); ++r) {
                    real* to = weights + group * p.group_weights + (o + r) * p.weight_result;
                    for (size n = 0; n < used; ++n) to[at[n]] = total(sum[r * N + n]);
                }
        }
    });
}

}  // namespace direct
