/* SPDX-License-Identifier: MIT */
/* Names of directions, flags and attributes, in both ways. */
#include "trace/trace.h"

#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <string.h>

#define WORD(name, kind) { #name, (u64)(name), kind }

const struct word words[] = {
	WORD(DMA_BIDIRECTIONAL, 'D'), WORD(DMA_TO_DEVICE, 'D'), WORD(DMA_FROM_DEVICE, 'D'),
	WORD(DMA_NONE, 'D'),
	WORD(GFP_KERNEL, 'G'), WORD(GFP_ATOMIC, 'G'), WORD(GFP_NOWAIT, 'G'), WORD(GFP_NOIO, 'G'),
	WORD(GFP_NOFS, 'G'), WORD(GFP_USER, 'G'), WORD(GFP_HIGHUSER, 'G'), WORD(GFP_DMA, 'G'), WORD(GFP_DMA32, 'G'),
	WORD(__GFP_ZERO, 'G'), WORD(__GFP_COMP, 'G'), WORD(__GFP_NOWARN, 'G'),
	WORD(__GFP_DMA, 'G'), WORD(__GFP_DMA32, 'G'), WORD(__GFP_HIGHMEM, 'G'),
	WORD(__GFP_NORETRY, 'G'),
	WORD(DMA_ATTR_WEAK_ORDERING, 'A'), WORD(DMA_ATTR_WRITE_COMBINE, 'A'),
	WORD(DMA_ATTR_NO_KERNEL_MAPPING, 'A'), WORD(DMA_ATTR_SKIP_CPU_SYNC, 'A'),
	WORD(DMA_ATTR_FORCE_CONTIGUOUS, 'A'), WORD(DMA_ATTR_ALLOC_SINGLE_PAGES, 'A'),
	WORD(DMA_ATTR_NO_WARN, 'A'), WORD(DMA_ATTR_PRIVILEGED, 'A'), WORD(DMA_ATTR_MMIO, 'A'),
	WORD(DMA_ATTR_DEBUGGING_IGNORE_CACHELINES, 'A'),
	WORD(DMA_ATTR_REQUIRE_COHERENT, 'A'), WORD(DMA_ATTR_CC_SHARED, 'A'),
	WORD(VM_MAP, 'V'),
	WORD(SLAB_HWCACHE_ALIGN, 'F'), WORD(SLAB_CACHE_DMA, 'F'), WORD(SLAB_CACHE_DMA32, 'F'),
	{ "PAGE_KERNEL", 0, 'R' },
	{ "pgprot_writecombine(PAGE_KERNEL)", PGPROT_UNCACHED, 'R' },
	{ "pgprot_noncached(PAGE_KERNEL)", PGPROT_UNCACHED, 'R' },
	WORD(DMA_MAPPING_ERROR, '.'), WORD(PAGE_SIZE, '.'), { "NULL", 0, '.' },
};

const unsigned nr_words = sizeof(words) / sizeof(words[0]);

int word_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < nr_words; i++)
		if (strncmp(words[i].name, name, len) == 0 && !words[i].name[len])
			return i;
	return -1;
}
