/* spec_random.c - how random networks are made.
 *
 * A network grows by motifs, from single operations to whole residual blocks. Attributes are chosen so that infer accepts
 * them: a refusal fails the test. For exact networks each value carries a bound on its magnitude and its smallest
 * unit; a motif that would need more than 23 bits is left out. */
#include "spec_random.h"

#include <criterion/criterion.h>
#include <string.h>

#include "networks.h"

enum { MOST_VALUES = 96, MOST_CHANNELS = 40, MOST_ELEMENTS = 1 << 15 };

/* A node that later nodes may read. */
typedef struct {
    Node *node;
    double bound;                       /* exact networks: |x| <= bound, and so for all partial sums */
    double unit;                        /* exact networks: x is a multiple of it, a power of two */
    bool read;                          /* somebody reads it */
} Made;

typedef struct {
    Graph *graph;
    uint64_t state;                     /* of the random numbers */
    RandomKind kind;
    Made made[MOST_VALUES];
    int count;
} Maker;

/* ---- random choices ----------------------------------------------------------------------------------------- */

static int below(Maker *maker, int n)
{
    maker->state++;
    return (int)(pattern_bits(maker->state, 0) % (uint64_t)n);
}

static int between(Maker *maker, int low, int high)
{
    return low + below(maker, high - low + 1);
}

static bool once_in(Maker *maker, int n)
{
    return below(maker, n) == 0;
}

static int a_divisor(Maker *maker, int n)
{
    int divisor;
    do
        divisor = between(maker, 1, n);
    while (n % divisor);
    return divisor;
}

/* ---- values ------------------------------------------------------------------------------------------------- */

static Shape shape_of(const Maker *maker, int i)
{
    return maker->made[i].node->shape;
}

static int64_t pixels_of(const Maker *maker, int i)
{
    return (int64_t)shape_of(maker, i).height * shape_of(maker, i).width;
}

static bool exact(const Maker *maker)
{
    return maker->kind == RANDOM_exact;
}

static bool power_of_two(int64_t n)
{
    return (n & (n - 1)) == 0;
}

/* Does a value of this magnitude and unit stay exact, with a bit to spare? */
static bool fits(const Maker *maker, double bound, double unit)
{
    return !exact(maker) || bound / unit <= 1 << 23;
}

static int remember(Maker *maker, Node *node, double bound, double unit)
{
    cr_assert_lt(maker->count, MOST_VALUES);
    maker->made[maker->count] = (Made){node, bound, unit, false};
    return maker->count++;
}

static int add_node(Maker *maker, Op op, Attr attr, const int *operand, int n)
{
    Node *in[MOST_VALUES];
    double bound = 0, unit = 1;
    for (int i = 0; i < n; i++) {
        Made *made = &maker->made[operand[i]];
        in[i] = made->node;
        made->read = true;
        bound = op == OP_add ? bound + made->bound : made->bound > bound ? made->bound : bound;
        unit = made->unit < unit ? made->unit : unit;
    }
    return remember(maker, network_add(maker->graph, op, attr, NULL, in, n), bound, unit);
}

static int then(Maker *maker, int x, Op op, Attr attr)
{
    return add_node(maker, op, attr, &x, 1);
}

static int plainly(Maker *maker, int x, Op op)
{
    return then(maker, x, op, network_attr());
}

/* The newest value as a rule, any other now and then; -1 where it does not have the form wanted. */
static int pick(Maker *maker, bool flat)
{
    int i = once_in(maker, 3) ? below(maker, maker->count) : maker->count - 1;
    return shape_of(maker, i).flat == flat ? i : -1;
}

/* ---- single operations --------------------------------------------------------------------------------------- */

static int activation(Maker *maker, int x)
{
    static const Op any[] = {OP_relu, OP_relu, OP_relu, OP_relu6, OP_leaky_relu, OP_sigmoid, OP_tanh, OP_silu, OP_hard_swish};
    Op op = any[below(maker, exact(maker) ? 5 : 9)];
    Attr attr = network_attr();
    attr.slope = exact(maker) ? -1 : 0.25;
    return then(maker, x, op, attr);
}

