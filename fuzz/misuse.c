// SPDX-License-Identifier: MIT
/*
 * Target "misuse": illegal calls on purpose.
 *
 * A program is a list of calls, most of them wrong in one way or in several. What has
 * been released stays in its slot and goes on being used. After each call, what the
 * library reported and returned is compared with what the reference model says.
 */
#include "model.h"
#include "target.h"

#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CALLS 128

struct lab {
	struct setup setup;
	struct dmalab_machine *machine[NR_MACHINES];
	struct device *device[NR_DEVICES]; /* or the one that was there last: */
	bool bound[NR_DEVICES];
	struct device foreign;
	struct slot slot[NR_SLOTS];
	unsigned current;
	struct outcome outcome;
	FILE *trace;                   /* print each call, and stop at a disagreement */
	unsigned nr_calls;
	struct call call[2 * MAX_CALLS + NR_MACHINES];
	struct outcome past[2 * MAX_CALLS + NR_MACHINES];
};

static struct lab lab;
static struct model models[NR_MACHINES];

/* ---------------------------------------------------------------- reports */

static void on_report(const struct dmalab_report *report, void *context)
{
	struct outcome *o = &lab.outcome;

	if (o->nr_remarks < MAX_REMARKS)
		o->remark[o->nr_remarks] = (struct remark){
			report->check, *(unsigned *)context, report->first, report->last,
			report->bytes,
		};
	o->nr_remarks++;
}

/* ------------------------------------------------------------------- runs */

static struct device *device_of(const struct call *c)
{
	return c->device == DEVICE_FOREIGN ? &lab.foreign :
	       c->device == DEVICE_NULL ? NULL : lab.device[c->device];
}

static void run_alloc(const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(c);

	switch (c->kind) {
	case ALLOC_COHERENT:
		o->cpu = dma_alloc_coherent(dev, c->size, &o->dma, c->gfp);
		break;
	case ALLOC_ATTRS:
		o->cpu = dma_alloc_attrs(dev, c->size, &o->dma, c->gfp, c->attrs);
		break;
	case ALLOC_WC:
		o->cpu = dma_alloc_wc(dev, c->size, &o->dma, c->gfp);
		break;
	case ALLOC_NONCOHERENT:
		o->cpu = dma_alloc_noncoherent(dev, c->size, &o->dma, c->dir, c->gfp);
		break;
	case ALLOC_PAGES:
		o->page = dma_alloc_pages(dev, c->size, &o->dma, c->dir, c->gfp);
		o->cpu = page_address(o->page);
		break;
	case KMALLOC:
		o->cpu = kmalloc(c->size, c->gfp);
		o->result = ksize(o->cpu);
		break;
	default:
		o->cpu = kzalloc(c->size, c->gfp);
		o->result = ksize(o->cpu);
	}
}

static void run_free(const struct call *c)
{
	struct device *dev = device_of(c);

	switch (c->kind) {
	case FREE_COHERENT:
		dma_free_coherent(dev, c->size, c->cpu, c->dma);
		break;
	case FREE_ATTRS:
		dma_free_attrs(dev, c->size, c->cpu, c->dma, c->attrs);
		break;
	case FREE_WC:
		dma_free_wc(dev, c->size, c->cpu, c->dma);
		break;
	case FREE_NONCOHERENT:
		dma_free_noncoherent(dev, c->size, c->cpu, c->dma, c->dir);
		break;
	case FREE_PAGES:
		dma_free_pages(dev, c->size, c->page, c->dma, c->dir);
		break;
	case KFREE:
		kfree(c->cpu);
		break;
	default:
		dma_unmap_single_attrs(dev, c->dma, c->size, c->dir, c->attrs);
	}
}

static void run_sync(const struct call *c)
{
	struct device *dev = device_of(c);

	if (c->offset && c->kind == SYNC_FOR_CPU)
		dma_sync_single_range_for_cpu(dev, c->dma, c->offset, c->size, c->dir);
	else if (c->offset)
		dma_sync_single_range_for_device(dev, c->dma, c->offset, c->size, c->dir);
	else if (c->kind == SYNC_FOR_CPU)
		dma_sync_single_for_cpu(dev, c->dma, c->size, c->dir);
	else
		dma_sync_single_for_device(dev, c->dma, c->size, c->dir);
}

