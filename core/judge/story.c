/* SPDX-License-Identifier: MIT */
/* The story of a coherency report: who stored the bytes, what came between, what was missing. */
#include "judge/story.h"

#include <stdio.h>

static void begin(struct story *s)
{
	s->detail = s->missing = NULL;
	s->nr_history = s->nr_calls = 0;
}

static void tell(struct story *s, const char *what, site_t site)
{
	if (!site || s->nr_history == DMALAB_HISTORY_MAX)
		return;
	s->history[s->nr_history++] = (struct event){ what, site };
}

static void ask_advice(struct story *s, const struct telling *t, const struct causes *causes)
{
	struct advice advice;

	dlab_advise(&advice, t->j, t->look, t->store, t->call->site, causes);
	dlab_advice_text(&advice, s->missing_text, sizeof(s->missing_text));
	s->nr_calls = dlab_advice_public(&advice, s->calls);
	s->missing = s->missing_text;
}

static void tell_of_bus_store(struct story *s, const struct source *o)
{
	tell(s, o->uncached ? "the CPU stored to the line through an uncached view" :
			      "the device stored to the line", o->dev);
}

static void tell_of_store(struct story *s, const struct source *o)
{
	tell(s, o->snooped ? "a device that snoops stored to the cached line" :
			     "the CPU stored to the line", o->cpu);
}

/* The event that made a byte indeterminate. */
static void story_of_loss(struct story *s, const struct cause *c)
{
	const struct source *o = &c->source;
	const struct lost_by *lost = &o->lost;

	switch (lost->how) {
	case LOSS_CPU_STORE:
		tell_of_bus_store(s, o);
		tell(s, "the CPU stored to the same line, which may be written back over it",
		     lost->site);
		break;
	case LOSS_SNOOPED_STORE:
		tell_of_bus_store(s, o);
		tell(s, "a device that snoops stored to the same line, which may be written back over it",
		     lost->site);
		break;
	case LOSS_DEVICE_STORE:
		tell_of_store(s, o);
		tell(s, "the device stored behind the dirty line, which may be written back over it",
		     lost->site);
		break;
	case LOSS_UNCACHED_STORE:
		tell_of_store(s, o);
		tell(s, "the CPU stored behind the dirty line, through an uncached view",
		     lost->site);
		break;
	case LOSS_INVALIDATE:
		tell_of_store(s, o);
		tell(s, "the line was invalidated before it was written back", lost->site);
		break;
	case LOSS_COPY_IN:
		tell(s, "the device stored it", o->dev);
		tell(s, "the CPU's old bytes were copied over it, in the bounce buffer",
		     lost->site);
		break;
	case LOSS_COPY_OUT:
		if (c->by_device)
			tell(s, "the device stored it, through another mapping", o->dev);
		else
			tell(s, "the CPU stored it", o->cpu);
		tell(s, "the bounce buffer was copied over it", lost->site);
		break;
	case LOSS_NO_COPY:
		tell(s, "the device stored it, into the bounce buffer", o->dev);
		tell(s, "the mapping ended, and nothing was copied back", lost->site);
		break;
	case LOSS_NONE:
		break;
	}
}

/* Does the device still own any of the bytes, by the contract? */
static bool device_owns(const struct region *r, const struct verdict *v)
{
	size_t first, last;

	if (!r || r->died || !region_is_owned(r) || v->last < r->offset)
		return false;
	first = v->first > r->offset ? v->first - r->offset : 0;
	last = v->last - r->offset < r->size ? v->last - r->offset : r->size - 1;
	return first <= last && dlab_own_find(r, first, last - first + 1, true).bytes;
}

static void story_of_stale(struct story *s, const struct telling *t, const struct cause *c)
{
	const struct source *o = &c->source;
	bool by_device = t->check == CHECK_STALE_CPU_READ || (c->by_device && !o->snooped);

	if (by_device)
		tell(s, o->uncached ? "the CPU stored it through an uncached view" :
		     t->look->r && c->region && c->region != t->look->r &&
		     t->check == CHECK_STALE_DEVICE_READ ?
		     "the device stored it, through another mapping" : "the device stored it", o->dev);
	else
		tell(s, o->snooped ? "a device that snoops stored it, to the cache" :
				     "the CPU stored it", o->cpu);
}

void dlab_story_of_read(struct story *s, const struct telling *t, const struct verdict *v,
			const struct causes *causes, const struct cause *c)
{
	bool by_cpu = !t->look->r;

	begin(s);
	if (c && c->lost)
		story_of_loss(s, c);
	else if (c)
		story_of_stale(s, t, c);
	ask_advice(s, t, causes);
	if (by_cpu && t->look->side == SIDE_BUS)
		s->detail = "read from memory itself, through an uncached view";
	else if (by_cpu && device_owns(t->r, v))
		s->detail = "the device owns it: mapped or synced for the device, not given back";
}

void dlab_story_of_damage(struct story *s, enum side side, const struct damage *d)
{
	const struct origin *origin = &d->on->origins[d->first >> 6];
	struct source o;

	begin(s);
	dlab_origin_source(origin, 1ull << (d->first & 63), &o, NULL);
	snprintf(s->detail_text, sizeof(s->detail_text),
		 "%s; a line has %u bytes, DMA buffers need %u to themselves",
		 side == SIDE_CPU ?
		 o.uncached ? "the store dirties a line that holds bytes stored past the cache" :
			       "the store dirties a line that holds bytes the device wrote" :
		 o.snooped ? "the line is dirty with other bytes that a device stored to the cache" :
			      "the line is dirty with other bytes that the CPU stored",
		 1u << d->on->profile->line_shift, d->on->profile->dma_align);
	s->detail = s->detail_text;
	s->missing = "lines of their own for what the CPU writes and what the device does; within one buffer, a sync between the two stores";
	if (side == SIDE_CPU)
		tell(s, o.uncached ? "the CPU stored them through an uncached view" :
				      "the device stored them", o.dev);
	else
		tell(s, o.snooped ? "a device that snoops stored beside them" :
				     "the CPU stored beside them", o.cpu);
}

void dlab_story_of_owner(struct story *s, const struct telling *t)
{
	const struct region *r = t->r;

	begin(s);
	if (t->check == CHECK_DEVICE_WRITE_READ_ONLY || t->check == CHECK_DEVICE_READ_WRITE_ONLY) {
		snprintf(s->detail_text, sizeof(s->detail_text), "it was mapped %s",
			 dlab_dir_name(r->dir));
		s->detail = s->detail_text;
		ask_advice(s, t, NULL);
		return;
	}
	if (r->moved) {
		snprintf(s->mover_text, sizeof(s->mover_text), "%s() moved bytes of it last",
			 r->mover);
		tell(s, s->mover_text, r->moved);
	}
	ask_advice(s, t, NULL);
}
