// SPDX-License-Identifier: MIT
/*
 * The model's memory in user space: whether it can be mapped there. What is done with it
 * then is not modelled, but for this: no store to a handle is astray any more.
 */
#include "inside.h"

#include <errno.h>

/* Mapped, and the process's own. */
static bool is_good_area(const struct call *c)
{
	return c->mask && c->mask <= USER_PAGES;
}

static bool is_in_range(const struct call *c)
{
	/* So many pages that there are none. */
	size_t pages = c->size > -4096ul ? 0 : model_pages(c->size) / 4096;

	return c->offset < pages && c->mask <= pages - c->offset;
}

static bool is_allocated(const struct model *m, const struct call *c)
{
	bool table = c->number == MMAP_NONCONTIGUOUS;
	const struct object *o;
	size_t at;

	if (c->number < MMAP_PAGES)
		return model_coherent_at(m, c);
	if ((table && c->no_table) || model_view(m, page_address(c->page), &at) != CACHED)
		return false;
	for_each_near(o, m, by_ram, at, 1)
		if (is_noncoherent(o) && belongs_to(m, o, c->device) && o->at == at &&
		    c->size <= o->room)
			return true;
	return false;
}

void model_user(struct model *m, const struct call *c, const struct outcome *o,
		struct expect *e)
{
	int result = 0;

	if (!is_device(m, c->device)) {
		expect(e, "no-device");
		result = -ENXIO;
	} else if (!c->size || !is_good_area(c)) {
		result = -EINVAL;
	} else if (!is_in_range(c) || !is_allocated(m, c)) {
		result = -ENXIO;
	}
	if (!result && c->number < MMAP_PAGES)
		((struct object *)model_coherent_at(m, c))->in_user_space = true;
	if (o->result != result)
		e->wrong = result ? "another error" : "0: the pages are there";
}
