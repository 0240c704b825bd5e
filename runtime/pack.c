/* pack.c - lays the values of named tensors out as the kernels read them.
 *
 * One panel is one unit of work: it writes a contiguous part of the payload that no other panel writes, and its
 * values depend on nothing but the tensors, so the result is the same on any number of threads. */
#include "pack.h"

#include <math.h>

enum { LANES = 8, NORM_scale = 0, NORM_shift, NORM_mean, NORM_variance };

/* A slice of a tensor as the packer walks it. */
typedef struct {
    const float *data;                  /* of the slice's first element; NULL: absent */
    int64_t row;                        /* floats from one index of axis 0 to the next */
    int64_t first, rest;                /* indices of axis 0, floats of one row, that the slice holds */
} Slice;

/* Where a weights table is asked. */
typedef struct {
    PackLookup *lookup;
    const void *weights;
} Store;

/* All tensors of an item. */
typedef struct {
    Slice weight, bias, norm[4];
} Operands;

static Slice slice_of(const Store *store, const PackSource *source)
{
    int rank = 0;
    int64_t dim[4] = { 0 }, inner = 1;
    const float *data = source->name ? store->lookup(store->weights, source->name, &rank, dim) : NULL;
    Slice slice = { .row = 1 };
    if (!data || rank < 1 || (source->axis && rank < 2))
        return slice;
    for (int i = 2; i < rank; i++)
        inner *= dim[i];
    slice.row = rank > 1 ? dim[1] * inner : 1;
    slice.first = source->axis == 0 ? dim[0] - source->begin : dim[0];
    slice.rest = source->axis == 0 ? slice.row : (dim[1] - source->begin) * inner;
    slice.data = data + source->begin * (source->axis == 0 ? slice.row : inner);
    return slice;
}

static void find_operands(const Store *store, const PackItem *item, Operands *found)
{
    found->weight = slice_of(store, &item->weight);
    found->bias = slice_of(store, &item->bias);
    for (int i = 0; i < 4; i++)
        found->norm[i] = slice_of(store, &item->norm[i]);
}

/* The factor that a batch norm puts on output channel `channel`: 1 without a norm. */
static double norm_factor(const PackItem *item, const Operands *from, int channel)
{
    const Slice *norm = from->norm;
    double scale = norm[NORM_scale].data ? norm[NORM_scale].data[channel] : 1;
    return norm[NORM_variance].data ? scale / sqrt((double)norm[NORM_variance].data[channel] + item->eps) : 1;
}

/* What the norm makes of a constant `value` in that channel. */
static double norm_value(const PackItem *item, const Operands *from, int channel, double value)
{
    const Slice *norm = from->norm;
    double mean = norm[NORM_mean].data ? norm[NORM_mean].data[channel] : 0;
    double shift = norm[NORM_shift].data ? norm[NORM_shift].data[channel] : 0;
    if (!norm[NORM_variance].data)
        return value;
    return (value - mean) * norm_factor(item, from, channel) + shift;
}

static int lane_channel(const PackItem *item, int lane)
{
    return lane < item->nlane ? item->channel[lane] : -1;
}

/* One lane of one block: filter[tap of channel c] -> out[tap][c][lane]. The source is read in one run of
 * count * taps floats, whose cache lines the next block goes on with; the writes stay within a few kilobytes. */
static void pack_lane(const float *filter, double factor, int count, int taps, int stride, float *out, int width)
{
    for (int c = 0; c < count; c++)
        for (int tap = 0; tap < taps; tap++)
            out[(int64_t)(tap * stride + c) * width] = (float)(factor * filter[c * taps + tap]);
}

/* out[block][ky][kx][channel of the block][lane] of one panel. */
static void pack_panel(const PackItem *item, const PackPanel *panel, const Operands *from, float *out)
{
    int taps = item->kh * item->kw, width = LANES * panel->vectors;
    int out_group = item->out / item->groups, in_group = item->in / item->groups;
    for (const PackBlock *block = item->block + panel->block; block < item->block + panel->block + panel->nblock; block++) {
        for (int lane = 0; lane < width; lane++) {
            int channel = lane_channel(item, panel->lane + lane), first, last, origin;
            if (channel < 0)
                continue;
            origin = channel / out_group * in_group;            /* the input channels of this output's group, */
            first = block->channel > origin ? block->channel : origin;              /* as far as they lie in the block */
            last = block->channel + block->count < origin + in_group ? block->channel + block->count : origin + in_group;
            if (first < last)
                pack_lane(from->weight.data + channel * from->weight.row + (int64_t)(first - origin) * taps, norm_factor(item, from, channel),
                          last - first, taps, block->count, out + (int64_t)(first - block->channel) * width + lane, width);
        }
        out += (int64_t)taps * block->count * width;
    }
}

