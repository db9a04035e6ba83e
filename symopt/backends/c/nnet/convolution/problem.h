// A convolution of any stride, dilation and padding, and its gradient by the input, as correlations
// of stride 1 whose taps are offsets into flat memory.
//
// The image is cut into phases: with a stride of s, phase a holds the columns a, a + s, a + 2s...
// of the padded image, rows and planes likewise. A tap then reads one phase, shifted. The phases of
// all channels are laid out flat, with rows as wide as the widest shift needs, and so is the result:
//
//     result[o][p] = sum over channels c and taps t of
//                    weight[o][c][t] * phase[c][t.phase][p + t.offset]
//
// for p along all rows at once. The last columns of each row are wrapped around and thrown away.

typedef npy_intp size;

// One dimension of a phase: element i is element i * step + start of the image, 0 if outside.
struct Axis {
    size step, start;
};

struct Tap {
    size weight;      // where it stands in a kernel
    int phase;        // which phase it reads
    size shift[3];    // of the phase
    size offset;      // the same in flat memory
};

// Where a flat result goes: element u of a dimension to u * step + start of an image.
struct Placement {
    size out[3], flat[3];  // what counts of it, and its shape while flat
    size target[3];        // shape of the image
    Axis axes[3];
};

struct Problem {
    size channels, results;         // of a group
    size image[3];                  // shape of a channel in memory
    size out[3];                    // shape of a result
    size flat[3];                   // shape that phases and results have while flat
    size span;                      // the largest offset of a tap
    std::vector<std::array<Axis, 3>> phases;
    std::vector<Tap> taps;
    size weight_result, weight_channel;  // strides in the weights
    size group_weights;             // how many weights a group has
    size target[3];                 // shape of a result's image in memory
    Axis place[3];                  // where results go
    bool untouched_target = false;  // some elements of the target belong to no problem

    size taps_count() const { return (size)taps.size(); }
    size planes() const { return channels * (size)phases.size(); }
    size length() const {           // of a flat result, its last garbage left out
        return ((out[0] - 1) * flat[1] + out[1] - 1) * flat[2] + out[2];
    }
    size image_size() const { return image[0] * image[1] * image[2]; }
    size target_size() const { return target[0] * target[1] * target[2]; }

    Placement placement() const {
        Placement to;
        for (int d = 0; d < 3; ++d) {
            to.out[d] = out[d];
            to.flat[d] = flat[d];
            to.target[d] = target[d];
            to.axes[d] = place[d];
        }
        return to;
    }

    // Once phases, the taps' shifts, out and the strides are there.
    void lay_out() {
        for (int d = 0; d < 3; ++d) {
            size most = 0;
            for (const Tap& t : taps) most = std::max(most, t.shift[d]);
            flat[d] = out[d] + most;
        }
        span = 0;
        for (Tap& t : taps) {
            t.offset = (t.shift[0] * flat[1] + t.shift[1]) * flat[2] + t.shift[2];
            span = std::max(span, t.offset);
        }
    }

    // The image as it stands in memory is the flat phase: nothing needs to be laid out.
    bool plain() const {
        if (phases.size() != 1 || taps.size() != 1) return false;
        for (int d = 0; d < 3; ++d) {
            const Axis& a = phases[0][d];
            if (a.step != 1 || a.start != 0 || image[d] != out[d]) return false;
            if (place[d].step != 1 || place[d].start != 0 || target[d] != out[d]) return false;
        }
        return true;
    }
};

// What the user asked for; two dimensions are three with a first one of 1.
struct Geometry {
    size batch, channels, results, groups;  // of the forward convolution
    size image[3], kernel[3], out[3], before[3], stride[3], dilation[3];
    bool flip;

    size kernel_size() const { return kernel[0] * kernel[1] * kernel[2]; }
    size image_size() const { return image[0] * image[1] * image[2]; }
    size out_size() const { return out[0] * out[1] * out[2]; }
    size group_channels() const { return channels / groups; }
    size group_results() const { return results / groups; }

    // Where the tap at position (a, b, c) of a correlation stands in the kernel.
    size weight(const size* t) const {
        size index = 0;
        for (int d = 0; d < 3; ++d) index = index * kernel[d] + (flip ? kernel[d] - 1 - t[d] : t[d]);
        return index;
    }

    Problem forward() const {
        Problem p;
        p.channels = group_channels();
        p.results = group_results();
        p.weight_result = p.channels * kernel_size();
        p.weight_channel = kernel_size();
        p.group_weights = p.results * p.channels * kernel_size();
        p.untouched_target = false;
        for (int d = 0; d < 3; ++d) {
            p.image[d] = image[d];
            p.out[d] = p.target[d] = out[d];
            p.place[d] = {1, 0};
        }
        std::map<std::array<size, 3>, int> seen;  // only phases that some tap reads
        size t[3];
        for (t[0] = 0; t[0] < kernel[0]; ++t[0])
        for (t[1] = 0; t[1] < kernel[1]; ++t[1])
        for (t[2] = 0; t[2] < kernel[2]; ++t[2]) {
            Tap tap;
            std::array<size, 3> phase;
            std::array<Axis, 3> axes;
            for (int d = 0; d < 3; ++d) {
                phase[d] = t[d] * dilation[d] % stride[d];
                tap.shift[d] = t[d] * dilation[d] / stride[d];
                axes[d] = {stride[d], phase[d] - before[d]};
            }
            const auto found = seen.emplace(phase, (int)p.phases.size());
            if (found.second) p.phases.push_back(axes);
            tap.phase = found.first->second;
            tap.weight = weight(t);
            p.taps.push_back(tap);
        }
        p.lay_out();
        return p;
    }

