/* SPDX-License-Identifier: MIT */
/*
 * The Nth allocation or mapping fails, for every N: a driver that handles errors
 * reports nothing and leaks nothing. Also one in N, by chance.
 */
#include "rig.h"

#include <dmalab/coherent-handle.h>
#include <linux/dmapool.h>
#include <linux/scatterlist.h>
#include <linux/vmalloc.h>

#define SIZE 5000u

/* What a driver's probe might hold; zero where it does not. */
struct driver {
	struct device *dev;
	void *ring, *wc, *cookie, *buffer, *table, *packet;
	struct page *pages;
	struct coherent_handle *handle;
	dma_addr_t ring_dma, wc_dma, cookie_dma, buffer_dma, pages_dma, packet_dma;
	bool mapped, page_mapped, list_mapped;
	dma_addr_t page_dma;
	struct sg_table list;
};

#define NR_STEPS 12 /* calls in probe() that may fail */

static void remove_driver(struct driver *d)
{
	if (d->list_mapped)
		dma_unmap_sgtable(d->dev, &d->list, DMA_TO_DEVICE, 0);
	sg_free_table(&d->list);
	if (d->page_mapped)
		dma_unmap_page(d->dev, d->page_dma, 100, DMA_TO_DEVICE);
	if (d->mapped)
		dma_unmap_single(d->dev, d->packet_dma, SIZE, DMA_TO_DEVICE);
	kfree(d->packet);
	kfree(d->table);
	coherent_handle_free(d->handle);
	if (d->pages)
		dma_free_pages(d->dev, SIZE, d->pages, d->pages_dma, DMA_FROM_DEVICE);
	if (d->buffer)
		dma_free_noncoherent(d->dev, SIZE, d->buffer, d->buffer_dma, DMA_TO_DEVICE);
	if (d->cookie)
		dma_free_attrs(d->dev, SIZE, d->cookie, d->cookie_dma,
			       DMA_ATTR_NO_KERNEL_MAPPING);
	if (d->wc)
		dma_free_wc(d->dev, SIZE, d->wc, d->wc_dma);
	if (d->ring)
		dma_free_coherent(d->dev, SIZE, d->ring, d->ring_dma);
}

/* The same packet as a page, and as a list. */
static int map_more(struct driver *d)
{
	int err;

	d->page_dma = dma_map_page(d->dev, virt_to_page(d->packet), 8, 100, DMA_TO_DEVICE);
	if (dma_mapping_error(d->dev, d->page_dma))
		return -ENOMEM;
	d->page_mapped = true;
	err = sg_alloc_table(&d->list, 2, GFP_KERNEL);
	if (err)
		return err;
	sg_set_buf(&d->list.sgl[0], d->packet, 1000);
	sg_set_buf(&d->list.sgl[1], (u8 *)d->packet + 1000, 1000);
	err = dma_map_sgtable(d->dev, &d->list, DMA_TO_DEVICE, 0);
	if (err)
		return err;
	d->list_mapped = true;
	return 0;
}

static int allocate_all(struct driver *d)
{
	d->ring = dma_alloc_coherent(d->dev, SIZE, &d->ring_dma, GFP_KERNEL);
	if (!d->ring)
		return -ENOMEM;
	d->wc = dma_alloc_wc(d->dev, SIZE, &d->wc_dma, GFP_KERNEL);
	if (!d->wc)
		return -ENOMEM;
	d->cookie = dma_alloc_attrs(d->dev, SIZE, &d->cookie_dma, GFP_KERNEL,
				    DMA_ATTR_NO_KERNEL_MAPPING);
	if (!d->cookie)
		return -ENOMEM;
	d->buffer = dma_alloc_noncoherent(d->dev, SIZE, &d->buffer_dma, DMA_TO_DEVICE,
					  GFP_KERNEL);
	if (!d->buffer)
		return -ENOMEM;
	d->pages = dma_alloc_pages(d->dev, SIZE, &d->pages_dma, DMA_FROM_DEVICE, GFP_KERNEL);
	if (!d->pages)
		return -ENOMEM;
	d->handle = coherent_handle_alloc(d->dev, SIZE, GFP_KERNEL, 0);
	if (IS_ERR(d->handle))
		return PTR_ERR(d->handle);
	d->table = kcalloc(10, 20, GFP_KERNEL);
	if (!d->table)
		return -ENOMEM;
	d->packet = kmalloc(SIZE, GFP_KERNEL);
	if (!d->packet)
		return -ENOMEM;
	d->packet_dma = dma_map_single(d->dev, d->packet, SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(d->dev, d->packet_dma))
		return -ENOMEM;
	d->mapped = true;
	return map_more(d);
}

