/* SPDX-License-Identifier: MIT */
/*
 * One event on many machines: what it gives on each is gathered for one report, about the
 * machine that runs if it is wrong there.
 */
#ifndef DMALAB_JUDGE_MANY_H
#define DMALAB_JUDGE_MANY_H

#include "judge/access.h"

/* What a load gets on the machine that runs, and on one of those judged beside it. */
struct verdicts {
	struct verdict here, elsewhere;
	u32 machines;   /* where it is wrong */
	bool by_device; /* the load is */
};

static inline const struct profile *bouncing_profile(const struct judge *j)
{
	size_t i = 0;

	if (judge_bounces(j))
		return j->hw->profile;
	while (dlab_profiles[i].translation != TRANSLATE_BOUNCE)
		i++;
	return &dlab_profiles[i];
}

static inline void add_verdict(struct verdicts *all, const struct judge *j, struct verdict v,
			       enum side side, const struct profile *on)
{
	if (likely(!v.bytes) || (j->unsure && on->translation == TRANSLATE_BOUNCE))
		return;
	v.on = on;
	/* A machine that copies has one memory for CPUs to look at. */
	v.side = on->translation == TRANSLATE_BOUNCE && !all->by_device ? SIDE_CPU : side;
	all->machines |= 1u << (on - dlab_profiles);
	if (on == j->hw->profile && !all->here.bytes)
		all->here = v;
	else if (on != j->hw->profile && !all->elsewhere.bytes)
		all->elsewhere = v;
}

/* Returns whether it is wrong on the machine that runs. */
static inline bool report_verdicts(struct judge *j, const struct call *call, struct region *r,
				   dma_addr_t dma, const void *cpu, size_t offset, size_t len,
				   struct verdicts *all)
{
	struct verdict *v = all->here.bytes ? &all->here : &all->elsewhere;

	if (likely(!v->bytes))
		return false;
	v->machines = j->all && !j->unsure ? all->machines : 0;
	dlab_report_verdict(j, call, r, dma, cpu, offset, len, v);
	return all->here.bytes;
}

/* What the store did to its line, on each machine in turn: gathered for one report. */
struct damages {
	struct damage here, elsewhere;
	u32 machines;
};

static inline void add_damage(struct damages *all, const struct judge *j,
			      const struct shadow *s, enum side side, struct damage *d)
{
	if (likely(!d->bytes))
		return;
	d->on = s;
	d->side = side;
	all->machines |= 1u << (s->profile - dlab_profiles);
	if (s == &j->shadow && !all->here.bytes)
		all->here = *d;
	else if (s != &j->shadow && !all->elsewhere.bytes)
		all->elsewhere = *d;
}

/* The same for a store. */
static inline bool report_damages(struct judge *j, const struct call *call, struct region *r,
				  dma_addr_t dma, const void *cpu, size_t len,
				  struct damages *all)
{
	struct damage *d = all->here.bytes ? &all->here : &all->elsewhere;

	if (likely(!d->bytes))
		return false;
	d->machines = j->all && !j->unsure ? all->machines : 0;
	dlab_report_damage(j, call, d->side, r, dma, cpu, len, d);
	return all->here.bytes;
}

#endif
