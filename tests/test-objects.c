/* SPDX-License-Identifier: MIT */
/* Objects of kmalloc() and of caches, and the cache lines that they share, or do not. */
#include "rig.h"

/* ------------------------------------------------------------- alignment */

static void kmalloc_is_aligned_for_dma(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		size_t align;

		rig_up(&r, profile);
		align = dma_get_cache_alignment();
		assert_true(align <= ARCH_DMA_MINALIGN && ARCH_DMA_MINALIGN % align == 0);
		for (size_t size = 1; size < 10000; size += 1 + size / 7) {
			void *p = kmalloc_ok(size), *q = devm_kmalloc(r.dev, size, GFP_KERNEL);

			assert_int_equal((uintptr_t)p % align, 0);
			assert_int_equal((uintptr_t)q % align, 0);
			assert_int_equal(ksize(p) % align, 0);
			kfree(p);
		}
		rig_down(&r);
	}
}

struct nic {
	u32 flags;
	__dma_from_device_group_begin(rx);
	u8 status[16];
	u8 events[8];
	__dma_from_device_group_end(rx);
	u32 counter;
};

struct careless_nic {
	u32 flags;
	u8 status[16];
	u32 counter;
};

/* Does the profile invalidate lines whole at an unmap, whatever else is in them? */
static bool throws_away(const char *profile)
{
	return strcmp(profile, "riscv") == 0 || strcmp(profile, "mips") == 0;
}

/* The device writes the status while the CPU writes what stands beside it. */
static void use_status(struct rig *r, u32 *flags, u8 *status, u32 *counter)
{
	dma_addr_t dma = map_ok(r, status, 16, DMA_FROM_DEVICE);

	cpu_write(flags, 4);
	cpu_write(counter, 4);
	dev_write(r, dma, 16);
	dma_unmap_single(r->dev, dma, 16, DMA_FROM_DEVICE);
}

static void groups_have_lines_of_their_own(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	assert_int_equal(offsetof(struct nic, status), ARCH_DMA_MINALIGN);
	assert_int_equal(offsetof(struct nic, counter), 2 * ARCH_DMA_MINALIGN);
	assert_int_equal(__alignof__(struct nic), ARCH_DMA_MINALIGN);
	for_each_profile(profile) {
		struct careless_nic *careless;
		struct nic *nic;

		rig_up(&r, profile);
		careless = kmalloc_ok(sizeof(*careless));
		use_status(&r, &careless->flags, careless->status, &careless->counter);
		expect(&r, is_coherent(&r) ? "" : throws_away(profile) ?
			   "shared-cache-line sync-partial-line" : "shared-cache-line");
		nic = kmalloc_ok(sizeof(*nic));
		use_status(&r, &nic->flags, nic->status, &nic->counter);
		cpu_read(nic->status, 16);
		expect(&r, "");
		kfree(nic);
		kfree(careless);
		rig_down(&r);
	}
}

struct aligned_nic {
	u32 flags;
	u8 status[16] ____cacheline_aligned;
	u32 counter ____cacheline_aligned;
};

/* The usual line is not the longest one. */
static void cacheline_aligned_is_not_enough(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	assert_int_equal(offsetof(struct aligned_nic, status), L1_CACHE_BYTES);
	for_each_profile(profile) {
		struct aligned_nic *nic;

		rig_up(&r, profile);
		nic = kmalloc_ok(sizeof(*nic));
		use_status(&r, &nic->flags, nic->status, &nic->counter);
		if (strcmp(profile, "mips-nonspec") == 0)
			expect(&r, "shared-cache-line");
		else
			expect(&r, "");
		kfree(nic);
		rig_down(&r);
	}
}

/* ---------------------------------------------------------------- caches */

