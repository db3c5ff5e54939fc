/* SPDX-License-Identifier: MIT */
/* DMA pools: where blocks lie, what they hold, and what the machine gets back. */
#include "rig.h"

#include <limits.h>
#include <linux/dmapool.h>
#include <linux/irqflags.h>

#define MAX_BLOCKS 4096

struct held {
	u8 *p;
	dma_addr_t dma;
};

static struct held held[MAX_BLOCKS];

static void take(struct dma_pool *pool, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		held[i].p = dma_pool_alloc(pool, GFP_KERNEL, &held[i].dma);
		assert_non_null(held[i].p);
	}
}

static void put(struct dma_pool *pool, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		dma_pool_free(pool, held[i].p, held[i].dma);
}

/* How many pages of @size bytes' blocks a machine gives: all fit, and none of them more. */
static unsigned per_page(struct rig *r, size_t size, size_t align, size_t boundary)
{
	struct dma_pool *pool = dma_pool_create("p", r->dev, size, align, boundary);
	unsigned n = 0;
	u64 page;

	assert_non_null(pool);
	take(pool, 512);
	page = held[0].dma & PAGE_MASK;
	while (n < 512 && (held[n].dma & PAGE_MASK) == page)
		n++;
	put(pool, 512);
	dma_pool_destroy(pool);
	return n;
}

static void blocks_of_a_page(void **state)
{
	static const struct {
		size_t size, align, boundary;
		unsigned nr;
	} all[] = {
		{ 16, 16, 0, 256 }, { 1, 0, 0, 256 }, { 64, 64, 0, 64 }, { 256, 256, 0, 16 },
		{ 1024, 1024, 0, 4 }, { 4096, 4096, 0, 1 }, { 68, 32, 4096, 42 },
		{ 40, 8, 64, 64 }, { 48, 0, 128, 64 }, { 24, 0, 4096, 170 }, { 17, 4, 0, 204 },
		{ 2049, 0, 0, 1 }, { 64, 0, 1 << 20, 64 },
	};
	struct dmalab_config config = { .ram_size = 8 << 20 };
	struct rig r;

	(void)state;
	rig_up_with(&r, &config);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_int_equal(per_page(&r, all[i].size, all[i].align, all[i].boundary),
				 all[i].nr);
	rig_down(&r);
}

/* Aligned, within the boundary, apart from each other; pointer and address agree. */
static void placement(void **state)
{
	static const size_t sizes[] = { 8, 16, 20, 64, 100, 600, 4096, 5000, 70000 };
	struct dmalab_config config = { .ram_size = 16 << 20 };
	struct rig r;

	(void)state;
	rig_up_with(&r, &config);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t align = 1; align <= 8192; align *= 4) {
			size_t size = (sizes[i] + align - 1) & ~(align - 1);
			size_t boundary = 1;
			struct dma_pool *pool;

			while (boundary < size || boundary < 16)
				boundary *= 2;
			pool = dma_pool_create("p", r.dev, sizes[i], align, boundary);
			assert_non_null(pool);
			take(pool, 40);
			for (unsigned k = 0; k < 40; k++) {
				assert_int_equal(held[k].dma & (align - 1), 0);
				assert_int_equal(held[k].dma / boundary,
						 (held[k].dma + size - 1) / boundary);
				assert_int_equal((uintptr_t)held[k].p & (PAGE_SIZE - 1),
						 held[k].dma & (PAGE_SIZE - 1));
				memset(held[k].p, k, sizes[i]);
			}
			for (unsigned k = 0; k < 40; k++) {
				assert_int_equal(held[k].p[0], k);
				assert_int_equal(held[k].p[sizes[i] - 1], k);
			}
			put(pool, 40);
			dma_pool_destroy(pool);
		}
	}
	rig_down(&r);
}

