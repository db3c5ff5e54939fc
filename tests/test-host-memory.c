/* SPDX-License-Identifier: MIT */
/*
 * The host runs out of memory: the Nth allocation of the library's fails, for every N.
 * The result is the documented one, nothing is lost, and the machine goes on.
 */
#include "host.h"
#include "rig.h"

#include <dmalab/bus.h>
#include <dmalab/coherent-handle.h>
#include <dmalab/registers.h>
#include <errno.h>
#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/vmalloc.h>
#include <stdio.h>
#include <unistd.h>

#define BAR 0xfe000000u

/* ------------------------------------------------------------- scenarios */

/*
 * Runs @scenario with the first, second, ... allocation of the host failing, until
 * none does. It returns whether it got what it wanted, having released it again.
 */
static void fail_each(bool (*scenario)(struct rig *r), unsigned at_least, struct rig *r)
{
	unsigned n = 0;
	bool got;

	do {
		long before = live;

		n++;
		failed = false;
		fail_in = n;
		got = scenario(r);
		fail_in = 0;
		assert_int_equal(got, !failed);
		/* What succeeds may stay until the machine goes. */
		if (failed)
			assert_int_equal(live, before);
	} while (failed);
	assert_true(n > at_least);
}

static bool whole_machine(struct rig *r)
{
	static const char *const policies[] = { "never", "lru" };
	struct dmalab_config config = { .ram_size = 64 << 10 };

	(void)r;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct dmalab_machine *m;

		config.cache_policy = policies[i];
		m = dmalab_machine_new(&config);
		if (!m) {
			assert_int_equal(errno, ENOMEM);
			assert_null(dmalab_machine_current());
			return false;
		}
		dmalab_machine_free(m);
	}
	return true;
}

/* One that is made anew; if that fails, it can still be freed, or tried again. */
static bool reset_machine(struct rig *r)
{
	struct dmalab_machine *m = dmalab_machine_new(&(struct dmalab_config){
		.profile = "swiotlb", .ram_size = 64 << 10,
	});
	int err;

	(void)r;
	if (!m)
		return false;
	err = dmalab_machine_reset(m);
	if (err) {
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(dmalab_machine_reset(m), 0);
	}
	dmalab_machine_free(m);
	return err == 0;
}

static bool device(struct rig *r)
{
	struct device *dev;

	errno = 0;
	dev = dmalab_device_new(r->machine, "disk");
	if (!dev)
		assert_int_equal(errno, ENOMEM);
	dmalab_device_free(dev);
	return dev != NULL;
}

static bool embedded_device(struct rig *r)
{
	struct device dev = { .id = 0 };
	int err = dmalab_device_init(r->machine, &dev, "disk");

	if (err) {
		assert_int_equal(err, -ENOMEM);
		assert_null(dev.dmalab);
		return false;
	}
	dmalab_device_exit(&dev);
	return true;
}

/* On a machine of its own: windows go with that. */
static bool use_window(struct dmalab_machine *m)
{
	static const uint64_t answers[2];
	struct dmalab_window *w;

	errno = 0;
	w = dmalab_window_new_scripted(m, "regs", BAR, 64);
	if (!w || !dmalab_window_new(m, "more", BAR + 64, 64, NULL, NULL)) {
		assert_int_equal(errno, ENOMEM);
		return false;
	}
	if (dmalab_window_on_write(w, 0, 0, NULL, NULL) || dmalab_window_answer(w, 0, answers, 2) ||
	    dmalab_window_answer(w, 4, answers, 2))
		return false;
	return true;
}

static int take_regs(struct platform_device *pdev)
{
	void __iomem *regs = devm_platform_ioremap_resource(pdev, 0);

	if (IS_ERR(regs))
		return PTR_ERR(regs);
	return devm_ioremap(&pdev->dev, BAR, 4) ? 0 : -ENOMEM;
}

static struct platform_driver regs_driver = {
	.probe = take_regs, .driver = { .name = "regs" },
};