static void objects_of_a_cache(void **state)
{
	static const struct {
		unsigned size, align;
		slab_flags_t flags;
		unsigned stride;
	} all[] = {
		{ 8, 0, 0, 8 }, { 1, 0, 0, 8 }, { 20, 0, 0, 24 }, { 20, 32, 0, 32 },
		{ 100, 0, SLAB_HWCACHE_ALIGN, 128 }, { 20, 0, SLAB_HWCACHE_ALIGN, 32 },
		{ 1500, 0, 0, 1504 }, { 5000, 0, 0, 8192 },
	};
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct kmem_cache *cache = kmem_cache_create("objects", all[i].size,
							     all[i].align, all[i].flags, NULL);
		u8 *a = kmem_cache_alloc(cache, GFP_KERNEL);
		u8 *b = kmem_cache_zalloc(cache, GFP_KERNEL);

		assert_int_equal(b - a, all[i].stride);
		assert_int_equal(kmem_cache_size(cache), all[i].size);
		assert_int_equal(ksize(b), all[i].size);
		cpu_write(a, all[i].size);
		cpu_read(b, all[i].size);
		kmem_cache_free(cache, a);
		cpu_write(b, all[i].size);
		kfree(b);
		kmem_cache_destroy(cache);
		assert_null(kmem_cache_alloc(cache, GFP_KERNEL));
	}
	expect(&r, "");
	rig_down(&r);
}

/* In any order: what lives can be used, what is free and alone in its unit cannot. */
static void small_objects_come_and_go(void **state)
{
	enum { NR = 700 };
	static u8 *p[NR];
	struct kmem_cache *cache;
	unsigned rng = 1;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	cache = kmem_cache_create("small", 12, 4, 0, NULL);
	for (unsigned step = 0; step < (on_valgrind() ? 500 : 20000); step++) {
		unsigned i = (rng = rng * 1103515245 + 12345) >> 8;

		i %= NR;
		if (p[i]) {
			cpu_write(p[i], 12);
			kmem_cache_free(cache, p[i]);
			p[i] = NULL;
			continue;
		}
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_non_null(p[i]);
		cpu_write(p[i], 12);
	}
	expect(&r, "");
	for (unsigned i = 0; i < NR; i++)
		if (p[i])
			kmem_cache_free(cache, p[i]);
	expect(&r, "");
	p[0] = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, p[0]);
	cpu_read(p[0], 12);
	expect(&r, "cpu-use-after-free");
	kmem_cache_destroy(cache);
	rig_down(&r);
}

/* Two objects of 16 bytes stand in one line, on every machine. */
static void neighbours_share_a_line(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct kmem_cache *cache;
		dma_addr_t dma;
		u8 *a, *b;

		rig_up(&r, profile);
		cache = kmem_cache_create("status", 16, 0, 0, NULL);
		a = kmem_cache_alloc(cache, GFP_KERNEL);
		b = kmem_cache_alloc(cache, GFP_KERNEL);
		assert_int_equal(b - a, 16);

		dma = map_ok(&r, a, 16, DMA_FROM_DEVICE);
		cpu_write(b, 16);
		dev_write(&r, dma, 16);
		expect(&r, is_coherent(&r) ? "" : "shared-cache-line");
		dma_unmap_single(r.dev, dma, 16, DMA_FROM_DEVICE);
		expect(&r, throws_away(profile) ? "sync-partial-line" : "");
		kfree(a);
		kfree(b);
		kmem_cache_destroy(cache);
		rig_down(&r);
	}
}

static void aligned_neighbours_do_not(void **state)
{
	const char *profile;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		struct kmem_cache *cache;
		dma_addr_t dma;
		u8 *a, *b;

		rig_up(&r, profile);
		cache = kmem_cache_create("status", 16, dma_get_cache_alignment(), 0, NULL);
		a = kmem_cache_alloc(cache, GFP_KERNEL);
		b = kmem_cache_alloc(cache, GFP_KERNEL);
		dma = map_ok(&r, a, 16, DMA_FROM_DEVICE);
		dev_write(&r, dma, 16);
		cpu_write(b, 16);
		dma_unmap_single(r.dev, dma, 16, DMA_FROM_DEVICE);
		cpu_read(a, 16);
		cpu_read(b, 16);
		kmem_cache_free(cache, a);
		kmem_cache_free(cache, b);
		kmem_cache_destroy(cache);
		expect(&r, "");
		rig_down(&r);
	}
}

