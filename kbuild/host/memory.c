/* SPDX-License-Identifier: MIT */
/* The kernel side's calls for memory, accesses and the DMA API, made of the laboratory. */
#include "host.h"

#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * A report may name a place as long as the machine lives, so each is kept for ever. There are
 * as many as the driver has calls.
 */
#define NR_BUCKETS 1024

struct place {
	struct place *next;
	struct dmalab_site site;
};

static const struct dmalab_site *place(const void *address)
{
	static struct place *buckets[NR_BUCKETS];
	struct place **bucket = &buckets[((uintptr_t)address * 0x9e3779b97f4a7c15ull) >> 54];
	struct place *p = *bucket;

	while (p && p->site.address != address)
		p = p->next;
	if (p || !address)
		return p ? &p->site : NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->site.size = sizeof(p->site);
	p->site.address = address;
	p->next = *bucket;
	*bucket = p;
	return &p->site;
}

/* The laboratory is told that what follows was called from @site. */
#define AT(address, call)                               \
	do {                                            \
		dmalab_set_site(place(address));        \
		call;                                   \
		dmalab_set_site(NULL);                  \
	} while (0)

/* ------------------------------------------------------------------ memory */

void *kbh_kmalloc(kb_size size, unsigned gfp, const void *site)
{
	void *p;

	AT(site, p = kmalloc(size, gfp));
	return p;
}

void kbh_kfree(const void *p, const void *site)
{
	AT(site, kfree(p));
}

kb_size kbh_ksize(const void *p)
{
	return ksize(p);
}

void *kbh_vmalloc(kb_size size, const void *site)
{
	void *p;

	AT(site, p = vmalloc(size));
	return p;
}

void kbh_vfree(const void *p, const void *site)
{
	AT(site, vfree(p));
}

int kbh_is_vmalloc(const void *p)
{
	return is_vmalloc_addr(p);
}

void *kbh_pages(unsigned gfp, unsigned order, const void *site)
{
	unsigned long p;

	AT(site, p = __get_free_pages(gfp, order));
	return (void *)p;
}

void kbh_free_pages(void *p, unsigned order, const void *site)
{
	AT(site, free_pages((unsigned long)p, order));
}

void *kbh_reserve(kb_size size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		kbh_stop("16 GiB of address space are needed, of which little is used: see ulimit -v", NULL);
	return p;
}

/* --------------------------------------------------------------- accesses */

void kbh_read(void *to, const void *from, kb_size len, const void *site)
{
	AT(site, dmalab_cpu_read(from, to, len));
}

void kbh_write(void *to, const void *from, kb_size len, const void *site)
{
	AT(site, dmalab_cpu_write(to, from, len));
}

void kbh_fill(void *to, int byte, kb_size len, const void *site)
{
	unsigned char piece[512];

	memset(piece, byte, len < sizeof(piece) ? len : sizeof(piece));
	for (kb_size at = 0, n; at < len; at += n) {
		n = len - at < sizeof(piece) ? len - at : sizeof(piece);
		kbh_write((char *)to + at, piece, n, site);
	}
}

/* ------------------------------------------------------------- the DMA API */

void *kbh_device_new(const char *name)
{
	return dmalab_device_new(kbh_machine, name);
}

void kbh_device_free(void *dev)
{
	dmalab_device_free(dev);
}

int kbh_set_mask(void *dev, unsigned long long mask, int coherent, const void *site)
{
	int error;

	AT(site, error = coherent ? dma_set_coherent_mask(dev, mask) : dma_set_mask(dev, mask));
	return error;
}

void *kbh_dma_alloc(void *dev, kb_size size, kb_dma *dma, unsigned gfp, unsigned long attrs,
		    const void *site)
{
	dma_addr_t address = 0;
	void *p;

	AT(site, p = dma_alloc_attrs(dev, size, &address, gfp, attrs));
	*dma = address;
	return p;
}

void kbh_dma_free(void *dev, kb_size size, void *p, kb_dma dma, unsigned long attrs,
		  const void *site)
{
	AT(site, dma_free_attrs(dev, size, p, dma, attrs));
}

kb_dma kbh_dma_map(void *dev, void *p, kb_size size, int dir, unsigned long attrs, const void *site)
{
	dma_addr_t dma;

	AT(site, dma = attrs ? dma_map_single_attrs(dev, p, size, dir, attrs) :
		       dma_map_single(dev, p, size, dir));
	return dma;
}

void kbh_dma_unmap(void *dev, kb_dma dma, kb_size size, int dir, unsigned long attrs,
		   const void *site)
{
	if (attrs)
		AT(site, dma_unmap_single_attrs(dev, dma, size, dir, attrs));
	else
		AT(site, dma_unmap_single(dev, dma, size, dir));
}

void kbh_dma_sync(void *dev, kb_dma dma, kb_size size, int dir, int for_cpu, const void *site)
{
	if (for_cpu)
		AT(site, dma_sync_single_for_cpu(dev, dma, size, dir));
	else
		AT(site, dma_sync_single_for_device(dev, dma, size, dir));
}

int kbh_dma_error(void *dev, kb_dma dma, const void *site)
{
	int error;

	AT(site, error = dma_mapping_error(dev, dma));
	return error;
}

/* ---------------------------------------------------------------- context */

void kbh_context(enum kb_atomic kind, int begin, const void *site)
{
	static void (*const calls[][2])(void) = {
		[KB_PREEMPT] = { preempt_enable, preempt_disable },
		[KB_BH] = { local_bh_enable, local_bh_disable },
		[KB_IRQS] = { local_irq_enable, local_irq_disable },
		[KB_SOFTIRQ] = { dmalab_softirq_exit, dmalab_softirq_enter },
		[KB_HARDIRQ] = { dmalab_irq_exit, dmalab_irq_enter },
	};

	AT(site, calls[kind][begin]());
}

void kbh_might_sleep(const void *site)
{
	AT(site, might_sleep());
}