static bool use_platform(struct dmalab_machine *m)
{
	static const struct resource res = DEFINE_RES_MEM(BAR, 64);
	struct dmalab_platform_template t = {
		.size = sizeof(t), .name = "regs", .compatible = "acme,regs", .num_resources = 1,
		.resource = &res,
	};
	struct platform_device *pdev;
	bool bound;

	if (platform_driver_register(&regs_driver))
		return false;
	pdev = dmalab_platform_device_new(m, &t);
	bound = pdev && !dmalab_bind_result(&pdev->dev);
	dmalab_platform_device_free(pdev);
	platform_driver_unregister(&regs_driver);
	return bound;
}

static bool use_pci(struct dmalab_machine *m)
{
	struct dmalab_pci_template t = {
		.size = sizeof(t), .vendor = 1, .device = 2, .bar = { BAR }, .bar_size = { 64 },
	};
	struct pci_dev *pdev = dmalab_pci_device_new(m, &t);
	bool mapped = pdev && !pcim_enable_device(pdev) &&
		      !pcim_iomap_regions(pdev, 1, "regs");

	dmalab_pci_device_free(pdev);
	return mapped;
}

static bool registers_and_buses(struct rig *r)
{
	struct dmalab_machine *m = dmalab_machine_new(&(struct dmalab_config){ .ram_size = 64 << 10 });
	bool got;

	(void)r;
	if (!m)
		return false;
	got = use_window(m) && use_platform(m) && use_pci(m);
	dmalab_machine_free(m);
	return got;
}

static bool kmallocs(struct rig *r)
{
	void *p = kmalloc(100, GFP_KERNEL), *q = p ? kzalloc(9000, GFP_KERNEL) : NULL;

	(void)r;
	kfree(p);
	kfree(q);
	return q != NULL;
}

/* What is made of kmalloc() needs more of the host. */
static bool kmalloc_kin(struct rig *r)
{
	void *p = kmalloc(100, GFP_KERNEL), *q = p ? krealloc(p, 1000, GFP_KERNEL) : NULL;
	void *copy = q ? kmemdup(q, 10, GFP_KERNEL) : NULL;

	(void)r;
	kfree(copy);
	kfree(q ? q : p);
	return copy != NULL;
}

static bool devm_and_vmalloc(struct rig *r)
{
	struct device *dev = dmalab_device_new(r->machine, "disk");
	void *p = dev ? devm_kmalloc(dev, 100, GFP_KERNEL) : NULL;
	void *q = p ? vmalloc(100) : NULL;

	fail_in = 0;
	vfree(q);
	dmalab_device_free(dev);
	return q != NULL;
}

static bool handle(struct rig *r)
{
	struct coherent_handle *h = coherent_handle_alloc(r->dev, 4096, GFP_KERNEL, 0);

	if (IS_ERR(h))
		assert_int_equal(PTR_ERR(h), -ENOMEM);
	coherent_handle_free(h);
	return !IS_ERR(h);
}

static bool pool(struct rig *r)
{
	struct dma_pool *p = dma_pool_create("p", r->dev, 64, 0, 0);
	dma_addr_t dma;
	void *block = p ? dma_pool_alloc(p, GFP_KERNEL, &dma) : NULL;

	if (block)
		dma_pool_free(p, block, dma);
	dma_pool_destroy(p);
	return block != NULL;
}

/* Destroyed pools are remembered, and then used again. */
static void warm_up_pools(struct rig *r)
{
	for (int i = 0; i < 100; i++)
		assert_true(pool(r));
}

static bool managed(struct rig *r)
{
	dma_addr_t dma;
	void *p = dmam_alloc_coherent(r->dev, 4096, &dma, GFP_KERNEL);
	struct dma_pool *q = dmam_pool_create("p", r->dev, 64, 0, 0);

	if (p)
		dmam_free_coherent(r->dev, 4096, p, dma);
	if (q)
		dmam_pool_destroy(q);
	return p && q;
}

