// SPDX-License-Identifier: MIT
/*
 * Target "misuse": illegal calls on purpose.
 *
 * A program is a list of calls, most of them wrong in one way or in several. What has
 * been released stays in its slot and goes on being used. After each call, what the
 * library reported and returned is compared with what the reference model says.
 */
#include "misuse.h"
#include "model/model.h"
#include "target.h"

#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CALLS 128
#define MAX_STEPS (4 * MAX_CALLS + 2 * NR_MACHINES) /* with what is made beside them */

static struct {
	struct slot slot[NR_SLOTS];
	struct outcome outcome;        /* of the call under way */
	FILE *trace;                   /* print each call, and stop at a disagreement */
	unsigned nr_calls;
	struct call call[MAX_STEPS];
	struct outcome past[MAX_STEPS];
} program;

static struct lab lab;
static struct model *models[NR_MACHINES];

/* ---------------------------------------------------------------- reports */

static void on_report(const struct dmalab_report *report, void *context)
{
	struct outcome *o = &program.outcome;
	bool found = report->found_by;
	struct remark *to = found ? o->found : o->remark;
	unsigned *nr = found ? &o->nr_found : &o->nr_remarks;

	if (*nr < MAX_REMARKS)
		to[*nr] = (struct remark){
			report->check, *(unsigned *)context, report->first, report->last,
			report->bytes,
		};
	++*nr;
}

/* --------------------------------------------------------------- compare */

static void print_program(FILE *to)
{
	print_setup(&lab.setup, to);
	for (unsigned i = 0; i < program.nr_calls; i++) {
		fprintf(to, "%3u  ", i);
		print_call(&program.call[i], models, to);
		print_outcome(&program.call[i], &program.past[i], models, to);
	}
}

static void disagree(const struct call *c, const struct expect *e, const struct outcome *o,
		     const char *why)
{
	FILE *to = program.trace ? program.trace : stderr;

	if (!program.trace)
		print_program(to);
	model_explain(models[c->machine], c, e, o, why, to);
	if (!program.trace)
		abort();
}

/* False: there was a disagreement, and this is only a trace. */
static bool single_step(const struct call *c)
{
	struct model *m = models[c->machine];
	struct expect e;
	const char *why;

	program.outcome = (struct outcome){ .dma = 0 };
	program.call[program.nr_calls] = *c;
	run_call(&lab, c, &program.outcome);
	if (c->kind == DEVICE_NEW)
		model_new_device(m, c->device, &lab.setup);
	model_step(m, c, &program.outcome, &e);
	program.past[program.nr_calls++] = program.outcome;
	if (program.trace) {
		fprintf(program.trace, "%3u  ", program.nr_calls - 1);
		print_call(c, models, program.trace);
		print_outcome(c, &program.outcome, models, program.trace);
	}
	why = model_disagrees(m, c, &e, &program.outcome);
	if (why)
		disagree(c, &e, &program.outcome, why);
	return !why;
}

/*
 * One call, and before it, where that does not find it itself, one that finds what was
 * stored by a store of C: an eviction looks, and changes nothing that anybody may notice.
 */
static bool step(const struct call *c)
{
	for (unsigned i = 0; i < lab.setup.machines; i++) {
		struct call look = { .kind = EVICT, .machine = i };

		if (!model_awaits(models[i], &look) ||
		    (c->machine == i && model_finds(models[i], c)))
			continue;
		if (!single_step(&look))
			return false;
	}
	return single_step(c);
}

/* -------------------------------------------------------------- programs */

static bool device_lives(int device)
{
	return device >= 0 && lab.bound[device];
}

/* The machine that the pointer leads into, or the current one. */
static unsigned machine_of_pointer(const void *cpu)
{
	size_t at;

	for (unsigned i = 0; i < lab.setup.machines; i++)
		if (model_view(models[i], cpu, &at) != NO_VIEW ||
		    model_in_vmalloc(models[i], cpu, NULL))
			return i;
	return lab.current;
}

