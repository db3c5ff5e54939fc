// SPDX-License-Identifier: MIT
/*
 * printk() and its kin. The kernel's own conversions (%pM and others) are done here, the
 * rest, one at a time, by the host's snprintf().
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/printk.h>

#include "side.h"

struct out {
	char *buf;
	size_t size, len; /* len: of the whole text, whether there is room or not */
};

static void put(struct out *o, const char *s, size_t len)
{
	for (; len; s++, len--, o->len++)
		if (o->len + 1 < o->size)
			o->buf[o->len] = *s;
}

static void put_string(struct out *o, const char *s)
{
	put(o, s, strlen(s));
}

static void put_number(struct out *o, const char *spec, u64 value)
{
	char text[64];

	kbh_format(text, sizeof(text), spec, value);
	put_string(o, text);
}

static void put_list(struct out *o, const u8 *bytes, int nr, const char *spec, const char *between)
{
	for (int i = 0; i < nr; i++) {
		if (i)
			put_string(o, between);
		put_number(o, spec, bytes[i]);
	}
}

static void put_va(struct out *o, const char *fmt, va_list args);

/* Returns how many letters belong to the conversion. */
static int put_pointer(struct out *o, const char *kind, void *p)
{
	struct va_format *vaf = p;
	va_list args;

	switch (*kind) {
	case 'M':
		put_list(o, p, ETH_ALEN, "%02llx", ":");
		return 1;
	case 'm':
		put_list(o, p, ETH_ALEN, "%02llx", "");
		return 1;
	case 'I':
		put_list(o, p, kind[1] == '4' ? 4 : 16, kind[1] == '4' ? "%llu" : "%02llx",
			 kind[1] == '4' ? "." : "");
		return 2;
	case 'V':
		va_copy(args, *vaf->va);
		put_va(o, vaf->fmt, args);
		va_end(args);
		return 1;
	case 'e':
		put_number(o, "%lld", PTR_ERR(p));
		return 1;
	case 'a':
		put_number(o, "%#llx", *(u64 *)p);
		return 1;
	case 'd':
		put_string(o, "?");
		return 1;
	}
	put_number(o, "%016llx", (u64)p);
	return *kind == 'x' || *kind == 'S' || *kind == 's' || *kind == 'R' || *kind == 'f';
}

static u64 number(int longs, bool is_signed, va_list *args)
{
	if (longs >= 2)
		return va_arg(*args, u64);
	if (longs == 1)
		return is_signed ? va_arg(*args, long) : va_arg(*args, unsigned long);
	return is_signed ? va_arg(*args, int) : va_arg(*args, unsigned int);
}

/* @spec begins as "%-08" and gets its length and letter. */
static void put_integer(struct out *o, char *spec, size_t at, int longs, char letter, va_list *args)
{
	bool is_signed = letter == 'd' || letter == 'i';
	u64 value = number(longs, is_signed, args);

	if (longs == -1)
		value = is_signed ? (s16)value : (u16)value;
	if (longs == -2)
		value = is_signed ? (s8)value : (u8)value;
	spec[at++] = 'l';
	spec[at++] = 'l';
	spec[at++] = letter;
	spec[at] = 0;
	put_number(o, spec, value);
}

static void put_text(struct out *o, const char *s, int width, int precision, bool left)
{
	size_t len = s ? strnlen(s, precision < 0 ? 4096 : precision) : 6;

	for (int i = len; !left && i < width; i++)
		put(o, " ", 1);
	put(o, s ?: "(null)", len);
	for (int i = len; left && i < width; i++)
		put(o, " ", 1);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int digits(const char **fmt, va_list *args)
{
	int n = 0;

	if (**fmt == '*') {
		++*fmt;
		return va_arg(*args, int);
	}
	while (is_digit(**fmt))
		n = n * 10 + *(*fmt)++ - '0';
	return n;
}

/* @fmt stands behind the percent sign. */
static const char *put_conversion(struct out *o, const char *fmt, va_list *args)
{
	int width, precision = -1, longs = 0;
	char spec[48] = "%";
	size_t at = 1;
	char letter;

	while (*fmt && strchr("-+ #0", *fmt) && at < 8)
		spec[at++] = *fmt++;
	width = digits(&fmt, args);
	if (*fmt == '.') {
		fmt++;
		precision = digits(&fmt, args);
	}
	for (; *fmt && strchr("lhzLtq", *fmt); fmt++)
		longs += *fmt == 'h' ? -1 : *fmt == 'L' || *fmt == 'q' ? 2 : 1;
	letter = *fmt;
	if (letter)
		fmt++;
	switch (letter) {
	case '%':
		put(o, "%", 1);
		return fmt;
	case 'c':
		letter = va_arg(*args, int);
		put(o, &letter, 1);
		return fmt;
	case 's':
		put_text(o, va_arg(*args, char *), width, precision, spec[1] == '-');
		return fmt;
	case 'p':
		return fmt + put_pointer(o, fmt, va_arg(*args, void *));
	case 'd': case 'i': case 'u': case 'x': case 'X': case 'o':
		break;
	default:
		put_string(o, "(unknown conversion)");
		return fmt;
	}
	if (width > 0)
		kbh_format(spec + at, sizeof(spec) - 8 - at, "%lld", min(width, 99));
	at = strlen(spec);
	if (precision >= 0) {
		kbh_format(spec + at, sizeof(spec) - 8 - at, ".%lld", min(precision, 99));
		at = strlen(spec);
	}
	put_integer(o, spec, at, longs, letter, args);
	return fmt;
}

static void put_va(struct out *o, const char *fmt, va_list args)
{
	va_list copy;

	va_copy(copy, args);
	while (*fmt) {
		size_t plain = 0;

		while (fmt[plain] && fmt[plain] != '%')
			plain++;
		put(o, fmt, plain);
		fmt += plain;
		if (*fmt)
			fmt = put_conversion(o, fmt + 1, &copy);
	}
	va_end(copy);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { buf, size };

	put_va(&o, fmt, args);
	if (size)
		buf[min(o.len, size - 1)] = 0;
	return o.len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(buf, size, fmt, args);

	return size ? min_t(size_t, len, size - 1) : 0;
}

#define FORMAT(function, buf, size, fmt)                        \
	({                                                      \
		va_list args;                                   \
		int len;                                        \
                                                                \
		va_start(args, fmt);                            \
		len = function(buf, size, fmt, args);           \
		va_end(args);                                   \
		len;                                            \
	})

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	return FORMAT(vsnprintf, buf, size, fmt);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	return FORMAT(vscnprintf, buf, size, fmt);
}

