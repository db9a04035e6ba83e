// Products of spectra: the cost does not depend on the size of the kernel.
//
// The image is cut into overlapping tiles of N x N, a power of two. Two tiles are the real and the
// imaginary part of one transform; as kernels are real, their results come back as the real and the
// imaginary part. A vector holds the same element of LANES planes (or results), so that a transform
// of one plane is LANES transforms. Decimation in frequency there and in time back again leave the
// frequencies in a scrambled order, which the products between them do not mind.

namespace fft {

enum { PAIRS = 4 };  // pairs of tiles for which a spectrum of a kernel is read once

static bool takes(const Geometry& g) { return g.kernel[0] == 1 && g.image[0] == 1; }

struct Roots {
    size n;
    std::vector<real> cosine, sine;
    explicit Roots(size n) : n(n), cosine(n), sine(n) {
        for (size k = 0; k < n; ++k) {
            cosine[k] = (real)std::cos(2 * M_PI * k / n);
            sine[k] = (real)std::sin(2 * M_PI * k / n);
        }
    }
};

static inline void forward_line(const Roots& w, vec* re, vec* im, size step) {
    for (size half = w.n / 2; half; half /= 2) {
        const size turn = w.n / (2 * half);
        for (size j = 0; j < half; ++j) {
            const real c = w.cosine[j * turn], s = -w.sine[j * turn];
            for (size a = j; a < w.n; a += 2 * half) {
                const size p = a * step, q = (a + half) * step;
                const vec x = re[p] - re[q], y = im[p] - im[q];
                re[p] += re[q];
                im[p] += im[q];
                re[q] = x * c - y * s;
                im[q] = x * s + y * c;
            }
        }
    }
}

static inline void backward_line(const Roots& w, vec* re, vec* im, size step) {
    for (size half = 1; half < w.n; half *= 2) {
        const size turn = w.n / (2 * half);
        for (size j = 0; j < half; ++j) {
            const real c = w.cosine[j * turn], s = w.sine[j * turn];
            for (size a = j; a < w.n; a += 2 * half) {
                const size p = a * step, q = (a + half) * step;
                const vec x = re[q] * c - im[q] * s, y = re[q] * s + im[q] * c;
                re[q] = re[p] - x;
                im[q] = im[p] - y;
                re[p] += x;
                im[p] += y;
            }
        }
    }
}

static void __attribute__((noinline, hot)) forward(const Roots& w, vec* re, vec* im) {
    for (size i = 0; i < w.n; ++i) forward_line(w, re + i * w.n, im + i * w.n, 1);
    for (size j = 0; j < w.n; ++j) forward_line(w, re + j, im + j, w.n);
}

static void __attribute__((noinline, hot)) backward(const Roots& w, vec* re, vec* im) {
    for (size j = 0; j < w.n; ++j) backward_line(w, re + j, im + j, w.n);
    for (size i = 0; i < w.n; ++i) backward_line(w, re + i * w.n, im + i * w.n, 1);
}

// How the results are cut into tiles.
struct Cut {
    size n, results[2], count[2];  // side of a tile, results in it, tiles of an image
    size tiles() const { return count[0] * count[1]; }

    explicit Cut(const Problem& p) {
        size kernel[2] = {1, 1};
        for (const Tap& t : p.taps)
            for (int d = 0; d < 2; ++d) kernel[d] = std::max(kernel[d], t.shift[d + 1] + 1);
        size side = 8;
        while (side < std::max(kernel[0], kernel[1])) side *= 2;
        double least = 0;
        n = 0;
        for (; side <= 64 || !n; side *= 2) {
            const size a = side - kernel[0] + 1, b = side - kernel[1] + 1;
            const size tiles = ((p.out[1] + a - 1) / a) * ((p.out[2] + b - 1) / b);
            // Measured: an element takes longer once the spectra have left the second-level cache.
            const double slower = side <= 16 ? 1 : side <= 32 ? 2.7 : 12;
            const double cost = (double)tiles * side * side * slower;
            if (!n || cost < least) {
                n = side;
                least = cost;
                results[0] = a;
                results[1] = b;
            }
        }
        for (int d = 0; d < 2; ++d) count[d] = (p.out[d + 1] + results[d] - 1) / results[d];
    }
};

// A tile of up to LANES planes: element (i, j) of each is element start + step * (i, j) of its image.
template <typename Source>
static void gather(const Cut& cut, size planes, Source source, real* line, real* to) {
    const size area = cut.n * cut.n;
    for (size l = 0; l < LANES; ++l) {
        if (l < planes) {
            source(l, line);
            for (size k = 0; k < area; ++k) to[k * LANES + l] = line[k];
        } else {
            for (size k = 0; k < area; ++k) to[k * LANES + l] = 0;
        }
    }
}

// Everything that the two directions share for one group of one problem.
struct Work {
    const Problem& p;
    const Cut cut;
    const Roots roots;
    const size area, phases, planes, tiles;

    Work(const Problem& p, size batch)
        : p(p), cut(p), roots(cut.n), area(cut.n * cut.n), phases((size)p.phases.size()), planes(p.planes()),
          tiles(batch * cut.tiles()) {}

