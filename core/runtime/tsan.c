/* SPDX-License-Identifier: MIT */
/*
 * The calls that GCC and Clang emit for -fsanitize=thread: an access that is about to be made, or
 * a function that begins or ends. The names are the sanitizer's. Atomic accesses are in atomics.c.
 */
#include "runtime/runtime.h"

#define DEFINE(name, on, of, len) \
	ENTRY void name(of *p); \
	void name(of *p) \
	{ \
		on(p, len, CALLER); \
	}

#define DEFINE_SIZE(n) \
	DEFINE(__tsan_read##n, on_load, const void, n) \
	DEFINE(__tsan_write##n, on_store, void, n) \
	DEFINE(__tsan_unaligned_read##n, on_load, const void, n) \
	DEFINE(__tsan_unaligned_write##n, on_store, void, n) \
	DEFINE(__tsan_volatile_read##n, on_load, const void, n) \
	DEFINE(__tsan_volatile_write##n, on_store, void, n) \
	DEFINE(__tsan_unaligned_volatile_read##n, on_load, const void, n) \
	DEFINE(__tsan_unaligned_volatile_write##n, on_store, void, n) \
	DEFINE(__tsan_read_write##n, on_both, void, n) \
	DEFINE(__tsan_unaligned_read_write##n, on_both, void, n)

/* *p += 1; the load first. */
static inlined void on_both(void *p, size_t len, const void *pc)
{
	on_load(p, len, pc);
	on_store(p, len, pc);
}

DEFINE_SIZE(1)
DEFINE_SIZE(2)
DEFINE_SIZE(4)
DEFINE_SIZE(8)
DEFINE_SIZE(16)

ENTRY void __tsan_read_range(const void *p, size_t len);
void __tsan_read_range(const void *p, size_t len)
{
	on_load(p, len, CALLER);
}

ENTRY void __tsan_write_range(void *p, size_t len);
void __tsan_write_range(void *p, size_t len)
{
	on_store(p, len, CALLER);
}

/* Those of C++: a pointer to a table of virtual functions. */
ENTRY void __tsan_vptr_read(void *const *p);
void __tsan_vptr_read(void *const *p)
{
	on_load(p, sizeof(*p), CALLER);
}

ENTRY void __tsan_vptr_update(void **p, void *value);
void __tsan_vptr_update(void **p, void *value)
{
	(void)value;
	on_store(p, sizeof(*p), CALLER);
}

/* ------------------------------------------------------------------------ functions */

/*
 * Where this thread's functions were called. What is deeper is counted and not kept, so that
 * the outermost ones stay right.
 */
#define STACK_MAX 64

static __thread const void *stack[STACK_MAX] __attribute__((tls_model("initial-exec")));

ENTRY void __tsan_func_entry(const void *caller);
void __tsan_func_entry(const void *caller)
{
	struct dmalab_hooks *h = &dmalab_hooks;

	if (likely(h->depth < STACK_MAX))
		stack[h->depth] = caller;
	h->depth++;
	h->stack = stack;
}

/* What the function stored is reported while it is still there. */
ENTRY void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
	on_stored();
	if (likely(dmalab_hooks.depth))
		dmalab_hooks.depth--;
}

ENTRY void __tsan_init(void);
void __tsan_init(void)
{
}
