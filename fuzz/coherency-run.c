// SPDX-License-Identifier: MIT
/*
 * Target "coherency": run a program once, on a machine of its own.
 *
 * A machine may live through a program several times: between two rounds the driver is
 * unbound, and then probed again, so that pages, slots and addresses are used again.
 */
#include "coherency.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

/* Enough for any program's two or three live objects, and soon used up. */
#define RAM_SIZE (128 * 1024)

struct object {
	enum { NONE, NONCOHERENT, COHERENT, KMALLOC, MAPPING } kind;
	uint8_t device, dir;
	uint8_t *cpu;
	dma_addr_t dma;
	size_t size;
	unsigned memory; /* the step that allocated it; of a mapping, what it maps */
	bool gone;       /* released, and still in its slot */
};

/* What was allocated, and whether it still is: doubtful, where a release of it was reported. */
struct memory {
	const uint8_t *cpu;
	bool uncached, gone, doubtful;
	phys_addr_t first, last;  /* pages */
};

struct run {
	const struct program *program;
	const struct variant *variant;
	struct trace *trace;
	unsigned step;
	unsigned complaints; /* reports about the calls themselves */
	bool has_stored;     /* by a store of C */
	struct dmalab_machine *machine;
	struct device *device[NR_DEVICES];
	struct object slot[NR_SLOTS];
	struct memory memory[MAX_STEPS]; /* by the step that allocated it */
};

static void on_report(const struct dmalab_report *report, void *context)
{
	struct run *run = context;

	run->complaints += !report->found_by;
	add_remark(run->trace, run->step, report);
}

/* ------------------------------------------------------------------- run */

/* Where in the object the operation works. False: there is nothing. */
static bool range_of(const struct op *op, const struct object *o, size_t *offset, size_t *size)
{
	*offset = op->offset;
	*size = op->size;
	if (op->wild)
		return true;
	if (!o->size)
		return false;
	*offset %= o->size;
	if (*size > o->size - *offset)
		*size = o->size - *offset;
	return true;
}

/* The CPU stays inside: a pointer that runs off the machine is not its business. */
static bool cpu_range(const struct op *op, const struct object *o, size_t *offset, size_t *size)
{
	struct op tame = *op;

	tame.wild = false;
	return o->cpu && range_of(&tame, o, offset, size);
}

#define WINDOW (1u << 30)

static struct memory memory_of(const struct run *run, const struct object *o)
{
	phys_addr_t phys = virt_to_phys(o->cpu);
	struct memory m = { .cpu = o->cpu, .uncached = phys == ~0ull };

	if (m.uncached)
		phys = o->dma - (o->device && run->program->window ? WINDOW : 0);
	m.first = phys / PAGE_SIZE;
	m.last = (phys + o->size - 1) / PAGE_SIZE;
	return m;
}

static bool overlap(const struct memory *a, const struct memory *b)
{
	return a->first <= b->last && b->first <= a->last;
}

static int allocate(struct run *run, const struct op *op)
{
	struct device *dev = run->device[op->device];
	struct object o = {
		.device = op->device, .dir = op->dir, .size = op->size, .memory = run->step,
	};

	switch (op->kind) {
	case OP_ALLOC_NONCOHERENT:
		o.kind = NONCOHERENT;
		o.cpu = dma_alloc_noncoherent(dev, o.size, &o.dma, o.dir, GFP_KERNEL);
		break;
	case OP_ALLOC_COHERENT:
		o.kind = COHERENT;
		o.cpu = dma_alloc_coherent(dev, o.size, &o.dma, GFP_KERNEL);
		break;
	default:
		o.kind = KMALLOC;
		o.cpu = op->kind == OP_KMALLOC ? kmalloc(o.size, GFP_KERNEL) :
			kzalloc(o.size, GFP_KERNEL);
	}
	if (!o.cpu)
		o = (struct object){ .kind = NONE };
	else
		run->memory[run->step] = memory_of(run, &o);
	run->slot[op->slot] = o;
	return o.kind != NONE;
}

