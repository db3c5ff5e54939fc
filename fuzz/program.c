// SPDX-License-Identifier: MIT
/*
 * From bytes to programs. An operation is an opcode and the operands that it
 * needs, a byte each, so that a mutation of one byte changes one thing. Offsets
 * and sizes favour the small: a few lines in which everything meets.
 */
#include "program.h"
#include "input.h"

#include <dmalab.h>

static unsigned count_profiles(void)
{
	unsigned n = 0;

	while (dmalab_profile_name(n))
		n++;
	return n;
}

/* 0 to 191 as it is, then in steps of 64 up to the end of a page. */
static uint16_t decode_length(struct input *in)
{
	uint8_t byte = input_byte(in);

	return byte < 192 ? byte : (byte - 191) * 64;
}

static void decode_range(struct input *in, struct op *op)
{
	op->offset = decode_length(in);
	op->size = decode_length(in);
	if (!op->size)
		op->size = 1;
}

/* One opcode in eight is wild. */
_Static_assert(18 * NR_OP_KINDS <= 256, "wild opcodes are left");

static void decode_op(struct input *in, struct op *op)
{
	uint8_t code = input_byte(in), where = input_byte(in);

	*op = (struct op){
		.kind = code % NR_OP_KINDS,
		.wild = code >= 16 * NR_OP_KINDS,
		.slot = where % NR_SLOTS,
		.device = where / NR_SLOTS % NR_DEVICES,
		.dir = where / (NR_SLOTS * NR_DEVICES) % 3,
	};
	switch (op->kind) {
	case OP_RELEASE:
		break;
	case OP_ALLOC_NONCOHERENT:
	case OP_ALLOC_COHERENT:
		decode_range(in, op);
		op->size *= 2; /* up to two pages */
		break;
	case OP_MAP:
		op->source = input_below(in, NR_SLOTS);
		decode_range(in, op);
		break;
	default:
		decode_range(in, op);
	}
}

void program_decode(struct program *p, const uint8_t *data, size_t size)
{
	struct input in = input_of(data, size);
	uint8_t flags;

	p->profile = dmalab_profile_name(input_below(&in, count_profiles()));
	flags = input_byte(&in);
	p->snooping = flags & 1;
	p->window = flags & 2;
	p->seed = flags >> 2;
	for (p->nr_ops = 0; p->nr_ops < MAX_OPS && !input_ends(&in); p->nr_ops++)
		decode_op(&in, &p->op[p->nr_ops]);
}

static const char *const dirs[] = {
	"DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE",
};

void program_print_op(const struct program *p, unsigned nr, FILE *to)
{
	const struct op *op = &p->op[nr];
	unsigned slot = op->slot, dev = op->device, offset = op->offset, size = op->size;
	const char *dir = dirs[op->dir], *wild = op->wild ? ", as is" : "";

	fprintf(to, "%3u  ", nr);
	switch (op->kind) {
	case OP_ALLOC_NONCOHERENT:
		fprintf(to, "s%u = dma_alloc_noncoherent(d%u, %u, %s)", slot, dev, size, dir);
		break;
	case OP_ALLOC_COHERENT:
		fprintf(to, "s%u = dma_alloc_coherent(d%u, %u)", slot, dev, size);
		break;
	case OP_KMALLOC:
	case OP_KZALLOC:
		fprintf(to, "s%u = %s(%u)", slot, op->kind == OP_KMALLOC ? "kmalloc" : "kzalloc",
			size);
		break;
	case OP_MAP:
		fprintf(to, "s%u = dma_map_single(d%u, s%u + %u, %u, %s)%s", slot, dev, op->source,
			offset, size, dir, wild);
		break;
	case OP_RELEASE:
		fprintf(to, "release(s%u)", slot);
		break;
	case OP_SYNC_FOR_DEVICE:
	case OP_SYNC_FOR_CPU:
		fprintf(to, "dma_sync_single_for_%s(d%u, s%u + %u, %u, %s)%s",
			op->kind == OP_SYNC_FOR_CPU ? "cpu" : "device", dev, slot, offset, size,
			dir, wild);
		break;
	case OP_CPU_READ:
		fprintf(to, "cpu_read(s%u + %u, %u)", slot, offset, size);
		break;
	case OP_CPU_WRITE:
		fprintf(to, "cpu_write(s%u + %u, %u) of %#x", slot, offset, size,
			program_value(nr));
		break;
	case OP_DEVICE_READ:
		fprintf(to, "device_read(d%u, s%u + %u, %u)%s", dev, slot, offset, size, wild);
		break;
	case OP_DEVICE_WRITE:
		fprintf(to, "device_write(d%u, s%u + %u, %u)%s of %#x", dev, slot, offset, size,
			wild, program_value(nr));
		break;
	case OP_EVICT:
	case OP_FILL:
		fprintf(to, "%s(s%u + %u, %u)", op->kind == OP_EVICT ? "evict" : "fill", slot,
			offset, size);
		break;
	}
	fprintf(to, "\n");
}

void program_print(const struct program *p, FILE *to)
{
	fprintf(to, "profile %s, d1 %s%s, seed %llu\n", p->profile,
		p->snooping ? "snoops" : "as the profile", p->window ? ", sees memory elsewhere" : "",
		(unsigned long long)p->seed);
	for (unsigned i = 0; i < p->nr_ops; i++)
		program_print_op(p, i, to);
}
