/* SPDX-License-Identifier: MIT */
/*
 * What the runtime tells the library, call by call; tests/test-runtime.sh has compilers make the
 * calls. A place is any address: here, of this table.
 */
#include "rig.h"

#include <dmalab/hooks.h>
#include <linux/vmalloc.h>
#include <pthread.h>

static const char places[16];

static const char *const policies[] = { "never", "eager", "random", "lru" };

static void hook_load(const void *p, size_t len)
{
	dmalab_hook_load(p, len, &places[1]);
}

/* The instruction follows. */
static void hook_store(u8 *p, u8 value)
{
	dmalab_hook_store(p, 1, &places[2]);
	*(volatile u8 *)p = value;
}

/* expect(), of what is pending as well. */
#define expect_settled(r, names) \
	do { \
		dmalab_hook_settle(); \
		expect(r, names); \
	} while (0)

#define for_each_machine(r, profile, policy) \
	for_each_profile(profile) \
		for (unsigned policy##_i = 0; policy##_i < ARRAY_SIZE(policies) && \
		     (policy = policies[policy##_i]); policy##_i++)

static void up(struct rig *r, const char *profile, const char *policy)
{
	rig_up_with(r, &(struct dmalab_config){
		.profile = profile, .cache_policy = policy, .ram_size = RIG_RAM,
		.checks = NO_TRUST,
	});
}

/* What is outside is nobody's business; what is right reports nothing. */
static void quiet(void **state)
{
	const char *profile, *policy;
	u8 mine[4] = { 1 };
	struct rig r;

	(void)state;
	hook_load(mine, 4);
	hook_store(mine, 2);
	dmalab_hook_settle();
	for_each_machine(&r, profile, policy) {
		u8 *p, got = 0;
		dma_addr_t dma;

		up(&r, profile, policy);
		assert_true(dmalab_range.size >= RIG_RAM);
		hook_load(mine, 4);
		hook_store(mine, 3);
		p = kmalloc_ok(64);
		assert_true((uintptr_t)p - dmalab_range.base < dmalab_range.size);
		hook_store(p, 5);
		hook_store(p + 1, 6);
		dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
		assert_int_equal(dmalab_device_read(r.dev, dma + 1, &got, 1), 0);
		assert_int_equal(got, 6);
		assert_int_equal(dmalab_device_write(r.dev, dma, "abc", 3), 0);
		dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		hook_load(p, 3);
		assert_int_equal(memcmp(p, "abc", 3), 0);
		kfree(p);
		hook_load(p, 0);
		rig_down(&r);
	}
	assert_int_equal(dmalab_range.size, 0);
}

/* A load and a store of what is the device's, which changes nothing and is seen all the same. */
static void owned(void **state)
{
	const char *profile, *policy;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, policy) {
		dma_addr_t dma;
		u8 *p;

		up(&r, profile, policy);
		p = kzalloc_ok(64);
		dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
		hook_load(p, 4);
		expect(&r, "cpu-read-device-owned");
		assert_non_null(strstr(r.text, "  load of CPU"));
		hook_store(p + 8, 0);
		expect_settled(&r, "cpu-write-device-owned");
		assert_non_null(strstr(r.text, "  store of CPU"));
		assert_non_null(strstr(r.text, "byte 8 of the 64-byte mapping"));
		assert_null(strstr(r.text, "found by"));
		assert_null(strstr(r.text, "since"));
		/* Once it is judged, it is not pending any more. */
		dmalab_hook_settle();
		expect(&r, "");
		dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		kfree(p);
		rig_down(&r);
	}
}

/* What makes it an event: another store, a load of its line, a call of the API. */
static void events(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p, *other;

	(void)state;
	up(&r, "arm64", "never");
	p = kzalloc_ok(64);
	other = kzalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	hook_store(p, 0);
	assert_int_equal(r.nr, 0);
	hook_store(other, 0);
	assert_int_equal(r.nr, 1);
	expect(&r, "cpu-write-device-owned");
	hook_store(p, 1);
	hook_load(p + 32, 1);
	expect(&r, "cpu-write-device-owned cpu-read-device-owned");
	/* The load came before its instruction, for all that is known: judged once all the same. */
	dmalab_hook_settle();
	expect(&r, "");
	hook_store(p + 1, 0);
	dma_sync_single_for_device(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	expect(&r, "cpu-write-device-owned");
	hook_store(p + 2, 0);
	kfree(other);
	expect(&r, "cpu-write-device-owned");
	dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	hook_store(p, 1);
	dmalab_hook_settle();
	expect(&r, "cpu-use-after-free");
	hook_load(p, 1);
	expect(&r, "cpu-use-after-free");
	rig_down(&r);
}

/* GCC announces a copied structure's store before its load: the instruction comes after both. */
static void store_before_load(void **state)
{
	const char *profile, *policy;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, policy) {
		dma_addr_t dma;
		u8 *p, got[2];

		up(&r, profile, policy);
		p = kzalloc_ok(64);
		p[1] = 7;
		dmalab_hook_store(p, 1, &places[3]);
		hook_load(p + 1, 1);
		p[0] = p[1];
		dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
		assert_int_equal(dmalab_device_read(r.dev, dma, got, 2), 0);
		assert_true(got[0] == 7 && got[1] == 7);
		dmalab_hook_store(p, 1, &places[3]);
		hook_load(p + 1, 1);
		p[0] = 9;
		dmalab_hook_settle();
		/* Both times the byte: it may have been made before the load. */
		expect(&r, "cpu-write-device-owned cpu-read-device-owned cpu-write-device-owned");
		assert_non_null(strstr(r.text, "byte 0 of"));
		dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
		kfree(p);
		rig_down(&r);
	}
}

/* Runs of one place grow without a call, up to a limit, and are one store. */
static void runs(void **state)
{
	const char *profile, *policy;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, policy) {
		struct dmalab_hooks *h = &dmalab_hooks;
		dma_addr_t dma;
		unsigned grown = 0;
		u8 *p, got[200];

		up(&r, profile, policy);
		p = kzalloc_ok(256);
		for (unsigned i = 0; i < 200; i++) {
			if (h->end == p + i && h->limit >= p + i + 1 && h->pc == &places[4])
				grown++, h->end++;
			else
				dmalab_hook_store(p + i, 1, &places[4]);
			p[i] = i;
		}
		assert_true(grown >= 200 - 8);
		dma = map_ok(&r, p, 256, DMA_BIDIRECTIONAL);
		assert_null(h->limit);
		assert_int_equal(dmalab_device_read(r.dev, dma, got, 200), 0);
		assert_int_equal(memcmp(got, p, 200), 0);
		dma_unmap_single(r.dev, dma, 256, DMA_BIDIRECTIONAL);
		kfree(p);
		rig_down(&r);
	}
}

/* Coherent memory is past the cache; its pointer is good until it is freed. */
static void uncached(void **state)
{
	const char *profile, *policy;
	struct rig r;

	(void)state;
	for_each_machine(&r, profile, policy) {
		dma_addr_t dma;
		u8 *p, got = 0;

		up(&r, profile, policy);
		p = dma_alloc_coherent(r.dev, 64, &dma, GFP_KERNEL);
		assert_non_null(p);
		hook_store(p + 3, 4);
		assert_int_equal(dmalab_device_read(r.dev, dma + 3, &got, 1), 0);
		assert_int_equal(got, 4);
		assert_int_equal(dmalab_device_write(r.dev, dma, "z", 1), 0);
		hook_load(p, 1);
		assert_int_equal(*p, 'z');
		dma_free_coherent(r.dev, 64, p, dma);
		hook_store(p, 1);
		expect_settled(&r, "cpu-use-after-free");
		hook_load(p, 1);
		expect(&r, "cpu-use-after-free");
		rig_down(&r);
	}
}

/* Through a view of vmap(), and where there is none any more. */
static void views(void **state)
{
	struct rig r;
	struct page *page;
	u8 *view, *plain;

	(void)state;
	up(&r, "arm64", "eager");
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	view = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	if (!view)
		skip();
	hook_store(view + 5, 8);
	hook_load(view + 5, 1);
	dmalab_hook_settle();
	assert_int_equal(((u8 *)page_address(page))[5], 8);
	plain = vmalloc(64);
	hook_store(plain, 1);
	hook_load(plain, 1);
	vfree(plain);
	hook_load(plain, 1);
	expect(&r, "cpu-use-after-free");
	vunmap(view);
	hook_load(view, 1);
	expect(&r, "cpu-use-after-free");
	__free_page(page);
	rig_down(&r);
}

/* The program tells of its accesses itself. */
static void explicit(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	rig_up_with(&r, &(struct dmalab_config){
		.accesses = "explicit", .ram_size = RIG_RAM, .checks = NO_TRUST,
	});
	p = kzalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	hook_load(p, 1);
	dmalab_hook_store(p, 1, &places[2]);
	dmalab_hook_settle();
	expect(&r, "");
	dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&r);
}

