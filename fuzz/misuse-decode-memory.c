// SPDX-License-Identifier: MIT
/* From bytes to calls: memory that drivers map, and the context that they run in. */
#include "misuse-decode.h"

const struct cache_shape cache_shapes[NR_CACHE_SHAPES] = {
	{ 0, 0 }, { 8, 0 }, { 0, SLAB_HWCACHE_ALIGN }, { 32, 0 }, { 1, 0 }, { 64, 0 },
	{ 128, 0 }, { 0, SLAB_CACHE_DMA }, { 0, SLAB_CACHE_DMA32 }, { 16, SLAB_HWCACHE_ALIGN },
	{ 256, 0 }, { 4096, 0 }, { 3, 0 }, { 8192, 0 }, { 2048, SLAB_HWCACHE_ALIGN },
	{ 64, SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA },
};

/* Mostly few pages. */
static void decode_order(struct call *c, struct input *in, unsigned spoil)
{
	static const uint8_t orders[] = { 0, 0, 0, 1, 1, 2, 2, 3 };

	c->number = orders[input_below(in, LENGTH(orders))];
	if (spoil & SPOIL_SIZE)
		c->number = input_below(in, 13);
	c->size = 4096ul << c->number;
}

/* The page of the slot's memory, or one beside it. */
static void decode_page(struct call *c, struct input *in, unsigned spoil, const struct slot *slots)
{
	uint8_t byte;

	take_from_slot(c, &slots[c->slot]);
	if (!(spoil & SPOIL_POINTER))
		return;
	byte = input_byte(in);
	c->page = byte % 8 == 0 ? NULL :
		  byte % 8 == 1 ? slots[byte / 8 % NR_SLOTS].page :
		  c->page ? moved(c->page, byte / 8 % 8 * sizeof(struct page)) : NULL;
}

static void decode_krealloc(struct call *c, struct input *in, unsigned spoil,
			    const struct slot *slots)
{
	const struct slot *from = &slots[input_below(in, NR_SLOTS)];

	c->cpu = from->cpu;
	decode_size(c, in, spoil);
	decode_pointer(c, in, spoil, slots);
	c->gfp = decode_gfp(in, spoil);
}

static void decode_kmemdup(struct call *c, struct input *in, unsigned spoil,
			   const struct slot *slots)
{
	const struct slot *from = &slots[input_below(in, NR_SLOTS)];
	size_t offset = decode_length(in);

	c->size = decode_length(in);
	if (!(spoil & SPOIL_SIZE)) {
		offset %= from->size ? from->size : 1;
		if (!c->size || c->size > from->size - offset)
			c->size = from->size - offset;
	}
	c->cpu = moved(from->cpu, offset);
	decode_pointer(c, in, spoil, slots);
	c->gfp = decode_gfp(in, spoil);
}

void decode_memory(struct call *c, struct input *in, unsigned spoil, unsigned misc,
		   const struct slot *slots)
{
	switch (c->kind) {
	case PAGES_ALLOC:
	case PAGES_GET:
		decode_order(c, in, spoil);
		c->gfp = decode_gfp(in, spoil);
		break;
	case EXACT_ALLOC:
	case VMALLOC:
	case VZALLOC:
		decode_size(c, in, spoil);
		c->gfp = decode_gfp(in, spoil);
		break;
	case DEVM_ALLOC:
		decode_size(c, in, spoil);
		c->device = decode_device(in, spoil, c->device);
		c->gfp = decode_gfp(in, spoil);
		break;
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
		c->number = misc % NR_CACHES;
		c->gfp = decode_gfp(in, spoil);
		break;
	case CACHE_CREATE:
		c->number = misc % NR_CACHES;
		decode_size(c, in, spoil);
		c->mask = input_below(in, NR_CACHE_SHAPES);
		c->align = cache_shapes[c->mask].align;
		c->flags = cache_shapes[c->mask].flags;
		break;
	case CACHE_DESTROY:
		c->number = misc % NR_CACHES;
		break;
	case KREALLOC:
		decode_krealloc(c, in, spoil, slots);
		break;
	case KMEMDUP:
		decode_kmemdup(c, in, spoil, slots);
		break;
	default:
		decode_page(c, in, spoil, slots);
	}
}

/* After the pointer and the size of any release were decoded. */
void decode_memory_release(struct call *c, struct input *in, unsigned spoil)
{
	switch (c->kind) {
	case PAGES_FREE:
	case PAGES_FREE_ADDRESS:
		if (spoil & SPOIL_SIZE)
			c->number = input_below(in, 13);
		break;
	case CACHE_FREE:
	case POOL_FREE:
		c->number = (c->number + !!(spoil & SPOIL_ATTRS)) % NR_CACHES;
		break;
	default:
		break;
	}
}

const struct pool_shape pool_shapes[NR_POOL_SHAPES] = {
	{ 0, 0 }, { 16, 0 }, { 64, 0 }, { 32, 128 }, { 0, 256 }, { 128, 4096 }, { 0, 64 },
	{ 4096, 0 }, { 3, 0 }, { 0, 100 }, { 1, 8192 }, { 256, 1024 },
};

void decode_pool(struct call *c, struct input *in, unsigned spoil, unsigned misc)
{
	c->number = misc % NR_POOLS;
	switch (c->kind) {
	case POOL_CREATE:
	case M_POOL_CREATE:
		decode_size(c, in, spoil);
		c->device = decode_device(in, spoil, c->device);
		c->mask = input_below(in, NR_POOL_SHAPES);
		c->align = pool_shapes[c->mask].align;
		c->boundary = pool_shapes[c->mask].boundary;
		break;
	case POOL_ALLOC:
	case POOL_ZALLOC:
		c->gfp = decode_gfp(in, spoil);
		break;
	default:
		break;
	}
}

void decode_context(struct call *c, struct input *in)
{
	c->number = input_below(in, NR_CONTEXT_CALLS);
}