static int probe(struct driver *d, struct device *dev)
{
	int err;

	*d = (struct driver){ .dev = dev, .ring_dma = 1, .wc_dma = 1, .cookie_dma = 1,
			      .buffer_dma = 1, .pages_dma = 1 };
	err = allocate_all(d);
	if (err)
		remove_driver(d);
	return err;
}

/* The DMA address of a failed allocation is left alone. */
static void check_addresses(const struct driver *d)
{
	assert_true(d->ring || d->ring_dma == 1);
	assert_true(d->wc || d->wc_dma == 1);
	assert_true(d->cookie || d->cookie_dma == 1);
	assert_true(d->buffer || d->buffer_dma == 1);
	assert_true(d->pages || d->pages_dma == 1);
}

static void every_failure_is_handled(void **state)
{
	const char *profile;
	struct driver d;
	struct rig r;

	(void)state;
	for_each_profile(profile) {
		/* Just enough memory, so that anything lost is missed. */
		rig_up_with(&r, &(struct dmalab_config){ .profile = profile, .ram_size = 128 << 10 });
		for (unsigned nth = 1; nth <= NR_STEPS + 1; nth++) {
			assert_int_equal(dmalab_machine_fail_nth(r.machine, nth), 0);
			assert_int_equal(probe(&d, r.dev), nth <= NR_STEPS ? -ENOMEM : 0);
			check_addresses(&d);
		}
		/* One was still to go. */
		assert_int_equal(dmalab_machine_fail_nth(r.machine, 0), 1);
		remove_driver(&d);
		assert_int_equal(probe(&d, r.dev), 0);
		remove_driver(&d);
		expect(&r, "");
		dmalab_device_free(r.dev);
		rig_down(&r);
	}
}

static void in_the_configuration(void **state)
{
	struct driver d;
	struct rig r;

	(void)state;
	for (unsigned nth = 1; nth <= NR_STEPS; nth++) {
		rig_up_with(&r, &(struct dmalab_config){ .fail_nth = nth });
		assert_int_equal(probe(&d, r.dev), -ENOMEM);
		assert_int_equal(probe(&d, r.dev), 0);
		remove_driver(&d);
		rig_down(&r);
	}
}

static void counting(void **state)
{
	struct rig r;
	dma_addr_t dma = 9;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 3), 0);
	kfree(kmalloc_ok(8));
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 5), 2);
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 0), 5);
	for (int i = 0; i < 10; i++)
		kfree(kmalloc_ok(8));
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(dma_alloc_coherent(r.dev, 4096, &dma, GFP_KERNEL));
	assert_int_equal(dma, 9);
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 0), 0);
	kfree(kmalloc_ok(8));
	expect(&r, "");
	rig_down(&r);
}

/* ------------------------------------------------------------- fail_each */

struct trial {
	struct rig *r;
	bool forgetful;    /* keeps the ring when something else fails */
	unsigned calls, failures;
};

static void trial(void *context)
{
	struct trial *t = context;
	struct device *dev = dmalab_device_new(t->r->machine, "trial");
	struct driver d = { .dev = dev };
	int err;

	t->calls++;
	err = t->forgetful ? allocate_all(&d) : probe(&d, dev);
	t->failures += err != 0;
	if (err && t->forgetful)
		d.ring = NULL;
	if (!err || t->forgetful)
		remove_driver(&d);
	dmalab_device_free(dev);
}

static void each_in_turn(void **state)
{
	struct trial t = { .calls = 0 };
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	t.r = &r;
	assert_int_equal(dmalab_fail_each(r.machine, trial, &t), NR_STEPS + 1);
	assert_int_equal(t.calls, NR_STEPS + 1);
	assert_int_equal(t.failures, NR_STEPS);
	expect(&r, "");
	rig_down(&r);
}

