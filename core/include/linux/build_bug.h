/* SPDX-License-Identifier: MIT */
/* Kernel basics: conditions that the compiler must find false. */
#ifndef DMALAB_LINUX_BUILD_BUG_H
#define DMALAB_LINUX_BUILD_BUG_H

#ifndef BUILD_BUG_ON
#define BUILD_BUG_ON(condition) \
	((void)sizeof(char[1 - 2 * !!(condition)]))
#endif
#ifndef BUILD_BUG_ON_MSG
#define BUILD_BUG_ON_MSG(condition, msg) BUILD_BUG_ON(condition)
#endif
#ifndef BUILD_BUG_ON_ZERO
#define BUILD_BUG_ON_ZERO(e) ((int)(sizeof(char[1 - 2 * !!(e)]) - 1))
#endif
#ifndef BUILD_BUG_ON_NOT_POWER_OF_2
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) \
	BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))
#endif
#ifndef __cplusplus
#ifndef static_assert
#define static_assert(expr, ...) _Static_assert(expr, "" #expr)
#endif
#endif

#endif
