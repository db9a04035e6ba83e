// Makes the loops of a launch.
#include "batches.h"

namespace symopt {

namespace {

struct Shape {
    const i64* d;
    const i64* s;
    bool bytes;  // strides are in bytes
};

char* find(const Input* in, const AnyArray* made, int place, Shape& shape) {
    if (place >= 0) {
        shape = {in[place].dims, in[place].strides, true};
        return in[place].data;
    }
    const AnyArray& a = made[-1 - place];
    shape = {a.d, a.s, false};
    return a.p;
}

// What is read, and the shape of the loop that this makes.
void set_reads(Work& work, const Input* in, const AnyArray* made, const Launch& launch, const Reading* reading,
               const int* place) {
    int first[MAX_DIMS];  // the operand that decides a dimension
    for (int d = 0; d < work.ndim; ++d) {
        work.dims[d] = 1;
        first[d] = -1;
    }
    for (int i = 0; i < launch.reads; ++i) {
        Shape shape;
        Operand& o = work.operand[i];
        o.p = find(in, made, place[i], shape);
        o.item = reading[i].item;
        o.constant = reading[i].constant;
        for (int d = 0; d < work.ndim; ++d) {
            o.s[d] = 0;
            if (reading[i].broadcast >> d & 1) continue;
            o.s[d] = shape.bytes ? shape.s[d] : shape.s[d] * o.item;
            if (first[d] < 0) {
                first[d] = reading[i].position;
                work.dims[d] = shape.d[d];
            } else if (shape.d[d] != work.dims[d]) {
                broadcast_error(first[d], work.dims[d], reading[i].position, shape.d[d], d);
            }
        }
    }
    if (launch.not_empty)
        for (int d = 0; d < work.ndim; ++d)
            if (work.dims[d] == 0)
                fail(VALUE_ERROR, "zero-size array to reduction operation %s which has no identity",
                     launch.not_empty);
}

void set_writes(Host* host, Work& work, const AnyArray* made, const Launch& launch, const Reading* reading,
                const int* place) {
    for (int i = launch.reads; i < work.operands; ++i) {
        Operand& o = work.operand[i];
        o.item = reading[i].item;
        o.constant = false;
        if (place[i] >= 0) {
            o.p = (char*)host->output(host, place[i], work.ndim, work.dims);
            i64 step = o.item;
            for (int d = work.ndim - 1; d >= 0; --d) {
                o.s[d] = step;
                step *= work.dims[d];
            }
        } else {
            const AnyArray& a = made[-1 - place[i]];
            o.p = a.p;
            for (int d = 0; d < work.ndim; ++d) o.s[d] = a.s[d] * o.item;
        }
    }
}

}  // namespace

Work* make_works(Host* host, const Input* in, const AnyArray* made, const Launch& launch, Slot& slot) {
    const int operands = launch.reads + launch.writes, width = 1 + operands;
    Work* const works = (Work*)need(slot, launch.count * (sizeof(Work) + operands * sizeof(Operand)));
    Operand* operand = (Operand*)(works + launch.count);
    for (int j = 0; j < launch.count; ++j, operand += operands) {
        const int* place = launch.places + j * width;
        const Form& form = launch.forms[*place];
        Work& work = works[j];
        work.kernel = launch.kernel;
        work.ndim = form.ndim;
        work.operands = operands;
        work.written = launch.writes;
        work.cost = launch.cost;
        work.operand = operand;
        work.exact = launch.exact;
        set_reads(work, in, made, launch, form.reading, place + 1);
    }
    for (int j = 0; j < launch.count; ++j) {
        const int* place = launch.places + j * width;
        set_writes(host, works[j], made, launch, launch.forms[*place].reading, place + 1);
    }
    return works;
}

}  // namespace symopt