static struct rig *telling;

/* The driver's store that follows the hook is not taken for made. */
static void touching_handler(const struct dmalab_report *report, void *context)
{
	u8 *other = context;

	assert_string_equal(report->check, "cpu-write-device-owned");
	hook_load(other, 1);
	hook_store(other, *other + 1);
	assert_true(dmalab_report_count(telling->machine, NULL) > 0);
}

static void in_a_handler(void **state)
{
	struct rig r;
	dma_addr_t dma;
	u8 *p, *other;

	(void)state;
	up(&r, "arm64", "never");
	telling = &r;
	p = kzalloc_ok(64);
	other = kzalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	dmalab_set_report_handler(r.machine, touching_handler, other);
	hook_store(p, 0);
	hook_store(p + 8, 0);
	assert_int_equal(*other, 1);
	assert_ptr_equal(dmalab_hooks.start, p + 8);
	dmalab_hook_settle();
	assert_int_equal(*other, 2);
	assert_int_equal(dmalab_report_count(r.machine, "cpu-write-device-owned"), 2);
	kfree(other);
	dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	dmalab_machine_free(r.machine);
}

/* ---------------------------------------------------------------- several of them */

static void *store_and_end(void *p)
{
	hook_store(p, 1);
	return NULL;
}

static void count_report(const struct dmalab_report *report, void *drawn)
{
	assert_string_equal(report->check, "cpu-use-after-free");
	++*(unsigned *)drawn;
}