static bool own_memory(struct rig *r)
{
	int err = dma_declare_coherent_memory(r->dev, 0, 0x1000, 3 * PAGE_SIZE);
	dma_addr_t dma;
	void *p = NULL;

	if (err) {
		assert_int_equal(err, -ENOMEM);
		return false;
	}
	p = dma_alloc_coherent(r->dev, 2 * PAGE_SIZE, &dma, GFP_KERNEL);
	if (p)
		dma_free_coherent(r->dev, 2 * PAGE_SIZE, p, dma);
	dma_release_coherent_memory(r->dev);
	return p != NULL;
}

static bool noncontiguous(struct rig *r)
{
	struct sg_table *sgt = dma_alloc_noncontiguous(r->dev, 8192, DMA_TO_DEVICE, GFP_KERNEL, 0);

	dma_free_noncontiguous(r->dev, 8192, sgt, DMA_TO_DEVICE);
	return sgt != NULL;
}

static bool long_mapping(struct rig *r)
{
	size_t size = 3 * PAGE_SIZE;
	void *p = kmalloc(size, GFP_KERNEL);
	dma_addr_t dma;

	if (!p)
		return false;
	dma = dma_map_single(r->dev, p, size, DMA_TO_DEVICE);
	if (dma_mapping_error(r->dev, dma)) {
		kfree(p);
		return false;
	}
	dma_unmap_single(r->dev, dma, size, DMA_TO_DEVICE);
	kfree(p);
	return true;
}

/* Of entries that are longer than a page, so that each has pages to be entered in. */
static bool list_of_three(struct rig *r)
{
	enum { NR = 3, SIZE = 6000 };
	struct sg_table t;
	bool ok = false;
	u8 *p[NR];

	for (int i = 0; i < NR; i++) {
		p[i] = kmalloc(i ? SIZE : 64, GFP_KERNEL);
		if (!p[i]) {
			while (i--)
				kfree(p[i]);
			return false;
		}
	}
	if (sg_alloc_table(&t, NR, GFP_KERNEL) == 0) {
		for (int i = 0; i < NR; i++)
			sg_set_buf(&t.sgl[i], p[i], i ? SIZE : 64);
		ok = dma_map_sgtable(r->dev, &t, DMA_BIDIRECTIONAL, 0) == 0;
		if (ok)
			dma_unmap_sgtable(r->dev, &t, DMA_BIDIRECTIONAL, 0);
		sg_free_table(&t);
	}
	for (int i = 0; i < NR; i++)
		kfree(p[i]);
	return ok;
}

static bool long_table(struct rig *r)
{
	struct sg_table t;
	bool ok = sg_alloc_table(&t, 4 * SG_MAX_SINGLE_ALLOC, GFP_KERNEL) == 0;

	(void)r;
	assert_true(ok || !t.sgl);
	sg_free_table(&t);
	return ok;
}

static bool resource(struct rig *r)
{
	dma_addr_t dma = dma_map_resource(r->dev, 0x20000fff, 5 << 20, DMA_TO_DEVICE, 0);

	if (dma_mapping_error(r->dev, dma))
		return false;
	dma_unmap_resource(r->dev, dma, 5 << 20, DMA_TO_DEVICE, 0);
	return true;
}

static bool coherent_and_not(struct rig *r)
{
	dma_addr_t dma, other;
	void *p = dma_alloc_coherent(r->dev, 9000, &dma, GFP_KERNEL), *q = NULL;

	if (p)
		q = dma_alloc_noncoherent(r->dev, 9000, &other, DMA_TO_DEVICE, GFP_KERNEL);
	if (q)
		dma_free_noncoherent(r->dev, 9000, q, other, DMA_TO_DEVICE);
	if (p)
		dma_free_coherent(r->dev, 9000, p, dma);
	return q;
}

static void small_rig(struct rig *r)
{
	rig_up_with(r, &(struct dmalab_config){ .ram_size = 64 << 10 });
}

/* All of the machine's 16 pages can be had. */
static void nothing_is_lost(struct rig *r)
{
	void *p[17];
	int n = 0;

	while (n < 17 && (p[n] = kmalloc(4096, GFP_KERNEL)))
		n++;
	assert_int_equal(n, 16);
	while (n--)
		kfree(p[n]);
	expect(r, "");
}

