/* SPDX-License-Identifier: MIT */
/* Kernel basics: counters that threads share. */
#ifndef DMALAB_LINUX_ATOMIC_H
#define DMALAB_LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <linux/types.h>

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef atomic64_t atomic_long_t;

#define ATOMIC_INIT(i)   { (i) }
#define ATOMIC64_INIT(i) { (i) }

/* Those with a result are ordered against all else; the others are not. */
#define DMALAB_ATOMIC(name, type, base) \
	static inline base name##_read(const type *v) \
	{ \
		return __atomic_load_n(&v->counter, __ATOMIC_RELAXED); \
	} \
	static inline base name##_read_acquire(const type *v) \
	{ \
		return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE); \
	} \
	static inline void name##_set(type *v, base i) \
	{ \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED); \
	} \
	static inline void name##_set_release(type *v, base i) \
	{ \
		__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE); \
	} \
	static inline void name##_add(base i, type *v) \
	{ \
		__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED); \
	} \
	static inline void name##_sub(base i, type *v) \
	{ \
		__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED); \
	} \
	static inline void name##_inc(type *v) \
	{ \
		name##_add(1, v); \
	} \
	static inline void name##_dec(type *v) \
	{ \
		name##_sub(1, v); \
	} \
	static inline void name##_or(base i, type *v) \
	{ \
		__atomic_fetch_or(&v->counter, i, __ATOMIC_RELAXED); \
	} \
	static inline void name##_and(base i, type *v) \
	{ \
		__atomic_fetch_and(&v->counter, i, __ATOMIC_RELAXED); \
	} \
	static inline base name##_add_return(base i, type *v) \
	{ \
		return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST); \
	} \
	static inline base name##_sub_return(base i, type *v) \
	{ \
		return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST); \
	} \
	static inline base name##_fetch_add(base i, type *v) \
	{ \
		return __atomic_fetch_add(&v->counter, i, __ATOMIC_SEQ_CST); \
	} \
	static inline base name##_fetch_sub(base i, type *v) \
	{ \
		return __atomic_fetch_sub(&v->counter, i, __ATOMIC_SEQ_CST); \
	} \
	static inline base name##_inc_return(type *v) \
	{ \
		return name##_add_return(1, v); \
	} \
	static inline base name##_dec_return(type *v) \
	{ \
		return name##_sub_return(1, v); \
	} \
	static inline bool name##_inc_and_test(type *v) \
	{ \
		return name##_add_return(1, v) == 0; \
	} \
	static inline bool name##_dec_and_test(type *v) \
	{ \
		return name##_sub_return(1, v) == 0; \
	} \
	static inline bool name##_sub_and_test(base i, type *v) \
	{ \
		return name##_sub_return(i, v) == 0; \
	} \
	static inline base name##_xchg(type *v, base i) \
	{ \
		return __atomic_exchange_n(&v->counter, i, __ATOMIC_SEQ_CST); \
	} \
	static inline base name##_cmpxchg(type *v, base was, base i) \
	{ \
		__atomic_compare_exchange_n(&v->counter, &was, i, false, \
					    __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST); \
		return was; \
	} \
	static inline bool name##_add_unless(type *v, base i, base u) \
	{ \
		base was = name##_read(v); \
		do { \
			if (was == u) \
				return false; \
		} while (!__atomic_compare_exchange_n( \
			&v->counter, &was, was + i, false, \
			__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)); \
		return true; \
	} \
	static inline bool name##_inc_not_zero(type *v) \
	{ \
		return name##_add_unless(v, 1, 0); \
	}

DMALAB_ATOMIC(atomic, atomic_t, int)
DMALAB_ATOMIC(atomic64, atomic64_t, s64)
DMALAB_ATOMIC(atomic_long, atomic_long_t, s64)
#undef DMALAB_ATOMIC

#ifndef xchg
#define xchg(ptr, v) __atomic_exchange_n(ptr, v, __ATOMIC_SEQ_CST)
#endif
#ifndef cmpxchg
#define cmpxchg(ptr, old, v) \
	__extension__({ \
		__typeof__(*(ptr)) cmpxchg_was = (old); \
		__atomic_compare_exchange_n(ptr, &cmpxchg_was, v, false, \
					    __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST); \
		cmpxchg_was; \
	})
#endif

#endif
