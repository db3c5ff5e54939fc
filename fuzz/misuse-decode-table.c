// SPDX-License-Identifier: MIT
/* From bytes to calls: noncontiguous memory and its lists. */
#include "misuse-decode.h"

/* After all other arguments: what of the list is given by the driver itself? */
void decode_which_table(struct call *c, struct input *in, unsigned spoil,
			const struct slot *slots)
{
	uint8_t byte;

	c->nents = 1;
	if (spoil & SPOIL_DMA)
		c->sgt = NULL;
	if (!(spoil & SPOIL_POINTER))
		return;
	byte = input_byte(in);
	c->page = slots[byte / 8 % NR_SLOTS].page;
	c->sgt = NULL;
	switch (byte % 8) {
	case 0:
		c->no_table = true;
		break;
	case 1:
		c->page = NULL;
		break;
	case 2:
		c->nents = byte / 8 % 4;
		/* fall through */
	case 3: /* a copy of the list */
		c->page = slots[c->slot].page;
		break;
	case 4:
		break;
	default:
		c->sgt = slots[byte / 8 % NR_SLOTS].sgt;
	}
}

void decode_table(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		  const struct slot *slots)
{
	if (c->kind == TABLE_ALLOC) {
		decode_size(c, in, spoil);
		c->device = decode_device(in, spoil, c->device);
		c->dir = decode_direction(in, spoil, misc % 3);
		c->attrs = decode_attrs(in, spoil, 0);
		c->gfp = decode_gfp(in, spoil);
		return;
	}
	take_from_slot(c, &slots[c->slot]);
	c->device = decode_device(in, spoil, c->device);
	decode_dma(c, in, spoil, slots);
	if (spoil & SPOIL_SIZE)
		c->size = spoiled_size(input_byte(in), c->size);
	c->dir = decode_direction(in, spoil, c->dir);
	c->attrs = decode_attrs(in, spoil, 0);
	decode_which_table(c, in, spoil, slots);
}
