#!/usr/bin/env python3
"""Remakes tests/training/*.json: what PyTorch computes in float64 for training steps of small networks.

    tests/answers_training.py       writes gradients.json (one step: loss, gradients, moved statistics) and
                                    runs.json (losses of some steps of an optimiser, and what the parameters become)

Needs torch and torchvision; the tests read the JSON alone. Weights and inputs are the pattern that answers.py describes; labels are
z mod classes of the tensor "label". Dropout is 0. Every step of a run sees the same batch.
"""
import json
import math
import pathlib

import numpy
import torch
from torch.nn import BatchNorm2d, functional

import answers

SEED = answers.SEED


def labels(count, classes):
    base = numpy.uint64(answers.fnv1a64("label") ^ SEED * int(answers.K) % 2**64)
    z = answers.mix(base + numpy.arange(1, count + 1, dtype=numpy.uint64) * answers.K)
    return torch.from_numpy((z % numpy.uint64(classes)).astype(numpy.int64))


def network(make, frozen=False):
    net = make().double().train()
    for name, value in net.state_dict().items():
        if value.dtype.is_floating_point:
            value.copy_(answers.pattern(name, tuple(value.shape)))
    for module in net.modules():
        if frozen and isinstance(module, BatchNorm2d):
            module.eval()
    return net


def loss_of(net, batch, kind="cross_entropy", smoothing=0.0):
    output = net(answers.pattern("input", (batch, *answers.CIFAR)))
    right = labels(batch, output.shape[1])
    if kind == "mse":
        target = (1 - smoothing) * functional.one_hot(right, output.shape[1]).double() + smoothing / output.shape[1]
        return functional.mse_loss(output, target)
    return functional.cross_entropy(output, right, label_smoothing=smoothing)


def brief(value):
    """Enough of a tensor to know it by: its norm, its first and last element, and one in between."""
    v = value.detach().double().flatten()
    return [v.norm().item(), v[0].item(), v[v.numel() // 2].item(), v[-1].item()]


def cifar(depth, shortcut, norm="bn"):
    return lambda: answers.cifar(depth, shortcut, norm)


def gradients():
    """Name, spec, settings, network, batch and what is special."""
    yield "lenet", "lenet", [], answers.lenet, 4, {}
    yield "lenet_smoothed", "lenet", [], answers.lenet, 3, dict(smoothing=0.1)
    yield "lenet_mse", "lenet", [], answers.lenet, 3, dict(kind="mse", smoothing=0.2)
    for shortcut in "ABC":
        settings = ["depth=8", f"shortcut={shortcut}"]
        yield f"cifar_resnet8_{shortcut.lower()}", "cifar_resnet", settings, cifar(8, shortcut), 3, {}
    for norm in "ln", "in", "gn":
        settings = ["depth=8", "shortcut=B", f"norm={norm}"]
        yield f"cifar_resnet8_{norm}", "cifar_resnet", settings, cifar(8, "B", norm), 2, {}
    yield "cifar_resnet8_frozen", "cifar_resnet", ["depth=8", "shortcut=B"], cifar(8, "B"), 2, dict(frozen=True)
    yield "cifar_plain8", "cifar_plain", ["depth=8"], cifar(8, None), 2, {}
    yield "cifar_resnet20_b", "cifar_resnet", ["depth=20", "shortcut=B"], cifar(20, "B"), 2, {}


def gradient(name, spec, settings, make, batch, special):
    net = network(make, special.pop("frozen", False))
    frozen = any(isinstance(m, BatchNorm2d) and not m.training for m in net.modules())
    loss = loss_of(net, batch, **special)
    loss.backward()
    tensors = {k: brief(v.grad) for k, v in net.named_parameters()}
    buffers = {k: brief(v) for k, v in net.named_buffers()}
    return dict(name=name, spec=spec, set=settings, seed=SEED, batch=batch, frozen=frozen, kind=special.get("kind", "cross_entropy"),
                smoothing=special.get("smoothing", 0.0), loss=loss.item(), gradients=tensors, buffers=buffers)


def sgd(net, momentum=0.0, nesterov=False, weight_decay=0.0):
    return torch.optim.SGD(net.parameters(), 1.0, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)


def adamw(net, weight_decay, decay_vectors):
    matrices = [p for p in net.parameters() if p.dim() > 1]
    vectors = [p for p in net.parameters() if p.dim() == 1]
    groups = [dict(params=matrices), dict(params=vectors, weight_decay=weight_decay if decay_vectors else 0.0)]
    return torch.optim.AdamW(groups, 1.0, weight_decay=weight_decay)


def runs():
    """Name, spec, settings, network, batch, optimiser and its keys, clipping, learning rates."""
    cosine = [0.05 * (1 + math.cos(math.pi * i / 12)) for i in range(12)]
    plain = dict(momentum=0.9, nesterov=False, weight_decay=1e-4)
    yield "sgd", "lenet", [], answers.lenet, 8, sgd, plain, 0.0, [0.01] * 20
    nesterov = dict(momentum=0.8, nesterov=True, weight_decay=1e-3)
    yield "nesterov_clipped", "cifar_resnet", ["depth=8", "shortcut=B"], cifar(8, "B"), 3, sgd, nesterov, 1.0, cosine
    adam = dict(weight_decay=0.05, decay_vectors=False)
    yield "adamw", "lenet", [], answers.lenet, 8, adamw, adam, 0.0, [1e-3] * 10 + [1e-4] * 5


def run(name, spec, settings, make, batch, optimiser, keys, clip, rates):
    net, losses = network(make), []
    optimiser_of_net = optimiser(net, **keys)
    for rate in rates:
        for group in optimiser_of_net.param_groups:
            group["lr"] = rate
        optimiser_of_net.zero_grad()
        loss = loss_of(net, batch)
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimiser_of_net.step()
        losses.append(loss.item())
    return dict(name=name, spec=spec, set=settings, seed=SEED, batch=batch, optimiser=optimiser.__name__, clip=clip, **keys, rates=rates,
                losses=losses, tensors={k: brief(v) for k, v in net.state_dict().items()})


def write(name, rows):
    text = "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
    (pathlib.Path(__file__).parent / "training" / name).write_text(text)


if __name__ == "__main__":
    numpy.seterr(over="ignore")
    write("gradients.json", [gradient(*row) for row in gradients()])
    write("runs.json", [run(*row) for row in runs()])
