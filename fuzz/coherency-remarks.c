// SPDX-License-Identifier: MIT
/* Target "coherency": what of a report must not depend on the cache. */
#include "coherency.h"

#include <dmalab.h>
#include <string.h>

/* Names in reports are those of the catalogue, so after a first look pointers do. */
#define NR_EXCUSES 5

static enum excuse excuse_of(const char *check)
{
	static const char *const names[NR_EXCUSES] = {
		"stale-cpu-read", "stale-device-read", "lost-cpu-write", "lost-device-write",
		"cpu-use-after-free",
	};
	static const char *found[NR_EXCUSES];
	const struct dmalab_check *const *checks;
	size_t count, k;

	if (!found[0]) {
		checks = dmalab_checks(&count);
		for (size_t i = 0; i < count; i++)
			for (k = 0; k < NR_EXCUSES; k++)
				if (strcmp(checks[i]->name, names[k]) == 0)
					found[k] = checks[i]->name;
	}
	for (k = 0; k < NR_EXCUSES && check != found[k]; k++)
		;
	return k == NR_EXCUSES ? NO_EXCUSE : k == NR_EXCUSES - 1 ? FOR_ACCESS : FOR_BYTES;
}

/*
 * Reports count bytes from the start of the object. One that is about no object, or
 * about one that the bytes once belonged to, stands for all of the access.
 */
static void place(struct remark *r, const struct dmalab_report *report)
{
	size_t start = report->cpu_addr ?
		(uintptr_t)report->cpu_addr - (uintptr_t)report->object_cpu_addr :
		report->dma_addr - report->object_dma_addr;

	r->first = report->first - start;
	r->last = report->last - start;
	r->bytes = report->bytes;
	if (!report->object || r->first > r->last || r->last >= report->length)
		r->first = r->last = r->bytes = 0;
}

void add_remark(struct trace *t, unsigned step, const struct dmalab_report *report)
{
	struct remark *r;

	if (t->nr_remarks++ >= MAX_REMARKS)
		return;
	r = &t->remark[t->nr_remarks - 1];
	r->step = step;
	r->check = report->check;
	r->found = report->found_by != NULL;
	r->excuse = r->found ? NO_EXCUSE : excuse_of(report->check);
	place(r, report);
}
