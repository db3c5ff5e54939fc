/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: BUG() and WARN(). They print their place, and what they say;
 * BUG() then ends the program.
 */
#ifndef DMALAB_LINUX_BUG_H
#define DMALAB_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler_types.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * dmalab_warn() - what WARN_ON() prints with
 * @file: of the place
 * @line: in it
 * @function: there
 * @fmt: as for _printk(), or NULL
 *
 * Context: Any.
 */
__printf(4, 5)
void dmalab_warn(const char *file, int line, const char *function,
		 const char *fmt, ...);

/**
 * dmalab_bug() - what BUG_ON() ends with
 * @file: of the place
 * @line: in it
 * @function: there
 *
 * Prints it, and calls abort().
 *
 * Context: Any.
 */
__attribute__((__noreturn__))
void dmalab_bug(const char *file, int line, const char *function);

/**
 * dmalab_warnings() - how many WARN_ON() and its like there were
 *
 * Context: Any.
 * Return: the number, of the whole program: for a test that expects none.
 */
unsigned long dmalab_warnings(void);

#define DMALAB_WARN(condition, ...) \
	__extension__({ \
		bool warn_now = !!(condition); \
		if (__builtin_expect(warn_now, 0)) \
			dmalab_warn(__FILE__, __LINE__, __func__, \
				    __VA_ARGS__); \
		warn_now; \
	})
#define DMALAB_WARN_ONCE(condition, ...) \
	__extension__({ \
		static bool warn_done; \
		bool warn_is = !!(condition); \
		if (__builtin_expect(warn_is && !warn_done, 0)) { \
			warn_done = true; \
			dmalab_warn(__FILE__, __LINE__, __func__, \
				    __VA_ARGS__); \
		} \
		warn_is; \
	})

#ifndef BUG
#define BUG() dmalab_bug(__FILE__, __LINE__, __func__)
#endif
#ifndef BUG_ON
#define BUG_ON(condition) \
	do { \
		if (__builtin_expect(!!(condition), 0)) \
			BUG(); \
	} while (0)
#endif
#ifndef WARN_ON
#define WARN_ON(condition) DMALAB_WARN(condition, NULL)
#endif
#ifndef WARN
#define WARN(condition, ...) DMALAB_WARN(condition, __VA_ARGS__)
#endif
#ifndef WARN_ON_ONCE
#define WARN_ON_ONCE(condition) DMALAB_WARN_ONCE(condition, NULL)
#endif
#ifndef WARN_ONCE
#define WARN_ONCE(condition, ...) DMALAB_WARN_ONCE(condition, __VA_ARGS__)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