/* What a thread left pending is judged when it ends, and what a machine left, when that goes. */
static void ends(void **state)
{
	struct rig r;
	pthread_t thread;
	unsigned drawn = 0;
	dma_addr_t dma;
	u8 *p;

	(void)state;
	up(&r, "arm64", "never");
	p = kzalloc_ok(64);
	dma = map_ok(&r, p, 64, DMA_BIDIRECTIONAL);
	assert_int_equal(pthread_create(&thread, NULL, store_and_end, p), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(r.nr, 1);
	expect(&r, "cpu-write-device-owned");
	dma_unmap_single(r.dev, dma, 64, DMA_BIDIRECTIONAL);
	hook_store(p, 1);
	assert_int_equal(dmalab_machine_reset(r.machine), 0);
	assert_null(dmalab_hooks.machine);
	p = kzalloc_ok(64);
	hook_store(p, 2);
	kfree(p);
	dmalab_set_report_handler(r.machine, count_report, &drawn);
	hook_store(p, 3);
	assert_int_equal(drawn, 0);
	dmalab_machine_free(r.machine);
	assert_int_equal(drawn, 1);
	assert_null(dmalab_hooks.machine);
	/* Nor does anybody take its address for a machine's. */
	dmalab_hook_store(p, 1, &places[2]);
	assert_null(dmalab_hooks.machine);
}

/* The machine that the store went to is told, not the one that is current. */
static void two_machines(void **state)
{
	struct rig a, b;
	dma_addr_t dma;
	u8 *p, *q;

	(void)state;
	up(&a, "arm64", "never");
	p = kzalloc_ok(64);
	dma = map_ok(&a, p, 64, DMA_BIDIRECTIONAL);
	up(&b, "x86", "never");
	q = kzalloc_ok(64);
	hook_store(p, 0);
	hook_store(q, 0);
	expect_settled(&a, "cpu-write-device-owned");
	hook_load(q, 1);
	expect(&b, "");
	hook_load(p, 1);
	expect(&a, "cpu-read-device-owned");
	kfree(q);
	rig_down(&b);
	dma_unmap_single(a.dev, dma, 64, DMA_BIDIRECTIONAL);
	kfree(p);
	rig_down(&a);
}

#define ROUNDS 20000

struct racer {
	u8 *own;
	struct rig *r;
};

/* Its own line, next to another's; the cache is on the move all the time. */
static void *race(void *context)
{
	struct racer *me = context;

	for (unsigned i = 0; i < ROUNDS / (on_valgrind() ? 20 : 1); i++) {
		for (unsigned n = 0; n < 8; n++)
			hook_store(me->own + n, i + n);
		for (unsigned n = 0; n < 8; n++) {
			hook_load(me->own + n, 1);
			if (*(volatile u8 *)(me->own + n) != (u8)(i + n))
				return me;
		}
	}
	return NULL;
}

/* Between the hook and the instruction no line is taken away: no store is lost. */
static void no_store_is_lost(void **state)
{
	static const char *const moving[] = { "eager", "random", "lru" };

	(void)state;
	/* To find what another thread stores is to read it meanwhile: a race by its nature. */
#if defined(__SANITIZE_THREAD__)
	skip();
#endif
	for (unsigned i = 0; i < ARRAY_SIZE(moving); i++) {
		struct racer racers[2];
		pthread_t threads[2];
		struct rig r;
		void *lost;
		u8 *page;

		up(&r, "arm64", moving[i]);
		page = (u8 *)__get_free_page(GFP_KERNEL | __GFP_ZERO);
		for (unsigned t = 0; t < 2; t++) {
			racers[t] = (struct racer){ page + t * 128, &r };
			assert_int_equal(pthread_create(&threads[t], NULL, race, &racers[t]), 0);
		}
		for (unsigned t = 0; t < 2; t++) {
			assert_int_equal(pthread_join(threads[t], &lost), 0);
			assert_null(lost);
		}
		free_page((unsigned long)page);
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet),
		cmocka_unit_test(owned),
		cmocka_unit_test(events),
		cmocka_unit_test(store_before_load),
		cmocka_unit_test(runs),
		cmocka_unit_test(uncached),
		cmocka_unit_test(views),
		cmocka_unit_test(explicit),
		cmocka_unit_test(in_a_handler),
		cmocka_unit_test(ends),
		cmocka_unit_test(two_machines),
		cmocka_unit_test(no_store_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
