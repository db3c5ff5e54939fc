/* SPDX-License-Identifier: MIT */
/*
 * Atomic accesses under -fsanitize=thread: the compiler leaves them to the runtime. Each is told
 * as the load and the store that it is, and then made, with the strongest order: whatever order
 * was asked for, it is one of its outcomes.
 */
#include "runtime/runtime.h"

#include <stdatomic.h>

typedef unsigned __int128 u128 __attribute__((may_alias));
typedef uint8_t __attribute__((may_alias)) t8;
typedef uint16_t __attribute__((may_alias)) t16;
typedef uint32_t __attribute__((may_alias)) t32;
typedef uint64_t __attribute__((may_alias)) t64;
typedef u128 t128;

static inlined void on_both(volatile void *p, size_t len, const void *pc)
{
	on_load(p, len, pc);
	on_store(p, len, pc);
}

/* The value is there. */
static inlined void on_made(volatile void *p)
{
	if (!is_outside(p))
		on_stored();
}

#define DEFINE_FETCH(n, name) \
	ENTRY t##n __tsan_atomic##n##_##name(volatile t##n *p, t##n value, int order); \
	t##n __tsan_atomic##n##_##name(volatile t##n *p, t##n value, int order) \
	{ \
		t##n old; \
		(void)order; \
		on_both(p, sizeof(*p), CALLER); \
		old = DO_##name(n, p, value); \
		on_made(p); \
		return old; \
	}

#define DEFINE_CAS(n, name) \
	ENTRY int __tsan_atomic##n##_##name(volatile t##n *p, t##n *expected, t##n value, \
					    int order, int failed); \
	int __tsan_atomic##n##_##name(volatile t##n *p, t##n *expected, t##n value, int order, \
				      int failed) \
	{ \
		const void *pc = CALLER; \
		t##n old = *expected, is; \
		(void)order; \
		(void)failed; \
		on_load(expected, sizeof(*expected), pc); \
		is = cas_##n(p, old, value, pc); \
		if (is == old) \
			return 1; \
		on_store(expected, sizeof(*expected), pc); \
		*expected = is; \
		return 0; \
	}

#define DEFINE_ATOMIC(n) \
	ENTRY t##n __tsan_atomic##n##_load(const volatile t##n *p, int order); \
	t##n __tsan_atomic##n##_load(const volatile t##n *p, int order) \
	{ \
		(void)order; \
		on_load(p, sizeof(*p), CALLER); \
		return LOAD(n, p); \
	} \
	ENTRY void __tsan_atomic##n##_store(volatile t##n *p, t##n value, int order); \
	void __tsan_atomic##n##_store(volatile t##n *p, t##n value, int order) \
	{ \
		(void)order; \
		on_store(p, sizeof(*p), CALLER); \
		(void)DO_exchange(n, p, value); \
		on_made(p); \
	} \
	DEFINE_FETCH(n, exchange) \
	DEFINE_FETCH(n, fetch_add) \
	DEFINE_FETCH(n, fetch_sub) \
	DEFINE_FETCH(n, fetch_and) \
	DEFINE_FETCH(n, fetch_or) \
	DEFINE_FETCH(n, fetch_xor) \
	DEFINE_FETCH(n, fetch_nand) \
	/* One that fails stores nothing; whether it does, only making it tells. */ \
	static inlined t##n cas_##n(volatile t##n *p, t##n expected, t##n value, const void *pc) \
	{ \
		t##n is; \
		on_load(p, sizeof(*p), pc); \
		is = LOAD(n, p); \
		if (is != expected) \
			return is; \
		on_store(p, sizeof(*p), pc); \
		is = CAS(n, p, expected, value); \
		on_made(p); \
		return is; \
	} \
	DEFINE_CAS(n, compare_exchange_strong) \
	DEFINE_CAS(n, compare_exchange_weak) \
	ENTRY t##n __tsan_atomic##n##_compare_exchange_val(volatile t##n *p, t##n expected, \
							   t##n value, int order, int failed); \
	t##n __tsan_atomic##n##_compare_exchange_val(volatile t##n *p, t##n expected, t##n value, \
						     int order, int failed) \
	{ \
		(void)order; \
		(void)failed; \
		return cas_##n(p, expected, value, CALLER); \
	}

#define LOAD(n, p)               __atomic_load_n(p, __ATOMIC_SEQ_CST)
#define CAS(n, p, old, value)    __sync_val_compare_and_swap(p, old, value)
#define DO_exchange(n, p, v)     __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_add(n, p, v)    __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_sub(n, p, v)    __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_and(n, p, v)    __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_or(n, p, v)     __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_xor(n, p, v)    __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST)
#define DO_fetch_nand(n, p, v)   __atomic_fetch_nand(p, v, __ATOMIC_SEQ_CST)

DEFINE_ATOMIC(8)
DEFINE_ATOMIC(16)
DEFINE_ATOMIC(32)
DEFINE_ATOMIC(64)

/*
 * Sixteen bytes at once need an instruction that not every CPU has, or libatomic, whose
 * locks the program's own inline instructions would not take: a lock of ours, which all of them
 * take, since all are made here.
 */
static char lock128;

static void lock(void)
{
	while (__atomic_test_and_set(&lock128, __ATOMIC_ACQUIRE))
		;
}

static void unlock(void)
{
	__atomic_clear(&lock128, __ATOMIC_RELEASE);
}

#define DEFINE_128(name, expression) \
	static t128 name##_128(volatile t128 *p, t128 v) \
	{ \
		t128 old; \
		lock(); \
		old = *p; \
		*p = (expression); \
		unlock(); \
		return old; \
	}

static t128 load_128(const volatile t128 *p)
{
	t128 value;

	lock();
	value = *p;
	unlock();
	return value;
}

static t128 compare_128(volatile t128 *p, t128 expected, t128 value)
{
	t128 old;

	lock();
	old = *p;
	if (old == expected)
		*p = value;
	unlock();
	return old;
}

DEFINE_128(exchange, v)
DEFINE_128(fetch_add, old + v)
DEFINE_128(fetch_sub, old - v)
DEFINE_128(fetch_and, old & v)
DEFINE_128(fetch_or, old | v)
DEFINE_128(fetch_xor, old ^ v)
DEFINE_128(fetch_nand, ~(old & v))

#undef LOAD
#undef CAS
#undef DO_exchange
#undef DO_fetch_add
#undef DO_fetch_sub
#undef DO_fetch_and
#undef DO_fetch_or
#undef DO_fetch_xor
#undef DO_fetch_nand
#define LOAD(n, p)             load_128(p)
#define CAS(n, p, old, value)  compare_128(p, old, value)
#define DO_exchange(n, p, v)   exchange_128(p, v)
#define DO_fetch_add(n, p, v)  fetch_add_128(p, v)
#define DO_fetch_sub(n, p, v)  fetch_sub_128(p, v)
#define DO_fetch_and(n, p, v)  fetch_and_128(p, v)
#define DO_fetch_or(n, p, v)   fetch_or_128(p, v)
#define DO_fetch_xor(n, p, v)  fetch_xor_128(p, v)
#define DO_fetch_nand(n, p, v) fetch_nand_128(p, v)

DEFINE_ATOMIC(128)

ENTRY void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
	(void)order;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

ENTRY void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
	(void)order;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