    // Which image a tile is of, and its first result.
    struct Spot {
        size image, y, x;
    };
    Spot spot(size index) const {
        return {index / cut.tiles(), index % cut.tiles() / cut.count[1] * cut.results[0],
                index % cut.count[1] * cut.results[1]};
    }

    // Spectra of tile `index` and the next one; source(spot, plane, to) writes a plane of a tile.
    template <typename Source>
    void spectra(size index, size planes, Source source, real* line, vec* re, vec* im) const {
        for (vec* part : {re, im}) {
            if (index < tiles) {
                const Spot at = spot(index++);
                gather(cut, planes, [&](size l, real* to) { source(at, l, to); }, line, (real*)part);
            } else {
                std::fill(part, part + area, vec{});
            }
        }
        forward(roots, re, im);
    }

    // Of planes [first, first + count) of the images, `step` elements apart.
    void image_spectra(const real* images, size step, size index, size first, size count, real* line, vec* re,
                       vec* im) const {
        spectra(index, count, [&](const Spot& at, size l, real* to) {
            std::array<Axis, 3> axes = p.phases[(first + l) % phases];
            axes[1].start += at.y * axes[1].step;
            axes[2].start += at.x * axes[2].step;
            const size flat[3] = {1, cut.n, cut.n}, channel = (first + l) / phases;
            fill(to, images + at.image * step + channel * p.image_size(), p.image, flat, axes, 0, area);
        }, line, re, im);
    }

    // Of the gradients of results [first, first + count): this tile's own, the next one's are its own.
    void gradient_spectra(const real* gradients, size step, size index, size first, size count, real* line,
                          vec* re, vec* im) const {
        spectra(index, count, [&](const Spot& at, size l, real* to) {
            const size shape[3] = {1, std::min(p.out[1], at.y + cut.results[0]), p.out[2]};
            const size width = std::min(p.out[2], at.x + cut.results[1]) - at.x;
            const size flat[3] = {1, cut.n, cut.n};
            const std::array<Axis, 3> axes = {{{1, 0}, {1, at.y}, {1, at.x}}};
            fill(to, gradients + at.image * step + (first + l) * p.target_size(), shape, flat, axes, 0, area);
            for (size i = 0; i < cut.n; ++i)
                std::fill(to + i * cut.n + width, to + (i + 1) * cut.n, real(0));
        }, line, re, im);
    }