static bool leads_somewhere(const void *cpu)
{
	const struct model *m = models[machine_of_pointer(cpu)];
	size_t at;

	return model_view(m, cpu, &at) != NO_VIEW || model_in_vmalloc(m, cpu, NULL);
}

/*
 * A pointer beside the views: the library knows whose it is, the model does not. It
 * matters only when there are two machines to choose from.
 */
static bool is_anybodys(const void *cpu)
{
	return lab.setup.machines > 1 && cpu && !leads_somewhere(cpu);
}

/* May the CPU touch it without bringing down the harness? */
static bool is_safe(const void *cpu, size_t len)
{
	return leads_somewhere(cpu) &&
	       model_vmalloc_is_safe(models[machine_of_pointer(cpu)], cpu, len);
}

/* The same as below, for memory that drivers map. */
static bool settle_memory(struct call *c)
{
	switch (c->kind) {
	case CACHE_ALLOC:
	case CACHE_ZALLOC:
	case CACHE_DESTROY:
	case CACHE_FREE:
		c->machine = lab.cache[c->number] ? lab.cache_machine[c->number] : lab.current;
		return true;
	case CACHE_CREATE:
		c->machine = lab.current;
		/* What is lost from sight, the model could not tell from another's. */
		return !lab.cache[c->number] || lab.cache_machine[c->number] == c->machine;
	case KMEMDUP:
		c->machine = lab.current;
		if (c->cpu == (void *)constant)
			return c->size <= CONSTANT_SIZE;
		return !c->size || (c->size <= MODEL_RAM && is_safe(c->cpu, c->size) &&
				    machine_of_pointer(c->cpu) == lab.current);
	case PAGES_FREE:
	case PAGE_GET:
	case PAGE_PUT:
	case PAGE_COUNT:
		c->cpu = page_address(c->page);
		c->machine = machine_of_pointer(c->cpu);
		return lab.setup.machines == 1 || !c->page || c->cpu;
	case KREALLOC:
	case PAGES_FREE_ADDRESS:
	case EXACT_FREE:
	case VFREE:
		c->machine = machine_of_pointer(c->cpu);
		return !is_anybodys(c->cpu);
	case DEVM_ALLOC:
	case DEVM_FREE:
		c->machine = device_lives(c->device) ? (unsigned)c->device / 2 : lab.current;
		return true;
	default:
		c->machine = lab.current;
		return true;
	}
}

/* The same for pools, and what goes with its device. */
static bool settle_pool(struct call *c)
{
	const struct model *m;

	switch (c->kind) {
	case POOL_CREATE:
	case M_POOL_CREATE:
	case M_ALLOC:
		c->machine = device_lives(c->device) ? (unsigned)c->device / 2 : lab.current;
		return true;
	case M_FREE:
		c->machine = device_lives(c->device) ? (unsigned)c->device / 2 :
			     machine_of_pointer(c->cpu);
		return device_lives(c->device) || !is_anybodys(c->cpu);
	default:
		m = models[lab.pool_machine[c->number]];
		c->pool = !lab.pool[c->number] ? POOL_NULL :
			  model_pool_lives(m, c->number) ? POOL_LIVES : POOL_GONE;
		/* A pool that is gone has no machine. */
		c->machine = c->pool == POOL_LIVES ? lab.pool_machine[c->number] : lab.current;
		return model_judges(m) || lab.pool[c->number];
	}
}

