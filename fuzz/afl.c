// SPDX-License-Identifier: MIT
/*
 * AFL++'s main: one process runs many inputs (persistent mode), which come
 * through shared memory and not through files. Built by afl-clang-fast only,
 * which defines the macros.
 */
#include "target.h"

#include <unistd.h>

__AFL_FUZZ_INIT();

/* Often enough to be fast; now and then a fresh process, lest a leak fill memory. */
#define INPUTS_PER_PROCESS 10000

int main(void)
{
	const unsigned char *data;

	__AFL_INIT();
	data = __AFL_FUZZ_TESTCASE_BUF;
	while (__AFL_LOOP(INPUTS_PER_PROCESS))
		LLVMFuzzerTestOneInput(data, __AFL_FUZZ_TESTCASE_LEN);
	return 0;
}
