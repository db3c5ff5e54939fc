/* SPDX-License-Identifier: MIT */
/*
 * Programs to be recorded: tests/test-record.sh says which, and what its trace must be
 * like. Each makes its mistakes on purpose.
 */
#include <dmalab.h>
#include <dmalab/coherent-handle.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char global[64];

static void ignore(const struct dmalab_report *report, void *context)
{
	(void)report;
	(void)context;
}

static struct device *start(const char *name)
{
	struct dmalab_machine *machine = dmalab_machine_new(NULL);
	struct device *dev = dmalab_device_new(machine, name);

	if (!dev)
		exit(2);
	dmalab_set_report_handler(machine, ignore, NULL);
	return dev;
}

static void end(void)
{
	dmalab_machine_free(dmalab_machine_current());
}

/* ------------------------------------------------------------------- paths */

static void allocations(struct device *dev)
{
	struct coherent_handle *handle;
	dma_addr_t dma, atomic;
	u8 *ring = dma_alloc_coherent(dev, 4096, &dma, GFP_KERNEL);
	void *descriptor = dma_alloc_coherent(dev, 64, &atomic, GFP_ATOMIC | __GFP_NOWARN);
	struct page *page;

	memset(ring, 0x11, 64);
	dmalab_device_read(dev, dma + 32, (u8[64]){ 0 }, 64);
	virt_to_page(ring);
	dma_free_coherent(dev, 4096, ring + 64, dma);
	dma_free_coherent(dev, 64, descriptor, atomic);
	dma_free_coherent(dev, 64, descriptor, atomic);

	ring = dma_alloc_noncoherent(dev, 8192, &dma, DMA_FROM_DEVICE, GFP_KERNEL);
	dmalab_device_write(dev, dma, "packet", 6);
	dmalab_cpu_read(ring, (u8[6]){ 0 }, 6);
	ring[100] = 1;
	dma_sync_single_for_device(dev, dma, 8192, DMA_FROM_DEVICE);
	dma_sync_single_range_for_cpu(dev, dma, 4096, 64, DMA_FROM_DEVICE);
	dmalab_cpu_write(ring + 4100, "\"quoted\\", 8);
	dma_free_noncoherent(dev, 8192, ring, dma, DMA_TO_DEVICE);

	page = dma_alloc_pages(dev, 4096, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_ZERO);
	dma_free_pages(dev, 4096, page, dma, DMA_BIDIRECTIONAL);
	handle = coherent_handle_alloc(dev, 4096, GFP_KERNEL, 0);
	if (IS_ERR(handle))
		exit(2);
	dmalab_device_write(dev, coherent_handle_dma_addr(handle), "x", 1);
	coherent_handle_free(handle);
	ring = dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	dmalab_cpu_read(ring + 8, (u8[8]){ 0 }, 8);
	dmalab_device_read(dev, dma, (u8[8]){ 0 }, 8);
}

static void mappings(struct device *dev)
{
	char *text = kmalloc(256, GFP_KERNEL), local[16];
	struct page *pages = alloc_pages(GFP_KERNEL, 1);
	dma_addr_t dma = dma_map_single(dev, text + 8, 200, DMA_TO_DEVICE);

	dma_mapping_error(dev, dma);
	memcpy(text + 16, "a store that nobody tells", 25);
	dmalab_device_read(dev, dma, (u8[64]){ 0 }, 64);
	dma_sync_single_for_device(dev, dma, 200, DMA_FROM_DEVICE);
	dma_unmap_single(dev, dma, 100, DMA_TO_DEVICE);
	dma_unmap_single(dev, dma, 200, DMA_TO_DEVICE);
	dmalab_device_read(dev, dma, (u8[64]){ 0 }, 64);

	get_page(pages);
	dma = dma_map_page(dev, pages + 1, 16, 128, DMA_BIDIRECTIONAL);
	dmalab_cpu_write((u8 *)page_address(pages) + 4096 + 64, "\x5a\x5a\x5a\x5a", 4);
	dma_mapping_error(dev, dma);
	dma_unmap_page(dev, dma, 128, DMA_BIDIRECTIONAL);
	put_page(pages);
	__free_pages(pages, 1);
	dma_map_single(dev, local, sizeof(local), DMA_TO_DEVICE);
	dma_map_single(dev, global, sizeof(global), DMA_TO_DEVICE);
	dma_map_single(dev, (void *)"constant", 8, DMA_TO_DEVICE);
	dma_map_single(NULL, text, 8, DMA_TO_DEVICE);
	dma = dma_map_resource(dev, 0xfe000000, 4096, DMA_BIDIRECTIONAL, 0);
	dma_unmap_resource(dev, dma, 4096, DMA_BIDIRECTIONAL, 0);
	text = krealloc(text, 4096, GFP_KERNEL);
	kfree(text);
	kfree(text + 8);
}

