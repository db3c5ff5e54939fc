// SPDX-License-Identifier: MIT
/* From bytes to calls: DMA memory in user space. */
#include "misuse-decode.h"

static enum user_call call_for(const struct slot *s)
{
	switch (s->kind) {
	case ALLOC_COHERENT:
		return MMAP_COHERENT;
	case ALLOC_WC:
		return MMAP_WC;
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
		return MMAP_PAGES;
	case TABLE_ALLOC:
		return MMAP_NONCONTIGUOUS;
	default:
		return MMAP_ATTRS;
	}
}

void decode_user(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		 const struct slot *slots)
{
	uint8_t pages = input_byte(in);

	take_from_slot(c, &slots[c->slot]);
	c->number = call_for(&slots[c->slot]);
	if (spoil & SPOIL_FUNCTION)
		c->number = input_below(in, NR_USER_CALLS);
	c->offset = misc % 4;
	c->mask = pages % USER_PAGES + 1;
	if (pages >= 0xf0)
		c->mask = pages >= 0xfc ? USER_NOTHING + pages % 4 : 0;
	if (pages >= 0xc0 && pages < 0xd0)
		c->offset = -(unsigned long)(pages - 0xc0);
	c->device = decode_device(in, spoil, c->device);
	decode_dma(c, in, spoil, slots);
	if (spoil & SPOIL_SIZE)
		c->size = spoiled_size(input_byte(in), c->size);
	c->attrs = decode_attrs(in, spoil, c->attrs);
	decode_which_table(c, in, spoil, slots);
}
