// SPDX-License-Identifier: MIT
/* From bytes to calls: mappings by page, physical address or resource, and lists. */
#include "misuse-decode.h"

#include <linux/scatterlist.h>

/* Things on the bus that are no RAM, of which the last two are high. */
static const phys_addr_t resources[] = {
	0xfe000000, 0xfe000000, 0xfe000800, 0xfe001000, 0xd0000ff0, 0xd0000000, 0xfffffff0,
	0x2000000000,
};

/* Turn a single mapping into one of another form, of the same memory where there is any. */
void decode_form(struct call *c, struct input *in, unsigned spoil, enum form form,
		 const struct slot *slots)
{
	uint8_t which = input_byte(in);
	struct page *page = NULL;

	for (unsigned i = 0; !page && i < NR_SLOTS; i++)
		page = slots[(which + i) % NR_SLOTS].page;
	c->form = form;
	c->number = 0;
	c->page = page;
	c->offset = which / NR_SLOTS * 97;
	if (form == RESOURCE) {
		c->phys = resources[which % LENGTH(resources)];
		if (spoil & SPOIL_POINTER)
			c->phys = page_to_phys(page);
		return;
	}
	if (spoil & SPOIL_POINTER)
		c->page = NULL;
	/* Where there is no page, it is a pointer that is wrong. */
	c->cpu = c->page ? (char *)page_address(c->page) + c->offset : NULL;
	c->phys = c->page ? page_to_phys(c->page) + c->offset :
		  resources[which % LENGTH(resources)];
}

static void decode_entry(struct entry *e, struct input *in, unsigned spoil,
			 const struct slot *slots)
{
	uint8_t which = input_byte(in);
	size_t offset = decode_length(in), length = decode_length(in);
	const struct slot *from = &slots[which % NR_SLOTS];

	for (unsigned i = 1; !from->page && i < NR_SLOTS && !(spoil & SPOIL_POINTER); i++)
		from = &slots[(which + i) % NR_SLOTS];
	e->page = from->page;
	if (!from->page)
		return;
	if (!(spoil & SPOIL_SIZE)) {
		offset %= from->size ? from->size : 1;
		if (!length || length > from->size - offset)
			length = from->size - offset;
	}
	e->length = length;
	e->offset = offset + ((uintptr_t)from->cpu & 4095);
	/* Whole pages may be in the page or in the offset. */
	if (which & 0x80)
		return;
	e->page = phys_to_page(page_to_phys(from->page) + e->offset);
	e->offset %= 4096;
}

void decode_list(struct call *c, struct input *in, unsigned spoil, const struct slot *slots)
{
	uint8_t shape = input_byte(in);

	c->table = shape & 0x80;
	c->nr_entries = shape % MAX_ENTRIES + 1;
	c->nents = c->nr_entries;
	for (unsigned i = 0; i < c->nr_entries; i++)
		decode_entry(&c->entry[i], in, spoil, slots);
	if (spoil & SPOIL_FUNCTION)
		c->nents = input_below(in, MAX_ENTRIES + 3) - 1;
	c->device = decode_device(in, spoil, c->device);
	c->attrs = decode_attrs(in, spoil, 0);
}

/* A list that was mapped, or ought to have been, to be unmapped or synced. */
void decode_list_again(struct call *c, struct input *in, unsigned spoil,
		       const struct slot *slots)
{
	static const int8_t wrong[] = { 0, -1, 1, 2, 3, 4, 5, 6 };

	if (slots[c->slot].kind != MAP_LIST)
		c->nents = 1;
	c->number = spoil & SPOIL_DMA ? input_below(in, MAX_ENTRIES) : 0;
	if (spoil & SPOIL_SIZE)
		c->nents = wrong[input_below(in, LENGTH(wrong))];
	c->device = decode_device(in, spoil, c->device);
	c->dir = decode_direction(in, spoil, c->dir);
	c->attrs = decode_attrs(in, spoil, c->attrs);
}

void decode_limit(struct call *c, struct input *in)
{
	static const u64 limits[3][8] = {
		{ 4096, 64, 8192, 65536, 1 << 20, 0, 1, 512 },
		{ 4095, 0, 1023, 0xffff, 8191, 0xffffffff, 63, 0x3ffff },
		{ 0, 0xfff, 0x7ff, 0xff, 0x1fff, 0, 0xfff, 1 },
	};

	c->mask = limits[c->kind - SET_MAX_SEGMENT][input_below(in, 8)];
}
