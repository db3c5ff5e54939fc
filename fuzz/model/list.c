// SPDX-License-Identifier: MIT
/*
 * The model's lists. Each entry is an object of its own, and all that one call mapped
 * have a number in common.
 */
#include "inside.h"

/* The entry of the same list that begins on the bus where this one ends. */
const struct object *model_next_entry(const struct model *m, const struct object *o)
{
	const struct object *first = o - o->entry;

	(void)m;
	for (int i = 0; o->list && i < o->nents; i++)
		if (first[i].live && first[i].place == o->place + o->size)
			return &first[i];
	return NULL;
}

static void *pointer_of(const struct entry *e)
{
	char *start = page_address(e->page);

	return start ? start + e->offset : (char *)e->page;
}

static size_t memory_of(const struct model *m, const struct entry *e)
{
	size_t at;

	model_view(m, pointer_of(e), &at);
	return at;
}

/* ------------------------------------------------------------------ checks */

static bool is_too_long(const struct model *m, const struct call *c, const struct entry *e)
{
	u64 max = m->device[c->device].max_segment;

	return e->length > (max ? max : 65536);
}

/* As the device sees it. */
static bool crosses_boundary(const struct model *m, const struct object *o)
{
	u64 boundary = m->device[o->device].boundary;

	return boundary && (o->dma & ~boundary) != ((o->dma + o->size - 1) & ~boundary);
}

/*
 * The first thing wrong is reported. @stop: and nothing is mapped; entries that are too
 * long are.
 */
static const char *complaint(struct model *m, const struct call *c, bool *stop)
{
	const char *first = model_bad_mapping(m, c), *bad = NULL;

	*stop = true;
	if (first)
		return first;
	for (unsigned i = 0; i < (unsigned)c->nents; i++) {
		const struct entry *e = &c->entry[i];

		if (i >= c->nr_entries)
			bad = "sg-count-mismatch";
		else if (!e->length)
			bad = "zero-size";
		else
			bad = model_bad_pointer(m, pointer_of(e), e->length);
		if (bad)
			return first ? first : bad;
		if (!first && is_too_long(m, c, e))
			first = "sg-segment-too-long";
	}
	*stop = false;
	return first;
}

/* ---------------------------------------------------------------- segments */

/*
 * What the driver is told: where each segment begins, and how long it is. Only an
 * IOMMU makes one of several: of entries that meet at a page boundary, if the device
 * takes as much at a time.
 */
static const char *inspect_segments(const struct model *m, const struct call *c,
				    const struct outcome *o, const struct object *entries)
{
	const struct model_device *d = &m->device[c->device];
	u64 max = d->max_segment ? d->max_segment : 65536;
	u64 boundary = d->boundary ? d->boundary : ~0ull;
	u64 start = 0, len = 0;
	long n = 0;

	for (int i = 0; i < c->nents; i++) {
		u64 dma = entries[i].dma, size = entries[i].size;
		bool meets = machine_translates(m) && n && start + len == dma &&
			     dma % 4096 == 0 && len + size <= max &&
			     (start & ~boundary) == ((dma + size - 1) & ~boundary);

		if (!meets) {
			start = dma;
			len = 0;
			n++;
		}
		len += size;
		if (n > o->result || o->entry[n - 1].dma != start)
			return "the address of a segment";
		/* The last entry of a segment knows its length. */
		if (o->entry[n - 1].dma_length < len)
			return "the length of a segment";
	}
	if (n != o->result)
		return "the number of segments";
	for (long i = 0; i < n; i++)
		len = o->entry[i].dma_length;
	return NULL;
}

/* The sum of all segments is the sum of all entries. */
static bool lengths_agree(const struct call *c, const struct outcome *o)
{
	u64 mapped = 0, given = 0;

	for (int i = 0; i < c->nents; i++)
		given += c->entry[i].length;
	for (long i = 0; i < o->result; i++)
		mapped += o->entry[i].dma_length;
	return mapped == given;
}

