/* small.h - a program built by hand, without spec or passes, that has one of everything a backend must print: steps that
 * share code, several calls and a grid in one step, a constant pool, calls that take two images at once, calls that
 * follow others and read what those left in the thread's scratch memory, and steps that images go through one by one. */
#ifndef NNCC_TEST_SMALL_H
#define NNCC_TEST_SMALL_H

#include "../backends/backend.h"
#include "../ir/ir.h"

enum { SMALL_FLOATS = 64, SMALL_WEIGHTS = 32, SMALL_BATCH = 5 };

/* Input [1][8][8], output [64]: twice x -> w * x + b with the weights payload[0..7], [8..15] and [16..23], [24..31],
 * lane by lane, then max(x, -0.5). name: of the network and its layers, as hostile as one likes. */
Program *small_program(Context *, const char *name);
void small_expected(const float *payload, const float *input, int batch, float *output);
/* To print it as model.c with a header model.h, for one target or two (second may be NULL). */
EmitOptions small_options(const char *first, const char *second);
/* Weights and inputs in -1..1 that are nothing special. */
void small_fill(float *values, int count, unsigned seed);

#endif