static void arguments(void **state)
{
	struct rig r;
	struct dma_pool *pool;
	dma_addr_t dma = 7;
	char longer[64];

	(void)state;
	rig_up(&r, NULL);
	assert_null(dma_pool_create("p", r.dev, 0, 0, 0));
	assert_null(dma_pool_create("p", r.dev, (size_t)INT_MAX + 1, 0, 0));
	assert_null(dma_pool_create("p", r.dev, SIZE_MAX, 0, 0));
	assert_null(dma_pool_create("p", r.dev, 64, 3, 0));
	assert_null(dma_pool_create("p", r.dev, 64, 0, 32));
	assert_null(dma_pool_create("p", r.dev, 64, 0, 96));
	assert_null(dma_pool_create("p", r.dev, 64, 128, 64));
	expect(&r, "");
	assert_null(dma_pool_create("p", NULL, 64, 0, 0));
	expect(&r, "no-device");

	/* Larger than any block of pages: made, but gives nothing. */
	pool = dma_pool_create(NULL, r.dev, INT_MAX, 1ul << 63, 0);
	assert_non_null(pool);
	assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
	assert_int_equal(dma, 7);
	dma_pool_destroy(pool);

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	pool = dma_pool_create_node(longer, r.dev, 64, 0, 0, NUMA_NO_NODE);
	assert_non_null(pool);
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	assert_non_null(strstr(r.text, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""));

	r.dev = dmalab_device_new(r.machine, "nic");
	r.dev->coherent_dma_mask = 0;
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
	expect(&r, "mask-unset");
	r.dev->coherent_dma_mask = DMA_BIT_MASK(32);
	assert_null(dma_pool_alloc(pool, GFP_KERNEL | __GFP_COMP, &dma));
	expect(&r, "compound-gfp");
	dma_pool_destroy(pool);
	rig_down(&r);
}

/* Fresh blocks in the order of their addresses; then the one freed last. */
static void latest_first(void **state)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;

	(void)state;
	rig_up(&r, NULL);
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	take(pool, 64);
	for (unsigned i = 1; i < 64; i++)
		assert_int_equal(held[i].dma, held[0].dma + i * 64);
	dma_pool_free(pool, held[7].p, held[7].dma);
	dma_pool_free(pool, held[3].p, held[3].dma);
	assert_ptr_equal(dma_pool_alloc(pool, GFP_KERNEL, &dma), held[3].p);
	assert_int_equal(dma, held[3].dma);
	assert_ptr_equal(dma_pool_alloc(pool, GFP_KERNEL, &dma), held[7].p);
	put(pool, 64);
	dma_pool_destroy(pool);
	rig_down(&r);
}

static void contents(void **state)
{
	const char *profile;
	u8 seen[64], zero[64] = { 0 }, ones[64];
	struct rig r;

	(void)state;
	memset(ones, 1, sizeof(ones));
	for_each_profile(profile) {
		for (int snoops = 0; snoops < 2; snoops++) {
			struct dma_pool *pool;
			dma_addr_t dma;
			u8 *p;

			rig_up_with(&r, &(struct dmalab_config){
				.profile = profile, .checks = NO_TRUST, .accesses = "explicit" });
			r.dev->dma_coherent |= snoops;
			pool = dma_pool_create("p", r.dev, 64, 0, 0);
			p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
			dmalab_cpu_write(p, ones, 64);
			assert_int_equal(dmalab_device_read(r.dev, dma, seen, 64), 0);
			assert_memory_equal(seen, ones, 64);
			dma_pool_free(pool, p, dma);

			/* As it was left, unless zeroes are asked for. */
			assert_ptr_equal(dma_pool_alloc(pool, GFP_KERNEL, &dma), p);
			dmalab_cpu_read(p, seen, 64);
			assert_memory_equal(seen, ones, 64);
			dma_pool_free(pool, p, dma);
			assert_ptr_equal(dma_pool_zalloc(pool, GFP_ATOMIC, &dma), p);
			assert_int_equal(dmalab_device_read(r.dev, dma, seen, 64), 0);
			assert_memory_equal(seen, zero, 64);
			assert_int_equal(dmalab_device_write(r.dev, dma, ones, 64), 0);
			dmalab_cpu_read(p, seen, 64);
			assert_memory_equal(seen, ones, 64);
			dma_pool_free(pool, p, dma);
			dma_pool_destroy(pool);
			expect(&r, "");
			rig_down(&r);
		}
	}
}

/* A small machine, to the last page, and all of it back. */
static void exhausted(void **state)
{
	struct dmalab_config config = { .ram_size = 64 << 10 };
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma = 7;

	(void)state;
	rig_up_with(&r, &config);
	for (int round = 0; round < 3; round++) {
		pool = dma_pool_create("p", r.dev, 16, 0, 0);
		take(pool, 16 * 256);
		assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
		assert_int_equal(dma, 7);
		put(pool, 16 * 256);
		assert_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
		dma_pool_destroy(pool);
	}
	rig_down(&r);
}

