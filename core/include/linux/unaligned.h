/* SPDX-License-Identifier: MIT */
/* Kernel basics: accesses to any address. */
#ifndef DMALAB_LINUX_UNALIGNED_H
#define DMALAB_LINUX_UNALIGNED_H

#include <asm/byteorder.h>
#include <linux/types.h>
#include <string.h>

#define DMALAB_UNALIGNED(name, base, type, from, to) \
	static inline base get_unaligned_##name(const void *p) \
	{ \
		type v; \
		memcpy(&v, p, sizeof(v)); \
		return from(v); \
	} \
	static inline void put_unaligned_##name(base val, void *p) \
	{ \
		type v = to(val); \
		memcpy(p, &v, sizeof(v)); \
	}

DMALAB_UNALIGNED(le16, u16, __le16, le16_to_cpu, cpu_to_le16)
DMALAB_UNALIGNED(le32, u32, __le32, le32_to_cpu, cpu_to_le32)
DMALAB_UNALIGNED(le64, u64, __le64, le64_to_cpu, cpu_to_le64)
DMALAB_UNALIGNED(be16, u16, __be16, be16_to_cpu, cpu_to_be16)
DMALAB_UNALIGNED(be32, u32, __be32, be32_to_cpu, cpu_to_be32)
DMALAB_UNALIGNED(be64, u64, __be64, be64_to_cpu, cpu_to_be64)
#undef DMALAB_UNALIGNED

#ifndef get_unaligned
#define get_unaligned(ptr) \
	__extension__({ \
		__typeof__(*(ptr) + 0) unaligned_v = 0; \
		memcpy(&unaligned_v, (ptr), sizeof(*(ptr))); \
		unaligned_v; \
	})
#define put_unaligned(val, ptr) \
	do { \
		__typeof__(*(ptr)) unaligned_v = (val); \
		memcpy((ptr), &unaligned_v, sizeof(unaligned_v)); \
	} while (0)
#endif

#endif
