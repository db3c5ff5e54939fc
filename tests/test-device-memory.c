/* SPDX-License-Identifier: MIT */
/* Coherent memory of a device's own. */
#include "rig.h"

#include <errno.h>
#include <linux/dma-map-ops.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>

#define HANDLE DMA_ATTR_NO_KERNEL_MAPPING
#define BASE   0x40000000ull /* where RAM is as well, for others */
#define PAGES  16

static void up(struct rig *r, const char *profile, const char *checks)
{
	struct dmalab_config config = {
		.profile = profile, .checks = checks, .ram_size = 8 << 20,
		.accesses = checks ? "explicit" : NULL,
	};

	rig_up_with(r, &config);
	assert_int_equal(dma_declare_coherent_memory(r->dev, 0x1000, BASE, PAGES * PAGE_SIZE + 7),
			 0);
}

/* With other memory than up() gives it. */
static void declare_anew(struct rig *r, dma_addr_t base, size_t size)
{
	dma_release_coherent_memory(r->dev);
	assert_int_equal(dma_declare_coherent_memory(r->dev, 0, base, size), 0);
}

static void both_sides_see_it(void **state)
{
	const char *profile;
	u8 ones[3000], seen[3000], zero[3000] = { 0 };
	dma_addr_t dma, other_dma;
	struct device *other;
	struct rig r;
	u8 *p, *q;

	(void)state;
	memset(ones, 1, sizeof(ones));
	for_each_profile(profile) {
		for (int snoops = 0; snoops < 2; snoops++) {
			up(&r, profile, NULL);
			r.dev->dma_coherent |= snoops;
			p = dma_alloc_coherent(r.dev, 3000, &dma, GFP_KERNEL);
			assert_non_null(p);
			assert_int_equal(dma, BASE);
			assert_int_equal(dmalab_device_read(r.dev, dma, seen, 3000), 0);
			assert_memory_equal(seen, zero, 3000);
			dmalab_cpu_write(p, ones, 3000);
			assert_int_equal(dmalab_device_read(r.dev, dma, seen, 3000), 0);
			assert_memory_equal(seen, ones, 3000);
			assert_int_equal(dmalab_device_write(r.dev, dma, zero, 10), 0);
			dmalab_cpu_read(p, seen, 10);
			assert_memory_equal(seen, zero, 10);

			/* At the same address, another device finds something else. */
			other = dmalab_device_new(r.machine, "disk");
			assert_int_equal(dma_declare_coherent_memory(other, 0, BASE, 4096), 0);
			q = dma_alloc_coherent(other, 3000, &other_dma, GFP_KERNEL);
			assert_int_equal(other_dma, dma);
			assert_int_equal(dmalab_device_read(other, dma, seen, 3000), 0);
			assert_memory_equal(seen, zero, 3000);
			dma_free_coherent(r.dev, 3000, p, dma);
			assert_int_equal(dmalab_device_read(other, dma, seen, 3000), 0);
			dma_free_coherent(other, 3000, q, dma);
			expect(&r, "");

			assert_int_equal(dmalab_device_read(r.dev, dma, seen, 1), -EFAULT);
			expect(&r, "device-use-after-unmap");
			cpu_read(p, 1);
			expect(&r, "cpu-use-after-free");
			dma_release_coherent_memory(other);
			dma_release_coherent_memory(r.dev);
			rig_down(&r);
		}
	}
}

/* First and only, aligned to the order, and with no look at the mask. */
static void placement(void **state)
{
	static const char *const checks[] = { NULL, "contract", "off" };
	dma_addr_t dma[PAGES], last = 7;
	void *p[PAGES];
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		up(&r, NULL, checks[i]);
		r.dev->coherent_dma_mask = DMA_BIT_MASK(24);
		for (int round = 0; round < 3; round++) {
			p[0] = dma_alloc_coherent(r.dev, 1, &dma[0], GFP_ATOMIC);
			p[1] = dma_alloc_coherent(r.dev, 3 * 4096, &dma[1], GFP_KERNEL);
			p[2] = dma_alloc_coherent(r.dev, 4096, &dma[2], GFP_KERNEL);
			p[3] = dma_alloc_coherent(r.dev, 8 * 4096, &dma[3], GFP_KERNEL);
			assert_int_equal(dma[0], BASE);
			assert_int_equal(dma[1], BASE + 4 * 4096);
			assert_int_equal(dma[2], BASE + 4096);
			assert_int_equal(dma[3], BASE + 8 * 4096);
			assert_null(dma_alloc_coherent(r.dev, 4 * 4096, &last, GFP_KERNEL));
			assert_null(dma_alloc_coherent(r.dev, 1ul << 30, &last, GFP_KERNEL));
			assert_int_equal(last, 7);
			dma_free_coherent(r.dev, 1, p[0], dma[0]);
			dma_free_coherent(r.dev, 3 * 4096, p[1], dma[1]);
			dma_free_coherent(r.dev, 4096, p[2], dma[2]);
			dma_free_coherent(r.dev, 8 * 4096, p[3], dma[3]);
			for (int k = 0; k < PAGES; k++) {
				p[k] = dma_alloc_coherent(r.dev, 4096, &dma[k], GFP_KERNEL);
				assert_non_null(p[k]);
				assert_int_equal(dma[k], BASE + k * 4096ull);
			}
			assert_null(dma_alloc_coherent(r.dev, 1, &last, GFP_KERNEL));
			for (int k = 0; k < PAGES; k++)
				dma_free_coherent(r.dev, 4096, p[k], dma[k]);
		}
		expect(&r, "");
		dma_release_coherent_memory(r.dev);
		rig_down(&r);
	}
}

