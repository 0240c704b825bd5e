/* processor.h - what this processor calls itself. */
#ifndef NNCC_PROCESSOR_H
#define NNCC_PROCESSOR_H

enum { PROCESSOR_NAME = 80 };           /* bytes, with the terminating one */
void processor_name(char name[PROCESSOR_NAME]);     /* one line, never empty */

#endif
