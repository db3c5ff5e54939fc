/* SPDX-License-Identifier: MIT */
/* What was missing when bytes were stored and lost. */
#include "judge/advice-parts.h"

#include <stdio.h>

void dlab_advice_say_direction(struct advice *a, const struct region *r)
{
	dlab_advice_say(a, "DMA_BIDIRECTIONAL where %s() made the mapping of %s: it was %s",
			r->function, dlab_device_name(r->dev), dlab_dir_name(r->dir));
}

void dlab_advice_say_lines(struct advice *a)
{
	const struct profile *profile = a->look.on;

	dlab_advice_say(
		a,
		"lines of their own for what the CPU writes and what the device does: align both to dma_get_cache_alignment(), %u bytes here",
		profile->dma_align > 1u << profile->line_shift ? profile->dma_align :
								 1u << profile->line_shift);
}

static void say_wiring(struct advice *a, const struct device *dev)
{
	dlab_advice_say(
		a,
		dlab_advice_coherent(a, dev) ?
			"dma-noncoherent in the device tree: %s does not snoop, and dev->dma_coherent is set" :
			"dma-coherent in the device tree: %s snoops, and dev->dma_coherent is not set",
		dlab_device_name(dev));
}

/* The kernel is told the wrong thing, and no sync makes up for that. */
bool dlab_advice_miswired(struct advice *a, const struct region *r)
{
	if (likely(looks_at_copies(&a->look) || !dlab_advice_coherent(a, r->dev) ||
		   dlab_advice_snoops(a, r->dev)))
		return false;
	say_wiring(a, r->dev);
	return true;
}

/* A cause of which the mapping is known, and can be synced. */
static bool is_mapped(struct advice *a, const struct cause *c)
{
	if (c->region && region_is_owned(c->region))
		return !dlab_advice_miswired(a, c->region);
	if (c->region)
		dlab_advice_say(
			a,
			"no sync moves bytes of %s memory: share it through the pointer that its allocation returned",
			region_is_coherent(c->region) ? "coherent" : "this");
	else
		dlab_advice_say(
			a,
			"a sync for_cpu of the mapping that they came through, which is not known any more, or a store to them before they are read");
	return false;
}

static void past_call(struct advice *a, const struct cause *c, const struct region *r,
		      enum handover to, enum place place, site_t site)
{
	size_t first = c->first > r->offset ? c->first - r->offset : 0;
	size_t last = c->last - r->offset < r->size ? c->last - r->offset : r->size - 1;

	/* Of what lies between nothing is known. */
	if ((place == BEFORE_LOSS || place == BEFORE_END) && c->bytes != c->last - c->first + 1) {
		dlab_advice_say(
			a,
			"a sync %s of what is %s, before the bytes are lost: not of what lies between",
			to == FOR_CPU ? "for_cpu" : "for_device",
			to == FOR_CPU ? "the device's" : "the CPU's");
		return;
	}
	dlab_advice_add(a, r, to, first, last, false, place, site);
}

/* As far as the device stored to the lines: what is left out would be thrown away. */
static struct cause whole_lines(const struct advice *a, const struct cause *c)
{
	size_t line = 1ul << a->look.on->line_shift;
	const struct lost_by *lost = &c->source.lost;
	struct cause all = *c;

	if (lost->how != LOSS_DEVICE_STORE)
		return all;
	all.first &= ~(line - 1);
	all.last |= line - 1;
	if (all.first < lost->start)
		all.first = lost->start;
	if (all.last >= lost->end)
		all.last = lost->end - 1;
	return all;
}

/* Give the device the bytes before it stores, and take them back if they were the CPU's. */
static void give_before_store(struct advice *a, const struct cause *c)
{
	const struct region *r = c->region;
	struct cause all;

	if (c->source.own == OWN_BOTH) {
		dlab_advice_say(
			a,
			"a sync for_device of all that %s writes, before it does: it owned only a part",
			dlab_device_name(r->dev));
		return;
	}
	all = whole_lines(a, c);
	past_call(a, &all, r, FOR_DEVICE, BEFORE_STORE, c->source.dev);
	if (c->source.own == OWN_CPU)
		past_call(a, &all, r, FOR_CPU, AFTER_STORE, c->source.dev);
}

