/* SPDX-License-Identifier: MIT */
/* Atomic allocations of coherent memory, and what they leave to each other. */
#include "rig.h"

#include <linux/dmapool.h>

#define POOL (128ul << 10)
#define MAX  512

static struct {
	void *p;
	dma_addr_t dma;
	size_t size;
} held[MAX];
static unsigned nr;

/* Allocate blocks of @size until there are no more, or all that a pool might have. */
static unsigned fill(const struct rig *r, size_t size, gfp_t gfp)
{
	unsigned before = nr;

	while (nr < MAX) {
		held[nr].size = size;
		held[nr].p = dma_alloc_coherent(r->dev, size, &held[nr].dma, gfp);
		if (!held[nr].p)
			break;
		nr++;
	}
	return nr - before;
}

static void drain(const struct rig *r)
{
	while (nr) {
		nr--;
		dma_free_coherent(r->dev, held[nr].size, held[nr].p, held[nr].dma);
	}
}

static void up(struct rig *r, const char *profile, const char *checks)
{
	struct dmalab_config config = {
		.profile = profile, .checks = checks, .ram_size = 4 << 20,
		.accesses = checks ? "explicit" : NULL,
	};

	rig_up_with(r, &config);
}

static void is_limited(void **state)
{
	static const char *const checks[] = { NULL, "contract", "off" };
	dma_addr_t dma = 7;
	struct rig r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		up(&r, NULL, checks[i]);
		for (int round = 0; round < 3; round++) {
			assert_int_equal(fill(&r, 4096, GFP_ATOMIC), POOL / 4096);
			assert_null(dma_alloc_coherent(r.dev, 1, &dma, GFP_NOWAIT));
			assert_int_equal(dma, 7);
			drain(&r);
			/* A block counts as such. */
			assert_int_equal(fill(&r, 9000, GFP_NOWAIT), POOL / 16384);
			drain(&r);
			assert_int_equal(fill(&r, POOL, GFP_ATOMIC), 1);
			drain(&r);
			assert_int_equal(fill(&r, POOL + 1, GFP_ATOMIC), 0);
		}
		expect(&r, "");
		rig_down(&r);
	}
}

static void others_need_it_not(void **state)
{
	struct rig r;
	dma_addr_t dma[3];
	void *p, *q, *h;

	(void)state;
	up(&r, NULL, NULL);
	fill(&r, 4096, GFP_ATOMIC);
	h = dma_alloc_attrs(r.dev, 4096, &dma[0], GFP_ATOMIC, DMA_ATTR_NO_KERNEL_MAPPING);
	q = dma_alloc_noncoherent(r.dev, 4096, &dma[1], DMA_TO_DEVICE, GFP_ATOMIC);
	assert_non_null(h);
	assert_non_null(q);
	r.dev->dma_coherent = true;
	p = dma_alloc_coherent(r.dev, 4096, &dma[2], GFP_ATOMIC);
	assert_non_null(p);
	dma_free_coherent(r.dev, 4096, p, dma[2]);
	r.dev->dma_coherent = false;
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), 0);
	dma_free_noncoherent(r.dev, 4096, q, dma[1], DMA_TO_DEVICE);
	dma_free_attrs(r.dev, 4096, h, dma[0], DMA_ATTR_NO_KERNEL_MAPPING);
	drain(&r);
	rig_down(&r);

	up(&r, "x86", NULL);
	assert_true(fill(&r, 4096, GFP_ATOMIC) > POOL / 4096);
	drain(&r);
	rig_down(&r);
}

/* In the background, as soon as somebody may sleep. */
static void grows(void **state)
{
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	up(&r, NULL, NULL);
	for (unsigned has = POOL / 4096; has <= 256; has *= 2) {
		fill(&r, 4096, GFP_ATOMIC);
		assert_int_equal(nr, has);
		p = dma_alloc_noncoherent(r.dev, 64, &dma, DMA_TO_DEVICE, GFP_KERNEL);
		assert_non_null(p);
		dma_free_noncoherent(r.dev, 64, p, dma, DMA_TO_DEVICE);
	}
	drain(&r);

	/* As long as there is enough, it stays as it is. */
	p = dma_alloc_noncoherent(r.dev, 64, &dma, DMA_TO_DEVICE, GFP_KERNEL);
	dma_free_noncoherent(r.dev, 64, p, dma, DMA_TO_DEVICE);
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), 512);
	drain(&r);
	rig_down(&r);
}

/* Whoever frees it, and however: it is of the pool again. */
static void comes_back(void **state)
{
	struct dma_pool *pool;
	struct rig r;
	dma_addr_t dma;
	void *p;

	(void)state;
	up(&r, NULL, NULL);
	pool = dma_pool_create("p", r.dev, 4096, 0, 0);
	assert_non_null(dma_pool_alloc(pool, GFP_ATOMIC, &dma));
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), POOL / 4096 - 1);
	assert_null(dma_pool_alloc(pool, GFP_ATOMIC, &dma));
	dma_pool_destroy(pool);
	expect(&r, "pool-busy");
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), 1);
	nr--;
	dma_free_coherent(r.dev, 64, held[nr].p, held[nr].dma);
	expect(&r, "free-size-mismatch");
	p = dmam_alloc_coherent(r.dev, 4096, &dma, GFP_ATOMIC);
	assert_non_null(p);
	dmam_free_coherent(r.dev, 4096, p, dma);
	drain(&r);

	/* Refused for another reason, the pages were never taken. */
	r.dev->coherent_dma_mask = 1;
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), 0);
	r.dev->coherent_dma_mask = DMA_BIT_MASK(32);
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), POOL / 4096);
	nr = 0;
	dmalab_device_free(r.dev);
	assert_int_equal(dmalab_report_count(r.machine, "leak"), POOL / 4096);
	r.drawn[0] = 0;
	r.nr = 0;
	r.dev = dmalab_device_new(r.machine, "nic");
	assert_int_equal(fill(&r, 4096, GFP_ATOMIC), POOL / 4096);
	drain(&r);
	rig_down(&r);
}

/* 128 KiB for each GiB. */
static void large_machine(void **state)
{
	struct dmalab_config config = { .ram_size = 3ul << 30 };
	struct rig r;

	(void)state;
	if (on_valgrind())
		skip();
	rig_up_with(&r, &config);
	assert_int_equal(fill(&r, 64 << 10, GFP_ATOMIC), 6);
	drain(&r);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_limited),
		cmocka_unit_test(others_need_it_not),
		cmocka_unit_test(grows),
		cmocka_unit_test(comes_back),
		cmocka_unit_test(large_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