/* -------------------------------------------------------------------- map */

/*
 * Behind an IOMMU all entries lie in one piece, each in whole pages, and where the next
 * would cross a boundary that it fits behind, it goes there, if that is a page's start.
 * Counted from the start.
 */
static dma_addr_t next_address(const struct model *m, const struct object *first,
			       const struct object *before, size_t at, size_t size)
{
	u64 boundary = m->device[first->device].boundary;
	dma_addr_t start = first->dma / 4096 * 4096;
	u64 next = (before->dma + before->size + 4095) / 4096 * 4096 - start;
	u64 room = (at % 4096 + size + 4095) / 4096 * 4096;
	u64 gap = (boundary - next + 1) & boundary;

	if (gap % 4096 == 0 && gap < room)
		next += gap;
	return start + next + at % 4096;
}

static void give_up(struct model *m, unsigned from)
{
	for (unsigned i = from; i < m->nr_objects; i++)
		model_abandon(m, &m->object[i]);
}

/* Entry by entry. Returns 0, or the error that ends it. */
static int map_entries(struct model *m, const struct call *c, const struct outcome *o,
		       struct expect *e)
{
	unsigned from = m->nr_objects;
	const struct object *added;
	struct call one = *c;

	for (int i = 0; i < c->nents; i++) {
		const struct entry *entry = &c->entry[i];
		struct object obj = {
			.kind = MAPPING, .device = c->device, .size = entry->length,
			.cpu = pointer_of(entry), .dir = c->dir, .attrs = c->attrs,
			.cached = true, .life = m->device[c->device].life,
			.list = m->nr_lists, .entry = i, .nents = c->nents,
			.at = memory_of(m, entry), .dma = o->entry[i].dma,
		};
		enum reach reach;

		if (machine_translates(m) && i)
			obj.dma = next_address(m, &m->object[from], &m->object[m->nr_objects - 1],
					       obj.at, entry->length);
		one.size = entry->length;
		reach = model_reach(m, &one, &obj);
		if (reach == MAY_HAVE_NO_ROOM)
			reach = o->result > 0 ? REACHED : NO_ROOM;
		if (reach == TOO_HIGH)
			expect_if_none(e, "address-over-mask");
		if (reach != REACHED) {
			give_up(m, from);
			return machine_translates(m) && reach == NO_ROOM ? -ENOMEM : -EIO;
		}
		if (!e->wrong)
			e->wrong = model_inspect_address(m, &obj);
		if (!e->check && model_overlaps(m, &obj))
			expect(e, "overlapping-mapping");
		added = model_add(m, &obj);
		if (obj.bounced)
			bounce_mapped(m, added);
		else if (!(c->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
			 model_hand_over(m, added, 0, obj.size, true, c->dir) && !e->check)
			expect(e, "sync-partial-line");
		if (!e->check && crosses_boundary(m, &obj))
			expect(e, "sg-boundary");
	}
	return 0;
}

/* Without the report that a failure for another reason would have reported? */
static bool fails_silently(const struct call *c, const struct outcome *o, const struct expect *e)
{
	return c->table ? o->result == -ENOMEM : !o->result && o->nr_remarks == (e->check != NULL);
}

static int map_list(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e)
{
	bool stop;
	const char *wrong = complaint(m, c, &stop);

	if (wrong)
		expect(e, wrong);
	if (stop)
		return -EINVAL;
	if ((c->attrs & DMA_ATTR_REQUIRE_COHERENT) && !m->device[c->device].snoops)
		return -EOPNOTSUPP;
	if (model_fails_by_order(m, fails_silently(c, o, e)))
		return -ENOMEM;
	m->nr_lists++;
	return map_entries(m, c, o, e);
}

void model_map_list(struct model *m, const struct call *c, const struct outcome *o,
		    struct expect *e)
{
	unsigned from = m->nr_objects;
	int error = map_list(m, c, o, e);