static void run_access(const struct call *c, struct outcome *o)
{
	static uint8_t bytes[MAX_ACCESS];

	o->bytes = bytes;
	memset(bytes, c->kind == CPU_WRITE || c->kind == DEVICE_WRITE ? c->value : UNREAD,
	       MAX_ACCESS);
	switch (c->kind) {
	case CPU_READ:
		dmalab_cpu_read(c->cpu, bytes, c->size);
		break;
	case CPU_WRITE:
		dmalab_cpu_write(c->cpu, bytes, c->size);
		break;
	case DEVICE_READ:
		o->result = dmalab_device_read(device_of(c), c->dma, bytes, c->size);
		break;
	default:
		o->result = dmalab_device_write(device_of(c), c->dma, bytes, c->size);
	}
}

static void run_device(const struct call *c, struct outcome *o)
{
	struct device *dev = device_of(c);

	switch (c->kind) {
	case SET_MASK:
		o->result = dma_set_mask(dev, c->mask);
		break;
	case SET_COHERENT_MASK:
		o->result = dma_set_coherent_mask(dev, c->mask);
		break;
	case SET_BOTH_MASKS:
		o->result = dma_set_mask_and_coherent(dev, c->mask);
		break;
	case COERCE_MASKS:
		o->result = dma_coerce_mask_and_coherent(dev, c->mask);
		break;
	case POKE_MASK:
		if (dev->dma_mask)
			*dev->dma_mask = c->mask;
		break;
	case POKE_MASK_POINTER:
		dev->dma_mask = NULL;
		break;
	case POKE_COHERENT_MASK:
		dev->coherent_dma_mask = c->mask;
		break;
	case POKE_LIMIT:
		dev->bus_dma_limit = c->mask;
		break;
	case NEED_SYNC:
		o->result = dma_need_sync(dev, c->dma);
		break;
	case MAPPING_ERROR:
		o->result = dma_mapping_error(dev, c->dma);
		break;
	default:
		dmalab_device_free(dev);
		if (c->device >= 0)
			lab.bound[c->device] = false;
	}
}

/* Not a mistake in itself: the device is put together before it does anything. */
static void new_device(int number)
{
	struct device *dev = dmalab_device_new(lab.machine[number / 2], NULL);

	if (!dev)
		abort();
	if (number % 2 && lab.setup.snooping)
		dev->dma_coherent = true;
	if (number % 2 && lab.setup.window)
		dma_direct_set_offset(dev, WINDOW_CPU, WINDOW_DMA, WINDOW_SIZE);
	lab.device[number] = dev;
	lab.bound[number] = true;
	model_new_device(&models[number / 2], number, &lab.setup);
}

static void run_map(const struct call *c, struct outcome *o)
{
	char here[64];

	o->dma = dma_map_single_attrs(device_of(c), c->number ? here : c->cpu, c->size, c->dir,
				      c->attrs);
}

static void run_call(const struct call *c, struct outcome *o)
{
	switch (c->kind) {
	case ALLOC_COHERENT:
	case ALLOC_ATTRS:
	case ALLOC_WC:
	case ALLOC_NONCOHERENT:
	case ALLOC_PAGES:
	case KMALLOC:
	case KZALLOC:
		run_alloc(c, o);
		break;
	case FREE_COHERENT:
	case FREE_ATTRS:
	case FREE_WC:
	case FREE_NONCOHERENT:
	case FREE_PAGES:
	case KFREE:
	case UNMAP:
		run_free(c);
		break;
	case KSIZE:
		o->result = ksize(c->cpu);
		break;
	case MAP:
		run_map(c, o);
		break;
	case SYNC_FOR_DEVICE:
	case SYNC_FOR_CPU:
		run_sync(c);
		break;
	case CPU_READ:
	case CPU_WRITE:
	case DEVICE_READ:
	case DEVICE_WRITE:
		run_access(c, o);
		break;
	case EVICT:
		dmalab_cache_evict(c->cpu, c->size);
		break;
	case FILL:
		dmalab_cache_fill(c->cpu, c->size);
		break;
	case VIRT_TO_PAGE:
		o->page = virt_to_page(c->cpu);
		o->cpu = page_address(o->page);
		break;
	case FAIL_NTH:
		o->result = dmalab_machine_fail_nth(lab.machine[c->machine], c->number);
		break;
	case SET_CURRENT:
		lab.current = c->machine;
		dmalab_machine_set_current(lab.machine[c->machine]);
		break;
	case DEVICE_NEW:
		new_device(c->device);
		break;
	case MACHINE_FREE:
		dmalab_machine_free(lab.machine[c->machine]);
		break;
	default:
		run_device(c, o);
	}
}

/* --------------------------------------------------------------- compare */

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/*
 * Without the accesses, the library does not know which bytes only the cache has:
 * whether this warning comes is open.
 */
