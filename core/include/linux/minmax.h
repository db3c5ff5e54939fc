/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: the smaller and the larger. Not in C++, which has its own.
 */
#ifndef DMALAB_LINUX_MINMAX_H
#define DMALAB_LINUX_MINMAX_H

#ifndef __cplusplus

/* Each argument is evaluated once. */
#define DMALAB_PICK(type_a, a, type_b, b, op) \
	__extension__({ \
		type_a pick_a = (a); \
		type_b pick_b = (b); \
		pick_a op pick_b ? pick_a : pick_b; \
	})

#ifndef min
#define min(a, b) DMALAB_PICK(__typeof__(a), a, __typeof__(b), b, <)
#endif
#ifndef max
#define max(a, b) DMALAB_PICK(__typeof__(a), a, __typeof__(b), b, >)
#endif
#ifndef min_t
#define min_t(type, a, b) DMALAB_PICK(type, a, type, b, <)
#endif
#ifndef max_t
#define max_t(type, a, b) DMALAB_PICK(type, a, type, b, >)
#endif
#ifndef umin
#define umin(a, b) min_t(unsigned long long, a, b)
#define umax(a, b) max_t(unsigned long long, a, b)
#endif
#ifndef min3
#define min3(a, b, c) \
	__extension__({ \
		__typeof__(a) pick_ab = DMALAB_PICK(__typeof__(a), a, \
						    __typeof__(b), b, <); \
		__typeof__(c) pick_c = (c); \
		pick_ab < pick_c ? pick_ab : pick_c; \
	})
#define max3(a, b, c) \
	__extension__({ \
		__typeof__(a) pick_ab = DMALAB_PICK(__typeof__(a), a, \
						    __typeof__(b), b, >); \
		__typeof__(c) pick_c = (c); \
		pick_ab > pick_c ? pick_ab : pick_c; \
	})
#endif
#ifndef min_not_zero
#define min_not_zero(a, b) \
	__extension__({ \
		__typeof__(a) not_a = (a); \
		__typeof__(b) not_b = (b); \
		!not_a ? not_b : !not_b ? not_a : \
			 not_a < not_b ? not_a : not_b; \
	})
#endif
#ifndef clamp_t
#define clamp_t(type, val, lo, hi) \
	__extension__({ \
		type clamp_val = (val), clamp_lo = (lo), clamp_hi = (hi); \
		clamp_val < clamp_lo ? clamp_lo : \
		clamp_val > clamp_hi ? clamp_hi : clamp_val; \
	})
#endif
#ifndef clamp
#define clamp(val, lo, hi) clamp_t(__typeof__(val), val, lo, hi)
#endif
#ifndef clamp_val
#define clamp_val(val, lo, hi) clamp_t(__typeof__(val), val, lo, hi)
#endif
#ifndef swap
#define swap(a, b) \
	do { \
		__typeof__(a) swap_a = (a); \
		(a) = (b); \
		(b) = swap_a; \
	} while (0)
#endif

#endif

#endif
