// SPDX-License-Identifier: MIT
/*
 * The library under test. Each program gets a line of the buffer (proof-buffer.c) that is in
 * a known state, so that nothing is left of the program before.
 */
#include "proof-buffer.h"

#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct subject {
	struct subject_config config;
	struct dmalab_machine *machine;
	struct device *dev;
	struct buffer buffer;
	size_t line;             /* offset of the line in use */
	size_t stride;           /* to the next one */
	size_t at[MAX_BYTES];    /* the bytes' offsets in the line */
	uint8_t salt;            /* the upper half of the values that this program stores */
	uint8_t page[PAGE_SIZE]; /* for accesses of a whole one */
	uint8_t *stir;           /* memory of no program, for SCOPE_STIRRED */
	unsigned stirs;          /* loads of it after each event */
	uint64_t reports;        /* reported by the event that runs */
	const char *check;
};

static const char *const coherency[] = {
	"stale-cpu-read", "stale-device-read", "lost-cpu-write", "lost-device-write",
};

/* Its place in the catalogue, whose names reports point to. */
static unsigned number_of(const char *check)
{
	size_t count, i;
	const struct dmalab_check *const *checks = dmalab_checks(&count);

	for (i = 0; i < count && checks[i]->name != check; i++)
		;
	if (i == count || i > 63) {
		fprintf(stderr, "proof: a report about %s, which is not among the first 64 checks\n",
			check);
		exit(2);
	}
	return i;
}

static void on_report(const struct dmalab_report *report, void *context)
{
	struct subject *s = context;

	s->reports |= 1ull << number_of(report->check);
	for (size_t i = 0; i < sizeof(coherency) / sizeof(coherency[0]); i++)
		if (strcmp(report->check, coherency[i]) == 0)
			s->check = coherency[i];
}

/*
 * A value that a byte had before this program must not be one that it stores. A store of C
 * of the value that is there cannot be seen, and that is not what is proven.
 */
static void choose_salt(struct subject *s)
{
	bool taken[16] = { true };

	for (unsigned byte = 0; byte < MAX_BYTES; byte++)
		taken[s->buffer.old[s->line + s->at[byte]] >> 4] = true;
	do
		s->salt += 0x10;
	while (taken[s->salt >> 4]);
}

/*
 * Under "lru" a set has 8 ways, and a page has a line of each set. Under "random" the lines
 * used lately are evicted, and few are remembered.
 */
#define STIR_PAGES 10

static void make_stir(struct subject *s)
{
	s->stirs = strcmp(s->config.policy, "lru") == 0 ? STIR_PAGES : 2;
	s->stir = kzalloc(STIR_PAGES * PAGE_SIZE, GFP_KERNEL);
	if (!s->stir)
		buffer_give_up(&s->buffer, "kzalloc()");
}

/* Nobody looks at the line of the program. */
static void stir(struct subject *s)
{
	uint8_t byte;

	for (unsigned i = 0; s->stir && i < s->stirs; i++)
		dmalab_cpu_read(s->stir + i * PAGE_SIZE + (s->line & (PAGE_SIZE - 1)), &byte, 1);
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
	s->machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = config->rules->name,
		.ram_size = 4 * BUFFER_SIZE,
		.cache_policy = config->policy,
		.seed = config->seed,
		.checks = "full",
	});
	s->dev = s->machine ? dmalab_device_new(s->machine, "subject") : NULL;
	if (!s->dev) {
		fprintf(stderr, "proof: %s: no machine\n", config->rules->name);
		exit(2);
	}
	dmalab_set_report_handler(s->machine, on_report, s);

	/* Both ends of the line; the second byte is 64 or more away if there is room. */
	s->at[0] = 0;
	s->at[1] = line - 1;
	s->at[2] = line / 2;
	s->stride = has_pages(config->scope) ? PAGE_SIZE : line;
	buffer_init(&s->buffer, &s->config, s->machine, s->dev);
	choose_salt(s);
	if (config->scope == SCOPE_STIRRED)
		make_stir(s);
	return s;
}

void subject_free(struct subject *s)
{
	const struct buffer *b = &s->buffer;

	if (s->config.scope == SCOPE_AGAIN && b->again < b->lives / 2) {
		fprintf(stderr, "proof: %s: only %u of %u buffers were where memory of another kind was\n",
			s->config.rules->name, b->again, b->lives);
		exit(2);
	}
	buffer_free(&s->buffer);
	kfree(s->stir);
	dmalab_device_free(s->dev);
	dmalab_machine_free(s->machine);
	free(s);
}

