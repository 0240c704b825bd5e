"""pytorch.py BATCH THREADS INPUT SPEC [NAME=VALUE...]: PyTorch's part of the comparison, with oneDNN inside.

The network is the one of tests/answers.py for that spec, and the fastest of the ways in which PyTorch can run it; it
talks as nncc.c does. Needs torch and torchvision."""
import json
import math
import os
import pathlib
import resource
import sys
import time
import warnings

import numpy
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import answers  # noqa: E402

warnings.filterwarnings("ignore")

CHUNK = 1 << 20         # elements of a parameter that are made at once: temporaries are not to be its peak of memory
PATIENCE = 20           # seconds for trying ways, most promising first
SLOW = 1000             # milliseconds: what takes longer runs fewer times
HOPELESS = 3            # if it is this many times slower than another way, not at all again
WAYS = [(run, layout) for run in ("optimised", "frozen", "eager") for layout in ("channels first", "channels last")]
FORMATS = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}


def timed(net, x):
    start = time.perf_counter()
    net(x)
    return 1e3 * (time.perf_counter() - start)


def fill(name, value):
    """The parameter with the numbers that `--weights pattern:SEED` gives nncc."""
    flat = value.view(-1)
    for begin in range(0, flat.numel(), CHUNK):
        end = min(begin + CHUNK, flat.numel())
        flat[begin:end] = answers.pattern(name, tuple(value.shape), begin=begin, end=end)


def load(spec, settings):
    """The network, and the shape of an image. Of several networks with these settings the first: it has the spec's defaults."""
    same = lambda r: r["spec"] == spec and set(settings) <= set(r["settings"])
    row = next(filter(same, answers.architectures().values()), None)
    if not row:
        sys.exit(f"tests/answers.py has no {' '.join([spec, *settings])}")
    net = row["make"]().eval()
    for name, value in net.state_dict().items():
        if value.dtype.is_floating_point:
            fill(name, value)
    return net, row["input"]


def prepare(net, x, way):
    """The network and the input for one way to run it. Every way is traced anew: once TorchScript has run a network,
    it goes on with the plan that it made then, and what is optimised afterwards has no effect."""
    run, layout = way
    x, net = x.contiguous(memory_format=FORMATS[layout]), net.to(memory_format=FORMATS[layout])
    if run != "eager":
        net = torch.jit.freeze(torch.jit.trace(net, x, check_trace=False))
    return (torch.jit.optimize_for_inference(net) if run == "optimised" else net), x


def try_out(net, x, fastest):
    """Milliseconds of its best run. The first two are not counted: TorchScript makes its plans in them."""
    first = timed(net, x)
    if first > SLOW:
        return first if first > HOPELESS * fastest else timed(net, x)
    net(x)
    return min(timed(net, x), timed(net, x))


def choose(net, x):
    """The index of the fastest way."""
    tried, end = [], time.perf_counter() + PATIENCE
    for index, way in enumerate(WAYS):
        fastest = min(tried)[0] if tried else math.inf
        tried.append((try_out(*prepare(net, x, way), fastest), index))
        if time.perf_counter() > end:
            break
    return min(tried)[1]


def choose_apart(net, x, threads):
    """The same, in a process of its own: the memory of all these ways is not that of the one which is measured.
    So that it can be forked, no second thread has been started before."""
    child = os.fork()
    if child == 0:
        index = len(WAYS)
        try:
            torch.set_num_threads(threads)
            index = choose(net, x)
        finally:
            os._exit(index)
    _, status = os.waitpid(child, 0)
    index = os.waitstatus_to_exitcode(status)
    if not 0 <= index < len(WAYS):
        sys.exit("PyTorch ended while it tried ways to run the network")
    return WAYS[index]


def main():
    batch, threads, path, spec, *settings = sys.argv[1:]
    torch.set_num_threads(1)
    net, shape = load(spec, settings)
    x = torch.from_numpy(numpy.fromfile(path, dtype=numpy.float32).reshape(int(batch), *shape))
    way = choose_apart(net, x, int(threads))
    torch.set_num_threads(int(threads))
    net, x = prepare(net, x, way)
    net(x)
    output = net(x).flatten()[:2].tolist()
    print(json.dumps(dict(name=f"PyTorch {torch.__version__}", way=", ".join(way), output=output)), flush=True)
    for turn in sys.stdin:
        ms, end = [], time.perf_counter() + float(turn) / 1e3
        while not ms or time.perf_counter() < end:
            ms.append(timed(net, x))
        print(json.dumps(dict(ms=ms, memory=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)), flush=True)


with torch.no_grad():
    main()
