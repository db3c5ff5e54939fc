/* SPDX-License-Identifier: MIT */
/*
 * The calls that Clang emits for -fsanitize-coverage=trace-loads,trace-stores. There is no end of
 * a function among them: a store is pending until the next, or until the library is called.
 */
#include "runtime/runtime.h"

#define DEFINE(name, on, of, len) \
	ENTRY void name(of *p); \
	void name(of *p) \
	{ \
		on(p, len, CALLER); \
	}

#define DEFINE_SIZE(n) \
	DEFINE(__sanitizer_cov_load##n, on_load, const void, n) \
	DEFINE(__sanitizer_cov_store##n, on_store, void, n)

DEFINE_SIZE(1)
DEFINE_SIZE(2)
DEFINE_SIZE(4)
DEFINE_SIZE(8)
DEFINE_SIZE(16)