/* More than the largest block of pages. */
static void several_chunks(void **state)
{
	struct dmalab_config config = { .ram_size = 32 << 20 };
	dma_addr_t a, b, c;
	struct rig r;
	u8 *p, *q;

	(void)state;
	rig_up_with(&r, &config);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, 1ull << 40, 9 << 20), 0);
	p = dma_alloc_coherent(r.dev, 1 << 20, &a, GFP_KERNEL);
	q = dma_alloc_coherent(r.dev, 4 << 20, &b, GFP_KERNEL);
	assert_true(p && q);
	assert_int_equal(b, a + (4 << 20));
	assert_null(dma_alloc_coherent(r.dev, 4 << 20, &c, GFP_KERNEL));
	cpu_write(q + (4 << 20) - 10, 10);
	assert_int_equal(dev_read(&r, b, 4 << 20), 0);
	assert_int_equal(dev_read(&r, b + (4 << 20), 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	dma_free_coherent(r.dev, 1 << 20, p, a);
	dma_free_coherent(r.dev, 4 << 20, q, b);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

/* What has no kernel mapping elsewhere has one here; what is not coherent is elsewhere. */
static void other_paths(void **state)
{
	struct dma_pool *pool;
	dma_addr_t dma;
	struct rig r;
	u8 old[64], *p;

	(void)state;
	up(&r, NULL, NULL);
	p = dma_alloc_attrs(r.dev, 4096, &dma, GFP_KERNEL, HANDLE);
	assert_int_equal(dma, BASE);
	cpu_write(p, 4096);
	dma_free_attrs(r.dev, 4096, p, dma, HANDLE);

	/* Zeroed, as far as was asked. */
	p = dma_alloc_attrs(r.dev, 32, &dma, GFP_KERNEL, HANDLE);
	dmalab_cpu_read(p, old, 64);
	assert_int_equal(old[31], 0);
	assert_int_not_equal(old[32], 0);
	dma_free_attrs(r.dev, 32, p, dma, 0);
	expect(&r, "free-attrs-mismatch");

	p = dma_alloc_noncoherent(r.dev, 64, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	assert_false(dma - BASE < PAGES * PAGE_SIZE);
	dma_free_noncoherent(r.dev, 64, p, dma, DMA_TO_DEVICE);

	pool = dma_pool_create("p", r.dev, 64, 0, 0);
	p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
	assert_int_equal(dma, BASE);
	cpu_write(p, 64);
	assert_int_equal(dev_read(&r, dma, 64), 0);
	assert_int_equal(dev_read(&r, dma + 60, 8), -EFAULT);
	expect(&r, "device-out-of-bounds");
	dma_pool_free(pool, p, dma);
	dma_pool_destroy(pool);

	p = dmam_alloc_coherent(r.dev, 64, &dma, GFP_KERNEL);
	assert_int_equal(dma, BASE);
	dma_release_coherent_memory(r.dev);
	expect(&r, "pool-busy");
	dmalab_device_free(r.dev);
	rig_down(&r);
}

/* Declared and never released; released while it was in use, or for nothing; anew. */
static void leaked(void **state)
{
	struct rig r;
	dma_addr_t dma;

	(void)state;
	up(&r, NULL, NULL);
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	assert_non_null(strstr(r.text, "coherent memory of the device's own: 16 pages"));
	assert_non_null(strstr(r.text, "missing: dma_release_coherent_memory()"));
	rig_down(&r);

	up(&r, NULL, NULL);
	assert_non_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	dma_release_coherent_memory(r.dev);
	expect(&r, "pool-busy");
	dmalab_device_free(r.dev);
	expect(&r, "leak");
	assert_non_null(strstr(r.text, "missing: dma_free_coherent()"));
	rig_down(&r);

	up(&r, NULL, NULL);
	declare_anew(&r, BASE, PAGE_SIZE);
	dmalab_machine_free(r.machine);
	r.machine = NULL;
	expect(&r, "leak");
}

/* Of any direction and side, and of a block: the kernel would look for its page. */
static void synced(void **state)
{
	struct dma_pool *pool;
	const char *profile;
	dma_addr_t dma;
	struct rig r;
	u8 *p;

	(void)state;
	for_each_profile(profile) {
		up(&r, profile, NULL);
		pool = dma_pool_create("p", r.dev, 64, 0, 0);
		p = dma_pool_alloc(pool, GFP_KERNEL, &dma);
		assert_non_null(p);
		cpu_write(p, 64);
		dma_sync_single_for_device(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		expect(&r, "sync-invalid");
		dma_sync_single_for_cpu(r.dev, dma + 32, 64, DMA_FROM_DEVICE);
		expect(&r, "sync-invalid");
		assert_int_equal(dev_read(&r, dma, 64), 0);
		dma_sync_single_for_cpu(r.dev, dma + 4096, 64, DMA_FROM_DEVICE);
		expect(&r, "sync-unknown");
		dma_pool_free(pool, p, dma);
		dma_pool_destroy(pool);
		dma_release_coherent_memory(r.dev);
		rig_down(&r);
	}
}

static void wrong_frees(void **state)
{
	struct device *other;
	dma_addr_t dma, dma2;
	struct rig r;
	u8 *p, *q;

	(void)state;
	up(&r, NULL, NULL);
	other = dmalab_device_new(r.machine, "disk");
	p = dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL);
	q = dma_alloc_coherent(r.dev, 8192, &dma2, GFP_KERNEL);
	dma_free_coherent(other, 8192, p, dma);
	expect(&r, "free-wrong-device");
	dma_free_coherent(r.dev, 4096, q, dma2);
	expect(&r, "free-size-mismatch");
	dma_free_coherent(r.dev, 8192, q, dma2);
	expect(&r, "double-free");
	p = dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL);
	q = dma_alloc_coherent(r.dev, 8192, &dma2, GFP_KERNEL);
	assert_int_equal(dma, BASE);
	/* The pointer says which. */
	dma_free_coherent(r.dev, 8192, p, dma2);
	expect(&r, "free-dma-address-mismatch");
	cpu_write(q, 8192);
	assert_non_null(dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL));
	assert_int_equal(dma, BASE);
	dmalab_device_free(r.dev);
	expect(&r, "leak leak leak");
	rig_down(&r);
}

static void declaring(void **state)
{
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 0), -EINVAL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, ~0ull, 4096), -EINVAL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, 1ull << 63, 4096), -EINVAL);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, RIG_RAM), -ENOMEM);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 1ull << 50), -ENOMEM);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 8192), 0);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 8192), -EBUSY);
	expect(&r, "");
	assert_int_equal(dma_declare_coherent_memory(NULL, 0, BASE, 8192), -ENODEV);
	expect(&r, "no-device");
	dma_release_coherent_memory(NULL);
	expect(&r, "no-device");

	/* Still used: it lasts until it is not. */
	p = dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL);
	assert_non_null(p);
	dma_release_coherent_memory(r.dev);
	expect(&r, "pool-busy");
	dma_release_coherent_memory(r.dev);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 8192), -EBUSY);
	assert_int_equal(dev_write(&r, dma, 8192), 0);
	cpu_read(p, 8192);
	dma_free_coherent(r.dev, 8192, p, dma);
	p = dma_alloc_coherent(r.dev, 8192, &dma, GFP_KERNEL);
	assert_non_null(p);
	assert_int_not_equal(dma, BASE);
	dma_free_coherent(r.dev, 8192, p, dma);

	/* Less than a page is nothing. */
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 100), 0);
	assert_null(dma_alloc_coherent(r.dev, 1, &dma, GFP_KERNEL));
	dma_release_coherent_memory(r.dev);
	dma_release_coherent_memory(r.dev);
	expect(&r, "");
	rig_down(&r);
}

