/* SPDX-License-Identifier: MIT */
/* Numbers, by the names that the kernel and the language have for them. */
#include "record/recorder.h"

#include <linux/dma-mapping.h>

struct word {
	const char *name;
	u64 value;
};

/* What is part of something later stands after it. */
#define WORD(name) { #name, (u64)(name) }
static const struct word gfp_words[] = {
	WORD(GFP_USER), WORD(GFP_KERNEL), WORD(GFP_NOFS), WORD(GFP_NOIO), WORD(GFP_ATOMIC),
	WORD(GFP_NOWAIT), WORD(__GFP_ZERO), WORD(__GFP_COMP), WORD(__GFP_NOWARN), WORD(__GFP_DMA),
	WORD(__GFP_DMA32), WORD(__GFP_HIGHMEM), WORD(__GFP_NORETRY),
};

static const struct word attr_words[] = {
	WORD(DMA_ATTR_WEAK_ORDERING), WORD(DMA_ATTR_WRITE_COMBINE),
	WORD(DMA_ATTR_NO_KERNEL_MAPPING), WORD(DMA_ATTR_SKIP_CPU_SYNC),
	WORD(DMA_ATTR_FORCE_CONTIGUOUS), WORD(DMA_ATTR_ALLOC_SINGLE_PAGES),
	WORD(DMA_ATTR_NO_WARN), WORD(DMA_ATTR_PRIVILEGED), WORD(DMA_ATTR_MMIO),
	WORD(DMA_ATTR_DEBUGGING_IGNORE_CACHELINES), WORD(DMA_ATTR_REQUIRE_COHERENT),
	WORD(DMA_ATTR_CC_SHARED),
};

#define MAX_WORDS 8 /* of one argument of a trace */

void dlab_line_add_number(struct line *line, u64 n)
{
	dlab_line_add(line, n < 1u << 20 ? "%llu" : "0x%llx", (unsigned long long)n);
}

void dlab_line_add_mask(struct line *line, u64 mask)
{
	for (unsigned bits = 16; bits <= 64; bits++)
		if (mask == DMA_BIT_MASK(bits)) {
			dlab_line_add(line, "DMA_BIT_MASK(%u)", bits);
			return;
		}
	dlab_line_add_number(line, mask);
}

void dlab_line_add_direction(struct line *line, u64 dir)
{
	static const char *const names[] = {
		[DMA_BIDIRECTIONAL] = "DMA_BIDIRECTIONAL", [DMA_TO_DEVICE] = "DMA_TO_DEVICE",
		[DMA_FROM_DEVICE] = "DMA_FROM_DEVICE", [DMA_NONE] = "DMA_NONE",
	};

	if (dir < sizeof(names) / sizeof(names[0]))
		dlab_line_add(line, "%s", names[dir]);
	else
		dlab_line_add_number(line, dir);
}

/* The words that make up @value; a number where they do not. */
static void add_words(struct line *line, const struct word *words, size_t nr, u64 value)
{
	const char *picked[MAX_WORDS];
	unsigned n = 0;
	u64 left = value;

	for (size_t i = 0; i < nr && n < MAX_WORDS; i++)
		if (words[i].value && (left & words[i].value) == words[i].value) {
			picked[n++] = words[i].name;
			left &= ~words[i].value;
		}
	if (left || !n) {
		dlab_line_add_number(line, value);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		dlab_line_add(line, "%s%s", i ? " | " : "", picked[i]);
}

void dlab_line_add_gfp(struct line *line, u64 gfp)
{
	add_words(line, gfp_words, sizeof(gfp_words) / sizeof(gfp_words[0]), gfp);
}

void dlab_line_add_attrs(struct line *line, u64 attrs)
{
	add_words(line, attr_words, sizeof(attr_words) / sizeof(attr_words[0]), attrs);
}