/* Each run tells what it forgot: all that fail later than with the ring itself. */
static void each_forgotten(void **state)
{
	struct rig r;
	struct trial t = { .forgetful = true };

	(void)state;
	rig_up(&r, NULL);
	t.r = &r;
	assert_int_equal(dmalab_fail_each(r.machine, trial, &t), NR_STEPS + 1);
	assert_int_equal(t.failures, NR_STEPS);
	expect(&r, "leak leak leak leak leak leak leak leak leak leak leak");
	rig_down(&r);
}

/* Which call failed, of each report. */
static void note_failed(const struct dmalab_report *report, void *context)
{
	char *names = context;

	assert_non_null(report->failed);
	assert_non_null(report->failed_at->address);
	snprintf(names + strlen(names), 512 - strlen(names), "%u:%s ", report->failed_nth,
		 report->failed);
}

static void each_is_named(void **state)
{
	struct rig r;
	struct trial t = { .forgetful = true };
	char names[512] = "";

	(void)state;
	rig_up(&r, NULL);
	t.r = &r;
	dmalab_set_report_handler(r.machine, note_failed, names);
	dmalab_fail_each(r.machine, trial, &t);
	assert_string_equal(names,
			    "2:dma_alloc_wc 3:dma_alloc_attrs 4:dma_alloc_noncoherent "
			    "5:dma_alloc_pages 6:coherent_handle_alloc 7:kcalloc 8:kmalloc "
			    "9:dma_map_single 10:dma_map_page 11:sg_alloc_table "
			    "12:dma_map_sgtable ");
	rig_down(&r);
}

/* The runs of the calls that are over have nothing to say of later reports. */
static void none_is_named_later(void **state)
{
	struct rig r;
	struct trial t = { .calls = 0 };

	(void)state;
	rig_up(&r, NULL);
	t.r = &r;
	dmalab_fail_each(r.machine, trial, &t);
	dmalab_machine_fail_nth(r.machine, 1);
	assert_null(kmalloc(8, GFP_KERNEL));
	kfree(&r);
	assert_non_null(strstr(r.text, "while failing kmalloc()"));
	dmalab_machine_fail_nth(r.machine, 0);
	kfree(&r);
	assert_null(strstr(r.text, "while failing"));
	expect(&r, "free-unknown free-unknown");
	rig_down(&r);
}

/* --------------------------------------------------- each call by its name */

static struct kmem_cache *cache;
static struct dma_pool *pool;
static void *object;

static void fail_kzalloc(struct rig *r) { (void)r; assert_null(kzalloc(8, GFP_KERNEL)); }
static void fail_kmemdup(struct rig *r) { (void)r; assert_null(kmemdup("x", 2, GFP_KERNEL)); }
static void fail_krealloc(struct rig *r)
{
	(void)r;
	assert_null(krealloc(object, 4096, GFP_KERNEL));
}
static void fail_devm(struct rig *r) { assert_null(devm_kmalloc(r->dev, 8, GFP_KERNEL)); }
static void fail_cache(struct rig *r) { (void)r; assert_null(kmem_cache_alloc(cache, GFP_KERNEL)); }
static void fail_pages(struct rig *r) { (void)r; assert_null(alloc_pages(GFP_KERNEL, 0)); }
static void fail_exact(struct rig *r)
{
	(void)r;
	assert_null(alloc_pages_exact(8192, GFP_KERNEL));
}
static void fail_vmalloc(struct rig *r) { (void)r; assert_null(vmalloc(8192)); }
static void fail_vmap(struct rig *r)
{
	struct page *page = virt_to_page(object);

	(void)r;
	assert_null(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
}
static void fail_create(struct rig *r) { assert_null(dma_pool_create("p", r->dev, 64, 0, 0)); }
static void fail_pool(struct rig *r)
{
	dma_addr_t dma;

	(void)r;
	assert_null(dma_pool_alloc(pool, GFP_KERNEL, &dma));
}
static void fail_managed(struct rig *r)
{
	dma_addr_t dma;

	assert_null(dmam_alloc_coherent(r->dev, 64, &dma, GFP_KERNEL));
}
static void fail_pieces(struct rig *r)
{
	assert_null(dma_alloc_noncontiguous(r->dev, 8192, DMA_TO_DEVICE, GFP_KERNEL, 0));
}
static void fail_resource(struct rig *r)
{
	assert_true(dma_mapping_error(r->dev, dma_map_resource(r->dev, 0xfe000000, 64,
							       DMA_TO_DEVICE, 0)));
}

static void every_call_is_named(void **state)
{
	static const struct {
		const char *name;
		void (*call)(struct rig *r);
	} calls[] = {
		{ "kzalloc", fail_kzalloc }, { "kmemdup", fail_kmemdup },
		{ "krealloc", fail_krealloc }, { "devm_kmalloc", fail_devm },
		{ "kmem_cache_alloc", fail_cache }, { "alloc_pages", fail_pages },
		{ "alloc_pages_exact", fail_exact }, { "vmalloc", fail_vmalloc },
		{ "vmap", fail_vmap }, { "dma_pool_create", fail_create },
		{ "dma_pool_alloc", fail_pool }, { "dmam_alloc_coherent", fail_managed },
		{ "dma_alloc_noncontiguous", fail_pieces }, { "dma_map_resource", fail_resource },
	};
	char text[64];
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	cache = kmem_cache_create("c", 64, 0, 0, NULL);
	pool = dma_pool_create("q", r.dev, 64, 0, 0);
	object = kmalloc_ok(64);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		dmalab_machine_fail_nth(r.machine, 1);
		at(i + 1);
		calls[i].call(&r);
		kfree(&r);
		snprintf(text, sizeof(text), "while failing %s() at driver.c:%zu, the 1st that",
			 calls[i].name, i + 1);
		if (!strstr(r.text, text))
			fail_msg("expected %s in\n%s", text, r.text);
		expect(&r, "free-unknown");
	}
	dmalab_machine_fail_nth(r.machine, 0);
	kfree(object);
	dma_pool_destroy(pool);
	kmem_cache_destroy(cache);
	rig_down(&r);
}