int sprintf(char *buf, const char *fmt, ...)
{
	return FORMAT(vsnprintf, buf, INT_MAX, fmt);
}

/* ------------------------------------------------------------------ lines */

static void say(const char *who, const char *name, const char *fmt, va_list args)
{
	char line[512];
	struct out o = { line, sizeof(line) };

	if (who) {
		put_string(&o, who);
		put_string(&o, " ");
	}
	if (name) {
		put_string(&o, name);
		put_string(&o, ": ");
	}
	/* KERN_ERR and its like are two characters. */
	put_va(&o, fmt[0] == KERN_SOH_ASCII && fmt[1] ? fmt + 2 : fmt, args);
	kbh_puts(line, min(o.len, sizeof(line) - 1));
}

#define SAY(who, name, fmt)                         \
	do {                                        \
		va_list args;                       \
                                                    \
		va_start(args, fmt);                \
		say(who, name, fmt, args);          \
		va_end(args);                       \
	} while (0)

int _printk(const char *fmt, ...)
{
	SAY(NULL, NULL, fmt);
	return 0;
}

static unsigned long warnings;

unsigned long kbs_warnings(void)
{
	return warnings;
}

void __warn_printk(const char *fmt, ...)
{
	SAY(NULL, NULL, fmt);
}

const char *dev_driver_string(const struct device *dev)
{
	return dev->driver ? dev->driver->name : "";
}

#define SAY_OF_DEVICE(name)                                                     \
	void name(const struct device *dev, const char *fmt, ...)               \
	{                                                                       \
		SAY(dev ? dev_driver_string(dev) : "", dev ? dev_name(dev) : "(NULL device *)", fmt); \
	}

SAY_OF_DEVICE(_dev_emerg)
SAY_OF_DEVICE(_dev_alert)
SAY_OF_DEVICE(_dev_crit)
SAY_OF_DEVICE(_dev_err)
SAY_OF_DEVICE(_dev_warn)
SAY_OF_DEVICE(_dev_notice)
SAY_OF_DEVICE(_dev_info)

#define SAY_OF_NETDEV(name)                                                     \
	void name(const struct net_device *dev, const char *fmt, ...)           \
	{                                                                       \
		const struct device *parent = dev->dev.parent;                  \
                                                                                \
		SAY(parent ? dev_driver_string(parent) : NULL, netdev_name(dev), fmt); \
	}

SAY_OF_NETDEV(netdev_crit)
SAY_OF_NETDEV(netdev_err)
SAY_OF_NETDEV(netdev_warn)
SAY_OF_NETDEV(netdev_notice)
SAY_OF_NETDEV(netdev_info)

int net_ratelimit(void)
{
	return 1;
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	return 1;
}

/* ------------------------------------------------------------ WARN and BUG */

extern struct bug_entry __start___bug_table[] __weak, __stop___bug_table[] __weak;

static void say_bug(const char *what, const char *file, unsigned int line)
{
	char text[256];

	snprintf(text, sizeof(text), "%s at %s:%u", what, kbasename(file), line);
	kbh_complain(text);
}

/* Both are an instruction that traps; which of them, and where, is in a table. */
int kbs_trap(unsigned long rip)
{
	for (struct bug_entry *b = __start___bug_table; b < __stop___bug_table; b++) {
		bool warning = b->flags & BUGFLAG_WARNING;

		if ((unsigned long)&b->bug_addr_disp + b->bug_addr_disp != rip)
			continue;
		if (warning && (b->flags & BUGFLAG_ONCE) && (b->flags & BUGFLAG_DONE))
			return 1;
		b->flags |= BUGFLAG_DONE;
		warnings += warning;
		say_bug(warning ? "WARNING" : "kernel BUG",
			(char *)&b->file_disp + b->file_disp, b->line);
		return warning ? 1 : 2;
	}
	return 0;
}

void __stack_chk_fail(void)
{
	kbh_stop("the driver wrote beyond an array on its stack", SITE);
}