static int map(struct run *run, const struct op *op)
{
	struct device *dev = run->device[op->device];
	const struct object *source = &run->slot[op->source];
	struct object o = {
		.kind = MAPPING, .device = op->device, .dir = op->dir, .memory = source->memory,
	};
	size_t offset;

	if (!source->cpu || !range_of(op, source, &offset, &o.size))
		return -1;
	o.cpu = source->cpu + offset;
	o.dma = dma_map_single(dev, o.cpu, o.size, o.dir);
	if (dma_mapping_error(dev, o.dma))
		return 0;
	run->slot[op->slot] = o;
	return 1;
}

static void release_object(struct device *dev, const struct object *o)
{
	switch (o->kind) {
	case NONE:
		break;
	case NONCOHERENT:
		dma_free_noncoherent(dev, o->size, o->cpu, o->dma, o->dir);
		break;
	case COHERENT:
		dma_free_coherent(dev, o->size, o->cpu, o->dma);
		break;
	case KMALLOC:
		kfree(o->cpu);
		break;
	case MAPPING:
		dma_unmap_single(dev, o->dma, o->size, o->dir);
		break;
	}
}

/* Also of what has been released already, and may be something else by now. */
static void release(struct run *run, const struct object *o)
{
	const struct memory *of = &run->memory[o->memory];
	unsigned complaints = run->complaints;

	release_object(run->device[o->device], o);
	for (unsigned i = 0; o->kind != NONE && i < run->step; i++) {
		struct memory *m = &run->memory[i];

		if (!overlap(m, of))
			continue;
		m->gone |= o->kind != MAPPING && m->cpu == o->cpu;
		m->doubtful |= run->complaints != complaints;
	}
}

static void sync(struct run *run, const struct op *op, const struct object *o)
{
	struct device *dev = run->device[op->device];
	size_t offset, size;

	if (!o->dma || !range_of(op, o, &offset, &size))
		return;
	if (op->kind == OP_SYNC_FOR_DEVICE)
		dma_sync_single_for_device(dev, o->dma + offset, size, op->dir);
	else
		dma_sync_single_for_cpu(dev, o->dma + offset, size, op->dir);
}

/*
 * Nobody looks for stores of C that go to memory which is used in the other way by now: past
 * the cache, or through it. A told access of that kind is reported.
 */
static bool is_lost(const struct run *run, const struct object *o)
{
	const struct memory *m = &run->memory[o->memory];

	if (!m->gone && !m->doubtful)
		return false;
	for (unsigned i = 0; i < run->step; i++)
		if (run->memory[i].uncached && overlap(&run->memory[i], m))
			return true;
	return m->uncached;
}

static void cpu_read(struct run *run, const struct op *op, const uint8_t *from, size_t size)
{
	struct trace *t = run->trace;
	bool plain = op->plain && !run->variant->told;

	if (op->plain && run->variant->no_loads)
		return;
	if (plain)
		memcpy(t->load[run->step], from, size);
	else
		dmalab_cpu_read(from, t->load[run->step], size);
	t->loaded[run->step] = size;
}

/* The first run of bytes from @at on that differ; @size: there is none. */
static size_t next_change(const uint8_t *a, const uint8_t *b, size_t at, size_t size, size_t *len)
{
	while (at < size && a[at] == b[at])
		at++;
	for (*len = 0; at + *len < size && a[at + *len] != b[at + *len]; ++*len)
		;
	return at;
}

/* Of any profile. */
#define LONGEST_LINE 128

/*
 * Tell of what a store of C changes, run by run: bytes that were there already are not found.
 * True: a line was stored to twice.
 */
static bool tell_changes(uint8_t *to, const uint8_t *before, const uint8_t *bytes, size_t size)
{
	uintptr_t last = 0;
	bool split = false;

	for (size_t i = 0, n; (i = next_change(before, bytes, i, size, &n)) < size; i += n) {
		split |= (uintptr_t)(to + i) / LONGEST_LINE == last;
		last = (uintptr_t)(to + i + n - 1) / LONGEST_LINE;
		dmalab_cpu_write(to + i, bytes + i, n);
	}
	return split;
}

/* Nor are they looked at: that would be a load that the program does not make. */
static void look_at_changes(const uint8_t *to, const uint8_t *before, const uint8_t *bytes,
			    size_t size)
{
	uint8_t in[MAX_ACCESS];

	for (size_t i = 0, n; (i = next_change(before, bytes, i, size, &n)) < size; i += n)
		dmalab_cpu_read(to + i, in, n);
}