static void nothing_to_fail(void *context)
{
	++*(unsigned *)context;
}

static void each_of_nothing(void **state)
{
	unsigned calls = 0;
	struct rig r;

	(void)state;
	rig_up(&r, NULL);
	assert_int_equal(dmalab_fail_each(NULL, nothing_to_fail, &calls), 0);
	assert_int_equal(dmalab_fail_each(r.machine, NULL, &calls), 0);
	assert_int_equal(calls, 0);
	/* What was ordered before, waits. */
	dmalab_machine_fail_nth(r.machine, 7);
	dmalab_machine_fail_every(r.machine, 9);
	assert_int_equal(dmalab_fail_each(r.machine, nothing_to_fail, &calls), 1);
	assert_int_equal(calls, 1);
	assert_int_equal(dmalab_machine_fail_nth(r.machine, 0), 7);
	assert_int_equal(dmalab_machine_fail_every(r.machine, 0), 9);
	rig_down(&r);
}

/* ------------------------------------------------------------ fail_every */

static void by_chance(void **state)
{
	unsigned failures = 0;
	struct driver d;
	struct rig r;

	(void)state;
	assert_int_equal(dmalab_machine_fail_every(NULL, 3), 0);
	rig_up_with(&r, &(struct dmalab_config){ .seed = 5 });
	assert_int_equal(dmalab_machine_fail_every(r.machine, 10), 0);
	for (int i = 0; i < 100; i++) {
		int err = probe(&d, r.dev);

		failures += err != 0;
		if (!err)
			remove_driver(&d);
	}
	/* 72 in 100 to be expected: 1 - 0.9 ^ 12. */
	assert_in_range(failures, 50, 90);
	assert_int_equal(dmalab_machine_fail_every(r.machine, 1), 10);
	assert_int_equal(probe(&d, r.dev), -ENOMEM);
	assert_int_equal(dmalab_machine_fail_every(r.machine, 0), 1);
	assert_int_equal(probe(&d, r.dev), 0);
	remove_driver(&d);
	expect(&r, "");
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_failure_is_handled),
		cmocka_unit_test(in_the_configuration),
		cmocka_unit_test(counting),
		cmocka_unit_test(each_in_turn),
		cmocka_unit_test(each_forgotten),
		cmocka_unit_test(each_is_named),
		cmocka_unit_test(none_is_named_later),
		cmocka_unit_test(every_call_is_named),
		cmocka_unit_test(each_of_nothing),
		cmocka_unit_test(by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