static void machines(void **state)
{
	long before = live;

	(void)state;
	fail_in = 1;
	assert_false(whole_machine(NULL));
	fail_in = 0;
	assert_int_equal(live, before);
	/* The structure that this leaves behind serves all that follow. */
	assert_true(whole_machine(NULL));
	fail_each(whole_machine, 5, NULL);
	fail_each(reset_machine, 5, NULL);
	fail_each(registers_and_buses, 20, NULL);
}

static void on_one_machine(void **state)
{
	static const struct {
		bool (*scenario)(struct rig *r);
		unsigned at_least;
	} all[] = { { device, 2 }, { embedded_device, 2 }, { kmallocs, 2 }, { kmalloc_kin, 4 }, { handle, 1 },
		    { long_mapping, 2 }, { pool, 1 }, { managed, 2 },
		    { own_memory, 2 }, { noncontiguous, 1},
		    { list_of_three, 5 }, { long_table, 4 },
		    { resource, 1 } };
	long before = live;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	small_rig(&r);
	/* What the machine keeps for itself, it has from here on. */
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	dma_free_coherent(r.dev, 4096, p, dma);
	warm_up_pools(&r);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		fail_each(all[i].scenario, all[i].at_least, &r);
		nothing_is_lost(&r);
	}
	rig_down(&r);
	assert_int_equal(live, before);
}

/* As many mappings of a page as there are slots, or addresses. */
static void nothing_is_lost_on_the_bus(struct rig *r, unsigned room)
{
	static dma_addr_t dma[512];
	void *p = kmalloc_ok(64);
	unsigned n = 0;

	while (n < room + 1 && (dma[n] = dma_map_single(r->dev, p, 64, DMA_TO_DEVICE)) !=
			       DMA_MAPPING_ERROR)
		dma_mapping_error(r->dev, dma[n++]);
	assert_int_equal(n, room);
	while (n--)
		dma_unmap_single(r->dev, dma[n], 64, DMA_TO_DEVICE);
	kfree(p);
	expect(r, "");
}

static void on_machines_that_translate(void **state)
{
	static const struct {
		const char *profile;
		bool (*scenario)(struct rig *r);
		unsigned at_least, room;
	} all[] = {
		{ "swiotlb", long_mapping, 3, 64 }, { "swiotlb", list_of_three, 9, 64 },
		{ "swiotlb", coherent_and_not, 0, 64 },
		{ "iommu", long_mapping, 2, 256 }, { "iommu", list_of_three, 6, 256 },
		{ "iommu", resource, 1, 256 }, { "iommu", coherent_and_not, 2, 256 },
	};
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		long before = live;

		rig_up_with(&r, &(struct dmalab_config){ .profile = all[i].profile });
		p = kmalloc_ok(64);
		dma = map_ok(&r, p, 64, DMA_TO_DEVICE);
		dma_unmap_single(r.dev, dma, 64, DMA_TO_DEVICE);
		kfree(p);
		fail_each(all[i].scenario, all[i].at_least, &r);
		if (all[i].room == 256)
			dma_set_mask(r.dev, DMA_BIT_MASK(21));
		nothing_is_lost_on_the_bus(&r, all[i].room);
		rig_down(&r);
		assert_int_equal(live, before);
	}
}

/* ------------------------------------------- the first use of a new machine */

static void *allocate(const struct rig *r, int kind, dma_addr_t *dma)
{
	switch (kind) {
	case 0:
		return dma_alloc_coherent(r->dev, 4096, dma, GFP_KERNEL);
	case 1:
		return dma_alloc_attrs(r->dev, 4096, dma, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
	case 2:
		return dma_alloc_noncoherent(r->dev, 4096, dma, DMA_TO_DEVICE, GFP_KERNEL);
	default:
		return dma_alloc_pages(r->dev, 4096, dma, DMA_TO_DEVICE, GFP_KERNEL);
	}
}

static void first_allocation(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		dma_addr_t dma = 7;
		struct rig r;
		void *p;

		small_rig(&r);
		failed = false;
		fail_in = 1;
		p = allocate(&r, kind, &dma);
		fail_in = 0;
		assert_true(failed);
		assert_null(p);
		assert_int_equal(dma, 7);
		nothing_is_lost(&r);
		assert_non_null(allocate(&r, kind, &dma));
		dmalab_device_free(r.dev);
		expect(&r, "leak");
		nothing_is_lost(&r);
		rig_down(&r);
	}
}

