/* SPDX-License-Identifier: MIT */
/*
 * Kernel basics: what is in <linux/kernel.h> and those that it includes. It
 * stands before the system's own, which system headers include, and adds to
 * it.
 */
#ifndef DMALAB_LINUX_KERNEL_H
#define DMALAB_LINUX_KERNEL_H

#pragma GCC system_header /* for #include_next, which is an extension */
/* Those of tools/include and tools/virtio are no system. */
#define __TOOLS_LINUX_KERNEL_H
#define KERNEL_H
#include_next <linux/kernel.h>
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/compiler_types.h>
#include <linux/container_of.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * might_sleep() - this function may sleep, even if today it does not
 *
 * Reported, on the current machine, when this thread must not: in an
 * interrupt, under a spin lock, with interrupts, bottom halves or preemption
 * disabled.
 *
 * Context: May sleep.
 * Checks: "sleep-in-atomic".
 */
void might_sleep(void);

/**
 * kstrtoull() - a number from text
 * @s: all of it, but for a newline at its end
 * @base: 2 to 36; 0: by its prefix
 * @res: receives it; untouched on failure
 *
 * Context: Any.
 * Return: 0, -EINVAL or -ERANGE.
 */
int kstrtoull(const char *s, unsigned int base, unsigned long long *res);

/**
 * kstrtoll() - a number from text, perhaps negative
 * @s: as there
 * @base: as there
 * @res: as there
 *
 * Context: Any.
 * Return: as there.
 */
int kstrtoll(const char *s, unsigned int base, long long *res);

/**
 * dmalab_kstrto() - what kstrtou32() and its like are
 * @s: as there
 * @base: as there
 * @max: the highest that fits
 * @res: as there
 * @size: bytes at @res
 *
 * Context: Any.
 * Return: as there.
 */
int dmalab_kstrto(const char *s, unsigned int base, unsigned long long max,
		  void *res, size_t size);

/**
 * dmalab_kstrto_signed() - what kstrtoint() and its like are
 * @s: as there
 * @base: as there
 * @max: the highest that fits
 * @res: as there
 * @size: bytes at @res
 *
 * Context: Any.
 * Return: as there.
 */
int dmalab_kstrto_signed(const char *s, unsigned int base, long long max,
			 void *res, size_t size);

#ifndef might_sleep_if
#define might_sleep_if(condition) \
	do { \
		if (condition) \
			might_sleep(); \
	} while (0)
#endif

#ifndef kstrtouint
#define kstrtoul(s, base, res) \
	dmalab_kstrto(s, base, ~0UL, res, sizeof(*(res)))
#define kstrtouint(s, base, res) \
	dmalab_kstrto(s, base, ~0U, res, sizeof(*(res)))
#define kstrtou64(s, base, res) \
	dmalab_kstrto(s, base, ~0ULL, res, sizeof(*(res)))
#define kstrtou32(s, base, res) \
	dmalab_kstrto(s, base, ~0U, res, sizeof(*(res)))
#define kstrtou16(s, base, res) \
	dmalab_kstrto(s, base, 0xffff, res, sizeof(*(res)))
#define kstrtou8(s, base, res) \
	dmalab_kstrto(s, base, 0xff, res, sizeof(*(res)))
#define kstrtol(s, base, res) \
	dmalab_kstrto_signed(s, base, ~0UL >> 1, res, sizeof(*(res)))
#define kstrtoint(s, base, res) \
	dmalab_kstrto_signed(s, base, ~0U >> 1, res, sizeof(*(res)))
#endif

#ifndef upper_32_bits
#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n) & 0xffff))
#endif
#ifndef REPEAT_BYTE
#define REPEAT_BYTE(x) ((~0UL / 0xff) * (x))
#endif
#ifndef PTR_IF
#define PTR_IF(condition, ptr) ((condition) ? (ptr) : NULL)
#endif

/* snprintf() that returns how much it wrote; also with the kernel's "%p". */
static inline int vscnprintf(char *buf, size_t size, const char *fmt,
			     va_list args)
{
	return dmalab_vscnprintf(buf, size, fmt, args);
}

__attribute__((__format__(__printf__, 3, 4)))
static inline int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = dmalab_vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