static unsigned nr_built;

static void build(void *object)
{
	nr_built++;
	cpu_write(object, 32);
}

static void constructors(void **state)
{
	struct kmem_cache *cache;
	struct rig r;
	void *a, *b;

	(void)state;
	rig_up(&r, NULL);
	nr_built = 0;
	cache = kmem_cache_create("built", 32, 0, 0, build);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_int_equal(nr_built, 2);
	kmem_cache_free(cache, a);
	assert_ptr_equal(kmem_cache_alloc(cache, GFP_KERNEL), a);
	assert_int_equal(nr_built, 2);
	/* The page goes back to the system, and has to be built anew. */
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	assert_int_equal(nr_built, 3);
	rig_down(&r);
}

static void caches_of_a_zone(void **state)
{
	struct kmem_cache *cache;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	cache = kmem_cache_create("low", 64, 0, SLAB_CACHE_DMA, NULL);
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_true(virt_to_phys(p) < 1 << 24);
	kmem_cache_free(cache, p);
	rig_down(&r);
}

static void mistakes_with_caches(void **state)
{
	struct kmem_cache *cache, *gone;
	struct rig r;
	u8 *p;

	(void)state;
	rig_up(&r, NULL);
	assert_null(kmem_cache_create(NULL, 8, 0, 0, NULL));
	assert_null(kmem_cache_create("none", 0, 0, 0, NULL));
	assert_null(kmem_cache_create("huge", (4 << 20) + 1, 0, 0, NULL));
	assert_null(kmem_cache_create("crooked", 8, 3, 0, NULL));
	assert_null(kmem_cache_create("far", 8, 8192, 0, NULL));
	assert_null(kmem_cache_alloc(NULL, GFP_KERNEL));
	assert_int_equal(kmem_cache_size(NULL), 0);
	kmem_cache_destroy(NULL);

	cache = KMEM_CACHE(careless_nic, 0);
	kmem_cache_free(NULL, &r);
	kmem_cache_free(cache, NULL);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(kmem_cache_alloc(cache, GFP_KERNEL));
	expect(&r, "");
	kmem_cache_free(cache, &r);
	expect(&r, "free-unknown");
	p = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, p + 4);
	expect(&r, "free-unknown");
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	kmem_cache_free(cache, p);
	kmem_cache_free(cache, p);
	expect(&r, "free-unknown");
	kmem_cache_free(cache, kmalloc_ok(24));
	expect(&r, "free-wrong-function");

	/* An object that outlives its cache. */
	gone = kmem_cache_create("gone", 40, 0, 0, NULL);
	p = kmem_cache_alloc(gone, GFP_KERNEL);
	kmem_cache_destroy(gone);
	kmem_cache_destroy(gone);
	cpu_write(p, 40);
	kmem_cache_free(gone, p);
	expect(&r, "");
	rig_down(&r);
	assert_null(kmem_cache_create("nowhere", 8, 0, 0, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kmalloc_is_aligned_for_dma),
		cmocka_unit_test(groups_have_lines_of_their_own),
		cmocka_unit_test(cacheline_aligned_is_not_enough),
		cmocka_unit_test(objects_of_a_cache),
		cmocka_unit_test(small_objects_come_and_go),
		cmocka_unit_test(neighbours_share_a_line),
		cmocka_unit_test(aligned_neighbours_do_not),
		cmocka_unit_test(constructors),
		cmocka_unit_test(caches_of_a_zone),
		cmocka_unit_test(mistakes_with_caches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