static uint64_t hash(const uint8_t *bytes, size_t size)
{
	uint64_t h = size;

	for (size_t i = 0; i < size; i++)
		h = (h ^ bytes[i]) * 0x100000001b3ull;
	return h;
}

static void plain_write(struct run *run, uint8_t *to, const uint8_t *bytes, size_t size)
{
	uint8_t before[MAX_ACCESS];

	memcpy(before, to, size);
	run->has_stored = true;
	run->trace->before[run->step] = hash(before, size);
	if (run->variant->told)
		run->trace->split[run->step] = tell_changes(to, before, bytes, size);
	else
		memcpy(to, bytes, size);
	if (run->variant->looks)
		look_at_changes(to, before, bytes, size);
}

static void cpu_write(struct run *run, const struct op *op, uint8_t *to, size_t size)
{
	uint8_t bytes[MAX_ACCESS];

	memset(bytes, program_value(run->step), size);
	if (op->plain)
		plain_write(run, to, bytes, size);
	else
		dmalab_cpu_write(to, bytes, size);
}

/*
 * An eviction is a call, and so it finds stores of C; only one of the machines makes it. So
 * that all find the same, they load the bytes first.
 */
static void evict(struct run *run, const struct op *op, const uint8_t *at, size_t size)
{
	if (run->has_stored)
		cpu_read(run, op, at, size);
	if (run->variant->steered)
		dmalab_cache_evict(at, size);
}

static void cpu_access(struct run *run, const struct op *op, const struct object *o)
{
	size_t offset, size;

	if (!cpu_range(op, o, &offset, &size) || (op->plain && is_lost(run, o)))
		return;
	switch (op->kind) {
	case OP_CPU_READ:
		cpu_read(run, op, o->cpu + offset, size);
		break;
	case OP_CPU_WRITE:
		cpu_write(run, op, o->cpu + offset, size);
		break;
	case OP_EVICT:
		evict(run, op, o->cpu + offset, size);
		break;
	case OP_FILL:
		if (run->variant->steered)
			dmalab_cache_fill(o->cpu + offset, size);
		break;
	}
}

static int device_access(struct run *run, const struct op *op, const struct object *o)
{
	struct device *dev = run->device[op->device];
	struct trace *t = run->trace;
	uint8_t bytes[MAX_ACCESS];
	size_t offset, size;
	int result;

	if (!o->dma || !range_of(op, o, &offset, &size))
		return 0;
	if (op->kind == OP_DEVICE_WRITE) {
		memset(bytes, program_value(run->step), size);
		return dmalab_device_write(dev, o->dma + offset, bytes, size);
	}
	result = dmalab_device_read(dev, o->dma + offset, t->load[run->step], size);
	t->loaded[run->step] = result ? 0 : size;
	return result;
}

/*
 * Where a mapping was, or outside of anything, may be another mapping by now; and
 * another byte of it where mappings have addresses of their own. An access that is
 * refused moves nothing, wherever it leads.
 */
static bool goes_astray(const struct op *op, const struct object *o, int result)
{
	bool gone = o->kind == MAPPING && o->gone;

	switch (op->kind) {
	case OP_RELEASE:
		return gone;
	case OP_SYNC_FOR_DEVICE:
	case OP_SYNC_FOR_CPU:
	case OP_DEVICE_READ:
	case OP_DEVICE_WRITE:
		return !result && (gone || (op->wild && op->offset >= o->size));
	default:
		return false;
	}
}

static int run_op(struct run *run, const struct op *op)
{
	const struct object *o = &run->slot[op->slot];

	switch (op->kind) {
	case OP_ALLOC_NONCOHERENT:
	case OP_ALLOC_COHERENT:
	case OP_KMALLOC:
	case OP_KZALLOC:
		return allocate(run, op);
	case OP_MAP:
		return map(run, op);
	case OP_RELEASE:
		release(run, o);
		return 0;
	case OP_SYNC_FOR_DEVICE:
	case OP_SYNC_FOR_CPU:
		sync(run, op, o);
		return 0;
	case OP_DEVICE_READ:
	case OP_DEVICE_WRITE:
		return device_access(run, op, o);
	default:
		cpu_access(run, op, o);
		return 0;
	}
}

