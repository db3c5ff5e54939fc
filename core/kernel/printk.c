/* SPDX-License-Identifier: MIT */
/*
 * printk(): to standard error, without its level. What the kernel adds to "%p" is done here for
 * what drivers print: addresses by reference, MAC and IP addresses, dumps, errors.
 */
#ifdef HAVE_CONFIG_H
#include <config.h>
#endif
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np() */
#endif

#include "base/compiler.h"

#include <ctype.h>
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/printk.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct out {
	char *text;
	size_t len, size;
};

__attribute__((format(printf, 2, 3)))
static void put(struct out *o, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (o->len < o->size)
		o->len += vsnprintf(o->text + o->len, o->size - o->len, fmt, args);
	va_end(args);
}

static void put_bytes(struct out *o, const u8 *p, int n, const char *between, const char *fmt)
{
	for (int i = 0; i < n; i++) {
		if (i)
			put(o, "%s", between);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		put(o, fmt, p[i]);
#pragma GCC diagnostic pop
	}
}

static void put_error(struct out *o, const void *p)
{
	const char *name = IS_ERR(p) ? strerrorname_np(-PTR_ERR(p)) : NULL;

	if (name)
		put(o, "-%s", name);
	else if (IS_ERR(p))
		put(o, "%ld", PTR_ERR(p));
	else
		put(o, "%p", p);
}

/* Behind "%p" or "%*p" of width @n: returns how many letters are part of it. */
static int put_pointer(struct out *o, const char *more, const void *p, int n)
{
	const char *between = more[0] == 'h' && more[1] == 'C' ? ":" :
			      more[0] == 'h' && more[1] == 'D' ? "-" :
			      more[0] == 'h' && more[1] == 'N' ? "" : " ";

	if (more[0] == 'M') {
		put_bytes(o, p, 6, more[1] == 'F' ? "-" : ":", "%02x");
		return more[1] == 'F' ? 2 : 1;
	}
	if (more[0] == 'm') {
		put_bytes(o, p, 6, "", "%02x");
		return 1;
	}
	if (more[0] == 'a') {
		put(o, "0x%016llx", (unsigned long long)*(const u64 *)p);
		return more[1] == 'p' || more[1] == 'd' ? 2 : 1;
	}
	if (more[0] == 'h') {
		put_bytes(o, p, n < 64 ? n : 64, between, "%02x");
		return *between == ' ' ? 1 : 2;
	}
	if ((more[0] == 'I' || more[0] == 'i') && more[1] == '4') {
		put_bytes(o, p, 4, ".", "%u");
		return 2;
	}
	if (more[0] == 'e') {
		put_error(o, p);
		return 1;
	}
	if (more[0] == 'V') {
		const struct va_format *vaf = p;
		va_list args;

		va_copy(args, *vaf->va);
		if (o->len < o->size)
			o->len += dmalab_vscnprintf(o->text + o->len, o->size - o->len, vaf->fmt, args);
		va_end(args);
		return 1;
	}
	put(o, "%p", p);
	return strchr("sSfFBKxuO", more[0]) && more[0] ? 1 : 0;
}

/* The lengths that change what is fetched: of an int, a long, a long long. */
enum length { INT, LONG, LONG_LONG, SIZE };

static enum length length_of(const char *spec, size_t len)
{
	enum length length = INT;

	for (size_t i = 0; i < len; i++) {
		if (spec[i] == 'l')
			length = length == LONG ? LONG_LONG : LONG;
		else if (spec[i] == 'L' || spec[i] == 'q')
			length = LONG_LONG;
		else if (spec[i] == 'z' || spec[i] == 't' || spec[i] == 'j')
			length = SIZE;
	}
	return length;
}

/* One conversion, which ends with @spec's last letter; its widths have been put in. */
static void put_one(struct out *o, const char *spec, size_t len, va_list *args)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	char letter = spec[len - 1];

	if (letter == '%')
		put(o, "%%");
	else if (letter == 's')
		put(o, spec, va_arg(*args, const char *));
	else if (letter == 'c')
		put(o, spec, va_arg(*args, int));
	else
		switch (length_of(spec, len)) {
		case INT:
			put(o, spec, va_arg(*args, int));
			break;
		case LONG:
			put(o, spec, va_arg(*args, long));
			break;
		case LONG_LONG:
			put(o, spec, va_arg(*args, long long));
			break;
		case SIZE:
			put(o, spec, va_arg(*args, size_t));
			break;
		}