/* The table of all pools' memory, the pool, its blocks, and the ledger's entry. */
static void first_pool(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 4; n++) {
		struct rig r;

		small_rig(&r);
		fail_in = n;
		failed = false;
		assert_false(pool(&r));
		fail_in = 0;
		assert_true(failed);
		nothing_is_lost(&r);
		assert_true(pool(&r));
		rig_down(&r);
	}
}

static void first_mapping(void **state)
{
	struct rig r;
	void *p;

	(void)state;
	small_rig(&r);
	p = kmalloc_ok(64);
	failed = false;
	fail_in = 1;
	assert_int_equal(dma_map_single(r.dev, p, 64, DMA_TO_DEVICE), DMA_MAPPING_ERROR);
	fail_in = 0;
	assert_true(failed);
	kfree(p);
	nothing_is_lost(&r);
	rig_down(&r);
}

/* Caches stay until the machine goes. */
static void caches(void **state)
{
	struct kmem_cache *cache = NULL;
	long before = live;
	struct rig r;
	unsigned n;
	void *p;

	(void)state;
	small_rig(&r);
	for (n = 1; !cache; n++) {
		fail_in = n;
		cache = kmem_cache_create("objects", 100, 0, 0, NULL);
		fail_in = 0;
	}
	assert_int_equal(n, 4);
	fail_in = 1;
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	fail_in = 0;
	assert_null(p);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_non_null(p);
	kmem_cache_free(cache, p);
	kmem_cache_destroy(cache);
	nothing_is_lost(&r);
	rig_down(&r);
	assert_int_equal(live, before);
}

static void resources(void **state)
{
	unsigned n = 0;
	struct rig r;
	bool got;

	(void)state;
	small_rig(&r);
	do {
		failed = false;
		fail_in = ++n;
		got = devm_and_vmalloc(&r);
		assert_int_equal(got, !failed);
		nothing_is_lost(&r);
	} while (failed);
	assert_int_equal(n, 6);
	rig_down(&r);
}

/* What is shared with the host stays so, and the addresses of a view are a machine's. */
static void views(void **state)
{
	struct page *page;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up(&r, NULL);
	page = alloc_page(GFP_KERNEL);
	for (unsigned n = 1; n < 10; n++) {
		failed = false;
		fail_in = n;
		p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
		fail_in = 0;
		assert_int_equal(p != NULL, !failed);
		vunmap(p);
	}
	assert_false(failed);

	/* Where the host cannot take it back, nobody gets these addresses. */
	p = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	assert_non_null(p);
	fail_in = 1;
	vunmap(p);
	assert_true(failed);
	q = vzalloc(100);
	assert_non_null(q);
	assert_ptr_not_equal(q, p);
	vfree(q);
	vunmap(p);
	expect(&r, "double-free");
	__free_page(page);
	rig_down(&r);
}

/* Without memory for a bit a byte, ownership of that object is no longer checked. */
static void partial_sync(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .profile = "x86", .ram_size = 64 << 10 });
	p = kzalloc_ok(256);
	dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
	failed = false;
	fail_in = 1;
	dma_sync_single_for_cpu(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	fail_in = 0;
	assert_true(failed);
	cpu_read(p, 256);
	cpu_write(p, 256);
	dev_read(&r, dma, 256);
	dev_write(&r, dma, 256);
	dma_sync_single_for_cpu(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	dma_sync_single_for_device(r.dev, dma, 10, DMA_BIDIRECTIONAL);
	expect(&r, "");
	dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);

	/* The next object's is. */
	dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
	cpu_read(p, 1);
	expect(&r, "cpu-read-device-owned");
	dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);
	kfree(p);
	nothing_is_lost(&r);
	rig_down(&r);
}