/* Which machine is it about? False: the call would crash the harness. */
static bool settle(struct call *c)
{
	if (c->device >= (int)lab.setup.machines * 2)
		c->device %= lab.setup.machines * 2;
	c->machine %= lab.setup.machines;
	c->value = program.nr_calls + 1;
	if (c->kind == FREE_PAGES)
		c->cpu = page_address(c->page);
	if (c->kind >= UNMAP_LIST && c->kind <= SYNC_LIST_FOR_CPU)
		look_at_list(&lab, c);
	if (c->kind >= TABLE_FREE && c->kind <= TABLE_VMAP)
		look_at_table(c);
	if (c->kind == USER_MAP && c->number == MMAP_NONCONTIGUOUS)
		look_at_table(c);
	if (c->kind == USER_MAP && c->mask == USER_MACHINE && !leads_somewhere(c->cpu))
		return false;
	if (is_memory_call(c->kind))
		return settle_memory(c);
	if (is_pool_call(c->kind))
		return settle_pool(c);
	switch (c->kind) {
	case KMALLOC:
	case KZALLOC:
		c->machine = lab.current;
		return true;
	case PLAIN_READ:
	case PLAIN_WRITE:
		c->machine = machine_of_pointer(c->cpu);
		return model_allows_plain(models[c->machine], c);
	case CPU_READ:
	case CPU_WRITE:
		c->machine = machine_of_pointer(c->cpu);
		return is_safe(c->cpu, c->size);
	case KFREE:
	case KSIZE:
	case EVICT:
	case FILL:
	case VIRT_TO_PAGE:
		c->machine = machine_of_pointer(c->cpu);
		if (c->kind == FILL && !machine_speculates(models[c->machine]))
			return false;
		return !is_anybodys(c->cpu);
	case FAIL_NTH:
	case FAIL_EVERY:
	case SET_CURRENT:
		return true;
	case CONTEXT:
		c->machine = lab.current;
		return model_context_allows(c);
	case DEVICE_NEW:
		c->machine = c->device / 2;
		return c->device >= 0 && !lab.bound[c->device];
	case TABLE_GET:
		/* The list's entries are the current machine's to refuse. */
		c->machine = device_lives(c->device) ? (unsigned)c->device / 2 : lab.current;
		return c->machine == lab.current;
	default:
		break;
	}
	if (device_lives(c->device)) {
		c->machine = c->device / 2;
		return true;
	}
	c->machine = lab.current;
	if ((c->kind >= FREE_COHERENT && c->kind <= FREE_PAGES) || c->kind == TABLE_FREE) {
		c->machine = machine_of_pointer(c->cpu);
		if (is_anybodys(c->cpu))
			return false;
	}
	return c->kind < POKE_MASK || c->kind > POKE_LIMIT;
}

static void keep_list(const struct call *c, const struct outcome *o)
{
	struct slot *s = &program.slot[c->slot];

	if (o->result <= 0)
		return;
	*s = (struct slot){
		.kind = MAP_LIST, .device = c->device, .machine = c->machine, .dir = c->dir,
		.attrs = c->attrs, .table = c->table, .nents = c->nents,
		.page = c->entry[0].page, .size = c->entry[0].length, .dma = o->entry[0].dma,
		.cpu = (char *)page_address(c->entry[0].page) + c->entry[0].offset,
	};
	memcpy(s->entry, o->entry, sizeof(s->entry));
}

/* What came of it is what later calls are about. */
static void keep(const struct call *c, const struct outcome *o)
{
	bool is_map = c->kind == MAP;
	bool failed = is_map ? o->dma == DMA_MAPPING_ERROR : (uintptr_t)o->cpu <= 16;

	if (c->kind == MAP_LIST) {
		keep_list(c, o);
		return;
	}
	if (failed || !(is_map || c->kind <= ALLOC_PAGES || c->kind == KMALLOC ||
			c->kind == KZALLOC || (c->kind >= PAGES_ALLOC && c->kind <= KREALLOC) ||
			(c->kind >= POOL_ALLOC && c->kind <= M_ALLOC) || c->kind == TABLE_ALLOC))
		return;
	program.slot[c->slot] = (struct slot){
		.kind = c->kind, .device = c->device, .machine = c->machine,
		.cpu = is_map ? c->cpu : o->cpu, .page = o->page, .dma = o->dma,
		.sgt = o->sgt, .size = c->size, .dir = c->dir, .attrs = c->attrs, .form = c->form,
		.number = c->number,
	};
	if (c->kind == CACHE_ALLOC || c->kind == CACHE_ZALLOC)
		program.slot[c->slot].size = o->result;
	if (c->kind == POOL_ALLOC || c->kind == POOL_ZALLOC)
		model_pool_block(models[c->machine], c->number, &program.slot[c->slot].size,
				 &program.slot[c->slot].device);
	if (is_memory_call(c->kind) && !o->page)
		program.slot[c->slot].page = virt_to_page(o->cpu);
	if (c->kind == KMALLOC || c->kind == KZALLOC || c->kind == ALLOC_NONCOHERENT)
		program.slot[c->slot].page = virt_to_page(o->cpu);
}