static bool is_open(const struct model *m, const struct expect *e, const char *check)
{
	const char *partial = "sync-partial-line", *unchecked = "map-error-unchecked";

	if (m->level != CONTRACT)
		return false;
	if (same(check, partial))
		return !e->check || same(e->check, unchecked);
	return same(e->check, partial) && (!check || same(check, unchecked));
}

static const char *compare(const struct model *m, const struct call *c, const struct expect *e,
			   const struct outcome *o)
{
	const char *check = o->nr_remarks ? o->remark[0].check : NULL;
	const struct remark *r = &o->remark[0];

	if (e->wrong)
		return e->wrong;
	if (is_open(m, e, check))
		return NULL;
	if (e->or_check && (check ? same(check, e->or_check) : !*e->or_check))
		return NULL;
	if (o->nr_remarks != (e->check ? e->times : 0))
		return "another number of reports";
	if (!check)
		return NULL;
	if (!same(check, e->check))
		return "another report";
	if (r->machine != c->machine && !same(check, "no-device"))
		return "a report on the other machine";
	if (e->bytes && r->bytes && (r->bytes != e->bytes || r->last - r->first + 1 != e->span))
		return "a report about other bytes";
	return NULL;
}

static void print_program(FILE *to)
{
	print_setup(&lab.setup, to);
	for (unsigned i = 0; i < lab.nr_calls; i++) {
		fprintf(to, "%3u  ", i);
		print_call(&lab.call[i], models, to);
		print_outcome(&lab.call[i], &lab.past[i], models, to);
	}
}

static void disagree(const struct expect *e, const struct outcome *o, const char *why)
{
	FILE *to = lab.trace ? lab.trace : stderr;

	if (!lab.trace)
		print_program(to);
	fprintf(to, "The last call is not as the model says: %s.\n", why);
	fprintf(to, "  the model says:   ");
	if (e->check)
		fprintf(to, "%s%s%s, %u time(s)", e->check, e->or_check ? " or " : "",
			e->or_check ? e->or_check : "", e->times);
	else
		fprintf(to, "no report");
	if (e->bytes)
		fprintf(to, ", %zu bytes within %zu", e->bytes, e->span);
	fprintf(to, "%s%s\n", e->wrong ? "; result: " : "", e->wrong ? e->wrong : "");
	fprintf(to, "  the library says: ");
	for (unsigned i = 0; i < o->nr_remarks && i < MAX_REMARKS; i++)
		fprintf(to, "%s, bytes %zu..%zu, %zu of them; ", o->remark[i].check,
			o->remark[i].first, o->remark[i].last, o->remark[i].bytes);
	fprintf(to, "%u report(s)\n", o->nr_remarks);
	if (!lab.trace)
		abort();
}

/* False: there was a disagreement, and this is only a trace. */
static bool step(const struct call *c)
{
	struct model *m = &models[c->machine];
	struct expect e;
	const char *why;

	lab.outcome = (struct outcome){ .dma = 0 };
	lab.call[lab.nr_calls] = *c;
	run_call(c, &lab.outcome);
	model_step(m, c, &lab.outcome, &e);
	lab.past[lab.nr_calls++] = lab.outcome;
	if (lab.trace) {
		fprintf(lab.trace, "%3u  ", lab.nr_calls - 1);
		print_call(c, models, lab.trace);
		print_outcome(c, &lab.outcome, models, lab.trace);
	}
	why = compare(m, c, &e, &lab.outcome);
	if (why)
		disagree(&e, &lab.outcome, why);
	return !why;
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
		if (model_view(&models[i], cpu, &at) != NO_VIEW)
			return i;
	return lab.current;
}

static bool leads_somewhere(const void *cpu)
{
	size_t at;

	return model_view(&models[machine_of_pointer(cpu)], cpu, &at) != NO_VIEW;
}

/*
 * A pointer beside the views: the library knows whose it is, the model does not. It
 * matters only when there are two machines to choose from.
 */
static bool is_anybodys(const void *cpu)
{
	return lab.setup.machines > 1 && cpu && !leads_somewhere(cpu);
}

