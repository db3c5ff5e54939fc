/* SPDX-License-Identifier: MIT */
/*
 * From a finding to the user. Detecting never prints, and reporting never
 * decides: what is wrong was settled before this file is entered.
 */
#include "judge/blocks.h"
#include "judge/judge.h"
#include "judge/told.h"
#include "base/host.h"
#include "base/probe.h"

#include <linux/dma-mapping.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int dlab_judge_init(struct judge *j, struct machine *hw, const struct judge_options *o)
{
	bool full = o->level == LEVEL_FULL;
	int err;

	memset(j, 0, sizeof(*j));
	j->hw = hw;
	j->shadow.profile = hw->profile;
	j->line = 64;
	judge_widen_line(j, hw->profile);
	j->level = o->level;
	j->enabled = o->checks;
	j->all = full && o->all;
	if (o->level == LEVEL_OFF)
		return 0;
	err = dlab_ledger_init(&j->ledger, hw);
	if (!err && full)
		err = dlab_shadow_init(&j->shadow, hw, hw->profile);
	if (!err && full && judge_bounces(j))
		err = dlab_lost_init(&j->lost, hw);
	if (!err && j->all)
		err = dlab_judge_add_machines(j);
	if (!err && full && o->plain)
		err = dlab_stores_init(&j->stores, hw);
	if (!err && full && (judge_wants(j, CHECK_UNWRITTEN_READ) ||
			     judge_wants(j, CHECK_UNINITIALISED_TO_DEVICE)))
		err = dlab_unwritten_init(&j->unwritten, hw, o->plain ? LEAST_PLAIN : 1);
	if (err)
		dlab_judge_exit(j);
	return err;
}

void dlab_judge_exit(struct judge *j)
{
	dlab_stores_exit(&j->stores);
	dlab_unwritten_exit(&j->unwritten);
	dlab_lost_exit(&j->lost);
	dlab_judge_remove_machines(j);
	dlab_shadow_exit(&j->shadow);
	dlab_ledger_exit(&j->ledger);
	free(j->seen);
	dlab_log_exit(&j->log);
	dlab_told_exit(j);
}

const char *dlab_dir_name(enum dma_data_direction dir)
{
	switch (dir) {
	case DMA_BIDIRECTIONAL:
		return "DMA_BIDIRECTIONAL";
	case DMA_TO_DEVICE:
		return "DMA_TO_DEVICE";
	case DMA_FROM_DEVICE:
		return "DMA_FROM_DEVICE";
	case DMA_NONE:
		return "DMA_NONE";
	}
	return "no direction";
}

/* The counterpart of what made the mapping. */
static const char *unmap_function(const struct region *r)
{
	if (strncmp(r->function, "dma_map_page", 12) == 0)
		return "dma_unmap_page()";
	if (strcmp(r->function, "dma_map_phys") == 0)
		return "dma_unmap_phys()";
	return strcmp(r->function, "dma_map_resource") == 0 ? "dma_unmap_resource()" :
							       "dma_unmap_single()";
}

const char *dlab_release_name(const struct region *r)
{
	if (r->managed)
		return r->kind == REGION_COHERENT ? "dmam_free_coherent()" :
						    "the unbinding of the driver";
	switch (r->kind) {
	case REGION_COHERENT:
		return "dma_free_coherent()";
	case REGION_HANDLE:
		return "dma_free_attrs()";
	case REGION_POOL:
	case REGION_BLOCK:
		return "dma_pool_free()";
	case REGION_NONCOHERENT:
		return "dma_free_noncoherent()";
	case REGION_NONCONTIGUOUS:
		return "dma_free_noncontiguous()";
	case REGION_SINGLE:
		return unmap_function(r);
	case REGION_SG:
		return "dma_unmap_sg()";
	}
	return NULL;
}

static const char *object_name(const struct region *r)
{
	switch (r->kind) {
	case REGION_COHERENT:
		return "coherent buffer";
	case REGION_HANDLE:
		return "no-mapping handle";
	case REGION_POOL:
		return "part of a pool";
	case REGION_BLOCK:
		return "pool block";
	case REGION_NONCOHERENT:
		return "noncoherent buffer";
	case REGION_NONCONTIGUOUS:
		return "noncontiguous buffer";
	case REGION_SINGLE:
		return "mapping";
	case REGION_SG:
		return "entry of a mapped list";
	}
	return NULL;
}