static bool run_program(struct input *in)
{
	struct call c;

	for (unsigned i = 0; i < MAX_CALLS && !input_ends(in); i++) {
		decode_call(&c, in, program.slot);
		if (!settle(&c))
			continue;
		if (!step(&c))
			return false;
		keep(&c, &program.outcome);
		if (c.kind == MAP && !c.unchecked) {
			c.kind = MAPPING_ERROR;
			c.dma = program.outcome.dma;
			if (!step(&c))
				return false;
		}
	}
	return true;
}

/*
 * Where cookies point is not told by a DMA address of an IOMMU. But the page that was
 * freed last is the next to be given out.
 */
static void find_cookies(unsigned number)
{
	struct model *m = models[number];
	struct device *dev = dmalab_device_new(lab.machine[number], NULL);
	dma_addr_t dma;
	size_t at;
	void *cpu;

	if (!dev)
		abort();
	cpu = dma_alloc_noncoherent(dev, 4096, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);
	model_view(m, cpu, &at);
	model_note_dead(m, false, cpu, dma);
	dma_free_noncoherent(dev, 4096, cpu, dma, DMA_BIDIRECTIONAL);
	cpu = dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	model_set_cookies(m, cpu, at);
	model_note_dead(m, true, cpu, dma);
	dma_free_attrs(dev, 4096, cpu, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_device_free(dev);
}

static void start_machine(unsigned number)
{
	static unsigned numbers[NR_MACHINES] = { 0, 1 };
	void *probe;

	lab.machine[number] = dmalab_machine_new(&(struct dmalab_config){
		.profile = lab.setup.profile, .ram_size = lab.setup.ram_size,
		.cache_policy = lab.setup.policy, .checks = lab.setup.checks,
		.accesses = lab.setup.plain ? "plain" : "explicit",
	});
	if (!lab.machine[number])
		abort();
	dmalab_set_report_handler(lab.machine[number], on_report, &numbers[number]);
	if (!models[number])
		models[number] = model_new();
	probe = kmalloc(1, GFP_KERNEL);
	model_start(models[number], &lab.setup, probe, virt_to_phys(probe));
	kfree(probe);
	if (machine_translates(models[number]))
		find_cookies(number);
	lab.current = number;
	for (unsigned device = number * 2; device < number * 2 + 2; device++) {
		new_device(&lab, device);
		model_new_device(models[number], device, &lab.setup);
	}
}

static void run(const uint8_t *data, size_t size, FILE *trace)
{
	struct input in = input_of(data, size);
	bool agreed;

	memset(program.slot, 0, sizeof(program.slot));
	memset(lab.bound, 0, sizeof(lab.bound));
	for (unsigned i = 0; i < NR_SLOTS; i++)
		sg_init_table(lab.list[i], MAX_ENTRIES + 1);
	memset(lab.cache, 0, sizeof(lab.cache));
	memset(lab.pool, 0, sizeof(lab.pool));
	memset(lab.pool_machine, 0, sizeof(lab.pool_machine));
	model_context_start();
	program.trace = trace;
	program.nr_calls = 0;
	decode_setup(&lab.setup, &in);
	if (trace)
		print_setup(&lab.setup, trace);
	for (unsigned i = 0; i < lab.setup.machines; i++)
		start_machine(i);
	agreed = run_program(&in);
	for (unsigned i = 0; i < lab.setup.machines; i++) {
		if (agreed)
			agreed = step(&(struct call){ .kind = MACHINE_FREE, .machine = i });
		else
			dmalab_machine_free(lab.machine[i]);
	}
	forget_locks();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run(data, size, NULL);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	run(data, size, to);
}
