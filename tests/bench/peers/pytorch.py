"""pytorch.py BATCH THREADS INPUT SPEC [NAME=VALUE...]: PyTorch's part of the comparison, with oneDNN inside.

The network is the one of tests/answers.py for that spec, and the fastest of the ways in which PyTorch can run it; it
talks as nncc.c does. Needs torch and torchvision."""
import copy
import json
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


def timed(net, x):
    start = time.perf_counter()
    net(x)
    return 1e3 * (time.perf_counter() - start)


def load(spec, settings):
    """The network with the weights that `--weights pattern:SEED` gives nncc, and the shape of an image."""
    same = lambda r: r["spec"] == spec and sorted(r["settings"]) == sorted(settings)
    row = next(filter(same, answers.architectures().values()), None)
    if not row:
        sys.exit(f"tests/answers.py has no {' '.join([spec, *settings])}")
    net = row["make"]().eval()
    for name, value in net.state_dict().items():
        if value.dtype.is_floating_point:
            value.copy_(answers.pattern(name, tuple(value.shape)))
    return net, row["input"]


def ways(net, x):
    """Name, network and input for each way to run it."""
    for name, layout in ("", torch.contiguous_format), (", channels last", torch.channels_last):
        laid = x.contiguous(memory_format=layout)
        own = copy.deepcopy(net).to(memory_format=layout)
        frozen = torch.jit.freeze(torch.jit.trace(own, laid, check_trace=False))
        yield "eager" + name, own, laid
        yield "frozen" + name, frozen, laid
        yield "optimised" + name, torch.jit.optimize_for_inference(frozen), laid


def main():
    batch, threads, path, spec, *settings = sys.argv[1:]
    torch.set_num_threads(int(threads))
    net, shape = load(spec, settings)
    x = torch.from_numpy(numpy.fromfile(path, dtype=numpy.float32).reshape(int(batch), *shape))
    tried = []
    for name, way, laid in ways(net, x):
        slow = timed(way, laid) > 1000
        tried.append((timed(way, laid) if slow else min(timed(way, laid), timed(way, laid)), name, way, laid))
    _, best, net, x = min(tried, key=lambda way: way[0])
    output = net(x).flatten()[:2].tolist()
    print(json.dumps(dict(name=f"PyTorch {torch.__version__}", way=best, output=output)), flush=True)
    for turn in sys.stdin:
        ms, end = [], time.perf_counter() + float(turn) / 1e3
        net(x)
        while len(ms) < 3 or time.perf_counter() < end:
            ms.append(timed(net, x))
        print(json.dumps(dict(ms=ms, memory=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)), flush=True)


with torch.no_grad():
    main()