/* out[vector][ky][kx][lane] of one vector. */
static void pack_depthwise(const PackItem *item, int vector, const Operands *from, float *out)
{
    int taps = item->kh * item->kw;
    for (int lane = 0; lane < LANES; lane++) {
        int channel = lane_channel(item, vector * LANES + lane);
        if (channel >= 0)
            pack_lane(from->weight.data + channel * from->weight.row, norm_factor(item, from, channel), 1, taps, 1, out + lane, LANES);
    }
}

static void pack_vector(const PackItem *item, const Operands *from, float *out)
{
    for (int lane = 0; lane < item->nlane; lane++) {
        int channel = item->channel[lane];
        if (channel < 0)
            continue;
        switch (item->vector) {
        case VECTOR_bias:       out[lane] = (float)norm_value(item, from, channel, from->bias.data ? from->bias.data[channel] : 0); break;
        case VECTOR_weight:     out[lane] = from->weight.data ? from->weight.data[channel] : 1; break;
        case VECTOR_norm_scale: out[lane] = (float)norm_factor(item, from, channel); break;
        case VECTOR_norm_shift: out[lane] = (float)norm_value(item, from, channel, 0); break;
        }
    }
}

/* Pieces of an item that are packed independently. */
static int unit_count(const PackItem *item)
{
    return item->kind == PACK_conv ? item->npanel : item->kind == PACK_depthwise ? (item->nlane + LANES - 1) / LANES : 1;
}

static void pack_unit(const PackItem *item, int unit, const Operands *from, float *out)
{
    switch (item->kind) {
    case PACK_conv:      pack_panel(item, &item->panel[unit], from, out + item->panel[unit].at); break;
    case PACK_depthwise: pack_depthwise(item, unit, from, out + (int64_t)unit * item->kh * item->kw * LANES); break;
    case PACK_vector:    pack_vector(item, from, out); break;
    }
}

/* The name of a source that is not there, or smaller than the item reads; NULL when all is well. */
static const char *missing_source(const PackItem *item, const Operands *from)
{
    const PackSource *source[] = { &item->weight, &item->bias, &item->norm[0], &item->norm[1], &item->norm[2], &item->norm[3] };
    const Slice *slice[] = { &from->weight, &from->bias, &from->norm[0], &from->norm[1], &from->norm[2], &from->norm[3] };
    int64_t row = item->kind == PACK_vector ? 1 : (int64_t)(item->in / item->groups) * item->kh * item->kw;
    int channels = 0;
    for (int lane = 0; lane < item->nlane; lane++)
        channels = item->channel[lane] >= channels ? item->channel[lane] + 1 : channels;
    if (item->kind != PACK_vector && !item->weight.name)
        return "(filter without name)";
    for (int i = 0; i < 6; i++)
        if (source[i]->name && (!slice[i]->data || slice[i]->first < channels || slice[i]->rest < (i == 0 ? row : 1)))
            return source[i]->name;
    return NULL;
}

bool pack(const PackItem *item, size_t count, PackLookup *lookup, const void *weights, float *payload, int threads,
          const char **missing)
{
    const Store store = { lookup, weights };
    Operands from;
    for (size_t i = 0; i < count; i++) {
        find_operands(&store, &item[i], &from);
        if ((*missing = missing_source(&item[i], &from)))
            return false;
    }
#pragma omp parallel num_threads(threads > 1 ? threads : 1) private(from)
    for (size_t i = 0; i < count; i++) {
        find_operands(&store, &item[i], &from);
#pragma omp for schedule(dynamic) nowait
        for (int unit = 0; unit < unit_count(&item[i]); unit++)
            pack_unit(&item[i], unit, &from, payload + item[i].at);
    }
    return true;
}