/* Exact: scales of at most 4, and means and shifts of at most 2. */
static int norm_of_batch(Maker *maker, int x)
{
    Made in = maker->made[x];
    double bound = (in.bound + 2) * 4 + 2;
    if (!fits(maker, bound, in.unit))
        return x;
    Attr attr = network_attr();
    attr.eps = exact(maker) ? 0 : once_in(maker, 2) ? 1e-5 : 1e-3;
    int y = then(maker, x, OP_bn, attr);
    maker->made[y].bound = bound;
    return y;
}

/* Often what follows a convolution: a batch norm, an activation. */
static int finish(Maker *maker, int x)
{
    if (!once_in(maker, 3))
        x = norm_of_batch(maker, x);
    return once_in(maker, 3) ? x : activation(maker, x);
}

/* Exact: weights of at most 2, biases of at most 3. The new node, or -1 where its sums could round. */
static int weighted(Maker *maker, int x, Op op, Attr attr)
{
    Made in = maker->made[x];
    Shape shape = in.node->shape;
    double terms = op == OP_linear ? shape.channels : (double)shape.channels / attr.groups * attr.kernel[0] * attr.kernel[1];
    double bound = terms * 2 * in.bound + 3;
    if (!fits(maker, bound, in.unit))
        return -1;
    int y = then(maker, x, op, attr);
    maker->made[y].bound = bound;
    return y;
}

/* Kernel, stride, padding and dilation of a convolution along one axis. */
static void choose_window(Maker *maker, Attr *attr, int axis, int size)
{
    static const int kernel[] = {1, 1, 1, 2, 3, 3, 3, 4, 5, 7};
    int reach;
    do {
        attr->kernel[axis] = kernel[below(maker, 10)];
        attr->stride[axis] = once_in(maker, 3) ? between(maker, 1, 4) : 1;
        attr->dilation[axis] = once_in(maker, 5) ? between(maker, 2, 3) : 1;
        reach = attr->dilation[axis] * (attr->kernel[axis] - 1) + 1;
        attr->pad[axis] = once_in(maker, 2) ? reach / 2 : between(maker, 0, reach < 5 ? reach : 5);
    } while (reach > size + 2 * attr->pad[axis]);
}

static int convolution(Maker *maker, int x)
{
    Shape in = shape_of(maker, x);
    Attr attr = network_attr();
    choose_window(maker, &attr, 0, in.height);
    choose_window(maker, &attr, 1, in.width);
    if (once_in(maker, 2)) {            /* square, where that fits */
        bool fit = attr.dilation[0] * (attr.kernel[0] - 1) < in.width + 2 * attr.pad[0];
        int from = fit ? 0 : 1;
        if (fit || attr.dilation[1] * (attr.kernel[1] - 1) < in.height + 2 * attr.pad[1]) {
            attr.kernel[!from] = attr.kernel[from], attr.stride[!from] = attr.stride[from];
            attr.pad[!from] = attr.pad[from], attr.dilation[!from] = attr.dilation[from];
        }
    }
    attr.groups = once_in(maker, 2) ? a_divisor(maker, in.channels) : once_in(maker, 4) ? in.channels : 1;
    int most = MOST_CHANNELS / attr.groups;
    attr.out = attr.groups * between(maker, 1, most > 0 ? most : 1);
    attr.bias = once_in(maker, 2);
    return weighted(maker, x, OP_conv, attr);
}

/* A convolution that keeps rows and columns. */
static int same_size(Maker *maker, int x, int out, int size)
{
    Attr attr = network_attr();
    attr.out = out;
    attr.kernel[0] = attr.kernel[1] = size;
    attr.pad[0] = attr.pad[1] = size / 2;
    attr.bias = once_in(maker, 4);
    return weighted(maker, x, OP_conv, attr);
}

static int linear(Maker *maker, int x, int out)
{
    Attr attr = network_attr();
    attr.out = out;
    attr.bias = once_in(maker, 2);
    return weighted(maker, x, OP_linear, attr);
}