/* Without memory for a second story, a line has lost its mapping, and is reported all the same. */
static void origins(void **state)
{
	struct rig r;
	dma_addr_t dma, other;
	struct device *dev;
	u8 *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .ram_size = 64 << 10 });
	dev = dmalab_device_new(r.machine, "other");
	p = kmalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_FROM_DEVICE);
	other = dma_map_single(dev, p, 64, DMA_FROM_DEVICE);
	assert_int_equal(dma_mapping_error(dev, other), 0);
	dev_write(&r, dma, 4);
	failed = false;
	fail_in = 1;
	assert_int_equal(dmalab_device_write(dev, other + 4, "abcd", 4), 0);
	fail_in = 0;
	assert_true(failed);
	cpu_read(p, 4);
	expect(&r, "stale-cpu-read");
	assert_non_null(strstr(r.text, "which is not known any more"));
	assert_null(strstr(r.text, "dma_sync_"));

	/* With memory again each is the device's that stored it. */
	dev_write(&r, dma, 4);
	assert_int_equal(dmalab_device_write(dev, other + 4, "abcd", 4), 0);
	cpu_read(p, 4);
	expect(&r, "stale-cpu-read");
	assert_non_null(strstr(r.text, "[device nic,"));
	cpu_read(p + 4, 4);
	expect(&r, "stale-cpu-read");
	assert_non_null(strstr(r.text, "[device other,"));
	dma_unmap_single(dev, other, 64, DMA_FROM_DEVICE);
	dma_unmap_single(r.dev, dma, 64, DMA_FROM_DEVICE);
	kfree(p);
	nothing_is_lost(&r);
	rig_down(&r);
}

/* All that was obtained is given back. */
static void nothing_stays_behind(void **state)
{
	long before = live;
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){ .cache_policy = "lru" });
	p = kmalloc_ok(10000);
	kmalloc_ok(64);
	dma = map_ok(&r, p + 1, 9000, DMA_BIDIRECTIONAL);
	dma_sync_single_for_cpu(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	assert_non_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	dmalab_machine_free(r.machine);
	assert_int_equal(live, before);
	assert_string_equal(r.drawn, "leak leak");
}

/* ---------------------------------------------------------------- recording */

static void recorded_program(void)
{
	struct dmalab_machine *m = dmalab_machine_new(&(struct dmalab_config){ .ram_size = 64 << 10 });
	struct device *dev = dmalab_device_new(m, "disk");
	dma_addr_t dma;
	void *p = kzalloc(64, GFP_KERNEL);

	if (dev && p) {
		dma = dma_map_single(dev, p, 64, DMA_TO_DEVICE);
		if (!dma_mapping_error(dev, dma))
			dma_unmap_single(dev, dma, 64, DMA_TO_DEVICE);
	}
	kfree(p);
	dmalab_machine_free(m);
}

/* A recording that has no memory ends; the program does not. */
static void recording_ends(void **state)
{
	char path[] = "/tmp/dmalab-host-memory-XXXXXX", option[64], name[64];
	int fd = mkstemp(path);
	unsigned n = 0;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(option, sizeof(option), "record=%s", path);
	setenv("DMALAB_OPTIONS", option, 1);
	do {
		long before = live;

		failed = false;
		fail_in = ++n;
		recorded_program();
		fail_in = 0;
		assert_int_equal(live, before);
	} while (failed);
	unsetenv("DMALAB_OPTIONS");
	assert_true(n > 10);
	unlink(path);
	for (unsigned i = 2; i <= n; i++) {
		snprintf(name, sizeof(name), "%s.%u", path, i);
		unlink(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines),
		cmocka_unit_test(on_one_machine),
		cmocka_unit_test(on_machines_that_translate),
		cmocka_unit_test(first_allocation),
		cmocka_unit_test(first_pool),
		cmocka_unit_test(first_mapping),
		cmocka_unit_test(caches),
		cmocka_unit_test(resources),
		cmocka_unit_test(views),
		cmocka_unit_test(partial_sync),
		cmocka_unit_test(origins),
		cmocka_unit_test(nothing_stays_behind),
		cmocka_unit_test(recording_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
