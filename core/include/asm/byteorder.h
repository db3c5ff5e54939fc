/* SPDX-License-Identifier: MIT */
/* Kernel basics: byte order; also what the host's has. */
#ifndef DMALAB_ASM_BYTEORDER_H
#define DMALAB_ASM_BYTEORDER_H

#pragma GCC system_header /* for #include_next, which is an extension */
#include_next <asm/byteorder.h>
#include <linux/types.h>

/* htons() and its like are the host's. */
#include <arpa/inet.h>

#ifndef cpu_to_le16
#define cpu_to_le16(x) ((__le16)__cpu_to_le16(x))
#define le16_to_cpu(x) __le16_to_cpu(x)
#define cpu_to_le32(x) ((__le32)__cpu_to_le32(x))
#define le32_to_cpu(x) __le32_to_cpu(x)
#define cpu_to_le64(x) ((__le64)__cpu_to_le64(x))
#define le64_to_cpu(x) __le64_to_cpu(x)
#define cpu_to_be16(x) ((__be16)__cpu_to_be16(x))
#define be16_to_cpu(x) __be16_to_cpu(x)
#define cpu_to_be32(x) ((__be32)__cpu_to_be32(x))
#define be32_to_cpu(x) __be32_to_cpu(x)
#define cpu_to_be64(x) ((__be64)__cpu_to_be64(x))
#define be64_to_cpu(x) __be64_to_cpu(x)
#endif

#ifndef cpu_to_le16p
#define cpu_to_le16p(p) cpu_to_le16(*(p))
#define le16_to_cpup(p) le16_to_cpu(*(p))
#define cpu_to_le32p(p) cpu_to_le32(*(p))
#define le32_to_cpup(p) le32_to_cpu(*(p))
#define cpu_to_le64p(p) cpu_to_le64(*(p))
#define le64_to_cpup(p) le64_to_cpu(*(p))
#define cpu_to_be16p(p) cpu_to_be16(*(p))
#define be16_to_cpup(p) be16_to_cpu(*(p))
#define cpu_to_be32p(p) cpu_to_be32(*(p))
#define be32_to_cpup(p) be32_to_cpu(*(p))
#define cpu_to_be64p(p) cpu_to_be64(*(p))
#define be64_to_cpup(p) be64_to_cpu(*(p))
#endif

/* In place. */
#ifndef cpu_to_le16s
#define cpu_to_le16s(p) ((void)(*(p) = cpu_to_le16(*(p))))
#define le16_to_cpus(p) ((void)(*(p) = le16_to_cpu(*(p))))
#define cpu_to_le32s(p) ((void)(*(p) = cpu_to_le32(*(p))))
#define le32_to_cpus(p) ((void)(*(p) = le32_to_cpu(*(p))))
#define cpu_to_le64s(p) ((void)(*(p) = cpu_to_le64(*(p))))
#define le64_to_cpus(p) ((void)(*(p) = le64_to_cpu(*(p))))
#define cpu_to_be16s(p) ((void)(*(p) = cpu_to_be16(*(p))))
#define be16_to_cpus(p) ((void)(*(p) = be16_to_cpu(*(p))))
#define cpu_to_be32s(p) ((void)(*(p) = cpu_to_be32(*(p))))
#define be32_to_cpus(p) ((void)(*(p) = be32_to_cpu(*(p))))
#define cpu_to_be64s(p) ((void)(*(p) = cpu_to_be64(*(p))))
#define be64_to_cpus(p) ((void)(*(p) = be64_to_cpu(*(p))))
#endif

#ifndef le16_add_cpu
#define le16_add_cpu(p, v) \
	((void)(*(p) = cpu_to_le16(le16_to_cpu(*(p)) + (v))))
#define le32_add_cpu(p, v) \
	((void)(*(p) = cpu_to_le32(le32_to_cpu(*(p)) + (v))))
#define le64_add_cpu(p, v) \
	((void)(*(p) = cpu_to_le64(le64_to_cpu(*(p)) + (v))))
#define be16_add_cpu(p, v) \
	((void)(*(p) = cpu_to_be16(be16_to_cpu(*(p)) + (v))))
#define be32_add_cpu(p, v) \
	((void)(*(p) = cpu_to_be32(be32_to_cpu(*(p)) + (v))))
#define be64_add_cpu(p, v) \
	((void)(*(p) = cpu_to_be64(be64_to_cpu(*(p)) + (v))))
#endif

#ifndef swab16
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)
#endif

#endif