/* The device stored it, and the cache or the memory is behind. */
static void advise_stale_load(struct advice *a, const struct cause *c)
{
	const struct region *r = c->region;

	if (c->source.uncached) {
		dlab_advice_say(
			a,
			"what invalidates the lines, between the store past the cache and this read: a sync for_cpu of a mapping that a device writes");
		return;
	}
	if (!is_mapped(a, c))
		return;
	if (drops(dlab_advice_effect(a, r, FOR_CPU))) {
		if (r->died)
			past_call(a, c, r, FOR_CPU, BEFORE_END, r->died);
		/* Else it is released for this access. */
		return;
	}
	/* Without speculation, what keeps the cache empty is the hand-over before. */
	if (drops(dlab_advice_effect(a, r, FOR_DEVICE)))
		give_before_store(a, c);
	else
		dlab_advice_say_direction(a, r);
}

static void advise_device_store(struct advice *a, const struct cause *c)
{
	const struct region *r = c->region;
	enum line_op op;

	if (!is_mapped(a, c))
		return;
	op = dlab_advice_effect(a, r, FOR_DEVICE);
	/* Nor was it taken back by the unmap; while it lives, it is for this access. */
	if (c->hidden && r->died && c->source.own == OWN_DEVICE && a->look.side == SIDE_CPU)
		past_call(a, c, r, FOR_CPU, BEFORE_END, r->died);
	if (c->source.lost.outside)
		dlab_advice_say_lines(a);
	else if (r->dir == DMA_TO_DEVICE || op == OP_NONE ||
		 (op == OP_INVALIDATE && c->source.lost.others))
		dlab_advice_say_direction(a, r);
	else if (c->source.own == OWN_DEVICE && c->doomed)
		dlab_advice_say(
			a,
			"a sync for_device before %s writes, and one for_cpu before the CPU stores to the same lines",
			dlab_device_name(r->dev));
	else
		give_before_store(a, c);
}

static void advise_cpu_store(struct advice *a, const struct cause *c)
{
	const struct region *r = c->region;
	const struct lost_by *lost = &c->source.lost;

	if (!is_mapped(a, c))
		return;
	if (lost->start < r->offset || lost->end > r->offset + r->size)
		dlab_advice_say_lines(a);
	else if (r->dir == DMA_TO_DEVICE)
		dlab_advice_say_direction(a, r);
	else if (c->source.own != OWN_DEVICE || !drops(dlab_advice_effect(a, r, FOR_CPU)))
		give_before_store(a, c);
	else {
		past_call(a, c, r, FOR_CPU, AFTER_STORE, c->source.dev);
		past_call(a, c, r, FOR_DEVICE, AFTER_STORE, c->source.dev);
	}
}

/* @r: whose bytes the call was about. */
static void advise_invalidated(struct advice *a, const struct cause *c, const struct region *r)
{
	const struct lost_by *lost = &c->source.lost;
	char where[128];
	struct dmalab_site site = site_public(lost->site);

	dlab_site_format(&site, where, sizeof(where));
	if (r && c->source.snooped && dlab_advice_snoops(a, r->dev) &&
	    !dlab_advice_coherent(a, r->dev))
		say_wiring(a, r->dev);
	else if (r && (c->first < r->offset || c->last >= r->offset + r->size) &&
		 lost->end > r->offset + r->size)
		dlab_advice_say(
			a,
			"a sync of no more than the %zu bytes that are mapped, at %s: it invalidates what the CPU wrote beside them",
			r->size, where);
	else if (!r || c->first < lost->start || c->last >= lost->end ||
		 c->first < r->offset || c->last >= r->offset + r->size)
		dlab_advice_say(
			a,
			"lines of their own for bytes beside those that are handed over at %s: align both to dma_get_cache_alignment()",
			where);
	else if (lost->dir != r->dir)
		dlab_advice_say(a, "%s in the call at %s, as it was mapped: %s invalidates",
				dlab_dir_name(r->dir), where, dlab_dir_name(lost->dir));
	else if (r->dir != DMA_BIDIRECTIONAL || lost->to != FOR_CPU || !region_is_owned(r) ||
		 !writes_back(dlab_advice_effect(a, r, FOR_DEVICE)))
		dlab_advice_say_direction(a, r);
	else
		past_call(a, c, r, FOR_DEVICE, BEFORE_LOSS, lost->site);
}