	if (error && o->result != (c->table ? error : 0))
		e->wrong = c->table ? "another error" : "0";
	if (error || e->wrong)
		return;
	for (unsigned i = from; i < m->nr_objects; i++) {
		model_await(m, &m->object[i]);
		if (model_runs_past(m, &m->object[i], true))
			expect_if_none(e, "map-past-object");
	}
	for (unsigned i = from; i < m->nr_objects; i++)
		if (c->dir != DMA_FROM_DEVICE && !(c->attrs & DMA_ATTR_SKIP_CPU_SYNC))
			model_given(m, &m->object[i], 0, m->object[i].size, e);
	e->wrong = inspect_segments(m, c, o, &m->object[from]);
	if (!e->wrong && !lengths_agree(c, o))
		e->wrong = "segments as long as the entries";
}

/* ------------------------------------------------------------------- sync */

/*
 * Lists may have entries in common. How well does the one that the driver names agree
 * with the mapped one, from this entry on? Behind an IOMMU no two have an address in
 * common, and the list says nothing of its other entries.
 */
unsigned model_list_agreement(const struct model *m, const struct call *c,
			      const struct object *o)
{
	unsigned agreement = !o->entry * 8 + (o->nents == c->nents);

	for (unsigned i = 0; i < c->nr_entries && (int)i < c->nents; i++) {
		const struct object *at = o + i; /* entries follow each other */

		if (machine_translates(m) || at >= m->object + m->nr_objects ||
		    at->list != o->list)
			break;
		if (at->dma != c->entry[i].dma)
			return agreement;
	}
	return agreement + 4;
}

/* The entry that the list begins with; of equally good ones the latest. */
static struct object *entry_meant(struct model *m, const struct call *c)
{
	struct object *o, *found = NULL;
	unsigned agreement, best = 0;

	for_each_near(o, m, by_dma, c->dma, 1) {
		if (!o->list || !belongs_to(m, o, c->device) || o->dma != c->dma)
			continue;
		agreement = model_list_agreement(m, c, o) * 2 + model_sync_fits(o, c->dir);
		if (found && (agreement < best || (agreement == best && o->nr < found->nr)))
			continue;
		found = o;
		best = agreement;
	}
	return found;
}

static bool is_redundant(const struct model *m, const struct object *o, bool to_device)
{
	const struct object *first = o - o->entry;

	for (int i = 0; i < o->nents; i++)
		if (!model_is_redundant(m, first + i, 0, first[i].size, to_device))
			return false;
	return true;
}

static const char *bad_sync(const struct model *m, const struct call *c, const struct object *o,
			    bool to_device)
{
	if (o->entry || c->nents != o->nents)
		return "sg-count-mismatch";
	if (!model_sync_fits(o, c->dir))
		return "sync-direction-mismatch";
	if (!m->lint)
		return NULL;
	return is_redundant(m, o, to_device) ? "sync-redundant" :
	       o->dir != c->dir ? "sync-other-direction" : NULL;
}

void model_sync_list(struct model *m, const struct call *c, struct expect *e)
{
	bool to_device = c->kind == SYNC_LIST_FOR_DEVICE, partial = false;
	struct object *o, *end = m->object + m->nr_objects;
	const char *wrong;
	unsigned list;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		return;
	}
	if (!good_direction(c->dir)) {
		expect(e, "bad-direction");
		return;
	}
	o = entry_meant(m, c);
	if (!o) {
		if (!model_sync_table(m, c, e))
			expect(e, "sync-unknown");
		return;
	}
	wrong = bad_sync(m, c, o, to_device);
	if (wrong)
		expect(e, wrong);
	list = o->list;
	for (int i = 0; i < c->nents && o < end && o->list == list; i++, o++) {
		partial |= model_hand_over(m, o, 0, o->size, to_device, c->dir);
		owner_becomes(m, o, 0, o->size, to_device);
		o->synced = true;
		if (model_sync_reads(c, o, to_device))
			model_given(m, o, 0, o->size, e);
	}
	if (partial)
		expect_if_none(e, "sync-partial-line");
}