    // Spectra of the kernels of results [o, o + count) for each of the planes, LANES results a vector.
    void kernel_spectra(const real* weights, size o, size count, size first, size planes, vec* re, vec* im) const {
        for (size q = 0; q < planes; ++q) {
            vec* r = re + q * area;
            std::fill(r, r + area, vec{});
            std::fill(im + q * area, im + (q + 1) * area, vec{});
            const size channel = (first + q) / phases;
            for (const Tap& t : p.taps) {
                if (t.phase != (int)((first + q) % phases)) continue;
                vec& element = r[t.shift[1] * cut.n + t.shift[2]];
                for (size l = 0; l < count; ++l)
                    element[l] = weights[(o + l) * p.weight_result + channel * p.weight_channel + t.weight];
            }
            forward(roots, r, im + q * area);
        }
    }
};

static void correlate(const Problem& p, size batch, size groups, const real* images, const real* weights,
                      real* targets) {
    const Work work(p, batch);
    const size area = work.area, per = area * LANES;
    const size pairs = (work.tiles + 1) / 2, tasks = (pairs + PAIRS - 1) / PAIRS;
    const size image_step = groups * p.channels * p.image_size(), target_step = groups * p.results * p.target_size();
    vec* kernel_re = (vec*)shared_scratch.take(2 * LANES * per);
    vec* kernel_im = kernel_re + LANES * area;
    for (size g = 0; g < groups; ++g)
    for (size o = 0; o < p.results; o += LANES)
    for (size first = 0; first < work.planes; first += LANES) {
        const size count = std::min<size>(LANES, work.planes - first);
        const size lanes = std::min<size>(LANES, p.results - o);
        work.kernel_spectra(weights + g * p.group_weights, o, lanes, first, count, kernel_re, kernel_im);
        in_parallel(tasks, [&](size task, Scratch& scratch) {
            real* line = scratch.take(area + LANES + 4 * PAIRS * per);
            vec* re = (vec*)(line + area);
            vec* im = re + PAIRS * area;
            vec* out_re = im + PAIRS * area;
            vec* out_im = out_re + PAIRS * area;
            const size used = std::min<size>(PAIRS, pairs - task * PAIRS);
            for (size k = 0; k < used; ++k)
                work.image_spectra(images + g * p.channels * p.image_size(), image_step, 2 * (task * PAIRS + k),
                                   first, count, line, re + k * area, im + k * area);
            for (size f = 0; f < area; ++f) {
                vec a[PAIRS], b[PAIRS];
                for (int k = 0; k < PAIRS; ++k) a[k] = b[k] = vec{};
                for (size q = 0; q < count; ++q) {
                    const vec c = kernel_re[q * area + f], d = kernel_im[q * area + f];
                    #pragma GCC unroll 8
                    for (int k = 0; k < PAIRS; ++k) {  // by the conjugate: a correlation
                        const real x = ((const real*)(re + k * area + f))[q];
                        const real y = ((const real*)(im + k * area + f))[q];
                        a[k] += c * x;
                        a[k] += d * y;
                        b[k] += c * y;
                        b[k] -= d * x;
                    }
                }
                for (int k = 0; k < PAIRS; ++k) {
                    out_re[k * area + f] = a[k];
                    out_im[k * area + f] = b[k];
                }
            }
            for (size k = 0; k < used; ++k) {
                backward(work.roots, out_re + k * area, out_im + k * area);
                for (size part = 0; part < 2; ++part) {
                    const size index = 2 * (task * PAIRS + k) + part;
                    if (index >= work.tiles) continue;
                    const Cut& cut = work.cut;
                    const Work::Spot at = work.spot(index);
                    Placement to = p.placement();
                    to.out[1] = std::min(cut.results[0], p.out[1] - at.y);
                    to.out[2] = std::min(cut.results[1], p.out[2] - at.x);
                    to.flat[1] = to.flat[2] = cut.n;
                    to.axes[1].start += at.y * to.axes[1].step;
                    to.axes[2].start += at.x * to.axes[2].step;
                    const real* from = (const real*)((part ? out_im : out_re) + k * area);
                    const real scale = real(1) / (real)area;
                    for (size l = 0; l < lanes; ++l) {
                        for (size e = 0; e < area; ++e) line[e] = from[e * LANES + l] * scale;
                        place(to, targets + at.image * target_step
                                  + (g * p.results + o + l) * p.target_size(), line, 0, area, first > 0);
                    }
                }
            }
        });
    }
}

static void correlate_gradients(const Problem& p, size batch, size groups, const real* images,
                                const real* gradients, real* weights) {
    const Work work(p, batch);
    const size area = work.area, per = area * LANES;
    const size pairs = (work.tiles + 1) / 2;
    const size image_step = groups * p.channels * p.image_size(), step = groups * p.results * p.target_size();
    const size chunks = (work.planes + LANES - 1) / LANES, blocks = (p.results + LANES - 1) / LANES;
    in_parallel(groups * blocks * chunks, [&](size task, Scratch& scratch) {
        const size g = task / (blocks * chunks);
        const size o = task / chunks % blocks * LANES, first = task % chunks * LANES;
        const size count = std::min<size>(LANES, work.planes - first);
        const size lanes = std::min<size>(LANES, p.results - o);
        real* line = scratch.take(area + 2 * LANES * per + 4 * PAIRS * per);
        vec* sum_re = (vec*)(line + area);
        vec* sum_im = sum_re + LANES * area;
        vec* re = sum_im + LANES * area;
        vec* im = re + PAIRS * area;
        vec* above_re = im + PAIRS * area;
        vec* above_im = above_re + PAIRS * area;
        std::fill(sum_re, sum_re + 2 * LANES * area, vec{});
        for (size pair = 0; pair < pairs; pair += PAIRS) {
            for (size k = 0; k < PAIRS; ++k) {  // those past the last one are 0
                work.image_spectra(images + g * p.channels * p.image_size(), image_step, 2 * (pair + k), first,
                                   count, line, re + k * area, im + k * area);
                work.gradient_spectra(gradients + g * p.results * p.target_size(), step, 2 * (pair + k), o, lanes,
                                      line, above_re + k * area, above_im + k * area);
            }
            for (size f = 0; f < area; ++f) {
                vec c[PAIRS], d[PAIRS];
                for (int k = 0; k < PAIRS; ++k) {
                    c[k] = above_re[k * area + f];
                    d[k] = above_im[k * area + f];
                }
                for (size q = 0; q < count; ++q) {
                    vec a = sum_re[q * area + f], b = sum_im[q * area + f];
                    #pragma GCC unroll 8
                    for (int k = 0; k < PAIRS; ++k) {
                        const real x = ((const real*)(re + k * area + f))[q];
                        const real y = ((const real*)(im + k * area + f))[q];
                        a += c[k] * x;
                        a += d[k] * y;
                        b += c[k] * y;
                        b -= d[k] * x;
                    }
                    sum_re[q * area + f] = a;
                    sum_im[q * area + f] = b;
                }
            }
        }
        const real scale = real(1) / (real)area;
        for (size q = 0; q < count; ++q) {
            backward(work.roots, sum_re + q * area, sum_im + q * area);
            for (const Tap& t : p.taps) {
                if (t.phase != (int)((first + q) % work.phases)) continue;
                const vec element = sum_re[q * area + t.shift[1] * work.cut.n + t.shift[2]];
                const size channel = (first + q) / work.phases;
                for (size l = 0; l < lanes; ++l)
                    weights[g * p.group_weights + (o + l) * p.weight_result
                            + channel * p.weight_channel + t.weight] = element[l] * scale;
            }
        }
    });
}

}  // namespace fft