static void fails_on_request(void **state)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma = 7;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dma_pool_create("p", r.dev, 64, 0, 0));
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	dmalab_machine_fail_nth(r.machine, 2);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_non_null(p);
	assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 0), 0);
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);
	rig_down(&r);
}

/* Every call with a pool that is gone, and with what never was one. */
static void gone(void **state)
{
	static char nothing[256] __attribute__((aligned(16)));
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma = 7;

	(void)state;
	rig_up(&r, NULL);
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	dma_pool_destroy(pool);
	for (int i = 0; i < 3; i++) {
		assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
		expect(&r, "pool-wrong-pool");
		assert_null(dma_pool_zalloc(pool, GFP_KERNEL, &dma));
		expect(&r, "pool-wrong-pool");
		dma_pool_free(pool, nothing, 7);
		expect(&r, "pool-wrong-pool");
		pool = i ? NULL : (void *)nothing;
	}
	dma_pool_destroy((void *)nothing);
	expect(&r, "pool-wrong-pool");

	/* Its device takes it along. */
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	dma_pool_destroy(pool);
	expect(&r, "pool-wrong-pool");
	rig_down(&r);
}

/* Pools come and go, and none of the pages with them. */
static void many(void **state)
{
	struct dma_pool *pool[16];
	struct held one[16];
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (int round = 0; round < 20; round++) {
		for (unsigned i = 0; i < ARRAY_SIZE(pool); i++) {
			pool[i] = dma_pool_create("p", r.dev, 32 << i % 8, 0, 0);
			one[i].p = dma_pool_alloc(pool[i], GFP_KERNEL, &one[i].dma);
			cpu_write(one[i].p, 32);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(pool); i++)
			dma_pool_free(pool[i], one[i].p, one[i].dma);
		for (unsigned i = 0; i < ARRAY_SIZE(pool); i++)
			dma_pool_destroy(pool[i * 7 % ARRAY_SIZE(pool)]);
	}
	rig_down(&r);
}

/* A way for each that a device's address may lead. */
static const char *const ways[] = { "arm64", "x86", "iommu", "swiotlb" };

/*
 * A wrong free gives back the block that it means, and nothing else; but one to another
 * pool leaves the block in use, so that the right free is right.
 */
static void wrong_frees_release_on(const char *profile)
{
	struct dma_pool *a, *b;
	struct rig r;

	rig_up(&r, profile);
	a = dma_pool_create("a", r.dev, 64, 0, 0);
	b = dma_pool_create("b", r.dev, 64, 0, 0);
	take(a, 6);
	dma_pool_free(b, held[0].p, held[0].dma);
	expect(&r, "pool-wrong-pool");
	cpu_write(held[0].p, 64);
	assert_int_equal(dev_read(&r, held[0].dma, 64), 0);
	dma_pool_free(a, held[0].p, held[0].dma);
	expect(&r, "");
	dma_pool_free(b, held[0].p, held[0].dma);
	expect(&r, "double-free");
	dma_pool_free(a, held[1].p + 1, held[1].dma);
	expect(&r, "free-cpu-address-mismatch");
	dma_pool_free(a, held[2].p, held[2].dma + 1);
	expect(&r, "free-dma-address-mismatch");
	dma_pool_free(a, NULL, held[3].dma);
	expect(&r, "free-cpu-address-mismatch");
	dma_pool_free(b, held[4].p + 2, held[4].dma + 2);
	expect(&r, "pool-wrong-pool");
	assert_non_null(strstr(r.text, "also different: CPU address, DMA address"));
	dma_pool_destroy(b);
	expect(&r, "");
	dma_pool_free(a, held[4].p, held[4].dma);
	dma_unmap_single(r.dev, held[5].dma, 64, DMA_NONE);
	expect(&r, "bad-direction");
	dma_pool_destroy(a);
	expect(&r, "");
	rig_down(&r);
}

static void wrong_frees_release(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		wrong_frees_release_on(ways[i]);
}

