// SPDX-License-Identifier: MIT
/*
 * Target "misuse": illegal calls on purpose.
 *
 * A program is a list of calls on a few handles. A handle that has been released
 * stays in its slot and goes on being used. Every call is right unless its mask
 * says otherwise: each bit spoils one argument, so that one mutation makes or
 * mends one mistake, and calls with several are as frequent as those with one.
 *
 * So far the finding is whatever the sanitizers and the library's own assertions
 * find. The reference model, which predicts the report of each call, belongs
 * between decode_call() and run_call().
 */
#include "input.h"
#include "target.h"

#include <dmalab.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <string.h>

#define RAM_SIZE (256 * 1024)
#define MAX_CALLS 64
#define MAX_ACCESS 8192
#define NR_SLOTS 6
#define NR_DEVICES 2

enum { CALL_ALLOC, CALL_MAP, CALL_RELEASE, CALL_SYNC, CALL_CPU, CALL_DEVICE, NR_CALLS };

/* How memory is had, and by which function it is given back. */
enum { PATH_COHERENT, PATH_HANDLE, PATH_NONCOHERENT, PATH_KMALLOC, PATH_MAPPING, NR_PATHS };

/* Which argument is wrong. */
#define WRONG_DEVICE   0x01
#define WRONG_SIZE     0x02
#define WRONG_CPU      0x04
#define WRONG_DMA      0x08
#define WRONG_DIR      0x10
#define WRONG_ATTRS    0x20
#define WRONG_FUNCTION 0x40

struct call {
	uint8_t kind, slot, path, device, dir;
	uint8_t wrong;
	bool store;       /* of accesses: not a load; of syncs: for the CPU */
	uint16_t offset, size;
};

struct handle {
	uint8_t path, device, dir;
	void *cpu;
	dma_addr_t dma;
	size_t size;
};

struct lab {
	struct device *device[NR_DEVICES];
	struct handle slot[NR_SLOTS];
};

static struct call decode_call(struct input *in)
{
	uint8_t code = input_byte(in), where = input_byte(in);

	return (struct call){
		.kind = code % NR_CALLS,
		.path = code / NR_CALLS % (NR_PATHS - 1),
		.store = code / (NR_CALLS * (NR_PATHS - 1)) & 1,
		.slot = where % NR_SLOTS,
		.device = where / NR_SLOTS % NR_DEVICES,
		.dir = where / (NR_SLOTS * NR_DEVICES) % 3,
		.wrong = input_byte(in),
		.offset = input_byte(in) * 16,
		.size = input_byte(in) * 16 + 1,
	};
}

static void alloc_call(struct lab *lab, const struct call *c)
{
	struct device *dev = lab->device[c->device];
	struct handle h = { c->path, c->device, c->dir, NULL, 0, c->size };

	switch (c->path) {
	case PATH_COHERENT:
		h.cpu = dma_alloc_coherent(dev, h.size, &h.dma, GFP_KERNEL);
		break;
	case PATH_HANDLE:
		h.cpu = dma_alloc_attrs(dev, h.size, &h.dma, GFP_KERNEL,
					DMA_ATTR_NO_KERNEL_MAPPING);
		break;
	case PATH_NONCOHERENT:
		h.cpu = dma_alloc_noncoherent(dev, h.size, &h.dma, h.dir, GFP_KERNEL);
		break;
	default:
		h.cpu = kmalloc(h.size, GFP_KERNEL);
	}
	if (h.cpu)
		lab->slot[c->slot] = h;
}

static void map_call(struct lab *lab, const struct call *c)
{
	const struct handle *from = &lab->slot[c->path];
	struct handle h = { PATH_MAPPING, c->device, c->dir, from->cpu, 0, c->size };

	if (!from->cpu)
		return;
	h.dma = dma_map_single(lab->device[c->device], from->cpu, h.size, h.dir);
	if (dma_mapping_error(lab->device[c->device], h.dma))
		return;
	lab->slot[c->slot] = h;
}