/* True the first time, for this check at this place. Forgets when it is full. */
static bool first_time(struct judge *j, enum check check, site_t site)
{
	u64 key = ((u64)site * NR_CHECKS + check + 1) * 0x9e3779b97f4a7c15ull | 1;
	u32 slot = key >> 40;

	if (!j->seen)
		j->seen = host_calloc(SEEN_SIZE, sizeof(*j->seen));
	if (!j->seen)
		return true;
	for (unsigned i = 0; i < 8; i++) {
		u64 *seen = &j->seen[(slot + i) % SEEN_SIZE];

		if (*seen == key)
			return false;
		if (!*seen) {
			*seen = key;
			return true;
		}
	}
	j->seen[slot % SEEN_SIZE] = key;
	return true;
}

static void add_history(struct told *told, const char *what, site_t site)
{
	unsigned i = told->report.nr_history;

	if (!site || i == DMALAB_HISTORY_MAX)
		return;
	told->history_sites[i] = site_public(site);
	told->history[i] = (struct dmalab_event){ .size = sizeof(told->history[i]), .what = what };
	dlab_told_add_text(told, &told->history[i].what);
	told->report.nr_history++;
}

static void add_advice(struct told *told, const struct missing *missing)
{
	unsigned i = told->report.nr_advice;

	told->advice_sites[i] = site_public(missing->site);
	told->advice[i] = missing->call;
	told->report.nr_advice++;
}

static void describe_object(struct told *told, const struct region *r)
{
	struct dmalab_report *report = &told->report;
	char born[64];

	if (!r)
		return;
	report->object = object_name(r);
	report->object_cpu_addr = r->cpu;
	report->object_dma_addr = r->dma;
	report->object_size = r->size;
	snprintf(born, sizeof(born), "%s() made it", r->function);
	add_history(told, born, r->born);
}

/*
 * Memory of a pool is spoken of by the block: that of the address, as the bytes may be
 * behind it; or else of the bytes.
 */
static const struct region *object_of(struct dmalab_report *report, const struct finding *f,
				      struct region *copy)
{
	const struct region *r = f->region;
	const struct block *block;
	size_t at;

	if (!r || !r->blocks)
		return r;
	at = f->dma - r->dma < r->size ? f->dma - r->dma :
	     f->bytes ? f->first : (uintptr_t)f->cpu - (uintptr_t)r->cpu;
	block = at < r->size ? blocks_at(r->blocks, r->offset + at) : NULL;
	if (!block)
		return r;
	*copy = dlab_block_region(block);
	if (f->bytes) {
		report->first -= block_start(block);
		report->last -= block_start(block);
	}
	return copy;
}

/* What NULL for a device has to do with it; elsewhere there just is none. */
static bool is_about_devices(enum check check)
{
	return check == CHECK_NO_DEVICE || check == CHECK_FREE_WRONG_DEVICE;
}

static const char *machine_names(u32 machines, char *text, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < dlab_nr_profiles; i++)
		if (machines >> i & 1)
			len += snprintf(text + len, size - len, "%s%s", len ? ", " : "",
					dlab_profiles[i].name);
	return text;
}

/* Wherever the error value of a mapping is taken for an address, that is the mistake. */
static const char *detail_of(const struct finding *f, char *text, size_t size)
{
	if (likely(f->dma != DMA_MAPPING_ERROR))
		return f->detail;
	snprintf(text, size, "%s%sDMA address 0x%llx is DMA_MAPPING_ERROR, the error value of a failed mapping: "
		 "check dma_mapping_error() before it is used",
		 f->detail ? f->detail : "", f->detail ? "; " : "", (unsigned long long)f->dma);
	return text;
}

/* A store that a call finds is not a step of its own access. */
static bool has_been_drawn(struct judge *j, const struct finding *f)
{
	if (unlikely(j->stores.by))
		return dlab_stores_reported(&j->stores, f->check, f->region);
	return j->once && j->has_drawn;
}