/* Does the memory not have the bytes, or another mapping have an own idea of them? */
static bool is_elsewhere(const struct advice *a, const struct region *r, size_t first, size_t last)
{
	const struct lost *lost = &a->j->lost;

	for (size_t at = first; at <= last; at += 64 - at % 64) {
		u64 m = word_mask(at / 64, first, last + 1);
		u64 others = dlab_bounce_stored_through_others(a->j, r, at & ~63ul, false);

		if ((lost->bits[at / 64] | others) & m)
			return true;
	}
	return false;
}

void dlab_advice_say_one_at_a_time(struct advice *a)
{
	dlab_advice_say(
		a,
		"one mapping of these bytes at a time: each has a copy of its own, and a sync of one copies over what another device stored");
}

/* @r: the mapping that was copied; it may have ended since. */
static void advise_copied(struct advice *a, const struct cause *c, const struct region *r)
{
	const struct lost_by *lost = &c->source.lost;

	if (!r)
		dlab_advice_say(
			a,
			"a sync before the bounce buffer was copied, by the device whose mapping it is: the call was another's, or that is long gone");
	else if (lost->how != LOSS_NO_COPY && is_elsewhere(a, r, c->first, c->last))
		dlab_advice_say_one_at_a_time(a);
	else if (lost->how == LOSS_COPY_OUT && c->by_device)
		dlab_advice_say(
			a,
			"one mapping of these bytes at a time: the copy of %s had not what %s stored through another mapping",
			dlab_device_name(r->dev),
			c->region ? dlab_device_name(c->region->dev) : "a device");
	else if (r->dir == (lost->how == LOSS_COPY_OUT ? DMA_FROM_DEVICE : DMA_TO_DEVICE) ||
		 (lost->how == LOSS_COPY_OUT && r->dir == DMA_TO_DEVICE))
		dlab_advice_say_direction(a, r);
	else
		past_call(a, c, r, lost->how == LOSS_COPY_OUT ? FOR_DEVICE : FOR_CPU, BEFORE_LOSS,
			  lost->site);
}

void dlab_advise_past(struct advice *a, const struct cause *c)
{
	const struct lost_by *lost = &c->source.lost;
	const struct region *by = dlab_ledger_by_serial(&a->j->ledger, lost->serial, c->first);

	switch (lost->how) {
	case LOSS_NONE:
		if (c->lost)
			dlab_advice_say(
				a,
				"a sync between the stores of the CPU and of the device to these bytes");
		else if (a->look.side == SIDE_CPU)
			advise_stale_load(a, c);
		/* Else it is given to the device for this access. */
		break;
	case LOSS_CPU_STORE:
		advise_cpu_store(a, c);
		break;
	case LOSS_DEVICE_STORE:
		advise_device_store(a, c);
		break;
	case LOSS_SNOOPED_STORE:
		dlab_advice_say(
			a,
			"a sync for_cpu of what the other device wrote, before the one that snoops stores to the same lines");
		break;
	case LOSS_UNCACHED_STORE:
		dlab_advice_say(
			a,
			"what cleans the lines (a mapping or a sync for a device) between the two stores");
		break;
	case LOSS_INVALIDATE:
		advise_invalidated(a, c, by);
		break;
	case LOSS_COPY_IN:
	case LOSS_COPY_OUT:
	case LOSS_NO_COPY:
		advise_copied(a, c, by);
		break;
	}
}
