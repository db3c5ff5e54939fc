/* SPDX-License-Identifier: MIT */
/* Kernel basics: checksums of Ethernet. */
#ifndef DMALAB_LINUX_CRC32_H
#define DMALAB_LINUX_CRC32_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/**
 * crc32_le() - CRC-32, the lowest bit first
 * @crc: of what came before, at first ~0
 * @p: plain memory
 * @len: bytes
 *
 * Context: Any.
 * Return: the CRC, not inverted.
 */
u32 crc32_le(u32 crc, const void *p, size_t len);

/**
 * crc32_be() - CRC-32, the highest bit first
 * @crc: as there
 * @p: plain memory
 * @len: bytes
 *
 * Context: Any.
 * Return: as there.
 */
u32 crc32_be(u32 crc, const void *p, size_t len);

#ifndef ether_crc
#define crc32(seed, p, len) crc32_le(seed, p, len)
#define ether_crc_le(len, p) crc32_le(~0U, p, len)
#define ether_crc(len, p) dmalab_bit_reverse(crc32_le(~0U, p, len))
#endif

static inline u32 dmalab_bit_reverse(u32 v)
{
	u32 r = 0;

	for (int i = 0; i < 32; i++)
		r |= (v >> i & 1) << (31 - i);
	return r;
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
