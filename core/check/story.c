/* SPDX-License-Identifier: MIT */
#include "check/story.h"

#include <stdio.h>

static void begin(struct story *s)
{
	s->detail = s->missing = s->breaks_on = NULL;
	s->nr_history = 0;
}

static void tell(struct story *s, const char *what, site_t site)
{
	if (!site || s->nr_history == DMALAB_HISTORY_MAX)
		return;
	s->history[s->nr_history++] = (struct dmalab_event){ what, site_public(site) };
}

/* What should have happened to the line. */
enum need {
	NEED_WRITE_BACK,
	NEED_INVALIDATE,
	NEED_NOT_DIRTY   /* either */
};

static bool does_it(enum line_op op, enum need need)
{
	switch (op) {
	case OP_NONE:
		return false;
	case OP_CLEAN:
		return need != NEED_INVALIDATE;
	case OP_INVALIDATE:
		return need != NEED_WRITE_BACK;
	case OP_FLUSH:
		return true;
	}
	return false;
}

/*
 * The profiles on which the missing hand-over does to the cache what is needed, and
 * the other one, which @was_made, does not.
 */
static void where_it_breaks(struct story *s, const struct region *r, enum handover to,
			    enum dma_data_direction dir, enum need need, bool was_made)
{
	enum handover other = to == FOR_CPU ? FOR_DEVICE : FOR_CPU;
	size_t len = 0;

	for (size_t i = 0; i < nr_profiles; i++)
		/* Only mappings are bounced. */
		if ((region_is_mapping(r) || profiles[i].translation != TRANSLATE_BOUNCE) &&
		    does_it(profile_effect(&profiles[i], to, dir), need) &&
		    !(was_made && does_it(profile_effect(&profiles[i], other, dir), need)))
			len += snprintf(s->breaks_text + len, sizeof(s->breaks_text) - len,
					"%s%s", len ? ", " : "", profiles[i].name);
	if (len)
		s->breaks_on = s->breaks_text;
}

static const char *handover_name(enum handover to)
{
	return to == FOR_CPU ? "for_cpu" : "for_device";
}

/* The call that is missing, as source code, for bytes @first..@last of @r. */
static void spell_sync(struct story *s, const struct region *r, enum handover to, size_t first,
		       size_t last, const char *where)
{
	s->missing = s->missing_text;
	if (r->group)
		snprintf(s->missing_text, sizeof(s->missing_text),
			 "dma_sync_sg_%s(%s, sgl, %u, %s); %s", handover_name(to),
			 device_name(r->dev), r->group->nents, dir_name(r->dir), where);
	else
		snprintf(s->missing_text, sizeof(s->missing_text),
			 "dma_sync_single_%s(%s, 0x%llx, %zu, %s); %s", handover_name(to),
			 device_name(r->dev), (unsigned long long)(r->dma + first),
			 last - first + 1, dir_name(r->dir), where);
}

/* The kernel is told the wrong thing, and no sync makes up for that. */
static void missing_word(struct story *s, const struct device *dev)
{
	snprintf(s->missing_text, sizeof(s->missing_text),
		 dev->dma_coherent ?
		 "dma-noncoherent in the device tree: %s does not snoop, and dev->dma_coherent is set" :
		 "dma-coherent in the device tree: %s snoops, and dev->dma_coherent is not set",
		 device_name(dev));
	s->missing = s->missing_text;
}

/*
 * Spell out the missing sync of @first..@last (offsets in RAM), to stand @where.
 * Where no sync of the region's direction helps, say which direction would.
 */
static void missing_sync(struct story *s, const struct judge *j, const struct region *r,
			 enum handover to, enum need need, size_t first, size_t last,
			 const char *where)
{
	const struct profile *profile = j->hw->profile;
	bool instead = false;

	if (r && unlikely(r->dev->dma_coherent && !device_snoops(r->dev))) {
		missing_word(s, r->dev);
		return;
	}
	if (!r || !region_is_owned(r))
		return;
	/* Without speculation, what keeps the cache empty is the hand-over before. */
	if (to == FOR_CPU && !does_it(profile_effect(profile, to, r->dir), need) &&
	    does_it(profile_effect(profile, FOR_DEVICE, r->dir), need)) {
		to = FOR_DEVICE;
		instead = true;
		where = "after the CPU's last access, before the device's write";
	}
	if (!does_it(profile_effect(profile, to, r->dir), need)) {
		snprintf(s->missing_text, sizeof(s->missing_text),
			 "DMA_BIDIRECTIONAL or %s where it was mapped: no sync %s of %s does this",
			 need == NEED_WRITE_BACK ? "DMA_TO_DEVICE" : "DMA_FROM_DEVICE", handover_name(to),
			 dir_name(r->dir));
		s->missing = s->missing_text;
		where_it_breaks(s, r, to, DMA_BIDIRECTIONAL, need, instead);
		return;
	}
	where_it_breaks(s, r, to, r->dir, need, instead);
	if (first < r->offset)
		first = r->offset;
	if (last >= r->offset + r->size)
		last = r->offset + r->size - 1;
	spell_sync(s, r, to, first - r->offset, last - r->offset, where);
}

static void tell_of_bus_store(struct story *s, const struct origin *o)
{
	tell(s, o->uncached ? "the CPU stored to the line through an uncached view" :
			      "the device stored to the line", o->dev);
}

static void tell_of_store(struct story *s, const struct origin *o)
{
	tell(s, o->snooped ? "a device that snoops stored to the cached line" :
			     "the CPU stored to the line", o->cpu);
}

static void story_of_invalidate(struct story *s, const struct region *r, const struct origin *o)
{
	tell_of_store(s, o);
	tell(s, "the line was invalidated before it was written back", o->lost);
	if (o->snooped && r && device_snoops(r->dev) && !r->dev->dma_coherent)
		missing_word(s, r->dev);
}

