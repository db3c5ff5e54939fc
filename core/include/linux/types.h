/* SPDX-License-Identifier: MIT */
/*
 * The kernel's basic types. This header stands before the system's own
 * <linux/types.h> on the include path and adds to it, so that system headers
 * that include it keep working.
 */
#ifndef DMALAB_LINUX_TYPES_H
#define DMALAB_LINUX_TYPES_H

#pragma GCC system_header /* for #include_next, which is an extension */
/* That of tools/include is no system: it would define other types. */
#define _TOOLS_LINUX_TYPES_H_
#include_next <linux/types.h>
#include <asm/types.h>
#include <linux/compiler_types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* As the system has them; behind shims it has not. */
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
#ifndef __aligned_u64
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* What a device puts on the bus; always 64 bits here, as on a 64-bit kernel. */
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef phys_addr_t resource_size_t;

typedef unsigned int gfp_t;
typedef unsigned short umode_t;

#endif
