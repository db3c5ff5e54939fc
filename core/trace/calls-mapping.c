/* SPDX-License-Identifier: MIT */
/* Mappings and syncs, and what CPU and devices do to memory. */
#include "trace/calls.h"

#include <linux/dma-mapping.h>

/* ---------------------------------------------------------------- streaming */

CALL(dma_map_single) { UNUSED; to->dma = dma_map_single(DEV(0), PTR(1), NUM(2), DIR(3)); }
CALL(dma_unmap_single) { UNUSED; dma_unmap_single(DEV(0), NUM(1), NUM(2), DIR(3)); }

CALL(dma_map_single_attrs)
{
	UNUSED;
	to->dma = dma_map_single_attrs(DEV(0), PTR(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_single_attrs)
{
	UNUSED;
	dma_unmap_single_attrs(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_map_page)
{
	UNUSED;
	to->dma = dma_map_page(DEV(0), PTR(1), NUM(2), NUM(3), DIR(4));
}

CALL(dma_unmap_page) { UNUSED; dma_unmap_page(DEV(0), NUM(1), NUM(2), DIR(3)); }

CALL(dma_map_page_attrs)
{
	UNUSED;
	to->dma = dma_map_page_attrs(DEV(0), PTR(1), NUM(2), NUM(3), DIR(4), NUM(5));
}

CALL(dma_unmap_page_attrs)
{
	UNUSED;
	dma_unmap_page_attrs(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_map_phys)
{
	UNUSED;
	to->dma = dma_map_phys(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_phys) { UNUSED; dma_unmap_phys(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4)); }

CALL(dma_map_resource)
{
	UNUSED;
	to->dma = dma_map_resource(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_unmap_resource)
{
	UNUSED;
	dma_unmap_resource(DEV(0), NUM(1), NUM(2), DIR(3), NUM(4));
}

CALL(dma_mapping_error) { UNUSED; to->number = dma_mapping_error(DEV(0), NUM(1)); }
CALL(dma_need_sync) { UNUSED; to->number = dma_need_sync(DEV(0), NUM(1)); }

CALL(dma_sync_single_for_cpu)
{
	UNUSED;
	dma_sync_single_for_cpu(DEV(0), NUM(1), NUM(2), DIR(3));
}

CALL(dma_sync_single_for_device)
{
	UNUSED;
	dma_sync_single_for_device(DEV(0), NUM(1), NUM(2), DIR(3));
}

CALL(dma_sync_single_range_for_cpu)
{
	UNUSED;
	dma_sync_single_range_for_cpu(DEV(0), NUM(1), NUM(2), NUM(3), DIR(4));
}

CALL(dma_sync_single_range_for_device)
{
	UNUSED;
	dma_sync_single_range_for_device(DEV(0), NUM(1), NUM(2), NUM(3), DIR(4));
}

/* ----------------------------------------------------------------- accesses */

static void access(struct run *r, struct access_args *args, const union value *a, unsigned n)
{
	const struct arg *last = &r->now->args[n - 1];

	args->has_value = n == (args->by_device ? 4 : 3);
	if (args->has_value && last->kind == ARG_STRING)
		args->text = a[n - 1].string;
	else if (args->has_value)
		args->value = a[n - 1].n;
	run_access(r, args);
}

static void cpu_access(struct run *r, const union value *a, unsigned n, bool store)
{
	const struct arg *first = &r->now->args[0];
	struct access_args args = {
		.p = a[0].p, .len = a[1].n, .store = store,
		.object = first->kind == ARG_OBJECT ? &r->objects[first->object] : NULL,
	};

	access(r, &args, a, n);
}

static void device_access(struct run *r, const union value *a, unsigned n, bool store)
{
	struct access_args args = {
		.by_device = true, .dev = a[0].dev, .dma = a[1].n, .len = a[2].n, .store = store,
	};

	access(r, &args, a, n);
}

CALL(cpu_read) { UNUSED; cpu_access(r, a, n, false); }
CALL(cpu_write) { UNUSED; cpu_access(r, a, n, true); }
CALL(cpu_load) { UNUSED; run_plain_load(r, PTR(0), NUM(1)); }
CALL(cpu_store) { UNUSED; run_plain_store(r, PTR(0), NUM(1), n > 2 ? (u8)NUM(2) : -1); }
CALL(device_read) { UNUSED; device_access(r, a, n, false); }
CALL(device_write) { UNUSED; device_access(r, a, n, true); }
CALL(evict) { UNUSED; dmalab_cache_evict(PTR(0), NUM(1)); }
CALL(fill) { UNUSED; dmalab_cache_fill(PTR(0), NUM(1)); }
