/* SPDX-License-Identifier: MIT */
/* Lists that drivers build in their own memory, where nobody sees them change. */
#include "record/recorder.h"

#include <linux/mm.h>
#include <stdlib.h>
#include <string.h>

/*
 * The library's own are known by the table, which may be gone already and is not looked
 * into then; others by their first entry.
 */
struct named *dlab_name_of_table(const struct sg_table *sgt)
{
	struct named *n = sgt ? dlab_name_by_table(sgt) : NULL;

	if (n || !sgt)
		return n;
	return sgt->sgl ? dlab_name_by_key(NAMED_LIST, sgt->sgl) : NULL;
}

/* The first @nents entries; 0: more than a line can hold, or none. */
static unsigned read_entries(struct entry *entries, struct scatterlist *sg, unsigned nents)
{
	unsigned i = 0;

	for (; i < nents && sg; i++, sg = sg_next(sg)) {
		const u8 *start = page_address(sg_page(sg));

		if (i == MAX_ENTRIES)
			return 0;
		entries[i].cpu = start ? start + sg->offset : NULL;
		entries[i].size = sg->length;
	}
	return i;
}

static bool begins_with(const struct named *n, const struct entry *entries, unsigned nr)
{
	if (n->nr_entries < nr)
		return false;
	for (unsigned i = 0; i < nr; i++)
		if (n->entries[i].cpu != entries[i].cpu || n->entries[i].size != entries[i].size)
			return false;
	return true;
}

static bool keep_entries(struct named *n, const struct entry *entries, unsigned nr)
{
	struct entry *copy = realloc(n->entries, nr * sizeof(*copy));

	if (!copy) {
		dlab_record_stop("no memory");
		return false;
	}
	memcpy(copy, entries, nr * sizeof(*copy));
	n->entries = copy;
	n->nr_entries = nr;
	return true;
}

static struct named *new_list(const struct scatterlist *sgl)
{
	struct named *n = dlab_name_new(NAMED_LIST);

	if (!n)
		return NULL;
	n->key = sgl;
	dlab_name_bind(n);
	return n;
}

static void write_list(struct named *n)
{
	struct line line = { .len = 0 };

	dlab_line_add_name(&line, n);
	dlab_line_add(&line, " = sg_list(");
	for (unsigned i = 0; i < n->nr_entries; i++) {
		dlab_line_add(&line, "%s", i ? ", " : "");
		dlab_line_add_cpu(&line, n->entries[i].cpu);
		dlab_line_add(&line, ", ");
		dlab_line_add_number(&line, n->entries[i].size);
	}
	dlab_record_making(n, "%s)", line.text);
}

/*
 * A new list, when it is not as it was. No more of it may be read than the call reads:
 * only a map counts its entries rightly.
 */
void dlab_prepare_list(struct scatterlist *sgl, int nents, bool maps)
{
	struct entry entries[MAX_ENTRIES];
	struct named *n = dlab_name_by_key(NAMED_LIST, sgl);
	unsigned readable = nents > 0 ? nents : 1, nr;

	if (!sgl || (n && n->table && !n->dead))
		return;
	if (n && n->table)
		n = NULL;
	if (!maps && (!n || readable > n->nr_entries))
		readable = n ? n->nr_entries : 1;
	nr = read_entries(entries, sgl, readable);
	if (!nr || (n && begins_with(n, entries, nr)))
		return;
	if (n)
		dlab_line_outlived(n->born);
	else
		n = new_list(sgl);
	if (!n || !keep_entries(n, entries, nr))
		return;
	dlab_name_set_segments(n, NULL, 0);
	dlab_name_ages(n);
	write_list(n);
}

void dlab_prepare_table(const struct sg_table *sgt, bool maps)
{
	const struct named *n = dlab_name_of_table(sgt);

	/* The library's own may be gone already. */
	if (sgt && !(n && n->table))
		dlab_prepare_list(sgt->sgl, sgt->orig_nents, maps);
}
