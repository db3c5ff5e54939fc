// SPDX-License-Identifier: MIT
/* From bytes to the arguments of calls, right or spoiled. */
#include "misuse-decode.h"

static const unsigned long attributes[] = {
	DMA_ATTR_SKIP_CPU_SYNC, DMA_ATTR_WEAK_ORDERING, DMA_ATTR_WRITE_COMBINE,
	DMA_ATTR_NO_KERNEL_MAPPING, DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_ALLOC_SINGLE_PAGES,
	DMA_ATTR_NO_WARN, DMA_ATTR_PRIVILEGED, DMA_ATTR_MMIO,
	DMA_ATTR_DEBUGGING_IGNORE_CACHELINES, DMA_ATTR_REQUIRE_COHERENT, DMA_ATTR_CC_SHARED,
	1ul << 0, 1ul << 3, 1ul << 14, 1ul << 63,
};

static const gfp_t gfps[] = {
	GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | __GFP_ZERO, GFP_KERNEL | __GFP_DMA,
	GFP_KERNEL | __GFP_DMA32, GFP_HIGHUSER, GFP_KERNEL | __GFP_COMP, GFP_NOWAIT,
};

static const size_t sizes[] = {
	4096, 64, 128, 1, 100, 31, 32, 33, 256, 4095, 4097, 8192, 192, 2048, 5000, 12288,
	16384, 65536, 512, 96, 127, 129, 1000, 3 * 4096 + 1, 32768, 20000, 8191, 2049, 48, 16, 640,
	8 * 4096,
};

size_t spoiled_size(uint8_t byte, size_t size)
{
	switch (byte % 8) {
	case 0:
		return 0;
	case 1:
		return size + 1;
	case 2:
		return size - 1;
	case 3:
		return (size + 4095) / 4096 * 4096;
	case 4:
		return ~(size_t)(byte / 8);
	case 5:
		return sizes[byte / 8];
	case 6:
		return 4ul << 20 << byte / 128;
	default:
		return size * 2;
	}
}

void decode_size(struct call *c, struct input *in, unsigned spoil)
{
	c->size = sizes[input_byte(in) % LENGTH(sizes)];
	if (spoil & SPOIL_SIZE)
		c->size = spoiled_size(input_byte(in), c->size);
}

/* Two lines byte by byte, then in steps of 8, then of 64 up to the end of a page. */
size_t decode_length(struct input *in)
{
	uint8_t byte = input_byte(in);

	return byte < 128 ? byte : byte < 192 ? (byte - 128) * 8 : (byte - 191) * 64;
}

int decode_device(struct input *in, unsigned spoil, int device)
{
	if (!(spoil & SPOIL_DEVICE) || device < 0)
		return device;
	switch (input_byte(in) % 5) {
	case 0:
		return DEVICE_NULL;
	case 1:
		return DEVICE_FOREIGN;
	case 2:
		return device ^ 2;
	default:
		return device ^ 1;
	}
}

gfp_t decode_gfp(struct input *in, unsigned spoil)
{
	return spoil & SPOIL_FUNCTION ? gfps[input_below(in, LENGTH(gfps))] : GFP_KERNEL;
}

/* A driver that knows nothing of enumerations. */
int decode_direction(struct input *in, unsigned spoil, int dir)
{
	static const int wrong[] = { 0, 1, 2, 3, 4, -1, 1 << 30, 0x80 };

	return spoil & SPOIL_DIR ? wrong[input_below(in, LENGTH(wrong))] : dir;
}

unsigned long decode_attrs(struct input *in, unsigned spoil, unsigned long attrs)
{
	if (!(spoil & SPOIL_ATTRS))
		return attrs;
	return attrs ^ attributes[input_below(in, LENGTH(attributes))];
}

/* Pointers go anywhere, which is arithmetic on numbers. */
void *moved(void *cpu, uintptr_t by)
{
	return (void *)((uintptr_t)cpu + by);
}

static uint8_t nobody[256]; /* memory of no machine */
const uint8_t constant[CONSTANT_SIZE] = { 1 };

void decode_pointer(struct call *c, struct input *in, unsigned spoil, const struct slot *slots)
{
	uint8_t byte;

	if (!(spoil & SPOIL_POINTER))
		return;
	byte = input_byte(in);
	c->page = NULL;
	switch (byte % 8) {
	case 0:
		c->cpu = NULL;
		break;
	case 1:
		c->cpu = byte / 8 == 31 ? (void *)constant : nobody;
		break;
	case 2:
		if (c->kind == MAP)
			c->number = FOREIGN_STACK; /* made when the call is made */
		break;
	case 3:
		c->cpu = slots[byte / 8 % NR_SLOTS].cpu;
		c->page = slots[byte / 8 % NR_SLOTS].page;
		break;
	case 4:
		c->cpu = moved(c->cpu, -(uintptr_t)(byte / 8));
		break;
	case 5:
		c->cpu = moved(c->cpu, c->size);
		break;
	default:
		c->cpu = moved(c->cpu, 1u << byte / 8 % 16);
	}
}

void decode_dma(struct call *c, struct input *in, unsigned spoil, const struct slot *slots)
{
	uint8_t byte;

	if (!(spoil & SPOIL_DMA))
		return;
	byte = input_byte(in);
	switch (byte % 8) {
	case 0:
		c->dma = DMA_MAPPING_ERROR;
		break;
	case 1:
		c->dma = 0;
		break;
	case 2:
		c->dma = -c->dma;
		break;
	case 3:
		c->dma = slots[byte / 8 % NR_SLOTS].dma;
		break;
	case 4:
		c->dma -= byte / 8;
		break;
	case 5:
		c->dma += c->size;
		break;
	default:
		c->dma += 1u << byte / 8 % 16;
	}
}

void take_from_slot(struct call *c, const struct slot *s)
{
	c->device = s->device;
	c->machine = s->machine;
	c->cpu = s->cpu;
	c->page = s->page;
	c->dma = s->dma;
	c->size = s->size;
	c->dir = s->dir;
	c->attrs = s->attrs;
	c->form = s->form;
	c->table = s->table;
	c->sgt = s->sgt;
	c->nents = s->nents;
	c->number = s->number;
}