static int global_average(Maker *maker, int x)
{
    double unit = maker->made[x].unit / (double)pixels_of(maker, x);
    if (exact(maker) && !power_of_two(pixels_of(maker, x)))
        return -1;
    if (!fits(maker, maker->made[x].bound * (double)pixels_of(maker, x), maker->made[x].unit))
        return -1;
    int y = plainly(maker, x, OP_global_avg_pool);
    maker->made[y].unit = unit;
    return y;
}

/* ---- motifs: each grows the network, or does nothing where it does not fit ------------------------------------- */

static void grow_convolution(Maker *maker)
{
    int x = pick(maker, false);
    int y = x < 0 ? -1 : convolution(maker, x);
    if (y >= 0)
        finish(maker, y);
}

static void grow_activation(Maker *maker)
{
    activation(maker, maker->count - 1);
}

static void grow_batch_norm(Maker *maker)
{
    norm_of_batch(maker, below(maker, maker->count));
}

/* Statistics over few values blow rounding up: not fewer than a dozen. */
static void grow_norm(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0)
        return;
    Attr attr = network_attr();
    attr.eps = once_in(maker, 2) ? 1e-5 : 1e-2;
    attr.affine = !once_in(maker, 3);
    attr.groups = a_divisor(maker, shape_of(maker, x).channels);
    static const Op any[] = {OP_ln, OP_in, OP_gn};
    Op op = any[below(maker, 3)];
    int64_t together = pixels_of(maker, x);
    if (op != OP_in)
        together *= shape_of(maker, x).channels / (op == OP_gn ? attr.groups : 1);
    if (together >= 12)
        then(maker, x, op, attr);
}

static void grow_pool(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0)
        return;
    Attr attr = network_attr();
    Op op = once_in(maker, 2) ? OP_max_pool : OP_avg_pool;
    for (int axis = 0; axis < 2; axis++) {
        int size = axis ? shape_of(maker, x).width : shape_of(maker, x).height, reach;
        do {
            attr.kernel[axis] = exact(maker) && op == OP_avg_pool ? 1 << below(maker, 3) : between(maker, 1, 5);
            attr.stride[axis] = between(maker, 1, 3);
            attr.dilation[axis] = op == OP_max_pool && once_in(maker, 5) ? 2 : 1;
            attr.pad[axis] = between(maker, 0, attr.kernel[axis] / 2);
            reach = attr.dilation[axis] * (attr.kernel[axis] - 1) + 1;
        } while (reach > size + 2 * attr.pad[axis] || attr.dilation[axis] > size);
    }
    attr.ceil_mode = once_in(maker, 2) && !(exact(maker) && op == OP_avg_pool);
    attr.count_pad = once_in(maker, 2) || exact(maker);
    int area = op == OP_avg_pool ? attr.kernel[0] * attr.kernel[1] : 1;
    if (!fits(maker, maker->made[x].bound * area, maker->made[x].unit))
        return;
    int y = then(maker, x, op, attr);
    maker->made[y].unit /= area;
}

static void grow_pad(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0)
        return;
    Attr attr = network_attr();
    for (int i = 0; i < 4; i++)
        attr.edges[i] = once_in(maker, 2) ? 0 : below(maker, 4);
    for (int i = 0; i < 2; i++)
        attr.channels[i] = once_in(maker, 2) ? 0 : below(maker, 10);
    attr.value = once_in(maker, 2) ? 0 : -1;
    int y = then(maker, x, OP_pad, attr);
    if (maker->made[y].bound < 1)
        maker->made[y].bound = 1;
}

static void grow_softmax(Maker *maker)
{
    plainly(maker, maker->count - 1, OP_softmax);
}

static void grow_view(Maker *maker)
{
    plainly(maker, maker->count - 1, once_in(maker, 2) ? OP_dropout : OP_identity);
}