/* No unmap of the middle of a block, and no handle at its address. */
static void other_frees_on(const char *profile)
{
	struct dma_pool *a;
	struct rig r;

	rig_up(&r, profile);
	a = dma_pool_create("a", r.dev, 64, 0, 0);
	take(a, 2);
	dma_unmap_single(r.dev, held[1].dma + 8, 8, DMA_TO_DEVICE);
	expect(&r, "free-unknown");
	dma_free_attrs(r.dev, 64, held[1].p, held[1].dma, DMA_ATTR_NO_KERNEL_MAPPING);
	expect(&r, "free-wrong-function");
	dma_free_attrs(r.dev, 64, held[1].p, held[1].dma, DMA_ATTR_NO_KERNEL_MAPPING);
	expect(&r, "double-free");
	dma_free_noncoherent(r.dev, 64, held[0].p, held[0].dma, DMA_TO_DEVICE);
	expect(&r, "free-wrong-function");
	dma_pool_destroy(a);
	rig_down(&r);
}

static void other_frees(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		other_frees_on(ways[i]);
}

/* Without a device, a block that is in use is known; one that is free is nothing. */
static void frees_of_no_device_on(const char *profile)
{
	struct dma_pool *a;
	struct rig r;

	rig_up(&r, profile);
	a = dma_pool_create("a", r.dev, 64, 0, 0);
	take(a, 2);
	dma_pool_free(a, held[0].p, held[0].dma);
	dma_free_coherent(NULL, 64, held[0].p, held[0].dma);
	expect(&r, "no-device");
	dma_free_noncoherent(NULL, 64, held[0].p, held[0].dma, DMA_NONE);
	expect(&r, "no-device");
	dma_free_coherent(NULL, 64, held[1].p, held[1].dma);
	expect(&r, "free-wrong-device");
	dma_free_coherent(NULL, 64, held[1].p, held[1].dma);
	expect(&r, "no-device");
	dma_pool_destroy(a);
	rig_down(&r);
}

/* Two addresses that lead to two objects: the exact one is meant, and a dead one never. */
static void frees_of_two_objects_on(const char *profile)
{
	struct dma_pool *a;
	dma_addr_t dma;
	struct rig r;
	void *p;

	rig_up(&r, profile);
	a = dma_pool_create("a", r.dev, 64, 0, 0);
	take(a, 4);
	p = dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL);
	/* A live block, and the middle of something else. */
	dma_free_coherent(r.dev, 4096, held[1].p, dma + 16);
	expect(&r, "free-wrong-function");
	/* A dead block, and the middle of something else. */
	dma_free_coherent(r.dev, 4096, held[1].p, dma + 16);
	expect(&r, "free-cpu-address-mismatch");
	dma_free_coherent(r.dev, 4096, p, dma);
	expect(&r, "double-free");
	/* Two live blocks of one page: the call goes by the DMA address. */
	dma_free_coherent(r.dev, 64, held[2].p, held[3].dma);
	expect(&r, "free-wrong-function");
	dma_pool_free(a, held[2].p, held[2].dma);
	dma_pool_free(a, held[3].p, held[3].dma);
	expect(&r, "double-free");
	dma_pool_free(a, held[0].p, held[0].dma);
	dma_pool_destroy(a);
	rig_down(&r);
}

static void frees_of_two_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		frees_of_two_objects_on(ways[i]);
}

/* What is left behind the last block is no block, and reading it no accident. */
static void behind_the_last_block(void **state)
{
	struct dma_pool *a;
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	a = dma_pool_create("a", r.dev, 5000, 8, 8192);
	assert_non_null(a);
	p = dma_pool_alloc(a, GFP_KERNEL, &dma);
	assert_non_null(p);
	cpu_read(p + 4096, 4096);
	expect(&r, "cpu-use-after-free");
	dma_pool_free(a, p, dma);
	dma_pool_destroy(a);
	rig_down(&r);
}

static void frees_of_no_device(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		frees_of_no_device_on(ways[i]);
}

/* Each byte of a page, by both: only the blocks that are out are reached. */
static void bytes_of_a_page_on(const char *profile)
{
	struct dma_pool *pool;
	struct rig r;
	u8 byte;

	rig_up(&r, profile);
	pool = dma_pool_create("p", r.dev, 80, 0, 256); /* three, and a gap of 16 */
	take(pool, 48);
	for (unsigned i = 0; i < 48; i += 2)
		dma_pool_free(pool, held[i].p, held[i].dma);
	for (size_t i = 0; i < PAGE_SIZE; i++) {
		unsigned index = i / 256 * 3 + i % 256 / 80;
		bool gap = i % 256 >= 240, out = !gap && index % 2;

		dmalab_cpu_read(held[0].p + i, &byte, 1);
		expect(&r, out ? "" : "cpu-use-after-free");
		assert_int_equal(dmalab_device_read(r.dev, held[0].dma + i, &byte, 1),
				 out ? 0 : -EFAULT);
		expect(&r, out ? "" : gap ? "device-out-of-bounds" : "device-use-after-unmap");
	}
	for (unsigned i = 1; i < 48; i += 2)
		dma_pool_free(pool, held[i].p, held[i].dma);
	dma_pool_destroy(pool);
	rig_down(&r);
}

