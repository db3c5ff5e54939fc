// SPDX-License-Identifier: MIT
/*
 * The library under test. A bidirectional noncoherent buffer takes syncs in every
 * direction; each program gets a line of it that is in a known state, so that
 * nothing is left of the program before. When all lines are used up the buffer
 * is freed, dirty lines and all, and allocated anew. On a machine that bounces it is
 * a mapping of so much memory, which begins in the middle of a line.
 */
#include "proof-subject.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_SIZE (64 * PAGE_SIZE)
#define BOUNCED_SIZE (4 * PAGE_SIZE) /* less, since all of it is copied */
#define BOUNCED_AT   24 /* bytes into its memory: no multiple of a line */

struct subject {
	struct subject_config config;
	struct dmalab_machine *machine;
	struct device *dev;
	uint8_t *cpu;
	uint8_t *view;           /* of the same, past the cache; NULL: the host cannot */
	dma_addr_t dma;
	size_t size;
	size_t line;             /* offset of the line in use */
	size_t stride;           /* to the next one */
	size_t at[MAX_BYTES];    /* the bytes' offsets in the line */
	uint8_t salt;            /* changes from program to program */
	uint8_t page[PAGE_SIZE]; /* for accesses of a whole one */
	const char *report;      /* drawn by the event that runs, or NULL */
	uint8_t old[BUFFER_SIZE]; /* what memory held behind a fresh buffer */
};

/* Ownership and the rest are not what is proven. */
static void on_report(const struct dmalab_report *report, void *context)
{
	static const char *const coherency[] = {
		"stale-cpu-read", "stale-device-read", "lost-cpu-write", "lost-device-write",
	};
	struct subject *s = context;

	for (size_t i = 0; i < sizeof(coherency) / sizeof(coherency[0]); i++)
		if (strcmp(report->check, coherency[i]) == 0)
			s->report = coherency[i];
}

static void give_up(const struct subject *s, const char *what)
{
	fprintf(stderr, "proof: %s: %s failed\n", s->config.rules->name, what);
	exit(2);
}

static void map(struct subject *s)
{
	s->dma = dma_map_single(s->dev, s->cpu, s->size, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(s->dev, s->dma))
		give_up(s, "dma_map_single()");
}

static void free_buffer(struct subject *s)
{
	if (!s->cpu)
		return;
	vunmap(s->view);
	if (!s->config.rules->bounces) {
		dma_free_noncoherent(s->dev, s->size, s->cpu, s->dma, DMA_BIDIRECTIONAL);
		return;
	}
	dma_unmap_single(s->dev, s->dma, s->size, DMA_BIDIRECTIONAL);
	kfree(s->cpu - BOUNCED_AT);
}

static uint8_t *view_of(const uint8_t *cpu)
{
	struct page *pages[BUFFER_SIZE / PAGE_SIZE];

	for (size_t i = 0; i < BUFFER_SIZE / PAGE_SIZE; i++)
		pages[i] = virt_to_page(cpu + i * PAGE_SIZE);
	return vmap(pages, BUFFER_SIZE / PAGE_SIZE, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
}

static void renew_buffer(struct subject *s)
{
	free_buffer(s);
	if (s->config.rules->bounces) {
		dmalab_machine_set_current(s->machine);
		s->cpu = kzalloc(BOUNCED_AT + s->size, GFP_KERNEL);
		if (!s->cpu)
			give_up(s, "kzalloc()");
		s->cpu += BOUNCED_AT;
		map(s);
	} else {
		s->cpu = dma_alloc_noncoherent(s->dev, s->size, &s->dma,
					       DMA_BIDIRECTIONAL, GFP_KERNEL);
		if (!s->cpu)
			give_up(s, "dma_alloc_noncoherent()");
	}
	s->line = 0;
	if (s->config.scope == SCOPE_CROSSED)
		s->view = view_of(s->cpu);

	/* A read of the device changes nothing, so it may look where it must not. */
	if (dmalab_device_read(s->dev, s->dma, s->old, s->size))
		give_up(s, "dmalab_device_read()");
	if (s->config.start == START_SETTLED) {
		dma_sync_single_for_device(s->dev, s->dma, s->size, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(s->dev, s->dma, s->size, DMA_BIDIRECTIONAL);
	}
}

struct subject *subject_new(const struct subject_config *config)
{
	struct subject *s = calloc(1, sizeof(*s));
	size_t line = config->rules->line;

	if (!s) {
		fprintf(stderr, "proof: no memory\n");
		exit(2);
	}
	s->config = *config;
	s->size = config->rules->bounces ? BOUNCED_SIZE : BUFFER_SIZE;
	s->machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = config->rules->name,
		.ram_size = 4 * BUFFER_SIZE,
		.cache_policy = config->policy,
		.seed = config->seed,
		.checks = "full",
	});
	if (!s->machine)
		give_up(s, "dmalab_machine_new()");
	dmalab_set_report_handler(s->machine, on_report, s);
	s->dev = dmalab_device_new(s->machine, "subject");
	if (!s->dev)
		give_up(s, "dmalab_device_new()");

	/* Both ends of the line; the second byte is 64 or more away if there is room. */
	s->at[0] = 0;
	s->at[1] = line - 1;
	s->at[2] = line / 2;
	s->stride = config->scope == SCOPE_LINE ? line : PAGE_SIZE;
	s->salt = 0x10;
	renew_buffer(s);
	return s;
}