/* x + f(x), the operands in either order, x perhaps twice */
static void grow_residual(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0)
        return;
    int y = x;
    for (int i = between(maker, 1, 2); i > 0; i--) {
        int next = same_size(maker, y, shape_of(maker, x).channels, 1 + 2 * below(maker, 3));
        if (next < 0)
            return;
        y = once_in(maker, 4) ? next : norm_of_batch(maker, next);
        if (i > 1)
            y = activation(maker, y);
    }
    int operand[] = {y, x, x}, n = once_in(maker, 5) ? 3 : 2;
    if (once_in(maker, 2))
        operand[0] = x, operand[1] = y;
    if (!fits(maker, maker->made[y].bound + 2 * maker->made[x].bound, maker->made[x].unit))
        return;
    y = add_node(maker, OP_add, network_attr(), operand, n);
    if (!once_in(maker, 4))
        activation(maker, y);
}

/* x * g(mean of x): squeeze and excitation, by convolutions or linear layers */
static void grow_gate(Maker *maker)
{
    int x = pick(maker, false);
    int y = x < 0 ? -1 : global_average(maker, x);
    if (y < 0)
        return;
    int channels = shape_of(maker, x).channels, squeezed = between(maker, 1, 12);
    bool flat = once_in(maker, 2);
    if (flat)
        y = plainly(maker, y, OP_flatten);
    y = flat ? linear(maker, y, squeezed) : same_size(maker, y, squeezed, 1);
    if (y < 0)
        return;
    y = plainly(maker, y, OP_relu);
    y = flat ? linear(maker, y, channels) : same_size(maker, y, channels, 1);
    if (y < 0)
        return;
    y = activation(maker, y);
    double bound = maker->made[x].bound * maker->made[y].bound, unit = maker->made[x].unit * maker->made[y].unit;
    if (!fits(maker, bound, unit))
        return;
    int z = add_node(maker, OP_mul, network_attr(), once_in(maker, 2) ? (int[]){x, y} : (int[]){y, x}, 2);
    maker->made[z].bound = bound;
    maker->made[z].unit = unit;
}

/* Branches of one input, of different widths, side by side; the input itself may be one of them. */
static void grow_inception(Maker *maker)
{
    int x = pick(maker, false), operand[4], n = 0;
    if (x < 0)
        return;
    for (int want = between(maker, 2, 4); n < want; n++) {
        int y = x;
        if (once_in(maker, 4)) {
            Attr attr = network_attr();
            attr.kernel[0] = attr.kernel[1] = 3;
            attr.pad[0] = attr.pad[1] = 1;
            y = then(maker, x, OP_max_pool, attr);
        }
        if (!once_in(maker, 5)) {
            int next = same_size(maker, y, between(maker, 1, 20), 1 + 2 * below(maker, 3));
            y = next < 0 ? y : finish(maker, next);
        }
        operand[n] = y;
    }
    add_node(maker, OP_concat, network_attr(), operand, n);
}

/* Parts of the channels, each convolved together with the result of the one before, joined again. */
static void grow_split(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0 || shape_of(maker, x).channels < 2)
        return;
    Attr attr = network_attr();
    int channels = shape_of(maker, x).channels, operand[4], n = 0;
    bool even = channels % 2 == 0 && once_in(maker, 2);
    for (int begin = 0; begin < channels && n < 4; n++, begin += attr.count) {
        attr.begin = begin;
        attr.count = even ? channels / 2 : n == 3 ? channels - begin : between(maker, 1, channels - begin);
        int y = then(maker, x, OP_slice, attr);
        if (even && n > 0 && fits(maker, 2 * maker->made[y].bound + maker->made[operand[0]].bound, maker->made[operand[0]].unit))
            y = add_node(maker, OP_add, network_attr(), (int[]){operand[0], y}, 2);
        int next = once_in(maker, 3) ? -1 : same_size(maker, y, attr.count, 3);
        operand[n] = next < 0 ? y : finish(maker, next);
    }
    for (int i = 0; i < n && !even && once_in(maker, 2); i++) {        /* shuffled */
        int j = below(maker, n), other = operand[i];
        operand[i] = operand[j], operand[j] = other;
    }
    add_node(maker, OP_concat, network_attr(), operand, n);
}