/* None of RAM is lost. */
static void comes_back(void **state)
{
	struct dmalab_config config = { .ram_size = 64 << 10 };
	struct rig r;
	void *p[16];

	(void)state;
	rig_up_with(&r, &config);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, 5 * PAGE_SIZE), 0);
		dma_release_coherent_memory(r.dev);
	}
	for (int i = 0; i < 16; i++) {
		p[i] = kmalloc_ok(4096);
		cpu_write(p[i], 4096);
		cpu_read(p[i], 4096);
	}
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, PAGE_SIZE), -ENOMEM);
	for (int i = 0; i < 16; i++)
		kfree(p[i]);
	rig_down(&r);
}

/* Objects that share a list of the ledger are told apart by where they are. */
static void objects_side_by_side(void **state)
{
	dma_addr_t first, second;
	u8 stack[16];
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, "arm64", "full");
	declare_anew(&r, BASE, 1 << 20);
	p = dma_alloc_coherent(r.dev, 4096, &first, GFP_KERNEL);
	q = dma_alloc_coherent(r.dev, 4096, &second, GFP_KERNEL);
	assert_true(p && q);
	dma_free_coherent(r.dev, 4096, stack, first);
	expect(&r, "free-cpu-address-mismatch");
	assert_int_equal(dev_write(&r, second, 1), 0);
	expect(&r, "");
	assert_int_equal(dev_write(&r, first, 1), -EFAULT);
	expect(&r, "device-use-after-unmap");
	dma_free_coherent(r.dev, 4096, stack, BASE + (512 << 10));
	expect(&r, "free-unknown");
	dma_free_coherent(r.dev, 4096, q, second);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

