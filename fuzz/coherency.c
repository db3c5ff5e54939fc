// SPDX-License-Identifier: MIT
/*
 * Target "coherency": the promise, attacked.
 *
 *   A program that draws no coherency report computes the same values whatever
 *   the cache does. A program that draws one has two legal caches that disagree.
 *
 * One program is run on machines that differ in nothing but what their cache does
 * of its own accord. Everything must be the same on all of them: what calls
 * return, which reports are drawn and by what, and what every load of the CPU and
 * of the devices gives; but a load may give different bytes where a coherency
 * report says so, and so may one of memory that nobody owns: its report is
 * "cpu-use-after-free", whatever else is wrong with the bytes.
 *
 * Programs store constants and never what they have loaded, so a byte that
 * differs does not make others differ.
 *
 * Every program also runs on a machine that copies what is mapped and on one that is
 * like it but does not. There values may differ only where the first one reports it.
 */
#include "program.h"
#include "target.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

/* Enough for any program's two or three live objects, and soon used up. */
#define RAM_SIZE (128 * 1024)

/*
 * What the cache does. One does nothing but what the program asks it to, so that
 * the fuzzer can look for the one eviction that matters.
 */
static const struct variant {
	const char *name;
	const char *policy;
	bool steered; /* OP_EVICT and OP_FILL are done */
	const char *profile; /* NULL: the program's */
} variants[] = {
	{ "never, but as the program says", "never", true, NULL },
	{ "eager", "eager", false, NULL },
	{ "random", "random", false, NULL },
	{ "lru", "lru", false, NULL }, /* last: only some programs ask for it */
};

static const struct variant bouncing = { "swiotlb", "never", false, "swiotlb" };
static const struct variant direct = { "x86", "never", false, "x86" };

#define NR_VARIANTS (sizeof(variants) / sizeof(variants[0]))

struct object {
	enum { NONE, NONCOHERENT, COHERENT, KMALLOC, MAPPING } kind;
	uint8_t device, dir;
	uint8_t *cpu;
	dma_addr_t dma;
	size_t size;
	bool gone; /* released, and still in its slot */
};

/* A report, as far as it must not depend on the cache. */
struct remark {
	unsigned op;
	const char *check;
	enum excuse { NO_EXCUSE, FOR_BYTES, FOR_ACCESS } excuse; /* for values that differ */
	size_t first, last, bytes; /* counted from the start of the access; 0: all of it */
};

#define MAX_REMARKS 512

/* What one run showed. */
struct trace {
	int result[MAX_OPS];      /* what the call returned, as far as it is fixed */
	unsigned loaded[MAX_OPS]; /* bytes */
	uint8_t load[MAX_OPS][MAX_ACCESS];
	unsigned astray;          /* the first operation whose address may lead anywhere */
	unsigned nr_remarks;
	struct remark remark[MAX_REMARKS]; /* the first ones */
};

struct run {
	const struct program *program;
	const struct variant *variant;
	struct trace *trace;
	unsigned op;
	struct device *device[NR_DEVICES];
	struct object slot[NR_SLOTS];
};

static struct trace traces[NR_VARIANTS];

/* Names in reports are those of the catalogue, so after a first look pointers do. */
#define NR_EXCUSES 5

static enum excuse excuse_of(const char *check)
{
	static const char *const names[NR_EXCUSES] = {
		"stale-cpu-read", "stale-device-read", "lost-cpu-write", "lost-device-write",
		"cpu-use-after-free",
	};
	static const char *found[NR_EXCUSES];
	const struct dmalab_check *checks;
	size_t count, k;

	if (!found[0]) {
		checks = dmalab_checks(&count);
		for (size_t i = 0; i < count; i++)
			for (k = 0; k < NR_EXCUSES; k++)
				if (strcmp(checks[i].name, names[k]) == 0)
					found[k] = checks[i].name;
	}
	for (k = 0; k < NR_EXCUSES && check != found[k]; k++)
		;
	return k == NR_EXCUSES ? NO_EXCUSE : k == NR_EXCUSES - 1 ? FOR_ACCESS : FOR_BYTES;
}

/*
 * Reports count bytes from the start of the object. One that is about no object, or
 * about one that the bytes once belonged to, stands for all of the access.
 */
static void place(struct remark *r, const struct dmalab_report *report)
{
	size_t start = report->cpu_addr ?
		(uintptr_t)report->cpu_addr - (uintptr_t)report->object_cpu_addr :
		report->dma_addr - report->object_dma_addr;

	r->first = report->first - start;
	r->last = report->last - start;
	r->bytes = report->bytes;
	if (!report->object || r->first > r->last || r->last >= report->size)
		r->first = r->last = r->bytes = 0;
}

