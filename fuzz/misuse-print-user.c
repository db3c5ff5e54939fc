// SPDX-License-Identifier: MIT
/* Calls that map memory into user space, in readable form. */
#include "misuse.h"
#include "model/model.h"

const char *user_call_name(const struct call *c)
{
	static const char *const names[NR_USER_CALLS] = {
		[MMAP_ATTRS] = "dma_mmap_attrs", [MMAP_COHERENT] = "dma_mmap_coherent",
		[MMAP_WC] = "dma_mmap_wc", [MMAP_PAGES] = "dma_mmap_pages",
		[MMAP_NONCONTIGUOUS] = "dma_mmap_noncontiguous",
	};

	return names[c->number];
}

void print_user_call(const struct call *c, struct model *const *models, FILE *to)
{
	static const char *const areas[] = { "NULL", "misaligned", "unmapped", "a machine's" };

	print_device(c->device, to);
	if (c->mask < USER_NOTHING)
		fprintf(to, ", %llu pages", (unsigned long long)c->mask);
	else
		fprintf(to, ", %s", areas[c->mask - USER_NOTHING]);
	fprintf(to, " from page %ld, ", (long)c->offset);
	print_pointer(c->cpu, models, to);
	fprintf(to, ", 0x%llx, %zu", (unsigned long long)c->dma, c->size);
	if (c->no_table)
		fprintf(to, ", no table");
}
