/* SPDX-License-Identifier: MIT */
/*
 * The moving of ownership. The kernel does the maintenance whatever the driver
 * asked for, and so does this: a report changes nothing of what follows.
 */
#include "dma/direct.h"

#include <stdio.h>

struct sync {
	struct dmalab_device *d;
	const struct call *call;
	dma_addr_t dma;
	size_t size;
	enum handover to;
	enum dma_data_direction dir;
	size_t offset;          /* in RAM, or NO_OFFSET */
};

static cold void report_sync(const struct sync *s, enum check check, const struct region *r,
			     const char *detail)
{
	struct finding f = {
		.check = check, .call = s->call, .dev = &s->d->dev, .dma = s->dma,
		.size = s->size, .region = r, .detail = detail,
	};

	judge_report(&s->d->machine->judge, &f);
}

/* A bidirectional mapping takes a sync of any direction; so does coherent memory. */
static bool direction_fits(const struct sync *s, const struct region *r)
{
	return !region_is_owned(r) || r->dir == DMA_BIDIRECTIONAL || r->dir == s->dir;
}

/* 3: entirely; 2: but for the direction; 1: only the start. */
static int fit(const struct region *r, const void *arg)
{
	const struct sync *s = arg;

	if (r->dev != &s->d->dev || !region_contains(r, s->offset, 1))
		return 0;
	if (!region_contains(r, s->offset, s->size))
		return 1;
	return direction_fits(s, r) ? 3 : 2;
}

static cold void report_misfit(const struct sync *s, const struct region *r, int how)
{
	char text[96];

	switch (how) {
	case 0:
		report_sync(s, CHECK_SYNC_UNKNOWN, NULL, NULL);
		break;
	case 1:
		report_sync(s, CHECK_SYNC_OUT_OF_RANGE, r, NULL);
		break;
	default:
		snprintf(text, sizeof(text), "mapped %s, synced %s", dir_name(r->dir),
			 dir_name(s->dir));
		report_sync(s, CHECK_SYNC_DIRECTION_MISMATCH, r, text);
	}
}

static cold void report_redundant(const struct sync *s, const struct region *r)
{
	struct machine *hw = &s->d->machine->hw;
	unsigned shift = hw->profile->line_shift;
	enum line_op op = profile_op(hw->profile, s->to, s->dir);
	size_t lines = s->d->dev.dma_coherent || op == OP_NONE ? 0 :
		       ((s->offset + s->size - 1) >> shift) - (s->offset >> shift) + 1;
	char text[128];

	snprintf(text, sizeof(text), "%zu bytes, %zu cache operations for nothing: %s", s->size,
		 lines, !region_is_owned(r) ? "coherent memory needs no sync" :
		 s->to == FOR_CPU ? "the CPU owned them" : "the device owned them");
	report_sync(s, CHECK_SYNC_REDUNDANT, r, text);
}

/* Returns the object whose bytes move, or NULL; and whether it drew a report. */
static struct region *check_sync(const struct sync *s, bool *reported)
{
	int how = 0;
	struct region *r = NULL;

	if (s->offset != NO_OFFSET)
		r = ledger_find(&s->d->machine->judge.ledger, s->offset, fit, s, &how);
	*reported = how < BEST_FIT;
	if (unlikely(*reported)) {
		report_misfit(s, r, how);
	} else if (judge_wants(&s->d->machine->judge, CHECK_SYNC_REDUNDANT)) {
		size_t first = s->offset - r->offset;

		*reported = !region_is_owned(r) ||
			    !own_find(r, first, s->size, s->to == FOR_CPU).bytes;
		if (*reported)
			report_redundant(s, r);
	}
	return r;
}

static void sync_locked(struct sync *s)
{
	struct dmalab_machine *lab = s->d->machine;
	struct region *r = NULL;
	bool reported = false;
	struct damage lost;
	size_t len = s->size;

	if (unlikely(!direction_ok(s->dir))) {
		report_sync(s, CHECK_BAD_DIRECTION, NULL,
			    "valid: DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE");
		return;
	}
	if (!s->size)
		return;
	s->offset = bus_to_offset(&lab->hw, &s->d->window, s->dma);
	if (judge_keeps_ledger(&lab->judge))
		r = check_sync(s, &reported);
	if (s->offset == NO_OFFSET)
		return;
	if (len > bank_bytes(&lab->hw, s->offset))
		len = bank_bytes(&lab->hw, s->offset);

	lost = direct_handover(s->d, s->offset, len, s->to, s->dir, s->call->site);
	if (unlikely(lost.bytes) && !reported)
		direct_report_partial(s->d, s->call, r, s->dma, s->size, &lost);
	if (r && region_is_owned(r)) {
		size_t first = s->offset - r->offset;

		own_give(r, first, len < r->size - first ? len : r->size - first,
			 s->to == FOR_DEVICE);
	}
}

static void sync(struct device *dev, dma_addr_t addr, size_t size, enum handover to,
		 enum dma_data_direction dir, const struct call *call)
{
	struct sync s = {
		.d = lab_enter(dev, call), .call = call, .dma = addr, .size = size, .to = to,
		.dir = dir,
	};

	if (!s.d)
		return;
	sync_locked(&s);
	lab_leave(s.d);
}

void dma_sync_single_for_device(struct device *dev, dma_addr_t addr, size_t size,
				enum dma_data_direction dir)
{
	sync(dev, addr, size, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_single_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir)
{
	sync(dev, addr, size, FOR_CPU, dir, &THIS_CALL);
}

void dma_sync_single_range_for_device(struct device *dev, dma_addr_t addr, unsigned long offset,
				      size_t size, enum dma_data_direction dir)
{
	sync(dev, addr + offset, size, FOR_DEVICE, dir, &THIS_CALL);
}

void dma_sync_single_range_for_cpu(struct device *dev, dma_addr_t addr, unsigned long offset,
				   size_t size, enum dma_data_direction dir)
{
	sync(dev, addr + offset, size, FOR_CPU, dir, &THIS_CALL);
}

bool dma_need_sync(struct device *dev, dma_addr_t dma_addr)
{
	struct dmalab_device *d = lab_enter(dev, &THIS_CALL);

	(void)dma_addr;
	if (!d)
		return false;
	lab_leave(d);
	return !dev->dma_coherent;
}
