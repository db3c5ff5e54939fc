/* SPDX-License-Identifier: MIT */
/*
 * The runtime stands in for the sanitizer's own. With both in the program, the names of one
 * are the other's, and which, the order of the link decides: so that is refused.
 */
#include "runtime/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of ThreadSanitizer's runtime, and not of this one. */
extern void __tsan_flush_memory(void) __attribute__((weak));

__attribute__((constructor))
static void check_link(void)
{
	static const char text[] =
		"dmalab: the program is linked with ThreadSanitizer's runtime and with dmalab-rt: it "
		"can have one\n"
		"  link without -fsanitize=thread, which is for compiling:\n"
		"    cc -c $(pkg-config --cflags dmalab-rt) driver.c\n"
		"    cc driver.o test.o $(pkg-config --libs dmalab-rt)\n";

	if (!__tsan_flush_memory)
		return;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(2);
}

/* The last store of the thread that ends the process. */
__attribute__((destructor))
static void settle_last(void)
{
	on_stored();
}