static void lists(struct device *dev)
{
	u8 *a = kmalloc(512, GFP_KERNEL), *b = kzalloc(4096, GFP_KERNEL);
	struct scatterlist sgl[2];
	struct sg_table table, *own;
	void *cpu;
	int n;

	sg_init_table(sgl, 2);
	sg_set_buf(&sgl[0], a, 512);
	sg_set_buf(&sgl[1], b + 1024, 1024);
	n = dma_map_sg(dev, sgl, 2, DMA_FROM_DEVICE);
	dmalab_device_write(dev, sg_dma_address(&sgl[n - 1]) + 4, "data", 4);
	dma_sync_sg_for_cpu(dev, sgl, 1, DMA_FROM_DEVICE);
	sg_copy_to_buffer(sgl, 2, (u8[1536]){ 0 }, 1536);
	dma_unmap_sg(dev, sgl, 2, DMA_FROM_DEVICE);
	sg_set_buf(&sgl[1], b, 100);
	dma_map_sg(dev, sgl, 2, DMA_TO_DEVICE);
	dma_unmap_sg(dev, sgl, 2, DMA_BIDIRECTIONAL);
	if (sg_alloc_table(&table, 1, GFP_KERNEL))
		exit(2);
	sg_set_buf(table.sgl, b, 4096);
	if (dma_map_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0))
		exit(2);
	dma_sync_sgtable_for_cpu(dev, &table, DMA_BIDIRECTIONAL);
	dmalab_cpu_write(b, a, 512);
	dma_unmap_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0);
	sg_free_table(&table);
	own = dma_alloc_noncontiguous(dev, 8192, DMA_FROM_DEVICE, GFP_KERNEL, 0);
	cpu = dma_vmap_noncontiguous(dev, 8192, own);
	dmalab_device_write(dev, sg_dma_address(own->sgl), "frame", 5);
	dmalab_cpu_read(cpu, (u8[5]){ 0 }, 5);
	dma_vunmap_noncontiguous(dev, cpu);
	dma_free_noncontiguous(dev, 4096, own, DMA_FROM_DEVICE);
	kfree(a);
	kfree(b);
}

static void pools(struct device *dev)
{
	struct dma_pool *pool = dma_pool_create("td \"ring\"", dev, 64, 64, 0);
	struct dma_pool *other = dma_pool_create("qh", dev, 32, 0, 4096);
	struct kmem_cache *cache = kmem_cache_create("urb", 192, 64, 0, NULL);
	dma_addr_t dma, second;
	void *td = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	void *qh = dma_pool_zalloc(other, GFP_ATOMIC, &second), *urb, *v, *managed;

	dmalab_device_write(dev, dma + 32, "0123456789012345678901234567890123456789", 40);
	dma_pool_free(other, td, dma);
	dma_pool_free(pool, qh, second);
	dma_pool_destroy(other);
	dma_pool_destroy(pool);
	urb = kmem_cache_zalloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, urb);
	kmem_cache_free(cache, urb);
	kmem_cache_destroy(cache);
	v = vmalloc(8192);
	dmalab_cpu_write((u8 *)v + 100, "host", 4);
	dma_map_single(dev, v, 64, DMA_TO_DEVICE);
	vfree(v);
	devm_kfree(dev, devm_kzalloc(dev, 100, GFP_KERNEL));
	managed = dmam_alloc_coherent(dev, 4096, &dma, GFP_KERNEL);
	dma_free_coherent(dev, 4096, managed, dma);
	free_pages_exact(alloc_pages_exact(12288, GFP_KERNEL), 12288);
	kfree(kmemdup("copied", 7, GFP_KERNEL));
	kfree(kcalloc(3, 100, GFP_KERNEL));
}