/* Next to memory of a pool, what was never a block is not a gap of it. */
static void beside_a_pool(void **state)
{
	dma_addr_t block, freed;
	struct dma_pool *pool;
	struct rig r;
	void *p, *q;

	(void)state;
	up(&r, "arm64", "full");
	declare_anew(&r, BASE, 1 << 20);
	pool = dma_pool_create("blocks", r.dev, 64, 64, 0);
	p = dma_pool_alloc(pool, GFP_KERNEL, &block);
	q = dma_alloc_coherent(r.dev, 4096, &freed, GFP_KERNEL);
	assert_true(p && q);
	dma_free_coherent(r.dev, 4096, q, freed);
	assert_int_equal(dev_write(&r, freed, 1), -EFAULT);
	expect(&r, "device-use-after-unmap");
	assert_int_equal(dev_write(&r, BASE + (512 << 10), 1), -EFAULT);
	expect(&r, "device-out-of-bounds");
	assert_null(strstr(r.text, "pool"));
	dma_pool_free(pool, p, block);
	dma_pool_destroy(pool);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

/* Its pages need not begin where those of the bus do. */
static void not_on_a_page(void **state)
{
	const dma_addr_t base = 0x20000000; /* no RAM there, which would answer behind it */
	static u8 buf[8192];
	struct rig r;

	(void)state;
	up(&r, "arm64", "off");
	declare_anew(&r, base + 1, 8192);
	assert_int_equal(dmalab_device_write(r.dev, base + 1, buf, 8192), 0);
	assert_int_equal(dmalab_device_write(r.dev, base + 2, buf, 8192), -EFAULT);
	assert_int_equal(dmalab_device_write(r.dev, base + 4096, buf, 4097), 0);
	assert_int_equal(dmalab_device_write(r.dev, base + 4096, buf, 4098), -EFAULT);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

/* It comes zeroed, whatever a bounce buffer did not bring to its last owner. */
static void nothing_lost(void **state)
{
	dma_addr_t dma;
	struct rig r;
	void *p;

	(void)state;
	rig_up(&r, "swiotlb");
	p = alloc_pages_exact(PAGES * PAGE_SIZE, GFP_KERNEL);
	assert_non_null(p);
	dma = map_ok(&r, p, PAGES * PAGE_SIZE, DMA_FROM_DEVICE);
	assert_int_equal(dev_write(&r, dma, PAGES * PAGE_SIZE), 0);
	dma_unmap_single_attrs(r.dev, dma, PAGES * PAGE_SIZE, DMA_FROM_DEVICE,
			       DMA_ATTR_SKIP_CPU_SYNC);
	free_pages_exact(p, PAGES * PAGE_SIZE);
	assert_int_equal(dma_declare_coherent_memory(r.dev, 0, BASE, PAGES * PAGE_SIZE), 0);
	p = dma_alloc_coherent(r.dev, PAGES * PAGE_SIZE, &dma, GFP_KERNEL);
	assert_non_null(p);
	cpu_read(p, PAGES * PAGE_SIZE);
	expect(&r, "");
	dma_free_coherent(r.dev, PAGES * PAGE_SIZE, p, dma);
	dma_release_coherent_memory(r.dev);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_see_it),
		cmocka_unit_test(placement),
		cmocka_unit_test(several_chunks),
		cmocka_unit_test(other_paths),
		cmocka_unit_test(wrong_frees),
		cmocka_unit_test(declaring),
		cmocka_unit_test(comes_back),
		cmocka_unit_test(objects_side_by_side),
		cmocka_unit_test(beside_a_pool),
		cmocka_unit_test(not_on_a_page),
		cmocka_unit_test(leaked),
		cmocka_unit_test(synced),
		cmocka_unit_test(nothing_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