void subject_next_line(struct subject *s)
{
	const struct buffer *b = &s->buffer;

	/* The loads at the end of a program look at its line: find what it stored beside that. */
	if (has_pages(s->config.scope) &&
	    dmalab_device_read(s->dev, b->dma + s->line, s->page, PAGE_SIZE))
		buffer_give_up(b, "dmalab_device_read()");
	s->line += s->stride;
	if (s->line == b->size) {
		buffer_renew(&s->buffer);
		s->line = 0;
	}
	choose_salt(s);
}

static void sync(struct subject *s, const struct event *event)
{
	dma_addr_t addr = s->buffer.dma + s->line;
	size_t size = s->stride;

	if (event->to == FOR_DEVICE)
		dma_sync_single_for_device(s->dev, addr, size, event->dir);
	else
		dma_sync_single_for_cpu(s->dev, addr, size, event->dir);
}

static int do_access(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes, size_t size)
{
	struct buffer *b = &s->buffer;

	switch (kind) {
	case CPU_LOAD:
		dmalab_cpu_read(b->cpu + offset, bytes, size);
		return 0;
	case CPU_STORE:
		dmalab_cpu_write(b->cpu + offset, bytes, size);
		return 0;
	case DEVICE_LOAD:
		return dmalab_device_read(s->dev, b->dma + offset, bytes, size);
	default:
		return dmalab_device_write(s->dev, b->dma + offset, bytes, size);
	}
}

static int do_plain(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes, size_t size)
{
	uint8_t *there = s->buffer.cpu + offset;

	if (kind == CPU_LOAD) {
		memcpy(bytes, there, size);
		return 0;
	}
	if (*there == *bytes) {
		fprintf(stderr, "proof: %s: a store of the value %#x that is there\n",
			s->config.rules->name, *bytes);
		exit(2);
	}
	memcpy(there, bytes, size);
	return 0;
}

static int do_uncached(struct subject *s, enum kind kind, size_t offset, uint8_t *bytes,
		       size_t size)
{
	if (kind == DEVICE_LOAD)
		dmalab_cpu_read(s->buffer.view + offset, bytes, size);
	else
		dmalab_cpu_write(s->buffer.view + offset, bytes, size);
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

static int do_event(struct subject *s, const struct event *event, size_t offset, uint8_t *bytes,
		    size_t size)
{
	bool of_cpu = event->kind == CPU_LOAD || event->kind == CPU_STORE;

	if (event->plain)
		return do_plain(s, event->kind, offset, bytes, size);
	if (event->crossed && of_cpu)
		return do_snooped(s, event->kind, offset, bytes, size);
	if (event->crossed && s->buffer.view)
		return do_uncached(s, event->kind, offset, bytes, size);
	return do_access(s, event->kind, offset, bytes, size);
}

struct outcome subject_event(struct subject *s, const struct event *event, unsigned position)
{
	uint8_t value = s->salt + value_stored(position);
	int failed = 0;

	s->reports = 0;
	s->check = NULL;
	if (event->kind == SYNC) {
		sync(s, event);
	} else if (event->kind >= REMAP) {
		buffer_remap(&s->buffer, event->kind == REMAP_SKIP ? DMA_ATTR_SKIP_CPU_SYNC : 0);
	} else if (event->byte == ALL_BYTES) {
		memset(s->page, value, PAGE_SIZE);
		failed = do_event(s, event, s->line, s->page, PAGE_SIZE);
	} else {
		failed = do_event(s, event, s->line + s->at[event->byte], &value, 1);
	}
	if (failed)
		buffer_give_up(&s->buffer, "an access of the device");
	stir(s);
	return (struct outcome){ .reports = s->reports, .check = s->check, .value = value };
}

static uint8_t value_of(const struct subject *s, unsigned byte, unsigned number)
{
	switch (number) {
	case VALUE_ZERO:
		return 0;
	case VALUE_OLD:
		return s->buffer.old[s->line + s->at[byte]];
	default:
		return s->salt + number;
	}
}

bool subject_same_granule(const struct subject *s, unsigned a, unsigned b)
{
	size_t granule = s->config.rules->line > 64 ? s->config.rules->line : 64;
	uintptr_t start = (uintptr_t)s->buffer.cpu + s->line;

	return (start + s->at[a]) / granule == (start + s->at[b]) / granule;
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
