/* SPDX-License-Identifier: MIT */
/* Kernel basics: fields of registers and descriptors, by their masks. */
#ifndef DMALAB_LINUX_BITFIELD_H
#define DMALAB_LINUX_BITFIELD_H

#include <asm/byteorder.h>
#include <linux/bits.h>
#include <linux/types.h>

#define DMALAB_FIELD_SHIFT(mask) __builtin_ctzll(mask)

#ifndef FIELD_MAX
#define FIELD_MAX(mask) \
	((__typeof__(mask))((mask) >> DMALAB_FIELD_SHIFT(mask)))
#endif
#ifndef FIELD_FIT
#define FIELD_FIT(mask, val) \
	(!((((__typeof__(mask))(val)) << DMALAB_FIELD_SHIFT(mask)) & ~(mask)))
#endif
#ifndef FIELD_PREP
#define FIELD_PREP(mask, val) \
	((__typeof__(mask))((((__typeof__(mask))(val)) \
			     << DMALAB_FIELD_SHIFT(mask)) & (mask)))
#endif
#ifndef FIELD_PREP_CONST
#define FIELD_PREP_CONST(mask, val) FIELD_PREP(mask, val)
#endif
#ifndef FIELD_GET
#define FIELD_GET(mask, reg) \
	((__typeof__(mask))(((reg) & (mask)) >> DMALAB_FIELD_SHIFT(mask)))
#endif

/* u32_get_bits(), le32_encode_bits(), be16p_replace_bits() and their like. */
#define DMALAB_BITFIELD(name, type, base, to, from) \
	static inline type name##_encode_bits(base v, base field) \
	{ \
		return to((base)((v << DMALAB_FIELD_SHIFT(field)) & field)); \
	} \
	static inline base name##_get_bits(type v, base field) \
	{ \
		return (base)(from(v) & field) >> DMALAB_FIELD_SHIFT(field); \
	} \
	static inline type name##_replace_bits(type old, base val, base field) \
	{ \
		return (old & ~to(field)) | name##_encode_bits(val, field); \
	} \
	static inline void name##p_replace_bits(type *p, base val, base field) \
	{ \
		*p = name##_replace_bits(*p, val, field); \
	}

#define DMALAB_AS_IT_IS(v) (v)
DMALAB_BITFIELD(u8, u8, u8, DMALAB_AS_IT_IS, DMALAB_AS_IT_IS)
DMALAB_BITFIELD(u16, u16, u16, DMALAB_AS_IT_IS, DMALAB_AS_IT_IS)
DMALAB_BITFIELD(u32, u32, u32, DMALAB_AS_IT_IS, DMALAB_AS_IT_IS)
DMALAB_BITFIELD(u64, u64, u64, DMALAB_AS_IT_IS, DMALAB_AS_IT_IS)
DMALAB_BITFIELD(le16, __le16, u16, cpu_to_le16, le16_to_cpu)
DMALAB_BITFIELD(le32, __le32, u32, cpu_to_le32, le32_to_cpu)
DMALAB_BITFIELD(le64, __le64, u64, cpu_to_le64, le64_to_cpu)
DMALAB_BITFIELD(be16, __be16, u16, cpu_to_be16, be16_to_cpu)
DMALAB_BITFIELD(be32, __be32, u32, cpu_to_be32, be32_to_cpu)
DMALAB_BITFIELD(be64, __be64, u64, cpu_to_be64, be64_to_cpu)
#undef DMALAB_BITFIELD

#endif