/* The branch's next node, with its slice of a stacked parameter. */
static int stacked(Maker *maker, int x, Op op, Attr attr, Stack stack)
{
    Made in = maker->made[x];
    double terms = (double)shape_of(maker, x).channels * attr.kernel[0] * attr.kernel[1];
    double bound = op == OP_bn ? (in.bound + 2) * 4 + 2 : terms * 2 * in.bound + 3;
    maker->made[x].read = true;
    return remember(maker, network_branch(maker->graph, op, attr, in.node, stack), bound, in.unit);
}

/* Identical branches (ResNeXt): joined by add after a convolution each, or by concat before a common one. */
static void grow_branches(Maker *maker)
{
    int x = pick(maker, false), operand[5], n = between(maker, 2, 5), number = maker->count;
    bool form_a = once_in(maker, 2), norm = !exact(maker) && once_in(maker, 2);
    if (x < 0 || !fits(maker, 1e5 * maker->made[x].bound, maker->made[x].unit))
        return;
    Attr one = network_attr(), three = network_attr(), last = network_attr();
    one.out = between(maker, 1, 9), three.out = between(maker, 1, 9), last.out = between(maker, 1, 30);
    one.bias = once_in(maker, 3);
    three.kernel[0] = three.kernel[1] = 3, three.pad[0] = three.pad[1] = 1;
    three.stride[0] = three.stride[1] = between(maker, 1, 2);
    Context *context = maker->graph->context;
    const char *a = arena_printf(context, "branch%d.a", number), *b = arena_printf(context, "branch%d.b", number);
    const char *c = arena_printf(context, "branch%d.c", number), *bn = arena_printf(context, "branch%d.bn", number);
    for (int i = 0; i < n; i++) {
        int y = stacked(maker, x, OP_conv, one, (Stack){a, i, n, 0});
        if (norm)
            y = stacked(maker, y, OP_bn, one, (Stack){bn, i, n, 0});
        y = plainly(maker, y, OP_relu);
        y = plainly(maker, stacked(maker, y, OP_conv, three, (Stack){b, i, n, 0}), OP_relu);
        operand[i] = form_a ? stacked(maker, y, OP_conv, last, (Stack){c, i, n, 1}) : y;
    }
    int y = add_node(maker, form_a ? OP_add : OP_concat, network_attr(), operand, n);
    if (!form_a)
        y = weighted(maker, y, OP_conv, last);
    if (y >= 0)
        finish(maker, y);
}

/* A classifier: from a picture to a flat row, by its means or by all its values. */
static void grow_head(Maker *maker)
{
    int x = pick(maker, false);
    if (x < 0)
        return;
    if (!once_in(maker, 3) || shape_floats(shape_of(maker, x)) > 2000)
        x = global_average(maker, x);
    if (x < 0)
        return;
    if (pixels_of(maker, x) > 1 || once_in(maker, 2))
        x = plainly(maker, x, OP_flatten);
    linear(maker, x, between(maker, 1, MOST_CHANNELS));
}

static void grow_flat(Maker *maker)
{
    int x = pick(maker, true);
    if (x < 0)
        return;
    int y = linear(maker, x, shape_of(maker, x).channels > 64 ? 64 : shape_of(maker, x).channels);
    if (y < 0)
        return;
    y = once_in(maker, 2) ? y : activation(maker, y);
    bool same = shape_of(maker, y).channels == shape_of(maker, x).channels;
    if (same && fits(maker, maker->made[x].bound + maker->made[y].bound, maker->made[x].unit))
        add_node(maker, once_in(maker, 2) ? OP_add : OP_concat, network_attr(), (int[]){x, y}, 2);
}

