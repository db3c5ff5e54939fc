/* SPDX-License-Identifier: MIT */
/* See widths.h. COVERAGE: without what trace-loads does not see. */
#include "widths.h"

#include <string.h>

typedef unsigned char u8;

struct packed {
	u8 pad;
	uint16_t half;
	uint32_t word;
	uint64_t quad;
} __attribute__((packed));

struct bits {
	uint8_t low : 3, high : 5;
	uint8_t next;
	uint16_t nine : 9, seven : 7;
};

struct s1 { u8 b[1]; };
struct s2 { uint16_t b[1]; };
struct s4 { uint16_t b[2]; };
struct s8 { uint32_t b[2]; };
struct s16 { uint64_t b[2]; };
struct s24 { uint64_t b[3]; };
struct s100 { u8 b[100]; };

typedef uint32_t v4 __attribute__((vector_size(16)));

#define CASE(name) static uint64_t name(u8 *p)
#define AT(type, at) (*(type *)(p + (at)))

CASE(load_1) { return AT(uint8_t, 3); }
CASE(load_2) { return AT(uint16_t, 6); }
CASE(load_4) { return AT(uint32_t, 60); }
CASE(load_8) { return AT(uint64_t, 64); }
CASE(load_16) { v4 v = AT(v4, 80); return v[0] + v[1] + v[2] + v[3]; }
CASE(store_1) { AT(uint8_t, 1) = 9; return 0; }
CASE(store_2) { AT(uint16_t, 2) = 0x1234; return 0; }
CASE(store_4) { AT(uint32_t, 4) = 0x12345678; return 0; }
CASE(store_8) { AT(uint64_t, 8) = 0x123456789abcdef0; return 0; }
CASE(store_16) { AT(v4, 16) = (v4){ 1, 2, 3, 4 }; return 0; }
CASE(store_float) { AT(float, 32) = 1.5f; return 0; }
CASE(store_double) { AT(double, 40) = 2.5; return 0; }
CASE(store_pointer) { AT(void *, 48) = NULL; return 0; }
CASE(store_same) { AT(uint32_t, 128) = 0x83828180; return 0; }
CASE(store_inverse) { AT(uint32_t, 132) = 0x78797a7b; return 0; }
CASE(unaligned_load) { return ((struct packed *)p)->word + ((struct packed *)p)->half; }
CASE(unaligned_store) { ((struct packed *)(p + 60))->quad = 7; return 0; }
CASE(across_lines) { AT(struct packed, 124).word = 5; return AT(struct packed, 188).word; }
CASE(compound) { AT(uint32_t, 12) += 5; return 0; }
CASE(increment) { return AT(uint8_t, 17)++; }
CASE(volatile_load) { return *(volatile uint16_t *)(p + 10); }
CASE(volatile_store) { *(volatile uint32_t *)(p + 20) = 0; return 0; }
CASE(bit_load) { return AT(struct bits, 0).high; }
CASE(bit_store) { AT(struct bits, 4).high = 21; return 0; }
CASE(bit_wide) { AT(struct bits, 8).nine = 300; return 0; }

CASE(fill)
{
	for (unsigned i = 0; i < 100; i++)
		p[i + 30] = i * 3;
	return 0;
}

CASE(sum)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < 77; i++)
		sum += p[i + 50];
	return sum;
}

CASE(copy_loop)
{
	for (unsigned i = 0; i < 40; i++)
		p[i + 256] = p[i];
	return 0;
}

/* In the end, what was stored twice is what was stored last. */
CASE(in_one_line)
{
	AT(uint32_t, 192) = 1;
	AT(uint32_t, 196) = AT(uint32_t, 192) + AT(uint32_t, 200);
	AT(uint32_t, 192) = 3;
	return AT(uint32_t, 196);
}

#ifndef COVERAGE
CASE(struct_1) { AT(struct s1, 5) = AT(struct s1, 9); return 0; }
CASE(struct_2) { AT(struct s2, 12) = AT(struct s2, 16); return 0; }
CASE(struct_4) { AT(struct s4, 20) = AT(struct s4, 28); return 0; }
CASE(struct_8) { AT(struct s8, 40) = AT(struct s8, 48); return 0; }
CASE(struct_16) { AT(struct s16, 64) = AT(struct s16, 96); return 0; }
CASE(struct_24) { AT(struct s24, 64) = AT(struct s24, 96); return 0; }
CASE(struct_100) { AT(struct s100, 10) = AT(struct s100, 200); return 0; }