static void release_call(struct lab *lab, const struct call *c)
{
	struct handle h = lab->slot[c->slot];
	unsigned long attrs = c->wrong & WRONG_ATTRS ? DMA_ATTR_FORCE_CONTIGUOUS : 0;
	struct device *dev = lab->device[h.device ^ (c->wrong & WRONG_DEVICE ? 1 : 0)];

	if (!h.cpu)
		return;
	h.size += c->wrong & WRONG_SIZE ? c->size : 0;
	h.cpu = (char *)h.cpu + (c->wrong & WRONG_CPU ? c->offset : 0);
	h.dma += c->wrong & WRONG_DMA ? c->offset : 0;
	h.dir = (h.dir + (c->wrong & WRONG_DIR ? 1 : 0)) % 3;
	h.path = (h.path + (c->wrong & WRONG_FUNCTION ? 1 + c->path : 0)) % NR_PATHS;
	switch (h.path) {
	case PATH_COHERENT:
		dma_free_attrs(dev, h.size, h.cpu, h.dma, attrs);
		break;
	case PATH_HANDLE:
		dma_free_attrs(dev, h.size, h.cpu, h.dma, attrs | DMA_ATTR_NO_KERNEL_MAPPING);
		break;
	case PATH_NONCOHERENT:
		dma_free_noncoherent(dev, h.size, h.cpu, h.dma, h.dir);
		break;
	case PATH_KMALLOC:
		kfree(h.cpu);
		break;
	default:
		dma_unmap_single_attrs(dev, h.dma, h.size, h.dir, attrs);
	}
}

static void sync_call(struct lab *lab, const struct call *c)
{
	const struct handle *h = &lab->slot[c->slot];
	struct device *dev = lab->device[h->device ^ (c->wrong & WRONG_DEVICE ? 1 : 0)];
	enum dma_data_direction dir = (h->dir + (c->wrong & WRONG_DIR ? 1 : 0)) % 3;
	size_t size = c->wrong & WRONG_SIZE ? c->size : h->size;
	dma_addr_t dma = h->dma + (c->wrong & WRONG_DMA ? c->offset : 0);

	if (!h->dma)
		return;
	if (c->store)
		dma_sync_single_for_cpu(dev, dma, size, dir);
	else
		dma_sync_single_for_device(dev, dma, size, dir);
}

static void access_call(struct lab *lab, const struct call *c)
{
	const struct handle *h = &lab->slot[c->slot];
	struct device *dev = lab->device[h->device ^ (c->wrong & WRONG_DEVICE ? 1 : 0)];
	size_t offset = h->size && !(c->wrong & WRONG_DMA) ? c->offset % h->size : c->offset;
	size_t size = c->size;
	uint8_t bytes[MAX_ACCESS] = { 0 };

	if (c->kind == CALL_DEVICE) {
		if (c->store)
			dmalab_device_write(dev, h->dma + offset, bytes, size);
		else
			dmalab_device_read(dev, h->dma + offset, bytes, size);
		return;
	}
	if (!h->cpu)
		return;
	offset %= h->size;
	if (size > h->size - offset)
		size = h->size - offset;
	if (c->store)
		dmalab_cpu_write((char *)h->cpu + offset, bytes, size);
	else
		dmalab_cpu_read((char *)h->cpu + offset, bytes, size);
}

static void run_call(struct lab *lab, const struct call *c)
{
	switch (c->kind) {
	case CALL_ALLOC:
		alloc_call(lab, c);
		break;
	case CALL_MAP:
		map_call(lab, c);
		break;
	case CALL_RELEASE:
		release_call(lab, c);
		break;
	case CALL_SYNC:
		sync_call(lab, c);
		break;
	default:
		access_call(lab, c);
	}
}

static void ignore_report(const struct dmalab_report *report, void *context)
{
	(void)report;
	(void)context;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = input_of(data, size);
	struct lab lab = { 0 };
	unsigned profiles = 0;
	struct dmalab_machine *machine;

	while (dmalab_profile_name(profiles))
		profiles++;
	machine = dmalab_machine_new(&(struct dmalab_config){
		.profile = dmalab_profile_name(input_below(&in, profiles)), .ram_size = RAM_SIZE,
	});
	if (!machine)
		abort();
	dmalab_set_report_handler(machine, ignore_report, NULL);
	for (unsigned i = 0; i < NR_DEVICES; i++)
		lab.device[i] = dmalab_device_new(machine, i ? "d1" : "d0");
	for (unsigned i = 0; i < MAX_CALLS && !input_ends(&in); i++) {
		struct call c = decode_call(&in);

		run_call(&lab, &c);
	}
	dmalab_machine_free(machine);
	return 0;
}

void target_print(const uint8_t *data, size_t size, FILE *to)
{
	static const char *const names[NR_CALLS] = {
		"alloc", "map", "release", "sync", "cpu", "device",
	};
	struct input in = input_of(data, size);

	fprintf(to, "profile %u\n", input_byte(&in));
	for (unsigned i = 0; i < MAX_CALLS && !input_ends(&in); i++) {
		struct call c = decode_call(&in);

		fprintf(to, "%3u  %s s%u, d%u, direction %u, path %u, wrong %#x, %u + %u%s\n", i,
			names[c.kind], c.slot, c.device, c.dir, c.path, c.wrong, c.offset, c.size,
			c.store ? ", store" : "");
	}
}