/* A view past the cache, beside dirty lines; and a device that the kernel knows badly. */
static void views(void)
{
	struct device *dev = dmalab_device_new(dmalab_machine_current(), "gpu");
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	struct page *pages[2] = { page, page + 1 };
	u8 byte[64] = "", *p = page_address(page), *view;
	dma_addr_t dma;

	dmalab_cpu_write(p, byte, sizeof(byte));
	view = vmap(pages, 2, VM_MAP, pgprot_writecombine(PAGE_KERNEL));
	dmalab_cpu_read(view, byte, sizeof(byte));
	vunmap(view);
	dmalab_cpu_read(view, byte, 1);
	view = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	dmalab_cpu_write(view, byte, sizeof(byte));
	vunmap(view);
	dmalab_device_set_snooping(dev, true);
	dma = dma_map_single(dev, p, 4096, DMA_FROM_DEVICE);
	if (!dma_mapping_error(dev, dma)) {
		dmalab_device_write(dev, dma, byte, sizeof(byte));
		dma_unmap_single(dev, dma, 4096, DMA_FROM_DEVICE);
	}
	dmalab_cpu_read(p, byte, sizeof(byte));
	__free_pages(page, 1);
	dmalab_device_free(dev);
}

static void contexts(struct device *dev)
{
	static DEFINE_SPINLOCK(lock);
	static DEFINE_MUTEX(mutex);
	unsigned long flags;
	dma_addr_t dma;
	void *p;

	spin_lock(&lock);
	p = dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&lock);
	spin_lock_irqsave(&lock, flags);
	dma_free_coherent(dev, 64, p, dma);
	spin_unlock_irqrestore(&lock, flags);
	spin_lock_bh(&lock);
	might_sleep();
	spin_unlock_bh(&lock);
	dmalab_irq_enter();
	kfree(kmalloc(16, GFP_KERNEL));
	dmalab_irq_exit();
	might_sleep();
}

static void settings(struct device *dev)
{
	dma_addr_t dma;
	void *p;

	dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	dma_set_max_seg_size(dev, 65536);
	dev->coherent_dma_mask = 0;
	dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);
	dma_set_coherent_mask(dev, DMA_BIT_MASK(31));
	dev->dma_coherent = true;
	p = dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);
	dmalab_cpu_write(p, "x", 1);
	dmalab_device_read(dev, dma, &(u8){ 0 }, 1);
	/* The address is wrong, so the call reads nothing of the buffer. */
	dmalab_device_write(dev, dma, &(u8){ 0 }, (size_t)1 << 40);
	dmalab_cache_evict(p, 64);
	dmalab_machine_fail_nth(dmalab_machine_current(), 2);
	kfree(kmalloc(64, GFP_KERNEL));
	kfree(kmalloc(64, GFP_KERNEL));
	dma_free_coherent(dev, 64, p, dma);
}

static void broad(void)
{
	struct device *dev = start("0000:03:00.0");
	char name[251] = "";

	/* Longer than a string of a trace. */
	memset(name, '#', sizeof(name) - 1);
	dmalab_device_free(dmalab_device_new(dmalab_machine_current(), name));
	mappings(dev);
	allocations(dev);
	lists(dev);
	pools(dev);
	views();
	contexts(dev);
	settings(dmalab_device_new(dmalab_machine_current(), "m7"));
	dmalab_device_free(dev);
	end();
}

/* A cookie, by an instruction and not by a call. */
static void touch(void)
{
	struct device *dev = start("nic");
	dma_addr_t dma;
	u8 *cookie = dma_alloc_attrs(dev, 4096, &dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);

	*(volatile u8 *)(cookie + 8) = 1;
	dma_free_attrs(dev, 4096, cookie, dma, DMA_ATTR_NO_KERNEL_MAPPING);
	end();
}