#define ATOMIC(n, at) ((uint##n##_t *)(p + (at)))
#define ATOMICS(n) \
	CASE(atomic_load_##n) { return __atomic_load_n(ATOMIC(n, 64), __ATOMIC_ACQUIRE); } \
	CASE(atomic_store_##n) { __atomic_store_n(ATOMIC(n, 72), 3, __ATOMIC_RELEASE); return 0; } \
	CASE(atomic_swap_##n) { return __atomic_exchange_n(ATOMIC(n, 80), 7, __ATOMIC_SEQ_CST); } \
	CASE(atomic_add_##n) { return __atomic_fetch_add(ATOMIC(n, 88), 200, __ATOMIC_RELAXED); } \
	CASE(atomic_sub_##n) { return __atomic_fetch_sub(ATOMIC(n, 88), 200, __ATOMIC_RELAXED); } \
	CASE(atomic_and_##n) { return __atomic_fetch_and(ATOMIC(n, 96), 0x55, __ATOMIC_ACQ_REL); } \
	CASE(atomic_or_##n) { return __atomic_or_fetch(ATOMIC(n, 96), 0x0f, __ATOMIC_ACQ_REL); } \
	CASE(atomic_xor_##n) { return __atomic_fetch_xor(ATOMIC(n, 104), 0xff, __ATOMIC_ACQ_REL); } \
	CASE(atomic_nand_##n) { return __atomic_fetch_nand(ATOMIC(n, 104), 0x3c, __ATOMIC_ACQ_REL); } \
	CASE(atomic_cas_##n) \
	{ \
		uint##n##_t old = __atomic_load_n(ATOMIC(n, 112), __ATOMIC_RELAXED); \
		return __atomic_compare_exchange_n(ATOMIC(n, 112), &old, 5, 0, __ATOMIC_SEQ_CST, \
						   __ATOMIC_SEQ_CST); \
	} \
	CASE(atomic_cas_fails_##n) \
	{ \
		uint##n##_t old = 1; \
		return __atomic_compare_exchange_n(ATOMIC(n, 120), &old, 5, 0, __ATOMIC_SEQ_CST, \
						   __ATOMIC_SEQ_CST) + old; \
	}

ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

#ifdef __SIZEOF_INT128__
#define ATOMIC_128 ((unsigned __int128 *)(p + 64))
CASE(atomic_load_128) { return __atomic_load_n(ATOMIC_128, __ATOMIC_SEQ_CST); }
CASE(atomic_store_128) { __atomic_store_n(ATOMIC_128, 3, __ATOMIC_SEQ_CST); return 0; }
CASE(atomic_add_128) { return __atomic_fetch_add(ATOMIC_128, 3, __ATOMIC_SEQ_CST); }
#endif
#endif

CASE(mem_copy) { u8 out[40]; memcpy(out, p + 33, sizeof(out)); return out[0] + out[39]; }
CASE(mem_copy_in) { static const u8 in[300] = { 1, 2 }; memcpy(p + 100, in, 300); return 0; }
CASE(mem_move) { memmove(p + 10, p + 20, 30); return 0; }
CASE(mem_set) { memset(p + 60, 0xff, 70); return 0; }
CASE(mem_set_same) { memset(p + 129, 0x81, 1); return 0; }
CASE(mem_compare) { return memcmp(p, "\0\1\2\4\5", 5) != 0; }
CASE(mem_find) { return (uintptr_t)((u8 *)memchr(p + 5, 9, 50) - p); }
CASE(string_length) { return strlen((char *)p + 250); }
CASE(string_length_max) { return strnlen((char *)p + 250, 4); }
CASE(string_copy) { strcpy((char *)p + 7, "dma"); return 0; }
CASE(string_compare) { return strcmp((char *)p + 250, "\xfa\xfb\xfd") < 0; }
CASE(string_fill) { strncpy((char *)p + 300, "ab", 8); return 0; }
CASE(nothing) { size_t none = p == NULL; memcpy(p, p + 8, none); memset(p, 1, none); return 0; }

#define L(...) .loads = { __VA_ARGS__ }
#define S(...) .stores = { __VA_ARGS__ }
#define IS(name, ...) { #name, name, __VA_ARGS__ },
#define IS_ATOMIC(n) \
	IS(atomic_load_##n, L({ 64, n / 8 })) \
	IS(atomic_store_##n, S({ 72, n / 8 })) \
	IS(atomic_swap_##n, L({ 80, n / 8 }), S({ 80, n / 8 })) \
	IS(atomic_add_##n, L({ 88, n / 8 }), S({ 88, n / 8 })) \
	IS(atomic_sub_##n, L({ 88, n / 8 }), S({ 88, n / 8 })) \
	IS(atomic_and_##n, L({ 96, n / 8 }), S({ 96, n / 8 })) \
	IS(atomic_or_##n, L({ 96, n / 8 }), S({ 96, n / 8 })) \
	IS(atomic_xor_##n, L({ 104, n / 8 }), S({ 104, n / 8 })) \
	IS(atomic_nand_##n, L({ 104, n / 8 }), S({ 104, n / 8 })) \
	IS(atomic_cas_##n, L({ 112, n / 8 }), S({ 112, n / 8 })) \
	IS(atomic_cas_fails_##n, L({ 120, n / 8 }))

const struct width_case width_cases[] = {
	IS(load_1, L({ 3, 1 }))
	IS(load_2, L({ 6, 2 }))
	IS(load_4, L({ 60, 4 }))
	IS(load_8, L({ 64, 8 }))
	IS(load_16, L({ 80, 16 }))
	IS(store_1, S({ 1, 1 }))
	IS(store_2, S({ 2, 2 }))
	IS(store_4, S({ 4, 4 }))
	IS(store_8, S({ 8, 8 }))
	IS(store_16, S({ 16, 16 }))
	IS(store_float, S({ 32, 4 }))
	IS(store_double, S({ 40, 8 }))
	IS(store_pointer, S({ 48, sizeof(void *) }))
	IS(store_same, S({ 128, 4 }))
	IS(store_inverse, S({ 132, 4 }))
	IS(unaligned_load, L({ 1, 6 }))
	IS(unaligned_store, S({ 67, 8 }))
	IS(across_lines, S({ 127, 4 }), L({ 191, 4 }))
	IS(compound, L({ 12, 4 }), S({ 12, 4 }))
	IS(increment, L({ 17, 1 }), S({ 17, 1 }))
	IS(volatile_load, L({ 10, 2 }))
	IS(volatile_store, S({ 20, 4 }))
	IS(bit_load, L({ 0, 1 }))
	IS(bit_store, S({ 4, 1 }), .may_load = { { 4, 1 } })
	IS(bit_wide, S({ 10, 2 }), .may_load = { { 10, 2 } })
	IS(fill, S({ 30, 100 }))
	IS(sum, L({ 50, 77 }))
	IS(copy_loop, L({ 0, 40 }), S({ 256, 40 }))
	/* What was just stored is in a register, or not. */
	IS(in_one_line, L({ 200, 4 }), S({ 192, 8 }), .may_load = { { 192, 8 } })
#ifndef COVERAGE
	IS(struct_1, L({ 9, 1 }), S({ 5, 1 }))
	IS(struct_2, L({ 16, 2 }), S({ 12, 2 }))
	IS(struct_4, L({ 28, 4 }), S({ 20, 4 }))
	IS(struct_8, L({ 48, 8 }), S({ 40, 8 }))
	IS(struct_16, L({ 96, 16 }), S({ 64, 16 }))
	IS(struct_24, L({ 96, 24 }), S({ 64, 24 }))
	IS(struct_100, L({ 200, 100 }), S({ 10, 100 }))
	IS_ATOMIC(8)
	IS_ATOMIC(16)
	IS_ATOMIC(32)
	IS_ATOMIC(64)
#ifdef __SIZEOF_INT128__
	IS(atomic_load_128, L({ 64, 16 }))
	IS(atomic_store_128, S({ 64, 16 }))
	IS(atomic_add_128, L({ 64, 16 }), S({ 64, 16 }))
#endif
#endif
	IS(mem_copy, L({ 33, 40 }))
	IS(mem_copy_in, S({ 100, 300 }))
	IS(mem_move, L({ 20, 30 }), S({ 10, 30 }))
	IS(mem_set, S({ 60, 70 }))
	IS(mem_set_same, S({ 129, 1 }))
	IS(mem_compare, L({ 0, 4 }))
	IS(mem_find, L({ 5, 5 }))
	IS(string_length, L({ 250, 7 }))
	IS(string_length_max, L({ 250, 4 }))
	IS(string_copy, S({ 7, 4 }))
	IS(string_compare, L({ 250, 3 }))
	IS(string_fill, S({ 300, 8 }))
	IS(nothing, L({ 0, 0 }))
};
const unsigned nr_width_cases = sizeof(width_cases) / sizeof(*width_cases);
