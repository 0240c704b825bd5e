/* experiments.c - what is compared with what. Small networks and pictures from a formula: minutes on two cores, for
 * the direction of an effect, not for a paper's figures. */
#include "experiments.h"

#include <stddef.h>

#define CIFAR "specs/cifar_resnet.yaml"
#define PLAIN "specs/cifar_plain.yaml"
#define RESNEXT "tests/bench/experiments/resnext.yaml"
#define RES2NET "tests/bench/experiments/res2net.yaml"
#define TEN "classes=10"
#define SIX "classes=6"
#define NORM(GROUP, LABEL, KIND) {GROUP, LABEL, CIFAR, {"depth=8", "norm=" KIND, SIX}}
#define NORMS(GROUP)                                                                               \
    NORM(GROUP, "batch norm", "bn"), NORM(GROUP, "none", "none"), NORM(GROUP, "layer norm", "ln"), \
    NORM(GROUP, "instance norm", "in"), NORM(GROUP, "group norm", "gn")

const Experiment experiments[] = {
    {
        .name = "degradation", .title = "Degradation",
        .question = "Does a plain network get worse with depth, even on the pictures that it is trained with, and a\n"
                    "residual one not? He, Zhang, Ren, Sun: Deep residual learning, 2016 (figure 6).",
        .data = "shapes:1,count=3000", .epochs = 6, .rate = 0.02, .group = {{"", 32}},
        .run = {{0, "plain-20", PLAIN, {"depth=20", TEN}},
                {0, "plain-56", PLAIN, {"depth=56", TEN}},
                {0, "ResNet-20", CIFAR, {"depth=20", TEN}},
                {0, "ResNet-56", CIFAR, {"depth=56", TEN}}},
    }, {
        .name = "shortcuts", .title = "Kinds of shortcuts",
        .question = "Does it matter how a shortcut changes shape? None; A: every second pixel and channels of zeros;\n"
                    "B: projections where the shape changes; C: projections everywhere. He and others, 2016 (table 3).",
        .data = "shapes:1,count=3000", .epochs = 6, .rate = 0.02, .group = {{"", 32}},
        .run = {{0, "none", CIFAR, {"shortcut=none", TEN}},
                {0, "A", CIFAR, {"shortcut=A", TEN}},
                {0, "B", CIFAR, {"shortcut=B", TEN}},
                {0, "C", CIFAR, {"shortcut=C", TEN}}},
    }, {
        .name = "cardinality", .title = "Cardinality, width and depth",
        .question = "At equal work, are more paths better than wider ones, and are more paths better than more width or\n"
                    "depth? Xie, Girshick, Dollar, Tu, He: Aggregated residual transformations, 2017 (tables 3 and 4).",
        .data = "shapes:1,count=3000", .epochs = 4, .rate = 0.02, .equal_work = 0.02,
        .group = {{"Cardinality x width at equal work", 32}, {"Once more, at 1.8 times the work", 32}},
        .run = {{0, "1 x 16", RESNEXT, {"cardinality=1", "width=16", SIX}},
                {0, "2 x 10", RESNEXT, {"cardinality=2", "width=10", SIX}},
                {0, "4 x 6", RESNEXT, {"cardinality=4", "width=6", SIX}},
                {0, "30 x 1", RESNEXT, {"cardinality=30", "width=1", SIX}},
                {1, "2 x 10, twice the blocks", RESNEXT, {"cardinality=2", "width=10", "blocks=4", SIX}},
                {1, "2 x 16, wider", RESNEXT, {"cardinality=2", "width=16", SIX}},
                {1, "60 x 1, more paths", RESNEXT, {"cardinality=60", "width=1", SIX}}},
    }, {
        .name = "norms", .title = "Normalisation and the size of a batch",
        .question = "What does normalisation do, and which kind still works when a batch is small? Wu, He: Group\n"
                    "normalization, 2018 (figures 4 and 5). ResNet-8; the learning rate follows the batch.",
        .data = "shapes:1,count=3000", .epochs = 5, .rate = 0.02,
        .group = {{"Batch 2", 2}, {"Batch 8", 8}, {"Batch 64", 64}},
        .run = {NORMS(0), NORMS(1), NORMS(2)},
    }, {
        .name = "two-classes", .title = "LeNet and ResNet on two classes",
        .question = "What do the years from 1998 to 2016 give where the question is as small as can be?",
        .data = "shapes:1,count=3000", .epochs = 6, .rate = 0.02, .group = {{"", 32}},
        .run = {{0, "LeNet-5", "specs/lenet.yaml", {"classes=2"}}, {0, "ResNet-20", CIFAR, {"classes=2"}}},
    }, {
        .name = "scales", .title = "Scales of Res2Net",
        .question = "Does a block that sees several scales beat one of about equal work that sees one? Gao and others:\n"
                    "Res2Net, 2019 (table 4).",
        .data = "shapes:1,count=3000", .epochs = 6, .rate = 0.02, .equal_work = 0.035, .group = {{"", 32}},
        .run = {{0, "scale 1, width 16", RES2NET, {"scale=1", "width=16", TEN}},
                {0, "scale 2, width 12", RES2NET, {"scale=2", "width=12", TEN}},
                {0, "scale 4, width 6", RES2NET, {"scale=4", "width=6", TEN}}},
    }, {
        .name = NULL
    },
};