static void on_report(const struct dmalab_report *report, void *context)
{
	const struct run *run = context;
	struct trace *t = run->trace;
	struct remark *r = &t->remark[t->nr_remarks];

	if (t->nr_remarks++ >= MAX_REMARKS)
		return;
	r->op = run->op;
	r->check = report->check;
	r->excuse = excuse_of(report->check);
	place(r, report);
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

static int allocate(struct run *run, const struct op *op)
{
	struct device *dev = run->device[op->device];
	struct object o = { .device = op->device, .dir = op->dir, .size = op->size };

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
	run->slot[op->slot] = o;
	return o.kind != NONE;
}

static int map(struct run *run, const struct op *op)
{
	struct device *dev = run->device[op->device];
	const struct object *source = &run->slot[op->source];
	struct object o = { .kind = MAPPING, .device = op->device, .dir = op->dir };
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

/* Also of what has been released already. */
static void release(struct run *run, const struct object *o)
{
	struct device *dev = run->device[o->device];

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

static void cpu_access(struct run *run, const struct op *op, const struct object *o)
{
	struct trace *t = run->trace;
	uint8_t bytes[MAX_ACCESS];
	size_t offset, size;

	if (!cpu_range(op, o, &offset, &size))
		return;
	switch (op->kind) {
	case OP_CPU_READ:
		dmalab_cpu_read(o->cpu + offset, t->load[run->op], size);
		t->loaded[run->op] = size;
		break;
	case OP_CPU_WRITE:
		memset(bytes, program_value(run->op), size);
		dmalab_cpu_write(o->cpu + offset, bytes, size);
		break;
	case OP_EVICT:
		if (run->variant->steered)
			dmalab_cache_evict(o->cpu + offset, size);
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
		memset(bytes, program_value(run->op), size);
		return dmalab_device_write(dev, o->dma + offset, bytes, size);
	}
	result = dmalab_device_read(dev, o->dma + offset, t->load[run->op], size);
	t->loaded[run->op] = result ? 0 : size;
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

static void run_program(const struct program *p, const struct variant *variant,
			struct trace *trace)
{
	struct run run = { .program = p, .variant = variant, .trace = trace };
	struct dmalab_machine *machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = variant->profile ? variant->profile : p->profile,
		.ram_size = RAM_SIZE, .cache_policy = variant->policy,
		.seed = p->seed, .checks = "full",
	});

	if (!machine)
		die("dmalab_machine_new()");
	dmalab_set_report_handler(machine, on_report, &run);
	if (variant->profile)
		level_memory();
	for (unsigned i = 0; i < NR_DEVICES; i++) {
		run.device[i] = dmalab_device_new(machine, i ? "d1" : "d0");
		if (!run.device[i])
			die("dmalab_device_new()");
	}
	if (p->snooping)
		run.device[1]->dma_coherent = true;
	if (p->misbelieved)
		dmalab_device_set_snooping(run.device[1], !p->snooping);
	if (p->window && dma_direct_set_offset(run.device[1], 0, 1u << 30, 1u << 31))
		die("dma_direct_set_offset()");

	trace->nr_remarks = 0;
	trace->astray = MAX_OPS;
	memset(trace->loaded, 0, sizeof(trace->loaded));
	for (run.op = 0; run.op < p->nr_ops; run.op++) {
		const struct op *op = &p->op[run.op];
		struct object *o = &run.slot[op->slot];
		int result = run_op(&run, op);

		trace->result[run.op] = result;
		if (trace->astray == MAX_OPS && goes_astray(op, o, result))
			trace->astray = run.op;
		o->gone |= op->kind == OP_RELEASE;
	}
	/* What leaked is reported here. */
	dmalab_machine_free(machine);
}

/* --------------------------------------------------------------- compare */

static void print_remark(const struct remark *r)
{
	fprintf(stderr, "    op %u: %s", r->op, r->check);
	if (r->bytes)
		fprintf(stderr, ", bytes %zu..%zu of the access, %zu in number", r->first, r->last,
			r->bytes);
	fprintf(stderr, "\n");
}

static void print_trace(const struct trace *t, const struct variant *v, unsigned op)
{
	fprintf(stderr, "  %s:\n    result %d, loaded", v->name, op < MAX_OPS ? t->result[op] : 0);
	for (unsigned i = 0; op < MAX_OPS && i < t->loaded[op]; i++)
		fprintf(stderr, " %02x", t->load[op][i]);
	fprintf(stderr, "\n");
	for (unsigned i = 0; i < t->nr_remarks && i < MAX_REMARKS; i++)
		if (t->remark[i].op == op)
			print_remark(&t->remark[i]);
}

/* Two runs of a program, side by side. */
struct pair {
	const struct program *p;
	const struct trace *a, *b;
	const struct variant *va, *vb;
};

static _Noreturn void finding(const struct pair *t, unsigned op, const char *what)
{
	fprintf(stderr, "\nFINDING (coherency): %s, at operation %u of\n", what, op);
	program_print(t->p, stderr);
	print_trace(t->a, t->va, op);
	print_trace(t->b, t->vb, op);
	abort();
}

static bool same_remark(const struct remark *a, const struct remark *b)
{
	return a->op == b->op && a->check == b->check && a->first == b->first &&
		a->last == b->last && a->bytes == b->bytes;
}

static void compare_remarks(const struct pair *t)
{
	const struct trace *a = t->a, *b = t->b;

	for (unsigned i = 0; i < a->nr_remarks || i < b->nr_remarks; i++) {
		if (i == MAX_REMARKS)
			break;
		if (i >= a->nr_remarks)
			finding(t, b->remark[i].op, "a report that others do not draw");
		if (i >= b->nr_remarks)
			finding(t, a->remark[i].op, "a report is not drawn");
		if (!same_remark(&a->remark[i], &b->remark[i]))
			finding(t, a->remark[i].op, "another report is drawn");
	}
	if (a->nr_remarks != b->nr_remarks)
		finding(t, t->p->nr_ops, "the number of reports differs");
}

/* The report that excuses this operation, or NULL: an access draws at most one. */
static const struct remark *excuse(const struct trace *t, unsigned op)
{
	for (unsigned i = 0; i < t->nr_remarks && i < MAX_REMARKS; i++)
		if (t->remark[i].op == op && t->remark[i].excuse)
			return &t->remark[i];
	return NULL;
}

/* A load of @t->a may differ as far as a report there says. */
static void compare_load(const struct pair *t, unsigned op)
{
	const struct trace *a = t->a, *b = t->b;
	const struct remark *r;
	size_t bytes = 0;

	if (memcmp(a->load[op], b->load[op], a->loaded[op]) == 0)
		return;
	r = excuse(a, op);
	if (!r)
		finding(t, op, "values differ without a coherency report");
	if (!r->bytes || r->excuse == FOR_ACCESS)
		return;
	for (size_t i = 0; i < a->loaded[op]; i++) {
		if (a->load[op][i] == b->load[op][i])
			continue;
		if (i < r->first || i > r->last || ++bytes > r->bytes)
			finding(t, op, "more bytes differ than the report says");
	}
}

static bool same_results(const struct pair *t, unsigned op)
{
	return t->a->result[op] == t->b->result[op] && t->a->loaded[op] == t->b->loaded[op];
}

/* Do both draw the same, but for what is there to be told of copies? */
static bool same_contract(const struct pair *t, unsigned op)
{
	const char *drawn[2] = { NULL, NULL };
	const struct trace *both[2] = { t->a, t->b };

	if (excuse(t->a, op))
		return true;
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < both[k]->nr_remarks && i < MAX_REMARKS; i++)
			if (both[k]->remark[i].op == op)
				drawn[k] = both[k]->remark[i].check;
	return drawn[0] == drawn[1];
}

/*
 * Addresses are others, and slots may be used up: what a wrong address leads to may
 * differ, and from there on the programs are not the same any more.
 */
static void compare_with_copies(const struct program *p)
{
	static struct trace with, without;
	struct pair t = { p, &with, &without, &bouncing, &direct };

	run_program(p, &bouncing, &with);
	run_program(p, &direct, &without);
	for (unsigned op = 0; op < p->nr_ops && op < with.astray; op++) {
		if (!same_results(&t, op) || !same_contract(&t, op))
			return;
		compare_load(&t, op);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct program p;
	unsigned nr;

	program_decode(&p, data, size);
	nr = p.lru ? NR_VARIANTS : NR_VARIANTS - 1;
	for (unsigned i = 0; i < nr; i++)
		run_program(&p, &variants[i], &traces[i]);
	for (unsigned i = 1; i < nr; i++) {
		struct pair t = { &p, &traces[0], &traces[i], &variants[0], &variants[i] };

		compare_remarks(&t);
		for (unsigned op = 0; op < p.nr_ops; op++) {
			if (!same_results(&t, op))
				finding(&t, op, "the call's result differs");
			compare_load(&t, op);
		}
	}
	compare_with_copies(&p);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	static struct program p;

	program_decode(&p, data, size);
	program_print(&p, to);
}
