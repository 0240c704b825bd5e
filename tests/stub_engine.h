/* stub_engine.h - an engine of the tests' own: small, plain, and independent of the compiler. */
#ifndef TESTS_STUB_ENGINE_H
#define TESTS_STUB_ENGINE_H

#include "../runtime/train_engine.h"

/* On [3][side][side] pictures: a linear classifier (convolutions 0), or so many 3x3 convolutions of stride 2 with
 * rectifiers, the mean over all places, and a linear layer. Cross-entropy, SGD with momentum 0.9. Aborts when memory runs
 * out. */
TrainEngine *stub_engine(int batch, int classes, int side, int convolutions, uint64_t seed);

#endif