/* Which machine is it about? False: the call would crash the harness. */
static bool settle(struct call *c)
{
	if (c->device >= (int)lab.setup.machines * 2)
		c->device %= lab.setup.machines * 2;
	c->machine %= lab.setup.machines;
	c->value = lab.nr_calls + 1;
	if (c->kind == FREE_PAGES)
		c->cpu = page_address(c->page);
	switch (c->kind) {
	case KMALLOC:
	case KZALLOC:
		c->machine = lab.current;
		return true;
	case CPU_READ:
	case CPU_WRITE:
		c->machine = machine_of_pointer(c->cpu);
		return leads_somewhere(c->cpu);
	case KFREE:
	case KSIZE:
	case EVICT:
	case FILL:
	case VIRT_TO_PAGE:
		c->machine = machine_of_pointer(c->cpu);
		if (c->kind == FILL && !machine_speculates(&models[c->machine]))
			return false;
		return !is_anybodys(c->cpu);
	case FAIL_NTH:
	case SET_CURRENT:
		return true;
	case DEVICE_NEW:
		c->machine = c->device / 2;
		return c->device >= 0 && !lab.bound[c->device];
	default:
		break;
	}
	if (device_lives(c->device)) {
		c->machine = c->device / 2;
		return true;
	}
	c->machine = lab.current;
	if (c->kind >= FREE_COHERENT && c->kind <= FREE_PAGES) {
		c->machine = machine_of_pointer(c->cpu);
		if (is_anybodys(c->cpu))
			return false;
	}
	return c->kind < POKE_MASK || c->kind > POKE_LIMIT;
}

/*
 * Where the library and the model are known to disagree: a device that snoops, on a
 * range of which only some pages are used through the cache.
 */
static bool is_restricted(const struct call *c)
{
	const struct model *m = &models[c->machine];
	size_t at;

	if ((c->kind != DEVICE_READ && c->kind != DEVICE_WRITE) || !device_lives(c->device) ||
	    !m->device[c->device].snoops)
		return false;
	at = model_dma_to_ram(m, c->device, c->dma);
	if (at == NOWHERE || !c->size || c->size > model_bank_left(m, at))
		return false;
	for (size_t page = at / 4096; page * 4096 < at + c->size; page++)
		if (m->bypass[page] != m->bypass[at / 4096])
			return true;
	return false;
}

/* What came of it is what later calls are about. */
static void keep(const struct call *c, const struct outcome *o)
{
	bool is_map = c->kind == MAP;
	bool failed = is_map ? o->dma == DMA_MAPPING_ERROR : (uintptr_t)o->cpu <= 16;

	if (failed || !(is_map || c->kind <= ALLOC_PAGES || c->kind == KMALLOC ||
			c->kind == KZALLOC))
		return;
	lab.slot[c->slot] = (struct slot){
		.kind = c->kind, .used = true, .device = c->device, .machine = c->machine,
		.cpu = is_map ? c->cpu : o->cpu, .page = o->page, .dma = o->dma,
		.size = c->size, .dir = c->dir, .attrs = c->attrs,
	};
	if (c->kind == KMALLOC || c->kind == KZALLOC || c->kind == ALLOC_NONCOHERENT)
		lab.slot[c->slot].page = virt_to_page(o->cpu);
}

static bool run_program(struct input *in)
{
	struct call c;

	for (unsigned i = 0; i < MAX_CALLS && !input_ends(in); i++) {
		decode_call(&c, in, lab.slot);
		if (!settle(&c) || is_restricted(&c))
			continue;
		if (!step(&c))
			return false;
		keep(&c, &lab.outcome);
		if (c.kind == MAP && !c.unchecked) {
			c.kind = MAPPING_ERROR;
			c.dma = lab.outcome.dma;
			if (!step(&c))
				return false;
		}
	}
	return true;
}

static void start_machine(unsigned number)
{
	static unsigned numbers[NR_MACHINES] = { 0, 1 };
	void *probe;

	lab.machine[number] = dmalab_machine_new(&(struct dmalab_config){
		.profile = lab.setup.profile, .ram_size = lab.setup.ram_size,
		.cache_policy = lab.setup.policy, .checks = lab.setup.checks,
		.accesses = "explicit",
	});
	if (!lab.machine[number])
		abort();
	dmalab_set_report_handler(lab.machine[number], on_report, &numbers[number]);
	probe = kmalloc(1, GFP_KERNEL);
	model_start(&models[number], &lab.setup, probe, virt_to_phys(probe));
	kfree(probe);
	lab.current = number;
	new_device(number * 2);
	new_device(number * 2 + 1);
}

static void run(const uint8_t *data, size_t size, FILE *trace)
{
	struct input in = input_of(data, size);
	bool agreed;

	memset(lab.slot, 0, sizeof(lab.slot));
	memset(lab.bound, 0, sizeof(lab.bound));
	lab.trace = trace;
	lab.nr_calls = 0;
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
		model_end(&models[i]);
	}
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