/* A convolution and a pool that alone reads it, as many networks begin: what `band` joins. */
static void grow_stem(Maker *maker)
{
    Attr filters = network_attr(), pool = network_attr();
    filters.out = between(maker, 1, MOST_CHANNELS);
    pool.stride[0] = pool.stride[1] = between(maker, 2, 3);
    for (int axis = 0; axis < 2; axis++) {
        filters.kernel[axis] = between(maker, 2, 5);
        filters.stride[axis] = between(maker, 1, 2);
        filters.pad[axis] = filters.kernel[axis] / 2;
        pool.kernel[axis] = between(maker, 1, pool.stride[axis] + once_in(maker, 3));
        pool.pad[axis] = pool.kernel[axis] / 2;
    }
    pool.ceil_mode = once_in(maker, 2);
    int x = weighted(maker, 0, OP_conv, filters);
    x = once_in(maker, 2) ? x : norm_of_batch(maker, x);
    x = once_in(maker, 2) ? x : activation(maker, x);
    then(maker, x, once_in(maker, 2) ? OP_max_pool : OP_avg_pool, pool);
}

static const struct {
    void (*grow)(Maker *);
    int weight;                         /* how often, against the others */
    bool exact;                         /* fit for exact networks */
} motif[] = {
    {grow_convolution, 10, true}, {grow_activation, 2, true}, {grow_batch_norm, 1, true}, {grow_norm, 2, false},
    {grow_pool, 4, true}, {grow_pad, 1, true}, {grow_softmax, 1, false}, {grow_view, 1, true}, {grow_residual, 4, true},
    {grow_gate, 2, true}, {grow_inception, 2, true}, {grow_split, 2, true}, {grow_branches, 2, true}, {grow_head, 1, true},
    {grow_flat, 1, true},
};

static void grow(Maker *maker)
{
    int total = 0, number = sizeof motif / sizeof *motif;
    for (int i = 0; i < number; i++)
        total += motif[i].weight;
    int choice = below(maker, total), i = 0;
    while (choice >= motif[i].weight)
        choice -= motif[i++].weight;
    if (motif[i].exact || !exact(maker))
        motif[i].grow(maker);
}

/* The network's output: all values that nobody reads, side by side; now and then any one value, the rest being dead. */
static Node *join(Maker *maker)
{
    int open[MOST_VALUES], n = 0, last = maker->count;
    if (once_in(maker, 10))
        return maker->made[between(maker, 1, last - 1)].node;
    for (int i = 0; i < last; i++)
        if (!maker->made[i].read)
            open[n++] = i;
    if (n == 1)
        return maker->made[open[0]].node;
    for (int i = 0; i < n; i++)
        open[i] = shape_of(maker, open[i]).flat ? open[i] : plainly(maker, open[i], OP_flatten);
    return maker->made[add_node(maker, OP_concat, network_attr(), open, n)].node;
}

/* From any value to classes. */
static Node *classifier(Maker *maker, Node *last)
{
    Attr attr = network_attr();
    attr.out = between(maker, 2, 12);
    attr.bias = once_in(maker, 2);
    if (!last->shape.flat)
        last = network_add(maker->graph, OP_flatten, attr, NULL, &last, 1);
    return network_add(maker->graph, OP_linear, attr, NULL, &last, 1);
}

Graph *random_graph(Context *context, uint64_t seed, RandomKind kind)
{
    Maker maker = {.state = pattern_base("graph", seed), .kind = kind};
    int most = kind == RANDOM_stem ? 60 : once_in(&maker, 3) ? 24 : 12;
    Shape input = {between(&maker, 1, once_in(&maker, 2) ? 4 : MOST_CHANNELS), between(&maker, 1, most), between(&maker, 1, most), false};
    maker.graph = network_new(context, input);
    maker.graph->exact = exact(&maker);
    remember(&maker, maker.graph->input, 3, 1);
    int motifs = between(&maker, 1, 7);
    if (kind == RANDOM_stem)
        grow_stem(&maker);
    for (int i = 0; (i < motifs || maker.count == 1) && maker.count < MOST_VALUES / 3; i++)
        if (shape_floats(shape_of(&maker, maker.count - 1)) <= MOST_ELEMENTS)
            grow(&maker);
    Node *last = join(&maker);
    network_finish(maker.graph, kind == RANDOM_train ? classifier(&maker, last) : last);
    return maker.graph;
}