static void bytes_of_a_page(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		bytes_of_a_page_on(ways[i]);
}

/* Blocks as large as several pages, behind whatever there is. */
static void large_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct dma_pool *pool;
		struct rig r;

		rig_up(&r, ways[i]);
		pool = dma_pool_create("p", r.dev, 9000, 0, 0);
		take(pool, 3);
		for (unsigned k = 0; k < 3; k++) {
			cpu_write(held[k].p, 9000);
			assert_int_equal(dev_read(&r, held[k].dma, 9000), 0);
			assert_int_equal(dev_write(&r, held[k].dma + 8999, 1), 0);
			expect(&r, "");
		}
		assert_int_equal(dev_read(&r, held[0].dma + 8990, 20), -EFAULT);
		expect(&r, "device-out-of-bounds");
		dma_pool_free(pool, held[1].p + 5000, held[1].dma + 5000);
		expect(&r, "free-cpu-address-mismatch");
		cpu_read(held[1].p + 5000, 1);
		expect(&r, "cpu-use-after-free");
		dma_pool_free(pool, held[0].p, held[0].dma);
		dma_pool_free(pool, held[2].p, held[2].dma);
		dma_pool_destroy(pool);
		rig_down(&r);
	}
}

static void contexts(void **state)
{
	struct dma_pool *pool, *late;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	local_irq_disable();
	p = dma_pool_alloc(pool, GFP_ATOMIC, &dma);
	dma_pool_free(pool, p, dma);
	expect(&r, "");
	/* Whether a page is needed does not matter. */
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	expect(&r, "sleep-in-atomic");
	late = dma_pool_create("late", r.dev, 64, 0, 0);
	assert_non_null(late);
	expect(&r, "sleep-in-atomic");

	/* One call, one report: not that of the page that it would need as well. */
	r.dev->coherent_dma_mask = 0;
	assert_null(dma_pool_alloc(late, GFP_KERNEL, &dma));
	expect(&r, "sleep-in-atomic");
	assert_null(dma_pool_alloc(late, GFP_ATOMIC, &dma));
	expect(&r, "mask-unset");
	dma_pool_destroy(pool);
	expect(&r, "sleep-in-atomic");
	local_irq_enable();
	dma_pool_destroy(late);
	rig_down(&r);
}

/* Without the ledger a pool is as the kernel's, and still keeps its pages. */
static void unchecked_on(const char *profile)
{
	struct dmalab_config config = {
		.profile = profile, .checks = "off", .accesses = "explicit",
	};
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;

	rig_up_with(&r, &config);
	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	take(pool, 200);
	dma_pool_free(pool, held[0].p, held[0].dma);
	dma_pool_free(pool, held[0].p, held[0].dma);
	dma_free_coherent(r.dev, 4096, held[1].p, held[1].dma & PAGE_MASK);
	assert_ptr_equal(dma_pool_zalloc(pool, GFP_KERNEL, &dma), held[0].p);
	put(pool, 200);
	dma_pool_free(pool, (void *)0x1000, 0x1000);
	dma_pool_destroy(pool);
	rig_down(&r);
}

static void unchecked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		unchecked_on(ways[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_of_a_page),
		cmocka_unit_test(placement),
		cmocka_unit_test(arguments),
		cmocka_unit_test(latest_first),
		cmocka_unit_test(contents),
		cmocka_unit_test(exhausted),
		cmocka_unit_test(fails_on_request),
		cmocka_unit_test(gone),
		cmocka_unit_test(many),
		cmocka_unit_test(wrong_frees_release),
		cmocka_unit_test(other_frees),
		cmocka_unit_test(frees_of_no_device),
		cmocka_unit_test(frees_of_two_objects),
		cmocka_unit_test(behind_the_last_block),
		cmocka_unit_test(bytes_of_a_page),
		cmocka_unit_test(large_blocks),
		cmocka_unit_test(contexts),
		cmocka_unit_test(unchecked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