void subject_free(struct subject *s)
{
	free_buffer(s);
	dmalab_device_free(s->dev);
	dmalab_machine_free(s->machine);
	free(s);
}

void subject_next_line(struct subject *s)
{
	s->line += s->stride;
	if (s->line == s->size)
		renew_buffer(s);
	s->salt = s->salt == 0xf0 ? 0x10 : s->salt + 0x10;
}

static void sync(struct subject *s, const struct event *event)
{
	dma_addr_t addr = s->dma + s->line;
	size_t size = s->stride;

	if (event->to == FOR_DEVICE)
		dma_sync_single_for_device(s->dev, addr, size, event->dir);
	else
		dma_sync_single_for_cpu(s->dev, addr, size, event->dir);
}

static int do_access(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes, size_t size)
{
	switch (kind) {
	case CPU_LOAD:
		dmalab_cpu_read(s->cpu + offset, bytes, size);
		return 0;
	case CPU_STORE:
		dmalab_cpu_write(s->cpu + offset, bytes, size);
		return 0;
	case DEVICE_LOAD:
		return dmalab_device_read(s->dev, s->dma + offset, bytes, size);
	default:
		return dmalab_device_write(s->dev, s->dma + offset, bytes, size);
	}
}

static int do_uncached(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes,
		       size_t size)
{
	if (kind == DEVICE_LOAD)
		dmalab_cpu_read(s->view + offset, bytes, size);
	else
		dmalab_cpu_write(s->view + offset, bytes, size);
	return 0;
}

/* What a device that snoops does is what the CPU does, though the kernel knows nothing of it. */
static int do_snooped(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes, size_t size)
{
	int failed;

	dmalab_device_set_snooping(s->dev, true);
	failed = do_access(s, kind == CPU_LOAD ? DEVICE_LOAD : DEVICE_STORE, offset, bytes, size);
	dmalab_device_set_snooping(s->dev, false);
	return failed;
}

static int do_event(struct subject *s, const struct event *event, unsigned position,
		    size_t offset, uint8_t *bytes, size_t size)
{
	bool crossed = s->config.scope == SCOPE_CROSSED && (position + event->byte) & 1;

	if (crossed && (event->kind == CPU_LOAD || event->kind == CPU_STORE))
		return do_snooped(s, event->kind, offset, bytes, size);
	if (crossed && s->view)
		return do_uncached(s, event->kind, offset, bytes, size);
	return do_access(s, event->kind, offset, bytes, size);
}

struct outcome subject_event(struct subject *s, const struct event *event, unsigned position)
{
	uint8_t value = s->salt + value_stored(position);
	int failed = 0;

	s->report = NULL;
	if (event->kind == SYNC) {
		sync(s, event);
	} else if (event->kind >= REMAP) {
		dma_unmap_single_attrs(s->dev, s->dma, s->size, DMA_BIDIRECTIONAL,
				       event->kind == REMAP_SKIP ? DMA_ATTR_SKIP_CPU_SYNC : 0);
		map(s);
	} else if (event->byte == ALL_BYTES) {
		memset(s->page, value, PAGE_SIZE);
		failed = do_event(s, event, position, s->line, s->page, PAGE_SIZE);
	} else {
		failed = do_event(s, event, position, s->line + s->at[event->byte], &value, 1);
	}
	if (failed)
		give_up(s, "an access of the device");
	return (struct outcome){ .reported = s->report, .check = s->report, .value = value };
}

static uint8_t value_of(const struct subject *s, unsigned byte, unsigned number)
{
	switch (number) {
	case VALUE_ZERO:
		return 0;
	case VALUE_OLD:
		return s->old[s->line + s->at[byte]];
	default:
		return s->salt + number;
	}
}

bool subject_value_in(const struct subject *s, unsigned byte, uint8_t value, unsigned values)
{
	for (; values; values &= values - 1)
		if (value_of(s, byte, __builtin_ctz(values)) == value)
			return true;
	return false;
}

unsigned subject_value_number(const struct subject *s, unsigned byte, uint8_t value)
{
	unsigned number = 0;

	while (number < 16 && value_of(s, byte, number) != value)
		number++;
	return number;
}