/* The event that made a byte indeterminate, and what would have prevented it. */
static void story_of_loss(struct story *s, const struct judge *j, const struct region *r,
			  const struct verdict *v, const struct origin *o)
{
	switch (o->how) {
	case LOSS_CPU_STORE:
		tell_of_bus_store(s, o);
		tell(s, "the CPU stored to the same line, which may be written back over it",
		     o->lost);
		missing_sync(s, j, r, FOR_CPU, NEED_INVALIDATE, v->first, v->last,
			     "after the device's write, before the CPU's");
		break;
	case LOSS_SNOOPED_STORE:
		tell_of_bus_store(s, o);
		tell(s, "a device that snoops stored to the same line, which may be written back over it",
		     o->lost);
		break;
	case LOSS_DEVICE_STORE:
		tell_of_store(s, o);
		tell(s, "the device stored behind the dirty line, which may be written back over it",
		     o->lost);
		missing_sync(s, j, r, FOR_DEVICE, NEED_NOT_DIRTY, v->first, v->last,
			     "after the CPU's write, before the device's");
		break;
	case LOSS_UNCACHED_STORE:
		tell_of_store(s, o);
		tell(s, "the CPU stored behind the dirty line, through an uncached view", o->lost);
		s->missing = "what cleans the lines (a mapping or a sync for a device) between the two stores";
		break;
	case LOSS_INVALIDATE:
		story_of_invalidate(s, r, o);
		break;
	case LOSS_COPY_IN:
		tell(s, "the device stored it", o->dev);
		tell(s, "the CPU's old bytes were copied over it, in the bounce buffer", o->lost);
		missing_sync(s, j, r, FOR_CPU, NEED_INVALIDATE, v->first, v->last,
			     "after the device's write, before they were copied");
		break;
	case LOSS_COPY_OUT:
		tell(s, "the CPU stored it", o->cpu);
		tell(s, "the bounce buffer was copied over it", o->lost);
		missing_sync(s, j, r, FOR_DEVICE, NEED_WRITE_BACK, v->first, v->last,
			     "after the CPU's write, before the copy");
		break;
	case LOSS_NO_COPY:
		tell(s, "the device stored it, into the bounce buffer", o->dev);
		tell(s, "the mapping ended, and nothing was copied back", o->lost);
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
	return first <= last && own_find(r, first, last - first + 1, true).bytes;
}

void story_of_read(struct story *s, const struct judge *j, enum side side, bool by_cpu,
		   enum check check, const struct region *r, const struct verdict *v)
{
	const struct origin *o = v->origin;

	begin(s);
	switch (check) {
	case CHECK_STALE_CPU_READ:
		tell(s, o->uncached ? "the CPU stored it through an uncached view" :
				      "the device stored it", o->dev);
		missing_sync(s, j, r, FOR_CPU, NEED_INVALIDATE, v->first, v->last,
			     o->uncached ? "after that write, before this read" :
					   "after the device's write, before this read");
		break;
	case CHECK_STALE_DEVICE_READ:
		tell(s, o->snooped ? "a device that snoops stored it, to the cache" :
				     "the CPU stored it", o->cpu);
		missing_sync(s, j, r, FOR_DEVICE, NEED_WRITE_BACK, v->first, v->last,
			     o->snooped ? "after that write, before this read" :
					  "after the CPU's write, before this read");
		break;
	default:
		story_of_loss(s, j, r, v, o);
	}
	if (by_cpu && side == SIDE_BUS)
		s->detail = "read from memory itself, through an uncached view";
	else if (by_cpu && device_owns(r, v))
		s->detail = "the device owns it: mapped or synced for the device, not given back";
}

void story_of_damage(struct story *s, enum side side, const struct damage *d)
{
	const struct origin *o = &d->on->origins[d->first >> 6];

	begin(s);
	snprintf(s->detail_text, sizeof(s->detail_text),
		 "%s; a line has %u bytes, DMA buffers need %u to themselves",
		 side == SIDE_CPU ?
		 o->uncached ? "the store dirties a line that holds bytes stored past the cache" :
			       "the store dirties a line that holds bytes the device wrote" :
		 o->snooped ? "the line is dirty with other bytes that a device stored to the cache" :
			      "the line is dirty with other bytes that the CPU stored",
		 1u << d->on->profile->line_shift, d->on->profile->dma_align);
	s->detail = s->detail_text;
	if (side == SIDE_CPU)
		tell(s, o->uncached ? "the CPU stored them through an uncached view" :
				      "the device stored them", o->dev);
	else
		tell(s, o->snooped ? "a device that snoops stored beside them" :
				     "the CPU stored beside them", o->cpu);
}

void story_of_owner(struct story *s, const struct judge *j, enum check check,
		    const struct region *r, struct run run)
{
	bool by_cpu = check == CHECK_CPU_READ_DEVICE_OWNED || check == CHECK_CPU_WRITE_DEVICE_OWNED;

	(void)j;
	begin(s);
	if (check == CHECK_DEVICE_WRITE_READ_ONLY || check == CHECK_DEVICE_READ_WRITE_ONLY) {
		snprintf(s->detail_text, sizeof(s->detail_text), "it was mapped %s",
			 dir_name(r->dir));
		s->detail = s->detail_text;
		return;
	}
	if (r->moved) {
		snprintf(s->mover_text, sizeof(s->mover_text), "%s() moved bytes of it last",
			 r->mover);
		tell(s, s->mover_text, r->moved);
	}
	spell_sync(s, r, by_cpu ? FOR_CPU : FOR_DEVICE, run.first, run.last,
		   "before this access");
}