/* For fail_every: allocations and mappings that fail, and memory that runs out. */
static void failing(void)
{
	struct device *dev = start("nic");

	for (int i = 0; i < 50; i++) {
		dma_addr_t dma, ring;
		void *p = kcalloc(4, 64, GFP_KERNEL);
		void *cpu = dma_alloc_coherent(dev, 8192, &ring, GFP_KERNEL);

		if (p) {
			dma = dma_map_single(dev, p, 256, DMA_TO_DEVICE);
			if (!dma_mapping_error(dev, dma))
				dma_unmap_single(dev, dma, 128, DMA_TO_DEVICE);
		}
		kfree(p);
		if (cpu)
			dma_free_coherent(dev, 4096, cpu, ring);
	}
	end();
}

/* ---------------------------------------------------------- how it may stop */

/* What it did so far is in the file; what it leaves is no leak. */
static void crash(void)
{
	struct device *dev = start("nic");
	dma_addr_t dma;

	dma_alloc_coherent(dev, 64, &dma, GFP_KERNEL);
	kfree(kmalloc(32, GFP_KERNEL));
	_exit(3);
}

/* With halt_on_error. */
static void halt(void)
{
	void *p;

	start("nic");
	p = kmalloc(32, GFP_KERNEL);
	kfree(p);
	kfree(p);
	fputs("went on\n", stderr);
}

/* A context that is never left. */
static void endless(void)
{
	start("nic");
	for (int i = 0; i < 70000; i++)
		local_bh_disable();
	end();
}

static void names(void)
{
	start("nic");
	for (int i = 0; i < 5000; i++)
		kfree(kmalloc(32, GFP_KERNEL));
	end();
}

/* More live things than a trace has names. */
static void alive(void)
{
	static void *p[40000];

	start("nic");
	for (int i = 0; i < 40000; i++)
		p[i] = kmalloc(64, GFP_KERNEL);
	for (int i = 0; i < 40000; i++)
		kfree(p[i]);
	kfree(p[0]);
	end();
}

/* Probe and remove. With the bug, a packet is given back before its mapping. */
static void cycle(bool bug)
{
	struct device *dev = dmalab_device_new(dmalab_machine_current(), "nic");
	dma_addr_t ring, packet;
	u8 *cpu = dma_alloc_coherent(dev, 4096, &ring, GFP_KERNEL), *p;

	dma_set_mask_and_coherent(dev, DMA_BIT_MASK(32));
	p = kmalloc(1536, GFP_KERNEL);
	memset(p, 0x55, 1536);
	packet = dma_map_single(dev, p, 1536, DMA_TO_DEVICE);
	dma_mapping_error(dev, packet);
	dmalab_device_read(dev, packet, (u8[64]){ 0 }, 64);
	if (bug)
		kfree(p);
	dma_unmap_single(dev, packet, 1536, DMA_TO_DEVICE);
	if (!bug)
		kfree(p);
	dma_free_coherent(dev, 4096, cpu, ring);
	dmalab_device_free(dev);
}

static void cycles(unsigned nr)
{
	start("bus");
	for (unsigned i = 0; i < nr; i++)
		cycle(false);
	cycle(true);
	end();
}

static void ten_thousand(void) { cycles(10000); }
static void for_ever(void) { cycles(60000); }

