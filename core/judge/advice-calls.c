/* SPDX-License-Identifier: MIT */
/* The calls of an advice, or its words, and how they read. */
#include "judge/advice-parts.h"

#include <stdarg.h>
#include <stdio.h>

cold void dlab_advice_say(struct advice *a, const char *format, ...)
{
	va_list args;

	if (a->in_words)
		return;
	a->in_words = true;
	va_start(args, format);
	vsnprintf(a->words, sizeof(a->words), format, args);
	va_end(args);
}

/*
 * A sync finds its mapping by device and address. Where two mappings of one device have one
 * address, it finds the later one, or that of its direction.
 */
static bool hides(const struct region *x, const struct region *r, u64 place, size_t len)
{
	return x->serial != r->serial && x->dev == r->dev && region_holds(x, place, len) &&
	       (!region_is_owned(x) || x->dir == DMA_BIDIRECTIONAL || x->dir == r->dir);
}

struct later {
	const struct region *r;
	u64 place;
	size_t len;
};

static bool may_have_hidden(const struct region *x, const void *arg)
{
	const struct later *l = arg;

	return x->serial > l->r->serial && hides(x, l->r, l->place, l->len);
}

static bool is_found(const struct advice *a, const struct region *r, size_t first, size_t last,
		     bool list, enum place place)
{
	struct later l = { r, list ? r->group->first->place : r->place + first, last - first + 1 };

	if (list)
		l.len = 1;
	if (place < BEFORE_THIS &&
	    dlab_ledger_dead(&a->j->ledger, may_have_hidden, &l, l.place, NO_OFFSET))
		return false;
	for (const struct span *span = ledger_spans(&a->j->ledger, l.place); span; span = span->next) {
		const struct region *x = span->region;

		if (list ? x->group == r->group : x->serial == r->serial) {
			if (list)
				continue;
			return true;
		}
		if (list ? x->group && x->dev == r->dev && x->place == l.place :
			   hides(x, r, l.place, l.len))
			return false;
	}
	return true;
}

/* Calls of one kind at one place are one call. */
void dlab_advice_add(struct advice *a, const struct region *r, enum handover to, size_t first,
		     size_t last, bool list, enum place place, site_t site)
{
	for (unsigned i = 0; i < a->nr; i++) {
		struct sync_advice *c = &a->calls[i];

		if (c->place != place || c->site != site || c->to != to || c->list != list ||
		    (list ? c->r->group != r->group : c->r->serial != r->serial))
			continue;
		/* Of what lay between in the past nothing is known; now it may be the other side's. */
		if (!list && (place == BEFORE_LOSS || place == BEFORE_END || place == AFTER_THIS) &&
		    (first > c->last + 1 || c->first > last + 1))
			continue;
		c->first = first < c->first ? first : c->first;
		c->last = last > c->last ? last : c->last;
		return;
	}
	if (!is_found(a, r, first, last, list, place)) {
		dlab_advice_say(
			a,
			"one mapping of these bytes at a time: %s has several at one address, and a sync cannot tell them apart",
			dlab_device_name(r->dev));
		return;
	}
	if (a->nr == DMALAB_ADVICE_MAX) {
		dlab_advice_say(
			a, "a sync of each mapping of these bytes: there are too many to name");
		return;
	}
	a->calls[a->nr++] = (struct sync_advice){ r, to, first, last, list, place, site };
}

/* --------------------------------------------------------------------------- text */

struct line {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3)))
static void put(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->buf + l->len, l->size - l->len, format, args);
	va_end(args);
	if (n > 0)
		l->len = l->len + n < l->size ? l->len + n : l->size - 1;
}

static void put_call(struct line *l, const struct sync_advice *c)
{
	const char *to = c->to == FOR_CPU ? "for_cpu" : "for_device";

	if (c->list)
		put(l, "dma_sync_sg_%s(%s, sgl, %u, %s)", to, dlab_device_name(c->r->dev),
		    c->r->group->nents, dlab_dir_name(c->r->dir));
	else
		put(l, "dma_sync_single_%s(%s, 0x%llx, %zu, %s)", to, dlab_device_name(c->r->dev),
		    (unsigned long long)(c->r->dma + c->first), c->last - c->first + 1,
		    dlab_dir_name(c->r->dir));
}

static void put_place(struct line *l, const struct advice *a, enum place place, site_t site,
		      bool again)
{
	static const char *const names[] = {
		[BEFORE_STORE] = "before the device's write", [AFTER_STORE] = "after the device's write",
		[BEFORE_LOSS] = "before the bytes were lost", [BEFORE_END] = "before the mapping ended",
	};
	struct dmalab_site at = site_public(site);
	char where[128];

	if (place == BEFORE_THIS)
		put(l, " before this %s", a->plain ? "store" : a->store ? "write" : "read");
	else if (place == AFTER_THIS || again)
		put(l, " after it");
	else {
		dlab_site_format(&at, where, sizeof(where));
		put(l, " %s at %s", names[place], where);
	}
}

void dlab_advice_text(const struct advice *a, char *buf, size_t size)
{
	struct line l = { buf, size, 0 };
	u32 told = 0;

	buf[0] = 0;
	if (a->in_words) {
		put(&l, "%s", a->words);
		return;
	}
	for (enum place place = BEFORE_STORE; place <= AFTER_THIS; place++)
		for (unsigned i = 0; i < a->nr; i++) {
			const struct sync_advice *c = &a->calls[i];
			bool first = true, again = false;

			if (c->place != place || told >> i & 1)
				continue;
			for (unsigned k = 0; k < i && place == AFTER_STORE; k++)
				again |= a->calls[k].place == BEFORE_STORE &&
					 a->calls[k].site == c->site;
			put(&l, "%s", told ? ", " : "");
			for (unsigned k = i; k < a->nr; k++) {
				if (a->calls[k].place != place || a->calls[k].site != c->site)
					continue;
				put(&l, "%s", first ? "" : place == AFTER_STORE ? ", then " : " and ");
				put_call(&l, &a->calls[k]);
				told |= 1u << k;
				first = false;
			}
			put_place(&l, a, place, c->site, again);
		}
}

unsigned dlab_advice_public(const struct advice *a, struct missing *calls)
{
	if (a->plain)
		return 0;
	for (unsigned i = 0; i < a->nr; i++) {
		const struct sync_advice *c = &a->calls[i];
		const struct region *r = c->list ? c->r->group->first : c->r;

		calls[i].call = (struct dmalab_advice){
			.size = sizeof(struct dmalab_advice),
			.for_cpu = c->to == FOR_CPU,
			.dev = r->dev,
			.device = dlab_device_name(r->dev),
			.dma_addr = c->list ? r->dma : r->dma + c->first,
			.length = c->list ? r->size : c->last - c->first + 1,
			.direction = r->dir,
			.nents = c->list ? r->group->nents : 0,
			.after = c->place == AFTER_STORE || c->place == AFTER_THIS,
		};
		calls[i].site = c->site;
	}
	return a->nr;
}
