/* conv_pool.c - a convolution and the pool that is its only reader, as one step. A task computes a band of rows of the pool: the kernel
 * of the convolution writes the rows that these read into the scratch memory, that of the pool follows and reads them.
 *
 *   scratch [vector of the panel][row of the band][pixel][8] */
#include "conv_pool.h"

#include "conv.h"

/* Rows of the pool, and those of the convolution that they read. */
typedef struct {
    int first, rows;
    int low, high;
} Band;

static Band band_at(const Windows *w, int first, int most)
{
    int rows = w->out.height - first < most ? w->out.height - first : most;
    PoolRun last = window_run(w, 0, first + rows - 1);
    return (Band){first, rows, window_run(w, 0, first).start, last.start + last.taps};
}

/* Is b what a is, `distance` bands further on: windows that are clipped alike, and as many rows? */
static bool same_band(const Windows *w, Band a, Band b, int distance)
{
    int stride = w->attr->stride[0];
    bool same = a.rows == b.rows && a.high - a.low == b.high - b.low && b.low - a.low == distance * a.rows * stride;
    for (int i = 0; same && i < a.rows; i++) {
        PoolRun x = window_run(w, 0, a.first + i), y = window_run(w, 0, b.first + i);
        same = x.start - a.low == y.start - b.low && x.taps == y.taps && x.extent == y.extent;
    }
    return same;
}

/* The convolution of one panel, into the scratch memory. */
static void call_conv(const Conv *c, const Panel *p, Run run, Band band, int bands, int stride)
{
    Build b = build_kernel(c, p, (Bands){0, band.high - band.low, 1, 1});
    const char *name = arena_printf(c->l->context, "conv%dx%d_%dx%d", c->kernel[0], c->kernel[1], p->vectors * LANES, b.most);
    Call *call = step_call(c->l, b.k, (int[]){run.panels, bands, 1}, name,
                           "%d output channels of %d x %d pixels, in scratch: sums over %d channels and %d x %d taps", p->vectors * LANES,
                           band.high - band.low, c->width, channels_of(c, p->entry, p->entries), c->kernel[0], c->kernel[1]);
    int64_t line = c->stride[0] * c->x.row;
    call_move(call, b.x, c->entry[p->entry].offset - c->pad[0] * c->x.row - c->pad[1] * c->x.pixel + band.low * line);
    call_stride(call, b.x, 0, run.x);
    call_stride(call, b.x, 1, band.rows * stride * line);
    for (int i = 0; i < 1 + c->n->tile.ahead; i++) {
        call_move(call, i ? b.ahead : b.w, p->at);
        call_stride(call, i ? b.ahead : b.w, 0, run.filters);
    }
    if (b.out.vectors.pointer >= 0) {
        call_move(call, b.out.vectors, p->vector * LANES);
        call_stride(call, b.out.vectors, 0, run.vector * LANES);
    }
}

static void call_pool(Lower *l, const Node *pool, int64_t vectors_at, const Panel *p, Run run, Band band, int bands)
{
    PoolBand b = build_pool_band(l, pool, vectors_at, p->vectors, band.first, band.rows, band.low);
    Call *call = step_call(l, b.k, (int[]){run.panels, bands, 1}, op_name(pool->op), "%d channels of %d rows of %d pixels, from scratch",
                           p->vectors * LANES, band.rows, pool->shape.width);
    call->follows = true;
    output_move(call, &b.out, (Place){p->vector, band.first, 0});
    output_stride(call, &b.out, 0, (Place){run.vector, 0, 0});
    output_stride(call, &b.out, 1, (Place){0, band.rows, 0});
}

void lower_conv_pool(Lower *l, Node *pool)
{
    Node *n = pool->in[0];
    const Windows w = windows_of(pool);
    const int stride = pool->attr.stride[0];
    n->layout.plane = ((n->banded - 1) * stride + pool->attr.kernel[0]) * n->layout.row;
    Conv c = conv_open(l, n, n->in[0]);
    read_tail(&c);
    pack_filters(&c);
    c.vectors_at = output_pack(l, n, (VectorKind[]){VECTOR_bias}, c.bias);
    const int64_t vectors_at = output_pack(l, pool, NULL, 0);
    step_begin(l);
    for (int first = 0, bands; first < pool->shape.height; first += bands * n->banded) {
        const Band band = band_at(&w, first, n->banded);
        for (bands = 1; first + bands * n->banded < pool->shape.height; bands++)
            if (!same_band(&w, band, band_at(&w, first + bands * n->banded, n->banded), bands))
                break;
        for (size_t i = 0; i < c.npanel;) {
            const Run run = panel_run(&c, i);
            step_scratch(l, c.panel[i].vectors * n->layout.plane);
            call_conv(&c, &c.panel[i], run, band, bands, stride);
            call_pool(l, pool, vectors_at, &c.panel[i], run, band, bands);
            i += (size_t)run.panels;
        }
    }
    step_end(l, pool, "conv_pool", "%s, then %s %d x %d, stride %d, in bands of %d rows; direct, tiles of %d x %d", conv_text(&c),
             op_name(pool->op), pool->attr.kernel[0], pool->attr.kernel[1], stride, n->banded, n->tile.vectors * LANES, n->tile.pixels);
}
