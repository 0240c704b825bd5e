/* checkpoints.h - what a run that was killed may leave behind. */
#ifndef NNCC_TEST_CHECKPOINTS_H
#define NNCC_TEST_CHECKPOINTS_H

#include <stdbool.h>

/* Does every checkpoint in the directory of a run load? Also where there is none, or no directory. Fails the test where somebody
 * else writes there. */
bool directory_is_sound(const char *run);

#endif
