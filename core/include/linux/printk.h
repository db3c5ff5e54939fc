/* SPDX-License-Identifier: MIT */
/* Kernel basics: printk(), to standard error. */
#ifndef DMALAB_LINUX_PRINTK_H
#define DMALAB_LINUX_PRINTK_H

#include <linux/compiler_types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
#define KERN_CONT    ""

/* For "%pV". */
struct va_format {
	const char *fmt;
	va_list *va;
};

/**
 * _printk() - print to standard error, a line for each call
 * @fmt: as printf(), with what drivers use of the kernel's "%p": %pa,
 *	%pad, %pap, %pM, %pm, %pI4, %pe, %pV and %*ph. A level in front of it
 *	is left out
 *
 * Context: Any.
 * Return: 0.
 */
__printf(1, 2) int _printk(const char *fmt, ...);

/**
 * dmalab_vscnprintf() - vscnprintf() of the kernel
 * @buf: receives the text, terminated
 * @size: bytes at @buf
 * @fmt: as for _printk()
 * @args: what it formats
 *
 * Context: Any.
 * Return: bytes written, without the 0 behind them.
 */
int dmalab_vscnprintf(char *buf, size_t size, const char *fmt, va_list args);

#ifndef printk
#define printk(...) _printk(__VA_ARGS__)
#endif
#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#ifndef pr_emerg
#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#endif
#ifndef pr_err
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#endif
#ifndef pr_warn
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning(...)     pr_warn(__VA_ARGS__)
#endif
#ifndef pr_notice
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#endif
#ifndef pr_info
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#endif
#ifndef pr_cont
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)
#endif

/* Compiled, and not called. */
#ifndef no_printk
#define no_printk(fmt, ...) \
	do { \
		if (0) \
			printk(fmt, ##__VA_ARGS__); \
	} while (0)
#endif
/* Printed where DEBUG is defined in front of the includes. */
#ifndef pr_debug
#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif
#define pr_devel(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#endif

/* Once for each place; and as often as the others: nothing floods a test. */
#define DMALAB_DO_ONCE(statement) \
	do { \
		static bool once_done; \
		if (!__atomic_exchange_n(&once_done, true, __ATOMIC_RELAXED)) \
			statement; \
	} while (0)
#ifndef printk_once
#define printk_once(...) DMALAB_DO_ONCE(printk(__VA_ARGS__))
#define pr_err_once(...)  DMALAB_DO_ONCE(pr_err(__VA_ARGS__))
#define pr_warn_once(...) DMALAB_DO_ONCE(pr_warn(__VA_ARGS__))
#define pr_info_once(...) DMALAB_DO_ONCE(pr_info(__VA_ARGS__))
#define pr_err_ratelimited(...)   pr_err(__VA_ARGS__)
#define pr_warn_ratelimited(...)  pr_warn(__VA_ARGS__)
#define pr_info_ratelimited(...)  pr_info(__VA_ARGS__)
#define pr_debug_ratelimited(...) pr_debug(__VA_ARGS__)
#define printk_ratelimited(...)   printk(__VA_ARGS__)
#define printk_ratelimit() 1
#define net_ratelimit()    1
#endif

enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET
};

/**
 * print_hex_dump() - print bytes
 * @level: KERN_INFO and the like
 * @prefix: of each line
 * @prefix_type: DUMP_PREFIX_OFFSET and the like
 * @rowsize: bytes in a line, 16 or 32
 * @groupsize: not looked at: a byte each
 * @buf: plain memory
 * @len: bytes
 * @ascii: not looked at: hexadecimal
 *
 * Context: Any.
 */
void print_hex_dump(const char *level, const char *prefix, int prefix_type,
		    int rowsize, int groupsize, const void *buf, size_t len,
		    bool ascii);

#ifndef print_hex_dump_bytes
#define print_hex_dump_bytes(prefix, type, buf, len) \
	print_hex_dump(KERN_DEBUG, prefix, type, 16, 1, buf, len, true)
#endif
#ifndef print_hex_dump_debug
#define print_hex_dump_debug(prefix, type, row, group, buf, len, ascii) \
	print_hex_dump(KERN_DEBUG, prefix, type, row, group, buf, len, ascii)
#endif

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
