// SPDX-License-Identifier: MIT
/*
 * From bytes to programs. An operation is an opcode, a byte for slot, device and
 * direction, and a byte for the range, so that a mutation of one byte changes one
 * thing. Ranges come from a table: what happens depends on where they lie to lines
 * and pages, and on nothing else. Of the opcode's upper three bits 7 says that the range is
 * not fitted into the object, and 4 to 6 that an access is one of C.
 *
 * Programs begin with objects in their slots, so that short ones get to the point.
 */
#include "program.h"
#include "input.h"

#include <dmalab.h>
#include <string.h>

static unsigned count_profiles(void)
{
	unsigned n = 0;

	while (dmalab_profile_name(n))
		n++;
	return n;
}

/* Line sizes are 32, 64 and 128. */
static const uint16_t offsets[16] = {
	0, 1, 31, 32, 33, 63, 64, 65, 96, 127, 128, 192, 256, 4032, 4095, 4096,
};

static const uint16_t sizes[16] = {
	1, 2, 31, 32, 33, 63, 64, 65, 96, 128, 129, 256, 512, 4095, 4096, 8192,
};

/* What matters most comes most often. */
static const uint8_t opcodes[32] = {
	OP_CPU_READ, OP_CPU_READ, OP_CPU_READ, OP_CPU_READ,
	OP_CPU_WRITE, OP_CPU_WRITE, OP_CPU_WRITE, OP_CPU_WRITE,
	OP_DEVICE_READ, OP_DEVICE_READ, OP_DEVICE_READ, OP_DEVICE_READ,
	OP_DEVICE_WRITE, OP_DEVICE_WRITE, OP_DEVICE_WRITE, OP_DEVICE_WRITE,
	OP_SYNC_FOR_DEVICE, OP_SYNC_FOR_DEVICE, OP_SYNC_FOR_DEVICE,
	OP_SYNC_FOR_CPU, OP_SYNC_FOR_CPU, OP_SYNC_FOR_CPU,
	OP_EVICT, OP_EVICT, OP_FILL, OP_FILL, OP_MAP, OP_RELEASE,
	OP_ALLOC_NONCOHERENT, OP_ALLOC_COHERENT, OP_KMALLOC, OP_KZALLOC,
};

/* Where much meets, much happens. */
static const uint8_t slots[8] = { 0, 0, 1, 2, 3, 3, 4, 5 };
static const uint8_t directions[4] = { 0, 0, 1, 2 };

static void decode_op(struct input *in, struct op *op)
{
	uint8_t code = input_byte(in), where = input_byte(in), range = input_byte(in);
	uint8_t kind = opcodes[code % 32];

	*op = (struct op){
		.kind = kind,
		.wild = code / 32 == 7,
		.plain = (kind == OP_CPU_READ || kind == OP_CPU_WRITE) && code / 32 >= 4 &&
			 code / 32 <= 6,
		.slot = slots[where % 8],
		.dir = directions[where / 8 % 4],
		.device = where / 32 == 7,
		.offset = offsets[range / 16],
		.size = sizes[range % 16],
	};
	if (op->kind == OP_MAP)
		op->source = input_below(in, NR_SLOTS);
}

static const struct op prologue[] = {
	{ .kind = OP_ALLOC_NONCOHERENT, .slot = 0, .size = 8192 },
	{ .kind = OP_ALLOC_COHERENT, .slot = 1, .size = 4096 },
	{ .kind = OP_KZALLOC, .slot = 2, .size = 512 },
	{ .kind = OP_MAP, .slot = 3, .source = 2, .offset = 32, .size = 256 },
};

#define NR_PROLOGUE (sizeof(prologue) / sizeof(prologue[0]))

/* How often the driver is probed, by the two upper flags; with both, it leaves things behind. */
static void decode_rounds(struct program *p, uint8_t flags)
{
	static const uint8_t rounds[4] = { 1, 2, 3, 2 };

	p->rounds = rounds[flags >> 6];
	p->untidy = flags >> 6 == 3;
	while (p->rounds * p->nr_ops > MAX_STEPS)
		p->rounds--;
}

void program_decode(struct program *p, const uint8_t *data, size_t size)
{
	struct input in = input_of(data, size);
	uint8_t flags;

	p->profile = dmalab_profile_name(input_below(&in, count_profiles()));
	flags = input_byte(&in);
	p->snooping = flags & 1;
	p->window = flags & 2;
	p->misbelieved = (flags & 0x30) == 0x30;
	p->lru = (flags & 12) == 12;
	p->seed = flags >> 2;
	memcpy(p->op, prologue, sizeof(prologue));
	for (p->nr_ops = NR_PROLOGUE; p->nr_ops < MAX_OPS && !input_ends(&in); p->nr_ops++)
		decode_op(&in, &p->op[p->nr_ops]);
	decode_rounds(p, flags);
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
		fprintf(to, "%s(s%u + %u, %u)", op->plain ? "load" : "cpu_read", slot, offset,
			size);
		break;
	case OP_CPU_WRITE:
		fprintf(to, "%s(s%u + %u, %u) of %#x", op->plain ? "store" : "cpu_write", slot,
			offset, size, program_value(nr));
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
	fprintf(to, "profile %s, d1 %s%s%s, seed %llu\n", p->profile,
		p->snooping ? "snoops" : "as the profile",
		p->misbelieved ? " to the kernel alone" : "",
		p->window ? ", sees memory elsewhere" : "", (unsigned long long)p->seed);
	for (unsigned i = 0; i < p->nr_ops; i++)
		program_print_op(p, i, to);
	if (p->rounds > 1)
		fprintf(to, "all of it %u times on one machine, operation %u being the first again%s\n",
			p->rounds, p->nr_ops,
			p->untidy ? "; between them nothing is released" : "");
}