/* What it says, all but where the pointers to its own parts go. */
static void fill_in(struct judge *j, struct told *told, const struct finding *f)
{
	const struct dmalab_check *check = &dlab_catalogue[f->check];
	struct dmalab_report *report = &told->report;
	char detail[384], machines[128];
	const struct region *object;
	struct region block;

	*report = (struct dmalab_report){
		.size = sizeof(struct dmalab_report),
		.check = check->name,
		.severity = check->severity,
		.call = f->call->name,
		.dev = f->dev,
		.device = f->dev || is_about_devices(f->check) ? dlab_device_name(f->dev) : NULL,
		.profile = (f->on ? f->on : j->hw->profile)->name,
		.cpu_addr = f->cpu,
		.dma_addr = f->dma,
		.length = f->size,
		.first = f->first,
		.last = f->last,
		.bytes = f->bytes,
		.also = f->also,
		.detail = detail_of(f, detail, sizeof(detail)),
		.missing = f->missing,
		.breaks_on = f->machines ? machine_names(f->machines, machines, sizeof(machines)) : NULL,
		.dma_debug = f->plain ? NULL : check->dma_debug,
	};
	told->len = 0;
	told->site = site_public(f->call->site);
	if (j->stores.by) {
		report->found_by = j->stores.by->name;
		told->found_at = site_public(j->stores.by->site);
	}
	if (unlikely(j->failed.call.name)) {
		report->failed = j->failed.call.name;
		told->failed_at = site_public(j->failed.call.site);
		report->failed_nth = j->failed.nth;
	}
	dlab_told_add_text(told, &report->also);
	dlab_told_add_text(told, &report->detail);
	dlab_told_add_text(told, &report->missing);
	dlab_told_add_text(told, &report->breaks_on);
	object = object_of(report, f, &block);
	describe_object(told, object);
	for (unsigned i = 0; i < f->nr_history && report->nr_history < DMALAB_HISTORY_MAX - 1; i++)
		add_history(told, f->history[i].what, f->history[i].site);
	if (object && object->died)
		add_history(told, "released", object->died);
	for (unsigned i = 0; i < f->nr_advice; i++)
		add_advice(told, &f->advice[i]);
	if (f->bytes && f->region && region_has_memory(f->region))
		report->phys = offset_to_phys(j->hw, f->region->offset + f->first);
}

/* Who is to be told, and how. */
static void address(struct judge *j, struct told *told, const struct finding *f)
{
	told->handler = j->handler;
	told->context = j->context;
	told->silent = !j->handler &&
		       !first_time(j, f->check, f->call->site + j->failed.call.site);
	told->halt = j->halt && dlab_catalogue[f->check].severity == DMALAB_ERROR;
}

/* The host has no memory for it to wait in: it is told at once, under the lock. */
static cold void tell_at_once(struct judge *j, const struct finding *f)
{
	struct told told;

	address(j, &told, f);
	fill_in(j, &told, f);
	dlab_told_tell(&told);
}

static void tell_later(struct judge *j, const struct finding *f)
{
	struct told *told = j->spare ? j->spare : host_malloc(sizeof(*told));
	struct told **at = &j->waiting;

	if (unlikely(!told)) {
		tell_at_once(j, f);
		return;
	}
	if (told == j->spare)
		j->spare = NULL;
	address(j, told, f);
	fill_in(j, told, f);
	while (*at)
		at = &(*at)->next;
	told->next = NULL;
	*at = told;
}

cold void dlab_judge_report(struct judge *j, const struct finding *f)
{
	if (!judge_wants(j, f->check) || has_been_drawn(j, f))
		return;
	if (!j->stores.by)
		j->has_drawn = j->once;
	__atomic_store_n(&j->counts[f->check], j->counts[f->check] + 1, __ATOMIC_RELAXED);
	dlab_log_add(&j->log, &(struct heard){
		.check = f->check, .call = f->call->name, .site = f->call->site,
		.found_at = j->stores.by ? j->stores.by->site : 0,
	});
	if (recording() && (!f->on || f->on == j->hw->profile))
		dlab_probe->report(j->hw, dlab_catalogue[f->check].name, f->call, f->cpu);
	tell_later(j, f);
}