    // The gradient by the input: one correlation of the result's gradient for each phase of the input.
    std::vector<Problem> backward() const {
        std::vector<Problem> problems;
        bool whole = true;  // the phases cover the image
        size r[3];
        for (r[0] = 0; r[0] < std::min(stride[0], image[0]); ++r[0])
        for (r[1] = 0; r[1] < std::min(stride[1], image[1]); ++r[1])
        for (r[2] = 0; r[2] < std::min(stride[2], image[2]); ++r[2]) {
            const Problem p = backward(r);
            if (p.taps.empty()) whole = false;
            else problems.push_back(p);
        }
        for (Problem& p : problems) p.untouched_target = !whole;
        return problems;
    }

    // The part of it at the elements r, r + stride... of the input; without taps if nothing reads them.
    Problem backward(const size* r) const {
        Problem p;
        p.channels = group_results();
        p.results = group_channels();
        p.weight_result = kernel_size();
        p.weight_channel = group_channels() * kernel_size();
        p.group_weights = p.results * p.channels * kernel_size();
        std::vector<std::pair<size, size>> taps[3];  // a tap and which gradient it reads, from element 0
        std::array<Axis, 3> axes;
        for (int d = 0; d < 3; ++d) {
            size least = 0;
            for (size t = 0; t < kernel[d]; ++t) {
                const size at = r[d] + before[d] - t * dilation[d];
                if (at % stride[d]) continue;
                taps[d].push_back({t, at / stride[d]});
                least = taps[d].size() == 1 ? at / stride[d] : std::min(least, at / stride[d]);
            }
            for (auto& tap : taps[d]) tap.second -= least;
            axes[d] = {1, least};
            p.image[d] = out[d];
            p.target[d] = image[d];
            p.out[d] = (image[d] - r[d] + stride[d] - 1) / stride[d];
            p.place[d] = {stride[d], r[d]};
        }
        p.phases.push_back(axes);
        for (const auto& a : taps[0])
        for (const auto& b : taps[1])
        for (const auto& c : taps[2]) {
            const size t[3] = {a.first, b.first, c.first};
            p.taps.push_back({weight(t), 0, {a.second, b.second, c.second}, 0});
        }
        p.lay_out();
        return p;
    }
};

// The rows of a flat array, one after another; divisions are slow, so there are three in all.
struct Rows {
    size column, i, k;  // of the element that is next: column, row, plane
    size width, height;

    Rows(const size* flat, size first) : width(flat[2]), height(flat[1]) {
        const size row = first / width;
        column = first - row * width;
        k = row / height;
        i = row - k * height;
    }
    void next() {
        column = 0;
        if (++i == height) {
            i = 0;
            ++k;
        }
    }
};

// Elements [first, last) of a flat phase of one channel; beyond its end there are zeros.
static void fill(real* to, const real* image, const size* shape, const size* flat,
                 const std::array<Axis, 3>& axes, size first, size last) {
    const size step = axes[2].step, start = axes[2].start;
    // the columns j with 0 <= j * step + start < shape[2]
    const size low = start < 0 ? (step - 1 - start) / step : 0;
    const size high = shape[2] > start ? (shape[2] - start + step - 1) / step : 0;
    for (Rows at(flat, first); first < last; at.next()) {
        const size n = std::min(at.width - at.column, last - first);
        const size i = at.i * axes[1].step + axes[1].start, k = at.k * axes[0].step + axes[0].start;
        if (at.k >= flat[0]) {
            std::fill(to, to + (last - first), real(0));
            return;
        }
        if (i < 0 || i >= shape[1] || k < 0 || k >= shape[0]) {
            std::fill(to, to + n, real(0));
        } else {
            const real* from = image + (k * shape[1] + i) * shape[2] + start + at.column * step;
            const size a = std::min(std::max(low - at.column, size(0)), n);
            const size b = std::max(std::min(high - at.column, n), a);
            for (size j = 0; j < a; ++j) to[j] = 0;
            if (step == 1) for (size j = a; j < b; ++j) to[j] = from[j];
            else for (size j = a; j < b; ++j) to[j] = from[j * step];
            for (size j = b; j < n; ++j) to[j] = 0;
        }
        to += n;
        first += n;
    }
}

// Elements [first, last) of a flat result into their image; added to it if `add`.
static void place(const Placement& p, real* target, const real* from, size first, size last, bool add) {
    const size step = p.axes[2].step;
    for (Rows at(p.flat, first); first < last; at.next()) {
        const size n = std::min(at.width - at.column, last - first);
        const size useful = std::min(n, p.out[2] - at.column);
        if (useful > 0 && at.i < p.out[1] && at.k < p.out[0]) {
            const size i = at.i * p.axes[1].step + p.axes[1].start;
            const size k = at.k * p.axes[0].step + p.axes[0].start;
            real* to = target + (k * p.target[1] + i) * p.target[2] + p.axes[2].start + at.column * step;
            if (step == 1 && add) for (size j = 0; j < useful; ++j) to[j] += from[j];
            else if (step == 1) for (size j = 0; j < useful; ++j) to[j] = from[j];
            else if (add) for (size j = 0; j < useful; ++j) to[j * step] += from[j];
            else for (size j = 0; j < useful; ++j) to[j * step] = from[j];
        }
        from += n;
        first += n;
    }
}

// All phases of channels [c0, c1) of a group, one row of `ld` elements each, from element `first`.
static void lay_flat(const Problem& p, const real* image, size c0, size c1, real* to, size ld, size first) {
    for (size c = c0; c < c1; ++c) {
        for (const auto& axes : p.phases) {
            fill(to, image + c * p.image_size(), p.image, p.flat, axes, first, first + ld);
            to += ld;
        }
    }
}