static void die(const char *what)
{
	fprintf(stderr, "coherency: %s failed\n", what);
	abort();
}

#define NR_PAGES (RAM_SIZE / 4096)
#define POOL     (0x40000000 + (NR_PAGES - NR_PAGES / 8 - NR_PAGES / 8) * 4096ull)

/*
 * Memory is to be given out in the same order with a bounce buffer and without: so take
 * all there is and give it back by address, but for the pages that the buffer has, or
 * would have.
 */
static void level_memory(void)
{
	unsigned long page[NR_PAGES] = { 0 }, at;
	unsigned nr = 0;

	while (nr < NR_PAGES && (at = __get_free_page(GFP_KERNEL)))
		page[nr++] = at;
	for (unsigned i = 0; i < nr; i++) {
		unsigned lowest = i;

		for (unsigned k = i; k < nr; k++)
			if (page[k] < page[lowest])
				lowest = k;
		at = page[lowest];
		page[lowest] = page[i];
		if (virt_to_phys((void *)at) < POOL)
			free_page(at);
	}
}

static void bind_devices(struct run *run)
{
	const struct program *p = run->program;

	for (unsigned i = 0; i < NR_DEVICES; i++) {
		run->device[i] = dmalab_device_new(run->machine, i ? "d1" : "d0");
		if (!run->device[i])
			die("dmalab_device_new()");
	}
	if (p->snooping)
		run->device[1]->dma_coherent = true;
	if (p->misbelieved)
		dmalab_device_set_snooping(run->device[1], !p->snooping);
	if (p->window && dma_direct_set_offset(run->device[1], 0, WINDOW, 1u << 31))
		die("dma_direct_set_offset()");
}

/* Mappings before what they map. */
static void release_all(struct run *run)
{
	for (int mappings = 1; mappings >= 0; mappings--)
		for (unsigned i = 0; i < NR_SLOTS; i++) {
			struct object *o = &run->slot[i];

			if ((o->kind == MAPPING) != mappings || o->gone)
				continue;
			release(run, o);
			o->gone = true;
		}
}

/* What is left then has leaked. Its addresses are still in their slots. */
static void unbind_devices(struct run *run)
{
	if (!run->program->untidy)
		release_all(run);
	for (unsigned i = 0; i < NR_DEVICES; i++)
		dmalab_device_free(run->device[i]);
	for (unsigned i = 0; i < NR_SLOTS; i++)
		run->slot[i].gone = true;
	for (unsigned i = 0; i < run->step; i++)
		run->memory[i].doubtful = true;
}

static void run_round(struct run *run)
{
	struct trace *trace = run->trace;

	for (unsigned i = 0; i < run->program->nr_ops; i++, run->step++) {
		const struct op *op = &run->program->op[i];
		struct object *o = &run->slot[op->slot];
		int result = run_op(run, op);

		trace->result[run->step] = result;
		if (trace->astray == MAX_STEPS && goes_astray(op, o, result))
			trace->astray = run->step;
		o->gone |= op->kind == OP_RELEASE;
	}
}

void run_program(const struct program *p, const struct variant *variant, struct trace *trace)
{
	struct run run = { .program = p, .variant = variant, .trace = trace };

	run.machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = variant->profile ? variant->profile : p->profile,
		.ram_size = RAM_SIZE, .cache_policy = variant->policy,
		.seed = p->seed, .checks = "full",
	});
	if (!run.machine)
		die("dmalab_machine_new()");
	dmalab_set_report_handler(run.machine, on_report, &run);
	if (variant->profile)
		level_memory();
	trace->nr_steps = p->nr_ops * p->rounds;
	trace->nr_remarks = 0;
	trace->astray = MAX_STEPS;
	memset(trace->loaded, 0, sizeof(trace->loaded));
	memset(trace->before, 0, sizeof(trace->before));
	memset(trace->split, 0, sizeof(trace->split));
	bind_devices(&run);
	for (unsigned round = 0; round < p->rounds; round++) {
		if (round) {
			unbind_devices(&run);
			bind_devices(&run);
		}
		run_round(&run);
	}
	/* What leaked is reported here. */
	dmalab_machine_free(run.machine);
}
