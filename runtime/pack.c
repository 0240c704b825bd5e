/* pack.c - lays the values of named tensors out as the kernels read them, and takes them apart again.
 *
 * One panel is one unit of work: it writes a contiguous part of the payload that no other panel writes, and its
 * values depend on nothing but the tensors, so the result is the same on any number of threads. */
#include "pack.h"

#include <math.h>
#include <string.h>

#include "half.h"

enum { LANES = 8, MAX_VECTORS = 16, RUN = 72 };
enum { NORM_scale, NORM_shift, NORM_mean, NORM_variance };

/* A slice of a tensor as the packer walks it. */
typedef struct {
    const float *data;                  /* of the slice's first element; NULL: absent */
    int64_t row;                        /* floats from one index of axis 0 to the next */
    int64_t first, rest;                /* indices of axis 0, floats of one row, that the slice holds */
    bool whole;                         /* the slice is the tensor */
} Slice;

/* Where a weights table is asked. */
typedef struct {
    PackLookup *lookup;
    PackRelease *release;               /* or NULL */
    const void *weights;
} Store;

/* All tensors of an item. */
typedef struct {
    Slice weight, bias, norm[4];
} Operands;

/* The slice that `source` names of the tensor at `data`. */
static Slice slice_at(const PackSource *source, const float *data, int rank, const int64_t dim[4])
{
    int64_t inner = 1;
    Slice slice = { .row = 1 };
    if (!data || rank < 1 || (source->axis && rank < 2))
        return slice;
    for (int i = 2; i < rank; i++)
        inner *= dim[i];
    slice.row = rank > 1 ? dim[1] * inner : 1;
    slice.first = source->axis == 0 ? dim[0] - source->begin : dim[0];
    slice.rest = source->axis == 0 ? slice.row : (dim[1] - source->begin) * inner;
    slice.data = data + source->begin * (source->axis == 0 ? slice.row : inner);
    slice.whole = source->count == dim[source->axis];
    return slice;
}

static Slice slice_of(const Store *store, const PackSource *source)
{
    int rank = 0;
    int64_t dim[4] = { 0 };
    const float *data = source->name ? store->lookup(store->weights, source->name, &rank, dim) : NULL;
    return slice_at(source, data, rank, dim);
}

/* Is the weight what the item is made of? Others only name it. */
static bool reads_weight(const PackItem *item)
{
    return item->kind != PACK_vector || item->vector == VECTOR_weight;
}

