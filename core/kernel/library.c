/* SPDX-License-Identifier: MIT */
/* What drivers use of the kernel's lib/. */
#include "base/compiler.h"

#include <errno.h>
#include <linux/crc32.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

u32 crc32_le(u32 crc, const void *p, size_t len)
{
	for (const u8 *at = p; len--; at++) {
		crc ^= *at;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

u32 crc32_be(u32 crc, const void *p, size_t len)
{
	for (const u8 *at = p; len--; at++) {
		crc ^= (u32)*at << 24;
		for (int i = 0; i < 8; i++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
	}
	return crc;
}

void get_random_bytes(void *buf, size_t len)
{
	for (u8 *at = buf; len;) {
		ssize_t n = getrandom(at, len, 0);

		if (n > 0) {
			at += n;
			len -= n;
		}
	}
}

/* A number, all of it but for one newline; @negative: it may be. */
static int parse(const char *s, unsigned int base, bool negative, unsigned long long *value)
{
	char *end;

	if (!s || !*s || strchr(" \t\n\v\f\r", *s) || (*s == '-' && !negative) ||
	    ((*s == '-' || *s == '+') && !strchr("0123456789abcdefABCDEF", s[1])))
		return -EINVAL;
	errno = 0;
	*value = strtoull(*s == '-' ? s + 1 : s, &end, base);
	if (end == s || (*end == '\n' ? end[1] : *end))
		return -EINVAL;
	return errno ? -ERANGE : 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	unsigned long long value;
	int err = parse(s, base, false, &value);

	if (!err)
		*res = value;
	return err;
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long value;
	int err = parse(s, base, true, &value);
	bool negative = !err && *s == '-';

	if (err)
		return err;
	if (value > (1ull << 63) - !negative)
		return -ERANGE;
	*res = negative ? (long long)-value : (long long)value;
	return 0;
}

int dmalab_kstrto(const char *s, unsigned int base, unsigned long long max, void *res, size_t size)
{
	unsigned long long value;
	int err = parse(s, base, false, &value);

	if (err)
		return err;
	if (value > max)
		return -ERANGE;
	memcpy(res, (const u8 *)&value +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(value) - size : 0), size);
	return 0;
}

int dmalab_kstrto_signed(const char *s, unsigned int base, long long max, void *res, size_t size)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (err)
		return err;
	if (value > max || value < -max - 1)
		return -ERANGE;
	memcpy(res, (const u8 *)&value +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(value) - size : 0), size);
	return 0;
}