#pragma GCC diagnostic pop
}

/* "%-08.*llx": to its letter, with the numbers instead of stars. Returns behind it. */
static const char *read_spec(const char *fmt, char *spec, size_t size, int *width, va_list *args)
{
	size_t len = 0;

	*width = 0;
	do {
		if (*fmt == '*') {
			*width = va_arg(*args, int);
			len += snprintf(spec + len, size - len, "%d", *width);
		} else if (len + 1 < size) {
			spec[len++] = *fmt;
		}
		if (len >= size)
			len = size - 1;
	} while (*fmt++ && (isdigit((unsigned char)*fmt) || (*fmt && strchr("*-+ #.hlLqzjt", *fmt))));
	if (*fmt && len + 1 < size)
		spec[len++] = *fmt;
	spec[len] = 0;
	return *fmt ? fmt + 1 : fmt;
}

int dmalab_vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { .text = buf, .size = size };
	va_list rest;

	if (!size)
		return 0;
	buf[0] = 0;
	va_copy(rest, args);
	while (*fmt && o.len + 1 < size) {
		size_t plain = strcspn(fmt, "%");
		char spec[48];
		int width;

		if (plain) {
			put(&o, "%.*s", (int)plain, fmt);
			fmt += plain;
			continue;
		}
		fmt = read_spec(fmt, spec, sizeof(spec), &width, &rest);
		if (spec[strlen(spec) - 1] == 'p')
			fmt += put_pointer(&o, fmt, va_arg(rest, const void *), width);
		else
			put_one(&o, spec, strlen(spec), &rest);
	}
	va_end(rest);
	return o.len < size ? o.len : size - 1;
}

/* ------------------------------------------------------------------ the log */

static const char *without_level(const char *text)
{
	return text[0] == KERN_SOH[0] && text[1] ? text + 2 : text;
}

static void print(const char *before, const char *fmt, va_list args)
{
	char buf[1024];
	const char *text;
	int len;

	dmalab_vscnprintf(buf, sizeof(buf), fmt, args);
	text = without_level(buf);
	len = strlen(text);
	if (len && text[len - 1] == '\n')
		len--;
	fprintf(stderr, "%s%.*s\n", before, len, text);
}

int _printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print("", fmt, args);
	va_end(args);
	return 0;
}

static void print_of_device(const struct device *dev, const char *fmt, va_list args)
{
	char before[160];

	snprintf(before, sizeof(before), "%.63s%s%.63s: ", dev && dev->driver && dev->driver->name ?
		 dev->driver->name : "", dev && dev->driver && dev->driver->name ? " " : "",
		 dev ? dev_name(dev) : "(NULL device *)");
	print(before, fmt, args);
}

void _dev_printk(const struct device *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_of_device(dev, fmt, args);
	va_end(args);
}

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	dmalab_vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	_dev_printk(dev, "error %pe: %s", ERR_PTR(err), text);
	return err;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *buf, size_t len, bool ascii)
{
	const u8 *p = buf;

	(void)groupsize;
	(void)ascii;
	if (rowsize != 32)
		rowsize = 16;
	for (size_t i = 0; i < len; i += rowsize) {
		int n = len - i < (size_t)rowsize ? (int)(len - i) : rowsize;

		if (prefix_type == DUMP_PREFIX_OFFSET)
			_printk("%s%s%.8zx: %*ph\n", level, prefix, i, n, p + i);
		else if (prefix_type == DUMP_PREFIX_ADDRESS)
			_printk("%s%s%p: %*ph\n", level, prefix, (const void *)(p + i), n, p + i);
		else
			_printk("%s%s%*ph\n", level, prefix, n, p + i);
	}
}

/* ------------------------------------------------------------- bugs, warnings */

static unsigned long warnings;

unsigned long dmalab_warnings(void)
{
	return __atomic_load_n(&warnings, __ATOMIC_RELAXED);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void dmalab_warn(const char *file, int line, const char *function, const char *fmt, ...)
{
	va_list args;

	__atomic_add_fetch(&warnings, 1, __ATOMIC_RELAXED);
	_printk("WARNING: %s:%d %s()\n", base_name(file), line, function);
	if (!fmt)
		return;
	va_start(args, fmt);
	print("", fmt, args);
	va_end(args);
}

void dmalab_bug(const char *file, int line, const char *function)
{
	_printk("kernel BUG at %s:%d %s()\n", base_name(file), line, function);
	abort();
}