static void find_operands(const Store *store, const PackItem *item, Operands *found)
{
    found->weight = reads_weight(item) ? slice_of(store, &item->weight) : (Slice){ 0 };
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

/* Where the filters of one lane come from. */
typedef struct {
    const float *filter;                /* of its first input channel; NULL: a lane without channel */
    double factor;                      /* of a folded norm */
    int first, last;                    /* input channels of its group: first..last - 1 */
} Lane;

static Lane lane_of(const PackItem *item, int index, const Operands *from)
{
    int channel = index < item->nlane ? item->channel[index] : -1;
    int in_group = item->in / item->groups, group = channel / (item->out / item->groups);
    if (channel < 0)
        return (Lane){ 0 };
    return (Lane){from->weight.data + channel * from->weight.row, norm_factor(item, from, channel), group * in_group,
                  (group + 1) * in_group};
}

/* Elements start..start + count - 1 of the lane's run through a block: row[j] is its filter at channel
 * block->channel + (start + j) / taps, tap (start + j) % taps. */
static void read_run(const Lane *lane, const PackBlock *block, int taps, int start, int count, float *row)
{
    int origin = (lane->first - block->channel) * taps - start;     /* j of the group's first element */
    int begin = origin > 0 ? origin : 0, end = (lane->last - block->channel) * taps - start;
    end = end < count ? end : count;
    if (!lane->filter || begin >= end)
        begin = end = count;
    for (int j = 0; j < begin; j++)
        row[j] = 0;
    for (int j = begin; j < end; j++)
        row[j] = (float)(lane->factor * lane->filter[j - origin]);
    for (int j = end; j < count; j++)
        row[j] = 0;
}

/* Number `at` of those of half precision that lie in the place of floats. */
static void put_half(float *out, int64_t at, float value)
{
    uint16_t half = half_nearest(value);
    memcpy((char *)out + at * (int64_t)sizeof half, &half, sizeof half);
}

/* Elements `at`.. : [ky][kx][channel of the block][width lanes], eight of the lanes. They are read as they lie, in runs that go
 * on where the block before ended, and turned around in a tile that stays in the first cache. */
static void pack_block(const Lane lane[LANES], const PackBlock *block, int taps, int width, float *out, int64_t at, bool half)
{
    float tile[LANES][RUN];
    int c = 0, tap = 0;
    for (int start = 0; start < block->count * taps; start += RUN) {
        int count = block->count * taps - start < RUN ? block->count * taps - start : RUN;
        for (int i = 0; i < LANES; i++)
            read_run(&lane[i], block, taps, start, count, tile[i]);
        for (int j = 0; j < count; j++) {
            int64_t place = at + (int64_t)(tap * block->count + c) * width;
            for (int i = 0; i < LANES && half; i++)
                put_half(out, place + i, tile[i][j]);
            for (int i = 0; i < LANES && !half; i++)
                out[place + i] = tile[i][j];
            if (++tap == taps) {
                tap = 0;
                c++;
            }
        }
    }
}

/* out[block][ky][kx][channel of the block][lane] of one panel. */
static void pack_panel(const PackItem *item, const PackPanel *panel, const Operands *from, float *out)
{
    Lane lane[MAX_VECTORS * LANES];
    int taps = item->kh * item->kw, width = LANES * panel->vectors;
    int64_t at = 0;
    for (int i = 0; i < width; i++)
        lane[i] = lane_of(item, panel->lane + i, from);
    for (const PackBlock *block = item->block + panel->block; block < item->block + panel->block + panel->nblock; block++) {
        for (int i = 0; i < width; i += LANES)
            pack_block(lane + i, block, taps, width, out, at + i, item->half);
        at += (int64_t)taps * block->count * width;
    }
}

/* ---- Winograd ------------------------------------------------------------------------------------------------ */

/* G of F(2 x 2, 3 x 3) with the points 0, 1, -1 and infinity, and of F(4 x 4, 3 x 3) with 0, +-a, +-b and infinity,
 * a = sqrt(1/2), b = sqrt(2). */
#define A 0.70710678118654752440
#define B 1.41421356237309504880
static const double transform_2[4][3] = { { 1, 0, 0 }, { 0.5, 0.5, 0.5 }, { 0.5, -0.5, 0.5 }, { 0, 0, 1 } };
static const double transform_4[6][3] = {
    { 1, 0, 0 },
    { -1 / 1.5, -A / 1.5, -0.5 / 1.5 },
    { -1 / 1.5, A / 1.5, -0.5 / 1.5 },
    { 1 / 6.0, B / 6, 2 / 6.0 },
    { 1 / 6.0, -B / 6, 2 / 6.0 },
    { 0, 0, 1 },
};
#undef A
#undef B

enum { MOST_FREQUENCIES = 36 };

/* out[i] = sum over j of g[i][j] * in[j], lane by lane, for `size` i. */
static void transform_line(int size, const double g[][3], const double in[3][LANES], double out[][LANES])
{
    for (int i = 0; i < size; i++)
        for (int l = 0; l < LANES; l++)
            out[i][l] = g[i][0] * in[0][l] + g[i][1] * in[1][l] + g[i][2] * in[2][l];
}

/* out[i * size + j] = (G g Gt)[i][j] of eight filters g. */
static void transform_filters(int size, const double filter[3][3][LANES], double out[MOST_FREQUENCIES][LANES])
{
    const double (*g)[3] = size == 6 ? transform_4 : transform_2;
    double turned[6][3][LANES], column[6][LANES];
    for (int x = 0; x < 3; x++) {
        double line[3][LANES];
        for (int y = 0; y < 3; y++)
            for (int l = 0; l < LANES; l++)
                line[y][l] = filter[y][x][l];
        transform_line(size, g, line, column);
        for (int i = 0; i < size; i++)
            for (int l = 0; l < LANES; l++)
                turned[i][x][l] = column[i][l];
    }
    for (int i = 0; i < size; i++)
        transform_line(size, g, turned[i], out + i * size);
}

/* The filters of eight lanes for one input channel, with their norms' factors. */
static void read_filters(const Lane lane[LANES], int channel, double filter[3][3][LANES])
{
    for (int l = 0; l < LANES; l++)
        for (int tap = 0; tap < 9; tap++)
            filter[tap / 3][tap % 3][l] = lane[l].filter ? lane[l].factor * lane[l].filter[(channel - lane[l].first) * 9 + tap] : 0;
}

/* [channel][lane] for each frequency of one panel. */
static void pack_winograd(const PackItem *item, const PackPanel *panel, const Operands *from, float *out)
{
    Lane lane[MAX_VECTORS * LANES];
    double filter[3][3][LANES], transformed[MOST_FREQUENCIES][LANES];
    int size = item->unit + 2, width = LANES * panel->vectors;
    const PackBlock *begin = item->block + panel->block, *end = begin + panel->nblock;
    for (int i = 0; i < width; i++)
        lane[i] = lane_of(item, panel->lane + i, from);
    for (const PackBlock *block = begin; block < end; block++)
        for (int channel = block->channel; channel < block->channel + block->count; channel++, out += width)
            for (int i = 0; i < width; i += LANES) {
                read_filters(lane + i, channel, filter);
                transform_filters(size, filter, transformed);
                for (int f = 0; f < size * size; f++)
                    for (int l = 0; l < LANES; l++)
                        out[f * panel->frequency + i + l] = (float)transformed[f][l];
            }
}

/* ---- groups, vectors ------------------------------------------------------------------------------------------- */

/* Floats of one vector of a PACK_grouped. */
static int64_t grouped_floats(const PackItem *item)
{
    return (int64_t)(item->in / item->groups) * item->kh * item->kw * LANES;
}

/* Where a filter [channel of the group][ky][kx] has element j of [ky][channel of the group][kx]. */
static int64_t grouped_element(const PackItem *item, int64_t j)
{
    int inputs = item->in / item->groups;
    int64_t kx = j % item->kw, channel = j / item->kw % inputs, ky = j / item->kw / inputs;
    return (channel * item->kh + ky) * item->kw + kx;
}

/* Where lane 0 of a vector of a PACK_grouped begins; from one element to the next are all lanes of its unit. */
static int64_t grouped_place(const PackItem *item, int vector)
{
    return vector / item->vectors * item->vectors * grouped_floats(item) + vector % item->vectors * LANES;
}

/* out[ky][channel of the group][kx][lane of the unit] for one vector of it. */
static void pack_grouped(const PackItem *item, int vector, const Operands *from, float *out)
{
    for (int i = 0; i < LANES; i++) {
        Lane lane = lane_of(item, vector * LANES + i, from);
        for (int64_t j = 0; lane.filter && j < grouped_floats(item) / LANES; j++)
            out[j * item->vectors * LANES + i] = (float)(lane.factor * lane.filter[grouped_element(item, j)]);
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
    switch (item->kind) {
    case PACK_conv:
    case PACK_winograd: return item->npanel;
    case PACK_grouped:  return (item->nlane + LANES - 1) / LANES;
    default:            return 1;
    }
}

static void pack_unit(const PackItem *item, int unit, const Operands *from, float *out)
{
    switch (item->kind) {
    case PACK_conv:      pack_panel(item, &item->panel[unit], from, out + item->panel[unit].at); break;
    case PACK_grouped:   pack_grouped(item, unit, from, out + grouped_place(item, unit)); break;
    case PACK_winograd:  pack_winograd(item, &item->panel[unit], from, out + item->panel[unit].at); break;
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
    for (int i = !reads_weight(item); i < 6; i++)
        if (source[i]->name && (!slice[i]->data || slice[i]->first < channels || slice[i]->rest < (i == 0 ? row : 1)))
            return source[i]->name;
    return NULL;
}

/* Packs one item; its weight's values may go then, where it is the only one that reads them. Returns what is missing, or NULL. */
static const char *pack_item(const Store *store, const PackItem *item, float *payload, int threads)
{
    Operands from;
    find_operands(store, item, &from);
    const char *missing = missing_source(item, &from);
    const int units = missing ? 0 : unit_count(item);
#pragma omp parallel for schedule(dynamic) num_threads(threads > 1 ? threads : 1) if (units > 1 && threads > 1)
    for (int unit = 0; unit < units; unit++)
        pack_unit(item, unit, &from, payload + item->at);
    if (store->release && from.weight.whole)
        store->release(store->weights, item->weight.name);
    return missing;
}

/* Position of the highest bit. */
static int magnitude_of(int64_t size)
{
    return size > 1 ? 63 - __builtin_clzll((unsigned long long)size) : 0;
}

/* Large items come first: while the largest exists twice, nothing else does. */
bool pack(const PackItem *item, size_t count, PackLookup *lookup, PackRelease *release, const void *weights, float *payload, int threads,
          const char **missing)
{
    const Store store = { lookup, release, weights };
    for (int magnitude = 63; magnitude >= 0; magnitude--)
        for (size_t i = 0; i < count; i++)
            if (magnitude_of(item[i].size) == magnitude && (*missing = pack_item(&store, &item[i], payload, threads)))
                return false;
    return true;
}

/* Sums of squares over one lane: of the filters, and of what half precision takes from them. */
static void add_squares(const PackItem *item, const Lane *lane, double *size, double *lost)
{
    int64_t count = (int64_t)(item->in / item->groups) * item->kh * item->kw;
    for (int64_t j = 0; lane->filter && j < count; j++) {
        float value = (float)(lane->factor * lane->filter[j]);
        double difference = (double)half_value(half_nearest(value)) - value;
        *size += (double)value * value;
        *lost += difference * difference;
    }
}

double pack_half_error(const PackItem *item, size_t count, PackLookup *lookup, const void *weights)
{
    const Store store = { lookup, NULL, weights };
    double size = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        Operands from;
        if (!item[i].half)
            continue;
        find_operands(&store, &item[i], &from);
        if (missing_source(&item[i], &from))
            continue;                           /* packing says so */
#pragma omp parallel for reduction(+ : size, lost)
        for (int index = 0; index < item[i].nlane; index++) {
            Lane lane = lane_of(&item[i], index, &from);
            add_squares(&item[i], &lane, &size, &lost);
        }
    }
    return size > 0 ? sqrt(lost / size) : 0;
}

/* ---- the way back ---------------------------------------------------------------------------------------------- */

/* The slice of a named tensor that an item holds, to be written; .data NULL: nobody wants it. */
static Slice place_of(PackPlace *place, void *tensors, const PackSource *source)
{
    int rank = 0;
    int64_t dim[4] = { 0 };
    const float *data = source->name ? place(tensors, source->name, &rank, dim) : NULL;
    return data ? slice_at(source, data, rank, dim) : (Slice){ .row = 1 };
}

/* The lane's filters of a panel: back from in[block][ky][kx][channel of the block][width lanes]. */
static void unpack_lane(const PackItem *item, const PackPanel *panel, int index, const Slice *weight, const float *in)
{
    int taps = item->kh * item->kw, width = LANES * panel->vectors;
    Lane lane = lane_of(item, panel->lane + index, &(Operands){ .weight = *weight });
    float *filter = (float *)(uintptr_t)lane.filter;
    if (!filter)
        return;
    for (const PackBlock *block = item->block + panel->block; block < item->block + panel->block + panel->nblock; block++) {
        for (int c = 0; c < block->count; c++) {
            int channel = block->channel + c - lane.first;
            for (int tap = 0; tap < taps && channel >= 0 && channel < lane.last - lane.first; tap++)
                filter[(int64_t)channel * taps + tap] = in[(int64_t)(tap * block->count + c) * width + index];
        }
        in += (int64_t)taps * block->count * width;
    }
}

static void unpack_grouped(const PackItem *item, int vector, const Slice *weight, const float *in)
{
    for (int i = 0; i < LANES; i++) {
        float *filter = (float *)(uintptr_t)lane_of(item, vector * LANES + i, &(Operands){ .weight = *weight }).filter;
        for (int64_t j = 0; filter && j < grouped_floats(item) / LANES; j++)
            filter[grouped_element(item, j)] = in[j * item->vectors * LANES + i];
    }
}

static void unpack_vector(const PackItem *item, const Slice *slice, const float *in)
{
    float *out = (float *)(uintptr_t)slice->data;
    for (int lane = 0; lane < item->nlane; lane++)
        if (item->channel[lane] >= 0)
            out[item->channel[lane]] = in[lane];
}

static void unpack_unit(const PackItem *item, int unit, const Slice *slice, const float *in)
{
    const PackPanel *panel = &item->panel[unit];
    switch (item->kind) {
    case PACK_conv:
        for (int i = 0; i < LANES * panel->vectors; i++)
            unpack_lane(item, panel, i, slice, in + panel->at);
        break;
    case PACK_winograd:  break;         /* unpack refuses it */
    case PACK_grouped:   unpack_grouped(item, unit, slice, in + grouped_place(item, unit)); break;
    case PACK_vector:    unpack_vector(item, slice, in); break;
    }
}

bool unpack(const PackItem *item, size_t count, PackPlace *place, void *tensors, const float *payload, int threads,
            const char **lost)
{
    for (size_t i = 0; i < count; i++)
        if (item[i].norm[NORM_variance].name || item[i].kind == PACK_winograd || item[i].half) {
            *lost = item[i].norm[NORM_variance].name ? item[i].norm[NORM_variance].name : item[i].weight.name;
            return false;
        }
#pragma omp parallel num_threads(threads > 1 ? threads : 1)
    for (size_t i = 0; i < count; i++) {
        bool bias = item[i].kind == PACK_vector && item[i].vector == VECTOR_bias;
        const Slice slice = place_of(place, tensors, bias ? &item[i].bias : &item[i].weight);
#pragma omp for schedule(dynamic) nowait
        for (int unit = 0; unit < unit_count(&item[i]); unit++)
            if (slice.data)
                unpack_unit(&item[i], unit, &slice, payload + item[i].at);
    }
    return true;
}
