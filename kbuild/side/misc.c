// SPDX-License-Identifier: MIT
/* The small functions of lib/ that drivers link, devres, and parameters of a module. */
#include <linux/bitmap.h>
#include <linux/bitrev.h>
#include <linux/crc32.h>
#include <linux/device.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "side.h"

/* ---------------------------------------------------------------- strings */

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return end - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t len = 0;

	while (len < max && s[len])
		len++;
	return len;
}

char *strchr(const char *s, int c)
{
	while (*s != (char)c)
		if (!*s++)
			return NULL;
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do
		if (*s == (char)c)
			last = s;
	while (*s++);
	return (char *)last;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t len)
{
	while (len && *a && *a == *b)
		a++, b++, len--;
	return len ? (u8)*a - (u8)*b : 0;
}

char *strcpy(char *to, const char *from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *to, const char *from, size_t len)
{
	size_t n = strnlen(from, len);

	memcpy(to, from, n);
	memset(to + n, 0, len - n);
	return to;
}

ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -E2BIG;
	memcpy(to, from, min(len, size - 1));
	to[min(len, size - 1)] = 0;
	return len < size ? (ssize_t)len : -E2BIG;
}

size_t strlcpy(char *to, const char *from, size_t size)
{
	strscpy(to, from, size);
	return strlen(from);
}

/* ------------------------------------------------------------ bits and CRCs */

static u8 reversed(u8 byte)
{
	u8 r = 0;

	for (int i = 0; i < 8; i++)
		r |= (byte >> i & 1) << (7 - i);
	return r;
}

u8 byte_rev_table_data[256];
extern const u8 byte_rev_table[256] __attribute__((alias("byte_rev_table_data")));

static int __init fill_tables(void)
{
	for (int i = 0; i < 256; i++)
		byte_rev_table_data[i] = reversed(i);
	return 0;
}

/* The one thing of the kernel side that runs before the test does. */
static int (*const constructor)(void) __used __section(".init_array") = fill_tables;

u32 crc32_le(u32 crc, const unsigned char *p, size_t len)
{
	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

unsigned long _find_next_bit(const unsigned long *bits, unsigned long nr, unsigned long start)
{
	while (start < nr && !test_bit(start, bits))
		start++;
	return min(start, nr);
}

unsigned long _find_next_zero_bit(const unsigned long *bits, unsigned long nr, unsigned long start)
{
	while (start < nr && test_bit(start, bits))
		start++;
	return min(start, nr);
}

unsigned long _find_first_bit(const unsigned long *bits, unsigned long nr)
{
	return _find_next_bit(bits, nr, 0);
}

unsigned long _find_first_zero_bit(const unsigned long *bits, unsigned long nr)
{
	return _find_next_zero_bit(bits, nr, 0);
}

bool __bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
		  unsigned int nr)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nr); i++)
		any |= to[i] = a[i] & b[i];
	return any;
}

void get_random_bytes(void *buf, size_t len)
{
	for (u8 *at = buf; len--; at++)
		*at = kbh_random();
}

void print_hex_dump(const char *level, const char *prefix, int type, int row, int group,
		    const void *buf, size_t len, bool ascii)
{
	for (size_t at = 0; at < len; at++)
		_printk("%s%04zx: %02x\n", prefix, at, ((const u8 *)buf)[at]);
}

/* -------------------------------------------------------------- hardening */

bool __list_add_valid(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	if (next->prev != prev || prev->next != next || new == prev || new == next)
		kbh_stop("list_add(): the list is corrupt, or the entry is in it already", SITE);
	return true;
}

bool __list_del_entry_valid(struct list_head *entry)
{
	if (entry->next == LIST_POISON1 || entry->prev == LIST_POISON2)
		kbh_stop("list_del(): the entry was deleted before", SITE);
	if (entry->prev->next != entry || entry->next->prev != entry)
		kbh_stop("list_del(): the list is corrupt", SITE);
	return true;
}

void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t)
{
	WARN(1, "refcount_t: used after it was 0, or leaked\n");
}

/* --------------------------------------------------- parameters of a module */

/* What is not set keeps the value that it is compiled with. */
const struct kernel_param_ops param_ops_int, param_ops_uint, param_ops_bool, param_ops_charp;
const struct kernel_param_ops param_ops_short, param_ops_ushort, param_ops_long, param_ops_ulong;
const struct kernel_param_ops param_ops_byte, param_array_ops;

extern const struct kernel_param __start___param[] __weak, __stop___param[] __weak;

static bool set(const struct kernel_param *p, long value)
{
	if (p->ops == &param_ops_int || p->ops == &param_ops_uint)
		*(int *)p->arg = value;
	else if (p->ops == &param_ops_long || p->ops == &param_ops_ulong)
		*(long *)p->arg = value;
	else if (p->ops == &param_ops_short || p->ops == &param_ops_ushort)
		*(short *)p->arg = value;
	else if (p->ops == &param_ops_byte)
		*(u8 *)p->arg = value;
	else if (p->ops == &param_ops_bool)
		*(bool *)p->arg = value;
	else
		return false;
	return true;
}

int kbs_set_param(const char *name, long value)
{
	for (const struct kernel_param *p = __start___param; p < __stop___param; p++)
		if (!strcmp(p->name, name) && set(p, value))
			return 0;
	return -ENOENT;
}

/* ---------------------------------------------------------------- ethtool */

bool ethtool_convert_link_mode_to_legacy_u32(u32 *legacy, const unsigned long *mode)
{
	*legacy = mode[0];
	return true;
}

void ethtool_convert_legacy_u32_to_link_mode(unsigned long *mode, u32 legacy)
{
	memset(mode, 0, BITS_TO_LONGS(__ETHTOOL_LINK_MODE_MASK_NBITS) * sizeof(long));
	mode[0] = legacy;
}

int ethtool_op_get_ts_info(struct net_device *dev, struct ethtool_ts_info *info)
{
	info->phc_index = -1;
	return 0;
}

void netdev_stats_to_stats64(struct rtnl_link_stats64 *to, const struct net_device_stats *from)
{
	memcpy(to, from, sizeof(*from));
}

/* ------------------------------------------------------------------ stubs */

extern const char kbs_stub_names[]; /* each ends with a zero, all of them with another one */

const char *kbs_stub_at(unsigned long address)
{
	unsigned long nr = (address - (unsigned long)kbs_stubs) / 16;
	const char *name = kbs_stub_names;

	if (address < (unsigned long)kbs_stubs || address >= (unsigned long)kbs_stubs_end)
		return NULL;
	while (nr-- && *name)
		name += strlen(name) + 1;
	return *name ? name : NULL;
}