/* A ring that is always in use, and whose packets come and go in no order. */
static void traffic(bool disorder)
{
	struct device *dev = start("nic");
	struct packet {
		void *p;
		dma_addr_t dma;
		size_t size;
	} ring[32] = { { NULL, 0, 0 } };
	unsigned seed = 1;
	dma_addr_t dma;
	u8 *cpu = dma_alloc_noncoherent(dev, 4096, &dma, DMA_BIDIRECTIONAL, GFP_KERNEL);

	dma_sync_single_for_device(dev, dma, 4096, DMA_BIDIRECTIONAL);
	for (unsigned i = 0; i < 50000; i++) {
		struct packet *at = &ring[disorder ? (seed >> 20) % 32 : i % 32];

		seed = seed * 1103515245 + 12345;
		if (at->p) {
			dma_unmap_single(dev, at->dma, at->size, DMA_FROM_DEVICE);
			kfree(at->p);
		}
		at->size = disorder ? 64 + (seed >> 16) % 1024 : 512;
		at->p = kmalloc(at->size, GFP_KERNEL);
		at->dma = dma_map_single(dev, at->p, at->size, DMA_FROM_DEVICE);
		dma_mapping_error(dev, at->dma);
		dma_sync_single_for_cpu(dev, dma, 4096, DMA_BIDIRECTIONAL);
		dmalab_cpu_write(cpu + i % 32 * 64, &i, 4);
		dma_sync_single_for_device(dev, dma, 4096, DMA_BIDIRECTIONAL);
		dmalab_device_read(dev, dma + i % 32 * 64, (u8[64]){ 0 }, 64);
	}
	/* Nobody hands it over. */
	dmalab_device_write(dev, ring[7].dma, "packet", 6);
	dmalab_cpu_read(ring[7].p, (u8[6]){ 0 }, 6);
	for (unsigned i = 0; i < 32; i++)
		if (ring[i].p) {
			dma_unmap_single(dev, ring[i].dma, ring[i].size, DMA_FROM_DEVICE);
			kfree(ring[i].p);
		}
	dma_free_noncoherent(dev, 4096, cpu, dma, DMA_BIDIRECTIONAL);
	end();
}

static void in_order(void) { traffic(false); }
static void in_disorder(void) { traffic(true); }

/* As many entries as a driver's list has, of which the device stores to one. */
static void long_list(void)
{
	struct device *dev = start("disk");
	u8 *data = page_address(alloc_pages(GFP_KERNEL, 9));
	struct sg_table table;
	struct scatterlist *sg;
	unsigned i;

	if (!data || sg_alloc_table(&table, 256, GFP_KERNEL))
		exit(2);
	for_each_sgtable_sg(&table, sg, i)
		sg_set_buf(sg, data + 8192ul * i, 512);
	if (dma_map_sgtable(dev, &table, DMA_FROM_DEVICE, 0))
		exit(2);
	for_each_sgtable_dma_sg(&table, sg, i)
		if (i == 200)
			dmalab_device_write(dev, sg_dma_address(sg), "sector", 6);
	dmalab_cpu_read(data + 200 * 8192, (u8[6]){ 0 }, 6);
	dma_unmap_sgtable(dev, &table, DMA_FROM_DEVICE, 0);
	sg_free_table(&table);
	free_pages((unsigned long)data, 9);
	end();
}

/* One after the other, and one inside the other. */
static void machines(void)
{
	struct device *dev = start("first"), *inner;
	void *p = kmalloc(32, GFP_KERNEL), *q;

	inner = start("second");
	q = kmalloc(64, GFP_KERNEL);
	dma_map_single(inner, q, 0, DMA_TO_DEVICE);
	end();
	dma_map_single(dev, p, 0, DMA_TO_DEVICE);
	kfree(p);
	end();
	start("third");
	kfree(kmalloc(128, GFP_KERNEL));
	end();
}

static void forked(void)
{
	void *p;
	int status;

	start("nic");
	p = kmalloc(32, GFP_KERNEL);
	if (fork() == 0) {
		kfree(p);
		end();
		_exit(0);
	}
	wait(&status);
	kfree(p);
	end();
}

static void *thread(void *arg)
{
	struct device *dev = arg;

	for (int i = 0; i < 200; i++) {
		dma_addr_t dma;
		void *p = dma_alloc_coherent(dev, 256, &dma, GFP_KERNEL);

		dma_free_coherent(dev, 256, p, dma);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t other;
	struct device *dev = start("nic");

	if (pthread_create(&other, NULL, thread, dev))
		exit(2);
	thread(dev);
	pthread_join(other, NULL);
	end();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} programs[] = {
		{ "broad", broad }, { "failing", failing }, { "touch", touch },
		{ "crash", crash }, { "halt", halt }, { "endless", endless },
		{ "names", names }, { "alive", alive }, { "ten-thousand", ten_thousand },
		{ "for-ever", for_ever }, { "long-list", long_list }, { "in-order", in_order }, { "in-disorder", in_disorder },
		{ "machines", machines }, { "forked", forked },
		{ "threads", threads },
	};

	for (size_t i = 0; argc == 2 && i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(argv[1], programs[i].name) == 0) {
			programs[i].run();
			return 0;
		}
	return 2;
}
