/* SPDX-License-Identifier: MIT */
/* Kernel basics: powers of two. */
#ifndef DMALAB_LINUX_LOG2_H
#define DMALAB_LINUX_LOG2_H

#include <linux/bitops.h>
#include <linux/types.h>

#ifndef is_power_of_2
#define is_power_of_2(n) ((n) != 0 && (((n) & ((n) - 1)) == 0))
#endif
#ifndef ilog2
#define ilog2(n) (63 - __builtin_clzll(n))
#endif
#ifndef roundup_pow_of_two
#define roundup_pow_of_two(n) (1UL << fls64((u64)(n) - 1))
#endif
#ifndef rounddown_pow_of_two
#define rounddown_pow_of_two(n) (1UL << (fls64(n) - 1))
#endif
#ifndef order_base_2
#define order_base_2(n) ((n) > 1 ? fls64((u64)(n) - 1) : 0)
#endif

#endif
