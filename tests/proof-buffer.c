// SPDX-License-Identifier: MIT
/*
 * The memory that programs run on: a bidirectional noncoherent buffer, which takes syncs in
 * every direction. When all of its lines are used up it is freed, dirty lines and stores
 * that nobody has found and all, and allocated anew. On a machine that bounces it is a
 * mapping of so much kmalloc() memory, which begins in the middle of a line.
 *
 * With SCOPE_AGAIN its pages have had another life just before: they were coherent memory,
 * or kmalloc() memory that was mapped, stored to by whatever can store to it, and freed. And
 * every other settled buffer is kmalloc() memory and a mapping.
 */
#include "proof-buffer.h"

#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNCED_SIZE (4 * PAGE_SIZE) /* less, since all of it is copied */
#define BOUNCED_AT   24 /* bytes into its memory: no multiple of a line */
#define AGAIN_SIZE   (2 * PAGE_SIZE) /* less, to be used up often */

_Noreturn void buffer_give_up(const struct buffer *b, const char *what)
{
	fprintf(stderr, "proof: %s: %s failed\n", b->config->rules->name, what);
	exit(2);
}

static dma_addr_t map(struct buffer *b, uint8_t *cpu, size_t size, enum dma_data_direction dir)
{
	dma_addr_t dma = dma_map_single(b->dev, cpu, size, dir);

	if (dma_mapping_error(b->dev, dma))
		buffer_give_up(b, "dma_map_single()");
	return dma;
}

static size_t lead(const struct buffer *b)
{
	return b->config->rules->bounces ? BOUNCED_AT : 0;
}

void buffer_free(struct buffer *b)
{
	if (!b->cpu)
		return;
	vunmap(b->view);
	b->view = NULL;
	if (b->mapped) {
		dma_unmap_single(b->dev, b->dma, b->size, DMA_BIDIRECTIONAL);
		kfree(b->cpu - lead(b));
	} else {
		dma_free_noncoherent(b->dev, b->size, b->cpu, b->dma, DMA_BIDIRECTIONAL);
	}
	b->cpu = NULL;
}

static uint8_t *view_of(const uint8_t *cpu)
{
	struct page *pages[BUFFER_SIZE / PAGE_SIZE];

	for (size_t i = 0; i < BUFFER_SIZE / PAGE_SIZE; i++)
		pages[i] = virt_to_page(cpu + i * PAGE_SIZE);
	return vmap(pages, BUFFER_SIZE / PAGE_SIZE, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
}

/* Stores of C; the values are those of no program. */
static void scribble(uint8_t *cpu, size_t size)
{
	for (size_t i = 0; i < size; i += 3)
		cpu[i] = i % 15 + 1;
}

static void device_scribbles(struct buffer *b, dma_addr_t dma, size_t size)
{
	uint8_t bytes[100];

	memset(bytes, 0x0f, sizeof(bytes));
	for (size_t at = 0; at + sizeof(bytes) <= size; at += 333)
		if (dmalab_device_write(b->dev, dma + at, bytes, sizeof(bytes)))
			buffer_give_up(b, "dmalab_device_write()");
}

/* The place in memory of what CPU and device call so. */
static uintptr_t place(const struct buffer *b, const uint8_t *cpu, dma_addr_t dma)
{
	return b->config->rules->coherent ? (uintptr_t)cpu : dma;
}

/* Returns its place. */
static uintptr_t coherent_life(struct buffer *b, size_t size)
{
	dma_addr_t dma;
	uint8_t *cpu = dma_alloc_coherent(b->dev, size, &dma, GFP_KERNEL);

	if (!cpu)
		buffer_give_up(b, "dma_alloc_coherent()");
	scribble(cpu, size);
	device_scribbles(b, dma, size);
	scribble(cpu + 1, size / 2);
	dma_free_coherent(b->dev, size, cpu, dma);
	return place(b, cpu, dma);
}

static uintptr_t mapped_life(struct buffer *b, size_t size)
{
	uint8_t *cpu = kmalloc(size, GFP_KERNEL);
	dma_addr_t dma;

	if (!cpu)
		buffer_give_up(b, "kmalloc()");
	scribble(cpu, size);
	dma = map(b, cpu, size, DMA_FROM_DEVICE);
	device_scribbles(b, dma, size);
	dma_unmap_single(b->dev, dma, size, DMA_FROM_DEVICE);
	scribble(cpu + 1, size / 2);
	kfree(cpu);
	return place(b, cpu, dma);
}

static void allocate(struct buffer *b)
{
	if (b->mapped) {
		b->cpu = kzalloc(lead(b) + b->size, GFP_KERNEL);
		if (!b->cpu)
			buffer_give_up(b, "kzalloc()");
		b->cpu += lead(b);
		b->dma = map(b, b->cpu, b->size, DMA_BIDIRECTIONAL);
	} else {
		b->cpu = dma_alloc_noncoherent(b->dev, b->size, &b->dma, DMA_BIDIRECTIONAL,
					       GFP_KERNEL);
		if (!b->cpu)
			buffer_give_up(b, "dma_alloc_noncoherent()");
	}
}

void buffer_renew(struct buffer *b)
{
	const struct subject_config *config = b->config;
	size_t whole = lead(b) + b->size;
	uintptr_t was = 0;

	buffer_free(b);
	dmalab_machine_set_current(b->machine);
	b->mapped = config->rules->bounces;
	if (config->scope == SCOPE_AGAIN) {
		if (b->lives & 1)
			was = coherent_life(b, whole);
		else
			was = mapped_life(b, whole);
		b->mapped |= config->start == START_SETTLED && b->lives & 2;
	}
	allocate(b);
	b->lives++;
	b->again += was == place(b, b->cpu - lead(b), b->dma);
	if (config->scope == SCOPE_CROSSED)
		b->view = view_of(b->cpu);

	/* A read of the device changes nothing, so it may look where it must not. */
	if (dmalab_device_read(b->dev, b->dma, b->old, b->size))
		buffer_give_up(b, "dmalab_device_read()");
	if (config->start == START_SETTLED) {
		dma_sync_single_for_device(b->dev, b->dma, b->size, DMA_BIDIRECTIONAL);
		dma_sync_single_for_cpu(b->dev, b->dma, b->size, DMA_BIDIRECTIONAL);
	}
}

void buffer_remap(struct buffer *b, unsigned long attrs)
{
	dma_unmap_single_attrs(b->dev, b->dma, b->size, DMA_BIDIRECTIONAL, attrs);
	b->dma = map(b, b->cpu, b->size, DMA_BIDIRECTIONAL);
}

void buffer_init(struct buffer *b, const struct subject_config *config,
		 struct dmalab_machine *machine, struct device *dev)
{
	b->config = config;
	b->machine = machine;
	b->dev = dev;
	b->size = config->scope == SCOPE_AGAIN ? AGAIN_SIZE :
		  config->rules->bounces ? BOUNCED_SIZE : BUFFER_SIZE;
	buffer_renew(b);
}
