/* context.h - the context of the running test, for suites that need no more of a beginning and an end:
 * TestSuite(name, .init = open_context, .fini = close_context). */
#ifndef NNCC_TEST_CONTEXT_H
#define NNCC_TEST_CONTEXT_H

#include "../ir/ir.h"

extern Context context;

void open_context(void);
void close_context(void);

#endif
