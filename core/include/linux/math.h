/* SPDX-License-Identifier: MIT */
/* Kernel basics: whole numbers, rounded. */
#ifndef DMALAB_LINUX_MATH_H
#define DMALAB_LINUX_MATH_H

#include <stdlib.h>

#ifndef DIV_ROUND_UP
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#endif
#ifndef DIV_ROUND_UP_ULL
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((unsigned long long)(n), d)
#endif
#ifndef DIV_ROUND_DOWN_ULL
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#endif
#ifndef DIV_ROUND_CLOSEST
#define DIV_ROUND_CLOSEST(x, divisor) \
	__extension__({ \
		__typeof__(x) div_x = (x); \
		__typeof__(divisor) div_d = (divisor); \
		(div_x > 0) == (div_d > 0) ? (div_x + div_d / 2) / div_d : \
					     (div_x - div_d / 2) / div_d; \
	})
#endif
/* To a multiple of any number. */
#ifndef roundup
#define roundup(x, y) \
	__extension__({ \
		__typeof__(y) round_y = (y); \
		(((x) + (round_y - 1)) / round_y) * round_y; \
	})
#endif
#ifndef rounddown
#define rounddown(x, y) \
	__extension__({ \
		__typeof__(x) round_x = (x); \
		round_x - round_x % (y); \
	})
#endif
/* To a multiple of a power of two. */
#define DMALAB_ROUND_MASK(x, y) ((__typeof__(x))((y) - 1))
#ifndef round_up
#define round_up(x, y)   ((((x) - 1) | DMALAB_ROUND_MASK(x, y)) + 1)
#endif
#ifndef round_down
#define round_down(x, y) ((x) & ~DMALAB_ROUND_MASK(x, y))
#endif
#ifndef mult_frac
#define mult_frac(x, n, d) \
	__extension__({ \
		__typeof__(x) frac_x = (x); \
		__typeof__(n) frac_n = (n); \
		__typeof__(d) frac_d = (d); \
		frac_x / frac_d * frac_n + frac_x % frac_d * frac_n / frac_d; \
	})
#endif

#endif
